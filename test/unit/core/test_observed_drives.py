"""Which drives the core learns from, and that plans follow what it has learnt, also after a restart."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from robot_fleet.core.drives import REVISE_EVERY_S
from robot_fleet.core.facts import DriveObserved
from robot_fleet.core.fleet.right_of_way import release
from robot_fleet.core.fleet.state import OrderRecord
from robot_fleet.core.inputs import SetHold, SubmitTask, Tick
from test.property.core_world import CoreWorld, ModelRobot
from test.property.test_core import world_of

VISIT = {"place": "home/r102"}
LANE_S = 6.0
"""About what a lane of the tiny site takes."""


@pytest.fixture
def world() -> CoreWorld:
    made = world_of("tiny")
    for _ in range(5):  # they report, and go to their chargers
        made.pass_time(2.0)
        for robot in made.robots.values():
            made.step(robot)
            made.tell(robot)
        made.feed(Tick())
    return made


def observed(world: CoreWorld) -> list[DriveObserved]:
    return [fact for fact in world.facts if isinstance(fact, DriveObserved)]


def sent_out(world: CoreWorld, task: str = "a") -> tuple[ModelRobot, OrderRecord]:
    """Ask for a visit; return the robot that goes, and its order."""
    world.feed(SubmitTask(task, "care_visit", VISIT))
    robot = world.robots[world.state.tasks[task].robot]
    order = world.state.robots[robot.id].busy
    assert order is not None
    return robot, order


def drive(
    world: CoreWorld,
    robot: ModelRobot,
    order: OrderRecord,
    lane_s: Callable[[int], float] = lambda lane: LANE_S,
    before: Callable[[int], None] = lambda lane: None,
) -> None:
    """Let a robot drive an order's lanes, each in so many seconds; `before` is called before each lane ends."""
    while not order.arrived:
        lane = order.done - order.first_lane
        world.pass_time(lane_s(lane))
        before(lane)
        assert world.step(robot)
        for other in world.robots.values():
            world.tell(other)
        world.feed(Tick())


def test_every_lane_but_the_first_tells_how_long_it_took(world: CoreWorld) -> None:
    robot, order = sent_out(world)
    drive(world, robot, order, lambda lane: LANE_S + lane)
    assert len(order.lanes) >= 4
    assert [fact.lane for fact in observed(world)] == list(order.lanes[1:])
    assert [fact.took_s for fact in observed(world)] == pytest.approx([LANE_S + i for i in range(1, len(order.lanes))])
    assert {fact.travel_class for fact in observed(world)} == {robot.kind}
    roads = world.ports.roads
    for before, fact, after in zip(order.lanes, observed(world), [*order.lanes[2:], ""], strict=False):
        assert fact.expected_s == pytest.approx(roads.lane_s(robot.kind, fact.lane, before, after, 0.0), abs=0.001)


def test_the_lanes_of_a_way_take_what_the_way_takes(world: CoreWorld) -> None:
    robot, order = sent_out(world)
    roads = world.ports.roads
    first = order.lanes[0]
    passed_s = sum(
        roads.lane_s(robot.kind, lane, before, after, 0.0)
        for before, lane, after in zip(order.lanes, order.lanes[1:], [*order.lanes[2:], ""], strict=False)
    )
    start = first.partition(">")[0]
    whole_s = roads.time_s(robot.kind, start, order.place)
    # what is left is the first lane: its start, its way, and the stop on it if it ends in a bend
    assert whole_s - passed_s == pytest.approx(roads.time_s(robot.kind, start, first.partition(">")[2]), abs=2.5)
    assert whole_s > passed_s > 0.0


def test_waiting_for_the_way_is_not_slow_driving(world: CoreWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "HORIZON_M", 0.5)  # one lane ahead: it brakes at the end of each but the last
    robot, order = sent_out(world)
    drive(world, robot, order)
    assert [fact.lane for fact in observed(world)] == [order.lanes[-1]]


def test_what_a_hold_falls_into_does_not_count(world: CoreWorld) -> None:
    robot, order = sent_out(world)

    def hold(lane: int) -> None:
        if lane == 1:
            world.feed(SetHold("h1", True, robot.id))
            world.pass_time(60.0)
            world.feed(SetHold("h2", False, robot.id))

    drive(world, robot, order, before=hold)
    assert [fact.lane for fact in observed(world)] == list(order.lanes[3:])


def test_what_silence_falls_into_does_not_count(world: CoreWorld) -> None:
    robot, order = sent_out(world)

    def silence(lane: int) -> None:
        if lane == 1:
            world.pass_time(5.0)
            world.feed(Tick())

    drive(world, robot, order, before=silence)
    assert [fact.lane for fact in observed(world)] == list(order.lanes[3:])


def test_what_is_no_drive_at_all_does_not_count(world: CoreWorld) -> None:
    robot, order = sent_out(world)
    drive(world, robot, order, lambda lane: 0.01 if lane == 1 else 600.0)
    assert observed(world) == []


def visited(world: CoreWorld, task: str, slower: float) -> tuple[str, OrderRecord]:
    """Let a robot make a visit whose way takes so many times what the roads say; return its kind and order."""
    robot, order = sent_out(world, task)
    roads = world.ports.roads

    def lane_s(lane: int) -> float:
        if lane < 1:
            return 10.0
        before, name, *after = order.lanes[lane - 1 : lane + 2]
        return slower * roads.lane_s(robot.kind, name, before, "".join(after[:1]), 0.0)

    drive(world, robot, order, lane_s)
    world.drain(hours=1.0)
    world.pass_time(REVISE_EVERY_S)
    return robot.kind, order


def test_plans_follow_what_drives_have_taken_also_after_a_restart(world: CoreWorld) -> None:
    for number in range(3):
        kind, order = visited(world, f"t{number}", slower=2.0)
    start, end = order.lanes[1].partition(">")[0], order.place
    before_s, now_s = world.ports.roads.time_s(kind, start, end), world.fleet.roads.time_s(kind, start, end)
    assert 1.2 * before_s < now_s < 2.0 * before_s
    matrix = world.fleet.roads.matrix(kind)
    assert world.fleet.roads.matrix(kind) is matrix
    assert (matrix >= world.ports.roads.matrix(kind)).all()
    world.check_replay()
    world.restart()
    assert world.fleet.roads.time_s(kind, start, end) == now_s
