"""The life of a field job: it is open until somebody takes it, and over when it is done or nobody wants it any more."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class JobState(StrEnum):
    """Where a field job stands."""

    OPEN = "open"
    TAKEN = "taken"
    DONE = "done"
    WITHDRAWN = "withdrawn"


class JobEvent(StrEnum):
    """What people may say to a field job."""

    TAKE = "take"
    DONE = "done"
    WITHDRAW = "withdraw"


_J = JobState
_E = JobEvent

TRANSITIONS: dict[tuple[JobState, JobEvent], JobState] = {
    (_J.OPEN, _E.TAKE): _J.TAKEN,
    (_J.OPEN, _E.WITHDRAW): _J.WITHDRAWN,
    # somebody else takes it over
    (_J.TAKEN, _E.TAKE): _J.TAKEN,
    (_J.TAKEN, _E.DONE): _J.DONE,
    (_J.TAKEN, _E.WITHDRAW): _J.WITHDRAWN,
}

REJECTED: frozenset[tuple[JobState, JobEvent]] = frozenset(
    [(_J.OPEN, _E.DONE), *product([_J.DONE, _J.WITHDRAWN], JobEvent)]
)
