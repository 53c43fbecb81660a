"""Facts, one after the other, and the rows that a console is shown of them: the same for the present and the past.

However many facts are taken in between two looks, the rows are the same.
"""

from __future__ import annotations

from robot_fleet.core.facts import Fact, TaskCancelled, TaskCompleted, TaskFailed, TaskRejected, TasksRetired
from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.site import Site
from robot_fleet.server.rows.plan import PlanRows
from robot_fleet.server.rows.schedules import ScheduleRows
from robot_fleet.server.rows.state import StateRows
from robot_fleet.server.view import FleetView


class Reducer:
    """Brings a view up to the facts that it has taken in.

    Parameters
    ----------
    schedules : makes the rows of schedules; without it they do not tell what is next.

    Attributes
    ----------
    state : what the facts amount to.
    """

    def __init__(self, site: Site, view: FleetView, schedules: ScheduleRows | None = None) -> None:
        self.state: FleetState = initial_state(site)
        self.view = view
        self._rows = StateRows(site, schedules)
        self._plan = PlanRows()

    def take(self, at_s: float, fact: Fact) -> None:
        """Take in the next fact, and put into the view what no later look could tell."""
        state = self.state
        if isinstance(fact, TasksRetired):
            for name in fact.tasks:
                self._rows.retire(self.view, state.tasks[name], state)
        self._plan.note(self.view, state, fact)
        apply(state, fact)
        self._plan.settle(state, at_s)
        self._rows.note(state, fact)
        if isinstance(fact, TaskCompleted | TaskFailed | TaskCancelled | TaskRejected):
            self._rows.put_task(self.view, state.tasks[fact.task], state)  # in the order in which tasks end

    def show(self) -> None:
        """Bring the view up to all that was taken in."""
        self._rows.update(self.view, self.state)
        self._plan.update(self.view, self.state)
