"""What the gateway publishes for RViz: the site, latched, and the robots with their ways, while somebody looks."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.node import Node
from robot_fleet_interfaces.msg import RobotState
from visualization_msgs.msg import Marker, MarkerArray

from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.site import Site
from robot_fleet.ros.gateway.markers import Rule, deleted, is_finite, robot_markers, rules, site_markers
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.spin import Setting, declare, every

MARKERS_HZ = Setting(
    "markers_hz", 2.0, 0.1, 10.0, "messages of robots' markers per wall second, while somebody listens"
)


class MarkerTopics:
    """Publishes the fleet's markers.

    Parameters
    ----------
    node : its thread does all of this.
    guard : keeps failing callbacks from the spin.
    site : the site.
    state : the fleet's state, which another thread brings up to date: it is only read.
    """

    def __init__(self, node: Node, guard: Guard, site: Site, state: Callable[[], FleetState]) -> None:
        self._site = site
        self._state = state
        self._told: dict[str, RobotState] = {}
        self._before: list[Marker] = []
        self._zones: dict[str, Rule] | None = None
        self._standing = node.create_publisher(
            MarkerArray, topic("fleet/site_markers"), QOS["fleet/site_markers"].offered
        )
        self._moving = node.create_publisher(MarkerArray, topic("fleet/markers"), QOS["fleet/markers"].offered)
        every(node, 1.0 / declare(node, MARKERS_HZ), guard("markers", self._tell))

    def heard(self, message: RobotState) -> None:
        """Keep a robot's newest state."""
        if is_finite(message):
            self._told[message.robot] = message

    def _tell(self) -> None:
        state = self._state()
        zones = rules(self._site, state.zones)
        if zones != self._zones:
            self._zones = zones
            self._standing.publish(MarkerArray(markers=site_markers(self._site, zones)))
        if self._moving.get_subscription_count() == 0:
            self._before = []
            return
        markers = robot_markers(self._site, state, self._told)
        self._moving.publish(MarkerArray(markers=[*deleted(self._before, markers), *markers]))
        self._before = markers
