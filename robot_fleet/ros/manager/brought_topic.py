"""What people bring for open requests, told to all who look after it: gates, screens at bays, the simulated people."""

from __future__ import annotations

from rclpy.node import Node
from robot_fleet_interfaces.msg import BroughtItem as BroughtItemMsg
from robot_fleet_interfaces.msg import BroughtItems

from robot_fleet.core.brought import BroughtItem
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.fleet.tasks.bringing import brought_items
from robot_fleet.core.site import Site
from robot_fleet.ros.convert import to_time
from robot_fleet.ros.qos import QOS, topic

TOPIC = "fleet/brought_items"
FIELDS = ("item", "kind", "place", "mass_kg", "length_m", "width_m", "from_s")


class BroughtTopic:
    """Publishes what is brought, whenever that has changed.

    Parameters
    ----------
    node : where the publisher lives.
    site : its services say what requests bring along.
    """

    def __init__(self, node: Node, site: Site) -> None:
        self._site = site
        self._brought = node.create_publisher(BroughtItems, topic(TOPIC), QOS[TOPIC].offered)
        self._told: tuple[BroughtItem, ...] | None = None

    def tell(self, state: FleetState, at_s: float) -> None:
        """Publish what has changed since the last call."""
        items = tuple(brought_items(self._site, state))
        if items != self._told:
            self._told = items
            told = [BroughtItemMsg(**{name: getattr(item, name) for name in FIELDS}) for item in items]
            self._brought.publish(BroughtItems(stamp=to_time(at_s), items=told))
