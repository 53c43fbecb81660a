"""Alarms and incidents of the core's state as rows of the console's view. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robot_fleet.core.fleet.alarming.cases import AlarmRecord, IncidentRecord
from robot_fleet.core.fleet.state import FleetState, TaskRecord
from robot_fleet.core.health import Urgency
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text

_URGENCIES = [urgency.value for urgency in Urgency]
_NO_CALL: dict[str, Any] = {
    "task": "",
    "service": "",
    "place": "",
    "robot": "",
    "eta_s": None,
    "shown_s": None,
    "voice": "",
    "voice_s": None,
    "silence_due_s": None,
    "escalated_s": None,
    "on_site_s": None,
    "on_site_due_s": None,
    "verdict": "",
    "said": "",
    "wants": [],
    "guardian_s": None,
    "door_s": None,
    "handed_to": "",
}
"""What an alarm's row says of a call for help where it is none."""


def alarm_rows(site: Site, state: FleetState, eta_s: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return a row for each open alarm, the most urgent first; times are fleet seconds.

    Parameters
    ----------
    eta_s : per task when a robot is expected, as far as that is known.
    """
    known = [alarm for alarm in state.alarms.values() if alarm.open]
    known.sort(key=lambda alarm: (_URGENCIES.index(alarm.urgency), alarm.raised_s))
    return [_alarm_row(site, state, alarm, eta_s) for alarm in known]


def incident_rows(site: Site, state: FleetState) -> list[dict[str, Any]]:
    """Return a row for each incident that is open or was closed of late, oldest first; times are fleet seconds.

    `calls` are the calls for help among its alarms whose tasks have not left the live state.
    """
    return [_incident_row(site, incident, state) for incident in state.incidents.values()]


def _alarm_row(site: Site, state: FleetState, alarm: AlarmRecord, eta_s: Mapping[str, float]) -> dict[str, Any]:
    template = site.health.alarms.get(alarm.condition)
    row: dict[str, Any] = {
        "id": alarm.id,
        "condition": alarm.condition,
        "urgency": alarm.urgency,
        "state": alarm.state.value,
        "raised_s": round(alarm.raised_s, 1),
        "rang_s": round(alarm.rang_s, 1),
        "count": alarm.count,
        "incident": alarm.incident,
        "acknowledged_by": alarm.acknowledged_by,
        "shelved_until_s": _rounded(alarm.shelved_until_s),
        "shelved_for": alarm.shelved_for,
        "respond_s": template.respond_s if template is not None else None,
        "cause": _both(template.cause if template is not None else None),
        "consequence": _both(template.consequence if template is not None else None),
        "action": _both(template.action if template is not None else None),
        "members": [member for member, holds in alarm.members.items() if holds],
        "subjects": list(alarm.subjects),
    }
    return row | (_call_values(site, alarm, state.tasks[alarm.task], eta_s) if alarm.task else _NO_CALL)


def _call_values(site: Site, alarm: AlarmRecord, task: TaskRecord, eta_s: Mapping[str, float]) -> dict[str, Any]:
    heard_of = alarm.heard or alarm.escalated_s is not None
    places = [stop.places[0] for stop in task.request.stops if stop.places]
    return {
        "task": alarm.task,
        "service": task.request.service,
        "place": places[0] if places else "",
        "robot": task.robot,
        "eta_s": _rounded(eta_s.get(alarm.task)),
        "shown_s": _rounded(alarm.shown_s),
        "voice": alarm.voice,
        "voice_s": _rounded(alarm.voice_s),
        "silence_due_s": None if heard_of else round(alarm.raised_s + site.health.desk.silence_s, 1),
        "escalated_s": _rounded(alarm.escalated_s),
        "on_site_s": _rounded(alarm.on_site_s),
        "on_site_due_s": round(task.request.due_s, 1),
        "verdict": alarm.verdict,
        "said": alarm.said,
        "wants": [kind for kind in alarm.wants if not alarm.met(kind)] if alarm.open else [],
        "guardian_s": _rounded(alarm.guardian_s),
        "door_s": _rounded(alarm.door_s),
        "handed_to": alarm.handed_to,
    }


def _incident_row(site: Site, incident: IncidentRecord, state: FleetState) -> dict[str, Any]:
    calls = [state.alarms[name] for name in incident.alarms if name in state.alarms and name in state.tasks]
    return {
        "id": incident.id,
        "state": incident.state.value,
        "robots": list(incident.robots),
        "alarms": list(incident.alarms),
        "opened_s": round(incident.opened_s, 1),
        "opened_by": incident.opened_by,
        "notes": len(incident.notes),
        "closed_s": _rounded(incident.closed_s),
        "closed_by": incident.closed_by,
        "reason": incident.reason,
        "verdict": incident.verdict,
        "calls": [
            {"id": call.id, "raised_s": round(call.raised_s, 1), **_call_values(site, call, state.tasks[call.id], {})}
            for call in calls
        ],
    }


def _both(text: Text | None) -> dict[str, str]:
    return text.words() if text is not None else {"ko": "", "en": ""}


def _rounded(value_s: float | None) -> float | None:
    return None if value_s is None else round(value_s, 1)
