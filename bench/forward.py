"""Routes with their times, and what they cost: worked out anew from the meaning of a plan, for anybody's routes.

It shares no code with planners and checker. Prices of energy and coverage are left out: generated days have none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from robot_fleet.core.plan import LeftOut, Plan, PlannedStop, Problem, RobotNeed, StopNeed

Step = tuple[str, int, str]
"""Task, number of the stop, place."""
LATE_TOLERANCE_S = 1e-6
_EMPTY_KG = 1e-6


class Forward:
    """Drives routes of one problem.

    Parameters
    ----------
    problem : it may have neither charges, places to rest or prices of work, nor a tariff or coverage.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._rows = {name: {place: row for row, place in enumerate(places)} for name, places in problem.places.items()}
        self._tasks = {task.task: task for task in problem.tasks}
        self._stops = {(task.task, stop.stop): stop for task in problem.tasks for stop in task.stops}
        self._robots = {robot.robot: robot for robot in problem.robots}

    def plan(self, routes: Mapping[str, Sequence[Step]], by: str) -> Plan:
        """Return the plan of these routes. A task that is not whole, or comes too late for a window, is left out.

        Parameters
        ----------
        routes : robot -> its stops in order.
        """
        kept = {robot: self._whole(steps) for robot, steps in routes.items()}
        times = {robot: self._in_time(robot, steps) for robot, steps in kept.items()}
        planned = {stop.task for stops in times.values() for stop in stops}
        left_out = tuple(LeftOut(name, "dearer_than_penalty") for name in self._tasks if name not in planned)
        plan = Plan(routes={robot: stops for robot, stops in times.items() if stops}, left_out=left_out, by=by)
        return Plan(plan.routes, plan.left_out, self.cost(plan), by)

    def drive(self, robot: str, steps: Sequence[Step]) -> tuple[tuple[PlannedStop, ...], float]:
        """Return a robot's stops with their times, and when it is home (or done, where it has none).

        A stop that it can never reach begins at `inf`.
        """
        need = self._robots[robot]
        at, free_s = need.place, need.free_at_s
        load_kg, load_units = need.load_kg, need.load_units
        stops = []
        for name, number, place in steps:
            stop = self._stops[name, number]
            leg_s = self.leg_s(need, at, place, load_kg > _EMPTY_KG or load_units > 0)
            arrive_s, begin_s, end_s = _fit(need, free_s, leg_s, stop.earliest_s, self.service_s(need, stop))
            stops.append(PlannedStop(name, number, place, arrive_s, begin_s, end_s))
            load_kg, load_units = load_kg + stop.load_kg, load_units + stop.load_units
            at, free_s = place, end_s
        if need.home and stops:
            leg_s = self.leg_s(need, at, need.home, load_kg > _EMPTY_KG or load_units > 0)
            _, _, free_s = _fit(need, free_s, leg_s, 0.0, 0.0)
        return tuple(stops), free_s

    def leg_s(self, robot: RobotNeed, start: str, end: str, loaded: bool) -> float:
        """Return the seconds of a leg, `inf` if there is no way."""
        name = robot.loaded_class if loaded and robot.loaded_class else robot.travel_class
        rows = self._rows[name]
        if start not in rows or end not in rows:
            return inf
        return self._problem.travel_s[name][rows[start]][rows[end]]

    def service_s(self, robot: RobotNeed, stop: StopNeed) -> float:
        """Return how long a robot serves at a stop."""
        return stop.service_by.get(robot.travel_class, stop.service_s)

    def cost(self, plan: Plan) -> float:
        """Return lateness, travel, changes and penalties, in seconds."""
        problem = self._problem
        total = sum(self._tasks[left.task].drop_penalty for left in plan.left_out)
        total += problem.travel_weight * self.travel_s(plan)
        for name, late_s in self.lateness_s(plan).items():
            total += self._tasks[name].weight * (late_s + late_s**2 / (2.0 * problem.ageing_s))
        for robot, stops in plan.routes.items():
            tasks = dict.fromkeys(stop.task for stop in stops)
            total += problem.change_cost * sum(self._tasks[name].assigned not in ("", robot) for name in tasks)
        return total

    def lateness_s(self, plan: Plan) -> dict[str, float]:
        """Return by how many seconds each planned task is late, 0 if it is not."""
        late_s = {}
        for planned in (stop for stops in plan.routes.values() for stop in stops):
            stop = self._stops[planned.task, planned.stop]
            if stop.counts:
                due_s = self._tasks[planned.task].due_s
                late_s[planned.task] = max(planned.begin_s + stop.counts_offset_s - due_s, 0.0)
        return late_s

    def travel_s(self, plan: Plan) -> float:
        """Return the seconds of all legs."""
        return sum(self._travel_s(self._robots[robot], stops) for robot, stops in plan.routes.items())

    def _travel_s(self, robot: RobotNeed, stops: Sequence[PlannedStop]) -> float:
        at, load_kg, load_units, total = robot.place, robot.load_kg, robot.load_units, 0.0
        for planned in stops:
            total += self.leg_s(robot, at, planned.place, load_kg > _EMPTY_KG or load_units > 0)
            stop = self._stops[planned.task, planned.stop]
            at, load_kg, load_units = planned.place, load_kg + stop.load_kg, load_units + stop.load_units
        if robot.home and stops:
            total += self.leg_s(robot, at, robot.home, load_kg > _EMPTY_KG or load_units > 0)
        return total

    def _whole(self, steps: Sequence[Step]) -> list[Step]:
        """Return the steps of those tasks of which all stops are there, in order."""
        found: dict[str, list[int]] = {}
        for name, number, _ in steps:
            found.setdefault(name, []).append(number)
        whole = {name for name, numbers in found.items() if numbers == [stop.stop for stop in self._tasks[name].stops]}
        return [step for step in steps if step[0] in whole]

    def _in_time(self, robot: str, steps: list[Step]) -> tuple[PlannedStop, ...]:
        """Return the stops with their times, after taking out one task after the other that is too late."""
        while True:
            stops, home_s = self.drive(robot, steps)
            late = next((stop.task for stop in stops if self._too_late(stop)), None)
            if late is None and home_s < inf:
                return stops
            late = steps[-1][0] if late is None else late
            steps = [step for step in steps if step[0] != late]

    def _too_late(self, planned: PlannedStop) -> bool:
        return planned.begin_s == inf or planned.begin_s > (
            self._stops[planned.task, planned.stop].latest_s + LATE_TOLERANCE_S
        )


def _fit(
    robot: RobotNeed, free_s: float, leg_s: float, earliest_s: float, service_s: float
) -> tuple[float, float, float]:
    """Return arrival, begin and end of a stop, so that leg, wait and service fit into one working time of the robot."""
    for from_s, to_s in robot.available or ((-inf, inf),):
        leave_s = max(free_s, from_s)
        begin_s = max(leave_s + leg_s, earliest_s)
        if begin_s + service_s <= to_s + LATE_TOLERANCE_S:
            return leave_s + leg_s, begin_s, begin_s + service_s
    return inf, inf, inf
