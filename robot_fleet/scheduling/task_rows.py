"""The arrays of single tasks, kept from one problem to the next: a fleet's problems mostly share their tasks."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import NamedTuple

import numpy as np

from robot_fleet.core.plan import TaskNeed
from robot_fleet.scheduling.kernel.arrays import (
    BEGUN,
    CHOOSES,
    COUPLED,
    HEAD,
    PLAIN,
    TOGETHER,
    Floats,
    Ints,
)


class About(NamedTuple):
    """What the rows of a task depend on besides the task itself.

    Parameters
    ----------
    places : place -> row of the travel matrices. classes : travel classes in their order.
    exclusive : exclusive place -> its number. taken : places that cannot be chosen. shared : those of resources.
    """

    places: Mapping[str, int]
    classes: tuple[str, ...]
    exclusive: Mapping[str, int]
    taken: frozenset[str]
    shared: frozenset[str]


class TaskRows(NamedTuple):
    """The rows of one task: nodes (options counted from its own first), options, and flags apart from its partners."""

    node: Ints
    node_at: Floats
    service: Floats
    option: Ints
    flags: int


class KnownTasks:
    """Rows of tasks that were compiled before, by the identity of the task."""

    def __init__(self) -> None:
        self._rows: dict[int, tuple[TaskNeed, TaskRows]] = {}
        self._about: About | None = None

    def begin(self, about: About, tasks: int) -> None:
        """Forget what is no longer true, now that rows depend on this."""
        before, self._about = self._about, about
        same = (
            before is not None
            and before.places is about.places
            and (before.classes, before.shared) == (about.classes, about.shared)
        )
        if before is None or not same or len(self._rows) > 2 * tasks + 256:
            self._rows.clear()
            return
        moved = before.exclusive != about.exclusive
        changed = before.taken ^ about.taken
        if moved:
            changed |= before.exclusive.keys() ^ about.exclusive.keys()
        if moved or changed:
            self._rows = {
                key: (task, rows)
                for key, (task, rows) in self._rows.items()
                if not (moved and rows.flags & CHOOSES) and all(changed.isdisjoint(stop.places) for stop in task.stops)
            }

    def of(self, task: TaskNeed, about: About) -> TaskRows:
        """Return the rows of a task."""
        known = self._rows.get(id(task))
        if known is not None and known[0] is task:
            return known[1]
        rows = _task_rows(task, about)
        self._rows[id(task)] = task, rows
        return rows


def _task_rows(task: TaskNeed, about: About) -> TaskRows:
    classes = about.classes
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
            row = about.places.get(place)
            if row is None or (puts_down and _barred(task, len(stop.places), place, about.taken)):
                continue
            claim = about.exclusive.get(place, -1) if puts_down else -1
            options.append((row, claim))
            chooses = chooses or claim >= 0
            resourced = resourced or place in about.shared
        nodes.append((0, position, stop.load_units, begin, len(options)))
        limit, weight = (task.due_s - stop.counts_offset_s, task.weight) if position == counting else (inf, 0.0)
        nodes_at.append((stop.earliest_s, stop.latest_s, limit, weight, stop.load_kg))
        services.append([stop.service_by.get(name, stop.service_s) for name in classes])
    return TaskRows(
        np.array(nodes, dtype=np.int32).reshape(-1, 5),
        np.array(nodes_at, dtype=np.float64).reshape(-1, 5),
        np.array(services, dtype=np.float64).reshape(-1, max(len(classes), 1)),
        np.array(options, dtype=np.int32).reshape(-1, 2),
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


def _barred(task: TaskNeed, alternatives: int, place: str, taken: frozenset[str]) -> bool:
    return place in taken and not (task.pinned and alternatives == 1)


__all__ = ["About", "KnownTasks", "TaskRows"]
