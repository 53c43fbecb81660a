"""Both clocks of a node: fleet time, which may be simulated, and steady time, which never is."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from rclpy.node import Node

from robot_fleet.core.clock import Now


class FleetClock:
    """Fleet time from ROS time when simulated, else the time since a midnight that all of the fleet agree on.

    Fleet time never runs backwards: a clock that jumps back stands still until it has caught up.

    Parameters
    ----------
    node : its clock is ROS time; simulated, it follows `/clock`.
    midnight : the instant at which fleet time is 0; None when fleet time is ROS time.
    ahead_s : returns by how much it runs ahead of that, None for not at all; see `robot_fleet.runtime.chaos`.
    """

    def __init__(self, node: Node, midnight: datetime | None, ahead_s: Callable[[], float] | None = None) -> None:
        self._ros = node.get_clock()
        self._ahead_s = ahead_s
        self._midnight_s = None if midnight is None else midnight.timestamp()
        self._last_s = self._floor_s = 0.0

    def now(self) -> Now:
        """Return the present instant."""
        fleet_s = self._ros_s() if self._midnight_s is None else time.time() - self._midnight_s
        if self._ahead_s is not None and fleet_s > 0.0:
            fleet_s += self._ahead_s()
        self._last_s = max(self._last_s, fleet_s)
        return Now(max(self._last_s, self._floor_s), time.monotonic())

    def fleet_s_of(self, stamp_s: float) -> float:
        """Return the fleet time of a stamp that a robot's own programs made: ROS time, so wall time in the field."""
        return stamp_s if self._midnight_s is None else stamp_s - self._midnight_s

    def not_before(self, fleet_s: float) -> None:
        """Let no earlier time be told: what was written down at it by an earlier process has happened."""
        self._floor_s = fleet_s

    @property
    def started(self) -> bool:
        """Whether there is a time already (a simulated clock begins with its first message)."""
        return self._midnight_s is not None or self._last_s > 0.0 or self._ros_s() > 0.0

    def _ros_s(self) -> float:
        return float(self._ros.now().nanoseconds / 1e9)
