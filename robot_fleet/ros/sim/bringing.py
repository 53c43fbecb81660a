"""The simulated people who bring what requests from outside the demand are about: they hear of it, and come."""

from __future__ import annotations

from rclpy.node import Node
from robot_fleet_interfaces.msg import BroughtItems

from robot_fleet.core.brought import BroughtItem
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.brought_topic import FIELDS, TOPIC
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.sim.bringers import bring
from robot_fleet.sim.world import SimWorld


class Bringing:
    """Lets the simulated people bring what they have asked for outside the demand.

    Parameters
    ----------
    node : its thread owns the world.
    guard : keeps failing callbacks from the spin.
    world : into which they bring it.
    """

    def __init__(self, node: Node, guard: Guard, world: SimWorld) -> None:
        self._world = world
        self._items: tuple[BroughtItem, ...] = ()
        node.create_subscription(BroughtItems, topic(TOPIC), guard("brought", self._heard), QOS[TOPIC].wanted)

    @property
    def heard(self) -> bool:
        """Whether anything is brought, as far as it was heard."""
        return bool(self._items)

    def look(self) -> None:
        """Let those come whose time it is."""
        bring(self._world, self._items)

    def _heard(self, message: BroughtItems) -> None:
        self._items = tuple(BroughtItem(*(getattr(item, name) for name in FIELDS)) for item in message.items)
