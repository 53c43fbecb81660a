"""The person who looks after the fleet in a chaos run."""

from __future__ import annotations

from collections.abc import Callable

from robot_fleet.core.fleet import FleetState
from robot_fleet.runtime.reminders import Reminders

LOOKS_AFTER_S = 60.0
"""Fleet seconds until somebody has looked at a task that asks, and between two tries to say so."""
UNKNOWN = "act_unknown"
"""Reason of tasks of which nobody can say what happened; whoever says "retry" may have it done twice."""


class Attendant:
    """Has each task that asks tried again, as somebody does who sees that nothing is in the way any more.

    Parameters
    ----------
    say : told a key and a task; says `retry` to the fleet.
    """

    def __init__(self, say: Callable[[str, str], None]) -> None:
        self._say = say
        self._reminders = Reminders(LOOKS_AFTER_S)

    def look(self, state: FleetState, fleet_s: float) -> None:
        """See which tasks ask."""
        for task in state.open_tasks():
            if task.asks and task.reason != UNKNOWN:
                key = f"attendant-{task.id}-{task.broken_off}"
                if self._reminders.due(key, fleet_s + LOOKS_AFTER_S, fleet_s):
                    self._say(key, task.id)
