"""When places are free that hold one robot: not while another is there, nor while the plan in force has it there.

Two robots that the plan has at one place at about the same time go one after the other: that one waits whose waiting
makes it less late.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.plan import PlannedStop
from robot_fleet.core.priority import lateness_cost, weight_of

STEP_S = 30.0
"""Times are told in such steps, so that a task is not posed anew for each second that a robot is late."""
AHEAD_S = 1800.0
"""How far ahead stays are kept apart."""
APART_S = 60.0
"""Stays that are nearer to each other than this still depend on each other."""
LONG_STAY_S = 120.0
"""Where nobody stays at least so long, robots simply wait for each other."""
Waits = tuple[tuple[int, float], ...]
"""Stops of a task, and from when on the place of each is free."""


class Rooms:
    """The places that robots use now, and will by the plan in force.

    Parameters
    ----------
    until_s : place -> when the robot is done that is there, or on its way to it by its order.

    Attributes
    ----------
    turn_s : (task, stop) -> when the one is done that it waits for by the plan.
    """

    def __init__(self, turn: Turn, until_s: Mapping[str, float]) -> None:
        self._until_s = until_s
        self.turn_s: dict[tuple[str, int], float] = {}
        self._waits: dict[str, dict[int, float]] = {}
        stays: dict[str, list[tuple[PlannedStop, str]]] = {}
        for robot, route in turn.state.routes.items():
            for stop in route:
                if stop.begin_s > turn.now.fleet_s + AHEAD_S:
                    break
                if stop.task:
                    stays.setdefault(stop.place, []).append((stop, robot))
        for place, among in stays.items():
            if len(among) > 1:
                among.sort(key=lambda stay: stay[0].begin_s)
                for (one, by), (other, other_by) in pairwise(among):
                    if by != other_by and other.begin_s < one.end_s + APART_S:
                        self._part(turn, one, other)
            if place in until_s:
                for stop, _ in among:
                    self._wait(turn, stop, until_s[place])

    def waits(self, task: TaskRecord, planned: bool) -> Waits:
        """Return from when on the places of a task's stops are free, for those that are not free when it needs them.

        Parameters
        ----------
        planned : whether the plan in force has the task.
        """
        if planned:
            found = self._waits.get(task.id)
            return tuple(found.items()) if found is not None else ()
        if task.request.alarm:
            return ()
        return tuple(
            (index, _step(self._until_s[stop.places[0]]))
            for index, stop in enumerate(task.request.stops)
            if len(stop.places) == 1 and stop.places[0] in self._until_s
        )

    def _part(self, turn: Turn, one: PlannedStop, other: PlannedStop) -> None:
        if max(one.end_s - one.begin_s, other.end_s - other.begin_s) < LONG_STAY_S:
            return
        if _is_alarm(turn, other) or _cost(turn, one, other.end_s) < _cost(turn, other, one.end_s):
            one, other = other, one
        if not _is_alarm(turn, other):
            self.turn_s[other.task, other.stop] = one.end_s
            self._wait(turn, other, one.end_s)

    def _wait(self, turn: Turn, stop: PlannedStop, until_s: float) -> None:
        if not _is_alarm(turn, stop) and len(turn.state.tasks[stop.task].request.stops[stop.stop].places) == 1:
            waits = self._waits.setdefault(stop.task, {})
            waits[stop.stop] = max(waits.get(stop.stop, 0.0), _step(until_s))


def _step(time_s: float) -> float:
    return time_s - time_s % STEP_S


def _is_alarm(turn: Turn, stop: PlannedStop) -> bool:
    return turn.state.tasks[stop.task].request.alarm


def _cost(turn: Turn, stop: PlannedStop, begin_s: float) -> float:
    """Return what lateness it costs if a stop begins at a time."""
    request = turn.state.tasks[stop.task].request
    return lateness_cost(weight_of(request.priority), begin_s - request.due_s)


__all__ = ["Rooms", "Waits"]
