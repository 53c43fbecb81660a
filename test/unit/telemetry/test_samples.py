"""What is let into history, what is refused and counted, and how portions are taken."""

from __future__ import annotations

import math

import numpy as np
import pytest

from robot_fleet.telemetry.kept import KEPT, KeptSignal
from robot_fleet.telemetry.samples import Samples
from robot_fleet.telemetry.streams import AHEAD_S


def counts(samples: Samples, robot: str = "a", signal: str = "soc_pct") -> dict[int, int]:
    """Return how many samples there are in each second."""
    buckets = samples.take([robot]).get(robot, {}).get(signal)
    return {} if buckets is None else dict(zip(buckets.start_s.tolist(), buckets.count.tolist(), strict=True))


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1e12])
def test_what_is_no_figure_is_refused(value: float) -> None:
    samples = Samples(KEPT)
    samples.add("a", 1.0, {"soc_pct": value, "cpu_pct": 20.0})
    samples.fold(1.0)
    assert samples.refused == {"malformed": 1}
    assert set(samples.take(["a"])["a"]) == {"cpu_pct"}


@pytest.mark.parametrize("at_s", [math.nan, math.inf, -0.1])
def test_a_stamp_that_is_no_fleet_time_is_refused(at_s: float) -> None:
    samples = Samples(KEPT)
    samples.add("a", at_s, {"soc_pct": 50.0})
    samples.fold(1.0)
    assert samples.refused == {"malformed": 1}
    assert counts(samples) == {}


def test_samples_out_of_order_or_doubled_are_refused_whenever_they_come() -> None:
    samples = Samples(KEPT)
    for at_s in (5.0, 6.0, 5.5, 6.0, 5.9, 7.0):
        samples.add("a", at_s, {"soc_pct": at_s})
    samples.fold(7.0)
    for at_s in (6.5, 7.0, 7.5):
        samples.add("a", at_s, {"soc_pct": at_s})
    samples.fold(8.0)
    assert samples.refused == {"out_of_order": 5}
    assert counts(samples) == {5: 1, 6: 1, 7: 2}


def test_streams_do_not_hold_each_other_back() -> None:
    samples = Samples(KEPT)
    samples.add("a", 9.0, {"soc_pct": 50.0})
    samples.add("b", 5.0, {"soc_pct": 50.0})
    samples.add("a", 4.0, {"cpu_pct": 50.0})
    samples.fold(9.0)
    assert not +samples.refused
    assert counts(samples, "b") == {5: 1}
    assert counts(samples, "a", "cpu_pct") == {4: 1}


def test_a_stamp_from_the_future_keeps_nothing_else_out() -> None:
    samples = Samples(KEPT)
    samples.add("a", 10.0 + AHEAD_S + 0.1, {"soc_pct": 1.0})
    samples.add("a", 10.0, {"soc_pct": 2.0})
    samples.fold(10.0)
    assert samples.refused == {"ahead": 1}
    assert counts(samples) == {10: 1}


def test_a_clock_that_is_a_little_ahead_is_believed() -> None:
    samples = Samples(KEPT)
    samples.add("a", 10.0 + AHEAD_S, {"soc_pct": 1.0})
    samples.fold(10.0)
    assert counts(samples) == {70: 1}


def test_the_table_of_signals_is_open_and_others_are_counted() -> None:
    samples = Samples({**KEPT, "lift_m": KeptSignal("lift_m", "m", 0.01)})
    samples.add("a", 1.0, {"lift_m": 0.5, "smell": 3.0})
    samples.fold(1.0)
    assert samples.refused == {"unknown_signal": 1}
    assert samples.take(["a"])["a"]["lift_m"].mean.tolist() == [0.5]


def test_a_portion_has_what_came_since_the_last_one_of_its_robot() -> None:
    samples = Samples(KEPT)
    samples.add("a", 1.2, {"soc_pct": 10.0})
    samples.add("b", 1.2, {"soc_pct": 70.0})
    samples.fold(2.0)
    assert set(samples.take(["a", "nobody"])) == {"a"}
    samples.add("a", 1.4, {"soc_pct": 20.0})
    samples.fold(2.0)
    again = samples.take(["a", "b"])
    assert again["a"]["soc_pct"].mean.tolist() == [20.0]
    assert again["b"]["soc_pct"].mean.tolist() == [70.0]
    assert samples.take(["a", "b"]) == {}


def test_a_run_of_samples_is_as_good_as_one_after_the_other() -> None:
    at_s = np.arange(0.0, 100.0, 0.3)
    value = np.sin(at_s)
    one_by_one, run = Samples(KEPT), Samples(KEPT)
    for each_s, each in zip(at_s.tolist(), value.tolist(), strict=True):
        one_by_one.add("a", each_s, {"speed_mps": each})
    run.add_run("a", "speed_mps", at_s, value)
    for samples in (one_by_one, run):
        samples.fold(100.0)
    first, second = one_by_one.take(["a"])["a"]["speed_mps"], run.take(["a"])["a"]["speed_mps"]
    for name in ("number", "count", "low", "mean", "high", "last"):
        np.testing.assert_array_equal(getattr(first, name), getattr(second, name))


def test_a_resolution_is_above_nothing() -> None:
    with pytest.raises(ValueError, match="above 0"):
        KeptSignal("x", "", 0.0)
