"""A robot that only rests leaves its place to one that has something to do there."""

from __future__ import annotations

import pytest

from robot_fleet.core.facts import OrderSent
from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.core.lifecycles.task import TaskState
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

TO_A_CHARGER = {"from": "annex/desk", "to": "charger_2", "item": "box", "mass_kg": 2.0}


@pytest.fixture
def world() -> CoreWorld:
    made = world_of("tiny")
    made.tell_all()
    work(made, 4)
    return made


def work(world: CoreWorld, times: int) -> None:
    for _ in range(times):
        world.pass_time(2.0)
        for robot in world.robots.values():
            world.step(robot)
            world.tell(robot)
        world.feed(Tick())


def test_an_idle_robot_goes_to_another_place_to_rest_and_stays_there(world: CoreWorld) -> None:
    assert world.state.robots["care_2"].at == "charger_2"
    known = len(world.facts)
    world.feed(SubmitTask("a", "bring", TO_A_CHARGER))
    world.drain(hours=0.5)
    assert world.state.tasks["a"].state is TaskState.COMPLETED
    rests = world.state.robots["care_2"]
    assert rests.at != "charger_2"
    assert world.site.places[rests.at].kind in ("charger", "waiting")
    work(world, 20)
    moves = [fact for fact in world.facts[known:] if isinstance(fact, OrderSent) and fact.robot == "care_2"]
    assert len(moves) == 1


def test_one_that_must_charge_stays_until_it_has_charged(world: CoreWorld) -> None:
    world.robots["care_2"].soc_pct = 12.0
    work(world, 1)
    assert world.state.robots["care_2"].must_charge
    world.feed(SubmitTask("a", "bring", TO_A_CHARGER))
    work(world, 60)
    assert world.state.robots["care_2"].at == "charger_2"
    assert world.state.tasks["a"].state is TaskState.UNDERWAY
    world.robots["care_2"].soc_pct = 100.0
    world.drain(hours=0.5)
    assert world.state.tasks["a"].state is TaskState.COMPLETED
