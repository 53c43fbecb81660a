"""The law of a zone, and the papers that it asks robots for: what a city folder says of them, as frozen values.

A regime is one country's law. Its limits depend on a robot's total mass: its own, and that of what it has on board.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from robot_fleet.core.text import Text

ESTATE, CROSSING, CARRIAGEWAY = "estate", "crossing", "carriageway"
"""What a zone's ground may be besides a pavement: private (no law holds), a place to cross a street, a street."""
ABOUT_MASS_KG = 1e-6
"""Masses are sums of decimal numbers; a limit of 100 kg holds for what adds up to 100 kg."""


class PaperKind(StrEnum):
    """What sort of paper it is."""

    CERTIFICATE = "certificate"
    INSURANCE = "insurance"
    PERMIT = "permit"


class Forbidden(StrEnum):
    """Why a robot may not enter a zone."""

    TOO_HEAVY = "too_heavy"
    TOO_WIDE = "too_wide"
    CARRIAGEWAY = "carriageway"
    NO_CERTIFICATE = "no_certificate"
    NO_INSURANCE = "no_insurance"
    NO_PERMIT = "no_permit"
    OUTSIDE_HOURS = "outside_hours"
    UNSUPERVISED = "unsupervised"


MISSING = {
    PaperKind.CERTIFICATE: Forbidden.NO_CERTIFICATE,
    PaperKind.INSURANCE: Forbidden.NO_INSURANCE,
    PaperKind.PERMIT: Forbidden.NO_PERMIT,
}
"""Why a robot may not enter for want of a paper: it has none, or none that is valid."""


@dataclass(frozen=True, slots=True)
class MassLimit:
    """How fast robots of at most so many kilograms, load included, may go."""

    up_to_kg: float
    speed_mps: float


@dataclass(frozen=True, slots=True)
class Regime:
    """The law that holds in some zones.

    Parameters
    ----------
    source : what it is taken from.
    limits : rising in mass; who is heavier than the last one allows may not enter at all. Empty for no such law.
    width_m : widest that a robot may be with its load, 0 for no such law.
    wide_m, wide_from_pavement_m : widest where the pavement is at least so wide; 0 for no such exception.
    papers : what every robot needs, in the order in which they are asked for.
    valid_ahead_s : papers have to be valid for so long yet when a robot enters, so that it is out before they end.
    warn_days : so many days before a paper ends an alarm rings.
    carriageway : whether robots may drive on a street, and not only cross it.
    """

    id: str
    name: Text
    source: str = ""
    limits: tuple[MassLimit, ...] = ()
    width_m: float = 0.0
    wide_m: float = 0.0
    wide_from_pavement_m: float = 0.0
    papers: tuple[PaperKind, ...] = ()
    valid_ahead_s: float = 0.0
    warn_days: float = 30.0
    carriageway: bool = False

    def allows_kg(self, mass_kg: float) -> bool:
        """Return whether a robot of a total mass may enter at all."""
        return not self.limits or mass_kg <= self.limits[-1].up_to_kg + ABOUT_MASS_KG

    def speed_mps(self, mass_kg: float) -> float:
        """Return how fast a robot of a total mass may go, 0 for no limit; the lowest limit for one too heavy."""
        for limit in self.limits:
            if mass_kg <= limit.up_to_kg + ABOUT_MASS_KG:
                return limit.speed_mps
        return self.limits[-1].speed_mps if self.limits else 0.0

    def widest_m(self, pavement_m: float) -> float:
        """Return how wide a robot may be on a pavement of a width (0: not known), 0 for any width."""
        if self.wide_m and pavement_m >= self.wide_from_pavement_m > 0.0:
            return self.wide_m
        return self.width_m


@dataclass(frozen=True, slots=True)
class Paper:
    """A certificate, an insurance or a permit.

    Parameters
    ----------
    id : unique among a site's papers.
    number : the issuer's own.
    valid_from, valid_to : first and last day, as `2026-11-27`.
    robots, kinds : whom it is for: each of these robots, and all robots of these kinds.
    zones : of a permit: where it holds; empty for everywhere.
    hours : of a permit: from when to when on a day it holds, as ("07:00", "22:00"); empty for the whole day.
    supervised : of a permit: whether somebody must have the watch (a shift that was taken over).
    """

    id: str
    kind: PaperKind
    issuer: str
    number: str
    valid_from: str
    valid_to: str
    robots: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()
    hours: tuple[tuple[str, str], ...] = ()
    supervised: bool = False

    def is_for(self, robot: str, kind: str, zone: str) -> bool:
        """Return whether it is about a robot of a kind in a zone."""
        return (robot in self.robots or kind in self.kinds) and (not self.zones or zone in self.zones)

    def holds_at(self, clock: str) -> bool:
        """Return whether it holds at a time of day written as `HH:MM`."""
        return not self.hours or any(begins <= clock < ends for begins, ends in self.hours)


@dataclass(frozen=True, slots=True)
class Law:
    """The regimes that hold in a site's zones, and the papers of its robots."""

    regimes: Mapping[str, Regime] = field(default_factory=dict)
    papers: Mapping[str, Paper] = field(default_factory=dict)


NO_LAW = Law()


def is_inside(outline: Sequence[tuple[float, float]], x_m: float, y_m: float) -> bool:
    """Return whether a point lies in a polygon: whether a ray from it crosses its sides an odd number of times."""
    inside = False
    x0, y0 = outline[-1]
    for x1, y1 in outline:
        if (y1 > y_m) != (y0 > y_m) and x_m < (x0 - x1) * (y_m - y1) / (y0 - y1) + x1:
            inside = not inside
        x0, y0 = x1, y1
    return inside
