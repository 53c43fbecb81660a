"""The simulator's own account of what was physically done, to hold the fleet's account against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PhysicalAct:
    """One physical act. `event` is as in the trace: `take:<item>`, `give:<item>:<holder>`, `dock:<charger>`, `undock`,
    `act:<name>`.
    """

    t_s: float
    robot: str
    event: str


@dataclass(frozen=True, slots=True)
class RobotTotals:
    """A robot's totals since it was commissioned; energy is discharge only."""

    robot: str
    distance_m: float
    loaded_m: float
    energy_wh: float
    soc_pct: float
    docks: int
    acts: int
