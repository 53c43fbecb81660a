"""What the gateway tells on ROS of the fleet's health: conditions for the manager, states and diagnostics for all."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

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
        self._states: dict[str, RobotHealth] = {}
        self._statuses: dict[str, list[DiagnosticStatus]] = {}
        self._signal_of = {rule.code: rule.signal for rule in site.health.rules.values()}
        self._conditions = node.create_publisher(Conditions, topic("fleet/conditions"), QOS["fleet/conditions"].offered)
        self._state = node.create_publisher(FleetState, topic("fleet/state"), QOS["fleet/state"].offered)
        self._aggregate = node.create_publisher(
            DiagnosticArray, topic("diagnostics_agg"), QOS["diagnostics_agg"].offered
        )

    def prepare(
        self,
        robot: board.RobotHealth,
        values: Mapping[str, float],
        state: RobotState | None,
        task: str,
        part: str,
    ) -> None:
        """Put together what is told of one robot at the next `tell`.

        Parameters
        ----------
        values : what is known of its signals.
        state : where it was last.
        task : what it works for, or empty.
        part : what its worst part says.
        """
        if self._state.get_subscription_count() > 0:
            self._states[robot.robot] = _health(robot, state, task)
        if self._aggregate.get_subscription_count() > 0:
            self._statuses[robot.robot] = self._statuses_of(robot, values, part)

    def tell(self, conditions: Iterable[Condition], now: Now) -> None:
        """Publish the conditions, and what has been prepared."""
        told = [_condition(each) for each in conditions]
        self._conditions.publish(Conditions(source=SOURCE, conditions=told))
        if self._states:
            message = FleetState(robots=list(self._states.values()))
            message.header.stamp = to_time(now.fleet_s)
            self._state.publish(message)
        if self._statuses:
            array = DiagnosticArray(status=[status for robot in self._statuses.values() for status in robot])
            array.header.stamp = to_time(now.fleet_s)
            self._aggregate.publish(array)
        self._states, self._statuses = {}, {}

    def _statuses_of(self, robot: board.RobotHealth, values: Mapping[str, float], part: str) -> list[DiagnosticStatus]:
        """Return a status for a robot and one for each group of its signals."""
        whole = self._status(robot, "", robot.conditions)
        whole.values = [
            KeyValue(key="activity", value=robot.activity),
            KeyValue(key="freshness", value=robot.freshness.value),
            KeyValue(key="control", value=robot.control),
        ]
        told: dict[str, list[KeyValue]] = {group: [] for group in groups.GROUPS}
        if robot.freshness is LinkState.LIVE:
            for name, value in values.items():
                told[groups.of(name)].append(KeyValue(key=name, value=f"{value:.4g}"))
            if part:
                told[groups.PARTS].append(KeyValue(key="worst", value=part))
        statuses = [whole]
        for group, pairs in told.items():
            own = [each for each in robot.conditions if groups.of(self._signal_of[each.code]) == group]
            statuses.append(self._status(robot, f"/{group}", own))
            statuses[-1].values = pairs
        return statuses

    def _status(self, robot: board.RobotHealth, name: str, conditions: Sequence[Condition]) -> DiagnosticStatus:
        status = DiagnosticStatus(name=f"{_PREFIX}/{robot.robot}{name}", hardware_id=robot.robot)
        if robot.freshness is LinkState.LIVE:
            codes = [condition.code for condition in conditions]
            status.level = _LEVELS[board.worst_of(conditions)]
            status.message = ", ".join(codes) or "ok"
        else:
            status.level = DiagnosticStatus.STALE
            never = math.isinf(robot.age_s)
            status.message = "not heard yet" if never else f"not heard for {robot.age_s:.0f} s"
        return status


def _condition(condition: Condition) -> ConditionMsg:
    return ConditionMsg(
        code=condition.code,
        subject=condition.subject,
        level=condition.level.value,
        since_s=condition.since_s,
        value=condition.value,
    )


def _health(robot: board.RobotHealth, state: RobotState | None, task: str) -> RobotHealth:
    message = RobotHealth(
        robot=robot.robot,
        soc_pct=math.nan,
        activity=robot.activity,
        freshness=robot.freshness.value,
        age_s=robot.age_s,
        health=robot.health,
        control=robot.control,
        task=task,
        conditions=[_condition(each) for each in robot.conditions],
    )
    if state is not None:
        message.map_id, message.x_m, message.y_m, message.yaw_rad = state.map_id, state.x_m, state.y_m, state.yaw_rad
        message.speed_mps, message.soc_pct = state.speed_mps, state.soc_pct
    return message
