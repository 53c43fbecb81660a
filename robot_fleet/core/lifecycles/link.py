"""The manager's view of a robot's link, judged by the age of its last report in steady time."""

from __future__ import annotations

from enum import StrEnum
from itertools import product


class LinkState(StrEnum):
    """How much the manager may trust what it knows of a robot."""

    NEVER = "never"
    LIVE = "live"
    STALE = "stale"
    OFFLINE = "offline"


class LinkEvent(StrEnum):
    """A report came, or none came for a while."""

    REPORT = "report"
    AGE_STALE = "age_stale"
    AGE_OFFLINE = "age_offline"


_L = LinkState
_E = LinkEvent

TRANSITIONS: dict[tuple[LinkState, LinkEvent], LinkState] = {
    (_L.NEVER, _E.REPORT): _L.LIVE,
    (_L.LIVE, _E.REPORT): _L.LIVE,
    (_L.STALE, _E.REPORT): _L.LIVE,
    (_L.OFFLINE, _E.REPORT): _L.LIVE,
    (_L.LIVE, _E.AGE_STALE): _L.STALE,
    (_L.LIVE, _E.AGE_OFFLINE): _L.OFFLINE,
    (_L.STALE, _E.AGE_STALE): _L.STALE,
    (_L.STALE, _E.AGE_OFFLINE): _L.OFFLINE,
    (_L.OFFLINE, _E.AGE_OFFLINE): _L.OFFLINE,
}

REJECTED: frozenset[tuple[LinkState, LinkEvent]] = frozenset(
    [*product([_L.NEVER], [_E.AGE_STALE, _E.AGE_OFFLINE]), (_L.OFFLINE, _E.AGE_STALE)]
)

STALE_AFTER_S = 3.0
OFFLINE_AFTER_S = 15.0


def freshness(
    age_s: float, stale_after_s: float = STALE_AFTER_S, offline_after_s: float = OFFLINE_AFTER_S
) -> LinkEvent:
    """Return what the age of the newest report means; at a threshold the better state still holds.

    Parameters
    ----------
    age_s : steady seconds since the last report, >= 0.
    """
    if age_s > offline_after_s:
        return LinkEvent.AGE_OFFLINE
    if age_s > stale_after_s:
        return LinkEvent.AGE_STALE
    return LinkEvent.REPORT
