"""Requests of a crowd are planned together; whoever asks alone or raises an alarm is planned for at once."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.core.lifecycles.task import TaskState
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

VISIT: Mapping[str, object] = {"place": "home/r101"}
PARCEL: Mapping[str, object] = {"from": "hub/shelf", "to": "home/gate", "item": "box_1", "mass_kg": 4.0}


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site at 07:30, all robots heard; somebody has just asked and is planned for."""
    made = world_of("tiny")
    made.tell_all()
    (answer,) = made.feed(SubmitTask("first", "care_visit", VISIT))
    assert answer.accepted
    assert answer.robot
    return made


def is_planned(world: CoreWorld, task: str) -> bool:
    """Return whether a robot has a task before it."""
    return world.state.tasks[task].state is not TaskState.REQUESTED


def test_who_asks_in_a_crowd_is_accepted_at_once_and_planned_for_at_the_next_tick(world: CoreWorld) -> None:
    plans = world.state.plans
    (answer,) = world.feed(SubmitTask("second", "parcel_delivery", PARCEL))
    assert answer.accepted
    assert (answer.robot, world.state.plans, is_planned(world, "second")) == ("", plans, False)
    world.feed(Tick())
    assert is_planned(world, "second")


def test_an_alarm_in_a_crowd_is_planned_for_at_once_and_all_others_with_it(world: CoreWorld) -> None:
    world.feed(SubmitTask("second", "parcel_delivery", PARCEL))
    (answer,) = world.feed(SubmitTask("alarm", "care_alarm", {**VISIT, "signal": "help_button"}))
    assert answer.robot
    assert is_planned(world, "second")
