"""Obstacles that a robot is told of as points: it stops before them, and does not turn into them.

A robot that cannot see the others of its fleet, because they are simulated, is told of them in this way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from robot_fleet.sim.hazards import Hazards
from robot_fleet.sim.lidar import POINT_RADIUS_M
from robot_fleet.sim.robot import SimRobot
from robot_fleet.sim.scanner import GAP_M, SIDE_M, Scanners

Floats = NDArray[np.float64]

NONE: Floats = np.zeros((0, 2))


class PointScanners(Scanners):
    """The scanners of a world's robots, which see points as well as one another."""

    def __init__(self, robots: Sequence[SimRobot], hazards: Hazards) -> None:
        super().__init__(robots, hazards)
        self._points = NONE
        self._bodies = tuple(robots)

    @property
    def points(self) -> Floats:
        """The points, (n, 2), map frame."""
        return self._points

    def see(self, points: Floats) -> None:
        """Let there be obstacles at these points and nowhere else; (n, 2), map frame."""
        self._points = points
        for robot in self._bodies:
            robot.look_s = -math.inf  # at once, and not when it would have looked around again

    def way_m(self, robot: SimRobot, now_s: float, ux: float, uy: float) -> float:
        """Return how far the robot can go along a unit vector with the gap kept; `inf` if nothing is near."""
        clear_m = super().way_m(robot, now_s, ux, uy)
        if not len(self._points):
            return clear_m
        robot.look_s = -math.inf
        own = robot.box()
        dx, dy = self._points[:, 0] - own.x_m, self._points[:, 1] - own.y_m
        facing, aside = abs(own.cos * ux + own.sin * uy), abs(own.cos * uy - own.sin * ux)
        reach_m = own.half_length_m * facing + own.half_width_m * aside + POINT_RADIUS_M
        beside_m = own.half_length_m * aside + own.half_width_m * facing + POINT_RADIUS_M + SIDE_M
        along, across = dx * ux + dy * uy, np.abs(dy * ux - dx * uy)
        ahead = along[(across < beside_m) & (along > 0.0)]
        return min(clear_m, float(ahead.min()) - reach_m - GAP_M) if len(ahead) else clear_m

    def may_turn(self, robot: SimRobot, now_s: float, yaw_rad: float) -> bool:
        """Return whether the footprint turned to `yaw_rad` touches nobody; who touches already may turn free."""
        free = super().may_turn(robot, now_s, yaw_rad)
        if not len(self._points):
            return free
        robot.look_s = -math.inf
        own = robot.box()
        half = own.half_length_m + POINT_RADIUS_M + SIDE_M, own.half_width_m + POINT_RADIUS_M + SIDE_M
        turned = self._covered(own.x_m, own.y_m, math.cos(yaw_rad), math.sin(yaw_rad), half)
        here = self._covered(own.x_m, own.y_m, own.cos, own.sin, half)
        return free and not bool((turned & ~here).any())

    def _covered(
        self, x_m: float, y_m: float, cos: float, sin: float, half_m: tuple[float, float]
    ) -> NDArray[np.bool_]:
        """Return which points lie in a rectangle."""
        dx, dy = self._points[:, 0] - x_m, self._points[:, 1] - y_m
        inside: NDArray[np.bool_] = (np.abs(dx * cos + dy * sin) < half_m[0]) & (
            np.abs(dy * cos - dx * sin) < half_m[1]
        )
        return inside
