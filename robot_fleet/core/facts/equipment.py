"""Facts about doors, gates and lifts."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class EquipmentAsked(Fact):
    """A piece of equipment was asked for a robot at a level (a `map_id`), and the way through it kept for the robot.

    Parameters
    ----------
    begin, lanes : the lanes of the robot's order that nobody else is given until it has passed: where they begin in
        it, and which they are. They end where the robot can wait without being in the way.
    """

    equipment: str
    robot: str
    order: str
    level: str
    begin: int
    lanes: tuple[str, ...]
    at_s: float


@dataclass(frozen=True, slots=True)
class EquipmentOpened(Fact):
    """It is open for the robot, which may pass."""

    equipment: str
    robot: str
    level: str
    at_s: float


@dataclass(frozen=True, slots=True)
class EquipmentLeft(Fact):
    """The robot has passed, or does not want to any more; others may use it."""

    equipment: str
    robot: str
    at_s: float


@dataclass(frozen=True, slots=True)
class EquipmentFailed(Fact):
    """It cannot be used: it said so, or it was asked and did not open, or nobody hears it.

    Parameters
    ----------
    code : what it said, or `not_opening` or `silent`.
    robot : the robot that is in it, or empty.
    until_s : when it is tried again; `inf` for when it says that it works, or is heard again.
    """

    equipment: str
    code: str
    robot: str
    until_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class EquipmentMended(Fact):
    """It can be used again, as far as anybody knows."""

    equipment: str
    at_s: float


@dataclass(frozen=True, slots=True)
class EquipmentTakenOut(Fact):
    """Somebody says that it is out of order, whatever it says itself; it is so until somebody says otherwise.

    Parameters
    ----------
    reason : a word or a sentence, may be empty.
    """

    equipment: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class EquipmentPutBack(Fact):
    """Somebody says that it is in order again; what it says itself counts from now on."""

    equipment: str
    by: str
    at_s: float
