"""The life of an incident: alarms and people's actions join it until a person closes it with a reason."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class IncidentState(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    CLOSED = "closed"


class IncidentEvent(StrEnum):
    """What can happen to an incident."""

    JOIN = "join"
    NOTE = "note"
    CLOSE = "close"


_I = IncidentState
_E = IncidentEvent

TRANSITIONS: dict[tuple[IncidentState, IncidentEvent], IncidentState] = {
    (_I.OPEN, _E.JOIN): _I.OPEN,
    (_I.OPEN, _E.NOTE): _I.OPEN,
    (_I.OPEN, _E.CLOSE): _I.CLOSED,
    # what was done may be written down afterwards
    (_I.CLOSED, _E.NOTE): _I.CLOSED,
}

REJECTED: frozenset[tuple[IncidentState, IncidentEvent]] = frozenset(product([_I.CLOSED], [_E.JOIN, _E.CLOSE]))
