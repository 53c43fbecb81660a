"""The rules of the vocabulary as the checker reads them: written apart from everything that planners stand on.

What `core.plan` leaves to the reader is decided here:

- A task has begun where its first stop is numbered above 0: earlier ones lie behind. It is under way from the start of
  the route, and what it came `after` no longer binds it. Of two that have both begun, `not_with` asks nothing any more.
- A robot has something on board while its load is above nothing, be it in kg or in compartments.
- A pick-up puts kilograms or compartments on board. Every other stop keeps an exclusive place for good. A
  pinned task whose stop names one place only has chosen it before and keeps it though it is taken.
- A pinned `together` task that has begun has something on board, which is brought away before anything else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from robot_fleet.core.plan import Problem, RobotNeed, StopNeed, TaskNeed

TOLERANCE = 1e-6
"""What times, loads, energies and costs may differ by: rounding, not rule-breaking."""


def begun(task: TaskNeed) -> bool:
    """Whether some of the task's stops lie behind."""
    return task.stops[0].stop > 0


def picks_up(stop: StopNeed) -> bool:
    """Whether the stop puts something on board."""
    return stop.load_kg > 0.0 or stop.load_units > 0


def holds(stop: StopNeed, place: str, problem: Problem) -> bool:
    """Whether the stop keeps the exclusive place for good."""
    return place in problem.exclusive and not picks_up(stop)


def barred(task: TaskNeed, stop: StopNeed, place: str, problem: Problem) -> bool:
    """Whether the place cannot be chosen because it is taken; what a begun task has chosen it keeps."""
    if place not in problem.taken or picks_up(stop):
        return False
    return not (task.pinned and len(stop.places) == 1)


def must_lead(task: TaskNeed) -> bool:
    """Whether the task has something on board that must be brought away before anything else."""
    return bool(task.pinned) and task.together and begun(task)


def stop_of(task: TaskNeed, number: int) -> StopNeed:
    """Return a task's stop by its number."""
    return next(stop for stop in task.stops if stop.stop == number)


def late_stop(task: TaskNeed) -> int | None:
    """The number of the stop at which lateness is measured."""
    return next((stop.stop for stop in reversed(task.stops) if stop.counts), None)


def lateness_cost(problem: Problem, task: TaskNeed, stop: StopNeed, begin_s: float) -> float:
    """Cost of a stop's begin: nothing but at the stop at which lateness is measured."""
    late_s = begin_s + stop.counts_offset_s - task.due_s
    if late_s <= 0.0 or not stop.counts or stop.stop != late_stop(task):
        return 0.0
    return task.weight * (late_s + late_s * late_s / (2.0 * problem.ageing_s))


def service_s(stop: StopNeed, robot: RobotNeed) -> float:
    """Time that the robot spends at the stop."""
    return stop.service_by.get(robot.travel_class, stop.service_s)


def has_load(load_kg: float, load_units: int) -> bool:
    """Whether something is on board."""
    return load_kg > TOLERANCE or load_units > 0


def driving_price(problem: Problem, robot: RobotNeed) -> float:
    """Cost of a second of the robot's driving."""
    return problem.travel_weight + robot.work_price


def working_times(robot: RobotNeed) -> Sequence[tuple[float, float]]:
    """Times at which the robot works."""
    return robot.available or ((-inf, inf),)


def departures(robot: RobotNeed, ready_s: float) -> Iterator[tuple[float, float]]:
    """Yield, for each working time not yet over, when the robot can leave in it and by when it must be done."""
    for from_s, to_s in working_times(robot):
        if to_s >= ready_s:
            yield max(ready_s, from_s), to_s


class Ways:
    """Travel times of one class by the names of places."""

    def __init__(self, problem: Problem, travel_class: str) -> None:
        self._index = {name: row for row, name in enumerate(problem.places.get(travel_class, ()))}
        matrix = problem.travel_s.get(travel_class, ())
        self._cells: Callable[[int, int], float] = (
            matrix.item if isinstance(matrix, np.ndarray) else lambda row, column: matrix[row][column]
        )
        self._starts = {point: seconds.get(travel_class) for point, seconds in problem.starts.items()}

    def seconds(self, start: str, end: str) -> float:
        """Return the travel time, `inf` where there is no way or the class does not know a place."""
        row, column = self._index.get(start), self._index.get(end)
        if row is None and column is not None:
            seconds = self._starts.get(start)
            return inf if seconds is None else float(seconds[column])
        return inf if row is None or column is None else self._cells(row, column)


@dataclass(frozen=True, slots=True)
class Legs:
    """What a robot's legs take, with nothing and with something on board."""

    empty: Ways
    loaded: Ways
    empty_w: float
    loaded_w: float

    def seconds(self, start: str, end: str, loaded: bool) -> float:
        """Return the travel time, `inf` where there is no way."""
        return (self.loaded if loaded else self.empty).seconds(start, end)

    def to_rest_s(self, robot: RobotNeed, place: str) -> float:
        """Return the travel time from a place to the nearest one where the robot rests, 0 if it has to go nowhere."""
        nearest_s = inf if robot.home else min((self.empty.seconds(place, rest) for rest in robot.rests), default=inf)
        return nearest_s if nearest_s < inf else 0.0

    def energy_wh(self, seconds: float, loaded: bool) -> float:
        """Return the energy of a leg of so many seconds."""
        return seconds * (self.loaded_w if loaded else self.empty_w) / 3600.0


class Travel:
    """The legs of the robots of a problem; each travel class is looked at once."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self._ways: dict[str, Ways] = {}

    def ways(self, travel_class: str) -> Ways:
        """Return the travel times of a class."""
        found = self._ways.get(travel_class)
        if found is None:
            found = self._ways[travel_class] = Ways(self._problem, travel_class)
        return found

    def legs(self, robot: RobotNeed) -> Legs:
        """Return what the robot's legs take."""
        return Legs(
            self.ways(robot.travel_class),
            self.ways(robot.loaded_class or robot.travel_class),
            robot.driving_w,
            robot.loaded_w if robot.loaded_w > 0.0 else robot.driving_w,
        )
