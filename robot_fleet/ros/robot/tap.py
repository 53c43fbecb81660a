"""The topics that a robot's agent hears and says, with a copy of each message as it is on the wire for the black box.

One reader serves both: a message is taken from the wire as bytes and made into an object only for the agent. That costs
a tenth of what a second subscription would, in time and in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import QoSProfile
from rclpy.serialization import deserialize_message, serialize_message

from robot_fleet.ros.guard import Guard

Copy = Callable[[str, bytes], object]
"""Takes a topic's full name and a message."""


def _drop(_topic: str, _data: bytes) -> None:
    """Keep no copy."""


class Outlet:
    """Publishes, and copies what is published."""

    def __init__(self, publisher: Publisher, copy: Copy) -> None:
        self._publisher = publisher
        self._copy = copy

    def publish(self, message: Any) -> None:
        """Publish a message."""
        data = serialize_message(message)
        self._publisher.publish(data)
        self._copy(self._publisher.topic_name, data)


class Tap:
    """Makes subscriptions and publishers of which copies are kept.

    Parameters
    ----------
    node : where they live.
    guard : keeps failing callbacks from the spin.
    copy : takes the copies; it must not raise.
    """

    def __init__(self, node: Node, guard: Guard, copy: Copy = _drop) -> None:
        self._node = node
        self._guard = guard
        self._copy = copy

    def hear(self, kind: Any, name: str, callback: Callable[[Any], object], wanted: QoSProfile) -> None:
        """Subscribe to a topic by its full name; the callback is guarded under that name."""
        guarded = self._guard(name, lambda data: callback(deserialize_message(data, kind)))

        def taken(data: bytes) -> None:
            self._copy(name, data)
            guarded(data)

        self._node.create_subscription(kind, name, taken, wanted, raw=True)

    def outlet(self, kind: Any, name: str, offered: QoSProfile) -> Outlet:
        """Return a publisher of a topic by its full name."""
        return Outlet(self._node.create_publisher(kind, name, offered), self._copy)
