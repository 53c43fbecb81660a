"""Pick-up and delivery in the form of the literature: as few robots as possible first, then as little driving.

Half of the time goes into emptying one route after the other, the rest into distance with the robots that are left.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.kernel.arrays import COUNT
from robot_fleet.scheduling.search import CpuSeconds, Halt, Iterations, Searcher, Tuning
from robot_fleet.scheduling.solution import Routes, Solution

SHARE_FOR_ROBOTS = 0.4
"""Share of the time that may be spent on finding a plan with one robot fewer."""

RUNS, SHARE_TO_BEGIN_ANEW = 3, 0.25
"""The driving is shortened so often, from other routes each time as far as they are found in this share of the time:
one long annealing ends in a poor valley as often as a short one."""


class _Until:
    """A `Halt` at an instant of this process's computing time."""

    def __init__(self, end_s: float) -> None:
        self._end_s = end_s

    def progress(self, iteration: int) -> float:
        del iteration
        return 1.0 if time.process_time() >= self._end_s else 0.0


def fewest_robots(
    problem: Problem, cpu_s: float, seed: int, progress: Callable[[float, int, float], None] | None = None
) -> Plan:
    """Return a plan that serves all tasks with few robots, and among those with little driving.

    Parameters
    ----------
    problem : robots that are all alike, and more of them than needed.
    cpu_s : seconds of this process's computing time; compiling the search comes before and is not counted.
    progress : told seconds spent, robots in use and cost, now and then.
    """
    warm_up()
    began_s = time.process_time()

    def say(iteration: int, cost: float) -> None:
        if progress is not None and iteration % 10_000 == 0:
            progress(time.process_time() - began_s, robots_used(solution), cost)

    solution = Solution(problem, seed)
    solution.complete()
    searcher = Searcher(solution, Tuning())
    until = _Until(began_s + SHARE_FOR_ROBOTS * cpu_s)
    best = solution.routes()
    complete = not solution.out or searcher.fewer(until)
    allow = solution.model.allow.copy()
    while complete:
        best = solution.routes()
        say(0, solution.cost)
        used = [v for v in range(solution.robots) if solution.state.route[v, COUNT]]
        emptied = min(used, key=searcher.absences_of)
        allow[:] = solution.model.allow
        solution.model.allow[:, emptied] = 0
        keep = np.ones(len(best.visits), dtype=bool)
        keep[best.bounds[emptied] : best.bounds[emptied + 1]] = False
        solution.take_routes(best)
        complete = searcher.fewer(until)
    solution.model.allow[:] = allow
    solution.take_routes(best)
    for v in range(solution.robots):
        if not solution.state.route[v, COUNT]:
            solution.model.allow[:, v] = 0
    shortest, cost = best, solution.cost
    for left in range(RUNS, 0, -1):
        share_s = (cpu_s - (time.process_time() - began_s)) / left
        until_s = time.process_time() + share_s
        if left == RUNS or not _begin_anew(solution, searcher, CpuSeconds(share_s * SHARE_TO_BEGIN_ANEW)):
            solution.take_routes(best)
        searcher.run(CpuSeconds(until_s - time.process_time()), say)
        if solution.cost < cost:
            shortest, cost = solution.routes(), solution.cost
    solution.take_routes(shortest)
    solution.model.allow[:] = 1
    return solution.plan("search")


def _begin_anew(solution: Solution, searcher: Searcher, halt: Halt) -> bool:
    """Put all tasks on the robots in use from nothing; return whether that came about before `halt`."""
    solution.take_routes(Routes.of_none(solution.robots))
    solution.complete()
    return not solution.out or searcher.fewer(halt)


def robots_used(solution: Solution) -> int:
    """Return how many robots have something to do."""
    return int((solution.state.route[:-1, COUNT] > 0).sum())


def warm_up() -> None:
    """Compile or load everything that `fewest_robots` calls, on a tiny problem."""
    from robot_fleet.scheduling.warm import tiny_problem

    solution = Solution(tiny_problem())
    solution.complete()
    searcher = Searcher(solution)
    solution.model.allow[:] = 0
    solution.take_routes(solution.routes())
    searcher.fewer(Iterations(1))
    searcher.run(Iterations(1))
