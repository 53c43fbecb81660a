"""A navigator whose robot may be wrong about where it is."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalStatus, Navigator, Sensed


@dataclass(frozen=True, slots=True)
class Astray:
    """How far beside itself a robot believes to stand, and how unsure it is of that: not at all, if it is misled."""

    dx_m: float = 0.0
    dy_m: float = 0.0
    sigma_m: float = 0.0

    @classmethod
    def by(cls, away_m: float, size: float) -> Astray:
        """Return a place so far away, in a direction that follows from `size` (0 to 1); the larger half is unsure."""
        angle = 4.0 * math.pi * size
        return cls(away_m * math.cos(angle), away_m * math.sin(angle), away_m if size >= 0.5 else 0.0)


FOUND = Astray()


class MisledNavigator:
    """Implements `Navigator` on another one.

    Parameters
    ----------
    inner : the navigator that works.
    astray : returns where the robot believes to stand now.
    """

    def __init__(self, inner: Navigator, astray: Callable[[], Astray]) -> None:
        self._inner = inner
        self._astray = astray

    def sensed(self) -> Sensed | None:
        """Return what the robot measures, and where it believes to be."""
        sensed, astray = self._inner.sensed(), self._astray()
        if sensed is None or astray == FOUND:
            return sensed
        pose = replace(sensed.pose, x_m=sensed.pose.x_m + astray.dx_m, y_m=sensed.pose.y_m + astray.dy_m)
        return replace(sensed, pose=pose, sigma_m=max(sensed.sigma_m, astray.sigma_m))

    def ready(self) -> bool:
        """Return whether the robot's servers can take goals."""
        return self._inner.ready()

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        """Start driving through the poses."""
        self._inner.drive(poses, speed_mps, keep_yaw)

    def dock(self, place: str, pose: Pose) -> None:
        """Start docking at a charger."""
        self._inner.dock(place, pose)

    def undock(self) -> None:
        """Start leaving the charger."""
        self._inner.undock()

    def change_level(self, pose: Pose) -> None:
        """Start to localise on the map of another level."""
        self._inner.change_level(pose)

    def cancel(self) -> None:
        """Ask the running goal to stop."""
        self._inner.cancel()

    def cancel_all(self) -> None:
        """Cancel whatever runs on the robot."""
        self._inner.cancel_all()

    def status(self) -> GoalStatus | None:
        """Return where the newest goal stands."""
        return self._inner.status()
