"""The CP-SAT master: of all routes that the search has seen, the best set that fits together.

Set partitioning: each robot drives one route of the pool or stands, each task is in exactly one chosen route or pays
its penalty, each exclusive place is claimed by one task at most. The pool comes from insertion, from ruin and recreate
and from short routes made for the purpose. This is the only module of the product that knows OR-Tools; it is imported
when `improve` is called, so that importing this module costs nothing.
"""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.insertion import complete, restore
from robot_fleet.scheduling.instance import Instance
from robot_fleet.scheduling.schedule import Route
from robot_fleet.scheduling.search import Halt, Iterations, RoutePool, Seconds, Tuning, ruin_and_recreate
from robot_fleet.scheduling.solution import Solution

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

ITERATIONS_PER_S = 200
"""Iterations of the search that a second of budget stands for in deterministic mode."""
MOST_ITERATIONS_PER_TASK = 300
"""A round's search ends after so many iterations a task, whatever time is left: a small problem is soon searched."""
MASTER_SHARE = 0.4
"""Share of the budget that the master may use."""
ROUNDS = 2
"""How often search and master take turns."""
TICKS_PER_S = 1000.0
"""CP-SAT counts whole numbers: costs are rounded to milliseconds."""
LARGEST_COST_S = 1e9
"""Costs above this count as this, so that sums stay within CP-SAT's whole numbers."""


def improve(problem: Problem, current: Plan, *, seconds: float, deterministic: bool, seed: int) -> Plan:
    """Return a better plan than `current`, or `current` brought up to date where none is found.

    Parameters
    ----------
    current : any plan; what is no longer valid in it is mended by insertion first.
    seconds : budget of computing time. In deterministic mode it stands for a fixed amount of work.
    deterministic : one worker, limits by iterations and by CP-SAT's deterministic time: same arguments, same plan.
    seed : of all randomness.

    Raises
    ------
    PlanError
        The problem contradicts itself (see `Instance`).
    """
    instance = Instance(problem)
    start = restore(instance, current)
    complete(start)
    best = start
    rng = Random(seed)
    pool = RoutePool()
    for route in (*start.routes, *short_routes(start)):
        pool.add(route)
    for number in range(ROUNDS):
        budget = seconds / ROUNDS
        halt = _halt(budget * (1.0 - MASTER_SHARE), MOST_ITERATIONS_PER_TASK * len(instance.jobs), deterministic)
        searched = ruin_and_recreate(best, rng, halt, pool, Tuning())
        if searched.cost < best.cost:
            best = searched
        for route in best.routes:
            pool.add(route)
        chosen = best_set(best, pool, budget * MASTER_SHARE, deterministic=deterministic, seed=seed + number)
        complete(chosen)
        if chosen.cost < best.cost:
            best = chosen
    if best.cost < start.cost - 1e-6:
        return best.plan("cpsat")
    return start.plan(current.by)


def short_routes(solution: Solution) -> list[Route]:
    """Return for every robot its pinned jobs alone, and those with one other job, however many there are."""
    made: list[Route] = []
    for vehicle in solution.instance.vehicles:
        bare = solution.pinned_only(vehicle.index)
        made.append(bare.routes[vehicle.index])
        for job in solution.instance.jobs:
            if vehicle.index in job.vehicles and not job.pinned and bare.at[job.index] != vehicle.index:
                insertion = bare.try_insert(job, vehicle.index)
                if insertion is not None:
                    made.append(insertion.apply(solution.instance))
    return made


def best_set(incumbent: Solution, pool: RoutePool, seconds: float, *, deterministic: bool, seed: int) -> Solution:
    """Return the cheapest solution made of the pool's routes that CP-SAT finds; the incumbent itself is a hint."""
    from ortools.sat.python import cp_model

    instance = incumbent.instance
    routes = [route for route in pool.routes() if route.visits]
    model = cp_model.CpModel()
    picked = [model.new_bool_var(f"r{number}") for number in range(len(routes))]
    by_robot: list[list[cp_model.IntVar]] = [[] for _ in instance.vehicles]
    by_job: list[list[cp_model.IntVar]] = [[] for _ in instance.jobs]
    by_place: dict[str, list[cp_model.IntVar]] = {}
    terms: list[cp_model.LinearExprT] = []
    for route, pick in zip(routes, picked, strict=True):
        by_robot[route.vehicle.index].append(pick)
        for number in route.jobs:
            by_job[number].append(pick)
        for place in dict.fromkeys(visit.info.place for visit in route.visits if visit.info.claims):
            by_place.setdefault(place, []).append(pick)
        model.add_hint(pick, incumbent.routes[route.vehicle.index].visits == route.visits)
        terms.append(_ticks(route.cost) * pick)
    for picks in (*by_robot, *by_place.values()):
        model.add_at_most_one(picks)
    for job, picks in zip(instance.jobs, by_job, strict=True):
        if job.pinned and incumbent.at[job.index] >= 0:
            model.add_exactly_one(picks)
            continue
        dropped = model.new_bool_var(f"d{job.index}")
        model.add_exactly_one([*picks, dropped])
        model.add_hint(dropped, incumbent.at[job.index] < 0)
        terms.append(_ticks(job.penalty) * dropped)
    model.minimize(cp_model.LinearExpr.sum(terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed
    if deterministic:
        solver.parameters.max_deterministic_time = seconds
    else:
        solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return incumbent.copy()
    return Solution.of_routes(
        instance, [route for route, pick in zip(routes, picked, strict=True) if solver.boolean_value(pick)]
    )


def _ticks(cost_s: float) -> int:
    return round(min(cost_s, LARGEST_COST_S) * TICKS_PER_S)


def _halt(seconds: float, most: int, deterministic: bool) -> Halt:
    if deterministic:
        return Iterations(min(most, round(seconds * ITERATIONS_PER_S)))
    return Seconds(seconds, most)


__all__ = ["best_set", "improve", "short_routes"]
