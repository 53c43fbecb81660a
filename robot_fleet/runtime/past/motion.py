"""Where robots were and how full their batteries, out of the history of telemetry; what is not in it is not told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.errors import RequestError
from robot_fleet.stores.history.store import TelemetryStore
from robot_fleet.telemetry.trajectory import Piece

LOOK_BACK_S = 3_600.0
"""So long before a period it is looked for where a robot was seen last."""
_BATTERY_EVERY_S = 20.0


def motion(store: TelemetryStore, robots: Sequence[str], from_s: float, to_s: float) -> dict[str, Any]:
    """Return by robot its `way` and `battery` in a period; a robot that nothing is known of is missing.

    A way is a list of pieces, each `[t_s, x_m, y_m, yaw_rad, t_s, ...]` without a gap; between two vertices straight,
    even motion is meant. The last piece from before the period, of LOOK_BACK_S at most, is there with its end. The
    battery is `[t_s, soc_pct, t_s, ...]`.

    Raises
    ------
    StoreError : as the store's methods.
    """
    told = {}
    for robot in robots:
        try:
            trajectory = store.trajectory(robot, max(from_s - LOOK_BACK_S, 0.0), to_s)
        except RequestError:  # nothing is kept of it
            continue
        before = [piece for piece in trajectory if piece.at_s[-1] < from_s][-1:]
        way = [piece.part(len(piece) - 1, len(piece)) for piece in before]
        way += [_since(piece, from_s) for piece in trajectory if piece.at_s[-1] >= from_s]
        told[robot] = {"way": [_flat(piece) for piece in way], "battery": _battery(store, robot, from_s, to_s)}
    return told


def coverage(store: TelemetryStore, robots: Sequence[str], edges_s: NDArray[np.float64]) -> list[float]:
    """Return which part of the robots' time is known in each span between two edges: 0 to 1.

    Parameters
    ----------
    edges_s : fleet times, rising, shape (spans + 1,).

    Raises
    ------
    StoreError : as the store's methods.
    """
    known_s = np.zeros(len(edges_s))
    for robot in robots:
        try:
            trajectory = store.trajectory(robot, float(edges_s[0]), float(edges_s[-1]))
        except RequestError:
            continue
        for piece in trajectory:
            known_s += np.clip(edges_s, piece.at_s[0], piece.at_s[-1]) - piece.at_s[0]
    shares = np.diff(known_s) / np.diff(edges_s) / max(len(robots), 1)
    return [round(share, 3) for share in shares.tolist()]


def _since(piece: Piece, from_s: float) -> Piece:
    """Return a piece without what lies before the vertex that leads into a period."""
    first = int(np.searchsorted(piece.at_s, from_s, side="right")) - 1
    return piece.part(max(first, 0), len(piece))


def _flat(piece: Piece) -> list[float]:
    columns = (piece.at_s.round(1), piece.x_m.round(2), piece.y_m.round(2), piece.yaw_rad.round(2))
    flat: list[float] = np.stack(columns, axis=1).ravel().tolist()
    return flat


def _battery(store: TelemetryStore, robot: str, from_s: float, to_s: float) -> list[float]:
    try:
        points = max(round((to_s - from_s) / _BATTERY_EVERY_S), 1)
        series = store.series(robot, "soc_pct", max(from_s - _BATTERY_EVERY_S, 0.0), to_s, points)
    except RequestError:
        return []
    heard = series.count > 0
    columns = (series.start_s[heard].astype(np.float64), series.last[heard].round(1))
    flat: list[float] = np.stack(columns, axis=1).ravel().tolist()
    return flat
