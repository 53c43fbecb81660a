"""The topics of one embedded robot: what a Nav2 robot and its base publish."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry, Path
from rclpy.node import Node
from sensor_msgs.msg import BatteryState
from std_msgs.msg import Bool, String
from tf2_msgs.msg import TFMessage

from robot_fleet.core.geometry import Pose
from robot_fleet.ros.convert import BASE_FRAME, MAP_FRAME, ODOM_FRAME, to_path, to_quaternion, to_time, to_transform
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.link import LOST_SIGMA_M
from robot_fleet.sim.world import SimWorld

VOLTAGE_V = 48.0
"""Nominal voltage of every embedded robot's battery; charge in Ah follows from the energy by it."""
AMBIENT_C, WARMER_C = 22.0, 12.0
"""Temperature of an embedded robot's battery that gives nothing, and how much warmer it is while it drives loaded."""
CPU_PCT, MEMORY_PCT = (20.0, 45.0), 40.0
"""Load of its computer, at rest and driving."""
SIGMA_M = (0.02, 0.05)
"""Standard deviation of its position, at rest and driving."""
FOOTPRINT_FRAME = "base_footprint"
"""Where the footprint is, for tools that ask for it by that frame; an embedded robot has no height."""
_SAME = Pose(0.0, 0.0, 0.0)
AT_REST_EVERY_S = 0.5
"""Wall seconds between two messages of motion of a robot that does not move."""


class SimTopics:
    """Publishes for one robot.

    Parameters
    ----------
    node : where the publishers live.
    world : the world.
    robot_id : the robot, and its namespace.
    clock_s : returns the time that stands on messages (ROS time).
    is_localised : whether its localisation runs; without, nobody is told where in the map it is.
    """

    def __init__(
        self,
        node: Node,
        world: SimWorld,
        robot_id: str,
        clock_s: Callable[[], float],
        is_localised: Callable[[], bool],
    ) -> None:
        self._world = world
        self._id = robot_id
        self._robot = world.robots[robot_id]
        self._clock_s = clock_s
        self._is_localised = is_localised

        def publisher(kind: Any, name: str) -> Any:
            return node.create_publisher(kind, topic(name, robot_id), QOS[name].offered)

        self._amcl = publisher(PoseWithCovarianceStamped, "~amcl_pose")
        self._odom = publisher(Odometry, "~odom")
        self._battery = publisher(BatteryState, "~battery_state")
        self._plan = publisher(Path, "~plan")
        self._load = publisher(String, "~load")
        self._tf = publisher(TFMessage, "~tf")
        self._tf_static = publisher(TFMessage, "~tf_static")
        self._tf_static.publish(TFMessage(transforms=[to_transform(BASE_FRAME, FOOTPRINT_FRAME, _SAME, clock_s())]))
        self._diagnostics = publisher(DiagnosticArray, "diagnostics")
        self._control = {
            word: node.create_publisher(Bool, f"/{robot_id}/{name}", QOS["~control"].offered)
            for word, name in self._robot.kind.control_topics
        }
        self._told_control: str | None = None
        self._told_lost = False
        self._told_load: str | None = None
        self._told_dock = ("", False)
        self._told_pose: Pose | None = None
        self._told_motion: tuple[Pose, float] | None = None
        self._told_motion_s = float("-inf")

    @property
    def heard(self) -> bool:
        """Whether somebody listens to the robot's battery: its agent."""
        return bool(self._battery.get_subscription_count() > 0)

    def tell_motion(self) -> None:
        """Publish odometry and transforms, and the pose when it has changed; less often for a robot at rest."""
        steady_s = time.monotonic()
        motion = self._robot.pose, self._robot.v_mps
        if motion == self._told_motion and steady_s - self._told_motion_s < AT_REST_EVERY_S:
            return
        self._told_motion, self._told_motion_s = motion, steady_s
        pose, speed_mps = motion
        at_s = self._clock_s()
        odom = Odometry()
        odom.header.frame_id, odom.header.stamp, odom.child_frame_id = ODOM_FRAME, to_time(at_s), BASE_FRAME
        odom.pose.pose.position.x, odom.pose.pose.position.y = pose.x_m, pose.y_m
        odom.pose.pose.orientation = to_quaternion(pose.yaw_rad)
        odom.twist.twist.linear.x = speed_mps
        self._odom.publish(odom)
        moved = [to_transform(ODOM_FRAME, BASE_FRAME, pose, at_s)]
        if self._is_localised():
            moved.insert(0, to_transform(MAP_FRAME, ODOM_FRAME, _SAME, at_s))
        self._tf.publish(TFMessage(transforms=moved))
        if pose != self._told_pose:
            self.tell_pose()

    def tell_pose(self) -> None:
        """Publish where the robot is."""
        if not self._is_localised():
            return
        pose = self._told_pose = self._robot.pose
        amcl = PoseWithCovarianceStamped()
        amcl.header.frame_id, amcl.header.stamp = MAP_FRAME, to_time(self._clock_s())
        amcl.pose.pose.position.x, amcl.pose.pose.position.y = pose.x_m, pose.y_m
        amcl.pose.pose.orientation = to_quaternion(pose.yaw_rad)
        sigma_m = LOST_SIGMA_M if self._robot.lost else SIGMA_M[self._robot.mode is Mode.DRIVING]
        variance_m2 = sigma_m**2
        amcl.pose.covariance[0] = amcl.pose.covariance[7] = variance_m2
        self._amcl.publish(amcl)

    def tell_plan(self) -> None:
        """Publish the way that the robot is about to drive."""
        robot = self._robot
        way = [Pose(x_m, y_m, robot.yaw_rad, robot.map_id) for x_m, y_m in robot.path]
        self._plan.publish(to_path(way, self._clock_s()))

    def tell_changes(self) -> None:
        """Publish motion, what is on board and whether the robot is docked, as far as that has changed."""
        self.tell_motion()
        robot = self._robot
        load = "+".join(robot.load)
        if load != self._told_load:
            self._told_load = load
            self._load.publish(String(data=load))
        if robot.lost != self._told_lost:
            self._told_lost = robot.lost
            self.tell_pose()
        if robot.control != self._told_control:
            self.tell_control()
        if (robot.docked_at, robot.charging) != self._told_dock:
            self.tell_health()

    def tell_control(self) -> None:
        """Publish who moves the robot."""
        self._told_control = self._robot.control
        for word, publisher in self._control.items():
            publisher.publish(Bool(data=word == self._told_control))

    def tell_health(self) -> None:
        """Publish the battery and the base's diagnostics."""
        self.tell_control()
        robot, now_s = self._robot, self._world.now_s
        self._told_dock = robot.docked_at, robot.charging
        stamp = to_time(self._clock_s())
        soc = robot.soc_at_pct(now_s) / 100.0
        battery = BatteryState(voltage=VOLTAGE_V, percentage=soc, present=True, location=robot.docked_at)
        battery.header.stamp = stamp
        battery.capacity = battery.design_capacity = robot.kind.battery_wh / VOLTAGE_V
        battery.charge = battery.capacity * soc
        battery.current = -robot.power_w / VOLTAGE_V
        battery.temperature = AMBIENT_C + WARMER_C * abs(robot.power_w) / robot.kind.loaded_w
        battery.power_supply_status = _supply(robot.charging, robot.docked_at)
        self._battery.publish(battery)
        dead = robot.mode is Mode.DEAD
        status = DiagnosticStatus(name=f"{self._id}: base", hardware_id=self._id, message=robot.mode.name.lower())
        status.level = DiagnosticStatus.ERROR if dead else DiagnosticStatus.OK
        totals = {
            "odometer_m": robot.odometer_m,
            "loaded_m": robot.loaded_m,
            "energy_wh": robot.energy_at_wh(now_s),
        }
        status.values = [KeyValue(key=key, value=f"{value:.4f}") for key, value in totals.items()]
        array = DiagnosticArray(status=[status, self._computer()])
        array.header.stamp = stamp
        self._diagnostics.publish(array)

    def _computer(self) -> DiagnosticStatus:
        """Return how the robot's computer fares, which the simulator does not simulate: it works more on the move."""
        cpu_pct = CPU_PCT[self._robot.mode is Mode.DRIVING]
        status = DiagnosticStatus(name=f"{self._id}: computer", hardware_id=self._id, level=DiagnosticStatus.OK)
        status.values = [
            KeyValue(key="cpu_pct", value=f"{cpu_pct:.1f}"),
            KeyValue(key="memory_pct", value=f"{MEMORY_PCT:.1f}"),
        ]
        return status


def _supply(charging: bool, docked_at: str) -> int:
    if charging:
        return int(BatteryState.POWER_SUPPLY_STATUS_CHARGING)
    if docked_at:
        return int(BatteryState.POWER_SUPPLY_STATUS_FULL)
    return int(BatteryState.POWER_SUPPLY_STATUS_DISCHARGING)
