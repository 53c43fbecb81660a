"""Each exception of calls for help, visits, meals and patrols by its name, played by the simulated people in Busan."""

from __future__ import annotations

from functools import cache
from typing import Any

from robot_fleet.core.facts import AlarmRaised, ContactWanted, FlowMoved, StopMissed
from robot_fleet.core.fleet.state import FleetState, TaskRecord
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.recipient import Recipient
from robot_fleet.runtime.runs.summary import live_calls
from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.site.demand import RequestRow
from test.integration.virtual_runs import BUSAN, virtual_fleet

AT_S = 27_000.0
MEAL = {"from": "care_home/kitchen_1", "to": "care_home/r204", "mass_kg": 1.0}


def call(name: str, place: str, truth: str, signal: str, at_s: float = AT_S) -> RequestRow:
    return RequestRow(name, at_s, "care_alarm", {"place": place, "signal": signal, "truth": truth})


def meal(name: str, at_s: float, **params: object) -> RequestRow:
    return RequestRow(name, at_s, "meal_delivery", {**MEAL, "item": f"item_{name}", **params})


@cache
def day() -> VirtualFleet:
    """One morning on which all of it happens."""
    rows = [
        call("mistake", "care_home/r203", "false_alarm", "help_button"),
        call("ambulance", "care_home/r201", "ambulance_needed", "fall_detected", AT_S + 5.0),
        call("help", "care_home/r205", "help_needed", "no_motion", AT_S + 10.0),
        RequestRow("no_entry", AT_S + 20.0, "care_visit", {"place": "senior_apt/f303", "truth": "no_entry"}),
        RequestRow("refuses", AT_S + 30.0, "care_visit", {"place": "senior_apt/f301", "truth": "refuses"}),
        RequestRow("nobody_agreed", AT_S + 40.0, "care_visit", {"place": "senior_apt/f302"}),
        meal("absent", AT_S + 50.0, truth="absent"),
        meal("allergy", AT_S + 55.0, tags="t3 t7"),
        meal("nobody", AT_S + 1_200.0, truth="nobody"),
        RequestRow("anomaly", AT_S + 60.0, "patrol", {"route": "west_round", "truth": "intruder"}),
        RequestRow("dark", AT_S + 70.0, "patrol", {"route": "east_round", "truth": "dark"}),
    ]
    agreed = Recipient(frozenset({"care_visit"}))
    fleet = virtual_fleet(
        BUSAN,
        rows,
        improving=False,
        recipients={
            "senior_apt/f301": agreed,
            "senior_apt/f303": agreed,
            "care_home/r204": Recipient(avoids=frozenset({"t7"})),
        },
    )
    fleet.run(Stop(until_idle=False, duration_s=3_900.0, drain_s=600.0))
    return fleet


def state() -> FleetState:
    return day().host.fleet.state


def task(name: str) -> TaskRecord:
    return state().tasks[name]


def clocks(name: str) -> dict[str, Any]:
    return next(entry for _, entry in live_calls(state()) if entry["request"] == name)


def reasons(name: str) -> dict[str, str]:
    facts = [fact for _, fact in day().log.facts if isinstance(fact, ContactWanted)]  # type: ignore[attr-defined]
    return {fact.kind: fact.reason for fact in facts if fact.alarm == name}


def moves(name: str) -> list[tuple[str, str]]:
    facts = [fact for _, fact in day().log.facts if isinstance(fact, FlowMoved)]  # type: ignore[attr-defined]
    return [(fact.act, fact.word) for fact in facts if fact.task == name]


def test_every_call_is_inside_its_four_clocks() -> None:
    for name in ("mistake", "ambulance", "help"):
        told = clocks(name)
        assert told["shown_s"] <= 2.0
        assert told["voice_s"] <= 30.0
        assert told["robot_on_site_s"] <= 180.0
        assert told["closed_s"] is not None


def test_a_call_by_mistake_holds_a_robot_for_ten_to_twenty_minutes_and_calls_nobody() -> None:
    told = clocks("mistake")
    assert (task("mistake").result, told["verdict"], told["escalated_s"]) == ("false_alarm", "false_alarm", None)
    assert 600.0 <= told["closed_s"] - told["robot_on_site_s"] <= 1_200.0
    assert reasons("mistake") == {"line": "called"}


def test_silence_for_60_s_calls_119_and_a_person_judges_lets_them_in_and_hands_over_by_name() -> None:
    told = clocks("ambulance")
    assert 60.0 <= told["escalated_s"] <= 61.0
    assert (task("ambulance").result, told["verdict"]) == ("handed_over", "ambulance_needed")
    assert reasons("ambulance") == {
        "line": "called",
        "emergency": "silence",
        "door": "responders",
        "guardian": "responders",
    }
    alarm = state().alarms["ambulance"]
    assert alarm.door_s is not None
    assert alarm.guardian_s is not None
    assert alarm.handed_to.startswith("responder_")
    assert [word for _, word in moves("ambulance")] == ["ambulance_needed", "let_in", "taken_over"]


def test_who_needs_help_but_no_ambulance_is_helped_and_the_guardian_is_told() -> None:
    told = clocks("help")
    assert (task("help").result, told["verdict"], told["escalated_s"]) == ("helped", "help_needed", None)
    assert told["guardian_s"] is not None
    assert told["handed_to"]


def test_a_door_that_stays_shut_and_a_call_without_answer_are_an_incident() -> None:
    silent = task("no_entry")
    assert (silent.state, silent.reason) == (TaskState.FAILED, "no_answer")
    assert moves("no_entry")[0] == ("door", "shut")
    raised = [fact for _, fact in day().log.facts if isinstance(fact, AlarmRaised)]  # type: ignore[attr-defined]
    (alarm,) = [fact for fact in raised if "not_reached:senior_apt/f303" in fact.members]
    assert state().alarms[alarm.alarm].incident


def test_a_refusal_is_respected() -> None:
    assert (task("refuses").state, task("refuses").result) == (TaskState.COMPLETED, "refused")
    assert "room.medication" not in task("refuses").instants


def test_no_visit_without_consent() -> None:
    assert state().refused["nobody_agreed"] == "no_consent"


def test_a_meal_that_its_recipient_must_avoid_is_refused() -> None:
    assert state().refused["allergy"] == "tag_conflict"


def test_two_meals_missed_in_a_row_are_an_incident() -> None:
    assert [task(name).result for name in ("absent", "nobody")] == ["left_with_staff", "returned"]
    raised = [fact for _, fact in day().log.facts if isinstance(fact, AlarmRaised)]  # type: ignore[attr-defined]
    assert any("not_reached:care_home/r204" in fact.members for fact in raised)


def test_an_anomaly_waits_for_a_persons_verdict_and_the_patrol_goes_on_with_evidence_of_each_checkpoint() -> None:
    seen = task("anomaly")
    assert (seen.state, seen.result) == (TaskState.COMPLETED, "anomaly")
    assert moves("anomaly")[0:2] == [("inspect", "anomaly"), ("judge", "reported")]
    stops = len(seen.request.stops)
    assert len(set(seen.evidence.values())) == stops
    assert all(reference.startswith("rec_") for reference in seen.evidence.values())


def test_checkpoints_that_cannot_be_looked_at_are_missed_and_told_of() -> None:
    dark = task("dark")
    facts = [fact for _, fact in day().log.facts if isinstance(fact, StopMissed)]  # type: ignore[attr-defined]
    assert [fact.place for fact in facts if fact.task == "dark"] == list(dark.missed)
    assert (dark.state, dark.reason) == (TaskState.FAILED, "every_stop_missed")
    assert len(dark.missed) == len(dark.request.stops)
