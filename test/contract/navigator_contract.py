"""What every Navigator must do, whatever robot it moves. Subclass it, and give the fixture `rig`."""

from __future__ import annotations

from typing import Protocol

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState, GoalStatus, Navigator, Sensed

NEAR = Pose(3.0, 0.0)
FAR = Pose(10.0, 0.0)
CHARGER = Pose(20.0, 0.0)
CHARGER_ID = "c"


class NavigatorRig(Protocol):
    """A robot at (0, 0) facing along x, on open ground, the charger `c` at (20, 0); it stands undocked."""

    navigator: Navigator

    def wait(self, seconds: float) -> None:
        """Let fleet time pass."""
        ...


def ended(rig: NavigatorRig, within_s: float = 300.0) -> GoalStatus:
    """Wait until the newest goal has ended."""
    waited_s = 0.0
    while waited_s < within_s:
        status = rig.navigator.status()
        assert status is not None
        if status.state is not GoalState.RUNNING:
            return status
        rig.wait(0.5)
        waited_s += 0.5
    raise AssertionError(f"the goal still runs after {within_s} s: {rig.navigator.status()}")


def here(rig: NavigatorRig) -> Sensed:
    sensed = rig.navigator.sensed()
    assert sensed is not None
    return sensed


class NavigatorContract:
    """The suite."""

    def test_is_ready_and_knows_where_it_is_before_any_goal(self, rig: NavigatorRig) -> None:
        assert rig.navigator.ready()
        assert rig.navigator.status() is None
        assert here(rig).pose.distance_m(Pose(0.0, 0.0)) < 0.3
        assert here(rig).docked_at == ""

    def test_a_drive_ends_at_its_last_pose(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([NEAR, FAR], 0.0, False)
        status = ended(rig)
        assert (status.state, status.code, status.poses_left) == (GoalState.SUCCEEDED, "", 0)
        assert here(rig).pose.distance_m(FAR) < 0.3
        assert here(rig).odometer_m == pytest.approx(10.0, abs=0.5)

    def test_a_drive_counts_its_poses_down(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([NEAR, FAR], 0.0, False)
        seen = []
        for _ in range(200):
            status = rig.navigator.status()
            assert status is not None
            if status.state is not GoalState.RUNNING:
                break
            seen.append(status.poses_left)
            rig.wait(0.5)
        assert set(seen) == {2, 1}
        assert seen == sorted(seen, reverse=True)

    def test_a_new_drive_takes_the_running_ones_place(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([NEAR], 0.0, False)
        rig.wait(2.0)
        rig.navigator.drive([NEAR, FAR], 0.0, False)
        assert ended(rig).state is GoalState.SUCCEEDED
        assert here(rig).pose.distance_m(FAR) < 0.3

    def test_extending_a_drive_does_not_stop_the_robot(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([NEAR], 0.0, False)
        rig.wait(2.0)
        rig.navigator.drive([NEAR, FAR], 0.0, False)
        rig.wait(0.5)
        speeds = []
        while here(rig).pose.x_m < 7.0:
            speeds.append(here(rig).speed_mps)
            rig.wait(0.5)
            assert len(speeds) < 100
        assert min(speeds) > 0.3

    def test_a_drive_to_where_it_is_succeeds(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([Pose(0.0, 0.0)], 0.0, False)
        assert ended(rig).state is GoalState.SUCCEEDED

    def test_cancel_ends_a_drive_with_the_robot_standing(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([FAR], 0.0, False)
        rig.wait(4.0)
        rig.navigator.cancel()
        assert ended(rig).state is GoalState.CANCELLED
        rig.wait(1.0)
        stopped = here(rig)
        rig.wait(2.0)
        assert stopped.speed_mps == 0.0
        assert here(rig).pose.distance_m(stopped.pose) < 0.01
        assert stopped.pose.x_m < 9.0

    def test_cancel_changes_no_end(self, rig: NavigatorRig) -> None:
        rig.navigator.cancel()
        assert rig.navigator.status() is None or ended(rig).state is GoalState.CANCELLED
        rig.navigator.drive([NEAR], 0.0, False)
        ended(rig)
        rig.navigator.cancel()
        rig.wait(1.0)
        assert ended(rig).state is GoalState.SUCCEEDED

    def test_cancel_all_stops_whatever_runs(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([FAR], 0.0, False)
        rig.wait(2.0)
        rig.navigator.cancel_all()
        assert ended(rig).state is GoalState.CANCELLED

    def test_docks_and_undocks(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([CHARGER], 0.0, False)
        ended(rig)
        rig.navigator.dock(CHARGER_ID, CHARGER)
        assert ended(rig).state is GoalState.SUCCEEDED
        assert here(rig).docked_at == CHARGER_ID
        assert here(rig).charging
        rig.navigator.undock()
        assert ended(rig).state is GoalState.SUCCEEDED
        assert here(rig).docked_at == ""
        assert not here(rig).charging

    def test_a_cancelled_robot_drives_again(self, rig: NavigatorRig) -> None:
        rig.navigator.drive([FAR], 0.0, False)
        rig.wait(2.0)
        rig.navigator.cancel()
        ended(rig)
        rig.navigator.drive([FAR], 0.0, False)
        assert ended(rig).state is GoalState.SUCCEEDED
        assert here(rig).pose.distance_m(FAR) < 0.3
