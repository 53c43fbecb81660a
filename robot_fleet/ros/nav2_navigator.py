"""The `Navigator` port on a Nav2 robot: NavigateThroughPoses, DockRobot, UndockRobot, and the topics of its base.

A longer way is sent as a new NavigateThroughPoses goal, which pre-empts the running one without a stop.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Any

from action_msgs.srv import CancelGoal
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav2_msgs.action import DockRobot, NavigateThroughPoses, UndockRobot
from nav2_msgs.msg import SpeedLimit
from nav_msgs.msg import Odometry
from rclpy.action import ActionClient
from rclpy.node import Node
from sensor_msgs.msg import BatteryState
from std_msgs.msg import String

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalStatus, Sensed
from robot_fleet.ros.convert import from_quaternion, to_pose_stamped
from robot_fleet.ros.futures import RosGoal
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.spin import Guard

POSE_OLD_AFTER_S = 2.0
"""Steady seconds after which silence of the odometry means that the robot's servers cannot be relied on."""
TYPICAL_DOCK = "charger"
_ACTIONS = ("navigate_to_pose", "navigate_through_poses", "dock_robot", "undock_robot")


class BaseTotals:
    """Distance and energy of a base, summed up from odometry (metres) and battery charge (Ah times volts)."""

    def __init__(self, odometer_m: float, loaded_m: float, energy_wh: float) -> None:
        self.odometer_m = odometer_m
        self.loaded_m = loaded_m
        self.energy_wh = energy_wh
        self._at: tuple[float, float] | None = None
        self._charge_wh: float | None = None

    def moved(self, x_m: float, y_m: float, loaded: bool) -> None:
        """Add the straight way from the last position."""
        if self._at is not None:
            step_m = math.hypot(x_m - self._at[0], y_m - self._at[1])
            self.odometer_m += step_m
            self.loaded_m += step_m if loaded else 0.0
        self._at = x_m, y_m

    def charged(self, charge_wh: float) -> None:
        """Add what the battery has lost since the last reading; a gain is charging and adds nothing."""
        if self._charge_wh is not None:
            self.energy_wh += max(self._charge_wh - charge_wh, 0.0)
        self._charge_wh = charge_wh


class Nav2Navigator:
    """Implements `Navigator` over ROS.

    Parameters
    ----------
    node : shared by all agents of the process.
    robot : id and namespace.
    map_id : the map that the robot's frame `map` stands for.
    totals : odometer and energy so far, as the journal's owner kept them.
    changed : called when a goal or the pose changed.
    """

    def __init__(
        self,
        node: Node,
        robot: str,
        map_id: str,
        totals: BaseTotals,
        guard: Guard,
        changed: Callable[[], None],
    ) -> None:
        self._map_id = map_id
        self.totals = totals
        self._changed = changed
        self._through = ActionClient(node, NavigateThroughPoses, f"/{robot}/navigate_through_poses")
        self._dock = ActionClient(node, DockRobot, f"/{robot}/dock_robot")
        self._undock = ActionClient(node, UndockRobot, f"/{robot}/undock_robot")
        self._cancels = [node.create_client(CancelGoal, f"/{robot}/{name}/_action/cancel_goal") for name in _ACTIONS]
        self._limits = node.create_publisher(SpeedLimit, f"/{robot}/speed_limit", 1)
        self._limit_mps = 0.0
        self._goal: RosGoal | None = None
        self._pose: Pose | None = None
        self._speed_mps = 0.0
        self._battery: BatteryState | None = None
        self._load: tuple[str, ...] = ()
        self._heard_s = -math.inf

        def listen(kind: Any, name: str, callback: Callable[[Any], None]) -> None:
            node.create_subscription(kind, topic(name, robot), guard(f"{name}:{robot}", callback), QOS[name])

        listen(PoseWithCovarianceStamped, "~amcl_pose", self._posed)
        listen(Odometry, "~odom", self._moved)
        listen(BatteryState, "~battery_state", self._powered)
        listen(String, "~load", self._loaded)

    def sensed(self) -> Sensed | None:
        """Return the newest measurements, None before the first pose and battery reading."""
        if self._pose is None or self._battery is None:
            return None
        battery = self._battery
        docked = battery.power_supply_status in (
            BatteryState.POWER_SUPPLY_STATUS_CHARGING,
            BatteryState.POWER_SUPPLY_STATUS_FULL,
        )
        return Sensed(
            pose=self._pose,
            speed_mps=self._speed_mps,
            soc_pct=battery.percentage * 100.0,
            charging=battery.power_supply_status == BatteryState.POWER_SUPPLY_STATUS_CHARGING,
            docked_at=battery.location if docked else "",
            odometer_m=self.totals.odometer_m,
            loaded_m=self.totals.loaded_m,
            energy_wh=self.totals.energy_wh,
            load=self._load,
        )

    def ready(self) -> bool:
        """Return whether the robot is heard and its navigation server is there."""
        heard = time.monotonic() - self._heard_s <= POSE_OLD_AFTER_S
        return heard and self.sensed() is not None and self._through.server_is_ready()

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        """Start driving through the poses. Whether a robot holds its yaw is a matter of its own controller."""
        if speed_mps != self._limit_mps:
            self._limit_mps = speed_mps
            self._limits.publish(SpeedLimit(percentage=False, speed_limit=speed_mps))
        goal = NavigateThroughPoses.Goal(poses=[to_pose_stamped(pose) for pose in poses])
        self._goal = RosGoal(
            self._through, goal, self._changed, _navigated, len(poses), lambda told: told.number_of_poses_remaining
        )

    def dock(self, place: str, pose: Pose) -> None:
        """Start docking at a charger that the robot's dock database knows by the place's id."""
        goal = DockRobot.Goal(use_dock_id=True, dock_id=place, navigate_to_staging_pose=False)
        self._goal = RosGoal(self._dock, goal, self._changed, _docked)

    def undock(self) -> None:
        """Start leaving the charger."""
        self._goal = RosGoal(self._undock, UndockRobot.Goal(dock_type=TYPICAL_DOCK), self._changed, _docked)

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

    def _posed(self, message: PoseWithCovarianceStamped) -> None:
        position = message.pose.pose.position
        if not (math.isfinite(position.x) and math.isfinite(position.y)):
            raise NavigationError("nav_pose_malformed", "expected a finite position")
        yaw_rad = from_quaternion(message.pose.pose.orientation)
        self._pose = Pose(position.x, position.y, yaw_rad, self._map_id)

    def _moved(self, message: Odometry) -> None:
        self._heard_s = time.monotonic()
        self._speed_mps = message.twist.twist.linear.x
        position = message.pose.pose.position
        self.totals.moved(position.x, position.y, bool(self._load))

    def _powered(self, message: BatteryState) -> None:
        self._battery = message
        if math.isfinite(message.charge) and math.isfinite(message.voltage):
            self.totals.charged(message.charge * message.voltage)

    def _loaded(self, message: String) -> None:
        self._load = tuple(message.data.split("+")) if message.data else ()


def _navigated(result: Any) -> tuple[bool, str, str, dict[str, object] | None]:
    code = "" if result.error_code == 0 else str(result.error_code)
    return not code, code, result.error_msg, None


def _docked(result: Any) -> tuple[bool, str, str, dict[str, object] | None]:
    return result.success, "" if result.success else str(result.error_code), result.error_msg, None
