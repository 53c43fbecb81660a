"""Where a robot is between two words of its localisation: its newest pose, carried on by its odometry.

AMCL speaks when a robot has moved some way, odometry many times a second. As tf does it, each pose gives where the
frame of the odometry lies in the map, and every odometry after that a pose.
"""

from __future__ import annotations

import bisect
import math
from collections import deque

from robot_fleet.core.geometry import Alignment, Pose

KEPT_S = 10.0
"""How much odometry is kept, for poses that come with an older stamp."""
CARRIED_S = 0.3
"""A robot is carried on at its speed for no longer than this after its newest odometry."""
LEAST_STEP_S = 1e-3


class Motion:
    """What one robot says of where it is.

    Parameters
    ----------
    map_id : the map that its frame `map` stands for.
    """

    def __init__(self, map_id: str) -> None:
        self._map_id = map_id
        self._stamps: deque[float] = deque()
        self._moved: deque[tuple[Pose, float]] = deque()
        self._frame: Alignment | None = None  # where the odometry's frame lies in the map
        self._posed: tuple[float, Pose] | None = None

    def moved(self, stamp_s: float, pose: Pose, speed_mps: float) -> None:
        """Take in odometry; one that is older than the newest says nothing."""
        if self._stamps and stamp_s <= self._stamps[-1]:
            if stamp_s > self._stamps[-1] - KEPT_S:
                return
            self._stamps.clear()  # its clock was set back, or its odometry begins anew
            self._moved.clear()
        self._stamps.append(stamp_s)
        self._moved.append((pose, speed_mps))
        while self._stamps[-1] - self._stamps[0] > KEPT_S:
            self._stamps.popleft()
            self._moved.popleft()
        if self._frame is None and self._posed is not None:
            self.posed(*self._posed)

    def posed(self, stamp_s: float, pose: Pose) -> None:
        """Take in a pose in the map."""
        self._posed = stamp_s, pose
        if self._stamps:
            self._frame = _frame(pose, self._at(stamp_s))

    def pose(self, now_s: float) -> tuple[Pose, float] | None:
        """Return where the robot is and its speed [m/s] along its heading; None before its first pose.

        Parameters
        ----------
        now_s : by the robot's clock.
        """
        if self._posed is None:
            return None
        if self._frame is None or not self._stamps:
            return self._posed[1], 0.0
        own, speed_mps = self._moved[-1]
        ahead_m = speed_mps * min(max(now_s - self._stamps[-1], 0.0), CARRIED_S)
        carried = Pose(
            own.x_m + ahead_m * math.cos(own.yaw_rad), own.y_m + ahead_m * math.sin(own.yaw_rad), own.yaw_rad
        )
        there = self._frame.in_site(carried)
        return Pose(there.x_m, there.y_m, there.yaw_rad, self._map_id), speed_mps

    def _at(self, stamp_s: float) -> Pose:
        """Return the odometry at a time: between the two about it, or the nearest that is kept."""
        after = bisect.bisect_left(self._stamps, stamp_s)
        if after == 0:
            return self._moved[0][0]
        if after == len(self._stamps):
            return self._moved[-1][0]
        (a, _), (b, _) = self._moved[after - 1], self._moved[after]
        span_s = self._stamps[after] - self._stamps[after - 1]
        share = (stamp_s - self._stamps[after - 1]) / max(span_s, LEAST_STEP_S)
        turn_rad = math.remainder(b.yaw_rad - a.yaw_rad, 2.0 * math.pi)
        return Pose(
            a.x_m + share * (b.x_m - a.x_m), a.y_m + share * (b.y_m - a.y_m), a.yaw_rad + share * turn_rad, a.map_id
        )


def _frame(pose: Pose, own: Pose) -> Alignment:
    """Return where a frame lies in the map in which a robot has one pose, if it has another in the frame."""
    yaw_rad = pose.yaw_rad - own.yaw_rad
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    return Alignment(pose.x_m - (cos * own.x_m - sin * own.y_m), pose.y_m - (sin * own.x_m + cos * own.y_m), yaw_rad)
