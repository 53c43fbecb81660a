"""The Navigator's contract suite through an unmodified BasicNavigator, on a robot in another process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import rclpy

from robot_fleet.ros.full_nav2 import IS_FULL
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.robot.commander_navigator import CommanderNavigator, has_commander
from robot_fleet.ros.sim.base_totals import BaseTotals
from test.contract.navigator_contract import NavigatorContract
from test.ros.rig import START_WITHIN_S, Process, Ros

pytestmark = [
    pytest.mark.ros,
    pytest.mark.xdist_group("ros_parts"),
    pytest.mark.skipif(not has_commander(), reason="needs nav2_simple_commander on the PYTHONPATH"),
    pytest.mark.skipif(not IS_FULL, reason="needs Nav2's full interfaces (./fleet setup --full-nav2)"),
]
FIELD = ["8"]


class CommanderRig:
    def __init__(self, ros: Ros) -> None:
        self._ros = ros
        self.guard = Guard()
        self.navigator = CommanderNavigator(ros.node, "log_1", "main", BaseTotals(), self.guard, lambda: None)

    def wait(self, seconds: float) -> None:
        self._ros.wait(seconds)


@pytest.fixture(scope="module")
def context(domain: int) -> Iterator[None]:
    """The process's own context, in which a BasicNavigator lives."""
    rclpy.init(domain_id=domain)
    yield
    rclpy.shutdown()


class TestCommanderNavigator(NavigatorContract):
    @pytest.fixture
    def rig(self, field: Process, ros: Ros, context: None) -> Iterator[CommanderRig]:
        ros.trigger("/rig/reset")
        ros.wait(2.0)
        rig = CommanderRig(ros)
        ros.until(rig.navigator.ready, "the robot is there", START_WITHIN_S)
        yield rig
        assert not rig.navigator.stuck
        rig.navigator.close()
        assert rig.guard.failures == {}
