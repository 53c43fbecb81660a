"""Lanes along which there is no way on: something stands there, or a robot that is not heard any more."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from robot_fleet.core.facts import LaneBlocked, LaneCleared, OrderEnded
from robot_fleet.core.fleet.right_of_way import blocking, release
from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.core.order import StepKind, StepResult, StepState
from robot_fleet.core.policies import Policies
from robot_fleet.core.ports import RoadConditions
from robot_fleet.site.ground.roads import LaneRoads
from test.property.core_world import CoreWorld, ModelRobot
from test.property.test_core import world_of
from test.unit.core.test_zones import carrier, until_at, work

OUT_OF = {"from": "annex/locker", "to": "home/gate", "item": "b1", "mass_kg": 2.0}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CoreWorld:
    monkeypatch.setattr(release, "HORIZON_M", 0.5)
    made = world_of("tiny")
    made.tell_all()
    for _ in range(4):
        work(made)
    return made


def finds_no_way_on(world: CoreWorld, robot: ModelRobot, code: str = "nav_105") -> str:
    """Let the drive under way fail as one does before an obstacle, and return its lane."""
    order = world.state.robots[robot.id].busy
    assert order is not None
    for _ in range(20):
        if robot.next_step is not None and len(robot.results) < order.released:
            break
        world.tell(robot)
        world.feed(Tick())
    step = robot.next_step
    assert step is not None
    assert step.kind is StepKind.DRIVE
    lane = order.lanes[len(robot.results) - order.first_lane]
    robot.results.append(StepResult(step.id, StepState.FAILED, code, {}, world.now.fleet_s))
    world.tell(robot)
    return lane


def test_ways_keep_out_of_a_blocked_lane_and_use_it_again(world: CoreWorld) -> None:
    roads = world.fleet.roads
    assert isinstance(roads, LaneRoads)
    way = roads.route("care", "charger_1", "home/r102")
    assert way is not None
    round_about = roads.under(RoadConditions(blocked=frozenset({way[2]}))).route("care", "charger_1", "home/r102")
    assert round_about is None or way[2] not in round_about
    assert roads.under(RoadConditions(blocked=frozenset())).route("care", "charger_1", "home/r102") == way


def test_others_go_another_way_and_come_back_when_it_is_clear(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", OUT_OF))
    robot = until_at(world, carrier(world, "a"), "e09")
    lane = finds_no_way_on(world, robot)
    [blocked] = [fact for fact in world.facts if isinstance(fact, LaneBlocked)]
    assert (blocked.lane, blocked.robot, blocked.code) == (lane, robot.id, "nav_105")
    assert any(isinstance(fact, OrderEnded) and fact.state == "failed" for fact in world.facts)
    roads = world.fleet.roads
    for kind in world.site.kinds:
        for start in world.site.places:
            for end in ("annex/locker", "home/r101"):
                assert lane not in (roads.route(kind, start, end) or ()), "no way leads along it"
    for _ in range(math.ceil(blocking.BLOCKED_S / 10.0)):
        world.pass_time(10.0)
        world.tell_all()
        world.feed(Tick())
    assert [fact.lane for fact in world.facts if isinstance(fact, LaneCleared)] == [lane]
    assert not world.state.blocked


def test_a_drive_that_fails_otherwise_blocks_nothing(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", OUT_OF))
    robot = until_at(world, carrier(world, "a"), "e09")
    finds_no_way_on(world, robot, "nav_100")
    assert not world.state.blocked


def test_a_robot_that_falls_silent_on_its_way_blocks_the_lanes_about_it_until_it_is_heard(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", OUT_OF))
    robot = until_at(world, carrier(world, "a"), "e09")
    record, lanes = world.state.robots[robot.id], world.site.lanes
    turn = world.turn()
    world.state.tasks["a"].request = replace(world.state.tasks["a"].request, stops=())  # nobody needs to get there
    blocking.block_around(turn, record)
    about = {lane for lane, (by, until_s) in world.state.blocked.items() if by == robot.id and until_s == math.inf}
    assert {lane.id for lane in lanes.values() if record.at in (lane.start, lane.end)} <= about
    assert len(about) < len(lanes), "the rest of the site is used on"
    blocking.clear_of(turn, record)
    assert not world.state.blocked, "it is heard again"


def test_nothing_is_blocked_where_there_is_no_way_round(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", OUT_OF))
    robot = until_at(world, carrier(world, "a"), "e09")
    world.feed(SubmitTask("b", "care_visit", {"place": "home/r101"}))
    turn = world.turn()
    record = world.state.robots[robot.id]
    assert not blocking._goes_round(turn, record, frozenset(world.site.lanes))
    assert blocking._goes_round(turn, record, frozenset())


def test_a_fleet_without_recovery_blocks_nothing(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", OUT_OF))
    robot = until_at(world, carrier(world, "a"), "e09")
    record = world.state.robots[robot.id]
    assert record.busy is not None
    for policies, blocks in ((Policies(recovery=False), False), (Policies(), True)):
        world.ports = replace(world.ports, policies=policies)
        turn = world.turn()
        blocking.block(turn, record, record.busy, record.busy.first_lane, "nav_105")
        assert any(isinstance(fact, LaneBlocked) for fact in turn.facts) is blocks
