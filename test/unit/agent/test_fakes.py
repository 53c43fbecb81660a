"""The scripted robot keeps the contracts of the real ones, or what it proves of the agent would be worth nothing."""

from __future__ import annotations

import pytest

from test.contract.actuator_contract import ActuatorContract
from test.contract.navigator_contract import NavigatorContract
from test.fakes.actuator import FakeActuator
from test.fakes.navigator import FakeNavigator


class FakeRig:
    def __init__(self) -> None:
        self.navigator = FakeNavigator()
        self.actuator = FakeActuator(fails={"break": "broken"})

    def wait(self, seconds: float) -> None:
        self.navigator.advance(seconds)
        self.actuator.advance(seconds)

    def times_done(self, act_id: str) -> int:
        return self.actuator.done.count(act_id)

    def start_failing(self, act_id: str) -> None:
        self.actuator.start(act_id, "break", "a", {})


@pytest.fixture
def rig() -> FakeRig:
    return FakeRig()


class TestFakeNavigator(NavigatorContract):
    pass


class TestFakeActuator(ActuatorContract):
    pass
