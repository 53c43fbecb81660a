"""The load of alarms at its boundaries, from facts written by hand."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from robot_fleet.core.facts import (
    AlarmAcknowledged,
    AlarmRaised,
    AlarmReceded,
    AlarmShelved,
    AlarmSpread,
    AlarmUnshelved,
    Fact,
    TaskCompleted,
)
from robot_fleet.reports.folds.alarms import STANDING_S, AlarmCount, AlarmLoad
from robot_fleet.reports.report import build_report
from robot_fleet.reports.words import LANGUAGES, load_table
from test.unit.reports.test_report import requested

Timed = tuple[float, Fact]


def raised(at_s: float, number: int = 1, urgency: str = "low", count: int = 1) -> Timed:
    return at_s, AlarmRaised(f"stuck:{number}", "stuck", (f"stuck:r{number}",), urgency, at_s, count)


def gone(at_s: float, number: int = 1) -> Timed:
    return at_s, AlarmReceded(f"stuck:{number}", f"stuck:r{number}", at_s)


def back(at_s: float, number: int = 1) -> Timed:
    return at_s, AlarmSpread(f"stuck:{number}", f"stuck:r{number}", at_s)


def noted(at_s: float, number: int = 1) -> Timed:
    return at_s, AlarmAcknowledged(f"stuck:{number}", "op", at_s)


def load(facts: Iterable[Timed], to_s: float = 3600.0, operators: int = 1, respond_s: float = 300.0) -> AlarmLoad:
    count = AlarmCount({"stuck": respond_s})
    for at_s, fact in facts:
        count.take(at_s, fact)
    return count.load(0.0, to_s, operators)


def burst(number: int, every_s: float, from_s: float = 0.0) -> list[Timed]:
    return [raised(from_s + every_s * index, index) for index in range(number)]


def test_without_alarms_there_is_nothing_to_reckon_with() -> None:
    none = load([])
    assert (none.alarms, none.worst_10_min, none.floods, none.acknowledge_p50_s, none.in_time_pct) == (
        0,
        0,
        0,
        None,
        None,
    )
    assert none.priority_pct == {"low": None, "medium": None, "high": None}
    assert load([], to_s=0.0).per_10_min is None


def test_the_mean_is_per_operator_and_ten_minutes() -> None:
    facts = burst(12, 300.0)
    assert load(facts).per_10_min == 2.0
    assert load(facts, operators=2).per_10_min == 1.0


def test_the_worst_ten_minutes_do_not_hold_their_end() -> None:
    assert load([raised(0.0, 1), raised(599.9, 2)]).worst_10_min == 2
    assert load([raised(0.0, 1), raised(600.0, 2)]).worst_10_min == 1


@pytest.mark.parametrize(("number", "every_s", "floods"), [(9, 1.0, 0), (10, 1.0, 1), (10, 66.6, 1), (10, 66.7, 0)])
def test_a_flood_is_ten_within_ten_minutes(number: int, every_s: float, floods: int) -> None:
    assert load(burst(number, every_s)).floods == floods


def test_a_flood_is_one_until_fewer_than_five_ring_in_ten_minutes() -> None:
    ongoing = burst(40, 120.0, from_s=20.0)  # five in each ten minutes, which would begin no flood
    facts = sorted(
        [*((at_s, raised(at_s, 100 + index)[1]) for index, (at_s, _) in enumerate(burst(10, 1.0))), *ongoing],
        key=lambda f: f[0],
    )
    long = load(facts, to_s=7200.0)
    assert long.floods == 1
    assert long.flood_pct == pytest.approx(100.0 * (20.0 + 39 * 120.0 - 4 * 120.0 + 600.0 - 9.0) / 7200.0, abs=0.1)
    two = [
        *burst(10, 1.0),
        *((at_s, raised(at_s, 50 + index)[1]) for index, (at_s, _) in enumerate(burst(10, 1.0, 2000.0))),
    ]
    assert load(two).floods == 2


def test_a_flood_is_reckoned_per_operator() -> None:
    assert load(burst(19, 1.0), operators=2).floods == 0
    assert load(burst(20, 1.0), operators=2).floods == 1


def test_the_critical_count_as_high() -> None:
    shares = [
        raised(float(index), index, urgency)
        for index, urgency in enumerate(["low"] * 6 + ["medium"] * 2 + ["high", "critical"])
    ]
    assert load(shares).priority_pct == {"low": 60.0, "medium": 20.0, "high": 20.0}


def test_an_alarm_rings_again_when_it_comes_back_or_its_time_aside_is_over() -> None:
    again = load([raised(0.0), gone(10.0), back(20.0)])
    assert (again.alarms, again.rings, again.chattering) == (1, 2, 1)
    shelf = (5.0, AlarmShelved("stuck:1", 305.0, "later", "op", 5.0))
    aside = load([raised(0.0), shelf, (305.0, AlarmUnshelved("stuck:1", "", 305.0))])
    assert (aside.rings, aside.chattering, aside.acknowledge_p50_s, aside.unanswered) == (2, 0, 5.0, 1)
    more = load([raised(0.0), (1.0, AlarmSpread("stuck:1", "stuck:r2", 1.0))])
    assert (more.rings, more.chattering) == (1, 0)
    assert load([raised(0.0, count=2)]).chattering == 1


def test_an_alarm_stands_after_more_than_a_day() -> None:
    assert load([raised(0.0)], to_s=STANDING_S).standing == 0
    assert load([raised(0.0)], to_s=STANDING_S + 1.0).standing == 1
    closed = [raised(0.0), noted(1.0), gone(STANDING_S)]
    assert load(closed, to_s=10 * STANDING_S).standing == 0


def test_the_time_to_an_answer_is_ranked_and_held_against_what_the_alarm_gives() -> None:
    facts = [raised(0.0, index) for index in range(10)] + [noted(100.0 * (index + 1), index) for index in range(10)]
    answered = load(facts, respond_s=300.0)
    assert (answered.acknowledge_p50_s, answered.acknowledge_p90_s, answered.in_time_pct) == (500.0, 900.0, 30.0)


def test_who_may_still_answer_in_time_is_not_late_yet() -> None:
    assert load([raised(0.0)], to_s=300.0).in_time_pct is None
    assert load([raised(0.0)], to_s=301.0).in_time_pct == 0.0


def test_a_call_for_help_is_a_critical_alarm_that_its_task_closes() -> None:
    facts = [requested(0.0, "r1", alarm=True), requested(0.0, "r2"), (60.0, TaskCompleted("r1", "ok", 0.0, 60.0))]
    made = build_report([*facts, requested(2 * STANDING_S, "r3")], respond_s={"help_called": 60.0})
    assert (made.alarm_load.alarms, made.alarm_load.priority_pct["high"], made.alarm_load.standing) == (1, 100.0, 0)
    assert (made.alarm_load.unanswered, made.alarm_load.in_time_pct) == (1, 0.0)


def test_the_table_has_words_in_both_languages() -> None:
    english, korean = (load_table(load([raised(0.0)]), language) for language in LANGUAGES)
    assert [row[1:] for row in english.rows] == [row[1:] for row in korean.rows]
    assert not {row[0] for row in english.rows} & {row[0] for row in korean.rows}
    assert load_table(load([]), "en").rows == ()
