"""Ratios and what is made of them; the figures can be worked out by hand."""

from __future__ import annotations

import math
import random

import pytest

from robot_fleet.core.drives import ALL_LANES, DOUBT, KEEP, REVISE_BY, Ratios, factors, together

HALF_A_CELL = math.sqrt(1.05)


def seen(*ratios: float) -> Ratios:
    found = Ratios()
    for ratio in ratios:
        found = found.with_one(ratio)
    return found


def test_quantiles_are_right_to_half_a_cell() -> None:
    ratios = seen(*(0.8 + 0.01 * i for i in range(41)))  # 0.8 to 1.2
    for share, value in ((0.1, 0.84), (0.5, 1.0), (0.9, 1.16)):
        assert 1.0 / HALF_A_CELL < ratios.quantile(share) / value < HALF_A_CELL * 1.02  # later ones weigh a little more


def test_one_drive_that_was_far_off_moves_the_median_little() -> None:
    assert seen(*[1.0] * 9, 3.5).quantile(0.5) == pytest.approx(seen(*[1.0] * 9).quantile(0.5), rel=0.01)


def test_older_drives_fade() -> None:
    ratios = seen(*[1.0] * 200, *[2.0] * 60)
    assert ratios.weight == pytest.approx(1.0 / (1.0 - KEEP), rel=0.02)
    assert ratios.quantile(0.5) == pytest.approx(2.0, rel=0.05)


def test_ratios_of_several_lanes_add_up() -> None:
    one, other = seen(1.0, 1.0, 1.5), seen(0.7)
    both = together((one, other))
    assert both.weight == pytest.approx(one.weight + other.weight)
    assert both == together((other, one))
    assert both.quantile(0.0) < 0.72
    assert both.quantile(1.0) > 1.48


def test_nothing_seen_means_nothing_corrected() -> None:
    assert Ratios().quantile(0.5) == 1.0
    assert factors({}, {}, {}) == {}
    assert factors({"a>b": seen(1.0)}, {}, {}) == {}


def test_few_drives_are_doubted() -> None:
    one = factors({"a>b": seen(2.0)}, {}, {})["a>b"]
    fifty = factors({"a>b": seen(*[2.0] * 50)}, {}, {})["a>b"]
    assert 1.0 < one < 1.3
    assert 1.85 < fifty < 2.0


def test_a_lane_that_nobody_drove_follows_its_class() -> None:
    found = factors({"a>b": seen(*[1.5] * 40), "b>c": seen(*[1.5] * 40), "c>d": seen(1.0)}, {}, {})
    assert found[ALL_LANES] == pytest.approx(1.45, rel=0.05)
    assert 1.0 < found["c>d"] < found[ALL_LANES], "one drive tells little against eighty of the class"


def test_looking_at_what_is_new_comes_to_the_same_as_looking_at_all() -> None:
    rng = random.Random(1)
    lanes = {f"l{number}": Ratios() for number in range(20)}
    stretches = {"l3": 2.0, "l19": 1.3, "never": 1.5}
    whole: dict[str, float] = {}
    bit_by_bit: dict[str, float] = {}
    total = Ratios()
    news: set[str] = set(stretches)
    for _ in range(60):
        before = {}
        for _ in range(rng.randrange(40)):
            lane = rng.choice(sorted(lanes))
            before.setdefault(lane, lanes[lane])
            lanes[lane] = lanes[lane].with_one(rng.uniform(0.8, 1.6) * (1.5 if lane == "l5" else 1.0))
        total = together((total, *(lanes[lane] for lane in before)), before.values())
        assert total.weight == pytest.approx(together(lanes.values()).weight)
        whole = factors(lanes, whole, stretches)
        bit_by_bit = factors(lanes, bit_by_bit, stretches, total, sorted(news | before.keys()))
        news = set()
        assert bit_by_bit == pytest.approx(whole)
    assert whole["l5"] > whole[ALL_LANES] > 1.0


def test_as_many_drives_as_the_doubt_weighs_go_half_the_way() -> None:
    steady = Ratios(((round(math.log(2.0) / math.log(1.05)), DOUBT),))
    found = factors({"a>b": steady}, {}, {})
    assert found[ALL_LANES] == pytest.approx(math.sqrt(2.0), rel=0.02)


def test_factors_change_by_steps_that_matter() -> None:
    ratios = {"a>b": seen(*[1.4] * 30)}
    before = factors(ratios, {}, {})
    ratios["a>b"] = ratios["a>b"].with_one(1.45)
    assert factors(ratios, before, {}) == before
    for _ in range(60):
        ratios["a>b"] = ratios["a>b"].with_one(1.1)
    after = factors(ratios, before, {})
    assert after["a>b"] < before["a>b"] * (1.0 - REVISE_BY)


def test_a_planner_is_believed_until_drives_say_otherwise() -> None:
    assert factors({}, {}, {"a>b": 1.6}) == {"a>b": pytest.approx(1.6)}
    driven = factors({"a>b": seen(*[1.0] * 50)}, {}, {"a>b": 1.6})
    assert driven.get("a>b", 1.0) < 1.1


def test_what_a_grid_makes_of_a_straight_line_says_nothing_nor_does_no_way_at_all() -> None:
    assert factors({}, {}, {"a>b": 1.08, "b>c": 1.0, "c>d": math.inf, "d>e": 9.0}) == {}
