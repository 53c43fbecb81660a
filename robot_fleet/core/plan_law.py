"""What the law asks of plans, as it stands in the site's files: for the checker, which makes of it what it means.

Planners do not read it. To them the law is that some ways are infinitely long.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from robot_fleet.core.law import Paper, Regime


@dataclass(frozen=True, slots=True)
class LawPoint:
    """A vertex of the lane graph in the map frame of its level."""

    x_m: float
    y_m: float
    level: str


@dataclass(frozen=True, slots=True)
class LawLane:
    """A straight lane from one vertex to another; `kinds` may use it, all if it is empty."""

    start: str
    end: str
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LawZone:
    """A zone under a regime (`law`), or one whose ground says that no law holds there; see `core.site.Zone`."""

    zone: str
    outline: tuple[tuple[float, float], ...]
    level: str
    law: str = ""
    ground: str = "pavement"
    pavement_m: float = 0.0
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LawBody:
    """What robots of a kind weigh with nothing on board, how wide they are, and the circle that they turn in."""

    mass_kg: float
    width_m: float
    loaded_width_m: float
    radius_m: float


@dataclass(frozen=True, slots=True)
class LawGround:
    """What does not change while a fleet runs: the ground, its zones and the robots' bodies by kind."""

    points: Mapping[str, LawPoint]
    lanes: tuple[LawLane, ...]
    zones: tuple[LawZone, ...]
    bodies: Mapping[str, LawBody]


@dataclass(frozen=True, slots=True)
class LawNeed:
    """The law for the robots of a problem at one instant.

    Parameters
    ----------
    regimes : by id.
    papers : those that were not withdrawn.
    kind_of : robot -> kind.
    local : local date and time to the minute, empty where nobody knows which date it is.
    until : regime -> local date and time until which papers have to be valid.
    watched : whether somebody has the watch.
    """

    ground: LawGround
    regimes: Mapping[str, Regime]
    papers: tuple[Paper, ...] = ()
    kind_of: Mapping[str, str] = field(default_factory=dict)
    local: str = ""
    until: Mapping[str, str] = field(default_factory=dict)
    watched: bool = False
