"""What the manager sees of the fleet's processes: those that the supervisor says are down."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.health import Condition, Level
from robot_fleet.core.inputs import ConditionsSeen
from robot_fleet.runtime.processes.statefile import read_json
from robot_fleet.runtime.ringing.ringer import PROCESS_DOWN

SOURCE = "supervisor"


class Supervision:
    """Turns the supervisor's state file into conditions.

    Parameters
    ----------
    processes : the file; a fleet without a supervisor has none.
    """

    def __init__(self, processes: Path) -> None:
        self._processes = processes
        self._since_s: dict[str, float] = {}

    def look(self, fleet_s: float) -> ConditionsSeen | None:
        """Return who is down, None where nobody watches."""
        state = read_json(self._processes)
        if state is None:
            return None
        down = [entry["name"] for entry in state["processes"] if entry["down"]]
        self._since_s = {name: self._since_s.get(name, fleet_s) for name in down}
        return ConditionsSeen(
            SOURCE,
            tuple(Condition(PROCESS_DOWN, name, Level.ERROR, since_s) for name, since_s in self._since_s.items()),
        )
