"""What a robot with a body elsewhere is told of those that its own sensors cannot see: points on their footprints."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.geometry import Alignment, Footprint, Pose

WITHIN_M = 12.0
"""Robots farther away than this are left out: no local costmap reaches so far."""
GRID_M = 0.1
"""Largest distance between two points; a costmap's cell is usually half of that, and is inflated."""
HEIGHT_M = 0.3
"""Height of the points above the floor: within what an obstacle layer takes by its default parameters."""


def obstacle_points(own: Pose, others: Iterable[tuple[Pose, Footprint]], alignment: Alignment) -> NDArray[np.float32]:
    """Return the points of other robots' footprints, filled, in the map that a robot drives by.

    Parameters
    ----------
    own : where the robot is, in the site's map.
    others : where the others are, in the site's map, each with the footprint that it has with its load.
    alignment : of the robot's own map.

    Returns
    -------
    array of shape (N, 3): x, y, z [m].
    """
    clouds = [
        _footprint_points(alignment.in_own(pose), footprint)
        for pose, footprint in others
        if pose.map_id == own.map_id and pose.distance_m(own) < WITHIN_M
    ]
    return np.concatenate(clouds) if clouds else np.empty((0, 3), np.float32)


def _footprint_points(pose: Pose, footprint: Footprint) -> NDArray[np.float32]:
    along, across = (_ticks(side_m) for side_m in (footprint.length_m, footprint.width_m))
    u, v = (each.ravel() for each in np.meshgrid(along, across))
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    x, y = pose.x_m + cos * u - sin * v, pose.y_m + sin * u + cos * v
    return np.column_stack((x, y, np.full_like(x, HEIGHT_M))).astype(np.float32)


def _ticks(side_m: float) -> NDArray[np.float64]:
    """Return places along a side, both ends included."""
    return np.linspace(-side_m / 2.0, side_m / 2.0, math.ceil(side_m / GRID_M) + 1)
