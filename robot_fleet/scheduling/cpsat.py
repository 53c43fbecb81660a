"""The CP-SAT master: of all routes that the search has seen, the best set that fits together.

Set partitioning: each robot drives one route of the pool or stands, each task is in exactly one chosen route or pays
its penalty. What couples robots is carried along with the times that the routes have: an exclusive place is claimed by
one task at most, a resource is used by no more than its capacity at any instant, a task begins after its predecessors
have ended, tasks that want the same robot get it. A small problem is then given to the full model (`proof`) as well.
OR-Tools is imported when it is used, so that importing this module costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.kernel.arrays import (
    BEGIN,
    CHARGE_NODE,
    COUNT,
    FULL,
    LEAVE,
    NODE,
    PENALTY,
    PIN,
    PLACE,
    TOTAL,
    Floats,
)
from robot_fleet.scheduling.proof import is_quick, prove
from robot_fleet.scheduling.search import CpuSeconds, Halt, Iterations, Searcher, Tuning
from robot_fleet.scheduling.solution import Routes, Solution

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

ITERATIONS_PER_S = 20_000
SMALL_ITERATIONS_PER_S = 800_000
"""Iterations of the search that a second of budget stands for in deterministic mode: the second over the number of
tasks where that is more."""
MOST_ITERATIONS_PER_TASK = 2000
"""A round's search ends after so many iterations a task, whatever time is left: a small problem is soon searched."""
MASTER_SHARE = 0.3
"""Share of the budget that the master may use."""
PROOF_SHARE = 0.4
"""Share of the budget that the full model may use where the problem is small enough for it."""
ROUNDS = 2
"""How often search and master take turns."""
POOL = 20_000
"""Routes that the search keeps for the master, the newest ones."""
COLUMNS_PER_ROBOT = 40
"""Of those, how many of each robot the master chooses from, the cheapest for what they do."""
TICKS_PER_S = 1000.0
"""CP-SAT counts whole numbers: costs and times are rounded to milliseconds."""
LARGEST_COST_S = 1e9
"""Costs above this count as this, so that sums stay within CP-SAT's whole numbers."""


class Use(NamedTuple):
    """A route's use of a resource."""

    resource: int
    begin_s: float
    end_s: float


class Column(NamedTuple):
    """A route that the master may choose.

    Parameters
    ----------
    visits : (node, place) of each visit. jobs : what it serves. claims : exclusive places that it holds for good.
    begins, ends : of each of `jobs`: begin of its first and end of its last stop.
    times : (begin, end) of each visit. Like `begins`, `ends` and `uses` empty where nothing couples robots.
    """

    robot: int
    visits: tuple[tuple[int, int], ...]
    cost: float
    jobs: tuple[int, ...]
    claims: tuple[int, ...] = ()
    begins: tuple[float, ...] = ()
    ends: tuple[float, ...] = ()
    uses: tuple[Use, ...] = ()
    times: tuple[tuple[float, float], ...] = ()


def improve(problem: Problem, current: Plan, *, seconds: float, deterministic: bool, seed: int) -> Plan:
    """Return a better plan than `current`, or `current` brought up to date where none is found.

    Parameters
    ----------
    current : any plan; what is no longer valid in it is mended by insertion first.
    seconds : budget of computing time. In deterministic mode it stands for a fixed amount of work.
    deterministic : one worker, limits by iterations and by CP-SAT's deterministic time: same arguments, same plan.
    seed : of all randomness.
    """
    solution = Solution(problem, seed)
    if not is_quick(solution.compiled):
        return _take_turns(solution, current, seconds=seconds, deterministic=deterministic, seed=seed)
    share = seconds * PROOF_SHARE
    plan = _take_turns(solution, current, seconds=seconds - share, deterministic=deterministic, seed=seed)
    return prove(problem, plan, seconds=share, seed=seed, deterministic=deterministic, workers=1).plan


def _take_turns(solution: Solution, current: Plan, *, seconds: float, deterministic: bool, seed: int) -> Plan:
    """Return the best plan that search and master find in turns."""
    solution.take_up(current)
    solution.complete()
    start_cost, start = solution.cost, solution.routes()
    tasks = len(solution.compiled.tasks)
    searcher = Searcher(solution, Tuning(pool=POOL))
    by = current.by
    for number in range(ROUNDS):
        budget = seconds / ROUNDS
        searcher.run(_halt(budget * (1.0 - MASTER_SHARE), tasks, deterministic))
        solution.complete()
        searched, cost = solution.routes(), solution.cost
        by = "search" if cost < start_cost - 1e-6 else by
        columns = _columns(solution, searcher)
        chosen = best_set(
            solution, columns, budget * MASTER_SHARE, deterministic=deterministic, seed=(seed + number) % (1 << 31)
        )
        solution.take_routes(chosen)
        solution.complete()
        if solution.cost < cost - 1e-6:
            by = "cpsat"
        else:
            solution.take_routes(searched)
    if solution.cost < start_cost - 1e-6:
        return solution.plan(by)
    solution.take_routes(start)
    return solution.plan(current.by)


def best_set(
    incumbent: Solution, columns: Iterable[Column], seconds: float, *, deterministic: bool, seed: int
) -> Routes:
    """Return the cheapest routes that CP-SAT finds among the columns; the incumbent's own are a hint."""
    from ortools.sat.python import cp_model

    chosen_now = incumbent.routes()
    present = [chosen_now.of(v) for v in range(incumbent.robots)]
    columns = [column for column in columns if column.visits]
    model = cp_model.CpModel()
    picked = [model.new_bool_var("") for _ in columns]
    by_robot: dict[int, list[cp_model.IntVar]] = {}
    by_job: dict[int, list[cp_model.IntVar]] = {}
    by_claim: dict[int, list[cp_model.IntVar]] = {}
    terms: list[cp_model.LinearExprT] = []
    for column, pick in zip(columns, picked, strict=True):
        by_robot.setdefault(column.robot, []).append(pick)
        for job in column.jobs:
            by_job.setdefault(job, []).append(pick)
        for claim in column.claims:
            by_claim.setdefault(claim, []).append(pick)
        model.add_hint(pick, present[column.robot] == column.visits)
        terms.append(_ticks(column.cost) * pick)
    for picks in (*by_robot.values(), *by_claim.values()):
        model.add_at_most_one(picks)
    for job in range(incumbent.model.job.shape[0]):
        picks = by_job.get(job, [])
        if incumbent.model.job[job, PIN] >= 0 and incumbent.state.at[job] >= 0:
            model.add_exactly_one(picks)
            continue
        dropped = model.new_bool_var("")
        model.add_exactly_one([*picks, dropped])
        model.add_hint(dropped, bool(incumbent.state.at[job] < 0))
        terms.append(_ticks(float(incumbent.model.job_at[job, PENALTY])) * dropped)
    _couple(model, incumbent, columns, picked)
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
        return chosen_now
    chosen: list[Column | None] = [None] * incumbent.robots
    for column, pick in zip(columns, picked, strict=True):
        if solver.boolean_value(pick):
            chosen[column.robot] = column
    return _as_routes(incumbent, chosen)


def _couple(model: cp_model.CpModel, incumbent: Solution, columns: list[Column], picked: list[cp_model.IntVar]) -> None:
    """Add what ties the routes of different robots to each other."""
    compiled = incumbent.compiled
    for r, resource in enumerate(compiled.problem.resources):
        intervals = []
        for column, pick in zip(columns, picked, strict=True):
            for use in column.uses:
                if use.resource == r:
                    # Rounded inwards, so that what touches does not overlap by a tick.
                    begin, end = _ticks_up(use.begin_s), _ticks_down(use.end_s)
                    size = max(end - begin, 0)
                    intervals.append(model.new_optional_fixed_size_interval_var(begin, size, pick, ""))
        for from_s, to_s in resource.busy:
            begin, end = _ticks_up(from_s), _ticks_down(to_s)
            intervals.append(model.new_fixed_size_interval_var(begin, max(end - begin, 0), ""))
        if intervals:
            model.add_cumulative(intervals, [1] * len(intervals), resource.capacity)
    where: dict[int, list[tuple[Column, cp_model.IntVar]]] = {}
    for column, pick in zip(columns, picked, strict=True):
        for job in column.jobs:
            where.setdefault(job, []).append((column, pick))
    for job, task in enumerate(compiled.tasks):
        mine = where.get(job, [])
        for name in task.after:
            other = compiled.job_index.get(name)
            if other is None:
                continue
            theirs = where.get(other, [])
            model.add(sum(pick for _, pick in mine) <= sum(pick for _, pick in theirs))
            # Where this task is in no chosen route, the predecessor may end when it likes.
            latest = max((_ticks(column.ends[column.jobs.index(other)]) for column, _ in theirs), default=0)
            model.add(
                sum((_ticks_up(c.begins[c.jobs.index(job)]) - latest - 1) * pick for c, pick in mine) + latest + 1
                >= sum(_ticks_down(c.ends[c.jobs.index(other)]) * pick for c, pick in theirs)
            )
        for name in task.same_robot_as:
            other = compiled.job_index.get(name)
            if other is None:
                continue
            for v in {column.robot for column, _ in mine}:
                here = [pick for column, pick in mine if column.robot == v]
                elsewhere = [pick for column, pick in where.get(other, []) if column.robot != v]
                model.add(sum(here) + sum(elsewhere) <= 1)


def _columns(solution: Solution, searcher: Searcher) -> list[Column]:
    """Return the search's routes as columns: of those that serve the same the cheapest, and per robot the best."""
    best: dict[tuple[int, tuple[int, ...], tuple[int, ...]], Column] = {}
    for column in chain(_present(solution), _from_pool(solution, searcher)):
        key = (column.robot, tuple(sorted(column.jobs)), column.claims)
        if key not in best or column.cost < best[key].cost:
            best[key] = column
    by_robot: dict[int, list[Column]] = {}
    for column in best.values():
        by_robot.setdefault(column.robot, []).append(column)
    share = _share_of_jobs(solution)
    columns = []
    for v in sorted(by_robot):
        mine = by_robot[v]
        head, rest = mine[0], mine[1:]  # what it drives now stays a choice
        rest.sort(key=lambda column: column.cost - sum(share[job] for job in column.jobs))
        columns += [head, *rest[:COLUMNS_PER_ROBOT]]
    return columns


def _share_of_jobs(solution: Solution) -> dict[int, float]:
    """Return what each job costs in the plan as it stands: its route's cost by equal parts."""
    share = {job: float(solution.model.job_at[job, PENALTY]) for job in solution.out}
    for column in _present(solution):
        for job in column.jobs:
            share[job] = column.cost / len(column.jobs)
    return share


def _present(solution: Solution) -> list[Column]:
    """Return the routes of the plan as it stands as columns."""
    state, columns = solution.state, []
    for v in range(solution.robots):
        count = int(state.route[v, COUNT])
        if count:
            visits = tuple(zip(state.row[v, :count, NODE].tolist(), state.row[v, :count, PLACE].tolist(), strict=True))
            times = np.stack([state.row_at[v, :count, BEGIN], state.row_at[v, 1 : count + 1, LEAVE]], axis=1)
            columns.append(_column(solution, v, visits, float(state.route_at[v, TOTAL]), times))
    return columns


def _from_pool(solution: Solution, searcher: Searcher) -> Iterable[Column]:
    """Return the routes that the search has kept as columns, each once."""
    rows, content, costs, times = searcher.pool
    seen: set[bytes] = set()
    for at in range(min(int(rows[0]), content.shape[0])):
        row = content[at]
        count = int(row[1])
        key = row[: 2 + 2 * count].tobytes()
        if key not in seen:
            seen.add(key)
            flat = row[2 : 2 + 2 * count].tolist()
            visits = tuple(zip(flat[0::2], flat[1::2], strict=True))
            yield _column(solution, int(row[0]), visits, float(costs[at]), times[at, : 2 * count].reshape(-1, 2))


def _column(solution: Solution, robot: int, visits: tuple[tuple[int, int], ...], cost: float, times: Floats) -> Column:
    """Return a route as a column; `times` (begin, end) of each visit may be empty where nothing couples robots."""
    compiled = solution.compiled
    jobs: dict[int, tuple[int, int]] = {}
    claims: list[int] = []
    for k, (node, place) in enumerate(visits):
        if node == CHARGE_NODE:
            continue
        job = compiled.job_of[node]
        jobs[job] = (jobs[job][0] if job in jobs else k, k)
        claim = compiled.claim_of(node, place)
        if claim >= 0:
            claims.append(claim)
    if not len(times):
        return Column(robot, visits, cost, tuple(jobs), tuple(sorted(claims)))
    uses = [
        Use(resource, float(times[k, 0]), float(times[k, 1]))
        for k, (_, place) in enumerate(visits)
        for resource in compiled.resources_at.get(place, ())
    ]
    begins = tuple(float(times[first, 0]) for first, _ in jobs.values())
    ends = tuple(float(times[last, 1]) for _, last in jobs.values())
    spells = tuple((float(begin), float(end)) for begin, end in times)
    return Column(robot, visits, cost, tuple(jobs), tuple(sorted(claims)), begins, ends, tuple(uses), spells)


def _as_routes(solution: Solution, chosen: list[Column | None]) -> Routes:
    bounds = np.zeros(len(chosen) + 1, dtype=np.int32)
    bounds[1:] = np.cumsum([0 if column is None else len(column.visits) for column in chosen])
    driven = [column for column in chosen if column is not None]
    visits = np.array([visit for column in driven for visit in column.visits], dtype=np.int32).reshape(-1, 2)
    times = np.zeros((len(visits), 2))
    spells = [spell for column in driven for spell in column.times]
    if len(spells) == len(visits):
        times[:] = np.array(spells, dtype=np.float64).reshape(-1, 2)
    levels = np.zeros(len(visits))
    for v in range(len(chosen)):
        mine = slice(bounds[v], bounds[v + 1])
        levels[mine] = np.where(visits[mine, 0] == CHARGE_NODE, solution.model.robot_at[v, FULL], 0.0)
    return Routes(visits, levels, times, bounds)


def _ticks(seconds: float) -> int:
    return round(min(seconds, LARGEST_COST_S) * TICKS_PER_S)


def _ticks_up(seconds: float) -> int:
    return int(-((-seconds * TICKS_PER_S) // 1))


def _ticks_down(seconds: float) -> int:
    return int(seconds * TICKS_PER_S // 1)


def _halt(seconds: float, tasks: int, deterministic: bool) -> Halt:
    most = MOST_ITERATIONS_PER_TASK * tasks
    if deterministic:
        a_second = max(ITERATIONS_PER_S, SMALL_ITERATIONS_PER_S / max(tasks, 1))
        return Iterations(min(most, round(seconds * a_second)))
    return CpuSeconds(seconds, most)


__all__ = ["Column", "Use", "best_set", "improve"]
