"""What telemetry says of energy, hour by hour: from current and voltage of the batteries, as the history keeps them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from robot_fleet.core.errors import RequestError
from robot_fleet.reports.folds.states import HOUR_S, Cell
from robot_fleet.stores.history.store import TelemetryStore

_BUCKET_S = 60.0


@dataclass(slots=True)
class MeasuredHour:
    """What was heard of a robot within an hour.

    Attributes
    ----------
    heard_s : time for which there is a current.
    used_wh, charged_wh : out of the battery, and into it.
    """

    heard_s: float = 0.0
    used_wh: float = 0.0
    charged_wh: float = 0.0


Measured = Mapping[Cell, MeasuredHour]


def measured(store: TelemetryStore, robots: Iterable[str], from_s: float, to_s: float) -> Measured:
    """Return what was heard of robots in a period of whole hours.

    Raises
    ------
    StoreError : the history cannot be read.
    """
    found: dict[Cell, MeasuredHour] = {}
    for robot in robots:
        _measure(store, robot, from_s, to_s, found)
    return found


def _measure(store: TelemetryStore, robot: str, from_s: float, to_s: float, into: dict[Cell, MeasuredHour]) -> None:
    points = math.ceil((to_s - from_s) / _BUCKET_S)
    try:
        current = store.series(robot, "current_a", from_s, to_s, points)
        voltage = store.series(robot, "voltage_v", from_s, to_s, points)
    except RequestError:  # nothing is kept of this robot, or no such signal
        return
    if current.width_s != voltage.width_s or HOUR_S % current.width_s:
        return
    watts = current.mean * voltage.mean
    heard = ~np.isnan(watts)
    hours = (current.start_s[heard] // HOUR_S).astype(np.int64)
    for hour, power_w in zip(hours.tolist(), watts[heard].tolist(), strict=True):
        cell = into.setdefault((hour, robot), MeasuredHour())
        cell.heard_s += current.width_s
        cell.used_wh += max(-power_w, 0.0) * current.width_s / HOUR_S
        cell.charged_wh += max(power_w, 0.0) * current.width_s / HOUR_S
