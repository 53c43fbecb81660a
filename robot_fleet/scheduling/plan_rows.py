"""Plans as rows for the compiled planners, and back.

A fleet's plans mostly share their routes: what was worked out about a route is kept by its identity, and a route that
comes out as it went in is the same object afterwards.
"""

from __future__ import annotations

from typing import NamedTuple

from robot_fleet.core.plan import CHARGE, Charging, Plan, PlannedStop, RobotNeed, TaskNeed
from robot_fleet.scheduling.compiled import Compiled
from robot_fleet.scheduling.kernel.arrays import (
    ARRIVE,
    BEGIN,
    CHARGE_NODE,
    COUNT,
    LEAVE,
    NODE,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    PLACE,
    Bytes,
    State,
)

ROUNDING_S = 1e-9
"""Times that differ by no more are the same."""


class Visit(NamedTuple):
    """A visit of a route that is taken up: which of the route's tasks (-1 for a charge), which of its stops, and when.

    Parameters
    ----------
    row : of its place in the travel matrices. level_wh : up to which a charge goes.
    """

    task: int
    position: int
    row: int
    level_wh: float
    arrive_s: float
    begin_s: float
    end_s: float


class _Known(NamedTuple):
    route: tuple[PlannedStop, ...]
    fixed: tuple[tuple[str, int, str], ...]
    charging: Charging | None
    places: object
    tasks: tuple[TaskNeed, ...]
    unknown: tuple[str, ...]
    visits: tuple[Visit, ...]


class Taken(NamedTuple):
    """Routes taken up from a plan.

    Parameters
    ----------
    plan : where they come from.
    rows : of each robot (node, place, level) of each visit. times : of each robot (arrive, begin, end).
    """

    plan: Plan
    rows: list[list[tuple[int, int, float]]]
    times: list[list[tuple[float, float, float]]]


class KnownRoutes:
    """What was worked out about the routes of a plan, by robot."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._taken: frozenset[str] = frozenset()

    def take(self, compiled: Compiled, plan: Plan) -> Taken:
        """Return what a plan has on the robots' routes and the problem still knows."""
        if self._taken != compiled.problem.taken:  # what was a choice for a stop may be none any more
            self._known.clear()
            self._taken = compiled.problem.taken
        rows, times = [], []
        for robot in compiled.robots:
            visits, jobs = self._visits(compiled, plan, robot)
            first = compiled.first
            rows.append(
                [
                    (
                        CHARGE_NODE if visit.task < 0 else first[jobs[visit.task]] + visit.position,
                        visit.row,
                        visit.level_wh,
                    )
                    for visit in visits
                ]
            )
            times.append([visit[4:] for visit in visits])
        return Taken(plan, rows, times)

    def _visits(self, compiled: Compiled, plan: Plan, robot: RobotNeed) -> tuple[tuple[Visit, ...], list[int]]:
        """Return the visits of a robot, and the jobs that their tasks are in this problem."""
        route = plan.routes.get(robot.robot, ())
        if not route and not robot.fixed:
            return (), []
        known = self._known.get(robot.robot)
        index = compiled.job_index
        if (
            known is not None
            and known.route is route
            and known.fixed == robot.fixed
            and known.charging == robot.charging
            and known.places is compiled.places
        ):
            jobs = [index.get(task.task, -1) for task in known.tasks]
            same = all(job >= 0 and compiled.tasks[job] is task for job, task in zip(jobs, known.tasks, strict=True))
            if same and not any(name in index for name in known.unknown):
                return known.visits, jobs
        visits, tasks, unknown = _visits_of(compiled, route, robot)
        self._known[robot.robot] = _Known(
            route, robot.fixed, robot.charging, compiled.places, tuple(tasks), tuple(unknown), tuple(visits)
        )
        return tuple(visits), [index[task.task] for task in tasks]


def _visits_of(
    compiled: Compiled, route: tuple[PlannedStop, ...], robot: RobotNeed
) -> tuple[list[Visit], list[TaskNeed], list[str]]:
    """Return the visits of a route, the tasks that they are of, and names that the problem does not know.

    The stops that the robot is bound to begin with stand first. Of tasks that are not whole nothing is returned.
    """
    if robot.fixed:
        known = {(planned.task, planned.stop): planned for planned in route}
        bound = [
            known.get((task, stop), PlannedStop(task, stop, place, 0.0, 0.0, 0.0)) for task, stop, place in robot.fixed
        ]
        front = {(planned.task, planned.stop) for planned in bound}
        route = (*bound, *(planned for planned in route if (planned.task, planned.stop) not in front))
    visits: list[tuple[int, Visit]] = []
    seen: dict[int, int] = {}
    unknown: list[str] = []
    for planned in route:
        row = compiled.places.get(planned.place, -1)
        times = (planned.arrive_s, planned.begin_s, planned.end_s)
        if not planned.task:
            charging = robot.charging
            if charging is not None and planned.place in charging.chargers and row >= 0:
                visits.append((-1, Visit(-1, 0, row, charging.full_wh, *times)))
            continue
        job = compiled.job_index.get(planned.task, -1)
        if job < 0:
            unknown.append(planned.task)
        if job < 0 or row < 0:
            continue
        position, stops = seen.get(job, 0), compiled.tasks[job].stops
        # Stops come in their order, so the next one of the task is meant, or one that is done by now.
        if position < len(stops) and stops[position].stop == planned.stop and _is_option(compiled, job, position, row):
            seen[job] = position + 1
            visits.append((job, Visit(0, position, row, 0.0, *times)))
    whole = [job for job, count in seen.items() if count == len(compiled.tasks[job].stops)]
    number = {job: i for i, job in enumerate(whole)}
    number[-1] = -1
    found = [visit._replace(task=number[job]) for job, visit in visits if job in number]
    return found, [compiled.tasks[job] for job in whole], unknown


def _is_option(compiled: Compiled, job: int, position: int, row: int) -> bool:
    """Return whether a stop can be served at a place."""
    node = compiled.model.node[compiled.first[job] + position]
    return bool((compiled.model.option[node[OPTION] : node[OPTION_END], OPTION_PLACE] == row).any())


def planned_routes(
    compiled: Compiled, state: State, taken: Taken | None = None, kept: Bytes | None = None
) -> dict[str, tuple[PlannedStop, ...]]:
    """Return the routes of a state in the plan's vocabulary.

    Parameters
    ----------
    taken, kept : what was taken up, and which robots still have the sequence that they had then.
    """
    routes: dict[str, tuple[PlannedStop, ...]] = {}
    for v, robot in enumerate(compiled.robots):
        count = int(state.route[v, COUNT])
        if not count:
            routes[robot.robot] = ()
            continue
        if taken is not None and kept is not None and kept[v]:
            route = taken.plan.routes.get(robot.robot, ())
            if len(route) == count and _same_times(state, v, taken.times[v]):
                routes[robot.robot] = route
                continue
        routes[robot.robot] = _planned(compiled, state, v, count)
    return routes


def _same_times(state: State, v: int, times: list[tuple[float, float, float]]) -> bool:
    count, at = len(times), state.row_at[v]
    now = zip(at[:count, ARRIVE].tolist(), at[:count, BEGIN].tolist(), at[1 : count + 1, LEAVE].tolist(), strict=True)
    return all(
        abs(before - after) <= ROUNDING_S
        for spell, planned in zip(now, times, strict=True)
        for after, before in zip(spell, planned, strict=True)
    )


def _planned(compiled: Compiled, state: State, v: int, count: int) -> tuple[PlannedStop, ...]:
    stops = []
    for node, place, arrive, begin, end in zip(
        state.row[v, :count, NODE].tolist(),
        state.row[v, :count, PLACE].tolist(),
        state.row_at[v, :count, ARRIVE].tolist(),
        state.row_at[v, :count, BEGIN].tolist(),
        state.row_at[v, 1 : count + 1, LEAVE].tolist(),
        strict=True,
    ):
        if node == CHARGE_NODE:
            stops.append(PlannedStop("", CHARGE, compiled.place_names[place], arrive, begin, end))
        else:
            task = compiled.tasks[compiled.job_of[node]]
            number = task.stops[compiled.position_of[node]].stop
            stops.append(PlannedStop(task.task, number, compiled.place_names[place], arrive, begin, end))
    return tuple(stops)


__all__ = ["KnownRoutes", "Taken", "planned_routes"]
