"""What the manager tells all who listen of alarms and incidents, and what it hears of conditions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rclpy.node import Node
from robot_fleet_interfaces.msg import Alarm, Alarms, Incident, Incidents
from robot_fleet_interfaces.msg import Conditions as ConditionsMsg

from robot_fleet.core.errors import OrderError
from robot_fleet.core.fleet.alarming.cases import AlarmRecord, IncidentRecord
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.health import AlarmTemplate, Condition, Level, Urgency
from robot_fleet.core.inputs import ConditionsSeen
from robot_fleet.core.lifecycles.incident import IncidentState
from robot_fleet.ros.convert import to_time
from robot_fleet.ros.qos import QOS, topic

_URGENCIES = [urgency.value for urgency in Urgency]


class AlarmTopics:
    """Publishes the open alarms and the incidents whenever they have changed.

    Parameters
    ----------
    node : where the publishers live.
    templates : what people are told, by condition.
    """

    def __init__(self, node: Node, templates: Mapping[str, AlarmTemplate]) -> None:
        self._templates = templates
        self._alarms = node.create_publisher(Alarms, topic("fleet/alarms"), QOS["fleet/alarms"].offered)
        self._incidents = node.create_publisher(Incidents, topic("fleet/incidents"), QOS["fleet/incidents"].offered)
        self._told: tuple[list[Alarm], list[Incident]] | None = None

    def tell(self, state: FleetState, at_s: float) -> None:
        """Publish what has changed since the last call."""
        open_alarms = [alarm for alarm in state.alarms.values() if alarm.open]
        open_alarms.sort(key=lambda alarm: (_URGENCIES.index(alarm.urgency), alarm.raised_s))
        alarms = [self._alarm(alarm, state) for alarm in open_alarms]
        incidents = [_incident(incident) for incident in state.incidents.values()]
        if self._told is None or self._told[0] != alarms:
            self._alarms.publish(Alarms(stamp=to_time(at_s), alarms=alarms))
        if self._told is None or self._told[1] != incidents:
            self._incidents.publish(Incidents(stamp=to_time(at_s), incidents=incidents))
        self._told = alarms, incidents

    def _alarm(self, alarm: AlarmRecord, state: FleetState) -> Alarm:
        message = Alarm(
            id=alarm.id,
            condition=alarm.condition,
            subjects=list(alarm.subjects) or _place_of(alarm, state),
            priority=alarm.urgency,
            state=alarm.state.value,
            task=alarm.task,
            incident=alarm.incident,
            raised_s=alarm.raised_s,
            count=alarm.count,
        )
        template = self._templates.get(alarm.condition)
        if template is not None:
            message.respond_s = template.respond_s
            message.cause_ko, message.cause_en = template.cause.ko, template.cause.en
            message.consequence_ko, message.consequence_en = template.consequence.ko, template.consequence.en
            message.action_ko, message.action_en = template.action.ko, template.action.en
        return message


def from_conditions(message: ConditionsMsg) -> ConditionsSeen:
    """Return what a watcher sees.

    Raises
    ------
    OrderError : `order_report_malformed` for a level that there is not.
    """
    return ConditionsSeen(message.source, tuple(_condition(each) for each in message.conditions))


def _condition(message: Any) -> Condition:
    try:
        level = Level(message.level)
    except ValueError as error:
        raise OrderError("order_report_malformed", f"no condition is {message.level!r}", message.subject) from error
    return Condition(message.code, message.subject, level, message.since_s, message.value)


def _place_of(alarm: AlarmRecord, state: FleetState) -> list[str]:
    """Return where help was called to."""
    task = state.tasks.get(alarm.task)
    return [] if task is None else [stop.places[0] for stop in task.request.stops if stop.places][:1]


def _incident(incident: IncidentRecord) -> Incident:
    return Incident(
        id=incident.id,
        state=IncidentState(incident.state).value,
        robots=list(incident.robots),
        alarms=list(incident.alarms),
        opened_s=incident.opened_s,
        reason=incident.reason,
    )
