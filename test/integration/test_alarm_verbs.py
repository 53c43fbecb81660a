"""The verbs that answer alarms and incidents, over real HTTP to a fleet that only looks alive; its core is real."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from robot_fleet.core.facts import AlarmShown
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.run_directory import run_directory
from test.fakes.moving_fleet import MovingFleet
from test.integration.test_gateway_verbs import Terminal, fleet, terminal

__all__ = ["fleet", "terminal"]

STUCK, NAME = "stuck:1", "incident:stuck:1"


@pytest.fixture
def stuck(fleet: MovingFleet, terminal: Terminal) -> MovingFleet:
    """One alarm rings."""
    fleet.desk.seen["stuck", "care_1"] = None
    until_s = time.monotonic() + 30.0
    while not terminal.json("alarm", "list"):
        assert time.monotonic() < until_s
    return fleet


def test_alarms_are_listed_with_what_to_do(stuck: MovingFleet, terminal: Terminal) -> None:
    said = terminal.says("alarm", "list")
    assert "stuck:1  high, active, since 07:" in said and ", act by 07:" in said
    assert "care_1: The robot wants to drive and has not moved for a minute." in said
    assert "ack ALARM" in said
    assert "앞을 막는 것을 치우거나" in terminal.says("alarm", "list", "--lang", "ko")


def test_an_alarm_is_answered(stuck: MovingFleet, terminal: Terminal) -> None:
    assert "acknowledged" in terminal.says("alarm", "ack", STUCK, "--by", "op_7")
    assert "acknowledged by op_7" in terminal.says("alarm", "list")
    assert "put aside for 480 min" in terminal.says("alarm", "shelve", STUCK, "--minutes", "480", "--reason", "later")
    assert "later" in terminal.says("alarm", "list")
    assert terminal.json("alarm", "unshelve", STUCK)["command"].startswith("alarms-")
    assert [name for name, _ in stuck.commands] == ["AcknowledgeAlarm", "ShelveAlarm", "UnshelveAlarm"]


def test_an_incident_has_a_story_and_an_end(stuck: MovingFleet, terminal: Terminal) -> None:
    assert terminal.json("incident", "open", STUCK)["incident"] == NAME
    assert NAME in terminal.says("incident", "list")
    terminal.says("incident", "note", NAME, "a cart, moved")
    terminal.says("alarm", "ack", STUCK)
    assert "is closed" in terminal.says("incident", "close", NAME, "--reason", "way is clear")
    assert NAME not in terminal.says("incident", "list")
    assert "way is clear" in terminal.says("incident", "list", "--all")
    people = terminal.json("incident", "show", NAME, "--only", "person")["entries"]
    assert [entry["what"] for entry in people] == [
        "incident_opened", "incident_noted", "alarm_acknowledged", "incident_closed",
    ]  # fmt: skip
    told = terminal.says("incident", "show", NAME, "--lang", "ko")
    assert "경보 – 돌봄 1호" in told and "operator: a cart, moved" in told


def test_a_robot_is_taken_out_of_service_and_put_back(fleet: MovingFleet, terminal: Terminal) -> None:
    assert "is out of service" in terminal.says("maintenance", "begin", "care_2", "--reason", "wheels")
    assert "out of service" in terminal.says("robots")
    assert "in service again" in terminal.says("maintenance", "done", "care_2")
    assert "27:00" in terminal.says("maintenance", "plan", "care_2", "--from", "26:00", "--to", "27:00")
    robots = {row["id"]: row for row in terminal.json("robots")}
    assert robots["care_2"]["maintenance_s"] == [26 * 3600.0, 27 * 3600.0]
    assert "no maintenance" in terminal.says("maintenance", "plan", "care_2", "--never")


def test_a_stopped_robot_goes_on_only_after_a_yes(fleet: MovingFleet, terminal: Terminal) -> None:
    fleet.desk.press_stop("care_1")
    until_s = time.monotonic() + 30.0
    while "emergency stop" not in terminal.says("robots"):
        assert time.monotonic() < until_s
    for answers in ("n\n", ""):
        refusal = terminal.asked(answers, "resume", "care_1")
        assert refusal is not None
        assert refusal.code == "request_not_confirmed"
    assert fleet.commands == []
    assert "but care_1 after an emergency stop" in terminal.says("resume", "--yes")
    assert terminal.asked("y\n", "resume", "care_1") is None
    assert fleet.commands == [("resume", ""), ("resume", "care_1")]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("alarm", "ack", "nothing:9"), "request_unknown_alarm"),
        (("alarm", "unshelve", STUCK), "request_alarm_not_shelved"),
        (("alarm", "shelve", STUCK, "--minutes", "0.5", "--reason", "x"), "request_duration_malformed"),
        (("alarm", "shelve", STUCK, "--minutes", "30"), "usage"),
        (("incident", "show", "incident:none"), "request_unknown_incident"),
        (("incident", "open", "nothing:9"), "request_unknown_alarm"),
        (("incident", "note", "../x", "text"), "request_wrong_method"),
        (("incident", "close", "incident:none", "--reason", "x"), "request_unknown_incident"),
        (("maintenance", "begin", "nobody"), "request_unknown_robot"),
        (("maintenance", "done", "care_1"), "request_maintenance_malformed"),
        (("maintenance", "plan", "care_1"), "request_maintenance_malformed"),
        (("maintenance", "plan", "care_1", "--from", "9 o'clock", "--to", "10:00"), "request_time_malformed"),
    ],
)
def test_what_is_refused_is_one_line_with_a_code(
    stuck: MovingFleet, terminal: Terminal, words: tuple[str, ...], code: str
) -> None:
    (line,) = terminal.says(*words, status=1).splitlines()
    assert line.endswith(f"[{code}]")
    assert stuck.commands == []


def test_the_load_of_alarms_is_reported_out_of_the_ledger(stuck: MovingFleet, terminal: Terminal) -> None:
    with Ledger.open(run_directory().ledger, registry(), site_id="tiny") as ledger:
        for at_s, fact in list(stuck.desk.facts):
            ledger.append([fact], at_s)
        ledger.append([AlarmShown(STUCK, stuck.now_s)], stuck.now_s)
    told = terminal.json("alarm", "report", "--operators", "2")
    assert (told["schema_version"], told["operators"], told["alarms"], told["priority_pct"]["high"]) == (1, 2, 1, 100.0)
    assert "경보 부담" in terminal.says("alarm", "report", "--lang", "ko")
    assert terminal.json("report")["alarm_load"]["alarms"] == 1


def test_without_an_alarm_that_is_said(fleet: MovingFleet, terminal: Terminal) -> None:
    assert terminal.says("alarm", "list") == "No alarm is open.\n"
    Ledger.open(run_directory().ledger, registry(), site_id="tiny").close()
    assert terminal.says("alarm", "report") == "There was no alarm.\n"


def test_a_missing_ledger_has_its_code(terminal: Terminal, tmp_path: Path) -> None:
    assert "[ledger_missing]" in terminal.says("alarm", "report", "--ledger", str(tmp_path / "none"), status=1)
