"""An embedded robot answers as a Nav2 robot does: over real rclpy, to a client that knows nothing of the product."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from diagnostic_msgs.msg import DiagnosticArray
from geometry_msgs.msg import PoseStamped, PoseWithCovarianceStamped
from lifecycle_msgs.srv import GetState
from nav2_msgs.action import DockRobot
from nav2_msgs.msg import SpeedLimit
from nav_msgs.msg import OccupancyGrid
from nav_msgs.msg import Path as PathMsg
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import BatteryState
from tf2_msgs.msg import TFMessage

from test.ros.nav2 import ABORTED, CANCELED, LATCHED, SUCCEEDED, Nav2Robot, pose
from test.ros.rig import START_WITHIN_S, WALLED_IN, Process, Ros, sim_world, walled_site

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

SPEED = 5.0
WALL, OUTSIDE = (16.0, 7.4), (40.0, 3.4)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return walled_site(tmp_path_factory.mktemp("site") / "tiny")


@pytest.fixture(scope="module")
def world(domain: int, site: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with sim_world(domain, site, tmp_path_factory.mktemp("run"), SPEED) as process:
        yield process
    assert "failures=" not in process.said


@pytest.fixture(scope="module")
def robots(world: Process, ros: Ros) -> dict[str, Nav2Robot]:
    return {name: Nav2Robot(ros, name) for name in ("care_1", "care_2")}


@pytest.fixture
def robot(robots: dict[str, Nav2Robot]) -> Nav2Robot:
    """A care robot (0.8 m/s, 0.8 m/s2) that stands, wherever the test before has left it."""
    robots["care_1"].halt()
    return robots["care_1"]


@pytest.fixture
def other(robots: dict[str, Nav2Robot]) -> Nav2Robot:
    return robots["care_2"]


# --- driving ---------------------------------------------------------------------------------------------------------


def test_navigate_to_pose_tells_how_far_it_is(robot: Nav2Robot) -> None:
    task = robot.to(10.0, 3.4)
    assert task.accepted
    status, result = task.end()
    assert (status, result.error_code, result.error_msg) == (SUCCEEDED, 0, "")
    assert robot.distance_m(10.0, 3.4) < 0.3
    told = task.feedback
    assert len(told) > 5
    assert {each.current_pose.header.frame_id for each in told} == {"map"}
    spent = [each.navigation_time.sec + each.navigation_time.nanosec / 1e9 for each in told]
    assert spent == sorted(spent)
    assert spent[-1] > 5.0
    left = [each.distance_remaining for each in told]
    assert all(a >= b - 1e-6 for a, b in pairwise(left))
    assert left[0] > 5.0 > 1.0 > left[-1]
    assert {each.number_of_recoveries for each in told} == {0}
    middle = next(each for each in told if 1.0 < each.distance_remaining < 4.0)
    assert middle.estimated_time_remaining.sec >= 1


def test_navigate_through_poses_counts_the_poses_down(robot: Nav2Robot) -> None:
    task = robot.through((12.0, 3.4), (14.0, 3.4), (16.0, 3.4))
    assert task.end()[0] == SUCCEEDED
    left = [each.number_of_poses_remaining for each in task.feedback]
    assert left == sorted(left, reverse=True)
    assert set(left) == {3, 2, 1}
    assert robot.distance_m(16.0, 3.4) < 0.3


def test_a_new_goal_of_the_same_action_takes_over_without_a_stop(robot: Nav2Robot) -> None:
    robot.arrive(17.0, 4.8)
    first = robot.through((11.0, 4.8))
    robot.ros.until(lambda: robot.speed_mps > 0.75, "it is at speed")
    before = len(robot.odom)
    second = robot.through((11.0, 4.8), (5.0, 4.8))
    assert second.accepted
    status, result = first.end()
    assert (status, result.error_code) == (ABORTED, 0)
    robot.ros.until(lambda: robot.distance_m(5.0, 4.8) < 3.0, "it is past the first goal")
    assert min(each.twist.twist.linear.x for each in robot.odom[before:]) > 0.7
    assert second.end()[0] == SUCCEEDED


def test_the_two_actions_are_not_switched_between(robot: Nav2Robot) -> None:
    robot.arrive(4.0, 4.8)
    going = robot.to(14.0, 4.8)
    assert not robot.through((5.0, 4.8)).accepted
    assert going.running
    assert going.end()[0] == SUCCEEDED
    going = robot.through((4.0, 4.8))
    assert not robot.to(14.0, 4.8).accepted
    assert going.end()[0] == SUCCEEDED


def test_the_behaviour_tree_is_not_switched_either(robot: Nav2Robot) -> None:
    robot.arrive(4.0, 4.8)
    going = robot.send("navigate_to_pose", pose=pose(12.0, 4.8), behavior_tree="one.xml")
    assert going.accepted
    assert not robot.to(4.0, 4.8).accepted
    again = robot.send("navigate_to_pose", pose=pose(8.0, 4.8), behavior_tree="one.xml")
    assert again.accepted
    assert going.end()[0] == ABORTED
    assert again.end()[0] == SUCCEEDED


@pytest.mark.parametrize(
    ("goal", "code"), [(WALL, 206), (OUTSIDE, 204), (WALLED_IN, 208)], ids=["wall", "outside", "walled_in"]
)
@pytest.mark.parametrize("action", ["navigate_to_pose", "navigate_through_poses"])
def test_what_cannot_be_planned_is_accepted_and_aborted(
    robot: Nav2Robot, action: str, goal: tuple[float, float], code: int
) -> None:
    wish = pose(*goal)
    task = robot.send(action, pose=wish) if action == "navigate_to_pose" else robot.send(action, poses=[wish])
    assert task.accepted
    status, result = task.end()
    assert (status, result.error_code) == (ABORTED, code)
    assert result.error_msg
    assert robot.speed_mps == 0.0


def test_a_goal_that_cannot_be_planned_stops_a_robot_that_drives(robot: Nav2Robot) -> None:
    robot.arrive(4.0, 4.8)
    first = robot.to(16.0, 4.8)
    robot.ros.until(lambda: robot.speed_mps > 0.5, "it drives")
    second = robot.to(*WALL)
    assert first.end()[0] == ABORTED
    assert second.end()[0] == ABORTED
    robot.ros.until(lambda: robot.speed_mps == 0.0, "it stands")
    assert robot.distance_m(16.0, 4.8) > 3.0


def bad_poses() -> Iterator[Any]:
    yield pytest.param(pose(8.0, 4.8, frame="odom"), id="frame")
    yield pytest.param(pose(8.0, 4.8, frame=""), id="no_frame")
    yield pytest.param(pose(math.nan, 4.8), id="nan")
    yield pytest.param(pose(math.inf, 4.8), id="infinite")
    zero = pose(8.0, 4.8)
    zero.pose.orientation.w = 0.0
    yield pytest.param(zero, id="quaternion")


@pytest.mark.parametrize("wish", list(bad_poses()))
def test_a_pose_that_is_none_is_aborted(robot: Nav2Robot, wish: PoseStamped) -> None:
    status, result = robot.send("navigate_to_pose", pose=wish).end()
    assert (status, result.error_code) == (ABORTED, 202)


def test_a_cancel_ends_with_the_robot_standing(robot: Nav2Robot) -> None:
    robot.arrive(4.0, 4.8)
    task = robot.to(16.0, 4.8)
    robot.ros.until(lambda: robot.speed_mps > 0.5, "it drives")
    assert task.cancel() == 1
    assert task.end()[0] == CANCELED
    robot.ros.until(lambda: robot.speed_mps == 0.0, "it stands")
    assert robot.distance_m(16.0, 4.8) > 3.0
    assert task.cancel() == 0


def test_a_speed_limit_holds_for_the_drive_under_way(robot: Nav2Robot) -> None:
    limits = robot.ros.node.create_publisher(SpeedLimit, "/care_1/speed_limit", 10)
    robot.ros.until(lambda: limits.get_subscription_count() > 0, "somebody hears limits")
    robot.arrive(4.0, 4.8)
    task = robot.to(16.0, 4.8)
    robot.ros.until(lambda: robot.speed_mps > 0.75, "it is at speed")
    limits.publish(SpeedLimit(percentage=True, speed_limit=50.0))
    robot.ros.until(lambda: robot.speed_mps == pytest.approx(0.4), "it drives at half its speed")
    limits.publish(SpeedLimit(percentage=False, speed_limit=0.2))
    robot.ros.until(lambda: robot.speed_mps == pytest.approx(0.2), "it drives at 0.2 m/s")
    limits.publish(SpeedLimit(percentage=False, speed_limit=0.0))
    robot.ros.until(lambda: robot.speed_mps == pytest.approx(0.8), "nothing limits it any more")
    assert task.end()[0] == SUCCEEDED


# --- asking for ways -------------------------------------------------------------------------------------------------


def test_a_path_is_computed_from_where_the_robot_is_or_from_where_one_likes(robot: Nav2Robot) -> None:
    robot.arrive(4.0, 4.8)
    status, result = robot.send("compute_path_to_pose", goal=pose(4.0, 8.6)).end()
    assert (status, result.error_code) == (SUCCEEDED, 0)
    first, last = result.path.poses[0].pose.position, result.path.poses[-1].pose.position
    assert math.hypot(first.x - 4.0, first.y - 4.8) < 0.1
    assert math.hypot(last.x - 4.0, last.y - 8.6) < 0.1
    assert result.path.header.frame_id == "map"
    status, result = robot.send("compute_path_to_pose", goal=pose(4.0, 8.6), start=pose(9.0, 8.6), use_start=True).end()
    assert status == SUCCEEDED
    way = [(each.pose.position.x, each.pose.position.y) for each in result.path.poses]
    assert math.dist(way[0], (9.0, 8.6)) < 0.1
    assert sum(math.dist(a, b) for a, b in pairwise(way)) > 8.0, "out by one door and in by the other"


@pytest.mark.parametrize(
    ("goal", "start", "code"),
    [
        (WALL, None, 206),
        (OUTSIDE, None, 204),
        (WALLED_IN, None, 208),
        ((4.0, 4.8), OUTSIDE, 203),
        ((4.0, 4.8), WALL, 205),
        ((4.0, 4.8), WALLED_IN, 208),
    ],
)
def test_a_path_that_does_not_exist_has_a_code(
    robot: Nav2Robot, goal: tuple[float, float], start: tuple[float, float] | None, code: int
) -> None:
    begin = pose(*(start or (0.0, 0.0)))
    task = robot.send("compute_path_to_pose", goal=pose(*goal), start=begin, use_start=start is not None)
    assert task.accepted
    status, result = task.end()
    assert (status, result.error_code, len(result.path.poses)) == (ABORTED, code, 0)
    assert result.error_msg


def test_asking_for_a_path_leaves_a_drive_alone(robot: Nav2Robot) -> None:
    robot.arrive(4.0, 4.8)
    task = robot.to(10.0, 4.8)
    assert robot.send("compute_path_to_pose", goal=pose(*WALL)).end()[0] == ABORTED
    assert task.end()[0] == SUCCEEDED


# --- docking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dock", "staging", "code"),
    [("nowhere", True, 901), ("home/r101", False, 902), ("home/r101", True, 902), ("charger_1", False, 903)],
)
def test_a_docking_that_is_impossible_has_a_code(robot: Nav2Robot, dock: str, staging: bool, code: int) -> None:
    robot.arrive(10.0, 4.8)
    task = robot.send("dock_robot", dock_id=dock, navigate_to_staging_pose=staging)
    assert task.accepted
    status, result = task.end()
    assert (status, result.success, result.error_code) == (ABORTED, False, code)


def test_docks_charges_and_undocks(robot: Nav2Robot, other: Nav2Robot) -> None:
    robot.arrive(8.0, 4.8)
    batteries = robot.ros.collect(BatteryState, "/care_1/battery_state")
    task = robot.send("dock_robot", dock_id="charger_1")
    status, result = task.end()
    assert (status, result.success, result.error_code, result.num_retries) == (SUCCEEDED, True, 0, 0)
    states = [each.state for each in task.feedback]
    assert states == sorted(states)
    assert {DockRobot.Feedback.NAV_TO_STAGING_POSE, DockRobot.Feedback.CONTROLLING} <= set(states)
    robot.ros.until(
        lambda: batteries[-1].power_supply_status == BatteryState.POWER_SUPPLY_STATUS_CHARGING, "it charges"
    )
    assert batteries[-1].location == "charger_1"

    other.arrive(4.0, 2.2)
    refused = other.send("dock_robot", dock_id="charger_1", navigate_to_staging_pose=False)
    assert refused.end()[1].error_code in (DockRobot.Result.FAILED_TO_STAGE, DockRobot.Result.FAILED_TO_DETECT_DOCK)

    status, result = robot.to(8.0, 4.8).end()
    assert (status, result.error_code) == (ABORTED, 105), "a docked robot does not drive"
    status, result = robot.send("undock_robot", dock_type="charger").end()
    assert (status, result.success, result.error_code) == (SUCCEEDED, True, 0)
    robot.ros.until(
        lambda: batteries[-1].power_supply_status == BatteryState.POWER_SUPPLY_STATUS_DISCHARGING, "it is undocked"
    )
    status, result = robot.send("undock_robot", dock_type="charger").end()
    assert (status, result.success) == (SUCCEEDED, True), "there is nothing to do"
    other.arrive(6.5, 4.8)


def test_docks_at_a_pose_and_gives_it_up_when_told(robot: Nav2Robot) -> None:
    robot.arrive(6.5, 3.4)
    wish = {"use_dock_id": False, "dock_type": "charger"}
    nowhere = robot.send("dock_robot", dock_pose=pose(10.0, 3.4), **wish)
    assert nowhere.end()[1].error_code == DockRobot.Result.DOCK_NOT_IN_DB
    task = robot.send("dock_robot", dock_pose=pose(6.5, 1.2), **wish)
    robot.ros.until(
        lambda: task.feedback and task.feedback[-1].state == DockRobot.Feedback.CONTROLLING, "it is docking"
    )
    assert task.cancel() == 1
    status, result = task.end()
    assert (status, result.success, result.error_code) == (CANCELED, False, 0)
    robot.arrive(6.5, 3.4)


# --- what is published -----------------------------------------------------------------------------------------------


def test_every_lifecycle_node_says_that_it_is_active(robot: Nav2Robot) -> None:
    for name in ("bt_navigator", "amcl", "map_server", "controller_server", "planner_server"):
        state = robot.ros.call(GetState, f"/care_1/{name}/get_state", GetState.Request()).current_state
        assert (state.id, state.label) == (3, "active")


def test_a_late_subscriber_hears_where_a_standing_robot_is(robot: Nav2Robot) -> None:
    late = robot.ros.collect(PoseWithCovarianceStamped, "/logistics_1/amcl_pose", LATCHED)
    robot.ros.until(lambda: late, "the pose comes")
    assert late[0].header.frame_id == "map"
    here = late[0].pose.pose.position
    assert math.hypot(here.x - 9.0, here.y - 1.2) < 0.5


def test_an_initial_pose_makes_the_localisation_speak(robot: Nav2Robot) -> None:
    heard = robot.ros.collect(PoseWithCovarianceStamped, "/logistics_1/amcl_pose", LATCHED)
    robot.ros.until(lambda: heard, "the pose comes")
    initial = robot.ros.node.create_publisher(PoseWithCovarianceStamped, "/logistics_1/initialpose", 10)
    robot.ros.until(lambda: initial.get_subscription_count() > 0, "somebody hears it")
    heard.clear()
    initial.publish(PoseWithCovarianceStamped())
    robot.ros.until(lambda: heard, "the pose comes again")


def test_a_drive_is_seen_on_odom_tf_and_plan(robot: Nav2Robot) -> None:
    robot.arrive(4.0, 4.8)
    transforms = robot.ros.collect(TFMessage, "/care_1/tf", 100)
    plans = robot.ros.collect(PathMsg, "/care_1/plan")
    robot.ros.until(lambda: transforms, "transforms come")
    robot.ros.until(lambda: robot.ros.node.count_publishers("/care_1/plan") > 0, "plans are published")
    assert robot.to(4.0, 8.6).end()[0] == SUCCEEDED
    robot.ros.until(lambda: robot.speed_mps == 0.0, "it is heard to stand")
    robot.ros.until(lambda: plans, "the plan comes")
    assert plans[0].header.frame_id == "map"
    ends = plans[0].poses[-1].pose.position
    assert math.hypot(ends.x - 4.0, ends.y - 8.6) < 0.05
    frames = {(each.header.frame_id, each.child_frame_id) for message in transforms for each in message.transforms}
    assert frames == {("map", "odom"), ("odom", "base_link")}
    assert {(each.header.frame_id, each.child_frame_id) for each in robot.odom} == {("odom", "base_link")}
    chain = {each.child_frame_id: each.transform for each in transforms[-1].transforms}
    x_m = chain["odom"].translation.x + chain["base_link"].translation.x
    assert x_m == pytest.approx(robot.odom[-1].pose.pose.position.x, abs=0.05)


def test_battery_and_diagnostics_tell_how_the_base_fares(robot: Nav2Robot) -> None:
    batteries = robot.ros.collect(BatteryState, "/logistics_1/battery_state")
    diagnoses = robot.ros.collect(DiagnosticArray, "/diagnostics")
    robot.ros.until(lambda: len(batteries) > 1 and len(diagnoses) > 3, "both come")
    battery = batteries[-1]
    assert 0.5 < battery.percentage < 0.71
    assert battery.present
    assert battery.charge == pytest.approx(battery.capacity * battery.percentage)
    assert battery.capacity * battery.voltage == pytest.approx(650.0)
    names = {status.hardware_id for each in diagnoses for status in each.status}
    robot.ros.until(
        lambda: (
            {status.hardware_id for each in diagnoses for status in each.status} == {"care_1", "care_2", "logistics_1"}
        ),
        f"all robots are heard, not only {names}",
    )
    values = {value.key for each in diagnoses for status in each.status for value in status.values}
    assert values == {"odometer_m", "loaded_m", "energy_wh", "cpu_pct", "memory_pct"}


def test_the_clock_runs_at_the_speed_asked_for_and_never_back(robot: Nav2Robot) -> None:
    ticks = robot.ros.collect(Clock, "/clock")  # with the default profile: reliable
    robot.ros.until(lambda: len(ticks) > 50, "time passes")
    times = [each.clock.sec + each.clock.nanosec / 1e9 for each in ticks]
    assert times == sorted(times)
    assert times[0] >= 7.5 * 3600.0


def test_the_map_is_there_for_whoever_comes_late(robot: Nav2Robot) -> None:
    grids = robot.ros.collect(OccupancyGrid, "/map", LATCHED)
    robot.ros.until(lambda: grids, "the map comes", START_WITHIN_S)
    grid = grids[0]
    assert (grid.info.width, grid.info.height) == (420, 220)
    assert grid.info.resolution == pytest.approx(0.05)
    assert len(grid.data) == 420 * 220
