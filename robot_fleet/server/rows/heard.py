"""Whether robots have heard what was commanded: by their own reports, never by what the manager believes. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.core.fleet.state import FleetState
from robot_fleet.server.ports import Row


@dataclass(frozen=True, slots=True)
class Reported:
    """What a robot's newest report says: the order and update that it has taken, what it does, and how old that is."""

    order: str
    update: int
    activity: str
    age_s: float


_NOTHING = Reported("", 0, "", float("inf"))
FRESH_S = 5.0
"""An older report confirms nothing."""


def heard_rows(state: FleetState, reported: Mapping[str, Reported]) -> list[Row]:
    """Return a row for each robot: `{"robot", "wish", "heard", "activity", "has_heard"}`.

    `wish` and `heard` are `[order, update]`, the newest that the manager wishes and that the robot's own report has;
    `wish` is null where the robot has no order. `has_heard` says that its report is fresh and knows the wish.
    """
    return [_row(robot, state, reported.get(robot, _NOTHING)) for robot in state.robots]


def _row(robot: str, state: FleetState, report: Reported) -> Row:
    order = state.robots[robot].busy
    knows = order is None or (report.order == order.id and report.update >= order.update)
    return {
        "robot": robot,
        "wish": None if order is None else [order.id, order.update],
        "heard": [report.order, report.update],
        "activity": report.activity,
        "has_heard": knows and report.age_s <= FRESH_S,
    }
