"""Problems in parts that have no robot and no task in common, such as kinds of robots that never share work.

Our own solver takes a problem whole; general solvers do much better on the parts one after the other.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from bench.contestants import Progress
from robot_fleet.core.plan import LeftOut, Plan, PlannedStop, Problem

SolvePart = Callable[[Problem, float, Progress], Plan]
"""Called with a part, its CPU seconds and a progress."""


def parts_of(problem: Problem) -> list[Problem]:
    """Return the parts, the largest first; tasks that no robot of the problem may do are in none."""
    part_of = {robot.robot: number for number, robot in enumerate(problem.robots)}
    for task in problem.tasks:
        met = {part_of[robot] for robot in task.robots if robot in part_of}
        if len(met) > 1:
            joined = min(met)
            part_of = {robot: joined if part in met else part for robot, part in part_of.items()}
    parts = []
    for part in sorted(set(part_of.values())):
        robots = tuple(robot for robot in problem.robots if part_of[robot.robot] == part)
        tasks = tuple(t for t in problem.tasks if any(part_of.get(robot) == part for robot in t.robots))
        if tasks:
            parts.append(replace(problem, robots=robots, tasks=tasks))
    return sorted(parts, key=lambda part: -len(part.tasks))


def by_parts(problem: Problem, cpu_s: float, progress: Progress, solve: SolvePart) -> Plan:
    """Return the plan of all parts, each solved in its share of the CPU time, which is that of its tasks."""
    began_s = time.process_time()
    parts = parts_of(problem)
    rest = sum(task.drop_penalty for task in problem.tasks)
    left = len(problem.tasks)
    routes: dict[str, tuple[PlannedStop, ...]] = {}
    left_out: list[LeftOut] = []
    cost, by = 0.0, ""
    for part in parts:
        rest -= sum(task.drop_penalty for task in part.tasks)
        others = cost + rest

        def tell(_: float, vehicles: float, cost: float, others: float = others) -> None:
            progress(time.process_time() - began_s, vehicles, others + cost)

        left_s = max(cpu_s - (time.process_time() - began_s), 0.0)
        plan = solve(part, left_s * len(part.tasks) / left, tell)
        left -= len(part.tasks)
        routes.update(plan.routes)
        left_out.extend(plan.left_out)
        cost, by = cost + plan.cost, plan.by
    in_no_part = {task.task for task in problem.tasks} - {task.task for part in parts for task in part.tasks}
    left_out.extend(LeftOut(task.task, "no_robot_available") for task in problem.tasks if task.task in in_no_part)
    return Plan(routes, tuple(left_out), cost + rest, by)
