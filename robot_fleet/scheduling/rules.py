"""The rules of the vocabulary as the checker reads them: written apart from `instance`, on which planners stand."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from robot_fleet.core.plan import Problem, RobotNeed, StopNeed, TaskNeed

TOLERANCE = 1e-6
"""What times, loads, energies and costs may differ by: rounding, not rule-breaking."""


def holds(stop: StopNeed, place: str, problem: Problem) -> bool:
    """Whether the stop keeps the exclusive place for good: a pick-up frees it instead."""
    return stop.load_kg <= 0.0 and place in problem.exclusive


def barred(task: TaskNeed, stop: StopNeed, place: str, problem: Problem) -> bool:
    """Whether the place cannot be chosen because it is taken; what a begun task has chosen it keeps."""
    if stop.load_kg > 0.0 or place not in problem.taken:
        return False
    return not (task.pinned and len(stop.places) == 1)


def must_lead(task: TaskNeed) -> bool:
    """Whether the task has something on board that must be brought away before anything else."""
    return bool(task.pinned) and task.together and task.stops[0].stop > 0


def late_stop(task: TaskNeed) -> int | None:
    """The number of the stop at which lateness is measured."""
    counting = [stop.stop for stop in task.stops if stop.counts]
    return counting[-1] if counting else None


def energy_wh(robot: RobotNeed, travel_s: float, service_s: float) -> float:
    """Energy of a route: driving and serving cost, waiting does not."""
    return (robot.driving_w * travel_s + robot.standing_w * service_s) / 3600.0


class Ways:
    """Travel times of one class by the names of places."""

    def __init__(self, problem: Problem, travel_class: str) -> None:
        self._index = {name: row for row, name in enumerate(problem.places.get(travel_class, ()))}
        self._matrix: Sequence[Sequence[float]] = problem.travel_s.get(travel_class, ())

    def seconds(self, start: str, end: str) -> float:
        """Return the travel time, `inf` where there is no way or the class does not know a place."""
        if start not in self._index or end not in self._index:
            return inf
        return self._matrix[self._index[start]][self._index[end]]


def stop_of(task: TaskNeed, number: int) -> StopNeed:
    """Return a task's stop by its number."""
    return next(stop for stop in task.stops if stop.stop == number)
