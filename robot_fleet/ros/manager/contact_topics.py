"""Whom calls for help want reached, told to all who can: telephone systems, door systems, the simulated people."""

from __future__ import annotations

from math import nan

from rclpy.node import Node
from robot_fleet_interfaces.msg import Contact, Contacts

from robot_fleet.core.effects import ReachOut
from robot_fleet.core.fleet.alarming import contacting
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.ros.convert import to_time
from robot_fleet.ros.qos import QOS, topic


class ContactTopics:
    """Publishes whoever is to be reached, whenever that has changed.

    Parameters
    ----------
    node : where the publisher lives.
    """

    def __init__(self, node: Node) -> None:
        self._contacts = node.create_publisher(Contacts, topic("fleet/contacts"), QOS["fleet/contacts"].offered)
        self._told: tuple[ReachOut, ...] | None = None

    def tell(self, state: FleetState, at_s: float) -> None:
        """Publish what has changed since the last call."""
        wishes = tuple(contacting.wishes(state))
        if wishes != self._told:
            self._told = wishes
            told = Contacts(stamp=to_time(at_s), contacts=[_contact(wish) for wish in wishes])
            self._contacts.publish(told)


def _contact(wish: ReachOut) -> Contact:
    return Contact(
        alarm=wish.alarm,
        kind=wish.kind,
        place=wish.place,
        since_s=wish.since_s,
        opened_s=nan if wish.opened_s is None else wish.opened_s,
    )
