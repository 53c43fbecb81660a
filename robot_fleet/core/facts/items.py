"""Facts about objects with custody."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class ItemAppeared(Fact):
    """An object with custody became known. `holder` is `place:<id>`, `robot:<id>` or `person:<id>`."""

    item: str
    kind: str
    holder: str
    mass_kg: float
    length_m: float
    width_m: float


@dataclass(frozen=True, slots=True)
class ItemMoved(Fact):
    """Custody passed in one event."""

    item: str
    holder: str
    at_s: float
