"""What rings, what joins what rings already, what people may say to it, and when it is over."""

from __future__ import annotations

import pytest

from robot_fleet.core.fleet.alarming.cases import AlarmRecord
from robot_fleet.core.fleet.alarming.ringing import GATHER_S, QUIET_S
from robot_fleet.core.fleet.alarming.standing import UNWATCHED_AFTER_S
from robot_fleet.core.health import Condition, Level
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    BeginMaintenance,
    CloseIncident,
    ConditionsSeen,
    EndMaintenance,
    NoteIncident,
    OpenIncident,
    ShelveAlarm,
    SubmitTask,
    Tick,
    UnshelveAlarm,
)
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.incident import IncidentState
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

ALARM: dict[str, object] = {"place": "home/r101", "signal": "help_button"}


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site with all robots docked, heard of all the time."""
    made = world_of("tiny")
    for _ in range(3):
        made.pass_time(1.0)
        for robot in made.robots.values():
            made.step(robot)
        made.tell_all()
        made.feed(Tick())
    return made


def see(world: CoreWorld, *seen: tuple[str, str]) -> None:
    """Let the watcher say what it sees now."""
    conditions = tuple(Condition(code, subject, Level.ERROR, world.fleet_s) for code, subject in seen)
    world.feed(ConditionsSeen("gateway", conditions))


def let_pass(world: CoreWorld, seconds: float, *seen: tuple[str, str]) -> None:
    """Let time pass, second by second, in which all robots are heard and the watcher repeats what it sees."""
    for _ in range(round(seconds)):
        world.pass_time(1.0)
        world.tell_all()
        see(world, *seen)
        world.feed(Tick())


def alarms(world: CoreWorld) -> list[AlarmRecord]:
    return list(world.state.alarms.values())


def ringing(world: CoreWorld, *seen: tuple[str, str]) -> AlarmRecord:
    """Let something be seen for long enough that it rings, and return its alarm."""
    let_pass(world, GATHER_S + 1.0, *seen)
    (alarm,) = alarms(world)
    return alarm


STUCK = ("stuck", "care_1")


def refused(world: CoreWorld, wish: object) -> str:
    """Return the code with which a command is refused, empty if it is not."""
    (answer,) = world.feed(wish)  # type: ignore[arg-type]
    return answer.code


def test_a_condition_rings_after_it_was_held_back_once_and_clears_when_it_is_gone(world: CoreWorld) -> None:
    see(world, STUCK)
    world.feed(Tick())
    assert not alarms(world)
    alarm = ringing(world, STUCK)
    let_pass(world, 20.0, STUCK)
    assert alarms(world) == [alarm]
    assert (alarm.condition, alarm.members, alarm.urgency) == ("stuck", {"stuck:care_1": True}, "high")
    let_pass(world, 2.0)
    assert alarm.state is AlarmState.CLEARED
    assert refused(world, AcknowledgeAlarm("k", alarm.id, "op_1")) == ""
    assert (alarm.state, alarm.acknowledged_by) == (AlarmState.CLOSED, "op_1")
    assert alarm.closed_s == world.fleet_s


def test_what_a_person_has_taken_note_of_closes_when_it_is_gone(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    world.feed(AcknowledgeAlarm("k", alarm.id, "op_1"))
    let_pass(world, 5.0, STUCK)
    assert alarm.state is AlarmState.ACKNOWLEDGED
    let_pass(world, 2.0)
    assert alarm.state is AlarmState.CLOSED


def test_a_condition_without_an_alarm_does_not_ring(world: CoreWorld) -> None:
    let_pass(world, 10.0, ("battery_low", "care_1"))
    assert not alarms(world)


def test_what_is_critical_rings_at_once(world: CoreWorld) -> None:
    see(world, ("battery_hot", "care_1"))
    world.feed(Tick())
    assert [alarm.condition for alarm in alarms(world)] == ["battery_hot"]


def test_one_outage_is_one_alarm(world: CoreWorld) -> None:
    """All robots fall silent at once: one alarm names them, and it clears when the last one is back."""
    world.tell_all()
    world.pass_time(30.0)
    for _ in range(6):
        world.feed(Tick())
        world.pass_time(1.0)
    (alarm,) = alarms(world)
    assert alarm.condition == "robot_offline"
    assert set(alarm.subjects) == set(world.robots)
    first, *others = world.robots.values()
    for robot in others:
        world.tell(robot)
    world.feed(Tick())
    assert alarm.state is AlarmState.ACTIVE
    assert [subject for member, holds in alarm.members.items() if holds for subject in [member.split(":")[1]]] == [
        first.id
    ]
    world.tell_all()
    world.feed(Tick())
    assert alarm.state is AlarmState.CLEARED


def test_robots_that_follow_within_a_minute_join_the_outage(world: CoreWorld) -> None:
    first, second, third = (("stuck", name) for name in world.robots)
    let_pass(world, GATHER_S + 1.0, first, second)
    assert len(alarms(world)) == 2
    let_pass(world, GATHER_S + 1.0, first, second, third)
    joined, other = alarms(world)
    assert (len(joined.members), len(other.members)) == (2, 1)


def test_two_robots_are_two_alarms(world: CoreWorld) -> None:
    let_pass(world, 6.0, ("stuck", "care_1"), ("stuck", "care_2"))
    assert [alarm.subjects for alarm in alarms(world)] == [("care_1",), ("care_2",)]


def test_what_follows_from_a_dead_process_joins_its_alarm(world: CoreWorld) -> None:
    down = ("process_down", "robot_agents")
    alarm = ringing(world, down)
    world.pass_time(30.0)
    for _ in range(6):
        world.pass_time(1.0)
        see(world, down)
        world.feed(Tick())
    assert alarms(world) == [alarm]
    assert {f"robot_offline:{name}" for name in world.robots} < set(alarm.members)


def test_a_watcher_that_falls_silent_is_told_of(world: CoreWorld) -> None:
    see(world)
    for _ in range(round(UNWATCHED_AFTER_S + GATHER_S) + 2):
        world.pass_time(1.0)
        world.tell_all()
        world.feed(Tick())
    (alarm,) = alarms(world)
    assert (alarm.condition, alarm.subjects) == ("health_unwatched", ("gateway",))
    let_pass(world, 2.0)
    assert alarm.state is AlarmState.CLEARED


def test_what_the_silent_watcher_saw_last_is_not_taken_for_gone(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    for _ in range(60):
        world.pass_time(1.0)
        world.tell_all()
        world.feed(Tick())
    assert alarm.state is AlarmState.ACTIVE


def test_a_condition_that_comes_and_goes_keeps_one_alarm_and_grows_quiet_slowly(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    for _ in range(3):
        let_pass(world, QUIET_S[-1] + 2.0)
        assert alarm.state is AlarmState.CLEARED
        let_pass(world, 2.0, STUCK)
        assert alarm.state is AlarmState.ACTIVE
    assert alarms(world) == [alarm]
    assert alarm.count == 4
    let_pass(world, QUIET_S[3] - 2.0)
    assert alarm.state is AlarmState.ACTIVE


def test_an_alarm_that_comes_again_soon_after_its_end_counts_on(world: CoreWorld) -> None:
    first = ringing(world, STUCK)
    world.feed(AcknowledgeAlarm("k", first.id))
    let_pass(world, 2.0)
    let_pass(world, GATHER_S + 1.0, STUCK)
    assert [alarm.count for alarm in alarms(world)] == [1, 2]


def test_a_robot_in_maintenance_does_not_ring(world: CoreWorld) -> None:
    world.feed(BeginMaintenance("m", "care_1"))
    let_pass(world, 10.0, STUCK)
    assert not alarms(world)
    world.feed(EndMaintenance("n", "care_1"))
    assert ringing(world, STUCK).open
    world.feed(BeginMaintenance("o", "care_1"))
    let_pass(world, 2.0, STUCK)
    assert alarms(world)[0].state is AlarmState.CLEARED


def test_an_alarm_is_put_aside_with_a_reason_and_rings_again_when_the_time_is_up(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    assert refused(world, ShelveAlarm("a", alarm.id, 59.0, "known")) == "request_duration_malformed"
    assert refused(world, ShelveAlarm("b", alarm.id, 60.0, "  ")) == "request_reason_missing"
    assert refused(world, ShelveAlarm("c", alarm.id, 60.0, "floor is wet", "op_2")) == ""
    assert (alarm.state, alarm.shelved_by, alarm.shelved_for) == (AlarmState.SHELVED, "op_2", "floor is wet")
    assert refused(world, AcknowledgeAlarm("d", alarm.id)) == "request_alarm_shelved"
    let_pass(world, 59.0, STUCK)
    assert alarm.state is AlarmState.SHELVED
    let_pass(world, 2.0, STUCK)
    assert alarm.state is AlarmState.ACTIVE
    assert refused(world, UnshelveAlarm("e", alarm.id)) == "request_alarm_not_shelved"


def test_a_critical_alarm_cannot_be_put_aside(world: CoreWorld) -> None:
    alarm = ringing(world, ("battery_hot", "care_1"))
    assert refused(world, ShelveAlarm("a", alarm.id, 600.0, "later")) == "request_alarm_critical"
    assert alarm.state is AlarmState.ACTIVE


def test_the_same_answer_twice_is_one(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    for _ in range(2):
        (answer,) = world.feed(AcknowledgeAlarm("k", alarm.id, "op_1"))
        assert answer.accepted
    assert refused(world, AcknowledgeAlarm("l", "nothing")) == "request_unknown_alarm"
    let_pass(world, 2.0)
    assert refused(world, AcknowledgeAlarm("m", alarm.id)) == "request_alarm_closed"


def test_it_is_known_since_when_an_alarm_rings(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    assert alarm.rang_s == alarm.raised_s
    let_pass(world, 5.0, STUCK, ("stuck", "care_2"))
    assert alarm.rang_s == alarm.raised_s  # one more robot, or the same again, is no new ring
    world.feed(ShelveAlarm("a", alarm.id, 60.0, "looked at"))
    let_pass(world, 61.0, STUCK)
    again_s = alarm.rang_s
    assert again_s >= alarm.raised_s + 60.0
    let_pass(world, QUIET_S[1] + 2.0)
    assert alarm.state is AlarmState.CLEARED
    let_pass(world, 2.0, STUCK)
    assert (alarm.state, alarm.rang_s > again_s) == (AlarmState.ACTIVE, True)


def test_a_call_for_help_is_an_incident_that_the_robot_joins(world: CoreWorld) -> None:
    world.feed(SubmitTask("call", "care_alarm", ALARM))
    alarm = world.state.alarms["call"]
    incident = world.state.incidents[alarm.incident]
    assert (incident.alarms, incident.state) == (("call",), IncidentState.OPEN)
    let_pass(world, 3.0)
    robot = world.state.tasks["call"].robot
    assert robot and incident.robots == (robot,)
    let_pass(world, GATHER_S + 1.0, ("stuck", robot))
    (stuck,) = [alarm for alarm in alarms(world) if alarm.condition == "stuck"]
    assert stuck.incident == incident.id
    assert incident.alarms == ("call", stuck.id)


def test_an_incident_is_closed_with_a_reason_when_nothing_rings_any_more(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    assert alarm.incident == ""
    (answer,) = world.feed(OpenIncident("a", alarm.id, "op_1"))
    incident = world.state.incidents[answer.task]
    assert (incident.robots, incident.opened_by) == (("care_1",), "op_1")
    assert incident.since_s == alarm.raised_s
    assert refused(world, OpenIncident("b", alarm.id)) == "request_incident_open"
    assert refused(world, CloseIncident("c", incident.id, "moved it")) == "request_alarm_active"
    world.feed(AcknowledgeAlarm("d", alarm.id))
    assert refused(world, NoteIncident("e", incident.id, "")) == "request_reason_missing"
    assert refused(world, NoteIncident("f", incident.id, "cleared the corridor", "op_1")) == ""
    assert refused(world, CloseIncident("g", incident.id, "")) == "request_reason_missing"
    assert refused(world, CloseIncident("h", incident.id, "resolved", "op_1")) == ""
    assert (incident.state, incident.reason) == (IncidentState.CLOSED, "resolved")
    assert refused(world, CloseIncident("i", incident.id, "again")) == "request_incident_closed"
    assert refused(world, NoteIncident("j", incident.id, "wheel replaced", "op_2")) == ""
    assert [(by, text) for _, by, text in incident.notes] == [
        ("op_1", "cleared the corridor"),
        ("op_2", "wheel replaced"),
    ]
    assert refused(world, NoteIncident("k", "nothing", "x")) == "request_unknown_incident"


def test_all_of_it_survives_a_restart(world: CoreWorld) -> None:
    alarm = ringing(world, STUCK)
    world.feed(OpenIncident("a", alarm.id))
    world.feed(ShelveAlarm("b", alarm.id, 600.0, "known"))
    world.check_replay()
    world.restart()
    let_pass(world, 5.0, STUCK)
    assert [record.state for record in alarms(world)] == [AlarmState.SHELVED]
