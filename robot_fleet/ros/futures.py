"""One goal of a ROS action as something that is polled: sent, accepted, under way, ended, or lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from action_msgs.msg import GoalStatus as GoalStatusMsg
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.task import Future

from robot_fleet.core.ports import GoalState, GoalStatus

SILENT_AFTER_S = 3.0
"""Steady seconds without an answer or feedback after which a goal counts as lost: its server was killed or is gone."""

_ENDED = {
    GoalStatusMsg.STATUS_SUCCEEDED: GoalState.SUCCEEDED,
    GoalStatusMsg.STATUS_CANCELED: GoalState.CANCELLED,
    GoalStatusMsg.STATUS_ABORTED: GoalState.FAILED,
}


class RosGoal:
    """A goal from its sending to its end.

    Parameters
    ----------
    client : of the action; its server need not be there yet.
    goal : the request.
    changed : called when something about the goal changed.
    judge : turns a result message into (succeeded, error code as text, sentence, result of an act).
    poses_left : before the first feedback.
    feedback : turns a feedback message into the number of poses that are left, None if it does not tell.
    """

    def __init__(
        self,
        client: ActionClient,
        goal: Any,
        changed: Callable[[], None],
        judge: Callable[[Any], tuple[bool, str, str, dict[str, object] | None]],
        poses_left: int = 0,
        feedback: Callable[[Any], int | None] = lambda _: None,
    ) -> None:
        self._changed = changed
        self._judge = judge
        self._feedback = feedback
        self._handle: ClientGoalHandle | None = None
        self._cancel_wished = False
        self._heard_s = time.monotonic()
        self._status = GoalStatus(GoalState.RUNNING, poses_left=poses_left)
        client.send_goal_async(goal, feedback_callback=self._told).add_done_callback(self._answered)

    @property
    def status(self) -> GoalStatus:
        """Where the goal stands; LOST after too long a silence."""
        if self._status.state is GoalState.RUNNING and time.monotonic() - self._heard_s > SILENT_AFTER_S:
            self._status = GoalStatus(GoalState.LOST, "server_gone", self._status.poses_left, "its server is silent")
        return self._status

    def cancel(self) -> None:
        """Ask the server to give the goal up, as soon as it has accepted it."""
        self._cancel_wished = True
        if self._handle is not None and self._status.state is GoalState.RUNNING:
            self._handle.cancel_goal_async()

    def _answered(self, future: Future) -> None:
        handle = future.result()
        self._heard_s = time.monotonic()
        if handle is None or not handle.accepted:
            self._end(GoalState.FAILED, "rejected", "the server rejected the goal", None)
            return
        self._handle = handle
        handle.get_result_async().add_done_callback(self._finished)
        if self._cancel_wished:
            handle.cancel_goal_async()

    def _told(self, message: Any) -> None:
        self._heard_s = time.monotonic()
        left = self._feedback(message.feedback)
        if left is not None and left != self._status.poses_left and self._status.state is GoalState.RUNNING:
            self._status = GoalStatus(GoalState.RUNNING, poses_left=left)
            self._changed()

    def _finished(self, future: Future) -> None:
        answer = future.result()
        state = _ENDED.get(answer.status, GoalState.LOST)
        succeeded, code, sentence, result = self._judge(answer.result)
        if state is GoalState.SUCCEEDED and not succeeded:
            state = GoalState.FAILED
        self._end(state, code, sentence, result)

    def _end(self, state: GoalState, code: str, sentence: str, result: dict[str, object] | None) -> None:
        left = 0 if state is GoalState.SUCCEEDED else self._status.poses_left
        self._status = GoalStatus(state, code, left, sentence, result)
        self._changed()
