"""The RobotLink's contract suite on an agent in the same process."""

from __future__ import annotations

import pytest

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import MemoryJournal
from robot_fleet.core.clock import Now
from robot_fleet.runtime.inprocess import InProcessLink
from robot_fleet.sim.link import SimActuator, SimNavigator
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.contract.robot_link_contract import ROBOT, RobotLinkContract
from test.factories import make_site


class InProcessRig:
    def __init__(self) -> None:
        self._world = SimWorld(make_site(), None, People(), 1, 0.0)
        agent = Agent(ROBOT, SimNavigator(self._world, ROBOT), SimActuator(self._world, ROBOT), MemoryJournal(), "b1")
        self.link = InProcessLink(agent, self._now)
        self._orders = 0
        agent.start(self._now())

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 10.0)):
            self._world.advance()
            self.link.tick(self._now())

    def new_id(self) -> str:
        self._orders += 1
        return f"{ROBOT}#{self._orders}"

    def _now(self) -> Now:
        return Now(self._world.now_s, self._world.now_s)


class TestInProcessLink(RobotLinkContract):
    @pytest.fixture
    def rig(self) -> InProcessRig:
        return InProcessRig()
