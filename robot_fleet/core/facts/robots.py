"""Facts about robots: how they are, and what people make of them."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class ChargerDoubted(Fact):
    """A charger gave no current, or could not be docked at: it is not used before a fleet time."""

    place: str
    robot: str
    code: str
    until_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class HoldSet(Fact):
    """A person stopped (or let go) one robot, or the whole fleet where `robot` is empty.

    Parameters
    ----------
    to_safe_place : whether whoever is where nobody should stop first drives on to where it may stand; False in older
        ledgers, whose holds stopped robots where they were.
    consents : whether letting a robot go is a person's consent that it moves after an emergency stop; no city event
        gives that.
    """

    hold: bool
    robot: str
    reason: str
    by: str
    to_safe_place: bool = False
    consents: bool = True


@dataclass(frozen=True, slots=True)
class RobotLinkChanged(Fact):
    """A robot's link became live, stale or offline."""

    robot: str
    state: str
    at_s: float


@dataclass(frozen=True, slots=True)
class RobotFaulted(Fact):
    """A robot could not carry out a step; it gets nothing new before `until_s`."""

    robot: str
    code: str
    until_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class LaneBlocked(Fact):
    """There is no way on along a lane, as a robot found out or since it stands there silent; ways keep out of it.

    `until_s` is when it is tried again, `inf` for not before the robot is heard again.
    """

    lane: str
    robot: str
    code: str
    until_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class LaneCleared(Fact):
    """A lane that was blocked is used again: its time is over, or a robot has driven along it."""

    lane: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ChargeBegan(Fact):
    """A robot fell under its kind's threshold: it serves nothing (but alarms, if it must) until it is charged."""

    robot: str
    soc_pct: float
    at_s: float


@dataclass(frozen=True, slots=True)
class ChargeEnded(Fact):
    """A robot is charged as far as its kind asks for and serves again."""

    robot: str
    soc_pct: float
    at_s: float


@dataclass(frozen=True, slots=True)
class EmergencyStopped(Fact):
    """A robot's emergency stop was pressed; `stops` counts all of its life. It stands until a person lets it go on."""

    robot: str
    stops: int
    at_s: float


@dataclass(frozen=True, slots=True)
class MaintenanceBegan(Fact):
    """A robot was taken out of service."""

    robot: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class MaintenancePlanned(Fact):
    """A robot will be out of service between two fleet times; 0 and 0 takes that back."""

    robot: str
    from_s: float
    to_s: float
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class MaintenanceDone(Fact):
    """A robot is in service again; its distance and faults count from here."""

    robot: str
    odometer_m: float
    by: str
    at_s: float
