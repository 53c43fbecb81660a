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

from collections.abc import Sequence
from math import inf
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.plan import Problem
from robot_fleet.scheduling.kernel.arrays import (
    CLAIM,
    COUPLED,
    FIRST,
    FLAGS,
    JOB,
    OPTION,
    OPTION_END,
    OPTION_PLACE,
    PIN,
    PLAIN,
    POSITION,
    PRED,
    ROBOT,
    STOPS,
    Model,
    State,
    empty_state,
)
from robot_fleet.scheduling.task_rows import About, KnownTasks
from robot_fleet.scheduling.ways import ways_of

_NO_JOBS = tuple(
    np.zeros((0, columns), dtype=kind)
    for columns, kind in ((13, np.int32), (5, np.int32), (5, np.float64), (2, np.int32))
)


class Compiled:
    """A problem as arrays, with the names of what they count.

    Attributes
    ----------
    robots, tasks : in the problem's order; `robot_index`, `job_index` the same by id.
    places : place -> row of the travel matrices; `place_names` the other way round.
    resources_at : row of a place -> its resources. first : first node of each job.
    job_of, position_of : of each node, its job and which of the job's stops it is.
    ties : whether resources or relations between tasks tie the routes of different robots to each other.
    """

    def __init__(self, problem: Problem, known: KnownTasks | None = None) -> None:
        self.problem = problem
        self._rows = known or KnownTasks()
        self.robots = problem.robots
        self.tasks = problem.tasks
        self.robot_index = {robot.robot: v for v, robot in enumerate(problem.robots)}
        self.job_index = {task.task: j for j, task in enumerate(problem.tasks)}
        ways = ways_of(problem)
        self.places, self.classes = ways.places, ways.classes
        self._no_short_cut = ways.no_short_cut({(need.travel_class, need.loaded_class) for need in self.robots})
        self.place_names = list(self.places)
        self._starts, travel = ways.lend(problem, self)
        self.resources_at: dict[int, list[int]] = {}
        self.model = self._model(travel)
        self.job_of: list[int] = self.model.node[:, JOB].tolist()
        self.first: list[int] = self.model.job[:, FIRST].tolist()
        self.position_of: list[int] = self.model.node[:, POSITION].tolist()
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
            at_resources = int(np.isin(self.model.option[:, OPTION_PLACE], list(self.resources_at)).sum())
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

    def _model(self, travel: NDArray[np.float64]) -> Model:
        problem = self.problem
        self.exclusive = {place: x for x, place in enumerate(sorted(problem.exclusive))}
        links, partners = self._partners()
        rest = self._rest(travel)
        robot, robot_at, table, links = self._robots(links)
        place, links = self._resources(links)
        job, node, node_at, service, option = self._jobs()
        job[:, PRED:] = partners
        return Model(
            travel=travel,
            rest=rest,
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
                    0.5 / problem.ageing_s,
                    problem.change_cost,
                    _alike(problem),
                    self._no_short_cut,
                ],
                dtype=np.float64,
            ),
        )

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
        about = About(self.places, tuple(self.classes), self.exclusive, problem.taken, frozenset(shared))
        self._rows.begin(about, len(tasks))
        made = [self._rows.of(task, about) for task in tasks]
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

    def _rest(self, travel: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the way from each place to the nearest one to rest at, a row for robots that rest alike."""
        self._rests: dict[tuple[str, tuple[str, ...]], int] = {}
        rows: list[NDArray[np.float64]] = []
        for need in self.robots:
            key = (need.travel_class, need.rests)
            if need.rests and key not in self._rests:
                self._rests[key] = len(rows)
                to = [self.places[name] for name in need.rests if name in self.places]
                nearest = travel[self.classes[need.travel_class]][:, to].min(axis=1, initial=inf)
                rows.append(np.where(np.isfinite(nearest), nearest, 0.0))
        return np.array(rows, dtype=np.float64).reshape(-1, travel.shape[1])

    def _robots(self, links: list[int]) -> tuple[Any, Any, list[tuple[float, float]], list[int]]:
        """Return the arrays of robots, and the tables that they point into."""
        classes, places = self.classes, self.places
        table: list[tuple[float, float]] = []
        robots: list[tuple[int, ...]] = []
        robots_at: list[tuple[float, ...]] = []
        charged: dict[int, tuple[int, int, int, int]] = {}  # robots that charge alike share chargers and curve
        for need in self.robots:
            start, until = max(self.problem.now_s, need.free_at_s), inf
            windows = [window for window in need.available if window[1] > start]
            if need.available and not windows:
                until = -inf
            elif len(windows) == 1:
                start, until = max(start, windows[0][0]), windows[0][1]
                windows = []
            charging = need.charging
            if charging is None:
                shared = (0, 0, 0, 0)
            elif id(charging) in charged:
                shared = charged[id(charging)]
            else:
                chargers = [places[name] for name in charging.chargers if name in places]
                shared = charged[id(charging)] = (len(links), len(chargers), len(table), len(charging.curve))
                links += chargers
                table += charging.curve
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
                    *shared,
                    self._rests.get((need.travel_class, need.rests), -1) if not need.home else -1,
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
                    self.problem.travel_weight + need.work_price,
                    need.work_price,
                )
            )
            table += windows
        robot_at = np.array(robots_at, dtype=np.float64).reshape(-1, 12)
        return _ints(robots).reshape(-1, 14), robot_at, table, links

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


def _alike(problem: Problem) -> bool:
    """Return whether all robots are the same but for their names, so that one that stands is as good as any other."""
    first = problem.robots[0] if problem.robots else None
    if first is None or len(problem.robots) < 3:
        return False
    same = all(
        (
            r.place,
            r.home,
            r.rests,
            r.work_price,
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
            first.rests,
            first.work_price,
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
