"""A map as outlines for a picture: its cells put together to rectangles, few enough for a small file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_fleet.site.ground.maps import FREE, OCCUPIED, OccupancyMap

Mask = NDArray[np.bool_]
_LONGEST = 60_000
"""Characters of a path; a map with more corners is drawn more coarsely."""


@dataclass(frozen=True, slots=True)
class Walls:
    """A map's walls, and the ground that is not known, as paths of SVG in metres of the map (y upwards).

    Parameters
    ----------
    x_m, y_m, width_m, height_m : the ground that the map covers.
    """

    blocked: str
    unknown: str
    x_m: float
    y_m: float
    width_m: float
    height_m: float


def walls(occupancy: OccupancyMap) -> Walls:
    """Return a map's walls."""
    grid = occupancy.grid
    origin = (occupancy.origin_x_m, occupancy.origin_y_m)
    place = (*origin, occupancy.width_m, occupancy.height_m)
    return Walls(
        _path(grid >= OCCUPIED, occupancy.resolution_m, origin),
        _path(grid < FREE, occupancy.resolution_m, origin),
        *place,
    )


def _path(mask: Mask, cell_m: float, origin: tuple[float, float]) -> str:
    while True:
        text = "".join(
            f"M{_m(origin[0] + left * cell_m)} {_m(origin[1] + low * cell_m)}"
            f"h{_m((right - left) * cell_m)}v{_m((high - low) * cell_m)}H{_m(origin[0] + left * cell_m)}z"
            for left, right, low, high in rectangles(mask)
        )
        if len(text) <= _LONGEST or min(mask.shape) < 2:
            return text
        mask = _halved(mask)
        cell_m *= 2.0


def rectangles(mask: Mask) -> list[tuple[int, int, int, int]]:
    """Return rectangles of cells that cover a mask without overlapping: first and end column, first and end row."""
    found = []
    open_since: dict[tuple[int, int], int] = {}
    for row in range(mask.shape[0] + 1):
        runs: list[tuple[int, int]] = []
        if row < mask.shape[0]:
            edges = np.diff(np.concatenate(([False], mask[row], [False])).astype(np.int8))
            runs = list(zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True))
        for run in open_since.keys() - set(runs):
            found.append((*run, open_since.pop(run), row))
        for run in runs:
            open_since.setdefault(run, row)
    return sorted(found, key=lambda each: (each[2], each[0]))


def _halved(mask: Mask) -> Mask:
    """Return a mask of cells twice as large, set where any of the four was."""
    high, wide = mask.shape
    padded = np.pad(mask, ((0, high % 2), (0, wide % 2)))
    return np.asarray(padded.reshape((high + 1) // 2, 2, (wide + 1) // 2, 2).any(axis=(1, 3)))


def _m(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
