"""Ruin and recreate, from Python: how long, how hot, and what is kept for the master. The work is in `kernel.ruin`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.coverage import coverage_cost
from robot_fleet.scheduling.kernel import ruin
from robot_fleet.scheduling.kernel.arrays import (
    COUNT,
    FLAGS,
    HEAD,
    JOB,
    NODE,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    PIN,
    STOPS,
    Ground,
    Ints,
    Kept,
    Pool,
)
from robot_fleet.scheduling.solution import Routes, Solution

STRIDE = 50
"""Iterations between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """Numbers of the search.

    Parameters
    ----------
    removed : stops that a ruin takes out on average, at least 1.
    longest : longest string of stops taken out of one route, at least 1.
    blink : probability, in [0, 1), that an insertion overlooks a robot.
    hot, cold : first and last temperature of the annealing, in costs of a stop on the routes that a step concerns.
    pool : routes kept for the master, 0 for none.
    """

    removed: float = 15.0
    longest: float = 10.0
    blink: float = 0.01
    hot: float = 5.0
    cold: float = 0.1
    pool: int = 0

    def __post_init__(self) -> None:
        if self.removed < 1.0 or self.longest < 1.0:
            raise ValueError("Expected removed and longest of at least 1.")
        if not 0.0 <= self.blink < 1.0:
            raise ValueError("Expected blink in [0, 1).")
        if not 0.0 < self.cold <= self.hot:
            raise ValueError("Expected 0 < cold <= hot.")
        if self.pool < 0:
            raise ValueError("Expected a pool of at least 0 routes.")


class Halt(Protocol):
    """Says how far a search has come."""

    def progress(self, iteration: int) -> float:
        """Return the share done, 1 or more when the search must end."""
        ...


class Iterations:
    """Ends after a number of iterations: the same work on every machine."""

    def __init__(self, count: int) -> None:
        self._count = count

    def progress(self, iteration: int) -> float:
        """Return iterations done over iterations allowed."""
        return iteration / self._count if self._count > 0 else 1.0


class CpuSeconds:
    """Ends after seconds of this process's computing time, or `most` iterations: never for reproducible runs."""

    def __init__(self, seconds: float, most: int = 1 << 62) -> None:
        self._seconds = seconds
        self._most = Iterations(most)
        self._began_s = time.process_time()

    def progress(self, iteration: int) -> float:
        """Return time passed over time allowed, or the share of iterations if that is more."""
        if self._seconds <= 0.0:
            return 1.0
        return max((time.process_time() - self._began_s) / self._seconds, self._most.progress(iteration))


class Searcher:
    """Ruin and recreate on a solution, which it changes.

    Parameters
    ----------
    solution : where it begins; afterwards the best that it found.
    tuning : numbers of the search.
    """

    def __init__(self, solution: Solution, tuning: Tuning | None = None) -> None:
        self.solution = solution
        self.tuning = tuning or Tuning()
        model = solution.model
        flags = model.job[:, FLAGS]
        able = model.allow.any(axis=1) & (model.job[:, PIN] != -2) & _placed(solution)
        movable = np.flatnonzero(((flags & HEAD) == 0) & able).astype(np.int32)
        count = len(solution.compiled.places)
        nearest = np.minimum.reduce(model.travel[:, :count, :count])
        near = np.argsort(nearest, axis=1, kind="stable").astype(np.int32)
        self._ground = Ground(near, *_nodes_by_place(solution), movable)
        jobs = model.job.shape[0]
        self._out = np.zeros(jobs + 1, dtype=np.int32)
        self._outside = np.zeros(jobs + 1, dtype=np.int32)
        self._absences = np.zeros(jobs, dtype=np.int64)
        self._numbers = np.array([self.tuning.removed, self.tuning.longest, self.tuning.blink])
        width = 2 + 2 * min(solution.state.row.shape[1], 4 * _longest(solution) + 32)
        self.pool = Pool(
            rows=np.zeros(1, dtype=np.int64),
            content=np.zeros((self.tuning.pool, width), dtype=np.int32),
            costs=np.zeros(self.tuning.pool),
            times=np.zeros((self.tuning.pool, width if solution.compiled.ties else 0)),
        )

    def run(self, halt: Halt, progress: Callable[[int, float], None] | None = None) -> int:
        """Search until `halt` says so; return the number of iterations. The solution becomes the best one found."""
        solution = self.solution
        if not len(self._ground.movable):
            return 0
        self._list_outside()
        costs = np.array([solution.cost, solution.cost])
        hot, cold = self.tuning.hot, self.tuning.cold
        iteration = 0
        best = _room(solution)
        ruin.save(solution.state, best)
        covering = _Covering(solution)
        while (share := halt.progress(iteration)) < 1.0:
            heat = np.full(2, hot * (cold / hot) ** share)
            solution.state.counter[1] = 0
            ruin.search(
                solution.model,
                solution.state,
                solution.old,
                solution.labels,
                self._ground,
                best,
                costs,
                heat,
                STRIDE,
                self._numbers,
                self._out,
                self._outside,
                self.pool,
            )
            iteration += STRIDE
            covering.look(float(costs[0]))
            if solution.state.counter[1]:
                solution.grow()
                best = _wider(best, solution)
            if progress is not None:
                progress(iteration, float(costs[1]))
        solution.take_routes(_routes(best, solution.robots))
        covering.choose()
        return iteration

    def fewer(self, halt: Halt) -> bool:
        """Put every job on a route, however dear; return whether that came about before `halt` ended it."""
        solution = self.solution
        self._list_outside()
        iteration = 0
        while halt.progress(iteration) < 1.0:
            if ruin.fewer(
                solution.model,
                solution.state,
                solution.old,
                solution.labels,
                self._ground,
                STRIDE,
                self._numbers,
                self._out,
                self._outside,
                self._absences,
            ):
                return True
            iteration += STRIDE
        return False

    def absences_of(self, robot: int) -> int:
        """Return how often, in sum, the jobs of a robot have been left out in `fewer`."""
        state, model = self.solution.state, self.solution.model
        nodes = state.row[robot, : state.route[robot, COUNT], NODE]
        return int(self._absences[model.node[nodes[nodes >= 0], 0]].sum())

    def _list_outside(self) -> None:
        movable = set(self._ground.movable.tolist())
        outside = [job for job in self.solution.out if job in movable]
        self._outside[0] = len(outside)
        self._outside[1 : len(outside) + 1] = outside


class _Covering:
    """The routes that cost least with coverage counted, of those seen at each stride's end.

    The search itself does not see coverage: what a route leaves out of reach depends on all the others.
    """

    def __init__(self, solution: Solution) -> None:
        coverage = solution.compiled.problem.coverage
        self._solution = solution
        self._counts = coverage is not None and coverage.price > 0.0
        self._least = solution.cost + coverage_cost(solution.compiled, solution.state) if self._counts else inf
        self._routes = solution.routes() if self._counts else None

    def look(self, cost: float) -> None:
        """Look at the solution as it is, at this cost without coverage."""
        if self._counts and cost < self._least:
            total = cost + coverage_cost(self._solution.compiled, self._solution.state)
            if total < self._least:
                self._least, self._routes = total, self._solution.routes()

    def choose(self) -> None:
        """Leave the solution as it is, or with the routes that cost less when coverage is counted."""
        solution = self._solution
        if self._routes is not None and solution.cost + coverage_cost(solution.compiled, solution.state) > self._least:
            solution.take_routes(self._routes)


def search(problem: Problem, current: Plan, halt: Halt, *, seed: int, tuning: Tuning | None = None) -> Plan:
    """Return the best plan that ruin and recreate finds from `current`; never dearer than insertion's."""
    solution = Solution(problem, seed)
    solution.take_up(current)
    solution.complete()
    start = solution.cost
    Searcher(solution, tuning).run(halt)
    solution.complete()
    return solution.plan("search" if solution.cost < start - 1e-6 else "insertion")


def _longest(solution: Solution) -> int:
    """Return a length that routes will hardly exceed."""
    stops = int(solution.model.job[:, STOPS].sum())
    return max(int(solution.state.route[:-1, COUNT].max(initial=0)), stops // max(solution.robots, 1))


def _placed(solution: Solution) -> NDArray[np.bool_]:
    """Return which jobs have some place for each of their stops; the others are not to be looked for anywhere."""
    model = solution.model
    placed = np.ones(model.job.shape[0], dtype=np.bool_)
    placed[model.node[model.node[:, OPTION] == model.node[:, OPTION_END], JOB]] = False
    return placed


def _nodes_by_place(solution: Solution) -> tuple[Ints, Ints]:
    """Return the nodes that can be served at each place, as compressed rows."""
    model = solution.model
    at: list[list[int]] = [[] for _ in solution.compiled.places]
    for node in range(model.node.shape[0]):
        for option in range(int(model.node[node, OPTION]), int(model.node[node, OPTION_END])):
            at[int(model.option[option, OPTION_PLACE])].append(node)
    row = np.zeros(len(at) + 1, dtype=np.int32)
    row[1:] = np.cumsum([len(nodes) for nodes in at])
    return row, np.array([node for nodes in at for node in nodes], dtype=np.int32)


def _room(solution: Solution) -> Kept:
    robots, longest = solution.robots + 1, solution.state.row.shape[1]
    return Kept(
        visits=np.zeros(robots, dtype=np.int32),
        node=np.zeros((robots, longest), dtype=np.int32),
        place=np.zeros((robots, longest), dtype=np.int32),
        level=np.zeros((robots, longest)),
        times=np.zeros((robots, longest, 2)),
    )


def _wider(kept: Kept, solution: Solution) -> Kept:
    """Return the same routes with room for longer ones."""
    wide = _room(solution)
    wide.visits[:] = kept.visits
    longest = kept.node.shape[1]
    wide.node[:, :longest], wide.place[:, :longest] = kept.node, kept.place
    wide.level[:, :longest], wide.times[:, :longest] = kept.level, kept.times
    return wide


def _routes(best: Kept, robots: int) -> Routes:
    counts = best.visits[:robots]
    bounds = np.zeros(robots + 1, dtype=np.int32)
    bounds[1:] = np.cumsum(counts)
    mask = np.arange(best.node.shape[1])[None, :] < counts[:, None]
    visits = np.stack([best.node[:robots][mask], best.place[:robots][mask]], axis=1).astype(np.int32)
    return Routes(
        np.ascontiguousarray(visits), best.level[:robots][mask].copy(), best.times[:robots][mask].copy(), bounds
    )


__all__ = ["CpuSeconds", "Halt", "Iterations", "Searcher", "Tuning", "search"]
