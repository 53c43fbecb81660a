"""The way between two poses on the map: straight if it is clear, else around; Nav2's codes where there is none."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.sim.legs import Waypoint
from robot_fleet.site.ground.grid import GridPlanner
from robot_fleet.site.ground.maps import OccupancyMap

_CACHED_LINES = 20_000


class Ways:
    """Ways on one map; without a map the world is an open plane.

    Parameters
    ----------
    occupancy : the map in whose frame the poses are, or None.
    map_id : its id; a pose of another map lies outside.
    """

    def __init__(self, occupancy: OccupancyMap | None, map_id: str) -> None:
        self._map = occupancy
        self._map_id = map_id
        self._lines: dict[tuple[float, float, float, float, float], bool] = {}
        self._planners: dict[Footprint, GridPlanner] = {}

    def waypoints(self, start: Pose, poses: Sequence[Pose], footprint: Footprint) -> list[Waypoint]:
        """Return the way from `start` through the poses.

        Raises
        ------
        NavigationError : `nav_203` to `nav_208`, as ComputePathToPose of Nav2 answers.
        """
        way: list[Waypoint] = []
        here = start
        for pose in poses:
            points = self.between(here, pose, footprint)
            way.extend(Waypoint(point.x_m, point.y_m, pose.yaw_rad, False) for point in points[1:-1])
            way.append(Waypoint(pose.x_m, pose.y_m, pose.yaw_rad, True))
            here = pose
        return way

    def between(self, start: Pose, goal: Pose, footprint: Footprint) -> tuple[Pose, ...]:
        """Return the poses of the way, both ends included. Raises as `waypoints` does."""
        if start.map_id != self._map_id:
            raise NavigationError("nav_203", f"the start is on map {start.map_id!r}, the robot's is {self._map_id!r}")
        if goal.map_id != self._map_id:
            raise NavigationError("nav_204", f"the goal is on map {goal.map_id!r}, the robot's is {self._map_id!r}")
        if self._map is None:
            return (start, goal)
        # The map's cells are known to within one cell, so a robot may come that much nearer to a wall than it is wide.
        inscribed_m = max(min(footprint.length_m, footprint.width_m) / 2.0 - self._map.resolution_m, 0.0)
        if self._is_free_line(start, goal, inscribed_m):
            return (start, goal)
        planner = self._planners.get(footprint)
        if planner is None:
            planner = GridPlanner(self._map, footprint.radius_m, inscribed_radius_m=inscribed_m)
            self._planners[footprint] = planner
        return planner.plan(start, goal)

    def _is_free_line(self, start: Pose, goal: Pose, inscribed_m: float) -> bool:
        """Whether a disc of the inscribed radius fits all along the straight line."""
        assert self._map is not None
        key = (start.x_m, start.y_m, goal.x_m, goal.y_m, inscribed_m)
        known = self._lines.get(key)
        if known is not None:
            return known
        grid = self._map
        count = max(2, math.ceil(start.distance_m(goal) / grid.resolution_m * 2.0) + 1)
        columns = np.floor((np.linspace(start.x_m, goal.x_m, count) - grid.origin_x_m) / grid.resolution_m).astype(int)
        rows = np.floor((np.linspace(start.y_m, goal.y_m, count) - grid.origin_y_m) / grid.resolution_m).astype(int)
        height, width = grid.grid.shape
        free = bool((columns >= 0).all() and (rows >= 0).all() and (columns < width).all() and (rows < height).all())
        if free:
            clearance_m = grid.clearance_m[rows, columns]
            free = bool((clearance_m >= inscribed_m).all() and (clearance_m > 0.0).all())
        if len(self._lines) > _CACHED_LINES:
            self._lines.clear()
        self._lines[key] = free
        return free
