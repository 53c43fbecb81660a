"""The life of a schedule: its occurrences are asked for, or not for a while, until a person ends it."""

from __future__ import annotations

from enum import StrEnum


class ScheduleState(StrEnum):
    """Where a schedule stands."""

    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"


class ScheduleEvent(StrEnum):
    """What can happen to a schedule."""

    PAUSE = "pause"
    RESUME = "resume"
    END = "end"
    REVISE = "revise"
    SKIP = "skip"


_S = ScheduleState
_E = ScheduleEvent

TRANSITIONS: dict[tuple[ScheduleState, ScheduleEvent], ScheduleState] = {
    (_S.RUNNING, _E.PAUSE): _S.PAUSED,
    (_S.RUNNING, _E.END): _S.ENDED,
    (_S.RUNNING, _E.REVISE): _S.RUNNING,
    (_S.RUNNING, _E.SKIP): _S.RUNNING,
    (_S.PAUSED, _E.RESUME): _S.RUNNING,
    (_S.PAUSED, _E.END): _S.ENDED,
    (_S.PAUSED, _E.REVISE): _S.PAUSED,
    (_S.PAUSED, _E.SKIP): _S.PAUSED,
}

REJECTED: frozenset[tuple[ScheduleState, ScheduleEvent]] = frozenset(
    {(_S.RUNNING, _E.RESUME), (_S.PAUSED, _E.PAUSE), *((_S.ENDED, event) for event in _E)}
)
