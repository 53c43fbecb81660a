"""The contract suites on the embedded robot."""

from __future__ import annotations

import pytest

from robot_fleet.sim.link import SimActuator, SimNavigator
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.contract.actuator_contract import ActuatorContract
from test.contract.navigator_contract import NavigatorContract
from test.factories import make_site


class SimRig:
    def __init__(self) -> None:
        self.world = SimWorld(make_site(), None, People(), 1, 0.0)
        self.navigator = SimNavigator(self.world, "log_1")
        self.actuator = SimActuator(self.world, "log_1")

    def wait(self, seconds: float) -> None:
        self.world.advance(seconds)

    def times_done(self, act_id: str) -> int:
        done = [act.event for act in self.world.physical_acts]
        return done.count("act:inspect") - (1 if act_id.endswith("1") else 0)

    def start_failing(self, act_id: str) -> None:
        self.actuator.start(act_id, "give", "a", {"item": "nothing"})


@pytest.fixture
def rig() -> SimRig:
    return SimRig()


class TestSimNavigator(NavigatorContract):
    pass


class TestSimActuator(ActuatorContract):
    pass
