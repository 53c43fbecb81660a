"""Facts about the law: where it keeps robots out, who was in its zones and how, and what became of papers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class KeptOut(Fact):
    """From now on the law keeps a robot out of these zones; of none where it is empty.

    Parameters
    ----------
    zones : zone -> why (`core.law.Forbidden`).
    """

    robot: str
    zones: Mapping[str, str]
    at_s: float


@dataclass(frozen=True, slots=True)
class ZoneEntered(Fact):
    """A robot came into a zone with a law, or something of what follows changed while it was in there.

    Parameters
    ----------
    law : id of the regime.
    mass_kg : its total mass.
    limit_mps : speed limit in force for it: that of the law for its mass, or a lower one of people; 0 for none.
    papers : the valid papers that it came in with, by their kind.
    supervisor : who had the watch, empty for nobody.
    """

    robot: str
    zone: str
    law: str
    mass_kg: float
    limit_mps: float
    papers: Mapping[str, str]
    supervisor: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ZoneLeft(Fact):
    """A robot left such a zone, or its entry in it ended; `max_mps` is the highest speed that it reported meanwhile."""

    robot: str
    zone: str
    max_mps: float
    at_s: float


@dataclass(frozen=True, slots=True)
class PaperWithdrawn(Fact):
    """A paper is not valid any more, whatever the site's files say: an authority withdrew it, or a person did."""

    paper: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class PaperRestored(Fact):
    """A paper that was withdrawn counts again."""

    paper: str
    reason: str
    by: str
    at_s: float


LAW_FACTS = (KeptOut, ZoneEntered, ZoneLeft, PaperWithdrawn, PaperRestored)
