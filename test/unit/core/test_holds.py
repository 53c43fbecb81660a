"""Holds of the fleet: to safe places, and in place."""

from __future__ import annotations

import pytest

from robot_fleet.core.facts import HoldSet
from robot_fleet.core.fleet import apply
from robot_fleet.core.fleet.right_of_way import release
from robot_fleet.core.inputs import SetHold, SubmitTask, Tick
from robot_fleet.core.order import END, LANE, NO_STOPPING, Order, StepKind
from test.property.core_world import CoreWorld, ModelRobot
from test.property.test_core import world_of

CLEAR = "w06"
"""In a zone of the tiny site where logistics robots do not rest in a hold."""
PARCEL = {"from": "hub/shelf", "to": "home/r101", "item": "b1", "mass_kg": 2.0}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CoreWorld:
    """The tiny site; robots are released one lane ahead of the one that they drive."""
    monkeypatch.setattr(release, "HORIZON_M", 0.5)
    made = world_of("tiny")
    made.tell_all()
    work(made)
    return made


def work(world: CoreWorld) -> None:
    world.pass_time(2.0)
    for robot in world.robots.values():
        world.step(robot)
        world.tell(robot)
    world.feed(Tick())


def crossing(world: CoreWorld, at: str = CLEAR) -> ModelRobot:
    """Return the logistics robot, at the vertex that is to be kept clear or another one on its way there."""
    world.feed(SubmitTask("a", "parcel_delivery", PARCEL))
    for _ in range(80):
        if world.state.robots["logistics_1"].at == at:
            return world.robots["logistics_1"]
        work(world)
    raise AssertionError("the robot does not come that way")


def order_of(robot: ModelRobot) -> Order:
    assert robot.order is not None
    return robot.order


def marks(order: Order) -> list[object]:
    return [step.params.get(NO_STOPPING) for step in order.steps if step.kind is StepKind.DRIVE]


def test_a_held_robot_is_told_where_nobody_stands_and_let_go_it_is_not(world: CoreWorld) -> None:
    robot = crossing(world)
    assert not any(marks(order_of(robot)))
    world.feed(SetHold("h", True))
    assert [LANE, END] in marks(order_of(robot))
    assert order_of(robot).hold
    world.feed(SetHold("l", False))
    assert not any(marks(order_of(robot)))


def test_who_stands_in_the_way_is_released_as_much_as_it_needs_and_stops_there(world: CoreWorld) -> None:
    robot = crossing(world)
    world.feed(SetHold("h", True))
    for _ in range(10):
        work(world)
    at = world.state.robots[robot.id].at
    assert at != CLEAR
    assert world.fleet.roads.may_stop_at("logistics", at)
    released = order_of(robot).released
    for _ in range(10):
        work(world)
    assert order_of(robot).released == released, "it stands where it may: nothing more is released"
    world.feed(SetHold("l", False))
    world.drain(hours=1.0)
    assert world.state.tasks["a"].result


def test_a_robot_that_cannot_get_off_is_named_in_the_answer(world: CoreWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    robot = crossing(world, at="w11")
    monkeypatch.setattr(world.fleet.roads, "may_stop_at", lambda travel_class, vertex: False)
    monkeypatch.setattr(world.fleet.roads, "may_stop_on", lambda travel_class, lane: False)
    [answer] = world.feed(SetHold("h", True))
    assert (answer.accepted, answer.code, answer.where) == (True, "hold_in_the_way", robot.id)


def test_stopped_in_place_it_stays_whatever_hold_follows(world: CoreWorld) -> None:
    robot = crossing(world)
    [answer] = world.feed(SetHold("s", True, in_place=True))
    assert answer.code == ""
    world.feed(SetHold("h", True))
    for _ in range(10):
        work(world)
    assert world.state.robots[robot.id].at == CLEAR
    assert not any(marks(order_of(robot)))
    assert [fact.to_safe_place for fact in world.facts if isinstance(fact, HoldSet)] == [False, False]


def test_one_robot_is_led_off_while_the_others_work(world: CoreWorld) -> None:
    robot = crossing(world)
    world.feed(SetHold("h", True, robot.id))
    for _ in range(10):
        work(world)
    assert world.state.robots[robot.id].at != CLEAR
    assert not world.state.hold
    world.check_replay()


def test_holds_of_older_ledgers_stop_in_place(world: CoreWorld) -> None:
    state = world.state
    apply(state, HoldSet(True, "", "", "kim"))
    assert (state.hold, state.in_place) == (True, True)
    apply(state, HoldSet(False, "", "", "kim"))
    assert (state.hold, state.in_place) == (False, False)
