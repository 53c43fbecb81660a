"""A planning problem indexed for planners: robots, jobs and the visits that a job's stops can become.

A planner meets a place as a row of the travel matrix of one travel class. The same stop therefore becomes different
`Visit` tuples for different classes; they are made when first asked for and kept.

What the vocabulary leaves to the planner is decided here, and by the checker on its own:

- A stop with a pick-up (`load_kg > 0`) frees its place and never claims it. Every other stop at an exclusive place
  claims it, and no two tasks may claim the same place.
- A place in `taken` cannot be chosen by a stop that would claim it. A pinned task whose stop names one place only has
  chosen it before, so it may keep it.
- A pinned task may use its pinned robot and no other; it is never left out because it is dear.
- A pinned `together` task that is past its first stop has something on board and goes first on its robot.
- Lateness is measured at the last remaining stop that `counts`; a task without one is never late.
- Energy is `driving_w` times travel plus `standing_w` times service; waiting costs none.
"""

from __future__ import annotations

from math import inf, isfinite
from typing import NamedTuple

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Problem, RobotNeed, StopNeed, TaskNeed

TINY = 1e-9
"""Slack that planners allow on loads, energy and costs against the rounding of sums; the checker allows 1e-6."""


class Info(NamedTuple):
    """What a visit is, as against what it costs."""

    job: int
    position: int
    stop: int
    place: str
    claims: bool


class Visit(NamedTuple):
    """A stop at a chosen place, for one travel class.

    Parameters
    ----------
    row : row of the place in the class's travel matrix.
    weight : cost of a second of lateness here, 0 where the task's lateness is not measured.
    limit_s : latest begin without lateness.
    """

    row: int
    earliest_s: float
    service_s: float
    load_kg: float
    weight: float
    limit_s: float
    info: Info


class Vehicle:
    """A robot with its travel matrix.

    Attributes
    ----------
    row : row of its first place, -1 when its travel class does not know the place.
    start_s : when it can first leave that place.
    """

    __slots__ = ("index", "matrix", "need", "row", "rows", "start_s", "travel_class")

    def __init__(self, index: int, need: RobotNeed, problem: Problem, rows: dict[str, int]) -> None:
        self.index = index
        self.need = need
        self.travel_class = need.travel_class
        self.matrix = problem.travel_s[need.travel_class]
        self.rows = rows
        self.row = rows.get(need.place, -1)
        self.start_s = max(problem.now_s, need.free_at_s)

    def travel_limit_s(self, service_s: float) -> float:
        """Return the seconds of travel that the robot's energy allows beside `service_s` of service."""
        if not isfinite(self.need.energy_wh):
            return inf
        left_ws = self.need.energy_wh * 3600.0 - self.need.standing_w * service_s
        if left_ws < -TINY:
            return -inf
        return inf if self.need.driving_w <= 0.0 else max(0.0, left_ws) / self.need.driving_w + TINY


class Job:
    """A task with what planners look up again and again.

    Attributes
    ----------
    vehicles : indices of the robots of this problem that may do it.
    loads : load on board of this task alone before stop 0, before stop 1, ... and after the last.
    head : it must come first on its robot.
    chooses : some stop can claim an exclusive place.
    """

    __slots__ = (
        "chooses",
        "counting",
        "energetic_s",
        "head",
        "index",
        "loads",
        "need",
        "penalty",
        "pinned",
        "together",
        "vehicles",
    )

    def __init__(self, index: int, need: TaskNeed, problem: Problem, robot_index: dict[str, int]) -> None:
        self.index = index
        self.need = need
        self.penalty = need.drop_penalty
        self.pinned = bool(need.pinned)
        wanted = (need.pinned,) if need.pinned else need.robots
        self.vehicles = tuple(sorted({robot_index[name] for name in wanted if name in robot_index}))
        loads = [0.0]
        for stop in need.stops:
            loads.append(loads[-1] + stop.load_kg)
        self.loads = tuple(loads)
        self.together = need.together
        self.head = bool(need.pinned) and need.together and bool(need.stops) and need.stops[0].stop > 0
        self.counting = max((i for i, stop in enumerate(need.stops) if stop.counts), default=-1)
        self.energetic_s = sum(stop.service_s for stop in need.stops)
        self.chooses = any(
            stop.load_kg <= 0.0 and any(place in problem.exclusive for place in stop.places) for stop in need.stops
        )

    @property
    def ceiling(self) -> float:
        """What an insertion may cost at most: the drop penalty, without limit for a pinned task."""
        return inf if self.pinned else self.penalty


class Instance:
    """A problem compiled for planners.

    Raises
    ------
    PlanError
        `plan_problem_duplicate`, `plan_problem_matrix`, `plan_problem_class`, `plan_problem_stops`: the problem
        contradicts itself.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        rows: dict[str, dict[str, int]] = {}
        for travel_class, matrix in problem.travel_s.items():
            names = problem.places.get(travel_class)
            if names is None or len(matrix) != len(names) or any(len(line) != len(names) for line in matrix):
                raise PlanError(
                    "plan_problem_matrix",
                    "The travel matrix must have one row and one column for each place of its class.",
                    f"travel_s.{travel_class}",
                )
            rows[travel_class] = {name: row for row, name in enumerate(names)}
        self.robot_index: dict[str, int] = {}
        self.vehicles: list[Vehicle] = []
        for need in problem.robots:
            if need.robot in self.robot_index:
                raise PlanError("plan_problem_duplicate", "Two robots have the same id.", need.robot)
            if need.travel_class not in rows:
                raise PlanError(
                    "plan_problem_class", f"There is no travel matrix of class {need.travel_class!r}.", need.robot
                )
            self.robot_index[need.robot] = len(self.vehicles)
            self.vehicles.append(Vehicle(len(self.vehicles), need, problem, rows[need.travel_class]))
        self.job_index: dict[str, int] = {}
        self.jobs: list[Job] = []
        for task in problem.tasks:
            if task.task in self.job_index:
                raise PlanError("plan_problem_duplicate", "Two tasks have the same id.", task.task)
            numbers = [stop.stop for stop in task.stops]
            if not numbers or numbers != sorted(set(numbers)) or any(not stop.places for stop in task.stops):
                raise PlanError(
                    "plan_problem_stops",
                    "A task needs at least one stop, rising stop numbers and a place for each stop.",
                    task.task,
                )
            self.job_index[task.task] = len(self.jobs)
            self.jobs.append(Job(len(self.jobs), task, problem, self.robot_index))
        self._options: dict[tuple[int, str], tuple[tuple[Visit, ...], ...]] = {}

    def options(self, job: Job, vehicle: Vehicle) -> tuple[tuple[Visit, ...], ...]:
        """Return for each stop of the job the visits it may become on this vehicle, taken places left out."""
        key = (job.index, vehicle.travel_class)
        found = self._options.get(key)
        if found is None:
            found = tuple(
                tuple(
                    self._visit(job, position, stop, place, vehicle.rows[place])
                    for place in dict.fromkeys(stop.places)
                    if place in vehicle.rows and not self._taken(job, stop, place)
                )
                for position, stop in enumerate(job.need.stops)
            )
            self._options[key] = found
        return found

    def visit(self, job: Job, vehicle: Vehicle, position: int, place: str) -> Visit | None:
        """Return the visit of stop number `position` of the job at `place`, None where that is no option."""
        for option in self.options(job, vehicle)[position]:
            if option.info.place == place:
                return option
        return None

    def open_places(self, job: Job, position: int) -> tuple[str, ...]:
        """Return the places of a stop that are not taken from the start, in order of preference."""
        stop = job.need.stops[position]
        return tuple(place for place in dict.fromkeys(stop.places) if not self._taken(job, stop, place))

    def claims(self, stop: StopNeed, place: str) -> bool:
        """Return whether this stop would hold the exclusive place for good."""
        return stop.load_kg <= 0.0 and place in self.problem.exclusive

    def _taken(self, job: Job, stop: StopNeed, place: str) -> bool:
        if stop.load_kg > 0.0 or place not in self.problem.taken:
            return False
        return not (job.pinned and len(stop.places) == 1)

    def _visit(self, job: Job, position: int, stop: StopNeed, place: str, row: int) -> Visit:
        late = position == job.counting
        return Visit(
            row,
            stop.earliest_s,
            stop.service_s,
            stop.load_kg,
            job.need.weight if late else 0.0,
            job.need.due_s - stop.counts_offset_s if late else inf,
            Info(job.index, position, stop.stop, place, self.claims(stop, place)),
        )
