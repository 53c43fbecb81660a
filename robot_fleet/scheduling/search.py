"""Ruin and recreate: take strings of neighbouring tasks out of a plan and put them back otherwise, again and again.

After SISR (Christiaens and Vanden Berghe, "Slack Induction by String Removals", Transportation Science 2020): strings
of consecutive tasks are removed from routes near a random task; greedy insertion puts them back, now and then blind to
a robot ("blink"); simulated annealing decides what is kept. All randomness comes from the caller's generator.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from math import exp, inf, log
from random import Random
from typing import Protocol

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.insertion import close, complete, restore
from robot_fleet.scheduling.instance import Instance, Job
from robot_fleet.scheduling.positions import Insertion
from robot_fleet.scheduling.schedule import Route, lay
from robot_fleet.scheduling.solution import Solution


@dataclass(frozen=True, slots=True)
class Tuning:
    """Numbers of the search.

    Parameters
    ----------
    removed : tasks that a ruin takes out on average, at least 1.
    longest : longest string of tasks taken out of one route, at least 1.
    blink : probability, in [0, 1), that an insertion overlooks a robot.
    hot, cold : first and last temperature of the annealing, as a share of what the routes cost at the start.
    """

    removed: float = 8.0
    longest: int = 6
    blink: float = 0.03
    hot: float = 0.005
    cold: float = 0.0001

    def __post_init__(self) -> None:
        if self.removed < 1.0 or self.longest < 1:
            raise ValueError("Expected removed and longest of at least 1.")
        if not 0.0 <= self.blink < 1.0:
            raise ValueError("Expected blink in [0, 1).")
        if not 0.0 < self.cold <= self.hot:
            raise ValueError("Expected 0 < cold <= hot.")


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


class Seconds:
    """Ends after seconds of this machine's steady clock, or `most` iterations: never for reproducible runs."""

    def __init__(self, seconds: float, most: int) -> None:
        self._seconds = seconds
        self._most = Iterations(most)
        self._began_s = time.monotonic()

    def progress(self, iteration: int) -> float:
        """Return time passed over time allowed, or the share of iterations if that is more."""
        if self._seconds <= 0.0:
            return 1.0
        return max((time.monotonic() - self._began_s) / self._seconds, self._most.progress(iteration))


class RoutePool:
    """Routes seen so far: of those of one robot with the same tasks and claims, the cheapest.

    Parameters
    ----------
    limit : most routes kept; once full, only cheaper variants of known ones come in.
    """

    def __init__(self, limit: int = 4000) -> None:
        self._limit = limit
        self._routes: dict[tuple[int, tuple[int, ...], tuple[str, ...]], Route] = {}

    def add(self, route: Route) -> None:
        """Take in a route."""
        claims = tuple(sorted({visit.info.place for visit in route.visits if visit.info.claims}))
        key = (route.vehicle.index, tuple(sorted(route.jobs)), claims)
        known = self._routes.get(key)
        if known is None and len(self._routes) >= self._limit:
            return
        if known is None or route.cost < known.cost:
            self._routes[key] = route

    def routes(self) -> list[Route]:
        """Return the routes in the order in which their kind was first seen."""
        return list(self._routes.values())


def search(problem: Problem, current: Plan, halt: Halt, *, seed: int, tuning: Tuning | None = None) -> Plan:
    """Return the best plan that ruin and recreate finds from `current`; never dearer than insertion's."""
    instance = Instance(problem)
    start = restore(instance, current)
    complete(start)
    best = ruin_and_recreate(start, Random(seed), halt, RoutePool(), tuning or Tuning())
    return best.plan("search" if best.cost < start.cost else "insertion")


def ruin_and_recreate(start: Solution, rng: Random, halt: Halt, pool: RoutePool, tuning: Tuning) -> Solution:
    """Return the best solution found from `start` (which stays as it is); every accepted route goes into the pool."""
    best = start.copy()
    movable = [job for job in start.instance.jobs if job.vehicles and not job.head]
    if not movable:
        return best
    current = start.copy()
    current_cost = best_cost = start.cost
    neighbours = _Neighbours(start.instance, movable)
    scale = max(1.0, sum(route.cost for route in start.routes))
    cooling = log(tuning.cold / tuning.hot)
    iteration = 0
    while (progress := halt.progress(iteration)) < 1.0:
        iteration += 1
        trial = current.copy()
        if not _ruin(trial, neighbours, rng, tuning):
            continue
        _recreate(trial, rng, tuning)
        if any(job.pinned and current.at[job.index] >= 0 for job in trial.out()):
            continue
        cost = trial.cost
        temperature = scale * tuning.hot * exp(cooling * progress)
        if cost < current_cost - temperature * log(1.0 - rng.random()):
            for old, new in zip(current.routes, trial.routes, strict=True):
                if new is not old:
                    pool.add(new)
            current, current_cost = trial, cost
            if cost < best_cost - 1e-9:
                best, best_cost = trial.copy(), cost
    close(best)
    return best


class _Neighbours:
    """For each job those that could stand beside it, nearest first; worked out when first asked for."""

    def __init__(self, instance: Instance, movable: list[Job]) -> None:
        self._instance = instance
        self.movable = movable
        self._known: dict[int, list[Job]] = {}

    def of(self, job: Job) -> list[Job]:
        known = self._known.get(job.index)
        if known is None:
            near = [(self._distance(job, other), other.index, other) for other in self.movable]
            known = [other for distance, _, other in sorted(near, key=lambda entry: entry[:2]) if distance < inf]
            self._known[job.index] = known
        return known

    def _distance(self, job: Job, other: Job) -> float:
        """Seconds between the two jobs' nearest stops for a robot that can do both, inf if there is no such robot."""
        common = next((index for index in job.vehicles if index in other.vehicles), None)
        if common is None:
            return inf
        vehicle = self._instance.vehicles[common]
        return min(
            (
                min(vehicle.matrix[a[0].row][b[0].row], vehicle.matrix[b[0].row][a[0].row])
                for a in self._instance.options(job, vehicle)
                for b in self._instance.options(other, vehicle)
                if a and b
            ),
            default=inf,
        )


def _ruin(trial: Solution, neighbours: _Neighbours, rng: Random, tuning: Tuning) -> bool:
    """Take strings of jobs out of routes around a random job; false if one could not be taken out."""
    seed = neighbours.movable[rng.randrange(len(neighbours.movable))]
    busy = [len(route.jobs) for route in trial.routes if route.jobs]
    longest = min(float(tuning.longest), max(1.0, sum(busy) / len(busy))) if busy else 1.0
    most_strings = max(1.0, 4.0 * tuning.removed / (1.0 + longest) - 1.0)
    strings = int(rng.uniform(1.0, most_strings + 1.0))
    ruined: list[int] = []
    for job in neighbours.of(seed):
        if len(ruined) >= strings:
            break
        robot = trial.at[job.index]
        if robot < 0 or robot in ruined:
            continue
        ruined.append(robot)
        jobs = [number for number in trial.routes[robot].jobs if not trial.instance.jobs[number].head]
        length = int(rng.uniform(1.0, min(float(len(jobs)), longest) + 1.0))
        place = jobs.index(job.index)
        first = rng.randint(max(0, place - length + 1), min(place, len(jobs) - length))
        gone = jobs[first : first + length]
        route = trial.routes[robot]
        rest = lay(trial.instance, route.vehicle, [visit for visit in route.visits if visit.info.job not in gone])
        if rest is None:
            return False
        trial.set_route(rest)
    return True


def _recreate(trial: Solution, rng: Random, tuning: Tuning) -> None:
    """Insert every job that is out, in one of several orders, each at its best place but for blinks."""
    out = [job for job in trial.out() if job.vehicles]
    order = rng.choices(("any", "dear", "due", "long"), weights=(4, 3, 2, 1))[0]
    rng.shuffle(out)
    if order == "dear":
        out.sort(key=lambda job: (-job.need.weight, -job.penalty))
    elif order == "due":
        out.sort(key=lambda job: job.need.due_s)
    elif order == "long":
        out.sort(key=lambda job: -job.energetic_s)
    out.sort(key=lambda job: not job.pinned)
    for job in out:
        best: Insertion | None = None
        for index in job.vehicles:
            if len(job.vehicles) > 1 and rng.random() < tuning.blink:
                continue
            found = trial.try_insert(job, index)
            if found is not None and (best is None or found.delta < best.delta):
                best = found
        if best is not None:
            trial.insert(best)


__all__ = ["Halt", "Iterations", "RoutePool", "Seconds", "Tuning", "ruin_and_recreate", "search"]
