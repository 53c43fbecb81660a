"""Many requests at once: all are taken on, or none is."""

from __future__ import annotations

import pytest

from robot_fleet.core.fleet.commands import batch
from robot_fleet.core.fleet.posing import tasks
from robot_fleet.core.inputs import SubmitTask, SubmitTasks, Tick
from robot_fleet.core.lifecycles.task import TaskState
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

VISIT = {"place": "home/r101"}
PARCEL = {"from": "hub/shelf", "to": "home/gate", "item": "b1", "mass_kg": 2.0}


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site at 07:30, all robots heard."""
    made = world_of("tiny")
    made.tell_all()
    return made


def test_all_are_taken_on_and_planned_together_from_when_they_stand(world: CoreWorld) -> None:
    now_s = world.fleet_s
    wishes = (
        SubmitTask("a", "care_visit", VISIT, at_s=now_s + 3_600.0),
        SubmitTask("b", "parcel_delivery", PARCEL, at_s=now_s - 3_600.0),
    )
    (answer,) = world.feed(SubmitTasks("x", wishes))
    assert (answer.accepted, answer.wrong) == (True, ())
    world.feed(Tick())
    later, gone = world.state.tasks["a"].request, world.state.tasks["b"].request
    due_after_s = world.site.services["care_visit"].due.after_s
    assert (later.requested_s, later.earliest_s, later.due_s) == (now_s + 3_600.0,) * 2 + (now_s + 3_600 + due_after_s,)
    assert gone.requested_s == now_s
    assert world.state.tasks["a"].state is TaskState.SCHEDULED
    world.check_replay()
    facts = len(world.facts)
    (again,) = world.feed(SubmitTasks("y", wishes))
    assert again.accepted
    assert len(world.facts) == facts, "the same ids are the same tasks"


def test_what_is_asked_for_far_ahead_is_planned_when_its_time_comes(world: CoreWorld) -> None:
    at_s = world.fleet_s + tasks.AHEAD_S + 600.0
    world.feed(SubmitTasks("x", (SubmitTask("a", "care_visit", VISIT, at_s=at_s),)))
    world.feed(Tick())
    task = world.state.tasks["a"]
    assert (task.state, task.reason) == (TaskState.REQUESTED, "far_ahead")
    assert world.fleet.explain("a", world.now).reason == "far_ahead"
    world.pass_time(601.0)
    world.tell_all()
    world.feed(Tick())
    assert (task.state, task.reason) == (TaskState.SCHEDULED, "")


def test_what_an_earlier_line_brings_a_later_one_may_speak_of(world: CoreWorld) -> None:
    twice = (SubmitTask("a", "parcel_delivery", PARCEL), SubmitTask("b", "parcel_delivery", PARCEL))
    (answer,) = world.feed(SubmitTasks("x", twice))
    assert [(wrong.request, wrong.code) for wrong in answer.wrong] == [(1, "request_item_exists")]
    assert not world.state.tasks


def test_what_is_wrong_is_said_of_each_and_nothing_changes(world: CoreWorld) -> None:
    wishes = (
        SubmitTask("a", "care_visit", VISIT),
        SubmitTask("b", "care_visit", {"place": "nowhere"}),
        SubmitTask("c", "store", {"from": "hub/shelf", "item": "anvil", "mass_kg": 25.0}),
        SubmitTask("d", "care_alarm", {**VISIT, "signal": "help_button"}),
        SubmitTask("a", "patrol", {"route": "round"}),
        SubmitTask("e e", "care_visit", VISIT),
    )
    facts, state = len(world.facts), repr(world.state)
    (answer,) = world.feed(SubmitTasks("x", wishes))
    assert (answer.accepted, answer.code) == (False, "request_some_refused")
    assert [(wrong.request, wrong.code) for wrong in answer.wrong] == [
        (1, "request_unknown_place"),
        (2, "no_place_fits"),
        (3, "request_task_is_alarm"),
        (4, "request_key_used"),
        (5, "request_key_malformed"),
    ]
    assert (len(world.facts), repr(world.state)) == (facts, state)


def test_a_dry_run_takes_nothing_on(world: CoreWorld) -> None:
    facts, state = len(world.facts), repr(world.state)
    (answer,) = world.feed(SubmitTasks("x", (SubmitTask("a", "care_visit", VISIT),), dry_run=True))
    assert answer.accepted
    assert (len(world.facts), repr(world.state)) == (facts, state)


def test_there_is_a_limit(world: CoreWorld) -> None:
    many = tuple(SubmitTask(f"t{number}", "care_visit", VISIT) for number in range(batch.MOST + 1))
    (answer,) = world.feed(SubmitTasks("x", many))
    assert answer.code == "request_file_too_long"
