"""The RobotLink's contract suite over ROS: the agent, its robot and its world are another process."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.robot_link import RosRobotLink
from test.contract.robot_link_contract import ROBOT, Listening, RobotLinkContract, done, drive
from test.ros.rig import START_WITHIN_S, Process, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]
FIELD = ["8", "agent"]
NUMBERS = itertools.count(1)


class RosRig:
    def __init__(self, ros: Ros) -> None:
        self._ros = ros
        self.guard = Guard()
        self.link = RosRobotLink(ros.node, ROBOT, self.guard, lambda: None)

    def wait(self, seconds: float) -> None:
        self._ros.wait(seconds)

    def new_id(self) -> str:
        return f"{ROBOT}#{next(NUMBERS)}"


@pytest.fixture
def rig(field: Process, ros: Ros) -> RosRig:
    """A link to the robot at its start; what the test before has left is driven to an end first."""
    rig = RosRig(ros)
    heard: list[object] = []
    ros.until(lambda: heard.extend(rig.link.reports()) or heard, "the agent reports", START_WITHIN_S)
    order_id = rig.new_id()
    home = Order(ROBOT, order_id, 1, (drive(order_id, 1, Pose(0.0, 0.0)),), 1)
    rig.link.send(home)
    Listening(rig).until(lambda report: done(report, home) and report.state == "idle")
    return rig


class TestRosRobotLink(RobotLinkContract):
    pass


def test_an_order_that_no_message_can_carry_is_counted_and_harms_nobody(rig: RosRig) -> None:
    order_id = rig.new_id()
    steps = (replace(drive(order_id, 1, Pose(1.0, 0.0)), params={"ride": object()}),)
    rig.link.send(Order(ROBOT, order_id, 1, steps, 1))
    assert rig.guard.failures == {f"order:{ROBOT}": 1}


def test_the_manager_that_comes_back_finds_the_robot_where_it_is(rig: RosRig, ros: Ros) -> None:
    order_id = rig.new_id()
    order = Order(ROBOT, order_id, 1, (drive(order_id, 1, Pose(4.0, 0.0)),), 1)
    rig.link.send(order)
    listening = Listening(rig)
    listening.until(lambda report: report.order == order_id)
    again = RosRig(ros)
    ended = Listening(again).until(lambda report: done(report, order))
    assert ended.pose.distance_m(Pose(4.0, 0.0)) < 0.3
