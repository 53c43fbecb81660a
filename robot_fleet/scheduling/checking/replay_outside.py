"""What the other routes of a plan, as they are, ask of one route."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.core.plan import TaskNeed
from robot_fleet.scheduling.checking.rules import TOLERANCE, begun
from robot_fleet.scheduling.checking.sheet import Sheet

SLACK = TOLERANCE / 100.0
"""What a limit may be exceeded by in a replay: more than rounding makes, less than the checker lets pass in a plan."""

Use = tuple[float, float]
"""From when to when a resource is used."""
Used = dict[str, list[tuple[int, list[Use]]]]
"""Place -> for each resource there how many may use it, and when others do."""


@dataclass(frozen=True, slots=True)
class Outside:
    """Bounds from the other routes.

    Parameters
    ----------
    not_before_s : task -> end of the last of those it comes after, as far as they are on other routes.
    not_after_s : task -> begin of the first of those that come after it, likewise.
    """

    not_before_s: Mapping[str, float]
    not_after_s: Mapping[str, float]
    used: Used

    def free_from_s(self, place: str, begin_s: float, length_s: float) -> float:
        """Return the first time from `begin_s` on at which a stop of that length fits into every resource there."""
        resources = self.used.get(place, ())
        moved = bool(resources)
        while moved:
            moved = False
            for capacity, uses in resources:
                later_s = _not_before_s(capacity, uses, begin_s, length_s)
                if later_s > begin_s:
                    begin_s, moved = later_s, True
        return begin_s


def _not_before_s(capacity: int, uses: Sequence[Use], begin_s: float, length_s: float) -> float:
    """Return `begin_s` if the resource is free then for so long, else the first end of a use that is in the way."""
    end_s = begin_s + length_s
    others = [
        (max(from_s, begin_s), to_s) for from_s, to_s in uses if from_s < end_s - SLACK and begin_s + SLACK < to_s
    ]
    for at_s, until_s in others:
        ends = [to_s for from_s, to_s in others if from_s <= at_s + SLACK and at_s + SLACK < to_s]
        if until_s <= at_s + SLACK:
            ends.append(until_s)  # a stop of no length is in the way, too, of what lasts over it
        if len(ends) >= capacity:
            return min(ends)
    return begin_s


class Surroundings:
    """All routes of a plan, to be seen from any one of them.

    Parameters
    ----------
    pinned_only : whether only pinned tasks (and charges) count: others are no excuse for a pinned task.
    """

    def __init__(self, sheet: Sheet, pinned_only: bool) -> None:
        self._sheet = sheet
        self._pinned_only = pinned_only
        self._followers: dict[str, list[TaskNeed]] = {}
        for task in sheet.problem.tasks:
            for name in task.after if self.counts(task.task) and not begun(task) else ():
                self._followers.setdefault(name, []).append(task)
        self._used: dict[str, Used] = {}
        self._uses: list[list[tuple[str, Use]]] = []
        for resource in sheet.problem.resources:
            places = frozenset(resource.places)
            self._uses.append(
                [
                    *(("", spell) for spell in resource.busy),
                    *(
                        (robot, (planned.begin_s, planned.end_s))
                        for robot, stops in sheet.plan.routes.items()
                        for planned in stops
                        if planned.place in places and self.counts(planned.task)
                    ),
                ]
            )

    def counts(self, task: str) -> bool:
        """Whether what another task does is an excuse."""
        return not self._pinned_only or not task or bool(self._sheet.tasks[task].pinned)

    def seen_from(self, robot: str, tasks: Collection[str]) -> Outside:
        """Return what the routes of other robots ask of this one, with these tasks on it."""
        sheet = self._sheet
        not_before_s: dict[str, float] = {}
        not_after_s: dict[str, float] = {}
        for name in tasks:
            task = sheet.tasks[name]
            ends = [
                sheet.planned[before][-1].end_s
                for before in task.after
                if before in sheet.planned and before not in tasks and not begun(task)
            ]
            begins = [
                sheet.planned[after.task][0].begin_s
                for after in self._followers.get(name, ())
                if after.task in sheet.planned and after.task not in tasks
            ]
            if ends:
                not_before_s[name] = max(ends)
            if begins:
                not_after_s[name] = min(begins)
        return Outside(not_before_s, not_after_s, self._used_by_others(robot))

    def _used_by_others(self, robot: str) -> Used:
        used = self._used.get(robot)
        if used is None:
            used = self._used[robot] = {}
            for resource, uses in zip(self._sheet.problem.resources, self._uses, strict=True):
                others = [use for user, use in uses if user != robot]
                for place in resource.places if len(others) >= resource.capacity else ():
                    used.setdefault(place, []).append((resource.capacity, others))
        return used
