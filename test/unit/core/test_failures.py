"""Failures of the whole fleet, as `docs/reference/failures.md` tells of them: what the core makes of each."""

from __future__ import annotations

import pytest

from robot_fleet.core.facts import OrderSent, TaskReleased
from robot_fleet.core.fleet.alarming.standing import STRANDED_AFTER_S
from robot_fleet.core.fleet.planning import GIVE_UP_AFTER_S
from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Remedy
from test.property.core_world import CoreWorld
from test.unit.core.test_recovery import PARCEL, VISIT, fail, started, until_acting, work


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site, all robots docked."""
    return started()


def until_driving(world: CoreWorld, task: str) -> str:
    """Let everybody work until the task's robot is on its way, and return the robot."""
    for _ in range(60):
        name = world.state.tasks[task].robot
        order = world.state.robots[name].busy if name else None
        if order is not None and order.task == task and 0 < order.lanes_done < len(order.lanes):
            return name
        work(world)
    raise AssertionError(f"nobody drives to {task}")


def test_a_robot_that_cannot_drive_gives_its_task_back_and_gets_nothing_new_for_a_minute(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    name = until_driving(world, "a")
    before = len(world.facts)
    fail(world, world.robots[name])
    assert [fact.task for fact in world.facts[before:] if isinstance(fact, TaskReleased)] == ["a"]
    for _ in range(15):
        work(world)
    assert not [fact for fact in world.facts[before:] if isinstance(fact, OrderSent) and fact.robot == name]
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state is TaskState.COMPLETED


def test_a_minute_without_discovery_is_one_alarm_and_loses_nothing(world: CoreWorld) -> None:
    """Nobody is heard for a minute, in the middle of work; then both sides agree by order and update."""
    for number, place in enumerate(("home/r101", "home/r102")):
        world.feed(SubmitTask(f"v{number}", "care_visit", {"place": place}))
    world.feed(SubmitTask("p", "parcel_delivery", PARCEL))
    until_driving(world, "p")
    for robot in world.robots.values():
        robot.reachable = False
    for _ in range(30):
        work(world)
    assert {robot.link for robot in world.state.robots.values()} == {LinkState.OFFLINE}
    assert [alarm.condition for alarm in world.state.alarms.values()] == ["robot_offline"]
    world.drain(hours=1.0)
    assert {task.state for task in world.state.tasks.values()} == {TaskState.COMPLETED}
    assert [alarm.state for alarm in world.state.alarms.values()] == [AlarmState.CLEARED]
    world.check_replay()
    world.check_custody()


@pytest.mark.parametrize("jump_s", [3600.0, 86_400.0])
def test_a_fleet_clock_that_jumps_ahead_loses_no_robot_and_no_task(world: CoreWorld, jump_s: float) -> None:
    """Links are judged by the steady clock; what was due in between is late, and is done."""
    world.feed(SubmitTask("a", "care_visit", VISIT))
    until_driving(world, "a")
    world.fleet_s += jump_s
    world.feed(Tick())
    assert LinkState.OFFLINE not in {robot.link for robot in world.state.robots.values()}
    world.drain(hours=1.0)
    task = world.state.tasks["a"]
    assert task.state is TaskState.COMPLETED
    assert task.lateness_s is not None and task.lateness_s > jump_s - 1500.0
    world.check_replay()


def test_goods_on_a_robot_that_cannot_go_on_ring_and_open_an_incident(world: CoreWorld) -> None:
    world.feed(SubmitTask("p", "parcel_delivery", PARCEL))
    carrier = world.robots["logistics_1"]
    while not carrier.load:
        work(world)
    carrier.reachable = False
    for _ in range(round(STRANDED_AFTER_S / 2.0) + 15):
        work(world)
    (stranded,) = [alarm for alarm in world.state.alarms.values() if alarm.condition == "cargo_stranded"]
    assert stranded.subjects == ("logistics_1",)
    assert world.state.incidents[stranded.incident].robots == ("logistics_1",)
    assert world.state.tasks["p"].robot == "logistics_1"


def test_a_task_that_nobody_answers_for_ends_with_its_reason_an_hour_after_it_was_due() -> None:
    world = started(act=Remedy.ASK)
    world.feed(SubmitTask("a", "care_visit", VISIT))
    fail(world, until_acting(world, "a"))
    task = world.state.tasks["a"]
    world.pass_time(max(task.request.due_s - world.fleet_s, 0.0) + GIVE_UP_AFTER_S - 5.0)
    work(world)
    assert task.asks and not task.ended
    for _ in range(20):
        work(world)
    assert (task.state, task.reason) == (TaskState.FAILED, "nav_failed")
