"""Doors, gates and lifts over ROS: the manager's link to them, and the simulated ones' end of it.

Whoever builds the bridge to a building's own controller subscribes to `fleet/equipment_requests` and publishes
`fleet/equipment_states`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from rclpy.node import Node
from robot_fleet_interfaces.msg import EquipmentRequest, EquipmentState

from robot_fleet.core.effects import AskEquipment
from robot_fleet.core.equipment import EquipmentReport
from robot_fleet.ros.convert import to_time
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.sim.equipment import REPORT_EVERY_S
from robot_fleet.sim.world import SimWorld

REQUESTS, STATES = "fleet/equipment_requests", "fleet/equipment_states"


class RosEquipmentLink:
    """Implements `EquipmentLink`.

    Parameters
    ----------
    node : the manager's node.
    guard : keeps failing callbacks from the spin.
    arrived : called after each report, so that the manager need not poll.
    """

    def __init__(self, node: Node, guard: Guard, arrived: Callable[[], None]) -> None:
        self._reports: list[EquipmentReport] = []
        self._arrived = arrived
        self._node = node
        self._requests = node.create_publisher(EquipmentRequest, topic(REQUESTS), QOS[REQUESTS].offered)
        node.create_subscription(
            EquipmentState, topic(STATES), guard("equipment_state", self._heard), QOS[STATES].wanted
        )

    def ask(self, wish: AskEquipment) -> None:
        """Publish the wish; it is repeated by whoever has it."""
        stamp = self._node.get_clock().now().to_msg()
        self._requests.publish(
            EquipmentRequest(stamp=stamp, equipment=wish.equipment, robot=wish.robot, level=wish.level)
        )

    def reports(self) -> Sequence[EquipmentReport]:
        """Return and forget the reports that have come in, oldest first."""
        reports, self._reports = self._reports, []
        return reports

    def _heard(self, message: EquipmentState) -> None:
        self._reports.append(
            EquipmentReport(message.equipment, message.level, message.is_open, message.robot, message.code)
        )
        self._arrived()


class SimEquipmentTopics:
    """The simulated equipment's end.

    Parameters
    ----------
    node, guard : of the simulator.
    world : whose equipment it is.
    clock_s : returns the fleet time that stands on messages.
    """

    def __init__(self, node: Node, guard: Guard, world: SimWorld, clock_s: Callable[[], float]) -> None:
        self._world = world
        self._clock_s = clock_s
        self._told: dict[str, tuple[EquipmentReport, float]] = {}
        self._states = node.create_publisher(EquipmentState, topic(STATES), QOS[STATES].offered)
        asked = guard("equipment_request", self._asked)
        node.create_subscription(EquipmentRequest, topic(REQUESTS), asked, QOS[REQUESTS].wanted)

    def tell(self) -> None:
        """Publish what has changed, and once a second what has not."""
        steady_s = time.monotonic()
        for name, unit in self._world.equipment.units.items():
            report = unit.report
            told, told_s = self._told.get(name, (None, float("-inf")))
            if report != told or steady_s - told_s >= REPORT_EVERY_S:
                self._told[name] = report, steady_s
                self._states.publish(
                    EquipmentState(
                        stamp=to_time(self._clock_s()),
                        equipment=name,
                        level=report.level,
                        is_open=report.is_open,
                        robot=report.session,
                        code=report.code,
                    )
                )

    def _asked(self, message: EquipmentRequest) -> None:
        self._world.equipment.ask(AskEquipment(message.equipment, message.robot, message.level))
