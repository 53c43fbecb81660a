"""What an embedded robot does whose Nav2 is taken down and brought up again: to a client that knows only Nav2."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from geometry_msgs.msg import PoseWithCovarianceStamped
from lifecycle_msgs.msg import State, Transition
from lifecycle_msgs.srv import ChangeState, GetState

from robot_fleet.ros.full_nav2 import IS_FULL, TYPES
from test.ros.nav2 import ABORTED, LATCHED, SUCCEEDED, Nav2Robot, pose
from test.ros.rig import Process, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]
FIELD = ["8"]
NODES = ("amcl", "bt_navigator", "controller_server", "map_server", "planner_server")
full = pytest.mark.skipif(not IS_FULL, reason="needs Nav2's full interfaces (./fleet setup --full-nav2)")


@pytest.fixture(scope="module")
def standing(field: Process, ros: Ros) -> Nav2Robot:
    return Nav2Robot(ros, "log_1")


@pytest.fixture
def robot(standing: Nav2Robot) -> Iterator[Nav2Robot]:
    """A robot at its start, with everything active before and after."""
    standing.ros.trigger("/rig/reset")
    yield standing
    for name in NODES:
        change(standing, name, Transition.TRANSITION_ACTIVATE)
    assert {state(standing, name) for name in NODES} == {"active"}


def change(robot: Nav2Robot, node: str, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    return bool(robot.ros.call(ChangeState, f"/{robot.name}/{node}/change_state", request).success)


def state(robot: Nav2Robot, node: str) -> str:
    found: State = robot.ros.call(GetState, f"/{robot.name}/{node}/get_state", GetState.Request()).current_state
    return str(found.label)


def manage(robot: Nav2Robot, command: int, manager: str = "navigation") -> bool:
    kind = TYPES["ManageLifecycleNodes"]
    name = f"/{robot.name}/lifecycle_manager_{manager}/manage_nodes"
    return bool(robot.ros.call(kind, name, kind.Request(command=command)).success)


def test_a_drive_ends_when_its_node_is_deactivated_and_none_is_accepted_meanwhile(robot: Nav2Robot) -> None:
    task = robot.to(10.0, 0.0)
    robot.ros.until(lambda: robot.speed_mps > 0.3, "it drives")
    assert change(robot, "bt_navigator", Transition.TRANSITION_DEACTIVATE)
    status, result = task.end()
    assert (status, result.error_code) == (ABORTED, 100)
    robot.ros.until(lambda: robot.speed_mps == 0.0, "it stands")
    assert state(robot, "bt_navigator") == "inactive"
    assert not robot.to(10.0, 0.0).accepted
    assert not robot.send("dock_robot", dock_id="c").accepted
    assert robot.send("compute_path_to_pose", goal=pose(5.0, 0.0)).end()[0] == SUCCEEDED, "the planner is active"
    assert not change(robot, "bt_navigator", Transition.TRANSITION_DEACTIVATE), "it is inactive already"
    assert change(robot, "bt_navigator", Transition.TRANSITION_ACTIVATE)
    assert robot.to(1.0, 0.0).end()[0] == SUCCEEDED


def test_a_planner_that_is_inactive_plans_nothing(robot: Nav2Robot) -> None:
    assert change(robot, "planner_server", Transition.TRANSITION_DEACTIVATE)
    assert not robot.send("compute_path_to_pose", goal=pose(5.0, 0.0)).accepted
    assert not robot.to(5.0, 0.0).accepted


def test_without_localisation_nobody_is_told_where_the_robot_is(robot: Nav2Robot) -> None:
    assert change(robot, "amcl", Transition.TRANSITION_DEACTIVATE)
    heard = robot.ros.collect(PoseWithCovarianceStamped, "/log_1/amcl_pose", LATCHED)
    initial = robot.ros.node.create_publisher(PoseWithCovarianceStamped, "/log_1/initialpose", 10)
    robot.ros.until(lambda: heard and initial.get_subscription_count() > 0, "the last pose is heard")
    before = len(heard)
    initial.publish(PoseWithCovarianceStamped())
    assert not robot.to(5.0, 0.0).accepted
    assert len(heard) == before
    assert change(robot, "amcl", Transition.TRANSITION_ACTIVATE)
    robot.ros.until(lambda: len(heard) > before, "it is told again")


@full
def test_a_manager_pauses_and_resumes_all_of_its_nodes(robot: Nav2Robot) -> None:
    command = TYPES["ManageLifecycleNodes"].Request
    task = robot.to(10.0, 0.0)
    robot.ros.until(lambda: robot.speed_mps > 0.3, "it drives")
    assert manage(robot, command.PAUSE)
    assert task.end()[0] == ABORTED
    names = ("bt_navigator", "controller_server", "planner_server")
    assert {state(robot, name) for name in names} == {"inactive"}
    assert state(robot, "amcl") == "active"
    assert not robot.to(5.0, 0.0).accepted
    assert not manage(robot, command.PAUSE)
    assert manage(robot, command.RESUME)
    assert robot.to(1.0, 0.0).end()[0] == SUCCEEDED


@full
def test_a_map_is_not_loaded_by_a_server_that_is_inactive(robot: Nav2Robot) -> None:
    kind = TYPES["LoadMap"]
    assert change(robot, "map_server", Transition.TRANSITION_DEACTIVATE)
    answer = robot.ros.call(kind, "/log_1/map_server/load_map", kind.Request(map_url="/nowhere.yaml"))
    assert answer.result == kind.Response.RESULT_UNDEFINED_FAILURE
    assert change(robot, "map_server", Transition.TRANSITION_ACTIVATE)
    answer = robot.ros.call(kind, "/log_1/map_server/load_map", kind.Request(map_url="/nowhere.yaml"))
    assert answer.result == kind.Response.RESULT_MAP_DOES_NOT_EXIST
