"""One goal of a ROS action as something that is polled: sent, accepted, under way, ended, or lost."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from action_msgs.msg import GoalStatus as GoalStatusMsg
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.task import Future

from robot_fleet.core.ports import GoalState, GoalStatus
from robot_fleet.ros.guard import Guard

SILENT_AFTER_S = 3.0
"""Steady seconds of silence after which a goal counts as lost: its server was killed or is gone."""
AWAY_AFTER_S = 1.0
"""Steady seconds between two looks at a goal after which it is this process that was stopped or starved."""
GONE = "server_gone"

_ENDED = {
    GoalStatusMsg.STATUS_SUCCEEDED: GoalState.SUCCEEDED,
    GoalStatusMsg.STATUS_CANCELED: GoalState.CANCELLED,
    GoalStatusMsg.STATUS_ABORTED: GoalState.FAILED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a result message says."""

    succeeded: bool
    code: str = ""
    sentence: str = ""
    result: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class GoalKind:
    """How to talk to the server of one action.

    Parameters
    ----------
    client : its server need not be there yet.
    guard : keeps failing callbacks from the spin.
    changed : called when something about a goal has changed.
    judge : turns a result message into a verdict.
    poses_left : turns a feedback message into the number of poses that are left, None if it does not tell.
    heard_s : returns when the server's robot was last heard of otherwise (steady seconds), for an action without
        feedback.
    """

    client: ActionClient
    guard: Guard
    changed: Callable[[], None]
    judge: Callable[[Any], Verdict]
    poses_left: Callable[[Any], int | None] = lambda _: None
    heard_s: Callable[[], float] = lambda: float("-inf")


class RosGoal:
    """A goal from its sending to its end.

    Parameters
    ----------
    kind : of the action.
    goal : the request.
    poses_left : before the first feedback.
    """

    def __init__(self, kind: GoalKind, goal: Any, poses_left: int = 0) -> None:
        self.kind = kind
        self._handle: ClientGoalHandle | None = None
        self._cancel_wished = False
        self._heard_s = self._looked_s = time.monotonic()
        self._status = GoalStatus(GoalState.RUNNING, poses_left=poses_left)
        told = kind.guard("feedback", self._told)
        sent = kind.client.send_goal_async(goal, feedback_callback=told)
        sent.add_done_callback(kind.guard("goal_answered", self._answered))

    @property
    def status(self) -> GoalStatus:
        """Where the goal stands; LOST after too long a silence, and that for good.

        Silence counts only while somebody listens: who was away himself hears what has come meanwhile first.
        """
        now_s = time.monotonic()
        if now_s - self._looked_s > AWAY_AFTER_S:
            self._heard_s = now_s
        self._looked_s = now_s
        if self._status.state is GoalState.RUNNING and now_s - self._last_heard_s() > SILENT_AFTER_S:
            self._status = GoalStatus(GoalState.LOST, GONE, self._status.poses_left, "its server is silent")
        return self._status

    def cancel(self) -> None:
        """Ask the server to give the goal up, as soon as it has accepted it."""
        self._cancel_wished = True
        if self._handle is not None and self._status.state is GoalState.RUNNING:
            self._handle.cancel_goal_async()

    def _last_heard_s(self) -> float:
        return self._heard_s if self._handle is None else max(self._heard_s, self.kind.heard_s())

    def _answered(self, future: Future) -> None:
        handle = future.result()
        if handle is None or not handle.accepted:
            self._end(Verdict(False, "rejected", "the server rejected the goal"), GoalState.FAILED)
            return
        # what was lost has been acted upon: a server that wakes up must not begin it after all
        if self._cancel_wished or self.status.state is GoalState.LOST:
            handle.cancel_goal_async()
        self._heard_s = time.monotonic()
        self._handle = handle
        handle.get_result_async().add_done_callback(self.kind.guard("goal_finished", self._finished))

    def _told(self, message: Any) -> None:
        self._heard_s = time.monotonic()
        left = self.kind.poses_left(message.feedback)
        if left is not None and left != self._status.poses_left and self._status.state is GoalState.RUNNING:
            self._status = GoalStatus(GoalState.RUNNING, poses_left=left)
            self.kind.changed()

    def _finished(self, future: Future) -> None:
        answer = future.result()
        state = _ENDED.get(answer.status)
        if state is None:  # a server that was started anew does not know the goal
            self._status = GoalStatus(GoalState.LOST, GONE, self._status.poses_left, "its server has forgotten it")
            self.kind.changed()
            return
        self._end(self.kind.judge(answer.result), state)

    def _end(self, verdict: Verdict, state: GoalState) -> None:
        if self._status.state is GoalState.LOST:
            return
        if state is GoalState.SUCCEEDED and not verdict.succeeded:
            state = GoalState.FAILED
        left = 0 if state is GoalState.SUCCEEDED else self._status.poses_left
        self._status = GoalStatus(state, verdict.code, left, verdict.sentence, verdict.result)
        self.kind.changed()
