"""One robot's route and one task that might join it, as a small problem of its own: the other routes are its bounds.

What the others ask of the route becomes part of the small problem. Who comes after a task elsewhere bounds its first
begin, whom it comes before its last; uses of a resource are busy times; places that others keep are no alternatives.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from robot_fleet.core.explanation import Choice, Visit
from robot_fleet.core.plan import PlannedStop, Problem, RobotNeed, TaskNeed
from robot_fleet.scheduling.compiled import Compiled
from robot_fleet.scheduling.kernel import construct
from robot_fleet.scheduling.kernel.arrays import (
    CHARGE_NODE,
    CHARGERS,
    COUNT,
    FIRST,
    NODE,
    OPTION_PLACE,
    PLACE,
    STOPS,
    TOTAL,
    Floats,
    Ints,
)
from robot_fleet.scheduling.plan_rows import planned_routes
from robot_fleet.scheduling.solution import Routes, Solution

Drive = tuple[str, int, str]
"""Task, stop and place of a visit; a charge has no task."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the task costs on the route at least, and the whole route with it."""

    cost_s: float
    route: tuple[PlannedStop, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """May a task join a route, and for how much?

    Parameters
    ----------
    problem : with this robot alone, the tasks on its route, and the task that might join.
    route : what the robot drives so far, in order.
    task : the one that might join, among the problem's tasks.
    possible : False where something outside the route rules it out.
    """

    problem: Problem
    route: tuple[Drive, ...]
    task: str
    possible: bool = True

    @property
    def robot(self) -> RobotNeed:
        """The robot."""
        return self.problem.robots[0]

    @property
    def need(self) -> TaskNeed:
        """The task that might join."""
        return next(task for task in self.problem.tasks if task.task == self.task)

    def with_robot(self, robot: RobotNeed) -> Question:
        """Return the same question about a changed robot."""
        return replace(self, problem=replace(self.problem, robots=(robot,)))

    def with_need(self, need: TaskNeed) -> Question:
        """Return the same question about a changed task."""
        tasks = tuple(need if task.task == need.task else task for task in self.problem.tasks)
        return replace(self, problem=replace(self.problem, tasks=tasks))

    def alone(self) -> tuple[float, tuple[PlannedStop, ...]] | None:
        """Return what the route costs without the task, and its times; None if it cannot be driven."""
        laid = _Laid(self)
        return (laid.cost, laid.route()) if laid.holds else None

    def answer(self, relax: int = 0) -> Answer | None:
        """Return the cheapest way for the task to join, None if there is none.

        Parameters
        ----------
        relax : limits to overlook (`kernel.arrays.RELAX_*`); the route is then only as good as its order.
        """
        if not self.possible:
            return None
        laid = _Laid(self)
        return laid.answer(relax) if laid.holds else None

    def costs(self) -> float:
        """Return what the task costs at least, `inf` if it cannot join."""
        if not self.possible:
            return inf
        laid = _Laid(self)
        return laid.lack(0) if laid.holds else inf

    def after_charge(self) -> float:
        """Return what the task costs at least where a charge to full may be put in as well, `inf` if it cannot join."""
        if not self.possible or self.robot.charging is None:
            return inf
        laid = _Laid(self)
        return laid.put_with_charge() if laid.holds else inf


def choice(task: TaskNeed, robot: str, cost_s: float | None, route: tuple[PlannedStop, ...]) -> Choice:
    """Return what a route with the task in it means for the task."""
    own = [k for k, stop in enumerate(route) if stop.task == task.task]
    visits = tuple(Visit(route[k].stop, route[k].place, route[k].begin_s, route[k].end_s) for k in own)
    behind = dict.fromkeys(stop.task for stop in route[: own[-1]] if stop.task not in ("", task.task))
    instant_s = None
    for need, visit in zip(task.stops, visits, strict=True):
        if need.counts:  # the last that does
            instant_s = visit.begin_s + need.counts_offset_s
    late_s = 0.0 if instant_s is None else max(0.0, instant_s - task.due_s)
    return Choice(robot, cost_s, instant_s, late_s, visits, tuple(behind))


class _Laid:
    """A question's route as the kernel has it."""

    def __init__(self, question: Question) -> None:
        self._compiled = Compiled(question.problem)
        self._solution = Solution(question.problem, compiled=self._compiled)
        self._job = self._compiled.job_index.get(question.task, -1)
        self._lay(question.route)
        self.holds = bool(self._solution.kept.all()) and self._count == len(question.route)

    @property
    def _count(self) -> int:
        return int(self._solution.state.route[0, COUNT])

    @property
    def cost(self) -> float:
        """Cost of the route, in seconds."""
        return float(self._solution.state.route_at[0, TOTAL])

    def route(self) -> tuple[PlannedStop, ...]:
        """Return the route with its times."""
        (route,) = planned_routes(self._compiled, self._solution.state).values()
        return route

    def lack(self, relax: int) -> float:
        """Return what the task costs at least."""
        solution = self._solution
        if self._job < 0 or not solution.model.allow[self._job, 0]:
            return inf
        return float(construct.lack(solution.model, solution.state, solution.labels, self._job, 0, relax))

    def answer(self, relax: int) -> Answer | None:
        """Return the cheapest way for the task to join."""
        cost = self.lack(relax)
        if cost == inf:
            return None
        model, stops = self._solution.model, int(self._solution.model.job[self._job, STOPS])
        first = int(model.job[self._job, FIRST])
        entries = self._solution.labels.path[:stops].tolist()
        own = [(at, (first + i, int(model.option[option, OPTION_PLACE]))) for i, (at, option) in enumerate(entries)]
        row = self._solution.state.row[0, : self._count, [NODE, PLACE]].T.tolist()
        merged: list[tuple[int, int]] = []
        for k in range(len(row) + 1):
            merged += [visit for at, visit in own if at == k]
            merged += [(int(node), int(place)) for node, place in row[k : k + 1]]
        if relax:
            return Answer(cost, ())
        self._take(merged)
        if not self._solution.kept.all():
            return None  # refused by a rounding's breadth
        return Answer(cost, self.route())

    def put_with_charge(self) -> float:
        """Put the task in, with a charge where that helps, and return what both cost."""
        solution = self._solution
        if self._job < 0 or not solution.model.allow[self._job, 0] or not solution.model.robot[0, CHARGERS]:
            return inf
        return float(construct.put_one(solution.model, solution.state, solution.labels, self._job, 0))

    def _lay(self, route: Sequence[Drive]) -> None:
        places = self._compiled.places
        self._take([(self._node(task, stop) if task else CHARGE_NODE, places[place]) for task, stop, place in route])

    def _node(self, task: str, stop: int) -> int:
        job = self._compiled.job_index[task]
        numbers = [need.stop for need in self._compiled.tasks[job].stops]
        return int(self._compiled.model.job[job, FIRST]) + numbers.index(stop)

    def _take(self, visits: Sequence[tuple[int, int]]) -> None:
        robot = self._compiled.robots[0]
        full = robot.charging.full_wh if robot.charging is not None else 0.0
        rows: Ints = np.array(visits, dtype=np.int32).reshape(-1, 2)
        levels: Floats = np.where(rows[:, 0] == CHARGE_NODE, full, 0.0)
        self._solution.take_routes(
            Routes(rows, levels, np.zeros((len(rows), 2)), np.array([0, len(visits)], dtype=np.int32))
        )
