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


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a robot's own map lies in the site's: a turn about its origin, then a shift (SE(2)).

    Parameters
    ----------
    x_m, y_m : the own map's origin in the site's map.
    yaw_rad : how far the own map's x axis is turned, counter-clockwise.
    """

    x_m: float = 0.0
    y_m: float = 0.0
    yaw_rad: float = 0.0

    def in_site(self, own: Pose) -> Pose:
        """Return a pose of the own map as one of the site's."""
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        x_m, y_m = self.x_m + cos * own.x_m - sin * own.y_m, self.y_m + sin * own.x_m + cos * own.y_m
        return Pose(x_m, y_m, wrap_angle(own.yaw_rad + self.yaw_rad), own.map_id)

    def in_own(self, pose: Pose) -> Pose:
        """Return a pose of the site's map as one of the own."""
        cos, sin = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        dx_m, dy_m = pose.x_m - self.x_m, pose.y_m - self.y_m
        return Pose(
            cos * dx_m + sin * dy_m, cos * dy_m - sin * dx_m, wrap_angle(pose.yaw_rad - self.yaw_rad), pose.map_id
        )


ALIGNED = Alignment()
"""Of a robot that drives by the site's map itself."""

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
