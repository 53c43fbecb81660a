"""One goal followed over ROS, with a client and a clock that the test plays: silence, late answers, forgotten goals."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from action_msgs.msg import GoalStatus as GoalStatusMsg

from robot_fleet.core.ports import GoalState
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.robot import futures
from robot_fleet.ros.robot.futures import SILENT_AFTER_S, GoalKind, RosGoal, Verdict

pytestmark = pytest.mark.ros


class Later:
    """A future that the test completes."""

    def __init__(self) -> None:
        self._done: Callable[[Any], None] | None = None
        self._result: Any = None

    def add_done_callback(self, done: Callable[[Any], None]) -> None:
        self._done = done

    def result(self) -> Any:
        return self._result

    def complete(self, result: Any) -> None:
        self._result = result
        assert self._done is not None
        self._done(self)


class Handle:
    def __init__(self, accepted: bool = True) -> None:
        self.accepted = accepted
        self.result = Later()
        self.cancels = 0

    def get_result_async(self) -> Later:
        return self.result

    def cancel_goal_async(self) -> None:
        self.cancels += 1


class Client:
    def __init__(self) -> None:
        self.answer = Later()
        self.tell: Callable[[Any], Any] = lambda _: None

    def send_goal_async(self, goal: object, feedback_callback: Callable[[Any], Any]) -> Later:
        self.tell = feedback_callback
        return self.answer


class Played:
    """A goal of three poses, and the wall clock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, heard_s: Callable[[], float] | None = None) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(futures, "time", SimpleNamespace(monotonic=lambda: self.now_s))
        self.client, self.guard, self.changes = Client(), Guard(), 0
        more = {"heard_s": heard_s} if heard_s is not None else {}
        kind = GoalKind(self.client, self.guard, self._changed, lambda r: r, lambda told: told.left, **more)
        self.goal = RosGoal(kind, "goal", 3)

    def _changed(self) -> None:
        self.changes += 1

    def accept(self) -> Handle:
        handle = Handle()
        self.client.answer.complete(handle)
        return handle

    def tell(self, left: int) -> None:
        self.client.tell(SimpleNamespace(feedback=SimpleNamespace(left=left)))

    def watch(self, seconds: float) -> GoalState:
        """Let time pass with a look every 0.1 s, as an agent's ticks do."""
        for _ in range(round(seconds * 10)):
            self.now_s += 0.1
            state = self.goal.status.state
        return state

    def end(self, handle: Handle, status: int, verdict: Verdict) -> None:
        handle.result.complete(SimpleNamespace(status=status, result=verdict))


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> Played:
    return Played(monkeypatch)


def test_a_goal_is_followed_to_its_end(played: Played) -> None:
    assert (played.goal.status.state, played.goal.status.poses_left) == (GoalState.RUNNING, 3)
    handle = played.accept()
    played.tell(2)
    assert played.goal.status.poses_left == 2
    played.end(handle, GoalStatusMsg.STATUS_SUCCEEDED, Verdict(True))
    assert (played.goal.status.state, played.goal.status.poses_left) == (GoalState.SUCCEEDED, 0)
    assert played.changes == 2


@pytest.mark.parametrize(
    ("status", "verdict", "state", "code"),
    [
        (GoalStatusMsg.STATUS_ABORTED, Verdict(False, "206", "wall"), GoalState.FAILED, "206"),
        (GoalStatusMsg.STATUS_CANCELED, Verdict(True), GoalState.CANCELLED, ""),
        (GoalStatusMsg.STATUS_SUCCEEDED, Verdict(False, "901", "no dock"), GoalState.FAILED, "901"),
        (GoalStatusMsg.STATUS_UNKNOWN, Verdict(True), GoalState.LOST, "server_gone"),
    ],
)
def test_every_end_has_its_name(played: Played, status: int, verdict: Verdict, state: GoalState, code: str) -> None:
    played.end(played.accept(), status, verdict)
    assert (played.goal.status.state, played.goal.status.code) == (state, code)


def test_a_rejected_goal_has_failed(played: Played) -> None:
    played.client.answer.complete(Handle(accepted=False))
    assert (played.goal.status.state, played.goal.status.code) == (GoalState.FAILED, "rejected")


def test_silence_loses_a_goal_and_feedback_keeps_it(played: Played) -> None:
    played.accept()
    assert played.watch(SILENT_AFTER_S - 0.2) is GoalState.RUNNING
    played.tell(3)
    assert played.watch(SILENT_AFTER_S - 0.2) is GoalState.RUNNING
    assert played.watch(0.5) is GoalState.LOST
    played.tell(1)
    assert played.goal.status.state is GoalState.LOST, "for good"


def test_a_goal_that_nobody_answers_is_lost_and_cancelled_should_it_be_accepted_after_all(played: Played) -> None:
    assert played.watch(SILENT_AFTER_S + 0.2) is GoalState.LOST
    handle = played.accept()
    assert handle.cancels == 1
    played.end(handle, GoalStatusMsg.STATUS_CANCELED, Verdict(True))
    assert played.goal.status.state is GoalState.LOST


def test_a_process_that_was_away_hears_first_what_has_come(played: Played) -> None:
    played.accept()
    played.watch(0.5)
    played.now_s += 20.0
    assert played.goal.status.state is GoalState.RUNNING
    played.tell(2)
    assert played.watch(1.0) is GoalState.RUNNING


def test_an_action_without_feedback_lives_as_long_as_its_robot_is_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    heard = [0.0]
    played = Played(monkeypatch, heard_s=lambda: heard[0])
    played.accept()
    for _ in range(10):
        heard[0] = played.now_s
        assert played.watch(1.0) is GoalState.RUNNING
    assert played.watch(SILENT_AFTER_S + 0.2) is GoalState.LOST


def test_a_cancel_goes_out_as_soon_as_there_is_somebody_to_tell(played: Played) -> None:
    played.goal.cancel()
    handle = played.accept()
    assert handle.cancels == 1
    played.goal.cancel()
    assert handle.cancels == 2
    played.end(handle, GoalStatusMsg.STATUS_CANCELED, Verdict(True))
    played.goal.cancel()
    assert handle.cancels == 2
    assert played.guard.failures == {}
