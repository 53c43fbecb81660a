"""The ground that a robot covers: standing at a pose, turning on a point, driving a straight lane."""

from __future__ import annotations

import math

import numpy as np
import shapely
from shapely import Polygon

from robot_fleet.core.geometry import Footprint, Pose, wrap_angle
from robot_fleet.core.site import Lane, RobotKind, Vertex

# Smaller changes of heading are steered, not turned on the spot.
TURN_RAD = 0.05


def standing(footprint: Footprint, pose: Pose) -> Polygon:
    """Return the rectangle that a footprint covers at a pose, in the map frame."""
    ahead, aside = footprint.length_m / 2.0, footprint.width_m / 2.0
    cos, sin = math.cos(pose.yaw_rad), math.sin(pose.yaw_rad)
    corners = ((ahead, aside), (-ahead, aside), (-ahead, -aside), (ahead, -aside))
    return Polygon([(pose.x_m + x * cos - y * sin, pose.y_m + x * sin + y * cos) for x, y in corners])


def turning(footprint: Footprint, pose: Pose) -> Polygon:
    """Return the circle that a footprint stays within while it turns on the spot."""
    circle: Polygon = shapely.Point(pose.x_m, pose.y_m).buffer(footprint.radius_m)
    return circle


def driving(footprint: Footprint, kind: RobotKind, start: Vertex, end: Vertex) -> Polygon:
    """Return the ground swept along a lane: heading along it, or with the yaw of its end if omnidirectional."""
    yaw_rad = end.pose.yaw_rad if kind.omnidirectional else heading_rad(start, end)
    first = standing(footprint, Pose(start.pose.x_m, start.pose.y_m, yaw_rad))
    last = standing(footprint, Pose(end.pose.x_m, end.pose.y_m, yaw_rad))
    hull: Polygon = shapely.union(first, last).convex_hull
    return hull


def heading_rad(start: Vertex, end: Vertex) -> float:
    """Return the heading of the straight line from one vertex to another."""
    return math.atan2(end.pose.y_m - start.pose.y_m, end.pose.x_m - start.pose.x_m)


def turns_at(vertex: Vertex, kind: RobotKind, into: list[Lane], out: list[Lane], vertices: dict[str, Vertex]) -> bool:
    """Return whether a robot of a kind may have to turn on the spot at a vertex.

    `into` and `out` are the lanes of the kind that end and start there. At a place a robot takes on the place's yaw.
    An omnidirectional robot turns where the yaws of neighbouring vertices differ.
    """
    if kind.omnidirectional:
        yaws = [vertices[lane.start].pose.yaw_rad for lane in into] + [vertices[lane.end].pose.yaw_rad for lane in out]
        return any(abs(wrap_angle(yaw_rad - vertex.pose.yaw_rad)) > TURN_RAD for yaw_rad in yaws)
    arriving = np.array([heading_rad(vertices[lane.start], vertex) for lane in into])
    leaving = np.array([heading_rad(vertex, vertices[lane.end]) for lane in out])
    if vertex.place:
        yaws = [*arriving, *leaving]
        return any(abs(wrap_angle(yaw_rad - vertex.pose.yaw_rad)) > TURN_RAD for yaw_rad in yaws)
    return any(abs(wrap_angle(float(to - fro))) > TURN_RAD for fro in arriving for to in leaving)
