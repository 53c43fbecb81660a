"""The planner that answers at once: keep what was planned, put in what is new, move what is in the way.

How stands in `kernel.construct`.
"""

from __future__ import annotations

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.compiled import Compiled
from robot_fleet.scheduling.plan_rows import KnownRoutes
from robot_fleet.scheduling.solution import Solution
from robot_fleet.scheduling.task_rows import KnownTasks


class InsertionPlanner:
    """Planner port: a feasible plan in milliseconds, the same for the same input.

    Parameters
    ----------
    displaced : how many tasks that are left out may try to displace others, dearest first.
    """

    def __init__(self, displaced: int = 4) -> None:
        self._displaced = displaced
        self._tasks, self._routes = KnownTasks(), KnownRoutes()

    def insert(self, problem: Problem, current: Plan) -> Plan:
        """Return a plan that keeps the order of `current` where still valid and inserts what is new.

        It never costs more than `current` where that is a valid plan of `problem`. `by` stays that of `current` when
        nothing but times has changed.
        """
        longest = max((len(route) for route in current.routes.values()), default=0)
        solution = Solution(problem, compiled=Compiled(problem, self._tasks), known=self._routes, room=2 * longest + 32)
        solution.take_up(current)
        solution.complete(self._displaced)
        return solution.plan(current.by if solution.as_taken.all() else "insertion")
