"""The contract suites on the ports that a chaos run puts in between, while nothing fails; and what they do then."""

from __future__ import annotations

import pytest

from robot_fleet.runtime.chaos.messages import CALM, DisturbedLink
from robot_fleet.runtime.chaos.navigator import FOUND, Astray, MisledNavigator
from test.contract.navigator_contract import NavigatorContract
from test.contract.robot_link_contract import RobotLinkContract
from test.contract.test_inprocess_link import InProcessRig
from test.contract.test_remote_ports import RemoteRig


class DisturbedRig(InProcessRig):
    def __init__(self) -> None:
        super().__init__()
        self.agent_side = self.link
        self.link = DisturbedLink(self.agent_side, lambda: self._now().steady_s, "1", lambda: CALM)  # type: ignore[assignment]

    def wait(self, seconds: float) -> None:
        for _ in range(round(seconds * 10.0)):
            self._world.advance()
            self.agent_side.tick(self._now())


class TestDisturbedLink(RobotLinkContract):
    @pytest.fixture
    def rig(self) -> DisturbedRig:
        return DisturbedRig()


class MisledRig(RemoteRig):
    def __init__(self) -> None:
        super().__init__()
        self.astray = FOUND
        self.navigator = MisledNavigator(self.navigator, lambda: self.astray)  # type: ignore[assignment]


class TestMisledNavigator(NavigatorContract):
    @pytest.fixture
    def rig(self) -> MisledRig:
        return MisledRig()

    def test_it_believes_to_be_elsewhere_and_moves_all_the_same(self, rig: MisledRig) -> None:
        before = rig.navigator.sensed()
        rig.astray = Astray(3.0, -4.0, 5.0)
        misled = rig.navigator.sensed()
        assert before is not None
        assert misled is not None
        assert (misled.pose.x_m - before.pose.x_m, misled.pose.y_m - before.pose.y_m) == (3.0, -4.0)
        assert (misled.sigma_m, misled.odometer_m) == (5.0, before.odometer_m)


@pytest.mark.parametrize(("size", "unsure"), [(0.1, False), (0.49, False), (0.5, True), (1.0, True)])
def test_half_of_the_lost_robots_know_that_they_are(size: float, unsure: bool) -> None:
    astray = Astray.by(4.0, size)
    assert astray.dx_m**2 + astray.dy_m**2 == pytest.approx(16.0)
    assert astray.sigma_m == (4.0 if unsure else 0.0)
