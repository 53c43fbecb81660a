"""Robots with bodies elsewhere: what they say is mirrored in the simulated world, and they are told of the others."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial

from geometry_msgs.msg import PoseWithCovarianceStamped
from nav_msgs.msg import Odometry
from rclpy.node import Node
from sensor_msgs.msg import BatteryState, PointCloud2
from std_msgs.msg import String

from robot_fleet.core.geometry import ALIGNED, Pose
from robot_fleet.ros.cloud import to_cloud
from robot_fleet.ros.convert import from_pose, from_quaternion, from_time
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.runtime.bringup.backends import Backends
from robot_fleet.runtime.hil.motion import Motion
from robot_fleet.runtime.hil.obstacles import obstacle_points
from robot_fleet.sim.world import SimWorld

_DOCKED = (BatteryState.POWER_SUPPLY_STATUS_CHARGING, BatteryState.POWER_SUPPLY_STATUS_FULL)


class GhostIntake:
    """Moves the ghosts of a world, and tells their robots of the others.

    Parameters
    ----------
    node : its thread owns the world.
    guard : keeps failing callbacks from the spin.
    world : the world; its ghosts are the robots with bodies elsewhere.
    bodies : what carries which robot.
    """

    def __init__(self, node: Node, guard: Guard, world: SimWorld, bodies: Backends) -> None:
        self._node = node
        self._world = world
        self._strangers = {name: bodies.strangers_of(name) for name in bodies.elsewhere}
        self._alignments = {name: world.site.alignments.get(name, ALIGNED) for name in bodies.elsewhere}
        self._maps = {name: world.site.places[world.site.robots[name].start].pose.map_id for name in bodies.elsewhere}
        self._motions: Mapping[str, Motion] = {name: Motion(self._maps[name]) for name in bodies.elsewhere}
        self._clouds = {
            name: node.create_publisher(PointCloud2, topic("~obstacles", name), QOS["~obstacles"].offered)
            for name in bodies.elsewhere
        }
        for name in bodies.elsewhere:
            for kind, word, heard in (
                (Odometry, "~odom", self._moved),
                (PoseWithCovarianceStamped, "~amcl_pose", self._posed),
                (BatteryState, "~battery_state", self._powered),
                (String, "~load", self._loaded),
            ):
                guarded = guard(f"ghost{word}:{name}", partial(heard, name))
                node.create_subscription(kind, topic(word, name), guarded, QOS[word].wanted)

    @property
    def complete(self) -> bool:
        """Whether all robots were heard of, and each has an agent."""
        return self._world.ghosts.complete and all(
            self._node.count_publishers(topic("~report", name)) > 0 for name in self._motions
        )

    def place(self) -> None:
        """Let the ghosts be where their robots are now."""
        now_s = time.time()
        for name, motion in self._motions.items():
            known = motion.pose(now_s)
            if known is not None:
                self._world.ghosts.move(name, *known)

    def tell_obstacles(self) -> None:
        """Publish to each robot what its own sensors cannot see."""
        stamp_s = time.time()
        for ghost in self._world.ghosts:
            strangers = (self._world.body(name) for name in self._strangers[ghost.id])
            others = [(body.pose, body.footprint) for body in strangers]
            points = obstacle_points(ghost.pose, others, self._alignments[ghost.id])
            self._clouds[ghost.id].publish(to_cloud(points, stamp_s))

    def _moved(self, robot: str, message: Odometry) -> None:
        there = message.pose.pose
        pose = Pose(there.position.x, there.position.y, from_quaternion(there.orientation), self._maps[robot])
        self._motions[robot].moved(from_time(message.header.stamp), pose, message.twist.twist.linear.x)

    def _posed(self, robot: str, message: PoseWithCovarianceStamped) -> None:
        own = from_pose(message.pose.pose, message.header.frame_id, self._maps[robot])
        self._motions[robot].posed(from_time(message.header.stamp), self._alignments[robot].in_site(own))

    def _powered(self, robot: str, message: BatteryState) -> None:
        soc_pct = 100.0 * message.percentage
        if 0.0 <= soc_pct <= 100.0:  # not so of NaN
            docked_at = message.location if message.power_supply_status in _DOCKED else ""
            self._world.ghosts.charge(robot, soc_pct, docked_at)

    def _loaded(self, robot: str, message: String) -> None:
        self._world.ghosts.load(robot, message.data.split("+") if message.data else ())
