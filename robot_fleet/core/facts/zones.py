"""Facts about zones."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class ZoneClosed(Fact):
    """A person closed a zone: no robot is led into it any more.

    Parameters
    ----------
    cause : `weather`, `event` or `other`; empty where nobody said.
    until_s : fleet time at which it opens by itself; `inf` if a person has to open it.
    """

    zone: str
    reason: str
    by: str
    at_s: float
    cause: str = ""
    until_s: float = inf


@dataclass(frozen=True, slots=True)
class ZoneOpened(Fact):
    """A zone was opened: by a person, or (`by` empty) because its time was up."""

    zone: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ZoneLimited(Fact):
    """A person limited the speed in a zone, or lifted the limit with 0."""

    zone: str
    speed_mps: float
    reason: str
    by: str
    at_s: float
