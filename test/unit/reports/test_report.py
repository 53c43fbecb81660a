"""The report's figures, from facts written by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from robot_fleet.core.facts import (
    AlarmShown,
    ChargeBegan,
    ChargeEnded,
    Fact,
    OrderEnded,
    OrderProgressed,
    OrderSent,
    RequestRefused,
    RobotFaulted,
    RobotLinkChanged,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskReleased,
    TaskRequested,
)
from robot_fleet.core.order import StepResult, StepState
from robot_fleet.reports.folds.alarms import AlarmCount
from robot_fleet.reports.report import FleetReport, RobotFigures, ServiceFigures, build_report
from robot_fleet.reports.words import LANGUAGES, span, tables

Timed = tuple[float, Fact]


def requested(at_s: float, task: str, service: str = "visit", earliest_s: float = 0.0, alarm: bool = False) -> Timed:
    kinds = ("care",) if service == "visit" else ("care", "logistics")
    return at_s, TaskRequested(
        task, service, {}, "operator", at_s, earliest_s, at_s + 600.0, "at.arrived", kinds, (), 10, 1.0, "", alarm, "ok"
    )


def sent(at_s: float, robot: str, order: str, task: str = "", lanes: int = 1) -> Timed:
    purpose, stop = ("task", 0) if task else ("home", -1)
    way = tuple(f"v{number}>v{number + 1}" for number in range(lanes))
    return at_s, OrderSent(robot, order, 0, purpose, task, stop, "there", False, way, (), at_s)


def driven(at_s: float, robot: str, order: str, steps: int = 1) -> Timed:
    results = tuple(StepResult(f"s{number}", StepState.DONE, at_s=at_s) for number in range(steps))
    return at_s, OrderProgressed(robot, order, results, at_s)


def ended(at_s: float, robot: str, order: str) -> Timed:
    return at_s, OrderEnded(robot, order, "finished", "", at_s)


def live(robot: str, at_s: float = 0.0) -> Timed:
    return at_s, RobotLinkChanged(robot, "live", at_s)


def completed(at_s: float, task: str, late_s: float = 0.0, result: str = "ok") -> Timed:
    return at_s, TaskCompleted(task, result, late_s, at_s)


def the_service(report: FleetReport) -> ServiceFigures:
    (service,) = report.services
    return service


def robot(facts: Iterable[Timed], name: str = "care_1") -> RobotFigures:
    return next(row for row in build_report(facts).robots if row.id == name)


def test_an_empty_ledger_has_an_empty_report() -> None:
    report = build_report([])
    assert report == FleetReport(0.0, 0.0, (), (), (), (), AlarmCount({}).load(0.0, 0.0))
    assert all(tables(report, language) == () for language in LANGUAGES)


def test_a_service_is_counted_by_ends() -> None:
    facts = [requested(0.0, f"r{number}") for number in range(6)]
    facts += [
        (1.0, RequestRefused("r6", "visit", "operator", 1.0, "too_heavy")),
        completed(100.0, "r0"),
        completed(100.0, "r1"),
        completed(100.0, "r2", late_s=30.0),
        (100.0, TaskFailed("r3", "nav_failed", 100.0)),
        (100.0, TaskCancelled("r4", "cancelled_by_person", "operator", 100.0)),
    ]
    service = the_service(build_report(facts))
    counts = (service.requests, service.done, service.failed, service.cancelled, service.rejected, service.open)
    assert counts == (7, 3, 1, 1, 1, 1)
    assert service.on_time_pct == pytest.approx(66.7)
    assert service.performance_pct == pytest.approx(40.0)  # 2 of the 5 that ended and were not taken back


def test_that_an_alarm_of_no_task_was_shown_is_no_matter_of_the_tasks() -> None:
    shown = AlarmShown("emergency_stop:1", 5.0)
    assert build_report([requested(0.0, "r0"), (5.0, shown)]).alarms == ()


def test_lateness_is_ranked_over_the_done_ones() -> None:
    facts = [requested(0.0, f"r{number}") for number in range(20)]
    facts += [completed(50.0, f"r{number}", late_s=float(number)) for number in range(20)]
    service = the_service(build_report(facts))
    assert (service.lateness_p50_s, service.lateness_p95_s) == (9.0, 18.0)


def test_the_time_to_a_robot_counts_from_when_it_was_wanted() -> None:
    facts = [
        live("care_1"),
        requested(0.0, "r0"),
        sent(10.0, "care_1", "o1", "r0"),
        ended(20.0, "care_1", "o1"),
        requested(20.0, "r1", earliest_s=100.0),
        sent(90.0, "care_1", "o2", "r1"),  # ahead of time
        requested(90.0, "r2", earliest_s=100.0),
        ended(110.0, "care_1", "o2"),
        (115.0, TaskReleased("r1", "alarm")),
        sent(120.0, "care_1", "o3", "r2"),
        requested(120.0, "r3"),
    ]
    assert the_service(build_report(facts)).to_robot_s == pytest.approx((10.0 + 0.0 + 20.0) / 3)


def test_a_robots_time_is_shared_out() -> None:
    facts = [
        live("care_1"),
        requested(0.0, "r0"),
        sent(10.0, "care_1", "o1", "r0"),
        ended(60.0, "care_1", "o1"),
        completed(60.0, "r0"),
        sent(70.0, "care_1", "o2"),
        ended(90.0, "care_1", "o2"),
        live("care_2", 100.0),
    ]
    figures = robot(facts)
    assert (figures.known_s, figures.tasks) == (100.0, 1)
    assert (figures.utilisation_pct, figures.home_pct, figures.idle_pct) == (50.0, 20.0, 30.0)
    assert figures.tasks_per_h == pytest.approx(36.0)
    assert robot(facts, "care_2").utilisation_pct is None


def test_an_order_turned_to_another_purpose_is_split_there() -> None:
    facts = [
        live("care_1"),
        requested(0.0, "r0"),
        sent(0.0, "care_1", "o1"),
        sent(40.0, "care_1", "o1", "r0"),
        ended(30.0, "care_1", "o0"),  # an older order's end says nothing of this one
        ended(100.0, "care_1", "o1"),
    ]
    figures = robot(facts)
    assert (figures.utilisation_pct, figures.home_pct, figures.idle_pct) == (60.0, 40.0, 0.0)


def test_time_out_of_service_is_counted_once_and_not_beyond_the_end() -> None:
    facts = [
        live("care_1"),
        (10.0, RobotFaulted("care_1", "nav_failed", 30.0, 10.0)),
        (20.0, RobotLinkChanged("care_1", "offline", 20.0)),
        (40.0, RobotLinkChanged("care_1", "live", 40.0)),
        (90.0, RobotFaulted("care_1", "nav_failed", 190.0, 90.0)),
        live("care_2", 100.0),
    ]
    figures = robot(facts)
    assert figures.availability_pct == 60.0  # 10 to 40 and 90 to 100
    assert figures.faults == 2


def test_recharging_overlaps_with_the_rest() -> None:
    facts = [
        live("care_1"),
        (10.0, ChargeBegan("care_1", 20.0, 10.0)),
        sent(10.0, "care_1", "o1"),
        ended(30.0, "care_1", "o1"),
        (60.0, ChargeEnded("care_1", 90.0, 60.0)),
        (90.0, ChargeBegan("care_1", 20.0, 90.0)),
        live("care_2", 100.0),
    ]
    figures = robot(facts)
    assert (figures.recharging_pct, figures.home_pct, figures.idle_pct, figures.charges) == (60.0, 20.0, 80.0, 2)


def test_a_kind_is_what_could_do_all_of_a_robots_tasks_unless_it_is_known() -> None:
    facts = [
        live("care_1"),
        live("other_1"),
        live("still_1"),
        requested(0.0, "r0", "parcel"),
        requested(0.0, "r1"),
        sent(0.0, "care_1", "o1", "r0"),
        sent(50.0, "care_1", "o2", "r1"),
        sent(0.0, "other_1", "o1", "r0"),
        ended(100.0, "care_1", "o2"),
    ]
    kinds = {row.id: row.kind for row in build_report(facts).robots}
    assert kinds == {"care_1": "care", "other_1": "", "still_1": ""}
    report = build_report(facts, {"other_1": "logistics"})
    assert [(row.kind, row.robots) for row in report.kinds] == [("care", 1), ("logistics", 1), ("", 1)]


def test_an_alarm_is_timed_from_when_it_was_raised() -> None:
    facts = [
        requested(100.0, "a0", alarm=True),
        requested(100.0, "a1", alarm=True),
        (100.5, AlarmShown("a0", 100.5)),
        (105.0, AlarmShown("a0", 105.0)),
        sent(110.0, "care_1", "o1", "a0", lanes=2),
        driven(130.0, "care_1", "o1"),
        driven(150.0, "care_1", "o1"),
        completed(400.0, "a0", result="false_alarm"),
    ]
    first, second = build_report(facts).alarms
    assert (first.shown_s, first.on_site_s, first.closed_s, first.verdict) == (0.5, 50.0, 300.0, "false_alarm")
    assert (second.shown_s, second.on_site_s, second.closed_s, second.verdict) == (None, None, None, "")


def test_a_robot_that_is_there_already_is_on_site_at_once() -> None:
    facts = [requested(100.0, "a0", alarm=True), sent(110.0, "care_1", "o1", "a0", lanes=0)]
    (alarm,) = build_report(facts).alarms
    assert alarm.on_site_s == 10.0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_have_a_cell_for_every_column(language: str) -> None:
    facts = [live("care_1"), requested(0.0, "a0", alarm=True), sent(5.0, "care_1", "o1", "a0"), completed(60.0, "a0")]
    report = build_report(facts)
    made = tables(report, language)
    assert len(made) == 5
    assert all(len(row) == len(table.columns) for table in made for row in table.rows)
    assert "00:01:00" in span(report, language)
    assert len({table.title for table in made}) == 5
