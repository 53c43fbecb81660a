"""For how long places are out of reach of every robot that could answer there (`core.plan.Coverage`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf

from robot_fleet.core.plan import Coverage, PlannedStop, Problem, RobotNeed, TaskNeed
from robot_fleet.scheduling.checking.rules import TOLERANCE, Travel, departures, has_load, stop_of, working_times
from robot_fleet.scheduling.checking.sheet import is_charge

Spot = tuple[float, str]
"""How long until a robot can leave for an alarm, `inf` if it cannot, and the place from which it then goes."""
Gap = tuple[int, str]
"""Number of the instant and a place that is out of reach then."""


class Watch:
    """The routes of a plan, looked at for what they leave out of reach.

    Times within the tolerance of the reach count as reached by `slack_s` = TOLERANCE and as not reached by its
    negative: the cost of coverage jumps there, and both sides of a jump are right.
    """

    def __init__(
        self, problem: Problem, routes: Mapping[str, Sequence[PlannedStop]], travel: Travel, slack_s: float
    ) -> None:
        self._problem = problem
        self._tasks = {task.task: task for task in problem.tasks}
        self._routes = routes
        self._travel = travel
        self._slack_s = slack_s
        self._instants = tuple(_instants(problem.coverage, problem.now_s)) if problem.coverage is not None else ()

    def cost(self, gaps: int) -> float:
        """Return the cost in seconds of so many gaps."""
        coverage = self._problem.coverage
        return 0.0 if coverage is None else gaps * coverage.step_s * coverage.price

    def gaps(self, without: str = "") -> set[Gap]:
        """Return what is out of reach of every robot, one of them not asked."""
        coverage = self._problem.coverage
        if coverage is None:
            return set()
        gaps = {(number, place) for number in range(len(self._instants)) for place in coverage.places}
        for robot in self._problem.robots:
            if robot.robot in coverage.robots and robot.robot != without and gaps:
                gaps = self.left_by(robot, self._routes.get(robot.robot, ()), gaps)
        return gaps

    def left_by(self, robot: RobotNeed, route: Sequence[PlannedStop], gaps: set[Gap]) -> set[Gap]:
        """Return those of the gaps that remain though the robot drives this route."""
        coverage = self._problem.coverage
        if coverage is None or robot.robot not in coverage.robots:
            return gaps
        within_s = coverage.within_s + self._slack_s
        spots = list(self._spots(robot, route))
        ways = self._travel.ways(robot.travel_class)
        return {
            (number, place)
            for number, place in gaps
            if not spots[number][0] + ways.seconds(spots[number][1], place) <= within_s
        }

    def _spots(self, robot: RobotNeed, route: Sequence[PlannedStop]) -> Iterator[Spot]:
        """Yield from where and how soon the robot can go to an alarm, instant by instant."""
        spells = iter(_spells(self._problem, self._tasks, self._travel, robot, route))
        until_s, ready_s, extra_s, place = next(spells)
        for at_s in self._instants:
            while at_s >= until_s:
                until_s, ready_s, extra_s, place = next(spells)
            works = any(from_s <= at_s < to_s for from_s, to_s in working_times(robot))
            yield (max(0.0, ready_s - at_s) + extra_s if works else inf), place


def _instants(coverage: Coverage, now_s: float) -> Iterator[float]:
    number = 0
    while now_s + number * coverage.step_s < coverage.until_s:
        yield now_s + number * coverage.step_s
        number += 1


def _spells(
    problem: Problem,
    tasks: Mapping[str, TaskNeed],
    travel: Travel,
    robot: RobotNeed,
    route: Sequence[PlannedStop],
) -> list[tuple[float, float, float, str]]:
    """Return what the robot does, one after the other: until when, and from when (and how much later) it could go.

    While it has something on board it goes from where it has nothing left.
    """
    needs = [None if is_charge(planned) else stop_of(tasks[planned.task], planned.stop) for planned in route]
    loads = [(robot.load_kg, robot.load_units)]
    for need in needs:
        kg, units = loads[-1]
        loads.append((kg, units) if need is None else (kg + need.load_kg, units + need.load_units))
    empty: list[tuple[float, str] | None] = [None] * (len(route) + 1)  # when and where it has nothing left
    for index in range(len(route) - 1, -1, -1):
        planned = route[index]
        empty[index] = empty[index + 1] if has_load(*loads[index + 1]) else (planned.end_s, planned.place)

    spells: list[tuple[float, float, float, str]] = []

    def add(index: int, until_s: float, ready_s: float, place: str, extra_s: float = 0.0) -> None:
        if has_load(*loads[index]):
            ready_s, place = empty[index] or (inf, place)
            extra_s = 0.0
        spells.append((until_s, ready_s, extra_s, place))

    legs = travel.legs(robot)
    here, clock_s = robot.place, max(problem.now_s, robot.free_at_s)
    add(0, clock_s, clock_s, here)
    for index, (planned, need) in enumerate(zip(route, needs, strict=True)):
        leaves_s = planned.arrive_s - legs.seconds(here, planned.place, has_load(*loads[index]))
        here = planned.place
        add(index, leaves_s, -inf, route[index - 1].place if index else robot.place)
        add(index, planned.arrive_s, planned.arrive_s, here)
        add(index, planned.begin_s, -inf, here)
        if need is None:
            overhead_s = robot.charging.overhead_s if robot.charging is not None else 0.0
            add(index, planned.end_s, -inf, here, overhead_s / 2.0)
        else:
            add(index, planned.end_s, -inf if need.interruptible else planned.end_s, here)
        clock_s = planned.end_s
    if route and robot.home:
        leg_s = legs.seconds(here, robot.home, has_load(*loads[-1]))
        leaves_s = next((leaves_s for leaves_s, to_s in departures(robot, clock_s) if leaves_s + leg_s <= to_s), inf)
        add(len(route), leaves_s, -inf, here)
        add(len(route), leaves_s + leg_s, leaves_s + leg_s, robot.home)
        here = robot.home
    add(len(route), inf, -inf, here)
    return spells


def coverage_cost(problem: Problem, routes: Mapping[str, Sequence[PlannedStop]], travel: Travel) -> tuple[float, float]:
    """Return the least and the greatest cost in seconds that rounding can make of the routes' coverage."""
    if problem.coverage is None or problem.coverage.price <= 0.0:
        return 0.0, 0.0
    low = Watch(problem, routes, travel, TOLERANCE)
    high = Watch(problem, routes, travel, -TOLERANCE)
    return low.cost(len(low.gaps())), high.cost(len(high.gaps()))
