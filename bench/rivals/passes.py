"""Soft due times for solvers that know hard windows alone.

The first pass has the due times as hard ends of the windows. What it leaves out gets ten minutes more in the next
pass, then an hour, then as long as it takes; all else keeps its due time. The plan with the least true cost counts;
what it still leaves out is appended as the greedy rival would.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from math import inf

from bench.contestants import Progress
from bench.forward import Forward, Step
from bench.rivals.greedy import append
from robot_fleet.core.plan import Plan, PlannedStop, Problem, TaskNeed

SLACKS_S = (0.0, 600.0, 3600.0, inf)

Routes = Mapping[str, Sequence[Step]]
Pass = Callable[[Mapping[str, float], float], Routes]
"""Called with task -> how late it may be, and CPU seconds; returns the routes that it finds."""


def latest_s(task: TaskNeed, position: int, slack_s: float) -> float:
    """Return until when a stop may begin if its task may be so late (fleet time), `inf` for no limit."""
    stop = task.stops[position]
    due_s = task.due_s - stop.counts_offset_s + slack_s if stop.counts and task.weight > 0.0 else inf
    return min(stop.latest_s, max(due_s, stop.earliest_s))


def in_passes(problem: Problem, one_pass: Pass, by: str, cpu_s: float, progress: Progress) -> Plan:
    """Return the cheapest plan of the passes up to the first that leaves nothing out."""
    began_s = time.process_time()
    forward = Forward(problem)
    tasks = {task.task: task for task in problem.tasks}
    levels = dict.fromkeys(tasks, 0)
    best = forward.plan({}, by)
    for number in range(len(SLACKS_S)):
        left_s = cpu_s - (time.process_time() - began_s)
        if left_s <= 0.0:
            break
        slacks = {name: SLACKS_S[level] for name, level in levels.items()}
        plan = forward.plan(one_pass(slacks, left_s / (len(SLACKS_S) - number)), by)
        if plan.cost < best.cost:
            best = plan
        progress(time.process_time() - began_s, 0, best.cost)
        if not plan.left_out:
            break
        for left in plan.left_out:
            levels[left.task] = min(levels[left.task] + 1, len(SLACKS_S) - 1)
    routes = {robot.robot: _steps(best.routes.get(robot.robot, ())) for robot in problem.robots}
    for left in best.left_out:
        append(forward, problem, routes, tasks[left.task])
    return forward.plan(routes, by)


def _steps(stops: Sequence[PlannedStop]) -> list[Step]:
    return [(stop.task, stop.stop, stop.place) for stop in stops]
