from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_fleet.core.geometry import Pose, wrap_angle
from robot_fleet.core.ports import GoalState
from robot_fleet.sim.people import People
from robot_fleet.sim.robot import STEP_S
from robot_fleet.sim.world import SimWorld
from test.factories import corridor_places, make_kind, make_parking_kind, make_place, make_site
from test.unit.sim.conftest import MakeWorld, run_goal


def trapezoid_s(length_m: float, speed_mps: float, acceleration_mps2: float) -> float:
    """Time from rest to rest over a straight line."""
    ramp_m = speed_mps**2 / acceleration_mps2
    if length_m <= ramp_m:
        return 2.0 * math.sqrt(length_m / acceleration_mps2)
    return 2.0 * speed_mps / acceleration_mps2 + (length_m - ramp_m) / speed_mps


@pytest.mark.parametrize("length_m", [0.05, 0.5, 1.9, 2.0, 7.3, 40.0])
@pytest.mark.parametrize("speed_mps", [0.3, 1.0, 1.6])
def test_a_straight_drive_takes_what_the_trapezoid_says(
    make_world: MakeWorld, length_m: float, speed_mps: float
) -> None:
    world = make_world(make_site(kinds=[make_kind(speed_mps=speed_mps)]))
    world.drive("log_1", [Pose(length_m, 0.0)])
    exact_s = trapezoid_s(length_m, speed_mps, 0.5)
    assert exact_s - 1e-6 <= run_goal(world) <= exact_s + 2.5 * STEP_S
    assert world.robots["log_1"].x_m == pytest.approx(length_m, abs=1e-6)
    assert world.robots["log_1"].odometer_m == pytest.approx(length_m, abs=1e-6)


@pytest.mark.parametrize("yaw_rad", [0.5, -2.0, 3.1])
def test_turning_on_the_spot_takes_angle_over_rate(make_world: MakeWorld, yaw_rad: float) -> None:
    world = make_world()
    world.drive("log_1", [Pose(0.0, 0.0, yaw_rad)])
    assert run_goal(world) == pytest.approx(abs(yaw_rad) / 1.0, abs=2 * STEP_S)
    assert world.robots["log_1"].yaw_rad == pytest.approx(yaw_rad)
    assert world.robots["log_1"].odometer_m == 0.0


def test_it_stops_and_turns_at_a_corner_and_takes_the_last_yaw(make_world: MakeWorld) -> None:
    world = make_world()
    world.drive("log_1", [Pose(10.0, 0.0, 2.0), Pose(10.0, 5.0, 0.0)])
    exact_s = trapezoid_s(10.0, 1.0, 0.5) + trapezoid_s(5.0, 1.0, 0.5) + 2 * math.pi / 2 / 1.0
    assert run_goal(world) == pytest.approx(exact_s, abs=8 * STEP_S)
    assert world.robots["log_1"].pose == Pose(10.0, 5.0, 0.0)


def test_it_passes_a_gentle_bend_at_speed(make_world: MakeWorld) -> None:
    world = make_world()
    bend_rad = math.radians(9.0)
    last = Pose(10.0 + 10.0 * math.cos(bend_rad), 10.0 * math.sin(bend_rad), bend_rad)
    world.drive("log_1", [Pose(10.0, 0.0), last])
    assert run_goal(world) == pytest.approx(trapezoid_s(20.0, 1.0, 0.5), abs=3 * STEP_S)
    assert world.robots["log_1"].pose.distance_m(last) < 1e-6


def test_the_goals_limit_and_the_load_bound_the_speed(make_world: MakeWorld) -> None:
    world = make_world()
    world.drive("log_1", [Pose(10.0, 0.0)], 0.4)
    assert run_goal(world) == pytest.approx(trapezoid_s(10.0, 0.4, 0.5), abs=3 * STEP_S)
    world.robots["log_1"].carry(("p",), 5.0, world.robots["log_1"].footprint)
    world.drive("log_1", [Pose(20.0, 0.0)], 0.8)
    assert run_goal(world) == pytest.approx(trapezoid_s(10.0, 0.5, 0.5), abs=3 * STEP_S)
    assert world.robots["log_1"].loaded_m == pytest.approx(10.0)


def test_a_lower_limit_slows_it_down_gently(make_world: MakeWorld) -> None:
    world = make_world()
    robot = world.robots["log_1"]
    world.drive("log_1", [Pose(20.0, 0.0)])
    world.advance(5.0)
    assert robot.v_mps == pytest.approx(1.0)
    world.drive("log_1", [Pose(20.0, 0.0)], 0.3)
    world.advance(1.0)
    assert robot.v_mps == pytest.approx(0.5, abs=0.01)
    world.advance(2.0)
    assert robot.v_mps == pytest.approx(0.3)


def test_a_route_extended_in_time_is_driven_as_if_it_had_been_known(make_world: MakeWorld) -> None:
    whole, extended = make_world(), make_world()
    poses = [Pose(5.0 * k, 0.0) for k in range(1, 7)]
    whole.drive("log_1", poses)
    extended.drive("log_1", poses[:2])
    goal = whole.robots["log_1"].goal
    assert goal is not None
    sent = 2
    while goal.state is GoalState.RUNNING:
        whole.advance()
        extended.advance()
        robot = extended.robots["log_1"]
        if sent < len(poses) and robot.x_m > 5.0 * (sent - 1) - 2.0:
            sent += 1
            extended.drive("log_1", poses[sent - 3 : sent])
    assert sent == len(poses)
    assert extended.now_s == whole.now_s
    last = extended.robots["log_1"].goal
    assert last is not None
    assert last.state is GoalState.SUCCEEDED
    assert extended.robots["log_1"].odometer_m == pytest.approx(30.0)


def test_poses_that_it_has_just_passed_are_not_driven_back_to(make_world: MakeWorld) -> None:
    world = make_world()
    world.drive("log_1", [Pose(2.0, 0.0), Pose(4.0, 0.0), Pose(6.0, 0.0)])
    world.advance(6.5)
    assert 4.5 < world.robots["log_1"].x_m < 6.0
    world.drive("log_1", [Pose(2.0, 0.0), Pose(4.0, 0.0), Pose(6.0, 0.0), Pose(8.0, 0.0)])
    goal = world.robots["log_1"].goal
    assert goal is not None
    assert goal.poses_left == 2
    run_goal(world)
    assert world.robots["log_1"].odometer_m == pytest.approx(8.0)


def test_it_does_drive_back_when_told_to(make_world: MakeWorld) -> None:
    world = make_world()
    world.drive("log_1", [Pose(2.0, 0.0), Pose(4.0, 0.0)])
    run_goal(world)
    world.drive("log_1", [Pose(2.0, 0.0), Pose(0.0, 0.0)])
    run_goal(world)
    assert world.robots["log_1"].x_m == pytest.approx(0.0)
    assert world.robots["log_1"].odometer_m == pytest.approx(8.0)


def test_another_way_makes_it_brake_straight_on_before_it_turns(make_world: MakeWorld) -> None:
    world = make_world()
    world.drive("log_1", [Pose(20.0, 0.0)])
    world.advance(5.0)
    at_m = world.robots["log_1"].x_m
    world.drive("log_1", [Pose(at_m, 10.0)])
    world.advance(1.0)
    assert world.robots["log_1"].yaw_rad == 0.0
    assert world.robots["log_1"].v_mps == pytest.approx(0.5, abs=0.01)
    run_goal(world)
    assert world.robots["log_1"].pose.distance_m(Pose(at_m, 10.0)) < 1e-6
    assert world.robots["log_1"].odometer_m > at_m + 1.0 + 10.0


def test_cancel_brakes_at_the_robots_own_deceleration(make_world: MakeWorld) -> None:
    world = make_world()
    world.drive("log_1", [Pose(20.0, 0.0)])
    world.advance(5.0)
    at_m = world.robots["log_1"].x_m
    world.cancel("log_1")
    goal = world.robots["log_1"].goal
    assert goal is not None
    assert goal.state is GoalState.RUNNING
    assert run_goal(world) == pytest.approx(2.0, abs=STEP_S)
    assert goal.state is GoalState.CANCELLED
    assert world.robots["log_1"].x_m == pytest.approx(at_m + 1.0, abs=0.01)


def test_an_omnidirectional_robot_holds_its_yaw(make_world: MakeWorld) -> None:
    start = make_place("s", 0.0, pose=Pose(0.0, 0.0, math.pi / 2))
    world = make_world(make_site(places=[start], kinds=[make_parking_kind()], robots={"park_1": "s"}, lanes=[]))
    world.drive("park_1", [Pose(5.0, 0.0, math.pi / 2), Pose(5.0, 5.0, math.pi / 2)], 0.0, keep_yaw=True)
    goal = world.robots["park_1"].goal
    assert goal is not None
    while goal.state is GoalState.RUNNING:
        world.advance()
        assert world.robots["park_1"].yaw_rad == math.pi / 2
    assert world.robots["park_1"].pose.distance_m(Pose(5.0, 5.0)) < 1e-6


def test_an_omnidirectional_robot_turns_to_a_yaw_before_it_goes_on(make_world: MakeWorld) -> None:
    world = make_world(make_site(kinds=[make_parking_kind()], robots={"park_1": "a"}))
    world.drive("park_1", [Pose(5.0, 0.0, 1.0)], 0.0, keep_yaw=True)
    world.advance(0.9)
    assert world.robots["park_1"].x_m == 0.0
    run_goal(world, "park_1")
    assert world.robots["park_1"].yaw_rad == 1.0


_points = st.tuples(st.integers(-8, 8), st.integers(-8, 8), st.sampled_from([0.0, 1.5, -3.0]))


@settings(max_examples=60, deadline=None)
@given(
    drives=st.lists(
        st.tuples(st.lists(_points, min_size=1, max_size=4), st.integers(1, 80), st.sampled_from([0.0, 0.3, 5.0])),
        min_size=1,
        max_size=5,
    ),
    omnidirectional=st.booleans(),
)
def test_no_jump_and_no_speed_beyond_the_kinds(
    drives: list[tuple[list[tuple[int, int, float]], int, float]], omnidirectional: bool
) -> None:
    kind = make_kind(omnidirectional=omnidirectional, loaded_footprint=make_kind().footprint)
    world = SimWorld(make_site(places=corridor_places()[:1], kinds=[kind], lanes=[]), None, People(), 1, 0.0)
    robot = world.robots["log_1"]
    before = robot.pose, robot.v_mps, robot.odometer_m
    for points, steps, limit_mps in drives:
        world.drive("log_1", [Pose(x, y, yaw) for x, y, yaw in points], limit_mps, omnidirectional)
        for _ in range(steps):
            world.advance()
            pose, v_mps, odometer_m = before
            moved_m = robot.pose.distance_m(pose)
            assert moved_m <= robot.odometer_m - odometer_m + 1e-9
            assert robot.odometer_m - odometer_m <= kind.speed_mps * STEP_S + 1e-9
            assert abs(robot.v_mps - v_mps) <= kind.acceleration_mps2 * STEP_S * 1.51
            assert abs(wrap_angle(robot.yaw_rad - pose.yaw_rad)) <= kind.turn_radps * STEP_S + 1e-6
            before = robot.pose, robot.v_mps, robot.odometer_m
    run_goal(world)
    x, y, yaw = drives[-1][0][-1]
    assert robot.pose.distance_m(Pose(x, y)) < 1e-6
    assert abs(wrap_angle(robot.yaw_rad - yaw)) < 1e-3
