"""An incident's timeline: what belongs to it, in order, with whom it is about and words in both languages."""

from __future__ import annotations

import json

import jsonschema
import pytest

from robot_fleet.core.facts import (
    AlarmAcknowledged,
    AlarmRaised,
    AlarmReceded,
    AlarmShelved,
    AlarmSpread,
    AlarmUnshelved,
    EmergencyStopped,
    Fact,
    HoldSet,
    IncidentClosed,
    IncidentJoined,
    IncidentNoted,
    IncidentOpened,
    ItemMoved,
    MaintenanceBegan,
    MaintenancePlanned,
    OrderEnded,
    OrderProgressed,
    OrderSent,
    RobotFaulted,
    RobotLinkChanged,
    TaskAnswered,
    TaskCompleted,
    TaskFailed,
    TaskHeldUp,
    TaskRequested,
    TaskSuspended,
)
from robot_fleet.core.order import StepResult, StepState
from robot_fleet.core.site import Site
from robot_fleet.reports.incidents.story import IncidentReport, build_incident
from robot_fleet.site.load import load_site
from test.unit.docs.texts import ROOT

NAME = "incident:stuck:1"
TINY = ROOT / "test" / "data" / "sites" / "tiny"
Timed = tuple[float, Fact]


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(TINY)


def order(at_s: float, robot: str, number: int, task: str = "t1", update: int = 0) -> Timed:
    sent = OrderSent(robot, f"{robot}#{number}", update, "task", task, 0, "home/r101", False, (), (), at_s)
    return at_s, sent


def begun(*robots: str) -> list[Timed]:
    """An alarm of some robots that opened its incident by itself."""
    members = tuple(f"stuck:{robot}" for robot in robots)
    return [
        (100.0, AlarmRaised("stuck:1", "stuck", members, "high", 100.0)),
        (100.0, IncidentOpened(NAME, "stuck:1", robots, "", 100.0)),
    ]


def story(site: Site, *facts: Timed) -> IncidentReport:
    made = build_incident(site, sorted([*begun("care_1"), *facts], key=lambda timed: timed[0]), NAME)
    assert made is not None
    return made


def told(site: Site, *facts: Timed) -> list[tuple[float, str, str, str]]:
    """What is told beside the beginning, as (time, sort, who, what)."""
    begin = ("alarm_raised", "incident_opened")
    entries = story(site, *facts).entries
    return [(each.at_s, each.sort.value, each.who, each.what) for each in entries if each.what not in begin]


def test_an_incident_that_the_facts_do_not_open_has_no_story(site: Site) -> None:
    assert build_incident(site, begun("care_1"), "incident:other:2") is None


def test_a_call_that_was_heard_of_late_stands_at_its_own_time(site: Site) -> None:
    call = TaskRequested(
        "r1", "care_visit", {}, "resident", 80.0, 80.0, 170.0, "", (), (), 99, 1.0, "at_least_once", True, "ok"
    )
    late = (IncidentJoined(NAME, "r1", (), 100.0), RobotLinkChanged("care_1", "stale", 90.0))
    entries = story(site, (100.0, call), (100.0, late[0]), (90.0, late[1])).entries
    assert [entry.at_s for entry in entries] == [80.0, 90.0, 100.0, 100.0, 100.0]
    assert entries[0].what == "alarm_called"


def test_its_scope_is_what_the_facts_say_in_the_end(site: Site) -> None:
    scope = story(
        site,
        (110.0, IncidentJoined(NAME, "stuck:2", ("care_2", "care_1"), 110.0)),
        (150.0, IncidentClosed(NAME, "moved", "op", 150.0)),
    ).scope
    assert (scope.alarms, scope.robots) == (("stuck:1", "stuck:2"), ("care_1", "care_2"))
    assert (scope.opened_s, scope.opened_by, scope.closed_s, scope.closed_by) == (100.0, "", 150.0, "op")


def test_what_its_robots_did_before_belongs_to_it_also_of_those_that_join_later(site: Site) -> None:
    assert told(
        site,
        order(50.0, "care_1", 1),
        order(60.0, "care_2", 1),
        (70.0, RobotLinkChanged("logistics_1", "offline", 70.0)),
        (110.0, IncidentJoined(NAME, "", ("care_2",), 110.0)),
    ) == [
        (50.0, "robot", "care_1", "robot_sent"),
        (60.0, "robot", "care_2", "robot_sent"),
        (110.0, "alarm", NAME, "incident_joined"),
    ]


def test_an_update_of_the_same_way_is_no_news(site: Site) -> None:
    again = [order(50.0 + number, "care_1", 1, update=number) for number in range(3)]
    assert len(told(site, *again)) == 1
    assert len(told(site, *again, order(55.0, "care_1", 2))) == 2


def test_only_steps_that_went_wrong_are_told(site: Site) -> None:
    results = (StepResult("s1", StepState.DONE), StepResult("s2", StepState.FAILED, "nav_failed"))
    entries = story(site, (90.0, OrderProgressed("care_1", "care_1#1", results, 90.0))).entries
    failed = [entry.text for entry in entries if entry.what == "step_failed"]
    assert [text.en for text in failed] == ["Care 1: a step failed (nav_failed)"]


def test_an_alarms_life_is_told_with_who_answered(site: Site) -> None:
    assert told(
        site,
        (101.0, AlarmSpread("stuck:1", "stuck:care_2", 101.0)),
        (102.0, AlarmAcknowledged("stuck:1", "op_1", 102.0)),
        (103.0, AlarmShelved("stuck:1", 163.0, "wait", "op_2", 103.0)),
        (163.0, AlarmUnshelved("stuck:1", "", 163.0)),
        (164.0, AlarmShelved("stuck:1", 300.0, "wait", "op_2", 164.0)),
        (165.0, AlarmUnshelved("stuck:1", "op_3", 165.0)),
        (166.0, AlarmReceded("stuck:1", "stuck:care_2", 166.0)),
        (167.0, AlarmReceded("stuck:1", "stuck:care_1", 167.0)),
        (168.0, AlarmSpread("stuck:1", "stuck:care_1", 168.0)),
        (169.0, AlarmAcknowledged("other:2", "op_1", 169.0)),
    ) == [
        (101.0, "alarm", "stuck:1", "alarm_spread"),
        (102.0, "person", "op_1", "alarm_acknowledged"),
        (103.0, "person", "op_2", "alarm_shelved"),
        (163.0, "alarm", "stuck:1", "alarm_rings_again"),
        (164.0, "person", "op_2", "alarm_shelved"),
        (165.0, "person", "op_3", "alarm_unshelved"),
        (166.0, "alarm", "stuck:1", "alarm_receded"),
        (167.0, "alarm", "stuck:1", "alarm_cleared"),
        (168.0, "alarm", "stuck:1", "alarm_again"),
    ]


def test_people_who_hold_its_robots_or_the_fleet_are_told(site: Site) -> None:
    assert told(
        site,
        (110.0, HoldSet(True, "care_1", "look", "op")),
        (111.0, HoldSet(True, "", "", "op")),
        (112.0, HoldSet(False, "care_2", "", "op")),
        (113.0, MaintenanceBegan("care_1", "wheels", "op", 113.0)),
        (114.0, MaintenancePlanned("care_1", 0.0, 0.0, "op", 114.0)),
    ) == [
        (110.0, "person", "op", "held"),
        (111.0, "person", "op", "held"),
        (113.0, "person", "op", "maintenance_began"),
        (114.0, "person", "op", "maintenance_unplanned"),
    ]


def test_custody_and_tasks_of_its_robots_are_told(site: Site) -> None:
    assert told(
        site,
        order(50.0, "care_1", 1),
        (60.0, ItemMoved("meal", "robot:care_1", 60.0)),
        (61.0, ItemMoved("parcel", "robot:logistics_1", 61.0)),
        (110.0, TaskHeldUp("t1", "zone_closed", 110.0)),
        (111.0, TaskHeldUp("t1", "", 111.0)),
        (112.0, ItemMoved("meal", "person:p1", 112.0)),
        (113.0, TaskCompleted("t1", "delivered", 0.0, 113.0)),
        order(113.0, "logistics_1", 1, task="t3"),
        (113.5, TaskCompleted("t3", "delivered", 0.0, 113.5)),
        (114.0, TaskFailed("t2", "nav_failed", 114.0)),
    )[1:] == [
        (60.0, "item", "meal", "item_taken"),
        (110.0, "robot", "care_1", "task_held_up"),
        (111.0, "robot", "care_1", "task_goes_on"),
        (112.0, "item", "meal", "item_given"),
        (113.0, "robot", "care_1", "task_completed"),
    ]


def test_a_task_that_asks_and_who_answered_are_told(site: Site) -> None:
    assert told(
        site,
        order(50.0, "care_1", 1),
        (110.0, TaskSuspended("t1", "act_unknown", 110.0, asks=True)),
        (120.0, TaskAnswered("t1", "retry", "op", 120.0)),
    )[1:] == [(110.0, "robot", "care_1", "task_asks"), (120.0, "person", "op", "task_answered")]


def test_after_its_end_only_what_people_write_about_it_is_told(site: Site) -> None:
    assert told(
        site,
        (120.0, IncidentClosed(NAME, "moved", "op", 120.0)),
        (130.0, RobotFaulted("care_1", "nav_failed", 190.0, 130.0)),
        (140.0, IncidentNoted(NAME, "wheel changed", "op", 140.0)),
        (150.0, IncidentNoted("incident:other:2", "x", "op", 150.0)),
    ) == [(120.0, "person", "op", "incident_closed"), (140.0, "person", "op", "incident_noted")]


def test_sentences_name_things_in_both_languages_and_keep_what_people_wrote(site: Site) -> None:
    entries = story(
        site,
        (110.0, EmergencyStopped("care_1", 1, 110.0)),
        (111.0, IncidentNoted(NAME, "a {cart} stood there", "op", 111.0)),
        (112.0, OrderEnded("care_1", "care_1#1", "cancelled", "", 112.0)),
    ).entries
    english = [entry.text.en for entry in entries]
    assert english == [
        "Alarm – Care 1: The robot wants to drive and has not moved for a minute.",
        "The alarm opened this incident",
        "Care 1: its emergency stop was pressed",
        "op: a {cart} stood there",
        "Care 1: its order was given up",
    ]
    assert [entry.text.ko for entry in entries][2] == "돌봄 1호: 비상 정지 눌림"


def test_its_json_keeps_its_form_and_can_be_filtered(site: Site) -> None:
    made = story(
        site,
        (110.0, IncidentNoted(NAME, "x", "op", 110.0)),
        (120.0, IncidentClosed(NAME, "moved", "op", 120.0)),
    )
    schema = json.loads((ROOT / "docs/reference/schemas/incident.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(json.loads(json.dumps(made.to_dict())), schema)
    jsonschema.validate(json.loads(json.dumps(story(site).to_dict())), schema)
    assert {entry["sort"] for entry in made.to_dict(["person"])["entries"]} == {"person"}


def test_every_sentence_can_be_said() -> None:
    source = (ROOT / "robot_fleet/reports/incidents/facts.py").read_text(encoding="utf-8")
    words = (ROOT / "robot_fleet/reports/incidents/words.py").read_text(encoding="utf-8")
    told_by_word = ("link_", "voice_", "job_", "event_", "contact_")
    for line in words.splitlines():
        if line.startswith('    "') and '": (' in line:
            key = line.split('"')[1]
            assert f'"{key}"' in source or key.startswith(told_by_word), key
