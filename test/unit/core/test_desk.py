"""What people record at the incident desk: voice contact, verdicts, field jobs; and what they may not."""

from __future__ import annotations

import pytest

from robot_fleet.core.facts import HoldSet, JobAnswered, JobOpened, VoiceRecorded
from robot_fleet.core.fleet.alarming.cases import AlarmRecord
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AnswerJob,
    CancelTask,
    CloseIncident,
    OpenIncident,
    OpenJob,
    RecordVoice,
    SetHold,
    SubmitTask,
)
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.incident import IncidentState
from robot_fleet.core.lifecycles.job import JobState
from robot_fleet.runtime.runs.summary import live_calls
from test.property.core_world import CoreWorld
from test.unit.core.test_alarms import ALARM, STUCK, let_pass, refused, ringing, world

__all__ = ["world"]


@pytest.fixture
def call(world: CoreWorld) -> AlarmRecord:
    """Somebody has called for help, twenty seconds ago."""
    world.feed(SubmitTask("a1", "care_alarm", ALARM))
    world.pass_time(20.0)
    return world.state.alarms["a1"]


def close(world: CoreWorld, call: AlarmRecord, verdict: str, reason: str = "") -> str:
    return refused(world, CloseIncident(f"close-{verdict}", call.incident, reason, "op_1", verdict))


def test_the_first_line_that_is_opened_counts_and_the_last_word_about_it(world: CoreWorld, call: AlarmRecord) -> None:
    assert refused(world, RecordVoice("v1", "a1", "made", "op_1")) == ""
    world.pass_time(15.0)
    assert refused(world, RecordVoice("v2", "a1", "silent", "op_1")) == ""
    world.pass_time(5.0)
    assert refused(world, RecordVoice("v3", "a1", "escalated", "op_2")) == ""
    (_, entry), *_ = live_calls(world.state)
    assert (entry["voice_s"], entry["escalated_s"], call.voice) == (20.0, 40.0, "silent")


def test_whoever_speaks_to_the_caller_has_taken_note_of_the_alarm(world: CoreWorld, call: AlarmRecord) -> None:
    assert call.state is AlarmState.ACTIVE
    world.feed(RecordVoice("v", "a1", "made", "op_1"))
    assert (call.state, call.acknowledged_by) == (AlarmState.ACKNOWLEDGED, "op_1")


def test_voice_contact_is_recorded_of_calls_alone_and_in_known_words(world: CoreWorld, call: AlarmRecord) -> None:
    let_pass(world, 4.0, STUCK)
    alarm = next(alarm for alarm in world.state.alarms.values() if not alarm.task)
    assert refused(world, RecordVoice("v1", alarm.id, "answered")) == "request_alarm_no_call"
    assert refused(world, RecordVoice("v2", "a1", "shouted")) == "request_malformed"
    assert refused(world, RecordVoice("v3", "nothing", "made")) == "request_unknown_alarm"


def test_an_incident_with_a_call_is_not_closed_before_somebody_knows_how_the_caller_is(
    world: CoreWorld, call: AlarmRecord
) -> None:
    assert close(world, call, "fine") == "request_alarm_active"
    world.feed(AcknowledgeAlarm("k", "a1"))
    assert close(world, call, "", "all well") == "request_verdict_missing"
    assert close(world, call, "other", " ") == "request_reason_missing"
    assert close(world, call, "splendid") == "request_malformed"
    assert close(world, call, "fine") == "request_call_unanswered"
    world.feed(RecordVoice("v", "a1", "silent"))
    assert refused(world, CloseIncident("again", call.incident, "", "op_1", "fine")) == "request_call_unanswered"
    world.feed(RecordVoice("w", "a1", "answered"))
    assert refused(world, CloseIncident("last", call.incident, "", "op_1", "fine")) == ""
    incident = world.state.incidents[call.incident]
    assert (incident.state, incident.verdict, call.verdict) == (IncidentState.CLOSED, "fine", "fine")


def test_what_was_called_for_by_mistake_needs_no_voice_once_it_is_taken_back(
    world: CoreWorld, call: AlarmRecord
) -> None:
    world.feed(AcknowledgeAlarm("k", "a1"))
    world.feed(CancelTask("c", "a1", "mistyped"))
    assert call.state is AlarmState.CLOSED
    assert refused(world, RecordVoice("late", "a1", "answered")) == "", "its incident is still open"
    assert close(world, call, "false_alarm") == ""
    assert refused(world, RecordVoice("later", "a1", "answered")) == "request_alarm_closed"


def test_an_incident_without_a_call_closes_with_words_or_a_verdict(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    world.feed(OpenIncident("o", alarm.id))
    world.feed(AcknowledgeAlarm("k", alarm.id))
    assert refused(world, CloseIncident("c1", alarm.incident, "")) == "request_reason_missing"
    assert refused(world, CloseIncident("c2", alarm.incident, "", verdict="helped")) == ""


def test_a_job_is_open_then_taken_then_done(world: CoreWorld) -> None:
    (answer,) = world.feed(OpenJob("j", "fetch_robot", robot="care_1", due_in_s=600.0, text="by the lift", by="op_1"))
    job = world.state.jobs[answer.task]
    assert (job.id, job.state, job.due_s) == ("job:1", JobState.OPEN, world.fleet_s + 600.0)
    assert refused(world, AnswerJob("d", job.id, "done", by="op_2")) == "request_job_state"
    assert refused(world, AnswerJob("t", job.id, "take", by="staff_3")) == ""
    assert (job.state, job.taken_by, job.taken_s) == (JobState.TAKEN, "staff_3", world.fleet_s)
    assert refused(world, AnswerJob("d2", job.id, "done", "brought to charger 2", "staff_3")) == ""
    assert (job.state, job.ended_by, job.ended_with) == (JobState.DONE, "staff_3", "brought to charger 2")
    assert refused(world, AnswerJob("w", job.id, "withdraw")) == "request_job_state"


def test_a_job_past_its_time_rings_until_it_is_over(world: CoreWorld) -> None:
    world.feed(OpenJob("j1", "fetch_robot", robot="care_1", due_in_s=600.0))
    world.feed(OpenJob("j2", "look_after", place="home/r101", due_in_s=7_200.0))
    let_pass(world, 599.0)
    assert not world.state.alarms
    let_pass(world, 2.0)
    alarm = ringing(world)
    assert (alarm.condition, alarm.subjects, alarm.urgency) == ("job_overdue", ("job:1",), "medium")
    world.feed(AnswerJob("t", "job:1", "take", by="staff_3"))
    let_pass(world, 6.0)
    assert alarm.state is AlarmState.ACTIVE  # on the way is not done
    world.feed(AnswerJob("d", "job:1", "done", by="staff_3"))
    let_pass(world, 6.0)
    assert alarm.state is AlarmState.CLEARED
    world.feed(AcknowledgeAlarm("k", alarm.id, by="op_1"))
    assert alarm.state is AlarmState.CLOSED


def test_a_job_knows_the_place_and_incident_of_the_call_that_it_is_for(world: CoreWorld, call: AlarmRecord) -> None:
    world.feed(OpenJob("j", "look_after", alarm="a1"))
    job = world.state.jobs["job:1"]
    assert (job.place, job.robot, job.incident) == ("home/r101", "", call.incident)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (OpenJob("j", "fetch_robot"), "request_job_malformed"),
        (OpenJob("j", "juggle", robot="care_1"), "request_malformed"),
        (OpenJob("j", "fetch_robot", robot="nobody"), "request_unknown_robot"),
        (OpenJob("j", "look_after", place="nowhere"), "request_unknown_place"),
        (OpenJob("j", "look_after", incident="incident:no"), "request_unknown_incident"),
        (OpenJob("j", "other", robot="care_1"), "request_reason_missing"),
        (OpenJob("j", "fetch_robot", robot="care_1", due_in_s=1.0), "request_duration_malformed"),
        (OpenJob("j", "fetch_robot", robot="care_1", due_in_s=float("nan")), "request_duration_malformed"),
        (OpenJob("j", "take_over", place="home/r101"), "request_job_malformed"),
        (AnswerJob("j", "job:9", "take"), "request_unknown_job"),
    ],
)
def test_what_is_wrong_with_a_job_is_said_and_nothing_happens(world: CoreWorld, wish: object, code: str) -> None:
    before = len(world.facts)
    assert refused(world, wish) == code
    assert world.facts[before:] == []


def test_a_robot_that_is_taken_over_is_held_until_it_is_given_back(world: CoreWorld) -> None:
    robot = world.state.robots["care_1"]
    world.feed(OpenJob("j", "take_over", robot="care_1"))
    assert robot.hold
    assert refused(world, OpenJob("again", "take_over", robot="care_1")) == "request_robot_taken_over"
    world.feed(AnswerJob("t", "job:1", "take", by="staff_3"))
    assert refused(world, SetHold("go", False, "care_1")) == "request_robot_taken_over"
    assert robot.hold
    world.feed(AnswerJob("d", "job:1", "done", by="staff_3"))
    assert not robot.hold


def test_giving_a_robot_back_is_no_consent_after_an_emergency_stop(world: CoreWorld) -> None:
    world.feed(OpenJob("j", "take_over", robot="care_1"))
    robot = world.state.robots["care_1"]
    robot.stops += 1
    assert refused(world, AnswerJob("w", "job:1", "withdraw")) == "request_emergency_stopped"
    world.feed(SetHold("go", False, "care_1"))
    assert (robot.stopped, robot.hold) == (False, True)
    assert refused(world, AnswerJob("w2", "job:1", "withdraw")) == ""


def test_the_same_key_opens_one_job(world: CoreWorld) -> None:
    first = world.feed(OpenJob("j", "take_over", robot="care_1"))
    again = world.feed(OpenJob("j", "take_over", robot="care_1"))
    assert [answer.task for answer in (*first, *again)] == ["job:1", "job:1"]
    wanted = (JobOpened, JobAnswered, HoldSet, VoiceRecorded)
    assert [type(fact) for fact in world.facts if isinstance(fact, wanted)] == [JobOpened, HoldSet]
