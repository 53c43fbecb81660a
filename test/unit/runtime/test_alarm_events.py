"""What receivers of webhooks are told of alarms and incidents, from the state of a fleet."""

from __future__ import annotations

from robot_fleet.core.fleet.alarming.ringing import GATHER_S
from robot_fleet.core.inputs import AcknowledgeAlarm, CloseIncident, RecordVoice, SubmitTask
from robot_fleet.runtime.ringing.alarm_events import OLD_AFTER_S, AlarmEvents
from robot_fleet.server.webhooks.event import WebhookEvent
from test.property.core_world import CoreWorld
from test.unit.core.test_alarms import ALARM, STUCK, let_pass
from test.unit.core.test_recovery import started


def told(world: CoreWorld) -> list[WebhookEvent]:
    events: list[WebhookEvent] = []
    AlarmEvents(world.site, "run1", events.append).tell(world.state, world.fleet_s)
    return events


def test_an_alarms_life_is_told_event_by_event() -> None:
    world = started()
    let_pass(world, GATHER_S + 1.0, STUCK)
    (raised,) = told(world)
    assert (raised.type, raised.condition, raised.subjects) == ("alarm.raised", "stuck", ("care_1",))
    assert raised.text.ko and raised.action.en
    (alarm,) = world.state.alarms.values()
    world.feed(AcknowledgeAlarm("k", alarm.id))
    let_pass(world, 2.0)
    assert [event.type for event in told(world)] == ["alarm.raised", "alarm.acknowledged", "alarm.cleared"]
    assert told(world)[0].id == raised.id
    world.pass_time(OLD_AFTER_S + 1.0)
    assert told(world) == []


def test_an_alarm_that_rings_again_is_another_event() -> None:
    world = started()
    let_pass(world, GATHER_S + 1.0, STUCK)
    (first,) = told(world)
    let_pass(world, 2.0)
    let_pass(world, 2.0, STUCK)
    (second,) = told(world)
    assert second.type == "alarm.raised"
    assert second.id != first.id


def test_a_call_for_help_names_its_place_and_its_incident_is_told_too() -> None:
    world = started()
    world.feed(SubmitTask("call", "care_alarm", ALARM))
    call, line, incident = told(world)
    assert line.type == "contact.line"
    assert (call.of, call.subjects, call.urgency.value) == ("call", ("home/r101",), "critical")
    assert (incident.type, incident.of) == ("incident.opened", "incident:call")
    world.feed(RecordVoice("k", "call", "answered"))
    world.feed(CloseIncident("c", "incident:call", "", verdict="fine"))
    assert [event.type for event in told(world) if event.of == "incident:call"] == [
        "incident.opened",
        "incident.closed",
    ]
