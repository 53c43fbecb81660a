"""An action server for goals that end when the world says so, not when a function returns.

rclpy runs a goal as a function or coroutine, and its executors poll a waiting coroutine without pause. Here a goal is
marked as executing at once, and its result is handed in whenever it is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.impl.implementation_singleton import rclpy_implementation as _rclpy
from rclpy.node import Node

from robot_fleet.core.ports import GoalState


class GoalServer:
    """One action of one robot, with at most one goal under way; a new goal takes the place of the old.

    Parameters
    ----------
    node : where the server lives.
    action : the action type.
    name : its absolute name.
    begin : carries an accepted goal out; called with the goal's request.
    cancel : asked to give the goal up.
    may_begin : whether a goal is accepted; None accepts all.
    """

    def __init__(
        self,
        node: Node,
        action: Any,
        name: str,
        begin: Callable[[Any], None],
        cancel: Callable[[], None],
        may_begin: Callable[[Any], bool] | None = None,
    ) -> None:
        self._action = action
        self._begin = begin
        self._cancel = cancel
        self._may_begin = may_begin
        self._handle: ServerGoalHandle | None = None
        self._server = ActionServer(
            node,
            action,
            name,
            execute_callback=self._never,
            goal_callback=self._asked,
            handle_accepted_callback=self._accepted,
            cancel_callback=self._cancel_asked,
        )

    @property
    def active(self) -> bool:
        """Whether a goal is under way."""
        return self._handle is not None

    def feedback(self, message: Any) -> None:
        """Publish feedback of the goal under way, if there is one."""
        if self._handle is not None:
            self._handle.publish_feedback(message)

    def end(self, state: GoalState, result: Any) -> None:
        """End the goal under way, if there is one."""
        handle, self._handle = self._handle, None
        if handle is not None:
            self._end(handle, state, result)

    def _end(self, handle: ServerGoalHandle, state: GoalState, result: Any) -> None:
        def finish(goal: ServerGoalHandle) -> Any:
            if state is GoalState.SUCCEEDED:
                goal.succeed()
            elif state is GoalState.CANCELLED and goal.is_cancel_requested:
                goal.canceled()
            else:
                goal.abort()
            return result

        handle._action_server.notify_execute(handle, finish)

    def _asked(self, request: Any) -> GoalResponse:
        accepted = self._may_begin is None or self._may_begin(request)
        return GoalResponse.ACCEPT if accepted else GoalResponse.REJECT

    def _accepted(self, handle: ServerGoalHandle) -> None:
        handle._update_state(_rclpy.GoalEvent.EXECUTE)
        before, self._handle = self._handle, handle
        if before is not None:
            self._end(before, GoalState.FAILED, self._action.Result())
        self._begin(handle.request)

    def _cancel_asked(self, handle: ServerGoalHandle) -> CancelResponse:
        if handle is self._handle:
            self._cancel()
        return CancelResponse.ACCEPT

    @staticmethod
    def _never(handle: ServerGoalHandle) -> Any:
        raise AssertionError(f"goal {handle.goal_id} must not be executed by the executor")
