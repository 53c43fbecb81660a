"""One goal of the navigator at a time, and which steps of the order it carries out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from robot_fleet.core.order import RIDE, Step, StepKind
from robot_fleet.core.ports import GoalState, GoalStatus, Navigator

BLOCKED = frozenset(f"nav_{code}" for code in (104, 105, 106, 205, 206, 208, 305, 306, 308))
"""Nav2 found no way on: its controller got no farther, start or goal are occupied, or there is no path."""


class Ending(StrEnum):
    """How a goal ended."""

    REACHED = "reached"
    FAILED = "failed"
    STOPPED = "stopped"
    LOST = "lost"
    """The navigator cannot say, or has forgotten the goal: whether the robot moves is not known."""


@dataclass(frozen=True, slots=True)
class Progress:
    """What has happened to the goal since the last look.

    Parameters
    ----------
    passed : how many more of its steps are done.
    ending : how it ended, None while it runs.
    code, sentence : why, for a goal that failed; see GoalStatus.
    """

    passed: int = 0
    ending: Ending | None = None
    code: str = ""
    sentence: str = ""


_STILL = Progress()
_LOST = Progress(ending=Ending.LOST)


def drives_as_one(steps: Sequence[Step], first: int, released: int) -> Sequence[Step]:
    """Return the released drive steps from `first` on that one goal can carry out.

    One goal has one speed limit, one way of holding the yaw and one map, and it ends where a route ends (`last`), since
    a robot takes on the yaw of its goal's final pose only. A ride in a lift is a goal of its own.
    """
    head = steps[first]
    if is_ride(head):
        return steps[first : first + 1]
    end = first
    while end < released:
        step = steps[end]
        if (
            step.kind is not StepKind.DRIVE
            or step.speed_mps != head.speed_mps
            or step.keep_yaw != head.keep_yaw
            or step.target.map_id != head.target.map_id
            or is_ride(step)
        ):
            break
        end += 1
        if step.last:
            break
    return steps[first:end]


def is_ride(step: Step) -> bool:
    """Return whether a lift carries the robot, which has nothing to drive but takes on another map."""
    return step.kind is StepKind.DRIVE and RIDE in step.params


class Motion:
    """Starts goals and reads how they come along. It decides nothing.

    Attributes
    ----------
    steps : the steps of the newest goal that are not done yet, the current one first.
    open : whether a goal was started of which no end is known yet.
    """

    def __init__(self, navigator: Navigator) -> None:
        self._navigator = navigator
        self.steps: tuple[Step, ...] = ()
        self.open = False

    def drive(self, steps: Sequence[Step]) -> None:
        """Drive through the targets of `steps`; a running drive goes over into it without a stop."""
        head = steps[0]
        self.steps, self.open = tuple(steps), True
        if is_ride(head):
            self._navigator.change_level(head.target)
            return
        self._navigator.drive([step.target for step in steps], head.speed_mps, head.keep_yaw)

    def dock(self, step: Step) -> None:
        """Dock at the step's place."""
        self.steps, self.open = (step,), True
        self._navigator.dock(step.place, step.target)

    def undock(self, step: Step) -> None:
        """Leave the charger."""
        self.steps, self.open = (step,), True
        self._navigator.undock()

    def stop(self) -> None:
        """Ask the running goal to stop; asking again is harmless."""
        self._navigator.cancel()

    def close(self) -> None:
        """Take note that the goal is over, whatever a navigator that lost it may go on saying about it."""
        self.open = False

    def look(self) -> Progress:
        """Return what has happened to the goal, and drop the steps that are done.

        Of a running drive the last step is never done: only the goal's success says that the robot has arrived and
        stands. Where the goal failed or was stopped, `poses_left` counts only if it is plausible; a navigator that does
        not know it any more leaves it at 0, which would say that everything is done.
        """
        status = self._navigator.status()
        if status is None or status.state is GoalState.LOST:
            return _LOST
        if status.state is GoalState.SUCCEEDED:
            passed = len(self.steps)
            self.steps = ()
            self.close()
            return Progress(passed, Ending.REACHED)
        passed = self._newly_passed(status)
        if status.state is GoalState.RUNNING:
            return Progress(passed) if passed else _STILL
        self.close()
        ending = Ending.FAILED if status.state is GoalState.FAILED else Ending.STOPPED
        return Progress(passed, ending, status.code, status.sentence)

    def _newly_passed(self, status: GoalStatus) -> int:
        left = status.poses_left
        if left < 1:
            left = 1 if status.state is GoalState.RUNNING else len(self.steps)
        passed = max(0, len(self.steps) - left)
        if passed:
            self.steps = self.steps[passed:]
        return passed
