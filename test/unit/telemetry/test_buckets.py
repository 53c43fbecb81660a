"""Samples folded into buckets of time, at their boundaries and in any portions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.telemetry.buckets import Buckets, merged, no_buckets


def seconds(*samples: tuple[float, float]) -> Buckets:
    """Return samples, given as time and value, in buckets of 1 s."""
    at_s, value = (np.array(column, np.float64) for column in zip(*samples, strict=True))
    number = at_s.astype(np.int64)
    return Buckets(1, number, np.ones_like(number), value, value, value, value).folded(1)


def rows(buckets: Buckets) -> list[tuple[float, ...]]:
    columns = (buckets.start_s, buckets.count, buckets.low, buckets.mean, buckets.high, buckets.last)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def test_a_bucket_begins_with_its_first_instant_and_ends_before_the_next_ones() -> None:
    buckets = seconds((59.0, 1.0), (59.999, 3.0), (60.0, 10.0), (60.001, 20.0))
    assert rows(buckets) == [(59, 2, 1.0, 2.0, 3.0, 3.0), (60, 2, 10.0, 15.0, 20.0, 20.0)]
    assert rows(buckets.folded(60)) == [(0, 2, 1.0, 2.0, 3.0, 3.0), (60, 2, 10.0, 15.0, 20.0, 20.0)]
    assert rows(buckets.folded(3600)) == [(0, 4, 1.0, 8.5, 20.0, 20.0)]


def test_a_gap_has_no_bucket() -> None:
    buckets = seconds((0.5, 1.0), (7_200.5, 2.0))
    assert buckets.folded(60).start_s.tolist() == [0, 7_200]
    assert buckets.folded(3600).start_s.tolist() == [0, 7_200]


def test_a_new_day_is_an_hour_like_any_other() -> None:
    buckets = seconds((86_399.9, 1.0), (86_400.0, 5.0))
    assert rows(buckets.folded(3600)) == [(82_800, 1, 1.0, 1.0, 1.0, 1.0), (86_400, 1, 5.0, 5.0, 5.0, 5.0)]


def test_the_mean_counts_samples_and_not_buckets() -> None:
    assert seconds((0.0, 0.0), (1.0, 8.0), (1.2, 8.0), (1.4, 8.0)).folded(60).mean.tolist() == [6.0]


def test_a_period_has_every_bucket_that_shares_time_with_it() -> None:
    minutes = seconds((30.0, 1.0), (90.0, 2.0), (150.0, 3.0)).folded(60)
    assert minutes.between(59.9, 120.0).start_s.tolist() == [0, 60]
    assert minutes.between(60.0, 120.1).start_s.tolist() == [60, 120]
    assert minutes.between(1_000.0, 2_000.0).start_s.tolist() == []


@pytest.mark.parametrize("width_s", [0, 7, 90])
def test_only_multiples_of_a_width_can_be_made_of_it(width_s: int) -> None:
    with pytest.raises(ValueError, match="no multiple of 60 s"):
        seconds((30.0, 1.0)).folded(60).folded(width_s)


def test_nothing_folds_to_nothing() -> None:
    assert rows(no_buckets(1).folded(60)) == []
    assert rows(merged([], 60)) == []


@given(
    st.lists(
        st.tuples(st.floats(0.0, 20_000.0), st.integers(-1000, 1000).map(float)),
        min_size=1,
        max_size=80,
        unique_by=lambda sample: sample[0],
    ),
    st.lists(st.integers(0, 80), max_size=5),
)
def test_portions_and_detours_change_nothing(samples: list[tuple[float, float]], cuts: list[int]) -> None:
    """Hours come out the same whether samples are folded at once, or in parts and by way of minutes."""
    samples.sort()
    edges = sorted({0, len(samples), *(cut for cut in cuts if cut < len(samples))})
    parts = [seconds(*samples[begin:end]).folded(60) for begin, end in zip(edges, edges[1:], strict=False)]
    by_way_of_minutes = merged(parts, 60).folded(3600)
    expected: dict[int, list[float]] = {}
    for at_s, value in samples:
        expected.setdefault(int(at_s // 3600) * 3600, []).append(value)
    assert by_way_of_minutes.start_s.tolist() == list(expected)
    for row, values in zip(rows(by_way_of_minutes), expected.values(), strict=True):
        assert row[1:3] == (len(values), min(values))
        assert row[3] == pytest.approx(sum(values) / len(values))
        assert row[4:] == (max(values), values[-1])
