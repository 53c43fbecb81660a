"""The life of an alarm: it rings until a person takes note, and is open until what it tells of is gone.

A call for help is an alarm too; what happens to it on the way (shown, spoken to, attended, judged) leaves its state as
it is, and it closes with its task.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class AlarmState(StrEnum):
    """Where an alarm stands (ISA-18.2: unacknowledged, acknowledged, returned to normal, shelved)."""

    ACTIVE = "active"
    ACKNOWLEDGED = "acknowledged"
    CLEARED = "cleared"
    SHELVED = "shelved"
    CLOSED = "closed"


class AlarmEvent(StrEnum):
    """What can happen to an alarm."""

    SHOW = "show"
    VOICE = "voice"
    WANT = "want"
    """Somebody is to be reached for it."""
    ARRIVE = "arrive"
    JUDGE = "judge"
    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    SPREAD = "spread"
    CLEAR = "clear"
    CLOSE = "close"


_A = AlarmState
_E = AlarmEvent
_OPEN = (_A.ACTIVE, _A.ACKNOWLEDGED, _A.CLEARED, _A.SHELVED)

TRANSITIONS: dict[tuple[AlarmState, AlarmEvent], AlarmState] = {
    # what becomes of a call for help; shown may be told late, and people speak to the caller after its task has ended
    **{(state, event): state for state, event in product(AlarmState, (_E.SHOW, _E.VOICE, _E.WANT))},
    **{(state, event): state for state, event in product(_OPEN, (_E.ARRIVE, _E.JUDGE))},
    **{(state, _E.CLOSE): _A.CLOSED for state in _OPEN},
    # a person takes note; of one that is over, that is the end
    (_A.ACTIVE, _E.ACKNOWLEDGE): _A.ACKNOWLEDGED,
    (_A.ACKNOWLEDGED, _E.ACKNOWLEDGE): _A.ACKNOWLEDGED,
    (_A.CLEARED, _E.ACKNOWLEDGE): _A.CLOSED,
    # a person puts it aside for a while; when the time is up it rings again
    (_A.ACTIVE, _E.SHELVE): _A.SHELVED,
    (_A.ACKNOWLEDGED, _E.SHELVE): _A.SHELVED,
    (_A.SHELVED, _E.SHELVE): _A.SHELVED,
    (_A.SHELVED, _E.UNSHELVE): _A.ACTIVE,
    # it comes back, or concerns one more robot; what was acknowledged need not be again for one more
    (_A.ACTIVE, _E.SPREAD): _A.ACTIVE,
    (_A.ACKNOWLEDGED, _E.SPREAD): _A.ACKNOWLEDGED,
    (_A.CLEARED, _E.SPREAD): _A.ACTIVE,
    (_A.SHELVED, _E.SPREAD): _A.SHELVED,
    # what it tells of is gone
    (_A.ACTIVE, _E.CLEAR): _A.CLEARED,
    (_A.ACKNOWLEDGED, _E.CLEAR): _A.CLOSED,
    (_A.SHELVED, _E.CLEAR): _A.CLOSED,
}

REJECTED: frozenset[tuple[AlarmState, AlarmEvent]] = frozenset(
    [
        *product([_A.CLOSED], [event for event in AlarmEvent if event not in (_E.SHOW, _E.VOICE, _E.WANT)]),
        *product([_A.ACTIVE, _A.ACKNOWLEDGED], [_E.UNSHELVE]),
        *product([_A.CLEARED], [_E.SHELVE, _E.UNSHELVE, _E.CLEAR]),
        (_A.SHELVED, _E.ACKNOWLEDGE),
    ]
)
