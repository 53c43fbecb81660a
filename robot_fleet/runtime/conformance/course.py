"""Where a robot is driven for its checks: to and fro on one straight line of free ground that everybody can see."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from robot_fleet.core.errors import RequestError
from robot_fleet.core.geometry import Pose
from robot_fleet.runtime.conformance.recording import Point
from robot_fleet.site.ground.maps import OccupancyMap

LEAST_M = 2.0
"""Shortest line on which a robot comes to speed and can be seen to stop."""
_DIRECTIONS = 36
_STEP_M = 0.1
_NARROW_M = 1.0
"""At its beginning a line may be as narrow as where the robot stands."""
_BEYOND_M = 5.0


@dataclass(frozen=True, slots=True)
class Course:
    """A line, and goals that nobody can reach.

    Parameters
    ----------
    start, far : its ends; the yaw of both is that of the line.
    wall : a point inside of a wall; None without a map.
    outside : a point off the map; None without a map.
    """

    start: Pose
    far: Pose
    wall: Point | None = None
    outside: Point | None = None

    @property
    def length_m(self) -> float:
        """Length of the line."""
        return self.start.distance_m(self.far)

    def at(self, part: float) -> Pose:
        """Return the pose at a part of the line, 0 to 1."""
        x_m = self.start.x_m + part * (self.far.x_m - self.start.x_m)
        y_m = self.start.y_m + part * (self.far.y_m - self.start.y_m)
        return Pose(x_m, y_m, self.start.yaw_rad)

    def along_m(self, x_m: float, y_m: float) -> float:
        """Return how far along the line a point lies."""
        cos, sin = math.cos(self.start.yaw_rad), math.sin(self.start.yaw_rad)
        return (x_m - self.start.x_m) * cos + (y_m - self.start.y_m) * sin


def lay_course(
    ground: OccupancyMap | None, here: Pose, radius_m: float, clearance_m: float, goal: Point | None = None
) -> Course:
    """Return a course from where a robot stands: to a goal, or else along the longest free line.

    Parameters
    ----------
    ground : the robot's map.
    radius_m : how far from here the robot may go.
    clearance_m : free ground wanted on both sides.

    Raises
    ------
    RequestError : `request_no_room` where no line is long enough, `request_goal_missing` without map and goal.
    """
    wall = None if ground is None else wall_point(ground, here)
    outside = None if ground is None else (ground.origin_x_m + ground.width_m + _BEYOND_M, here.y_m)
    if goal is None:
        if ground is None:
            raise RequestError(
                "request_goal_missing",
                "the robot publishes no map; give --map FILE, or with --goal X,Y a point that it can drive to straight",
            )
        goal = _longest(ground, here, radius_m, clearance_m)
    away_m = math.dist(goal, (here.x_m, here.y_m))
    if away_m > radius_m + _STEP_M or away_m < LEAST_M:
        raise RequestError(
            "request_no_room",
            f"expected {LEAST_M:g} to {radius_m:g} m of free straight ground from ({here.x_m:.1f}, {here.y_m:.1f}), got"
            f" {away_m:.1f} m; move the robot, or give --radius, --clearance or --goal",
        )
    yaw_rad = math.atan2(goal[1] - here.y_m, goal[0] - here.x_m)
    return Course(Pose(here.x_m, here.y_m, yaw_rad), Pose(goal[0], goal[1], yaw_rad), wall, outside)


def _longest(ground: OccupancyMap, here: Pose, radius_m: float, clearance_m: float) -> Point:
    """Return the end of the longest free line; of lines that are as long, of the one that needs least turning."""
    at_start_m = ground.clearance_at_m(here.x_m, here.y_m)
    along = np.arange(1, math.floor(radius_m / _STEP_M + 1e-6) + 1, dtype=np.float64) * np.float64(_STEP_M)
    wanted = np.where(along <= _NARROW_M, min(clearance_m, 0.9 * at_start_m), clearance_m)
    best_m, best_yaw = 0.0, here.yaw_rad
    for number in range(_DIRECTIONS):
        turn = (number + 1) // 2 * (-1) ** number
        yaw_rad = here.yaw_rad + turn * math.tau / _DIRECTIONS
        clear = ground.clearances_m(here.x_m + along * math.cos(yaw_rad), here.y_m + along * math.sin(yaw_rad))
        free = clear >= wanted
        length_m = float(along[-1] if free.all() else along[int(free.argmin())] - _STEP_M) if len(along) else 0.0
        if length_m > best_m + _STEP_M / 2.0:
            best_m, best_yaw = length_m, yaw_rad
    return here.x_m + best_m * math.cos(best_yaw), here.y_m + best_m * math.sin(best_yaw)


def wall_point(ground: OccupancyMap, near: Pose) -> Point | None:
    """Return the nearest point whose cell and all cells around it are occupied; None where no wall is that thick."""
    solid = ground.grid >= 100
    inner = solid[1:-1, 1:-1].copy()
    for down in (-1, 0, 1):
        for right in (-1, 0, 1):
            inner &= solid[1 + down : solid.shape[0] - 1 + down, 1 + right : solid.shape[1] - 1 + right]
    rows, columns = np.nonzero(inner)
    if not len(rows):
        rows, columns = np.nonzero(solid)
        if not len(rows):
            return None
    else:
        rows, columns = rows + 1, columns + 1
    xs = ground.origin_x_m + (columns + 0.5) * ground.resolution_m
    ys = ground.origin_y_m + (rows + 0.5) * ground.resolution_m
    nearest = int(np.argmin(np.hypot(xs - near.x_m, ys - near.y_m)))
    return float(xs[nearest]), float(ys[nearest])


def is_free_path(ground: OccupancyMap, path: tuple[Point, ...]) -> bool:
    """Return whether a path touches neither wall nor the map's edge, looking every tenth of a metre."""
    for (ax, ay), (bx, by) in zip(path, path[1:], strict=False):
        count = max(2, math.ceil(math.dist((ax, ay), (bx, by)) / _STEP_M) + 1)
        part = np.arange(count, dtype=np.float64) / (count - 1)
        if (ground.clearances_m(ax + part * (bx - ax), ay + part * (by - ay)) <= 0.0).any():
            return False
    return True
