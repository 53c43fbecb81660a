"""Facts about places that cannot be used."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class PlaceTakenOut(Fact):
    """A place is out of use until a person says that it is in order: nobody is sent there, and nothing put down there.

    Parameters
    ----------
    code : why: what an act ended with there, `no_current`, or a person's word.
    robot : which robot found out; empty where a person has.
    by : who has taken it out; empty where the fleet has.
    """

    place: str
    code: str
    robot: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class PlaceMended(Fact):
    """A person said that a place is in order again."""

    place: str
    by: str
    at_s: float
