"""What every Actuator must do. Subclass it, and give the fixture `rig`."""

from __future__ import annotations

from typing import Protocol

from robot_fleet.core.ports import Actuator, GoalState, GoalStatus


class ActuatorRig(Protocol):
    """An actuator whose verb `inspect` succeeds at place `a` within a minute, and whose verb `break` fails."""

    actuator: Actuator

    def wait(self, seconds: float) -> None:
        """Let fleet time pass."""
        ...

    def times_done(self, act_id: str) -> int:
        """Return how often the act was physically carried out."""
        ...

    def start_failing(self, act_id: str) -> None:
        """Start an act that fails."""
        ...


def ended(rig: ActuatorRig, act_id: str, within_s: float = 120.0) -> GoalStatus:
    """Wait until the act has ended."""
    waited_s = 0.0
    while waited_s < within_s:
        status = rig.actuator.status(act_id)
        assert status is not None
        if status.state is not GoalState.RUNNING:
            return status
        rig.wait(0.5)
        waited_s += 0.5
    raise AssertionError(f"act {act_id} still runs after {within_s} s")


class ActuatorContract:
    """The suite."""

    def test_knows_nothing_of_an_act_that_was_never_started(self, rig: ActuatorRig) -> None:
        assert rig.actuator.status("t1/s/x/0") is None

    def test_an_act_runs_and_succeeds_once(self, rig: ActuatorRig) -> None:
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        status = rig.actuator.status("t1/s/x/0")
        assert status is not None
        assert status.state is GoalState.RUNNING
        assert ended(rig, "t1/s/x/0").state is GoalState.SUCCEEDED
        assert rig.times_done("t1/s/x/0") == 1

    def test_starting_it_again_attaches_while_it_runs(self, rig: ActuatorRig) -> None:
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        rig.wait(1.0)
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        ended(rig, "t1/s/x/0")
        rig.wait(60.0)
        assert rig.times_done("t1/s/x/0") == 1

    def test_starting_it_again_finds_it_done(self, rig: ActuatorRig) -> None:
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        first = ended(rig, "t1/s/x/0")
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        assert rig.actuator.status("t1/s/x/0") == first
        rig.wait(60.0)
        assert rig.times_done("t1/s/x/0") == 1

    def test_another_id_is_another_act(self, rig: ActuatorRig) -> None:
        for act_id in ("t1/s/x/0", "t1/s/x/1"):
            rig.actuator.start(act_id, "inspect", "a", {})
            assert ended(rig, act_id).state is GoalState.SUCCEEDED
            assert rig.times_done(act_id) == 1

    def test_a_cancelled_act_has_not_happened(self, rig: ActuatorRig) -> None:
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        rig.actuator.cancel("t1/s/x/0")
        status = ended(rig, "t1/s/x/0")
        rig.wait(60.0)
        assert status.state is GoalState.CANCELLED
        assert rig.times_done("t1/s/x/0") == 0

    def test_cancelling_what_is_unknown_or_done_changes_nothing(self, rig: ActuatorRig) -> None:
        rig.actuator.cancel("never")
        assert rig.actuator.status("never") is None
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        ended(rig, "t1/s/x/0")
        rig.actuator.cancel("t1/s/x/0")
        assert ended(rig, "t1/s/x/0").state is GoalState.SUCCEEDED

    def test_a_failed_act_says_why_and_stays_failed(self, rig: ActuatorRig) -> None:
        rig.start_failing("t1/s/y/0")
        status = ended(rig, "t1/s/y/0")
        assert status.state is GoalState.FAILED
        assert status.code
        rig.start_failing("t1/s/y/0")
        assert ended(rig, "t1/s/y/0") == status
