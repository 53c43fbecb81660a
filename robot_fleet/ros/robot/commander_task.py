"""One task of a BasicNavigator, as two threads see it: one wishes it and looks at it, the other carries it out.

Each attribute is written by one thread only, and read whole by the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import Enum
from typing import Any

from robot_fleet.core.ports import GoalState, GoalStatus
from robot_fleet.ros.robot.futures import AWAY_AFTER_S, GONE, SILENT_AFTER_S, Verdict


class TaskKind(Enum):
    """What a task is."""

    DRIVE = "drive"
    DOCK = "dock"
    UNDOCK = "undock"


class CommanderTask:
    """A task from its wish to its end.

    Parameters
    ----------
    kind : what it is.
    begin : has the BasicNavigator begin it; returns whether the server accepted it.
    judge : turns a result message into a verdict.
    poses_left : before the first feedback.
    heard_s : returns when the robot was last heard otherwise (steady seconds), for an action without feedback.
    """

    def __init__(
        self,
        kind: TaskKind,
        begin: Callable[[Any], bool],
        judge: Callable[[Any], Verdict],
        poses_left: int = 0,
        heard_s: Callable[[], float] = lambda: float("-inf"),
    ) -> None:
        self.kind = kind
        self.begin = begin
        self.judge = judge
        self.recoveries = 0
        self.cancel_wished = False
        self.cancel_asked = False
        self.told_s = self._looked_s = time.monotonic()
        self._away_s = float("-inf")
        self._heard_s = heard_s
        self._lost = False
        self._status = GoalStatus(GoalState.RUNNING, poses_left=poses_left)

    # --- the agent's thread ------------------------------------------------------------------------------------------

    @property
    def status(self) -> GoalStatus:
        """Where the task stands; LOST after too long a silence, and that for good (see `RosGoal.status`)."""
        now_s = time.monotonic()
        if now_s - self._looked_s > AWAY_AFTER_S:
            self._away_s = now_s
        self._looked_s = now_s
        status = self._status
        if self._lost or (status.state is GoalState.RUNNING and now_s - self._last_heard_s() > SILENT_AFTER_S):
            self._lost = True
            return GoalStatus(GoalState.LOST, GONE, status.poses_left, "its server is silent")
        return status

    @property
    def given_up(self) -> bool:
        """Whether nobody wants it any more."""
        return self.cancel_wished or self._lost

    def _last_heard_s(self) -> float:
        return max(self.told_s, self._away_s, self._heard_s())

    # --- the BasicNavigator's thread ---------------------------------------------------------------------------------

    def told(self, feedback: Any) -> None:
        """Take the server's feedback of this task."""
        self.told_s = time.monotonic()
        if self.kind is TaskKind.DRIVE:
            self.recoveries = int(feedback.number_of_recoveries)
            self._status = GoalStatus(GoalState.RUNNING, poses_left=int(feedback.number_of_poses_remaining))

    def ended(self, state: GoalState, verdict: Verdict) -> None:
        """Take the end."""
        if state is GoalState.SUCCEEDED and not verdict.succeeded:
            state = GoalState.FAILED
        left = 0 if state is GoalState.SUCCEEDED else self._status.poses_left
        self._status = GoalStatus(state, verdict.code, left, verdict.sentence, verdict.result)
