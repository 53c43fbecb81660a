"""How fast events of the city were answered, in the periodic report: reckoned on paper."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from robot_fleet.core.facts.city import CityEventEnded, CityEventLed, CityEventTaken
from robot_fleet.core.order import StepKind
from robot_fleet.core.text import Text
from robot_fleet.reports.calendar import Length
from robot_fleet.reports.folds.past import Past
from robot_fleet.reports.periodic.csv_file import csv_bytes
from robot_fleet.reports.periodic.event_figures import aims_of
from robot_fleet.reports.periodic.json_file import report_json
from robot_fleet.reports.periodic.periodic import PeriodReport, period_report
from robot_fleet.site.load import load_site
from test.unit.reports.hand_made import FACTS, GROUND, Timed, asked, order, period

BUSAN = Path(__file__).resolve().parents[3] / "config" / "sites" / "busan_edc"
NAMED = replace(GROUND, event_aims_s={"fire": 180.0}, names={"fire": Text("화재", "Fire")})
T0 = 50_000.0


def taken(name: str, kind: str, at_s: float, *, drill: bool = False) -> Timed:
    event = f"city/{name}"
    return at_s + 2.0, CityEventTaken(
        event, kind, "building:home", "r", at_s, at_s + 2.0, at_s + 9_000.0, drill, "d", f"a:{name}", f"i:{name}"
    )


def answered(name: str, at_s: float, after_s: float) -> list[Timed]:
    """A robot is sent for a task of an event; it stands where the task begins already, and so is on site at once."""
    task = f"t:{name}"
    sent = order(at_s + after_s, "c1", f"o:{name}", task, 0, "home/r1", "", StepKind.ACT)
    return [
        asked(at_s + 2.0, task, "visit"),
        (at_s + 2.0, CityEventLed(f"city/{name}", "task", task, at_s + 2.0)),
        sent,
    ]


def ended(name: str, at_s: float) -> Timed:
    return at_s, CityEventEnded(f"city/{name}", "resolved", "", at_s)


def made(*facts: Timed, of: str = "1") -> PeriodReport:
    past = Past(NAMED)
    for seq, (at_s, fact) in enumerate((*FACTS, *sorted(facts, key=lambda each: each[0])), 1):
        past.take(seq, at_s, fact)
    return period_report(past, NAMED, None, period(Length.DAY, of) if of != "1" else period())


def values(report: PeriodReport, key: str) -> dict[str, float | None]:
    table = next(each for each in report.tables if each.id == "events")
    return dict(next(row.values for row in table.rows if row.key == key))


DAY = (
    *(taken("f1", "fire", T0), *answered("f1", T0, 100.0), ended("f1", T0 + 900.0)),
    *(taken("f2", "fire", T0 + 1_000.0), *answered("f2", T0 + 1_000.0, 200.0)),
    *(taken("f3", "fire", T0 + 2_000.0, drill=True), *answered("f3", T0 + 2_000.0, 9.0)),
    *(taken("w1", "crowd", T0 + 3_000.0), ended("w1", T0 + 3_600.0)),
)


def test_events_are_counted_by_type_with_their_response_times_and_their_aim() -> None:
    report = made(*DAY)
    assert values(report, "fire") == {
        "events": 2.0,
        "event_drills": 1.0,
        "events_open": 1.0,  # f2; the drill does not count
        "event_response_p50_s": 100.0,
        "event_response_p95_s": 200.0,
        "event_response_aim_s": 180.0,
        "events_in_time_pct": 50.0,
    }
    crowd = values(report, "crowd")
    assert (crowd["events"], crowd["events_open"], crowd["event_response_p50_s"]) == (1.0, 0.0, None)
    assert (crowd["event_response_aim_s"], crowd["events_in_time_pct"]) == (None, None), "no robot was asked for"
    fleet = values(report, "fleet")
    assert (fleet["events"], fleet["events_open"], fleet["event_response_p95_s"]) == (3.0, 1.0, 200.0)
    assert fleet["event_response_aim_s"] is None, "types differ in it"


def test_an_event_that_nobody_came_to_is_not_answered_within_the_aim() -> None:
    facts = [each for each in (taken("f1", "fire", T0), *answered("f1", T0, 100.0)) if each[0] < T0 + 100.0]
    fire = values(made(*facts), "fire")
    assert (fire["event_response_p50_s"], fire["events_in_time_pct"]) == (None, 0.0)


def test_without_events_there_is_nothing_to_reckon_with() -> None:
    fleet = values(made(), "fleet")
    assert (fleet["events"], fleet["events_open"], fleet["events_in_time_pct"]) == (0.0, 0.0, None)


def test_json_and_csv_tell_of_events_in_both_languages() -> None:
    report = made(*DAY)
    table = next(each for each in report_json(report)["tables"] if each["id"] == "events")
    assert table["title"] == {"ko": "도시 사건과 대응 시간", "en": "City events and response times"}
    assert [row["name"]["ko"] for row in table["rows"]] == ["전체", "crowd", "화재"]
    read = csv.DictReader(io.StringIO(csv_bytes(report, "ko").decode("utf-8-sig"), newline=""))
    told = {(row["name"], row["figure"]): row["value"] for row in read if row["table"] == "events"}
    assert told["화재", "event_response_p95_s"] == "200.0"
    assert told["화재", "event_response_aim_s"] == "180.0"


def test_the_aim_of_a_type_follows_from_the_sites_rules_and_services() -> None:
    aims_s = aims_of(load_site(BUSAN))
    assert aims_s["vital_sign"] == 180.0, "a call for help"
    assert "crowd" not in aims_s, "no robot is asked for"
