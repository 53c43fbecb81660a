"""What receivers of webhooks are told of the alarms and incidents of a fleet."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping

from robot_fleet.core.desk import Contact
from robot_fleet.core.fleet.alarming.cases import AlarmRecord, IncidentRecord
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.health import AlarmTemplate, Urgency
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.incident import IncidentState
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.server.webhooks.event import WebhookEvent
from robot_fleet.site.models.webhooks import EventName

OLD_AFTER_S = 3_600.0
"""What was over so long ago (fleet time) has been told; nobody is told of it again after a restart."""
_CLEAR = (AlarmState.CLEARED, AlarmState.CLOSED)
_OPENED, _CLOSED = (
    Text("사고가 열렸습니다.", "An incident was opened."),
    Text("사고가 끝났습니다.", "An incident was closed."),
)
_LOOK = Text("관제 화면에서 확인하십시오.", "See the fleet console.")


_REPORT = Text(
    "결과를 POST /api/v1/alarms/{id}/voice 로 알려 주십시오.", "Say what came of it: POST /api/v1/alarms/{id}/voice."
)
_REACH: Mapping[Contact, tuple[EventName, Text]] = {
    Contact.LINE: (
        "contact.line",
        Text("그곳과 통화를 연결하십시오.", "Open a line to the place and ask how they are."),
    ),
    Contact.EMERGENCY: ("contact.emergency", Text("{emergency_number}에 신고하십시오.", "Call {emergency_number}.")),
    Contact.GUARDIAN: ("contact.guardian", Text("보호자에게 알리십시오.", "Tell the guardian.")),
    Contact.DOOR: (
        "contact.door",
        Text("구조대가 들어갈 수 있도록 문을 여십시오.", "Open the door of the place for responders."),
    ),
}
"""What receivers are told of whoever is to be reached."""


class AlarmEvents:
    """Tells of the state as events; what was told before is told again, with the same id.

    Parameters
    ----------
    site : for its id and the texts of alarms.
    run : see `run_id`.
    offer : takes an event; never waits.
    """

    def __init__(self, site: Site, run: str, offer: Callable[[WebhookEvent], None]) -> None:
        self._site = site
        self._run = run
        self._offer = offer

    def tell(self, state: FleetState, fleet_s: float) -> None:
        """Offer every event of what is open, or was closed of late."""
        for alarm in state.alarms.values():
            if alarm.open or fleet_s - (alarm.closed_s or fleet_s) <= OLD_AFTER_S:
                for event in self._of_alarm(alarm, state):
                    self._offer(event)
        for incident in state.incidents.values():
            if fleet_s - (incident.closed_s or fleet_s) <= OLD_AFTER_S:
                for event in self._of_incident(incident, state):
                    self._offer(event)

    def _of_alarm(self, alarm: AlarmRecord, state: FleetState) -> Iterator[WebhookEvent]:
        template = self._site.health.alarms.get(alarm.condition)
        yield self._event("alarm.raised", alarm, template, _subjects(alarm, state), alarm.raised_s)
        if alarm.acknowledged_s is not None:
            subjects = _subjects(alarm, state)
            yield self._event("alarm.acknowledged", alarm, template, subjects, alarm.acknowledged_s)
        for kind, since_s in alarm.wants.items():
            yield self._contact(Contact(kind), alarm, _subjects(alarm, state), since_s)
        if alarm.state in _CLEAR:
            yield self._event("alarm.cleared", alarm, template, _subjects(alarm, state), alarm.closed_s)

    def _contact(self, kind: Contact, alarm: AlarmRecord, subjects: tuple[str, ...], at_s: float) -> WebhookEvent:
        """Return what is told of somebody who is to be reached; whoever has reached them answers by the API."""
        name, text = _REACH[kind]
        return WebhookEvent(
            type=name,
            of=alarm.id,
            run=self._run,
            site=self._site.id,
            condition=alarm.condition,
            subjects=subjects,
            urgency=Urgency(alarm.urgency),
            text=text.filled("emergency_number", self._site.emergency_number),
            action=_REPORT,
            at_unix_s=time.time(),
            at_s=at_s,
        )

    def _event(
        self,
        name: EventName,
        alarm: AlarmRecord,
        template: AlarmTemplate | None,
        subjects: tuple[str, ...],
        at_s: float | None,
    ) -> WebhookEvent:
        plain = Text(alarm.condition, alarm.condition)
        return WebhookEvent(
            type=name,
            of=alarm.id if alarm.count == 1 else f"{alarm.id}#{alarm.count}",
            run=self._run,
            site=self._site.id,
            condition=alarm.condition,
            subjects=subjects,
            urgency=Urgency(alarm.urgency),
            text=plain if template is None else template.cause,
            action=_LOOK if template is None else template.action,
            at_unix_s=time.time(),
            at_s=at_s,
        )

    def _of_incident(self, incident: IncidentRecord, state: FleetState) -> Iterator[WebhookEvent]:
        alarms = [state.alarms[name] for name in incident.alarms if name in state.alarms]
        urgency = min((list(Urgency).index(Urgency(alarm.urgency)) for alarm in alarms), default=0)

        def event(name: EventName, text: Text, at_s: float | None) -> WebhookEvent:
            return WebhookEvent(
                type=name,
                of=incident.id,
                run=self._run,
                site=self._site.id,
                condition=alarms[0].condition if alarms else "",
                subjects=incident.robots,
                urgency=list(Urgency)[urgency],
                text=text,
                action=_LOOK,
                at_unix_s=time.time(),
                at_s=at_s,
            )

        yield event("incident.opened", _OPENED, incident.opened_s)
        if incident.state is IncidentState.CLOSED:
            yield event("incident.closed", _CLOSED, incident.closed_s)


def _subjects(alarm: AlarmRecord, state: FleetState) -> tuple[str, ...]:
    """Return what an alarm is about; of a call for help the place."""
    task = state.tasks.get(alarm.task)
    if task is None:
        return alarm.subjects
    return tuple(stop.places[0] for stop in task.request.stops if stop.places)[:1]
