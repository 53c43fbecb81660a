"""What solids cover on the ground, as far as they stand between two heights."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from robot_fleet.site.worlds.meshes import mesh_outline
from robot_fleet.site.worlds.solids import Solid, Transform

_TOUCH_M = 1e-6  # what only touches a height is not between the two
_TILTED = 1e-9
_ROUND_CORNERS = 64


@dataclass(frozen=True, slots=True)
class Disc:
    """A round outline on the ground."""

    x_m: float
    y_m: float
    radius_m: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least x, least y, greatest x, greatest y."""
        return self.x_m - self.radius_m, self.y_m - self.radius_m, self.x_m + self.radius_m, self.y_m + self.radius_m


Outline: TypeAlias = "Disc | shapely.Geometry"


@dataclass(frozen=True, slots=True)
class Band:
    """The space between two heights above the world's origin, in metres."""

    low_m: float
    high_m: float

    def outline(self, solid: Solid) -> Outline | None:
        """Return what a solid covers on the ground between the two heights, None if nothing."""
        x_m, y_m, z_m = (float(value) for value in solid.pose[:3, 3])
        if solid.sort == "sphere":
            above_m = max(self.low_m - z_m, z_m - self.high_m, 0.0)
            radius_m = solid.numbers[0]
            return Disc(x_m, y_m, math.sqrt(radius_m**2 - above_m**2)) if above_m < radius_m else None
        if solid.sort == "cylinder" and abs(abs(solid.pose[2, 2]) - 1.0) < _TILTED:
            radius_m, length_m = solid.numbers
            return Disc(x_m, y_m, radius_m) if self._reaches(z_m - length_m / 2, z_m + length_m / 2) else None
        if solid.sort == "polyline":
            return self._polyline(solid)
        if solid.sort == "mesh":
            corners = _placed(solid.points.reshape(-1, 3), solid.pose)
            return mesh_outline(corners.reshape(-1, 3, 3), self.low_m, self.high_m)
        return self._sliced(*(_box(solid) if solid.sort == "box" else _prism(solid)))

    def _reaches(self, bottom_m: float, top_m: float) -> bool:
        return bottom_m < self.high_m - _TOUCH_M and top_m > self.low_m + _TOUCH_M

    def _sliced(self, corners: NDArray[np.float64], edges: list[tuple[int, int]]) -> shapely.Geometry | None:
        """Return the outline of the slice of a convex body between the two heights.

        The slice of a convex body is the hull of its corners between the heights and of its edges' ends on them.
        """
        if not self._reaches(float(corners[:, 2].min()), float(corners[:, 2].max())):
            return None
        points = [corner[:2] for corner in corners if self.low_m <= corner[2] <= self.high_m]
        for a, b in edges:
            for height_m in (self.low_m, self.high_m):
                low, high = sorted((corners[a], corners[b]), key=lambda corner: float(corner[2]))
                if low[2] < height_m < high[2]:
                    points.append((low + (high - low) * ((height_m - low[2]) / (high[2] - low[2])))[:2])
        return shapely.convex_hull(shapely.multipoints(np.array(points)))

    def _polyline(self, solid: Solid) -> shapely.Geometry | None:
        """Return the outline of an extruded polygon; tilted ones count as their shadow."""
        (height_m,) = solid.numbers
        count = len(solid.points)
        foot = _placed(np.column_stack((solid.points, np.zeros(count))), solid.pose)
        top = _placed(np.column_stack((solid.points, np.full(count, height_m))), solid.pose)
        levels = np.concatenate((foot[:, 2], top[:, 2]))
        if not self._reaches(float(levels.min()), float(levels.max())):
            return None
        if abs(abs(solid.pose[2, 2]) - 1.0) < _TILTED:
            return shapely.make_valid(shapely.polygons(foot[:, :2]))
        return shapely.convex_hull(shapely.multipoints(np.concatenate((foot[:, :2], top[:, :2]))))


def _box(solid: Solid) -> tuple[NDArray[np.float64], list[tuple[int, int]]]:
    """Return the corners of a box in the world, shape (8, 3), and its edges."""
    signs = list(itertools.product((-0.5, 0.5), repeat=3))
    corners = _placed(np.array(signs) * np.array(solid.numbers), solid.pose)
    edges = [
        (a, b)
        for a, b in itertools.combinations(range(8), 2)
        if sum(p != q for p, q in zip(signs[a], signs[b], strict=True)) == 1
    ]
    return corners, edges


def _prism(solid: Solid) -> tuple[NDArray[np.float64], list[tuple[int, int]]]:
    """Return the corners and edges of a prism around a tilted cylinder."""
    radius_m, length_m = solid.numbers
    angles = np.arange(_ROUND_CORNERS) * (2.0 * math.pi / _ROUND_CORNERS)
    ring = radius_m / math.cos(math.pi / _ROUND_CORNERS) * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    ends = [np.column_stack((ring, np.full(_ROUND_CORNERS, side * length_m / 2))) for side in (-1.0, 1.0)]
    edges = []
    for number in range(_ROUND_CORNERS):
        following = (number + 1) % _ROUND_CORNERS
        edges += [
            (number, following),
            (number + _ROUND_CORNERS, following + _ROUND_CORNERS),
            (number, number + _ROUND_CORNERS),
        ]
    return _placed(np.concatenate(ends), solid.pose), edges


def _placed(points: NDArray[np.float64], pose: Transform) -> NDArray[np.float64]:
    return points @ pose[:3, :3].T + pose[:3, 3]
