"""What a robot's body is doing, and the navigation goal that it is doing it for."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState

NO_PROGRESS = "105"
"""Nav2's FollowPath FAILED_TO_MAKE_PROGRESS: what a driver stack says of a robot that cannot move at all."""
PATIENCE_S = 10.0
"""After so long before something that is no robot it says so: the default `movement_time_allowance` of Nav2's progress
checker. Behind a robot it waits as long as it takes, as the right of way has it."""


class Mode(IntEnum):
    """What the robot's body is doing."""

    STANDING = 0
    DRIVING = 1
    DOCKING = 2
    DOCKED = 3
    UNDOCKING = 4
    DEAD = 5


class Goal:
    """A navigation goal and where it stands."""

    __slots__ = ("code", "kind", "place", "poses", "poses_left", "reached", "sentence", "state")

    def __init__(self, kind: str, place: str = "", poses: Sequence[Pose] = ()) -> None:
        self.kind = kind
        self.place = place
        self.poses = tuple(poses)
        self.poses_left = len(self.poses)
        self.reached = 0
        self.state = GoalState.RUNNING
        self.code = ""
        self.sentence = ""
