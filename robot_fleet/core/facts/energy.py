"""Facts about the current that chargers give."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class ChargerSwitched(Fact):
    """A charger gives the robot at it current from now on, or holds it back.

    The first of a robot at a charger comes when it has docked, the last (`reason` is `left`) when it is gone.

    Parameters
    ----------
    reason : a word of `core.energy.Supply`.
    soc_pct : state of charge of the robot then.
    until_s : fleet time until which it is expected to wait, 0 if that is not known or it does not.
    """

    place: str
    robot: str
    on: bool
    reason: str
    soc_pct: float
    at_s: float
    until_s: float = 0.0
