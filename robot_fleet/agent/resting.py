"""Where a held robot may come to rest: as its order's drives say, not in a door, on a crossing, in a lift."""

from __future__ import annotations

from collections.abc import Sequence

from robot_fleet.core.order import END, LANE, NO_STOPPING, Step, StepKind

BRAKING_M = 2.0
"""So close before a lane where nobody stops, a robot drives to the lane's beginning rather than brake into it."""


def keeps_clear(step: Step, what: str) -> bool:
    """Return whether nobody is to stand on a drive's lane (`what` is LANE), or at its end (END)."""
    words = step.params.get(NO_STOPPING, ())
    return step.kind is StepKind.DRIVE and isinstance(words, Sequence) and what in words


def drives_to_rest(steps: Sequence[Step], left_m: float) -> int:
    """Return how many of its released drives a held robot still finishes; 0 if it may stand where it is.

    Where none of them ends at a place to stand it is all of them: on the way it may be released more.

    Parameters
    ----------
    steps : released and not done, the drive under way first.
    left_m : how far it is from the end of the first one.
    """
    count = next((n for n, step in enumerate(steps) if step.kind is not StepKind.DRIVE), len(steps))
    drives = steps[:count]
    runs_into = len(drives) > 1 and keeps_clear(drives[1], LANE) and left_m <= BRAKING_M
    if not drives or not (keeps_clear(drives[0], LANE) or runs_into):
        return 0
    return next((n for n, step in enumerate(drives, 1) if not keeps_clear(step, END)), len(drives))


def stands_in_the_way(steps: Sequence[Step], done: int, under_way: bool) -> bool:
    """Return whether a robot between its goals stands where nobody should.

    Parameters
    ----------
    done : how many of the steps are done.
    under_way : whether it is in the middle of the next one.
    """
    if under_way:
        return keeps_clear(steps[done], LANE)
    return done > 0 and keeps_clear(steps[done - 1], END)
