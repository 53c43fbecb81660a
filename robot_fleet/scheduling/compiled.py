"""A planning problem as the arrays that the compiled planners work on, and plans to and fro.

What the vocabulary leaves to the planner is decided here, and by the checker on its own:

- A stop that takes something on board frees its place and never claims it. Every other stop at an exclusive place
  claims it, and no two tasks may claim the same place.
- A place in `taken` cannot be chosen by a stop that would claim it. A pinned task whose stop names one place only has
  chosen it before, so it may keep it.
- A pinned task may use its pinned robot and no other; it is never left out because it is dear.
- A pinned `together` task that is past its first stop has something on board and goes first on its robot.
- Lateness is measured at the last remaining stop that `counts`; a task without one is never late.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.plan import CHARGE, Plan, PlannedStop, Problem, RobotNeed, TaskNeed
from robot_fleet.scheduling.kernel.arrays import (
    ARRIVE,
    BEGIN,
    BEGUN,
    CHARGE_NODE,
    CHOOSES,
    CLAIM,
    COUNT,
    COUPLED,
    FIRST,
    FLAGS,
    HEAD,
    JOB,
    LEAVE,
    NODE,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    PIN,
    PLACE,
    PLAIN,
    POSITION,
    PRED,
    ROBOT,
    STOPS,
    TOGETHER,
    Floats,
    Ints,
    Model,
    State,
    empty_state,
)

LOOKED_AT_WHOLE, SAMPLE = 128, 16
"""Up to so many places every way round is compared with the direct one; of more, those over so many places."""

Travel = tuple[dict[str, int], dict[str, int], NDArray[np.float64], bool]

_NO_JOBS = tuple(
    np.zeros((0, columns), dtype=kind)
    for columns, kind in ((13, np.int32), (5, np.int32), (5, np.float64), (2, np.int32))
)


class TaskRows(NamedTuple):
    """The rows of one task: nodes (options counted from its own first), options, and flags apart from its partners."""

    node: Ints
    node_at: Floats
    service: Floats
    option: Ints
    flags: int


class KnownTasks:
    """Rows of tasks that were compiled before, by the identity of the task: a fleet's problems mostly share them."""

    def __init__(self) -> None:
        self._rows: dict[int, tuple[TaskNeed, TaskRows]] = {}
        self._of: tuple[object, ...] = ()

    def begin(self, compiled: Compiled, shared: object) -> None:
        """Forget everything if what rows depend on besides the task is not what it was."""
        problem = compiled.problem
        if len(self._rows) > 2 * len(problem.tasks) + 256:
            self._rows.clear()
        about = (compiled.places, tuple(compiled.classes), problem.exclusive, problem.taken, shared)
        if len(self._of) != len(about) or self._of[0] is not about[0] or self._of[1:] != about[1:]:
            self._rows.clear()
            self._of = about

    def of(self, task: TaskNeed, compiled: Compiled, shared: set[str]) -> TaskRows:
        """Return the rows of a task."""
        known = self._rows.get(id(task))
        if known is not None and known[0] is task:
            return known[1]
        rows = _task_rows(task, compiled, shared)
        self._rows[id(task)] = task, rows
        return rows


class Compiled:
    """A problem as arrays, with the names of what they count.

    Attributes
    ----------
    robots, tasks : in the problem's order; `robot_index`, `job_index` the same by id.
    places : place -> row of the travel matrices; `place_names` the other way round.
    resources_at : row of a place -> its resources. job_of : job of each node.
    ties : whether resources or relations between tasks tie the routes of different robots to each other.
    """

    def __init__(self, problem: Problem, known: KnownTasks | None = None) -> None:
        self.problem = problem
        self._rows = known or KnownTasks()
        self.robots = problem.robots
        self.tasks = problem.tasks
        self.robot_index = {robot.robot: v for v, robot in enumerate(problem.robots)}
        self.job_index = {task.task: j for j, task in enumerate(problem.tasks)}
        self.places, self.classes, travel, self.metric = _travel(problem)
        self.place_names = list(self.places)
        self._between_places = travel
        self._starts, travel = _with_starts(problem, self.places, self.classes, travel)
        self.resources_at: dict[int, list[int]] = {}
        self.model = self._model(travel)
        self.job_of: list[int] = self.model.node[:, JOB].tolist()
        self._first: list[int] = self.model.job[:, FIRST].tolist()
        self._option_rows: list[int] = self.model.option[:, OPTION_PLACE].tolist()
        self._option_range: list[list[int]] = self.model.node[:, [OPTION, OPTION_END]].tolist()
        self.ties = bool(problem.resources) or bool((self.model.job[:, FLAGS] & COUPLED).any())

    def state(self, longest: int) -> State:
        """Return a state with room for routes of so many visits, in which nothing is laid yet."""
        state = self.room(longest, len(self.tasks))
        self.free_resources(state)
        return state

    def room(self, longest: int, jobs: int = 1) -> State:
        """Return arrays like those of a state, to keep routes in."""
        resources = self.problem.resources
        bookings = 1
        if resources:
            at_resources = sum(place in self.resources_at for place in self._option_rows)
            bookings = at_resources + 4 * len(self.robots) + max(len(resource.busy) for resource in resources)
        return empty_state(jobs, len(self.robots), longest, len(resources), bookings, len(self.exclusive))

    def free_resources(self, state: State) -> None:
        """Let resources be used only by those whom the plan does not show."""
        for r, resource in enumerate(self.problem.resources):
            state.booked[r] = len(resource.busy)
            for i, busy in enumerate(resource.busy):
                state.book_robot[r, i] = -1
                state.book_time[r, i] = busy

    def claim_of(self, node: int, place: int) -> int:
        """Return the exclusive place that a node claims when it is served at a place, -1 for none."""
        if not self.exclusive:
            return -1
        for option in range(int(self.model.node[node, OPTION]), int(self.model.node[node, OPTION_END])):
            if self.model.option[option, OPTION_PLACE] == place:
                return int(self.model.option[option, CLAIM])
        return -1

    def plan_routes(self, state: State) -> dict[str, tuple[PlannedStop, ...]]:
        """Return the routes of a state in the plan's vocabulary."""
        routes: dict[str, tuple[PlannedStop, ...]] = {}
        job_of, position_of = self.job_of, self.model.node[:, POSITION].tolist()
        for v, robot in enumerate(self.robots):
            count = int(state.route[v, COUNT])
            if not count:
                routes[robot.robot] = ()
                continue
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
                    stops.append(PlannedStop("", CHARGE, self.place_names[place], arrive, begin, end))
                else:
                    task = self.tasks[job_of[node]]
                    number = task.stops[position_of[node]].stop
                    stops.append(PlannedStop(task.task, number, self.place_names[place], arrive, begin, end))
            routes[robot.robot] = tuple(stops)
        return routes

    def rows_of(self, plan: Plan, robot: RobotNeed) -> list[tuple[int, int, float, float, float]]:
        """Return (node, place, level, begin, end) of what a plan has on a robot's route and the problem still knows.

        The stops that the robot is bound to begin with stand first. Of tasks that are not whole nothing is returned.
        """
        wanted = plan.routes.get(robot.robot, ())
        if robot.fixed:
            known = {(planned.task, planned.stop): planned for planned in wanted}
            bound = [
                known.get((task, stop), PlannedStop(task, stop, place, 0.0, 0.0, 0.0))
                for task, stop, place in robot.fixed
            ]
            front = {(planned.task, planned.stop) for planned in bound}
            wanted = (*bound, *(planned for planned in wanted if (planned.task, planned.stop) not in front))
        rows: list[tuple[int, int, float, float, float]] = []
        seen: dict[int, int] = {}
        for planned in wanted:
            row = self.places.get(planned.place, -1)
            if not planned.task:
                charging = robot.charging
                if charging is not None and planned.place in charging.chargers and row >= 0:
                    rows.append((CHARGE_NODE, row, charging.full_wh, planned.begin_s, planned.end_s))
                continue
            job = self.job_index.get(planned.task, -1)
            if job < 0 or row < 0:
                continue
            position, stops = seen.get(job, 0), self.tasks[job].stops
            # Stops come in their order, so the next one of the task is meant, or one that is done by now.
            if position < len(stops) and stops[position].stop == planned.stop and self._is_option(job, position, row):
                seen[job] = position + 1
                rows.append((self._first[job] + position, row, 0.0, planned.begin_s, planned.end_s))
        whole = {job for job, count in seen.items() if count == len(self.tasks[job].stops)}
        if len(whole) == len(seen):
            return rows
        return [row for row in rows if row[0] == CHARGE_NODE or self.job_of[row[0]] in whole]

    def _is_option(self, job: int, position: int, row: int) -> bool:
        """Return whether a stop can be served at a place."""
        node = self._first[job] + position
        return any(self._option_rows[i] == row for i in range(*self._option_range[node]))

    def _model(self, travel: NDArray[np.float64]) -> Model:
        problem = self.problem
        self.exclusive = {place: x for x, place in enumerate(sorted(problem.exclusive))}
        links, partners = self._partners()
        robot, robot_at, table, links = self._robots(links)
        place, links = self._resources(links)
        job, node, node_at, service, option = self._jobs()
        job[:, PRED:] = partners
        return Model(
            travel=travel,
            job=job,
            job_at=np.array([(t.drop_penalty, t.weight, t.due_s) for t in self.tasks], dtype=np.float64).reshape(-1, 3),
            allow=self._allow(),
            node=node,
            node_at=node_at,
            node_service=service,
            option=option,
            robot=robot,
            robot_at=robot_at,
            table=np.array(table, dtype=np.float64).reshape(-1, 2),
            links=_ints(links),
            place=place,
            capacity=_ints([resource.capacity for resource in problem.resources]),
            tariff=np.array(problem.tariff, dtype=np.float64).reshape(-1, 2),
            weights=np.array(
                [
                    problem.travel_weight,
                    0.5 / problem.ageing_s,
                    problem.change_cost,
                    _alike(problem),
                    self._no_short_cut(),
                ],
                dtype=np.float64,
            ),
        )

    def _no_short_cut(self) -> bool:
        """Return whether a detour is never quicker than the direct way, nor a robot with a load than one without."""
        pairs = {(robot.travel_class, robot.loaded_class) for robot in self.robots if robot.loaded_class}
        classes, travel = self.classes, self._between_places
        return self.metric and all(bool((travel[classes[b]] >= travel[classes[a]]).all()) for a, b in pairs)

    def _jobs(self) -> tuple[Any, Any, Any, Any, Any]:
        """Return the arrays of jobs (without partners), nodes and options."""
        problem, tasks, robots = self.problem, self.tasks, self.robot_index
        if not tasks:
            return _NO_JOBS[0], _NO_JOBS[1], _NO_JOBS[2], np.zeros((0, max(len(self.classes), 1))), _NO_JOBS[3]
        coupled = {
            name
            for task in tasks
            if task.after or task.same_robot_as or task.not_with
            for name in (task.task, *task.after, *task.same_robot_as, *task.not_with)
        }
        shared = {place for resource in problem.resources for place in resource.places}
        self._rows.begin(self, frozenset(shared))
        made = [self._rows.of(task, self, shared) for task in tasks]
        stops = np.array([rows.node.shape[0] for rows in made], dtype=np.int32)
        chosen = np.array([rows.option.shape[0] for rows in made], dtype=np.int32)
        node = np.concatenate([rows.node for rows in made])
        node[:, JOB] = np.repeat(np.arange(len(tasks), dtype=np.int32), stops)
        before = np.cumsum(chosen, dtype=np.int32) - chosen
        node[:, [OPTION, OPTION_END]] += np.repeat(before, stops)[:, None]
        jobs = np.zeros((len(tasks), 13), dtype=np.int32)
        jobs[:, FIRST] = np.cumsum(stops, dtype=np.int32) - stops
        jobs[:, STOPS] = stops
        jobs[:, FLAGS] = [
            rows.flags if task.task not in coupled else (rows.flags | COUPLED) & ~PLAIN
            for task, rows in zip(tasks, made, strict=True)
        ]
        jobs[:, PIN] = [robots.get(task.pinned, -2) if task.pinned else -1 for task in tasks]
        jobs[:, ROBOT] = [robots.get(task.assigned, len(robots)) if task.assigned else -1 for task in tasks]
        return (
            jobs,
            node,
            np.concatenate([rows.node_at for rows in made]),
            np.concatenate([rows.service for rows in made]),
            np.concatenate([rows.option for rows in made]),
        )

    def _allow(self) -> NDArray[np.uint8]:
        """Return which robot may do which task; tasks that name the same robots and skills share a row."""
        rows: dict[tuple[Any, ...], int] = {}
        made: list[NDArray[np.uint8]] = []
        index: list[int] = []
        for task in self.tasks:
            named = (task.pinned,) if task.pinned else task.robots
            key = (named, task.skills)
            if key not in rows:
                rows[key] = len(made)
                row = np.zeros(len(self.robots), dtype=np.uint8)
                for name in named:
                    v = self.robot_index.get(name)
                    if v is not None and set(task.skills) <= set(self.robots[v].skills):
                        row[v] = 1
                made.append(row)
            index.append(rows[key])
        if not made:
            return np.zeros((0, len(self.robots)), dtype=np.uint8)
        return np.stack(made)[index]

    def _robots(self, links: list[int]) -> tuple[Any, Any, list[tuple[float, float]], list[int]]:
        """Return the arrays of robots, and the tables that they point into."""
        classes, places = self.classes, self.places
        table: list[tuple[float, float]] = []
        robots: list[tuple[int, ...]] = []
        robots_at: list[tuple[float, ...]] = []
        for need in self.robots:
            start, until = max(self.problem.now_s, need.free_at_s), inf
            windows = [window for window in need.available if window[1] > start]
            if need.available and not windows:
                until = -inf
            elif len(windows) == 1:
                start, until = max(start, windows[0][0]), windows[0][1]
                windows = []
            charging = need.charging
            chargers = [places[name] for name in charging.chargers if name in places] if charging else []
            curve = charging.curve if charging else ()
            robots.append(
                (
                    classes[need.travel_class],
                    classes[need.loaded_class or need.travel_class],
                    self._starts[need.place] if need.place in self._starts else places[need.place],
                    places.get(need.home, -1),
                    need.capacity_units,
                    need.load_units,
                    len(need.fixed),
                    len(table),
                    len(windows),
                    len(links),
                    len(chargers),
                    len(table) + len(windows),
                    len(curve),
                )
            )
            robots_at.append(
                (
                    start,
                    until,
                    need.capacity_kg,
                    need.load_kg,
                    need.energy_wh,
                    need.driving_w,
                    need.loaded_w or need.driving_w,
                    need.standing_w,
                    charging.full_wh if charging else 0.0,
                    charging.overhead_s if charging else 0.0,
                )
            )
            table += [*windows, *curve]
            links += chargers
        robot_at = np.array(robots_at, dtype=np.float64).reshape(-1, 10)
        return _ints(robots).reshape(-1, 13), robot_at, table, links

    def _partners(self) -> tuple[list[int], NDArray[np.int32]]:
        """Return the partners of all jobs in a row, and for each job the ranges of its predecessors, ..., apart."""
        index = self.job_index
        kinds: list[dict[int, dict[int, None]]] = [{}, {}, {}, {}]
        for j, task in enumerate(self.tasks):
            for name in task.after:
                if name in index:
                    kinds[0].setdefault(j, {})[index[name]] = None
                    kinds[1].setdefault(index[name], {})[j] = None
            for kind, names in ((2, task.same_robot_as), (3, task.not_with)):
                for name in names:
                    if name in index:
                        kinds[kind].setdefault(j, {})[index[name]] = None
                        kinds[kind].setdefault(index[name], {})[j] = None
        ranges = np.zeros((len(self.tasks), 8), dtype=np.int32)
        links: list[int] = []
        for kind, partners in enumerate(kinds):
            for j, others in partners.items():
                ranges[j, 2 * kind] = len(links)
                links.extend(others)
                ranges[j, 2 * kind + 1] = len(links)
        return links, ranges

    def _resources(self, links: list[int]) -> tuple[NDArray[np.int32], list[int]]:
        """Return for each place the range of its resources."""
        at = self.resources_at
        for r, resource in enumerate(self.problem.resources):
            for place in resource.places:
                if place in self.places:
                    at.setdefault(self.places[place], []).append(r)
        ranges = np.zeros((len(self.places) + len(self._starts), 2), dtype=np.int32)
        for p, resources in at.items():
            ranges[p] = len(links), len(links) + len(resources)
            links += resources
        return ranges, links


def _task_rows(task: TaskNeed, compiled: Compiled, shared: set[str]) -> TaskRows:
    problem, classes = compiled.problem, list(compiled.classes)
    nodes: list[tuple[int, ...]] = []
    nodes_at: list[tuple[float, ...]] = []
    services: list[list[float]] = []
    options: list[tuple[int, int]] = []
    counting = max((i for i, stop in enumerate(task.stops) if stop.counts), default=-1)
    chooses, resourced = False, False
    for position, stop in enumerate(task.stops):
        begin = len(options)
        puts_down = stop.load_kg <= 0.0 and stop.load_units <= 0
        for place in dict.fromkeys(stop.places):
            row = compiled.places.get(place)
            if row is None or (puts_down and _barred(task, len(stop.places), place, problem)):
                continue
            claim = compiled.exclusive.get(place, -1) if puts_down else -1
            options.append((row, claim))
            chooses = chooses or claim >= 0
            resourced = resourced or place in shared
        nodes.append((0, position, stop.load_units, begin, len(options)))
        limit, weight = (task.due_s - stop.counts_offset_s, task.weight) if position == counting else (inf, 0.0)
        nodes_at.append((stop.earliest_s, stop.latest_s, limit, weight, stop.load_kg))
        services.append([stop.service_by.get(name, stop.service_s) for name in classes])
    return TaskRows(
        _ints(nodes).reshape(-1, 5),
        np.array(nodes_at, dtype=np.float64).reshape(-1, 5),
        np.array(services, dtype=np.float64).reshape(-1, max(len(classes), 1)),
        _ints(options).reshape(-1, 2),
        _flags(task, False, chooses, resourced),
    )


def _flags(task: TaskNeed, coupled: bool, chooses: bool, resourced: bool) -> int:
    head = bool(task.pinned) and task.together and task.stops[0].stop > 0
    kg, units = [stop.load_kg for stop in task.stops], [stop.load_units for stop in task.stops]
    balanced = abs(sum(kg)) < 1e-12 and sum(units) == 0 and kg[0] >= 0.0 and units[0] >= 0
    plain = len(task.stops) <= 2 and balanced and not (coupled or head or resourced)
    begun = task.stops[0].stop > 0
    return (
        BEGUN * begun | TOGETHER * task.together | HEAD * head | CHOOSES * chooses | COUPLED * coupled | PLAIN * plain
    )


def _barred(task: TaskNeed, alternatives: int, place: str, problem: Problem) -> bool:
    return place in problem.taken and not (task.pinned and alternatives == 1)


def _alike(problem: Problem) -> bool:
    """Return whether all robots are the same but for their names, so that one that stands is as good as any other."""
    first = problem.robots[0] if problem.robots else None
    if first is None or len(problem.robots) < 3:
        return False
    same = all(
        (
            r.place,
            r.home,
            r.free_at_s,
            r.travel_class,
            r.capacity_kg,
            r.capacity_units,
            r.energy_wh,
            r.available,
            r.skills,
        )
        == (
            first.place,
            first.home,
            first.free_at_s,
            first.travel_class,
            first.capacity_kg,
            first.capacity_units,
            first.energy_wh,
            first.available,
            first.skills,
        )
        for r in problem.robots
    )
    names = {robot.robot for robot in problem.robots}
    return same and all(set(task.robots) == names and not task.pinned and not task.assigned for task in problem.tasks)


def _ints(values: Sequence[Any]) -> NDArray[np.int32]:
    return np.array(values, dtype=np.int32)


_known_travel: list[tuple[Mapping[str, Any], Mapping[str, Any], Travel]] = []
"""The newest travel matrices that were compiled: problems of one fleet mostly share them."""


def _travel(problem: Problem) -> Travel:
    """Return places and classes by name, travel (C, P, P), and whether no detour is quicker than the direct way."""
    for travel_s, places, known in _known_travel:
        if travel_s is problem.travel_s and places is problem.places:
            return known
    names: dict[str, int] = {}
    for travel_class in problem.travel_s:
        for place in problem.places[travel_class]:
            names.setdefault(place, len(names))
    classes = {name: c for c, name in enumerate(problem.travel_s)}
    travel = np.full((max(len(classes), 1), max(len(names), 1), max(len(names), 1)), inf)
    for name, c in classes.items():
        rows = [names[place] for place in problem.places[name]]
        if rows:
            travel[c][np.ix_(rows, rows)] = np.array(problem.travel_s[name], dtype=np.float64).reshape(len(rows), -1)
    metric = all(_is_metric(travel[c]) for c in range(len(classes)))
    found = (names, classes, travel, metric)
    _known_travel.insert(0, (problem.travel_s, problem.places, found))
    del _known_travel[2:]
    return found


def _with_starts(
    problem: Problem, places: Mapping[str, int], classes: Mapping[str, int], travel: NDArray[np.float64]
) -> tuple[dict[str, int], NDArray[np.float64]]:
    """Return rows for the points where robots start that are no places, and the travel matrices with them."""
    points = dict.fromkeys(robot.place for robot in problem.robots if robot.place not in places)
    if not points:
        return {}, travel
    count = travel.shape[1]
    starts = {point: count + i for i, point in enumerate(points)}
    wider = np.full((travel.shape[0], count + len(points), count + len(points)), inf)
    wider[:, :count, :count] = travel
    for point, row in starts.items():
        for name, seconds in problem.starts.get(point, {}).items():
            if name in classes:
                wider[classes[name], row, [places[place] for place in problem.places[name]]] = seconds
    return starts, wider


def _is_metric(matrix: NDArray[np.float64]) -> bool:
    """Return whether no way over a third place is shorter than the direct one.

    Of many places some are looked at: what is pruned wrongly then is found before a task is left out (`Solution.plan`).
    """
    count = matrix.shape[0]
    between = range(count) if count <= LOOKED_AT_WHOLE else range(0, count, count // SAMPLE)
    return all(bool((matrix <= matrix[:, [k]] + matrix[[k], :] + 1e-6).all()) for k in between)
