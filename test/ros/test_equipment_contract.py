"""The contract suite of equipment links over ROS: the simulated house at the other end of the topics."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.equipment_link import RosEquipmentLink, SimEquipmentTopics
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.contract.equipment_contract import EquipmentContract
from test.ros.rig import Ros
from test.two_floors import house

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]
SPEED = 20.0


class RosEquipmentRig:
    """The house passes its time while its messages are waited for."""

    def __init__(self, ros: Ros) -> None:
        self._ros = ros
        self.guard = Guard()
        self.world = SimWorld(house(), None, People(), 1, 0.0)
        self.link = RosEquipmentLink(ros.node, self.guard, lambda: None)
        self._topics = SimEquipmentTopics(ros.node, self.guard, self.world, lambda: self.world.now_s)
        ros.until(lambda: self._meet(), "both ends have met")

    def _meet(self) -> bool:
        self._topics.tell()
        return bool(self.link.reports())

    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)
        self._topics.tell()
        until_s = time.monotonic() + seconds / SPEED
        self._ros.until(lambda: time.monotonic() >= until_s, "time passes")

    def set_fault(self, equipment: str, fault: str) -> None:
        self.world.equipment.set_fault(equipment, fault)


class TestRosEquipmentLink(EquipmentContract):
    @pytest.fixture
    def rig(self, ros: Ros) -> Iterator[RosEquipmentRig]:
        made = RosEquipmentRig(ros)
        yield made
        assert made.guard.failures == {}
