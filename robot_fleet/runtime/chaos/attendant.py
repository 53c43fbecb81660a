"""The person who looks after the fleet in a chaos run."""

from __future__ import annotations

from collections.abc import Callable

from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.runtime.reminders import Reminders

LOOKS_AFTER_S = 60.0
"""Fleet seconds until somebody has looked at a task that asks, and between two tries to say so."""
UNKNOWN = "act_unknown"
"""Reason of tasks of which nobody can say what happened; whoever says "retry" may have it done twice."""


TRIES = 5
"""How often somebody tries what goes wrong in the same way each time, before they give the task up."""


class Attendant:
    """Has each task that asks tried again, as somebody does who sees that nothing is in the way any more.

    What goes wrong in the same way each time, as a lock that stays jammed, is given up after TRIES: the task fails.

    Parameters
    ----------
    say : told a key, a task and an answer (`retry` or `failed`); says it to the fleet.
    """

    def __init__(self, say: Callable[[str, str, str], None]) -> None:
        self._say = say
        self._reminders = Reminders(LOOKS_AFTER_S)
        self._tries: dict[str, tuple[str, int, int]] = {}

    def look(self, state: FleetState, fleet_s: float) -> None:
        """See which tasks ask."""
        for task in state.open_tasks():
            if task.asks and task.reason != UNKNOWN:
                key = f"attendant-{task.id}-{task.broken_off}"
                if self._reminders.due(key, fleet_s + LOOKS_AFTER_S, fleet_s):
                    self._say(key, task.id, "retry" if self._tried(task) < TRIES else "failed")

    def _tried(self, task: TaskRecord) -> int:
        """Return how often a task has been tried again since it went wrong in this way first."""
        reason, asked, tried = self._tries.get(task.id, ("", task.broken_off, 0))
        if reason != task.reason:
            tried = 0
        elif asked != task.broken_off:  # else it is only said again
            tried += 1
        self._tries[task.id] = task.reason, task.broken_off, tried
        return tried
