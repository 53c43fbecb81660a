"""The `Navigator` port on a Nav2 robot: NavigateThroughPoses, DockRobot, UndockRobot, and the topics of its base.

A longer way is sent as a new NavigateThroughPoses goal, which pre-empts the running one without a stop.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from action_msgs.srv import CancelGoal
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav2_msgs.action import DockRobot, NavigateThroughPoses, UndockRobot
from nav2_msgs.msg import SpeedLimit
from nav_msgs.msg import Odometry
from rclpy.action import ActionClient
from rclpy.node import Node
from sensor_msgs.msg import BatteryState
from std_msgs.msg import Bool, String

from robot_fleet.agent.conduct import LOST_M
from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import ALIGNED, Alignment, Pose
from robot_fleet.core.ports import GoalState, GoalStatus, Sensed
from robot_fleet.core.site import CONTROL_TOPICS
from robot_fleet.ros.base_totals import BaseTotals
from robot_fleet.ros.convert import from_pose, from_time, sigma_m, to_pose_stamped
from robot_fleet.ros.futures import GoalKind, RosGoal, Verdict
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.tap import Tap

POSE_OLD_AFTER_S = 2.0
"""Steady seconds after which silence of the odometry means that the robot's servers cannot be relied on."""
AHEAD_S = 60.0
"""A pose whose stamp is farther in the future (ROS time) does not keep those that come after it from being taken."""
TYPICAL_DOCK = "charger"
_ACTIONS = ("navigate_to_pose", "navigate_through_poses", "dock_robot", "undock_robot")
_DOCKED = (BatteryState.POWER_SUPPLY_STATUS_CHARGING, BatteryState.POWER_SUPPLY_STATUS_FULL)


class Nav2Navigator:
    """Implements `Navigator` over ROS.

    Parameters
    ----------
    node : shared by all agents of the process.
    robot : id and namespace.
    map_id : the map that the robot's frame `map` stands for.
    totals : odometer and energy so far, as the journal's owner kept them.
    guard : keeps failing callbacks from the spin.
    changed : called when a goal, or who moves the robot, has changed.
    control : topics that say who else than its programs moves it (see `RobotKind.control_topics`).
    tap : makes its subscriptions and publishers; one without copies by default.
    alignment : of the map that the robot drives by; its own by default is the site's.
    """

    def __init__(
        self,
        node: Node,
        robot: str,
        map_id: str,
        totals: BaseTotals,
        guard: Guard,
        changed: Callable[[], None],
        control: Sequence[tuple[str, str]] = CONTROL_TOPICS,
        tap: Tap | None = None,
        alignment: Alignment = ALIGNED,
    ) -> None:
        tap = tap or Tap(node, guard)
        self._alignment = alignment
        self._map_id = map_id
        self._changed = changed
        self._control = dict.fromkeys((word for word, _ in control), False)
        self._recoveries = 0
        self._sigma_m = 0.0
        self.totals = totals
        self._heard_s = -math.inf

        def kind(action: Any, name: str, judge: Callable[[Any], Verdict], **more: Any) -> GoalKind:
            return GoalKind(ActionClient(node, action, f"/{robot}/{name}"), guard, self._goal_changed, judge, **more)

        def poses_left(told: Any) -> int:
            self._recoveries = int(told.number_of_recoveries)
            return int(told.number_of_poses_remaining)

        self._through = kind(NavigateThroughPoses, "navigate_through_poses", _navigated, poses_left=poses_left)
        self._dock = kind(DockRobot, "dock_robot", _docked)
        self._undock = kind(UndockRobot, "undock_robot", _docked, heard_s=lambda: self._heard_s)
        self._cancels = [node.create_client(CancelGoal, f"/{robot}/{name}/_action/cancel_goal") for name in _ACTIONS]
        self._limits = tap.outlet(SpeedLimit, topic("~speed_limit", robot), QOS["~speed_limit"].offered)
        self._goal: RosGoal | None = None
        self._pose: Pose | None = None
        self._posed_s = -math.inf
        self._ros_clock = node.get_clock()
        self._speed_mps = 0.0
        self._battery: BatteryState | None = None
        self._docking_at = ""
        self._docked: str | None = None  # what the newest goal says of the dock, until the battery speaks again
        self._last_dock = ""
        self._load: tuple[str, ...] = ()

        tap.hear(PoseWithCovarianceStamped, topic("~amcl_pose", robot), self._posed, QOS["~amcl_pose"].wanted)
        tap.hear(Odometry, topic("~odom", robot), self._moved, QOS["~odom"].wanted)
        tap.hear(BatteryState, topic("~battery_state", robot), self._powered, QOS["~battery_state"].wanted)
        tap.hear(String, topic("~load", robot), self._loaded, QOS["~load"].wanted)
        for word, name in control:
            tap.hear(Bool, f"/{robot}/{name}", partial(self._controlled, word), QOS["~control"].wanted)

    def sensed(self) -> Sensed | None:
        """Return the newest measurements, None before the first pose and battery reading."""
        pose, battery = self._pose, self._battery
        if pose is None or battery is None:
            return None
        if self._docked is not None:
            docked_at, charging = self._docked, bool(self._docked)
        else:
            docked_at = (battery.location or self._last_dock) if battery.power_supply_status in _DOCKED else ""
            charging = battery.power_supply_status == BatteryState.POWER_SUPPLY_STATUS_CHARGING
        return Sensed(
            pose=pose,
            speed_mps=self._speed_mps,
            soc_pct=battery.percentage * 100.0,
            charging=charging,
            docked_at=docked_at,
            odometer_m=self.totals.odometer_m,
            loaded_m=self.totals.loaded_m,
            energy_wh=self.totals.energy_wh,
            load=self._load,
            control=next((word for word, holds in self._control.items() if holds), "automatic"),
            recoveries=self._recoveries,
            sigma_m=self._sigma_m,
        )

    def ready(self) -> bool:
        """Return whether the robot is heard and its navigation server is there."""
        heard = time.monotonic() - self._heard_s <= POSE_OLD_AFTER_S
        return heard and self.sensed() is not None and self._through.client.server_is_ready()

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        """Start driving through the poses. Whether a robot holds its yaw is a matter of its own controller."""
        self._limits.publish(SpeedLimit(percentage=False, speed_limit=speed_mps))
        self._recoveries = 0
        goal = NavigateThroughPoses.Goal(poses=[to_pose_stamped(self._alignment.in_own(pose)) for pose in poses])
        self._goal = RosGoal(self._through, goal, len(poses))

    def dock(self, place: str, pose: Pose) -> None:
        """Start docking at a charger that the robot's dock database knows by the place's id."""
        goal = DockRobot.Goal(use_dock_id=True, dock_id=place, navigate_to_staging_pose=False)
        self._docking_at = place
        self._goal = RosGoal(self._dock, goal)

    def undock(self) -> None:
        """Start leaving the charger."""
        self._docking_at = ""
        self._goal = RosGoal(self._undock, UndockRobot.Goal(dock_type=TYPICAL_DOCK))

    def cancel(self) -> None:
        """Ask the running goal to stop."""
        if self._goal is not None:
            self._goal.cancel()

    def cancel_all(self) -> None:
        """Cancel every goal that runs on the robot, whoever sent it (an empty goal id means all)."""
        for client in self._cancels:
            if client.service_is_ready():
                client.call_async(CancelGoal.Request())
        self.cancel()

    def status(self) -> GoalStatus | None:
        """Return where the newest goal stands."""
        return None if self._goal is None else self._goal.status

    def _goal_changed(self) -> None:
        goal = self._goal
        if goal is not None and goal.kind is not self._through and goal.status.state is GoalState.SUCCEEDED:
            self._docked = self._docking_at
            self._last_dock = self._docking_at or self._last_dock
        self._changed()

    def _posed(self, message: PoseWithCovarianceStamped) -> None:
        stamp_s, now_s = from_time(message.header.stamp), 1e-9 * self._ros_clock.now().nanoseconds
        if stamp_s < self._posed_s <= now_s + AHEAD_S:
            return  # it was overtaken, or is what an earlier localisation has latched: it says nothing of now
        self._posed_s = stamp_s
        own = from_pose(message.pose.pose, message.header.frame_id, self._map_id)
        self._pose = self._alignment.in_site(own)
        self._sigma_m = sigma_m(message.pose.covariance)
        if self._sigma_m > LOST_M:
            self._changed()

    def _moved(self, message: Odometry) -> None:
        self._heard_s = time.monotonic()
        self._speed_mps = message.twist.twist.linear.x
        position = message.pose.pose.position
        self.totals.moved(position.x, position.y, bool(self._load))

    def _powered(self, message: BatteryState) -> None:
        if not math.isfinite(message.percentage):
            raise NavigationError("nav_battery_malformed", f"expected a state of charge, got {message.percentage}")
        self._battery = message
        self._docked = None
        self.totals.charged(message.charge * message.voltage)

    def _controlled(self, word: str, message: Bool) -> None:
        if self._control[word] != message.data:
            self._control[word] = message.data
            self._changed()

    def _loaded(self, message: String) -> None:
        self._load = tuple(message.data.split("+")) if message.data else ()


def _navigated(result: Any) -> Verdict:
    code = "" if result.error_code == 0 else str(result.error_code)
    return Verdict(not code, code, result.error_msg)


def _docked(result: Any) -> Verdict:
    return Verdict(result.success, "" if result.success else str(result.error_code), result.error_msg)
