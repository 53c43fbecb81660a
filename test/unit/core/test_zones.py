"""Zones that people close, open and slow down while robots are under way."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from robot_fleet.core.facts import OrderSent, TaskHeldUp, TaskReleased, ZoneClosed, ZoneOpened
from robot_fleet.core.fleet import dispatch
from robot_fleet.core.fleet.right_of_way import release
from robot_fleet.core.inputs import (
    CloseZone,
    CloseZones,
    LimitZone,
    OpenZone,
    OpenZones,
    SubmitTask,
    Tick,
    ZoneChange,
)
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.order import StepKind
from test.property.core_world import CoreWorld, ModelRobot
from test.property.test_core import world_of

INTO = {"from": "hub/shelf", "item": "b1", "mass_kg": 2.0}  # there is one locker, in the annex
OUT_OF = {"from": "annex/locker", "to": "home/gate", "item": "b1", "mass_kg": 2.0}
PASSAGE = "w15>annex"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CoreWorld:
    """The tiny site, its robots at their chargers; they are released one lane ahead of the one that they drive."""
    monkeypatch.setattr(release, "HORIZON_M", 0.5)
    made = world_of("tiny")
    made.tell_all()
    for _ in range(4):
        work(made)
    return made


def work(world: CoreWorld) -> None:
    """Let every robot do a step and tell of it, and the core look at the time."""
    world.pass_time(2.0)
    for robot in world.robots.values():
        world.step(robot)
        world.tell(robot)
    world.feed(Tick())


def until_at(world: CoreWorld, robot: str, vertex: str) -> ModelRobot:
    for _ in range(60):
        if world.state.robots[robot].at == vertex:
            return world.robots[robot]
        work(world)
    raise AssertionError(f"{robot} does not come to {vertex}")


def carrier(world: CoreWorld, task: str) -> str:
    return world.state.tasks[task].robot


def close(world: CoreWorld, zone: str = "annex", key: str = "c1") -> None:
    [answer] = world.feed(CloseZone(key, zone, "festival", "kim"))
    assert answer.accepted


def reopen(world: CoreWorld, zone: str = "annex") -> None:
    [answer] = world.feed(OpenZone("o1", zone))
    assert answer.accepted


def test_nobody_is_sent_into_a_closed_zone_and_the_plan_says_why(world: CoreWorld) -> None:
    close(world)
    world.feed(SubmitTask("a", "store", INTO))
    for _ in range(20):
        work(world)
    task = world.state.tasks["a"]
    assert (task.state, task.reason) == (TaskState.REQUESTED, "unreachable")
    assert not any(isinstance(fact, OrderSent) and fact.task == "a" for fact in world.facts)
    reopen(world)
    world.drain(hours=1.0)
    assert task.state is TaskState.COMPLETED


def test_a_robot_on_its_way_to_a_first_stop_turns_round_at_once(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", OUT_OF))
    robot = world.state.robots[carrier(world, "a")]
    until_at(world, robot.id, "e09")
    assert robot.busy is not None
    assert PASSAGE in robot.busy.lanes
    close(world)
    assert TaskReleased("a", "zone_closed") in world.facts
    assert PASSAGE not in robot.busy.lanes, "it is led elsewhere in the turn in which the zone is closed"
    for _ in range(30):
        work(world)
    assert robot.docked
    assert world.state.tasks["a"].reason == "unreachable"
    reopen(world)
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state is TaskState.COMPLETED


def test_who_is_inside_finishes_what_is_released_and_leaves(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", OUT_OF))
    robot = world.state.robots[carrier(world, "a")]
    until_at(world, robot.id, "annex")
    assert robot.busy is not None
    inside = robot.busy.released
    close(world)
    assert robot.busy.released >= inside, "a release is never taken back"
    world.drain(hours=1.0)  # opens it at once; so look at the way out without it
    assert world.state.tasks["a"].state is TaskState.COMPLETED


def test_a_robot_with_an_act_inside_carries_it_out_and_then_leads_its_goods_out(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", OUT_OF))
    robot = world.state.robots[carrier(world, "a")]
    until_at(world, robot.id, "annex/locker")
    close(world)
    until_at(world, robot.id, "home/gate")
    for _ in range(3):
        work(world)
    assert world.state.tasks["a"].state is TaskState.COMPLETED
    assert not any(isinstance(fact, TaskHeldUp) for fact in world.facts)


def test_an_idle_robot_leaves_the_zone_in_which_it_rests(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "store", INTO))
    robot = world.state.robots[carrier(world, "a")]
    until_at(world, robot.id, "annex/locker")
    close(world)
    for _ in range(30):
        work(world)
    assert world.state.tasks["a"].state is TaskState.COMPLETED
    assert robot.docked in world.site.places


def test_goods_whose_place_is_closed_wait_and_go_on(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "store", INTO))
    robot = world.state.robots[carrier(world, "a")]
    until_at(world, robot.id, "hub/shelf")
    work(world)
    work(world)
    close(world)
    for _ in range(10):
        work(world)
    task = world.state.tasks["a"]
    assert robot.load == ("b1",)
    assert (task.state, task.reason) in ((TaskState.UNDERWAY, "zone_closed"), (TaskState.UNDERWAY, "unreachable"))
    reopen(world)
    for _ in range(30):
        work(world)
    assert (task.state, task.reason) == (TaskState.COMPLETED, "")


def test_goods_on_their_way_wait_outside_and_out_of_the_way(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "store", INTO))
    robot = world.state.robots[carrier(world, "a")]
    until_at(world, robot.id, "hub/shelf")
    until_at(world, robot.id, "e15")
    close(world)
    until_at(world, robot.id, "waiting_1")
    work(world)
    task = world.state.tasks["a"]
    assert (task.state, task.reason) == (TaskState.UNDERWAY, "unreachable")
    assert (robot.load, robot.docked, robot.busy) == (("b1",), "", None)
    reopen(world)
    world.drain(hours=1.0)
    assert task.state is TaskState.COMPLETED


def test_goods_wait_on_the_way_where_no_place_is_free(world: CoreWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "ASIDE_KINDS", ())
    world.feed(SubmitTask("a", "store", INTO))
    robot = world.state.robots[carrier(world, "a")]
    until_at(world, robot.id, "hub/shelf")
    until_at(world, robot.id, "e15")
    close(world)
    for _ in range(10):
        work(world)
    task = world.state.tasks["a"]
    assert (task.state, task.reason) == (TaskState.UNDERWAY, "zone_closed")
    reopen(world)
    work(world)
    assert task.reason == ""
    world.drain(hours=1.0)
    assert task.state is TaskState.COMPLETED


def test_a_zone_concerns_the_kinds_that_it_names(world: CoreWorld) -> None:
    close(world, "north_lane")
    roads = world.fleet.roads
    assert math.isinf(roads.time_s("logistics", "annex/desk", "home/r101"))
    assert math.isfinite(roads.time_s("care", "annex/desk", "home/r101"))


def test_a_limit_reaches_a_robot_under_way_for_what_is_not_released(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "store", INTO))
    name = carrier(world, "a")
    robot = until_at(world, name, "e09")
    order = world.state.robots[name].busy
    assert order is not None
    assert robot.order is not None
    released = robot.order.steps[: robot.order.released]
    limit = LimitZone("l1", "annex", 0.25)
    world.feed(limit)
    until_at(world, name, "hub/shelf")
    until_at(world, name, "e15")
    steps = {step.lane: step.speed_mps for step in robot.order.steps if step.kind is StepKind.DRIVE}
    assert steps[PASSAGE] == 0.25
    assert steps["e15>w15"] == 0.0
    assert all(step.speed_mps == 0.0 for step in released if step.kind is StepKind.DRIVE)
    # lifted while the robot drives: what is released keeps its limit, what is not loses it
    before = robot.order.released
    world.feed(LimitZone("l2", "annex", 0.0))
    rest = robot.order.steps[before:]
    assert all(step.speed_mps == 0.0 for step in rest if step.kind is StepKind.DRIVE)


def test_a_limit_makes_travel_times_longer(world: CoreWorld) -> None:
    before_s = world.fleet.roads.time_s("care", "home/r101", "annex/desk")
    matrix = world.fleet.roads.matrix("care")
    world.feed(LimitZone("l1", "annex", 0.25))
    assert world.fleet.roads.time_s("care", "home/r101", "annex/desk") > before_s + 5.0
    assert world.fleet.roads.matrix("care") is not matrix
    world.feed(LimitZone("l2", "annex", 0.0))
    assert world.fleet.roads.time_s("care", "home/r101", "annex/desk") == before_s


def test_what_people_made_of_zones_outlives_a_restart(world: CoreWorld) -> None:
    close(world)
    world.feed(LimitZone("l1", "north_lane", 0.3))
    world.snapshot()
    work(world)
    for _ in range(2):  # once from facts alone, once from the snapshot
        world.restart()
        assert math.isinf(world.fleet.roads.time_s("care", "home/r101", "annex/desk"))
        assert world.fleet.roads.limit_mps("logistics", "w09>w06") == 0.3
        work(world)
    world.check_replay()


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (CloseZone("k1", "moon"), "request_unknown_zone"),
        (OpenZone("k 1", "annex"), "request_key_malformed"),
        (CloseZones("k1", ("annex", "moon")), "request_unknown_zone"),
        (CloseZones("k1", outdoor=True), "request_no_zone"),
        (OpenZones("k1"), "request_no_zone"),
        (CloseZone("k1", "annex", cause="aliens"), "request_cause_malformed"),
        (CloseZone("k1", "annex", until_s=5.0), "request_until_past"),
        (CloseZone("k1", "annex", until_s=math.nan), "request_until_past"),
        (LimitZone("k1", "annex", -0.5), "request_speed_malformed"),
        (LimitZone("k1", "annex", 0.01), "request_speed_malformed"),
        (LimitZone("k1", "annex", 99.0), "request_speed_malformed"),
        (LimitZone("k1", "annex", math.nan), "request_speed_malformed"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(world: CoreWorld, wish: ZoneChange, code: str) -> None:
    facts = len(world.facts)
    [answer] = world.feed(wish)
    assert (answer.accepted, answer.code) == (False, code)
    assert len(world.facts) == facts


def test_zones_are_closed_together_for_a_cause_and_open_by_themselves(world: CoreWorld) -> None:
    until_s = world.fleet_s + 30.0
    [answer] = world.feed(CloseZones("c1", ("north_lane", "annex"), False, "storm", "kim", "weather", until_s))
    assert answer.accepted
    closed = [fact for fact in world.facts if isinstance(fact, ZoneClosed)]
    assert [(fact.zone, fact.cause, fact.until_s) for fact in closed] == [
        ("annex", "weather", until_s),
        ("north_lane", "weather", until_s),
    ]
    for _ in range(14):
        work(world)
    assert all(record.closed for record in world.state.zones.values())
    work(world)
    opened = [fact for fact in world.facts if isinstance(fact, ZoneOpened)]
    assert [(fact.zone, fact.by) for fact in opened] == [("annex", ""), ("north_lane", "")]
    assert math.isfinite(world.fleet.roads.time_s("care", "home/r101", "annex/desk"))
    work(world)
    assert len([fact for fact in world.facts if isinstance(fact, ZoneOpened)]) == 2
    world.check_replay()


def test_all_outdoor_zones_are_closed_by_one_command_and_opened_by_another(world: CoreWorld) -> None:
    zones = {**world.site.zones, "annex": replace(world.site.zones["annex"], outdoor=True)}
    world.fleet.site = replace(world.site, zones=zones)
    world.feed(CloseZones("c1", outdoor=True, cause="weather"))
    assert {zone: record.closed for zone, record in world.state.zones.items()} == {"annex": True}
    world.feed(OpenZones("o1", outdoor=True))
    assert world.state.zones["annex"].closed is False
    assert world.state.zones["annex"].cause == ""


def test_the_same_key_is_the_same_wish(world: CoreWorld) -> None:
    close(world)
    reopen(world)
    close(world)  # a late copy of the first
    assert sum(isinstance(fact, ZoneClosed) for fact in world.facts) == 1
    assert world.state.zones["annex"].closed is False
