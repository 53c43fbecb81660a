"""A drive as legs: straight or gently bending runs driven without a stop, and turns on the spot between them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from robot_fleet.core.geometry import wrap_angle

BEND_RAD = math.radians(10.0)
"""A vertex that bends the way by less than this is passed without stopping."""
_SAME_YAW_RAD = 1e-4
_SAME_POINT_M = 1e-4

Point = tuple[float, float]


class Waypoint:
    """A point of the way; `mark` says that it is one of the goal's poses, `yaw_rad` is what that pose asks for."""

    __slots__ = ("mark", "x_m", "y_m", "yaw_rad")

    def __init__(self, x_m: float, y_m: float, yaw_rad: float, mark: bool) -> None:
        self.x_m = x_m
        self.y_m = y_m
        self.yaw_rad = yaw_rad
        self.mark = mark


class Turn:
    """A turn on the spot to a yaw; `marks` counts the goal's poses that are reached when it ends."""

    __slots__ = ("marks", "yaw_rad")

    def __init__(self, yaw_rad: float, marks: int = 0) -> None:
        self.yaw_rad = yaw_rad
        self.marks = marks


class Run:
    """A polyline driven in one go, parametrised by arc length.

    Parameters
    ----------
    points : at least two, map frame, metres.
    yaw_rad : yaw held all the way, or None to face along the line.
    marks : arc lengths at which a pose of the goal is reached, ascending.
    """

    __slots__ = ("at_m", "headings", "length_m", "marks", "points", "units", "yaw_rad")

    def __init__(self, points: Sequence[Point], yaw_rad: float | None, marks: Sequence[float]) -> None:
        self.points = tuple(points)
        self.yaw_rad = yaw_rad
        self.marks = tuple(marks)
        at_m = [0.0]
        units: list[Point] = []
        headings: list[float] = []
        for (ax, ay), (bx, by) in zip(self.points, self.points[1:], strict=False):
            length = math.hypot(bx - ax, by - ay)
            at_m.append(at_m[-1] + length)
            units.append(((bx - ax) / length, (by - ay) / length))
            headings.append(math.atan2(by - ay, bx - ax))
        self.at_m = tuple(at_m)
        self.units = tuple(units)
        self.headings = tuple(headings)
        self.length_m = at_m[-1]


Leg = Turn | Run


class _Builder:
    """Collects legs from segment after segment."""

    __slots__ = ("legs", "marks", "points", "run_m", "run_yaw", "yaw")

    def __init__(self, start: Point, yaw_rad: float) -> None:
        self.legs: list[Leg] = []
        self.yaw = yaw_rad
        self.points: list[Point] = [start]
        self.marks: list[float] = []
        self.run_m = 0.0
        self.run_yaw: float | None = None

    def close(self) -> None:
        """End the run under way; marks passed before any motion are reached by a turn of no angle."""
        if len(self.points) > 1:
            self.legs.append(Run(self.points, self.run_yaw, self.marks))
        elif self.marks:
            self.legs.append(Turn(self.yaw, len(self.marks)))
        self.points = [self.points[-1]]
        self.marks = []
        self.run_m = 0.0

    def turn(self, yaw_rad: float) -> None:
        """Stop and turn, if the yaw is another one."""
        if abs(wrap_angle(yaw_rad - self.yaw)) > _SAME_YAW_RAD:
            self.close()
            self.legs.append(Turn(yaw_rad))
            self.yaw = yaw_rad


def build_legs(
    start: Point, yaw_rad: float, way: Sequence[Waypoint], *, omnidirectional: bool, keep_yaw: bool
) -> tuple[Leg, ...]:
    """Return the legs from a standing or moving robot at `start` through the way's points.

    A robot that is not omnidirectional faces along each segment and takes on the last point's yaw at the end. An
    omnidirectional one holds each point's yaw on the way to it (`keep_yaw`), or keeps its own until the end.
    """
    builder = _Builder(start, yaw_rad)
    heading: float | None = None
    for point in way:
        last_x, last_y = builder.points[-1]
        length = math.hypot(point.x_m - last_x, point.y_m - last_y)
        if length > _SAME_POINT_M:
            direction = math.atan2(point.y_m - last_y, point.x_m - last_x)
            bends = heading is not None and abs(wrap_angle(direction - heading)) >= BEND_RAD
            if bends:
                builder.close()
            if omnidirectional:
                if keep_yaw:
                    builder.turn(point.yaw_rad)
                builder.run_yaw = builder.yaw
            else:
                if abs(wrap_angle(direction - builder.yaw)) >= BEND_RAD:
                    builder.turn(direction)
                builder.run_yaw = None
                builder.yaw = direction
            builder.points.append((point.x_m, point.y_m))
            builder.run_m += length
            heading = direction
        if point.mark:
            builder.marks.append(builder.run_m)
    if way:
        builder.turn(way[-1].yaw_rad)
    builder.close()
    return tuple(builder.legs)


def first_heading(legs: Sequence[Leg]) -> float | None:
    """Return the direction in which the legs begin to move, None when they begin with a turn or are empty."""
    if legs and isinstance(legs[0], Run):
        return legs[0].headings[0]
    return None
