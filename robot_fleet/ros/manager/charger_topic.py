"""The wish of what chargers are to do, as a topic: the simulated ones follow it, and so does a gateway to real ones."""

from __future__ import annotations

import time

from rclpy.node import Node
from robot_fleet_interfaces.msg import ChargerSupply

from robot_fleet.core.effects import SupplyChargers
from robot_fleet.ros.qos import QOS, topic

AGAIN_S = 1.0
"""Wall seconds after which the same wish is said again."""


class ChargerTopic:
    """Says the wish on every change, and again and again while it holds."""

    def __init__(self, node: Node) -> None:
        self._publisher = node.create_publisher(
            ChargerSupply, topic("fleet/charger_supply"), QOS["fleet/charger_supply"].offered
        )
        self._told: SupplyChargers | None = None
        self._told_s = float("-inf")

    def tell(self, wish: SupplyChargers) -> None:
        """Say a wish, if it is another one or has not been said for a while."""
        steady_s = time.monotonic()
        if wish == self._told and steady_s - self._told_s < AGAIN_S:
            return
        self._told, self._told_s = wish, steady_s
        self._publisher.publish(ChargerSupply(on=list(wish.on), held=list(wish.held)))
