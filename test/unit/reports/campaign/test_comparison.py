"""Differences between campaigns are claimed as far as the runs allow, and no farther."""

from __future__ import annotations

import itertools
import math

import pytest

from robot_fleet.reports.campaign.changes import changes
from robot_fleet.reports.campaign.comparison import FEWEST, Comparison, Finding, compare, sure_rank
from robot_fleet.reports.campaign.figures import shown
from robot_fleet.reports.campaign.model import Campaign, Scenario
from test.unit.reports.campaign.made import FIGURES, result, run, scenario


def with_figure(name: str, values: dict[int, float | None], figure: str = "late_max_s") -> Scenario:
    runs = [run(seed, figures={**FIGURES, figure: value}) for seed, value in values.items()]
    return Scenario.model_validate(scenario(name, runs))


def found(differences: list[float], figure: str = "late_max_s") -> Finding | None:
    before = with_figure("s", dict.fromkeys(range(len(differences)), 100.0), figure)
    now = with_figure("s", {seed: 100.0 + each for seed, each in enumerate(differences)}, figure)
    return compare(figure, now, before).finding


@pytest.mark.parametrize("pairs", range(1, 31))
def test_the_interval_holds_the_median_in_at_least_95_of_100_cases(pairs: int) -> None:
    rank = sure_rank(pairs)
    outside = sum(math.comb(pairs, below) for below in range(rank)) / 2.0**pairs
    assert 2.0 * outside <= 0.05
    if rank == 0:
        assert pairs < FEWEST
    else:
        assert 2.0 * (outside + math.comb(pairs, rank) / 2.0**pairs) > 0.05 or rank == pairs // 2


def test_the_interval_is_that_of_the_signs_counted_out() -> None:
    values = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 21.0, 34.0, 55.0)
    low, high = Comparison("late_max_s", (), (), values).interval or (0.0, 0.0)
    # Of all ways in which nine values fall on either side of their median, those that put it outside.
    sides = list(itertools.product((False, True), repeat=len(values)))
    outside = sum(sum(side) <= values.index(low) or sum(side) >= 9 - values.index(low) for side in sides)
    assert (low, high) == (2.0, 34.0)
    assert outside / len(sides) <= 0.05


@pytest.mark.parametrize(
    ("differences", "finding"),
    [
        ([0.0, 0.0], Finding.SAME),
        ([9.0, 9.0, 9.0, 9.0, 9.0], Finding.FEW),
        ([9.0, 8.0, 7.0, 9.0, 8.0, 7.0], Finding.WORSE),
        ([-9.0, -8.0, -7.0, -9.0, -8.0, -7.0], Finding.BETTER),
        ([9.0, 8.0, 7.0, 9.0, 8.0, -7.0], Finding.UNCLEAR),
        ([9.0, 8.0, 7.0, 9.0, 8.0, 0.0], Finding.UNCLEAR),
    ],
)
def test_what_can_be_said(differences: list[float], finding: Finding) -> None:
    assert found(differences) is finding


def test_more_battery_is_better_and_more_requests_are_neither() -> None:
    assert found([1.0] * 6, "soc_min_pct") is Finding.BETTER
    assert found([1.0] * 6, "requests") is Finding.OTHER
    assert found([1.0] * 6, "a_figure_of_tomorrow_s") is Finding.OTHER


def test_who_does_less_and_drives_less_is_no_better() -> None:
    seeds = range(1, 7)
    before = Scenario.model_validate(scenario("s", [run(seed) for seed in seeds]))

    def now(**figures: float) -> Scenario:
        return Scenario.model_validate(scenario("s", [run(seed, figures={**FIGURES, **figures}) for seed in seeds]))

    assert compare("distance_m", now(distance_m=400.0), before).finding is Finding.BETTER
    assert compare("distance_m", now(distance_m=400.0, done=2), before).finding is Finding.OTHER
    assert compare("contacts", now(contacts=3, done=2), before).finding is Finding.WORSE


def test_only_runs_of_one_seed_are_paired() -> None:
    now, before = with_figure("s", {1: 5.0, 2: None, 4: 9.0}), with_figure("s", {1: 3.0, 2: 4.0, 3: 7.0})
    compared = compare("late_max_s", now, before)
    assert (compared.now, compared.before, compared.differences) == ((5.0, 9.0), (3.0, 4.0, 7.0), (2.0,))
    alone = compare("late_max_s", now, None)
    assert (alone.before, alone.finding) == ((), None)


def campaign(*scenarios: dict[str, object], **more: object) -> Campaign:
    return Campaign.model_validate(result(scenarios, **more))


def test_failures_are_sorted_by_what_became_of_them() -> None:
    last = campaign(
        scenario("breaks", [run(1)]),
        scenario("mends", [run(1, passed=False)]),
        scenario("stays", [run(1, passed=False)]),
        scenario("goes", [run(1)]),
        scenario("control", [run(1, passed=False)], expected_to_fail=True),
    )
    now = campaign(
        scenario("breaks", [run(1, passed=False)], digest="1" * 64),
        scenario("mends", [run(1)]),
        scenario("stays", [run(1, passed=False)]),
        scenario("comes", [run(1)]),
        scenario("control", [run(1)], expected_to_fail=True),
        without=["charging"],
    )
    made = changes(now, last)
    assert [each.now.id for each in made.broken] == ["breaks", "control"]
    assert made.broken[0].newly_broken == ("apart",)
    assert [(each.now.id, each.newly_kept) for each in made.mended] == [("mends", ("apart",))]
    assert [each.now.id for each in made.still] == ["stays"]
    assert [each.id for each in made.added] == ["comes"]
    assert [each.id for each in made.removed] == ["goes"]
    assert [each.now.id for each in made.edited] == ["breaks"]
    assert made.unlike == ("without",)


def test_runs_that_moved_alike_are_counted() -> None:
    last = campaign(scenario("s", [run(1), run(2), run(3)]))
    other = {"file": None, "bodies": None, "digest": "f" * 64, "map_id": "main"}
    now = campaign(scenario("s", [run(1), run(2, trace=other), run(9)]))
    made = changes(now, last)
    assert (made.identical, made.paired) == (1, 2)
    assert made.clear == ()


def test_values_are_shown_with_their_unit() -> None:
    assert shown("late_max_s", 4.25) == "4.2 s"
    assert shown("contacts", 2) == "2"
    assert shown("energy_wh", -3.0, signed=True) == "\u22123.00 Wh"
    assert shown("distance_m", None) == "–"
