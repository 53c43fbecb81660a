"""The contract suites on the scripted fakes: what is tested with them holds for a robot too."""

from __future__ import annotations

import pytest

from robot_fleet.core.ports import GoalState
from test.contract.actuator_contract import ActuatorContract
from test.contract.navigator_contract import NavigatorContract
from test.fakes.actuator import FakeActuator
from test.fakes.navigator import FakeNavigator


class FakeNavigatorRig:
    def __init__(self) -> None:
        self.navigator = FakeNavigator()

    def wait(self, seconds: float) -> None:
        self.navigator.advance(seconds)


class FakeActuatorRig:
    def __init__(self) -> None:
        self.actuator = FakeActuator(fails={"break": "act_broken"})

    def wait(self, seconds: float) -> None:
        self.actuator.advance(seconds)

    def times_done(self, act_id: str) -> int:
        status = self.actuator.status(act_id)
        done = status is not None and status.state is GoalState.SUCCEEDED
        return self.actuator.begun.count(act_id) if done else 0

    def start_failing(self, act_id: str) -> None:
        self.actuator.start(act_id, "break", "a", {})


class TestFakeNavigator(NavigatorContract):
    @pytest.fixture
    def rig(self) -> FakeNavigatorRig:
        return FakeNavigatorRig()


class TestFakeActuator(ActuatorContract):
    @pytest.fixture
    def rig(self) -> FakeActuatorRig:
        return FakeActuatorRig()
