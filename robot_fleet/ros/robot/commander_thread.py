"""The thread that a BasicNavigator lives in: it blocks and spins itself, so nobody else may wait for it.

It spins rclpy's one global executor, so there is one such thread in a process, and one robot.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import rclpy

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.ports import GoalState
from robot_fleet.ros.robot.commander_task import CommanderTask
from robot_fleet.ros.robot.futures import GONE, Verdict

LOG = logging.getLogger("robot_fleet")
STUCK_AFTER_S = 20.0
"""Steady seconds in one call of a BasicNavigator after which it is not going to return: its server went meanwhile."""
CLOSE_WITHIN_S = 2.0


def commander_class() -> type[Any]:
    """Return nav2_simple_commander's BasicNavigator, listening to whose goal a feedback is.

    Raises
    ------
    RuntimeFailure : `runtime_commander_missing`, `runtime_commander_unknown` (it is built otherwise than known).
    """
    try:
        from nav2_simple_commander.robot_navigator import BasicNavigator
    except ImportError as error:
        message = f"nav2_simple_commander cannot be used: {error}"
        raise RuntimeFailure("runtime_commander_missing", message, "navigator") from error
    if not hasattr(BasicNavigator, "_feedbackCallback"):
        message = "this nav2_simple_commander hands its feedback over in another way than Jazzy's"
        raise RuntimeFailure("runtime_commander_unknown", message, "navigator")

    class Commander(BasicNavigator):  # type: ignore[misc]
        """Hands feedback to the task whose it is: BasicNavigator keeps the newest one of any goal."""

        task: CommanderTask | None = None

        def _feedbackCallback(self, msg: Any) -> None:  # noqa: N802
            super()._feedbackCallback(msg)
            handle = self.goal_handle
            if self.task is not None and handle is not None and bytes(handle.goal_id.uuid) == bytes(msg.goal_id.uuid):
                self.task.told(msg.feedback)

    return Commander


class CommanderThread:
    """Carries tasks out, the newest one only.

    Parameters
    ----------
    robot : namespace.
    make : makes the BasicNavigator; nav2_simple_commander's by default.
    """

    def __init__(self, robot: str, make: Callable[..., Any] | None = None) -> None:
        self._commander = (make or commander_class())(node_name="fleet_commander", namespace=robot)
        self._wakes = threading.Condition()
        self._wished: CommanderTask | None = None
        self._running: CommanderTask | None = None
        self._closing = False
        self._busy_s: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"commander:{robot}", daemon=True)
        self._thread.start()

    @property
    def stuck(self) -> bool:
        """Whether it will not return any more: the process must be started again."""
        if self._closing:
            return False
        busy_s = self._busy_s
        return not self._thread.is_alive() or (busy_s is not None and time.monotonic() - busy_s > STUCK_AFTER_S)

    def wish(self, task: CommanderTask) -> None:
        """Have a task carried out, in place of the one before."""
        with self._wakes:
            self._wished = task
            self._wakes.notify()

    def close(self) -> None:
        """End the thread, before rclpy is shut down under it."""
        with self._wakes:
            self._closing = True
            self._wakes.notify()
        self._thread.join(CLOSE_WITHIN_S)
        if not self._thread.is_alive():
            self._commander.destroy_node()

    def _run(self) -> None:
        try:
            while True:
                with self._wakes:
                    self._wakes.wait_for(lambda: self._closing or self._wished or self._running)
                    if self._closing:
                        return
                    wished, self._wished = self._wished, None
                if self._running is not None and self._running.given_up:
                    self._cancel(self._running)
                if wished is not None:
                    self._running = self._begin(wished)
                if self._running is not None and self._look(self._running):
                    self._running = None
        except Exception:
            if rclpy.ok():
                LOG.exception("event=commander_failed the process must be started again")

    def _begin(self, task: CommanderTask) -> CommanderTask | None:
        """Have a task begun; return it if it runs.

        What was given up before is not begun at all, unless something runs that it ends by taking its place.
        """
        if task.given_up and self._running is None:
            task.ended(GoalState.CANCELLED, Verdict(True))
            return None
        self._commander.task = None  # feedback of the task before is of no use any more
        self._busy_s = time.monotonic()
        accepted = task.begin(self._commander)
        self._busy_s = None
        if not accepted:
            task.ended(GoalState.FAILED, Verdict(False, "rejected", "the server rejected the goal"))
            return None
        self._commander.task = task
        task.told_s = time.monotonic()
        return task

    def _cancel(self, task: CommanderTask) -> None:
        if not task.cancel_asked:
            task.cancel_asked = True
            self._busy_s = time.monotonic()
            self._commander.cancelTask()
            self._busy_s = None

    def _look(self, task: CommanderTask) -> bool:
        """Hear for a tenth of a second how the running task fares; return whether it has ended."""
        if not self._commander.isTaskComplete():
            return False
        self._commander.task = None
        outcome = self._commander.getResult().name
        state = {
            "SUCCEEDED": GoalState.SUCCEEDED,
            "CANCELED": GoalState.CANCELLED,
            "FAILED": GoalState.FAILED,
        }.get(outcome, GoalState.LOST)
        if state is GoalState.LOST:  # a server that was started anew does not know the goal
            task.ended(state, Verdict(False, GONE, "its server has forgotten it"))
        else:
            task.ended(state, task.judge(self._commander.result_future.result().result))
        return True
