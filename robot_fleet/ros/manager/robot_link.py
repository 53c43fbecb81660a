"""The manager's link to a robot over ROS: orders out on a latched topic, reports in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rclpy.node import Node
from robot_fleet_interfaces.msg import Order as OrderMsg
from robot_fleet_interfaces.msg import RobotReport as ReportMsg

from robot_fleet.core.order import Order, RobotReport
from robot_fleet.ros.convert import from_report, to_order
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic


class RosRobotLink:
    """Implements `RobotLink`: the newest order is what stands on the topic, so an agent that starts anew reads it.

    Parameters
    ----------
    node : the manager's node.
    robot : the robot's id and namespace.
    guard : keeps failing callbacks from the spin.
    arrived : called after each report, so that the manager need not poll.
    """

    def __init__(self, node: Node, robot: str, guard: Guard, arrived: Callable[[], None]) -> None:
        self._reports: list[RobotReport] = []
        self._arrived = arrived
        self._orders = node.create_publisher(OrderMsg, topic("~order", robot), QOS["~order"].offered)
        self._publish = guard(f"order:{robot}", lambda order: self._orders.publish(to_order(order)))
        received = guard(f"report:{robot}", self._received)
        node.create_subscription(ReportMsg, topic("~report", robot), received, QOS["~report"].wanted)

    def send(self, order: Order) -> None:
        """Publish the order; the same one again does no harm. One that no message can carry is counted as a failure."""
        self._publish(order)

    def reports(self) -> Sequence[RobotReport]:
        """Return and forget the reports that have come in, oldest first."""
        reports, self._reports = self._reports, []
        return reports

    def _received(self, message: ReportMsg) -> None:
        self._reports.append(from_report(message))
        self._arrived()
