"""Robots alone: bodies on a bench that a client cannot tell from Nav2 robots, in wall time and without a fleet.

Beside what every embedded robot offers there are a lidar (`~scan`), the robot's own map (`~map`), obstacles that it is
told of as points (`~obstacles`), and a network that can be made bad (`~bench/network`).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from nav_msgs.msg import OccupancyGrid
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import QoSProfile
from sensor_msgs.msg import LaserScan, PointCloud2
from std_msgs.msg import String

from robot_fleet.ros.cloud import to_points
from robot_fleet.ros.convert import BASE_FRAME, to_time
from robot_fleet.ros.grids import to_grid
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.interposed import InterposedNode, Interposer
from robot_fleet.ros.sim.robot import SimRobotServers
from robot_fleet.ros.spin import every
from robot_fleet.sim.lidar import Lidar
from robot_fleet.sim.network import BadNetwork, parse_faults
from robot_fleet.sim.obstacles import NONE, PointScanners
from robot_fleet.sim.robot import STEP_S
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.ground.maps import OccupancyMap

LOG = logging.getLogger("robot_fleet")
WAKE_S, MOTION_S, HEALTH_S, SCAN_S = 0.01, 0.1, 0.5, 0.2
OBSTACLES_KEPT_S = 2.0
"""Steady seconds after which obstacles that nobody repeats are no longer there."""
FELL_BEHIND_S = 1.0
"""Steady seconds that a world which could not keep up lets go."""
_EPS_S = 1e-6
_Servers = Callable[[Any, SimWorld, str, Guard, Callable[[], float], OccupancyMap], SimRobotServers]


class NetworkInterposer(Interposer):
    """A network between a robot and everybody else; with an interposer of its own on the robot's side of it."""

    def __init__(self, network: BadNetwork, robot: Interposer) -> None:
        self._network = network
        self._robot = robot

    def profile(self, name: str, offered: QoSProfile) -> QoSProfile:
        """Return the quality with which a topic is published."""
        return self._robot.profile(name, offered)

    def says(self, name: str, message: Any, send: Callable[[Any], object]) -> None:
        """Pass a message on that is published."""
        self._robot.says(name, message, lambda told: self._send(lambda: send(told)))

    def hears(self, name: str, message: Any, take: Callable[[Any], object]) -> None:
        """Pass a message on that somebody else has published."""
        self._send(lambda: self._robot.hears(name, message, take))

    def is_asked(self, name: str, what: str, request: Any, take: Callable[[], object]) -> None:
        """Pass a request on."""
        self._send(lambda: self._robot.is_asked(name, what, request, take), once=True)

    def answers(self, name: str, answer: Any, send: Callable[[Any], object]) -> None:
        """Pass an answer on."""
        self._robot.answers(name, answer, lambda told: self._send(lambda: send(told), once=True))

    def _send(self, arrive: Callable[[], object], *, once: bool = False) -> None:
        self._network.send(time.monotonic(), arrive, once=once)


class LoneBridge:
    """Plays a world of lone robots on a node, as fast as the wall clock goes.

    Parameters
    ----------
    node : its thread owns the world.
    guard : keeps failing callbacks from the spin.
    world : made by `lone_world`.
    ground : its map.
    seed : of what the networks lose.
    interposer : returns what stands between a robot, by its id, and its network; nothing by default.
    servers : makes a robot's servers, by its id; those of the embedded robots by default.
    """

    def __init__(
        self,
        node: Node,
        guard: Guard,
        world: SimWorld,
        ground: OccupancyMap,
        seed: int = 1,
        interposer: Callable[[str], Interposer] = lambda _: Interposer(),
        servers: Callable[[str], _Servers] = lambda _: SimRobotServers,
    ) -> None:
        self._world = world
        self._ground = ground
        self._lidar = Lidar()
        self._played_s = time.monotonic()
        self._seen: dict[str, tuple[float, NDArray[np.float64]]] = {}
        self.networks: dict[str, BadNetwork] = {}
        self.robots: dict[str, SimRobotServers] = {}
        self._scans: dict[str, Any] = {}
        for number, name in enumerate(world.robots):
            network = self.networks[name] = BadNetwork(seed + number)
            door: Any = InterposedNode(node, NetworkInterposer(network, interposer(name)))
            self.robots[name] = servers(name)(door, world, name, guard, time.time, ground)
            self._scans[name] = door.create_publisher(LaserScan, topic("~scan", name), QOS["~scan"].offered)
            chart = door.create_publisher(OccupancyGrid, topic("~map", name), QOS["~map"].offered)
            chart.publish(to_grid(ground))
            told = guard(f"obstacles:{name}", self._obstructs(name))
            door.create_subscription(PointCloud2, topic("~obstacles", name), told, QOS["~obstacles"].wanted)
            # the word that mends a network must come through it, so it does not go by the door
            spoilt = guard(f"network:{name}", self._spoils(name))
            node.create_subscription(String, topic("~bench/network", name), spoilt, QOS["~bench/network"].wanted)
        for robot in self.robots.values():
            robot.changed()
        every(node, WAKE_S, guard("play", self._play))
        every(node, MOTION_S, guard("motion", self._tell_motion))
        every(node, HEALTH_S, guard("health", self._tell_health))
        every(node, SCAN_S, guard("scan", self._tell_scans))

    def spoil(self, robot_id: str, text: str) -> None:
        """Make a robot's network as bad as words say. Raises as `parse_faults` does."""
        self.networks[robot_id].set(parse_faults(text), time.monotonic())
        LOG.info("robot=%s network=%r", robot_id, text)

    def _play(self) -> None:
        now_s = time.monotonic()
        for network in self.networks.values():
            network.deliver(now_s)
        self._forget(now_s)
        if now_s - self._played_s > FELL_BEHIND_S:
            LOG.warning("world=behind lost_s=%.1f", now_s - self._played_s)
            self._played_s = now_s - STEP_S
        while self._played_s + STEP_S <= now_s + _EPS_S:
            self._played_s += STEP_S
            self._world.advance()
            for robot in self._world.take_changes():
                self.robots[robot].changed()

    def _tell_motion(self) -> None:
        for robot in self.robots.values():
            robot.topics.tell_motion()
            robot.give_feedback()

    def _tell_health(self) -> None:
        for robot in self.robots.values():
            robot.topics.tell_health()

    def _tell_scans(self) -> None:
        for name, publisher in self._scans.items():
            if publisher.get_subscription_count() == 0:
                continue
            angles = self._lidar.angles_rad
            scan = LaserScan(range_min=self._lidar.range_min_m, range_max=self._lidar.range_max_m, scan_time=SCAN_S)
            scan.header.frame_id, scan.header.stamp = BASE_FRAME, to_time(time.time())
            scan.angle_min, scan.angle_max = float(angles[0]), float(angles[-1])
            scan.angle_increment = float(angles[1] - angles[0])
            seen = self._lidar.scan(self._ground, self._world.robots[name].pose, self._points())
            scan.ranges = seen.astype(np.float32).tolist()
            publisher.publish(scan)

    def _obstructs(self, name: str) -> Callable[[PointCloud2], None]:
        def seen(message: PointCloud2) -> None:
            self._seen[name] = time.monotonic(), to_points(message)
            self._scanners.see(self._points())

        return seen

    def _spoils(self, name: str) -> Callable[[String], None]:
        return lambda message: self.spoil(name, message.data)

    def _forget(self, now_s: float) -> None:
        old = [name for name, (at_s, _) in self._seen.items() if now_s - at_s > OBSTACLES_KEPT_S]
        for name in old:
            del self._seen[name]
        if old:
            self._scanners.see(self._points())

    def _points(self) -> NDArray[np.float64]:
        return np.concatenate([points for _, points in self._seen.values()]) if self._seen else NONE

    @property
    def _scanners(self) -> PointScanners:
        assert isinstance(self._world.scanners, PointScanners)
        return self._world.scanners
