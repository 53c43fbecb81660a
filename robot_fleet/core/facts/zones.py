"""Facts about zones."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class ZoneClosed(Fact):
    """A person closed a zone: no robot is led into it any more."""

    zone: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ZoneOpened(Fact):
    """A person opened a zone."""

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
