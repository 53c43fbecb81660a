"""The master on twenty generated pools: it finds the set that a plain enumeration finds to be the best.

In each pool a set that fits together is planted, among routes that overlap with it, that are dearer, and that are cheap
but claim the same place, want the resource at the same time or come before what they must come after.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from math import inf
from random import Random

import pytest

from robot_fleet.core.plan import Problem, Resource, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.cpsat import Column, Use, best_set
from robot_fleet.scheduling.solution import Solution

ROBOTS, TASKS, SLOTS = 5, 12, 6
KINDS = ("plain", "exclusive", "resource", "after", "same_robot", "all")


def _problem(rng: Random, kind: str) -> Problem:
    """Tasks of one stop that may be served at a place of their own or at any exclusive slot."""
    slots = tuple(f"slot{i}" for i in range(SLOTS))
    names = ("start", *slots, *(f"p{i}" for i in range(TASKS)))
    robots = tuple(f"r{i}" for i in range(ROBOTS))
    tasks = [
        TaskNeed(f"t{i}", (StopNeed(0, (f"p{i}", *slots), 5.0),), 0.0, 0.0, float(rng.choice((25, 80, 500))), robots)
        for i in range(TASKS)
    ]
    if kind in ("after", "all"):
        tasks[3] = replace(tasks[3], after=("t0", "t7"))
        tasks[8] = replace(tasks[8], after=("t3",))
    if kind in ("same_robot", "all"):
        tasks[5] = replace(tasks[5], same_robot_as=("t4",))
    resources = (Resource("lift", ("p1",), 1, ((0.0, 20.0),)), Resource("yard", ("p2",), 2))
    return Problem(
        now_s=0.0,
        robots=tuple(RobotNeed(name, "start", 0.0, "x", 10.0) for name in robots),
        tasks=tuple(tasks),
        places={"x": names},
        travel_s={"x": tuple(tuple(0.0 if a == b else 1.0 for b in names) for a in names)},
        exclusive=frozenset(slots) if kind in ("exclusive", "all") else frozenset(),
        resources=resources if kind in ("resource", "all") else (),
    )


def _column(
    rng: Random, problem: Problem, robot: int, jobs: Sequence[int], spread: float, claims: Sequence[int]
) -> Column:
    """Return a route with these jobs one after the other; what a route costs is drawn, the master takes it as it is.

    The first jobs are served at the slots that are claimed, the others at places of their own.
    """
    begins, at = [], float(rng.randint(0, 30))
    for _ in jobs:
        begins.append(at)
        at += rng.randint(10, 30)
    rows = [1 + slot for slot in claims] + [1 + SLOTS + job for job in jobs[len(claims) :]]
    uses = tuple(
        Use(rng.randrange(len(problem.resources)), begin, begin + 5.0)
        for begin in begins
        if problem.resources and rng.random() < 0.5
    )
    return Column(
        robot=robot,
        visits=tuple(zip(jobs, rows, strict=True)),  # a task of one stop has the number of its node
        cost=float(round(len(jobs) * 10.0 * rng.uniform(1.0, spread), 3)),
        jobs=tuple(jobs),
        claims=tuple(sorted(claims)),
        begins=tuple(begins),
        ends=tuple(begin + 5.0 for begin in begins),
        uses=uses,
        times=tuple((begin, begin + 5.0) for begin in begins),
    )


def _pool(rng: Random, problem: Problem) -> list[Column]:
    """Return the pool: a planted partition, pieces of it that are cheaper for a task, and many others."""
    jobs = rng.sample(range(TASKS), TASKS)
    cuts = sorted(rng.sample(range(1, TASKS), ROBOTS - 1))
    parts = [jobs[a:b] for a, b in zip((0, *cuts), (*cuts, TASKS), strict=True)]
    slots = rng.sample(range(SLOTS), SLOTS) if problem.exclusive else []
    pool = [_column(rng, problem, robot, part, 1.2, slots[robot : robot + 1]) for robot, part in enumerate(parts)]
    for robot in range(ROBOTS):
        for _ in range(14):
            some = rng.sample(range(TASKS), rng.randint(1, 5))
            claims = rng.sample(range(SLOTS), min(len(some), rng.randint(0, 2))) if problem.exclusive else []
            pool.append(_column(rng, problem, robot, some, rng.choice((1.0, 1.5, 3.0)), claims))
    unique = {(column.robot, column.visits): column for column in pool}
    columns = list(unique.values())
    rng.shuffle(columns)
    return columns


def _fits(problem: Problem, chosen: Sequence[Column]) -> bool:
    """Whether no two of the routes are in each other's way; what must come before may still be missing."""
    for one, other in combinations(chosen, 2):
        if one.robot == other.robot or set(one.jobs) & set(other.jobs) or set(one.claims) & set(other.claims):
            return False
    for number, resource in enumerate(problem.resources):
        spells = [(use.begin_s, use.end_s) for column in chosen for use in column.uses if use.resource == number]
        spells += resource.busy
        if any(sum(a <= at < b for a, b in spells) > resource.capacity for at, _ in spells):
            return False
    where = {job: column for column in chosen for job in column.jobs}
    for job, task in enumerate(problem.tasks):
        for name in task.after:
            before = int(name[1:])
            if job in where and before in where and _begin(where[job], job) < _end(where[before], before):
                return False
        for name in task.same_robot_as:
            other_job = int(name[1:])
            if job in where and other_job in where and where[job].robot != where[other_job].robot:
                return False
    return True


def _begin(column: Column, job: int) -> float:
    return column.begins[column.jobs.index(job)]


def _end(column: Column, job: int) -> float:
    return column.ends[column.jobs.index(job)]


def _whole(problem: Problem, chosen: Sequence[Column]) -> bool:
    done = {job for column in chosen for job in column.jobs}
    return all(int(name[1:]) in done for job in done for name in problem.tasks[job].after)


def _cost(problem: Problem, chosen: Sequence[Column]) -> float:
    done = {job for column in chosen for job in column.jobs}
    out = sum(task.drop_penalty for job, task in enumerate(problem.tasks) if job not in done)
    return sum(column.cost for column in chosen) + out


def _sets(problem: Problem, columns: Sequence[Column], ceiling: float) -> Iterator[list[Column]]:
    """Yield every set that fits and may cost less than the ceiling: robot by robot, by what each job costs at least."""
    share = [task.drop_penalty for task in problem.tasks]
    for column in columns:
        for job in column.jobs:
            share[job] = min(share[job], column.cost / len(column.jobs))

    def bound(chosen: list[Column]) -> float:
        done = {job for column in chosen for job in column.jobs}
        return sum(column.cost for column in chosen) + sum(share[job] for job in range(TASKS) if job not in done)

    stack: list[tuple[int, list[Column]]] = [(0, [])]
    while stack:
        robot, chosen = stack.pop()
        if robot == ROBOTS:
            if _whole(problem, chosen):
                yield chosen
            continue
        for more in ([], *([column] for column in columns if column.robot == robot)):
            now = [*chosen, *more]
            if bound(now) <= ceiling and _fits(problem, now):
                stack.append((robot + 1, now))


@pytest.mark.parametrize("number", range(20))
def test_the_master_finds_the_best_set_of_a_pool(number: int) -> None:
    rng = Random(number)
    problem = _problem(rng, KINDS[number % len(KINDS)])
    columns = _pool(rng, problem)
    chosen = best_set(Solution(problem), columns, 10.0, deterministic=True, seed=1)
    routes = {(v, chosen.of(v)) for v in range(ROBOTS)}
    found = [column for column in columns if (column.robot, column.visits) in routes]
    assert len(found) == sum(bool(visits) for _, visits in routes)
    assert _fits(problem, found)
    assert _whole(problem, found)
    cost = _cost(problem, found)
    least = min((_cost(problem, each) for each in _sets(problem, columns, cost + 1e-9)), default=inf)
    assert cost == pytest.approx(least, abs=1e-6)
