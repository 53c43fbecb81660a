"""The life of an alarm that a person must answer: raised, shown on a console, attended on site, closed."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class AlarmState(StrEnum):
    """Where an alarm stands."""

    RAISED = "raised"
    SHOWN = "shown"
    ATTENDED = "attended"
    CLOSED = "closed"


class AlarmEvent(StrEnum):
    """What can happen to an alarm."""

    SHOW = "show"
    ARRIVE = "arrive"
    JUDGE = "judge"
    CLOSE = "close"


_A = AlarmState
_E = AlarmEvent

TRANSITIONS: dict[tuple[AlarmState, AlarmEvent], AlarmState] = {
    (_A.RAISED, _E.SHOW): _A.SHOWN,
    # without a console the robot still goes, and a person's verdict by other means still counts
    (_A.RAISED, _E.ARRIVE): _A.ATTENDED,
    (_A.RAISED, _E.JUDGE): _A.RAISED,
    (_A.RAISED, _E.CLOSE): _A.CLOSED,
    (_A.SHOWN, _E.SHOW): _A.SHOWN,
    (_A.SHOWN, _E.ARRIVE): _A.ATTENDED,
    (_A.SHOWN, _E.JUDGE): _A.SHOWN,
    (_A.SHOWN, _E.CLOSE): _A.CLOSED,
    (_A.ATTENDED, _E.SHOW): _A.ATTENDED,
    (_A.ATTENDED, _E.ARRIVE): _A.ATTENDED,
    (_A.ATTENDED, _E.JUDGE): _A.ATTENDED,
    (_A.ATTENDED, _E.CLOSE): _A.CLOSED,
    (_A.CLOSED, _E.SHOW): _A.CLOSED,
}

REJECTED: frozenset[tuple[AlarmState, AlarmEvent]] = frozenset(product([_A.CLOSED], [_E.ARRIVE, _E.JUDGE, _E.CLOSE]))
