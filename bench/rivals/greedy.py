"""How today's fleet systems give work out: one task at a time, to the robot that gets there first, for good.

Tasks are taken by weight, heaviest first, equal ones by their due time. Each is appended behind what its robot has by
then, where that breaks no limit of load, window or working time. Routes begin empty.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from math import inf

from bench.contestants import Progress
from bench.forward import Forward, Step
from robot_fleet import __version__
from robot_fleet.core.plan import Plan, Problem, RobotNeed, TaskNeed


class Greedy:
    """The rule above; it draws nothing and needs no time to search."""

    settings: Mapping[str, object] = {"order": "weight, then due time", "robot": "first to begin", "moved again": False}
    version = __version__

    def warm(self) -> None:
        """Nothing is compiled."""

    def solve(self, problem: Problem, cpu_s: float, seed: int, progress: Progress) -> Plan:
        """Return its plan, the only one it finds."""
        began_s = time.process_time()
        forward = Forward(problem)
        routes: dict[str, list[Step]] = {robot.robot: [] for robot in problem.robots}
        for task in sorted(problem.tasks, key=lambda task: (-task.weight, task.due_s, task.task)):
            append(forward, problem, routes, task)
        plan = forward.plan(routes, "greedy")
        progress(time.process_time() - began_s, 0, plan.cost)
        return plan


def append(forward: Forward, problem: Problem, routes: dict[str, list[Step]], task: TaskNeed) -> None:
    """Give a task to the robot that begins it first, if any can do it."""
    first_s, chosen = inf, ""
    steps = [(task.task, stop.stop, stop.places[0]) for stop in task.stops]
    for robot in problem.robots:
        if _may(robot, task):
            stops, home_s = forward.drive(robot.robot, [*routes[robot.robot], *steps])
            new = stops[-len(steps) :]
            in_time = all(stop.begin_s <= need.latest_s for stop, need in zip(new, task.stops, strict=True))
            if in_time and home_s < inf and new[0].begin_s < first_s:
                first_s, chosen = new[0].begin_s, robot.robot
    if chosen:
        routes[chosen].extend(steps)


def _may(robot: RobotNeed, task: TaskNeed) -> bool:
    """Return whether a robot may do a task after all that it has done by then, so that it is empty."""
    kg, units, kg_most, units_most = 0.0, 0, 0.0, 0
    for stop in task.stops:
        kg, units = kg + stop.load_kg, units + stop.load_units
        kg_most, units_most = max(kg_most, kg), max(units_most, units)
    return (
        robot.robot in task.robots
        and set(task.skills) <= set(robot.skills)
        and kg_most <= robot.capacity_kg
        and units_most <= robot.capacity_units
        and robot.energy_wh > 0.0
    )
