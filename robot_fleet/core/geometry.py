"""Poses and footprints in a level's map frame."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pose:
    """A pose in the frame of one map.

    Parameters
    ----------
    x_m, y_m : position in the map frame.
    yaw_rad : heading, counter-clockwise from the map's x axis.
    map_id : the map of the level that the frame belongs to.
    """

    x_m: float
    y_m: float
    yaw_rad: float = 0.0
    map_id: str = "main"

    def distance_m(self, other: Pose) -> float:
        """Return the straight distance to another pose of the same map."""
        return math.hypot(other.x_m - self.x_m, other.y_m - self.y_m)


HELD_YAW_RAD = math.pi / 2.0
"""Yaw that omnidirectional robots hold wherever they drive; at a place they take the place's own."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """A rectangle centred on the robot's pose, its length along the heading."""

    length_m: float
    width_m: float

    @property
    def radius_m(self) -> float:
        """Radius of the circle around the footprint: what a robot sweeps when it turns in place."""
        return math.hypot(self.length_m, self.width_m) / 2.0


def wrap_angle(angle_rad: float) -> float:
    """Return the angle in (-pi, pi]."""
    wrapped = math.fmod(angle_rad + math.pi, 2.0 * math.pi)
    return wrapped + math.pi if wrapped <= 0.0 else wrapped - math.pi
