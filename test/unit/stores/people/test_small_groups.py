"""Counts of small groups: not told, and not to be worked out."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from robot_fleet.stores.people.small_groups import LEAST, Told, suppress_small


@pytest.mark.parametrize(
    ("counts", "groups", "total"),
    [
        ({"a": 7, "b": 9}, {"a": 7, "b": 9}, 16),
        ({"a": 3, "b": 9, "c": 20}, {"a": None, "b": None, "c": 20}, 32),
        ({"a": 3, "b": 4, "c": 20}, {"a": None, "b": None, "c": 20}, 27),
        ({"a": 0, "b": 1, "c": 20, "d": 30}, {"a": None, "b": None, "c": None, "d": 30}, 51),
        ({"a": 3}, {"a": None}, None),
        ({"a": 0, "b": 2}, {"a": None, "b": None}, None),
        ({}, {}, 0),
    ],
)
def test_what_is_told(counts: dict[str, int], groups: dict[str, int | None], total: int | None) -> None:
    assert suppress_small(counts) == Told(groups, total)


@given(st.dictionaries(st.sampled_from("abcde"), st.integers(0, 60), max_size=5))
def test_no_small_group_is_told_and_what_is_told_is_true(counts: dict[str, int]) -> None:
    told = suppress_small(counts)
    assert set(told.groups) == set(counts)
    assert all(count is None or count == counts[group] >= LEAST for group, count in told.groups.items())
    assert told.total in (None, sum(counts.values()))


@settings(deadline=None, max_examples=30)
@given(st.dictionaries(st.sampled_from("abc"), st.integers(0, 9), min_size=1, max_size=3))
def test_who_knows_the_rule_and_the_total_cannot_work_out_a_hidden_group(counts: dict[str, int]) -> None:
    told = suppress_small(counts)
    names = sorted(counts)
    most = 3 * LEAST if told.total is None else told.total
    worlds = (dict(zip(names, guess, strict=True)) for guess in product(range(most + 1), repeat=len(names)))
    same = [world for world in worlds if suppress_small(world) == told]
    assert counts in same
    for group in names:
        if told.groups[group] is None:
            assert len({world[group] for world in same}) > 1
