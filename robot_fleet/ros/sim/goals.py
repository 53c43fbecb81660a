"""Action servers for goals that end when the world says so, not when a function returns.

rclpy runs a goal as a function or coroutine, and its executors poll a waiting coroutine without pause. Here a goal is
marked as executing at once, and its result is handed in whenever it is known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import GoalEvent, ServerGoalHandle
from rclpy.clock import Clock, ClockType
from rclpy.node import Node

from robot_fleet.core.ports import GoalState
from robot_fleet.ros.guard import Guard

RESULT_KEPT_S = 60
"""Wall seconds for which the end of a goal can be asked for."""


class ServerNode:
    """A node as a few action servers see it: all of it, but with a clock of their own.

    Each server has a timer on its node's clock, and the events executor manages only few timers per clock well.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._clock = Clock(clock_type=ClockType.ROS_TIME)

    def get_clock(self) -> Clock:
        """Return the clock of these servers."""
        return self._clock

    def __getattr__(self, name: str) -> Any:
        return getattr(self._node, name)


class GoalServer:
    """One action of one robot.

    Parameters
    ----------
    node : where the server lives.
    action : the action type.
    name : its absolute name.
    guard : keeps failing callbacks from the spin; a goal whose beginning fails is aborted.
    begin : carries an accepted goal out; called with the goal's request.
    cancel : asked to give a goal up; called with its request.
    may_begin : whether a goal is accepted; None accepts all.
    together : whether goals run beside each other. If not, a new goal takes the place of the one under way.
    """

    def __init__(
        self,
        node: ServerNode,
        action: Any,
        name: str,
        guard: Guard,
        begin: Callable[[Any], None],
        cancel: Callable[[Any], None],
        may_begin: Callable[[Any], bool] | None = None,
        together: bool = False,
    ) -> None:
        self._action = action
        self._begin = guard(f"begin:{name}", begin)
        self._cancel = guard(f"cancel:{name}", cancel)
        self._may_begin = may_begin
        self._together = together
        self._open: list[ServerGoalHandle] = []
        self._server = ActionServer(
            node,
            action,
            name,
            execute_callback=self._never,
            goal_callback=self._asked,
            handle_accepted_callback=self._accepted,
            cancel_callback=self._cancel_asked,
            result_timeout=RESULT_KEPT_S,
        )

    @property
    def requests(self) -> list[Any]:
        """The requests of the goals under way, oldest first."""
        return [handle.request for handle in self._open]

    @property
    def active(self) -> bool:
        """Whether a goal is under way."""
        return bool(self._open)

    def feedback(self, message: Any, request: Any = None) -> None:
        """Publish feedback of the goal of a request (None: of every goal under way)."""
        for handle in self._of(request):
            handle.publish_feedback(message)

    def end(self, state: GoalState, result: Any, request: Any = None) -> None:
        """End the goal of a request (None: every goal under way); one that is not cancelled or done is aborted."""
        ended = self._of(request)
        self._open = [handle for handle in self._open if handle not in ended]
        for handle in ended:
            self._finish(handle, state, result)

    def _of(self, request: Any) -> list[ServerGoalHandle]:
        return [handle for handle in self._open if request is None or handle.request is request]

    @staticmethod
    def _finish(handle: ServerGoalHandle, state: GoalState, result: Any) -> None:
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
        handle._update_state(GoalEvent.EXECUTE)
        if not self._together:
            self.end(GoalState.FAILED, self._action.Result())
        self._open.append(handle)
        if not self._begin(handle.request):
            self.end(GoalState.FAILED, self._action.Result(), handle.request)

    def _cancel_asked(self, handle: ServerGoalHandle) -> CancelResponse:
        if handle in self._open:
            self._cancel(handle.request)
        return CancelResponse.ACCEPT

    @staticmethod
    def _never(handle: ServerGoalHandle) -> Any:
        raise AssertionError(f"goal {handle.goal_id} must not be executed by the executor")
