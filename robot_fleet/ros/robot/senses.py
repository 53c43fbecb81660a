"""What an agent hears of its Nav2 robot: pose, motion, battery, load, and who moves it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial

from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import BatteryState
from std_msgs.msg import Bool, String

from robot_fleet.agent.conduct import LOST_M
from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import ALIGNED, Alignment, Pose
from robot_fleet.core.ports import Sensed
from robot_fleet.core.site import CONTROL_TOPICS
from robot_fleet.ros.convert import from_pose, from_time, sigma_m
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.tap import Tap
from robot_fleet.ros.sim.base_totals import BaseTotals

POSE_OLD_AFTER_S = 2.0
"""Steady seconds after which silence of the odometry means that the robot's servers cannot be relied on."""
AHEAD_S = 60.0
"""A pose whose stamp is farther in the future (ROS time) does not keep those that come after it from being taken."""
_DOCKED = (BatteryState.POWER_SUPPLY_STATUS_CHARGING, BatteryState.POWER_SUPPLY_STATUS_FULL)


class Senses:
    """The newest measurements of one robot.

    Parameters
    ----------
    node : shared by all agents of the process.
    robot : id and namespace.
    map_id : the map that the robot's frame `map` stands for.
    totals : odometer and energy so far, as the journal's owner kept them.
    changed : called when something is heard that cannot wait for the next look.
    tap : makes the subscriptions.
    control : topics that say who else than its programs moves it (see `RobotKind.control_topics`).
    alignment : of the map that the robot drives by; its own by default is the site's.

    Attributes
    ----------
    recoveries : of the drive under way, as its feedback says.
    poses : how many were heard.
    heard_s : when the odometry was last heard (steady seconds).
    """

    def __init__(
        self,
        node: Node,
        robot: str,
        map_id: str,
        totals: BaseTotals,
        changed: Callable[[], None],
        tap: Tap,
        control: Sequence[tuple[str, str]] = CONTROL_TOPICS,
        alignment: Alignment = ALIGNED,
    ) -> None:
        self.totals = totals
        self.recoveries = 0
        self.heard_s = -math.inf
        self._alignment = alignment
        self._map_id = map_id
        self._changed = changed
        self._control = dict.fromkeys((word for word, _ in control), False)
        self._sigma_m = 0.0
        self._pose: Pose | None = None
        self.poses = 0
        self._posed_s = -math.inf
        self._ros_clock = node.get_clock()
        self._speed_mps = 0.0
        self._battery: BatteryState | None = None
        self._docked: str | None = None  # what the newest goal says of the dock, until the battery speaks again
        self._last_dock = ""
        self._load: tuple[str, ...] = ()
        tap.hear(PoseWithCovarianceStamped, topic("~amcl_pose", robot), self._posed, QOS["~amcl_pose"].wanted)
        tap.hear(Odometry, topic("~odom", robot), self._moved, QOS["~odom"].wanted)
        tap.hear(BatteryState, topic("~battery_state", robot), self._powered, QOS["~battery_state"].wanted)
        tap.hear(String, topic("~load", robot), self._loaded, QOS["~load"].wanted)
        for word, name in control:
            tap.hear(Bool, f"/{robot}/{name}", partial(self._controlled, word), QOS["~control"].wanted)

    @property
    def fresh(self) -> bool:
        """Whether the robot is heard, and is known to be somewhere."""
        heard = time.monotonic() - self.heard_s <= POSE_OLD_AFTER_S
        return heard and self._pose is not None and self._battery is not None

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
            recoveries=self.recoveries,
            sigma_m=self._sigma_m,
        )

    def change_map(self, map_id: str) -> None:
        """Take poses as ones on another map from now on; the newest is where the robot was before."""
        self._map_id = map_id

    def docked(self, place: str) -> None:
        """Take note that the robot has docked at a place, or has left its dock (empty)."""
        self._docked = place
        self._last_dock = place or self._last_dock

    def _posed(self, message: PoseWithCovarianceStamped) -> None:
        stamp_s, now_s = from_time(message.header.stamp), 1e-9 * self._ros_clock.now().nanoseconds
        if stamp_s < self._posed_s <= now_s + AHEAD_S:
            return  # it was overtaken, or is what an earlier localisation has latched: it says nothing of now
        self._posed_s = stamp_s
        self.poses += 1
        own = from_pose(message.pose.pose, message.header.frame_id, self._map_id)
        self._pose = self._alignment.in_site(own)
        self._sigma_m = sigma_m(message.pose.covariance)
        if self._sigma_m > LOST_M:
            self._changed()

    def _moved(self, message: Odometry) -> None:
        self.heard_s = time.monotonic()
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
