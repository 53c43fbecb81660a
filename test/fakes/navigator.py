"""A scripted robot behind the Navigator port: it moves in straight lines when told to, and fails when told to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState, GoalStatus, Sensed

RUNNING = GoalStatus(GoalState.RUNNING)
ORIGIN = Pose(0.0, 0.0)


@dataclass(slots=True)
class _Goal:
    kind: str
    poses: list[Pose]
    place: str = ""
    left_s: float = 0.0
    speed_mps: float = 0.0
    stopping: bool = False
    status: GoalStatus = RUNNING


class FakeNavigator:
    """A point that drives at constant speed, docks in `dock_s` and undocks in `undock_s`.

    Nothing moves but in `advance`. What is asked of it is kept in `asked`, for instance `("drive", 3)`.

    Parameters
    ----------
    pose : where it stands; None while it does not know.
    docked_at : charger that it stands docked at.
    deaf : how many cancels are lost on their way.
    """

    def __init__(
        self,
        pose: Pose | None = ORIGIN,
        speed_mps: float = 1.0,
        dock_s: float = 20.0,
        undock_s: float = 10.0,
        docked_at: str = "",
        deaf: int = 0,
    ) -> None:
        self.pose = pose
        self.docked_at = docked_at
        self.up = True
        self.control = "automatic"
        self.sigma_m = 0.0
        self.deaf = deaf
        self.asked: list[tuple[object, ...]] = []
        self.drives: list[tuple[Pose, ...]] = []
        self.docks: list[str] = []
        self._speed_mps = speed_mps
        self._dock_s, self._undock_s = dock_s, undock_s
        self._goal: _Goal | None = None
        self._moving = False
        self._odometer_m = 0.0

    # the port

    def sensed(self) -> Sensed | None:
        if self.pose is None:
            return None
        speed_mps = self._speed_mps if self._moving else 0.0
        docked = self.docked_at
        return Sensed(
            self.pose,
            speed_mps,
            80.0,
            bool(docked),
            docked,
            self._odometer_m,
            0.0,
            0.0,
            control=self.control,
            sigma_m=self.sigma_m,
        )

    def ready(self) -> bool:
        return self.up

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        self.asked.append(("drive", len(poses), speed_mps, keep_yaw))
        self.drives.append(tuple(poses))
        self._goal = _Goal("drive", list(poses), speed_mps=speed_mps or self._speed_mps)
        self._moving = True

    def dock(self, place: str, pose: Pose) -> None:
        self.asked.append(("dock", place))
        self._goal = _Goal("dock", [pose], place, self._dock_s)

    def undock(self) -> None:
        self.asked.append(("undock",))
        self._goal = _Goal("undock", [], "", self._undock_s)

    def change_level(self, pose: Pose) -> None:
        self.asked.append(("change_level", pose.map_id))
        self._goal = _Goal("change_level", [pose], "", 0.0)

    def cancel(self) -> None:
        self.asked.append(("cancel",))
        self._cancel()

    def cancel_all(self) -> None:
        self.asked.append(("cancel_all",))
        self._cancel()

    def status(self) -> GoalStatus | None:
        goal = self._goal
        if goal is None:
            return None
        if not self.up:
            return GoalStatus(GoalState.LOST, "server_gone")
        if goal.status.state is GoalState.RUNNING and goal.kind == "drive":
            return GoalStatus(GoalState.RUNNING, "", len(goal.poses))
        return goal.status

    # the script

    @property
    def running(self) -> bool:
        return self._goal is not None and self._goal.status.state is GoalState.RUNNING

    @property
    def poses_left(self) -> int:
        return len(self._goal.poses) if self._goal is not None and self.running else 0

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        goal = self._goal
        if goal is None or goal.status.state is not GoalState.RUNNING:
            self._moving = False
            return
        if goal.stopping:
            self._end(GoalState.CANCELLED)
        elif goal.kind == "drive":
            self._roll(goal, seconds)
        else:
            goal.left_s -= seconds
            if goal.left_s <= 0.0:
                self.docked_at = goal.place
                if goal.kind == "dock":
                    self.docks.append(goal.place)
                self._end(GoalState.SUCCEEDED)

    def fail(self, code: str = "206") -> None:
        """Let the running goal fail."""
        self._end(GoalState.FAILED, code)

    def lose(self, stops: bool = True) -> None:
        """Let the servers disappear, with the goal if `stops`."""
        self.up = False
        if stops and self.running:
            self._end(GoalState.LOST)

    def restore(self) -> None:
        """Let the servers come back; a goal that was lost stays so."""
        self.up = True
        self.control = "automatic"

    def push(self, pose: Pose, driven_m: float = 0.0) -> None:
        """Let somebody move the robot, or let it have driven by itself while nobody looked."""
        self.pose = pose
        self._odometer_m += driven_m

    def _cancel(self) -> None:
        if self.deaf > 0:
            self.deaf -= 1
        elif self._goal is not None and self.up and self.running:
            self._goal.stopping = True

    def _end(self, state: GoalState, code: str = "") -> None:
        if self._goal is not None and self.running:
            left = len(self._goal.poses) if self._goal.kind == "drive" else 0
            self._goal.status = GoalStatus(state, code, left)
        self._moving = False

    def _roll(self, goal: _Goal, seconds: float) -> None:
        assert self.pose is not None
        way_m = min(goal.speed_mps, self._speed_mps) * seconds
        while goal.poses:
            target = goal.poses[0]
            gap_m = self.pose.distance_m(target)
            if gap_m > way_m:
                share = way_m / gap_m
                x_m = self.pose.x_m + share * (target.x_m - self.pose.x_m)
                y_m = self.pose.y_m + share * (target.y_m - self.pose.y_m)
                yaw_rad = math.atan2(target.y_m - self.pose.y_m, target.x_m - self.pose.x_m)
                self.pose = Pose(x_m, y_m, yaw_rad, self.pose.map_id)
                self._odometer_m += way_m
                return
            self.pose = target
            self._odometer_m += gap_m
            way_m -= gap_m
            goal.poses.pop(0)
        self._end(GoalState.SUCCEEDED)
