"""Which paths an embedded robot's controller follows, with the codes of Nav2's controller server for the others."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import Pose
from robot_fleet.ros.convert import from_pose_stamped
from robot_fleet.sim.world import SimWorld

_NAMES = {
    "controller_id": "FollowPath",
    "goal_checker_id": "general_goal_checker",
    "progress_checker_id": "progress_checker",
}
"""What they are called in Nav2's own parameters; without a name the only one there is meant."""


def poses_to_follow(request: Any, world: SimWorld, robot_id: str) -> list[Pose]:
    """Return the poses of a FollowPath goal, which a controller follows as they are: it does not plan.

    Raises
    ------
    NavigationError : `nav_101` (no such controller or checker), `nav_102` (another frame), `nav_103` (no poses),
        `nav_106` (it leads through something).
    """
    for key, known in _NAMES.items():
        if getattr(request, key) not in ("", known):
            raise NavigationError("nav_101", f"expected {known}, got {getattr(request, key)!r}", key)
    robot = world.robots[robot_id]
    try:
        poses = [from_pose_stamped(message, robot.map_id) for message in request.path.poses]
    except NavigationError as error:
        raise NavigationError("nav_102", error.message) from error
    if not poses:
        raise NavigationError("nav_103", "the path is empty")
    if not all(_is_straight(world, robot_id, *ends) for ends in pairwise([robot.pose, *poses])):
        raise NavigationError("nav_106", "the path leads through something")
    return poses


def _is_straight(world: SimWorld, robot_id: str, begin: Pose, end: Pose) -> bool:
    try:
        return len(world.compute_path(robot_id, begin, end)) <= 2
    except NavigationError:
        return False
