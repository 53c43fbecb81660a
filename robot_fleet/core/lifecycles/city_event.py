"""The life of an event of a city's platform: it lasts until its source, its time or a person ends it."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class CityEventState(StrEnum):
    """Where an event stands."""

    OPEN = "open"
    OVER = "over"


class CityEventNews(StrEnum):
    """What can happen to an event."""

    LEAD = "lead"
    """It leads to something."""
    SHOW = "show"
    """People are shown it."""
    ARRIVE = "arrive"
    """A robot comes to where it sends one."""
    RESOLVE = "resolve"
    """Its source says that it is over."""
    EXPIRE = "expire"
    """Its time is over."""
    CLOSE = "close"
    """A person says that it is over."""


_S = CityEventState
_N = CityEventNews

TRANSITIONS: dict[tuple[CityEventState, CityEventNews], CityEventState] = {
    (_S.OPEN, _N.LEAD): _S.OPEN,
    (_S.OPEN, _N.SHOW): _S.OPEN,
    (_S.OPEN, _N.ARRIVE): _S.OPEN,
    (_S.OPEN, _N.RESOLVE): _S.OVER,
    (_S.OPEN, _N.EXPIRE): _S.OVER,
    (_S.OPEN, _N.CLOSE): _S.OVER,
    # a console may be told late, and a robot come late
    (_S.OVER, _N.SHOW): _S.OVER,
    (_S.OVER, _N.ARRIVE): _S.OVER,
}

REJECTED: frozenset[tuple[CityEventState, CityEventNews]] = frozenset(
    product([_S.OVER], [_N.LEAD, _N.RESOLVE, _N.EXPIRE, _N.CLOSE])
)
