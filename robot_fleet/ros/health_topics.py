"""What the gateway tells on ROS of the fleet's health: conditions for the manager, states and diagnostics for all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.node import Node
from robot_fleet_interfaces.msg import Condition as ConditionMsg
from robot_fleet_interfaces.msg import Conditions, FleetState, RobotHealth, RobotState

from robot_fleet.core.clock import Now
from robot_fleet.core.health import Condition, Level
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.site import Site
from robot_fleet.ros.convert import to_time
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.telemetry import board, groups
from robot_fleet.telemetry.board import Board
from robot_fleet.telemetry.overview import Overview

SOURCE = "gateway"
_PREFIX = "/fleet"
"""Begins the names of our statuses, so that another aggregator's on the same topic are others."""
_LEVELS = {
    "ok": DiagnosticStatus.OK,
    Level.WARNING.value: DiagnosticStatus.WARN,
    Level.ERROR.value: DiagnosticStatus.ERROR,
}


class HealthTopics:
    """Publishes how the fleet fares; what nobody listens to is not even made.

    Parameters
    ----------
    node : where the publishers live.
    site : for its rules.
    """

    def __init__(self, node: Node, site: Site) -> None:
        self._signal_of = {rule.code: rule.signal for rule in site.health.rules.values()}
        self._conditions = node.create_publisher(Conditions, topic("fleet/conditions"), QOS["fleet/conditions"].offered)
        self._state = node.create_publisher(FleetState, topic("fleet/state"), QOS["fleet/state"].offered)
        self._aggregate = node.create_publisher(
            DiagnosticArray, topic("diagnostics_agg"), QOS["diagnostics_agg"].offered
        )

    def tell(
        self, overview: Overview, watched: Board, states: Mapping[str, RobotState], tasks: Mapping[str, str], now: Now
    ) -> None:
        """Publish an overview.

        Parameters
        ----------
        watched : for what is known of each robot's signals.
        states : where robots were last.
        tasks : what each robot works for.
        """
        conditions = [_condition(each) for each in overview.conditions]
        self._conditions.publish(Conditions(source=SOURCE, conditions=conditions))
        if self._state.get_subscription_count() > 0:
            message = FleetState(robots=[_health(robot, states, tasks) for robot in overview.robots])
            message.header.stamp = to_time(now.fleet_s)
            self._state.publish(message)
        if self._aggregate.get_subscription_count() > 0:
            array = DiagnosticArray()
            array.header.stamp = to_time(now.fleet_s)
            for robot in overview.robots:
                array.status += self._statuses(robot, watched.values[robot.robot])
            self._aggregate.publish(array)

    def _statuses(self, robot: board.RobotHealth, values: Mapping[str, float]) -> list[DiagnosticStatus]:
        """Return a status for a robot and one for each group of its signals."""
        heard = robot.freshness is LinkState.LIVE
        statuses = [
            self._status(robot, "", robot.conditions, {}),
            *(
                self._status(
                    robot,
                    f"/{group}",
                    [each for each in robot.conditions if groups.of(self._signal_of[each.code]) == group],
                    {name: value for name, value in values.items() if groups.of(name) == group} if heard else {},
                )
                for group in groups.GROUPS
            ),
        ]
        statuses[0].values = [
            KeyValue(key="activity", value=robot.activity),
            KeyValue(key="freshness", value=robot.freshness.value),
            KeyValue(key="control", value=robot.control),
        ]
        return statuses

    def _status(
        self, robot: board.RobotHealth, name: str, conditions: Iterable[Condition], values: Mapping[str, float]
    ) -> DiagnosticStatus:
        status = DiagnosticStatus(name=f"{_PREFIX}/{robot.robot}{name}", hardware_id=robot.robot)
        if robot.freshness is LinkState.LIVE:
            codes = [condition.code for condition in conditions]
            status.level = _LEVELS[board.worst_of(conditions)]
            status.message = ", ".join(codes) or "ok"
        else:
            status.level = DiagnosticStatus.STALE
            never = math.isinf(robot.age_s)
            status.message = "not heard yet" if never else f"not heard for {robot.age_s:.0f} s"
        status.values = [KeyValue(key=key, value=f"{value:.4g}") for key, value in values.items()]
        return status


def _condition(condition: Condition) -> ConditionMsg:
    return ConditionMsg(
        code=condition.code,
        subject=condition.subject,
        level=condition.level.value,
        since_s=condition.since_s,
        value=condition.value,
    )


def _health(robot: board.RobotHealth, states: Mapping[str, RobotState], tasks: Mapping[str, str]) -> RobotHealth:
    message = RobotHealth(
        robot=robot.robot,
        soc_pct=math.nan,
        activity=robot.activity,
        freshness=robot.freshness.value,
        age_s=robot.age_s,
        health=robot.health,
        control=robot.control,
        task=tasks.get(robot.robot, ""),
        conditions=[_condition(each) for each in robot.conditions],
    )
    state = states.get(robot.robot)
    if state is not None:
        message.map_id, message.x_m, message.y_m, message.yaw_rad = state.map_id, state.x_m, state.y_m, state.yaw_rad
        message.speed_mps, message.soc_pct = state.speed_mps, state.soc_pct
    return message
