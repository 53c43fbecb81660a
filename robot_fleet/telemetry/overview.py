"""How the fleet fares at one instant, as whoever watches it hands it on; and processes, watched as robots are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from robot_fleet.core.clock import Now
from robot_fleet.core.health import Condition, HealthRule, Level
from robot_fleet.telemetry.board import RobotHealth
from robot_fleet.telemetry.plausible import Reason
from robot_fleet.telemetry.watch import Watch

PROCESS_DOWN = HealthRule("process_down", "down_s", Level.ERROR, clear=0.0, above=2.0, clear_after_s=10.0, steady=True)
"""A process that is started again at once is no matter; one that keeps ending is, until it has run for a while."""


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
    conditions : every one that holds, of robots and processes.
    accepted, refused : messages so far, as `Intake` counts them.
    processes : those that a supervisor keeps; empty where there is none.
    """

    robots: tuple[RobotHealth, ...] = ()
    conditions: tuple[Condition, ...] = ()
    accepted: Mapping[str, int] = field(default_factory=dict)
    refused: Mapping[tuple[str, str, Reason], int] = field(default_factory=dict)
    processes: tuple[ProcessSeen, ...] = ()


class ProcessWatch:
    """Sees which processes are down and stay so."""

    def __init__(self) -> None:
        self._watches: dict[str, Watch] = {}
        self._ran_s: dict[str, float] = {}

    def look(self, processes: Iterable[ProcessSeen], now: Now) -> tuple[Condition, ...]:
        """Return a `process_down` for each process that has not run for longer than the rule allows."""
        found: list[Condition] = []
        for process in processes:
            if process.runs:
                self._ran_s[process.name] = now.steady_s
            down_s = now.steady_s - self._ran_s.setdefault(process.name, now.steady_s)
            watch = self._watches.setdefault(process.name, Watch(process.name, [PROCESS_DOWN]))
            found += watch.look({PROCESS_DOWN.signal: down_s}, now)
        return tuple(found)
