"""How the fleet fares at one instant, as whoever watches it hands it on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from robot_fleet.core.health import Condition
from robot_fleet.telemetry.board import RobotHealth
from robot_fleet.telemetry.plausible import Reason


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """A process of the fleet as its supervisor tells of it."""

    name: str
    runs: bool
    restarts: int


@dataclass(frozen=True, slots=True)
class Overview:
    """How the fleet fares.

    Parameters
    ----------
    robots : all of the site, in its order.
    conditions : what the rules see of them.
    accepted, refused : messages so far, as `Intake` counts them.
    processes : those that a supervisor keeps; empty where there is none.
    """

    robots: tuple[RobotHealth, ...] = ()
    conditions: tuple[Condition, ...] = ()
    accepted: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[tuple[str, str, Reason], int] = field(default_factory=dict)
    processes: tuple[ProcessSeen, ...] = ()
