"""How far a robot is from the way it was given."""

from __future__ import annotations

import math

from robot_fleet.core.geometry import Pose


def distance_m(start: Pose, end: Pose, pose: Pose) -> float:
    """Return the distance of a pose from the straight piece of way between two poses.

    Parameters
    ----------
    start, end : ends of the centre line, in the map frame. A way between two maps (a lift) is its two ends.
    pose : where the robot is; `inf` if on a map that the way does not touch.
    """
    if start.map_id != end.map_id:
        return min((pose.distance_m(p) for p in (start, end) if p.map_id == pose.map_id), default=math.inf)
    if pose.map_id != start.map_id:
        return math.inf
    along_x, along_y = end.x_m - start.x_m, end.y_m - start.y_m
    squared = along_x * along_x + along_y * along_y
    part = ((pose.x_m - start.x_m) * along_x + (pose.y_m - start.y_m) * along_y) / squared if squared > 0.0 else 0.0
    part = min(max(part, 0.0), 1.0)
    return math.hypot(pose.x_m - start.x_m - part * along_x, pose.y_m - start.y_m - part * along_y)


def inside(start: Pose, end: Pose, corridor_m: float, pose: Pose) -> bool:
    """Return whether a pose is within `corridor_m` of the centre line from start to end; the border is inside."""
    return distance_m(start, end, pose) <= corridor_m
