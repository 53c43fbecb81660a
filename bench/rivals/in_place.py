"""OR-Tools' routing solver in the place of the fleet's own planners, for whole days of a fleet.

It is told what it can be told: the tasks that nobody has begun, the robots from where and when they are free, loads,
due times. Which of several free places a stop takes is chosen for it beforehand, the first one that nobody else has;
charging, chargers and what the robots are about already are fitted in afterwards around the order that it gives. It
solves anew whenever another task or robot is there.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf

from bench.rivals.ortools_routing import cheapest
from robot_fleet.core.plan import Plan, PlannedStop, Problem, RobotNeed, StopNeed, TaskNeed
from robot_fleet.scheduling.solution import Solution

CPU_S = 0.2
"""For each solve. An event of a small fleet takes ours a few milliseconds."""


class OrToolsInPlace:
    """Planner port."""

    def __init__(self) -> None:
        self._solver = cheapest()
        self._key: object = None

    def insert(self, problem: Problem, current: Plan) -> Plan:
        """Return a plan in the order that the solver gives; `current` counts only while nothing has come or gone."""
        free = tuple(task for task in problem.tasks if not task.pinned)
        begun = _arranged(replace(problem, tasks=tuple(task for task in problem.tasks if task.pinned)), current)
        key = [task.task for task in problem.tasks], [robot.robot for robot in problem.robots], begun.routes.keys()
        order = current
        if free and key != self._key:
            told = _told(problem, free, begun)
            order = self._solver.solve(told, CPU_S, 1, lambda *figures: None)
        self._key = key
        names = {task.task for task in free}
        routes: dict[str, tuple[PlannedStop, ...]] = {}
        for robot in problem.robots:
            behind = tuple(stop for stop in order.routes.get(robot.robot, ()) if stop.task in names)
            routes[robot.robot] = (*begun.routes.get(robot.robot, ()), *behind)
        return _arranged(problem, Plan(routes))


def _arranged(problem: Problem, order: Plan) -> Plan:
    """Return the plan of an order: times, charges, what does not fit left out; nothing is moved."""
    solution = Solution(problem)
    solution.take_up(order)
    solution.complete(displaced=0, moved=0)
    return solution.plan("ortools")


def _told(problem: Problem, free: tuple[TaskNeed, ...], begun: Plan) -> Problem:
    chosen: set[str] = set()
    return replace(
        problem,
        robots=tuple(_robot(problem, robot, begun.routes.get(robot.robot, ())) for robot in problem.robots),
        tasks=tuple(_task(task, problem.taken, chosen) for task in free),
        exclusive=frozenset(),
        resources=(),
        coverage=None,
    )


def _robot(problem: Problem, robot: RobotNeed, begun: tuple[PlannedStop, ...]) -> RobotNeed:
    place, free_at_s = (begun[-1].place, begun[-1].end_s) if begun else (robot.place, robot.free_at_s)
    if place not in problem.places[robot.travel_class]:  # it is on its way: as if it were at the nearest place
        legs_s = list(problem.starts[place][robot.travel_class])
        nearest = min(range(len(legs_s)), key=legs_s.__getitem__)
        place, free_at_s = problem.places[robot.travel_class][nearest], free_at_s + legs_s[nearest]
    return RobotNeed(
        robot=robot.robot,
        place=place,
        free_at_s=free_at_s,
        travel_class=robot.travel_class,
        capacity_kg=robot.capacity_kg,
        energy_wh=inf,
        capacity_units=1,
        skills=robot.skills,
    )


def _task(task: TaskNeed, taken: frozenset[str], chosen: set[str]) -> TaskNeed:
    """Return a task of one or two stops at one place each; what lies between two stops takes time at the first."""
    ends = task.stops if len(task.stops) < 2 else (task.stops[0], task.stops[-1])
    between_s = sum(stop.service_s for stop in task.stops[1:-1])
    load_kg = max(task.stops[0].load_kg, 0.0) if len(ends) == 2 else 0.0
    stops: list[StopNeed] = []
    for number, stop in enumerate(ends):
        place = stop.places[0]
        if len(stop.places) > 1:
            place = next((name for name in stop.places if name not in taken and name not in chosen), place)
            chosen.add(place)
        sign = 0 if len(ends) < 2 else 1 - 2 * number
        stops.append(
            replace(
                stop,
                places=(place,),
                service_s=stop.service_s + (between_s if number == 0 else 0.0),
                load_kg=sign * load_kg,
                load_units=sign * int(task.together),
            )
        )
    return replace(task, stops=tuple(stops), assigned="")


__all__ = ["OrToolsInPlace"]
