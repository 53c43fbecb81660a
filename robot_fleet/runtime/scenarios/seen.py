"""What a scenario sees of its run while it goes on: enough to know that an event has happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.core.facts import Fact
from robot_fleet.sim.account import PhysicalAct


@dataclass(frozen=True, slots=True)
class RobotSeen:
    """A robot's body now. `act` and `place` are empty while it acts not."""

    x_m: float
    y_m: float
    v_mps: float
    soc_pct: float
    act: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """What there is to see.

    Parameters
    ----------
    now_s : fleet time.
    robots : their bodies, as they are now.
    deeds, facts : what is new since the last look.
    """

    now_s: float
    robots: Mapping[str, RobotSeen]
    deeds: Sequence[PhysicalAct]
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event that a fault has waited for: a sentence, and the robot that it is about (empty if it is about none)."""

    cause: str
    robot: str = ""
