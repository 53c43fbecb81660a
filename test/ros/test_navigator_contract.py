"""The Navigator's contract suite on a robot behind Nav2's names, in another process."""

from __future__ import annotations

import pytest

from robot_fleet.ros.base_totals import BaseTotals
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.nav2_navigator import Nav2Navigator
from test.contract.navigator_contract import NavigatorContract
from test.ros.rig import START_WITHIN_S, Process, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_contracts")]
FIELD = ["8"]


class RosNavigatorRig:
    def __init__(self, ros: Ros) -> None:
        self._ros = ros
        self.guard = Guard()
        self.navigator = Nav2Navigator(ros.node, "log_1", "main", BaseTotals(), self.guard, lambda: None)

    def wait(self, seconds: float) -> None:
        self._ros.wait(seconds)


class TestNav2Navigator(NavigatorContract):
    @pytest.fixture
    def rig(self, field: Process, ros: Ros) -> RosNavigatorRig:
        ros.trigger("/rig/reset")
        ros.wait(2.0)
        rig = RosNavigatorRig(ros)
        ros.until(rig.navigator.ready, "the robot is there", START_WITHIN_S)
        return rig
