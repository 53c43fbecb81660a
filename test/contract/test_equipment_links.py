"""The contract suite of equipment links on the simulated house, in one process and behind one that may be killed."""

from __future__ import annotations

import pytest

from robot_fleet.core.ports import EquipmentLink
from robot_fleet.runtime.remote import RemoteEquipment, SimServer
from robot_fleet.sim.equipment import SimEquipmentLink
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.contract.equipment_contract import EquipmentContract
from test.two_floors import house


class SimRig:
    def __init__(self, remote: bool) -> None:
        self.world = SimWorld(house(), None, People(), 1, 0.0)
        self.link: EquipmentLink = SimEquipmentLink(lambda: self.world)
        if remote:
            self.link = RemoteEquipment(SimServer(lambda: self.world, lambda: self.world.now_s))

    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)

    def set_fault(self, equipment: str, fault: str) -> None:
        self.world.equipment.set_fault(equipment, fault)


class TestSimEquipmentLink(EquipmentContract):
    @pytest.fixture
    def rig(self) -> SimRig:
        return SimRig(remote=False)


class TestRemoteEquipment(EquipmentContract):
    @pytest.fixture
    def rig(self) -> SimRig:
        return SimRig(remote=True)
