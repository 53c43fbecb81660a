"""Whether a robot is where its order allows it to be. Pure geometry in the map frame."""

from __future__ import annotations

import math
from collections.abc import Sequence

from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Step

JOINT_M = 0.75
"""How far around the start of a lane a robot may be whatever the lane's corridor. Nav2 counts a pose of
NavigateThroughPoses as passed within 0.7 m of it (`RemovePassedGoals`), so a robot turns off from there."""


def distance_to_segment_m(point: Pose, start: Pose, end: Pose) -> float:
    """Return the distance of `point` from the straight piece between `start` and `end`, its ends included."""
    along_x, along_y = end.x_m - start.x_m, end.y_m - start.y_m
    from_x, from_y = point.x_m - start.x_m, point.y_m - start.y_m
    squared = along_x * along_x + along_y * along_y
    share = 0.0 if squared <= 0.0 else min(1.0, max(0.0, (from_x * along_x + from_y * along_y) / squared))
    return math.hypot(from_x - share * along_x, from_y - share * along_y)


def strayed(pose: Pose, origin: Pose, steps: Sequence[Step]) -> bool:
    """Return whether a robot is outside everything that its running drive entitles it to.

    It may be in the corridor of the lane it drives, around that lane's start (see JOINT_M), and in the corridors of the
    lanes of the same goal that come after it: they are released to it too, and word of a passed pose may come late.

    Parameters
    ----------
    pose : where the robot is.
    origin : where the current lane begins.
    steps : the drive steps of the goal that are not passed yet, the current one first; at least one.

    Returns
    -------
    bool : False as well where the current lane has no corridor (`corridor_m` 0). A robot on another map has strayed.
    """
    current = steps[0]
    if current.corridor_m <= 0.0:
        return False
    if pose.map_id != current.target.map_id:
        return True
    if distance_to_segment_m(pose, origin, current.target) <= current.corridor_m:
        return False
    if pose.distance_m(origin) <= JOINT_M:
        return False
    start = current.target
    for step in steps[1:]:
        if step.corridor_m > 0.0 and distance_to_segment_m(pose, start, step.target) <= step.corridor_m:
            return False
        start = step.target
    return True


def lanes_behind(pose: Pose, origin: Pose, steps: Sequence[Step]) -> int:
    """Return how many of a goal's lanes a robot has left behind that drove on while nobody looked.

    A goal outlives the agent that sent it. Who then drove to the first target again would drive back, across country.

    Parameters
    ----------
    pose, origin, steps : see `strayed`.

    Returns
    -------
    int : 0 where the robot may still be on its current lane, or is on none of the goal's.
    """
    if steps[0].corridor_m <= 0.0 or pose.distance_m(origin) <= JOINT_M:
        return 0
    start = origin
    for behind, step in enumerate(steps):
        if step.target.map_id == pose.map_id and distance_to_segment_m(pose, start, step.target) <= step.corridor_m:
            return behind
        start = step.target
    return 0
