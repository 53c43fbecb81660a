"""What a plane lidar sees: the walls of a map, and points of what stands around besides.

Walls by sphere tracing (Hart 1996): at each point of a ray the map's distance field says how far it may be followed
without meeting anything.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.geometry import Pose
from robot_fleet.site.ground.maps import OccupancyMap

Floats = NDArray[np.float64]

POINT_RADIUS_M = 0.05
"""How far around a point of the obstacles nobody may be: half a cell of a usual costmap's layer, rounded up."""
_MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Lidar:
    """A scanner that turns around once.

    Parameters
    ----------
    rays : evenly spread over a full turn, the first one astern, counter-clockwise.
    range_min_m, range_max_m : between which it measures.
    """

    rays: int = 360
    range_min_m: float = 0.05
    range_max_m: float = 12.0

    @property
    def angles_rad(self) -> Floats:
        """Directions of the rays, relative to the robot's heading."""
        return np.linspace(-math.pi, math.pi, self.rays, endpoint=False)

    def scan(self, ground: OccupancyMap, pose: Pose, points: Floats) -> Floats:
        """Return how far each ray goes, `inf` where it meets nothing within the range.

        Parameters
        ----------
        ground : the map.
        pose : where the scanner is, map frame.
        points : (n, 2) points of other obstacles, map frame.
        """
        angles = self.angles_rad + pose.yaw_rad
        found = np.minimum(self._walls(ground, pose, angles), self._points(pose, angles, points))
        return np.where((found < self.range_min_m) | (found > self.range_max_m), np.inf, found)

    def _walls(self, ground: OccupancyMap, pose: Pose, angles: Floats) -> Floats:
        cos, sin = np.cos(angles), np.sin(angles)
        far = np.zeros(self.rays)
        live = np.ones(self.rays, dtype=bool)
        least_m = ground.resolution_m / 2.0
        for _ in range(_MOST_STEPS):
            clear = ground.clearances_m(pose.x_m + far * cos, pose.y_m + far * sin).astype(np.float64)
            live &= (clear > 0.0) & (far <= self.range_max_m)
            if not live.any():
                break
            # distances are those of cells' centres, so that of a point may be shorter by half a diagonal
            far[live] += np.maximum(clear[live] - ground.resolution_m * 0.75, least_m)
        return far

    def _points(self, pose: Pose, angles: Floats, points: Floats) -> Floats:
        nearest = np.full(self.rays, np.inf)
        if not len(points):
            return nearest
        dx, dy = points[:, 0] - pose.x_m, points[:, 1] - pose.y_m
        away = np.hypot(dx, dy)
        seen = (away > POINT_RADIUS_M) & (away <= self.range_max_m)
        if not seen.any():
            return nearest
        bearing, away = np.arctan2(dy[seen], dx[seen]), away[seen]
        off = np.abs(np.remainder(bearing[None, :] - angles[:, None] + math.pi, 2.0 * math.pi) - math.pi)
        hit = off <= np.arcsin(POINT_RADIUS_M / away)[None, :]
        distances: Floats = np.where(hit, away[None, :] - POINT_RADIUS_M, np.inf)
        return np.asarray(distances.min(axis=1), dtype=np.float64)
