"""Counts of small groups: not told, and not to be worked out."""

from __future__ import annotations

from collections import defaultdict
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.stores.people.small_groups import LEAST, Told, suppress_small


@pytest.mark.parametrize(
    ("counts", "groups", "total"),
    [
        ({"a": 7, "b": 9}, {"a": 7, "b": 9}, 16),
        ({"a": 3, "b": 9, "c": 20}, {"a": None, "b": None, "c": 20}, 32),
        ({"a": 3, "b": 9, "c": 9, "d": 10}, {"a": None, "b": None, "c": None, "d": 10}, 31),
        ({"a": 4, "b": 4, "c": 20, "d": 30}, {"a": None, "b": None, "c": None, "d": 30}, 58),
        ({"a": 4, "b": 4}, {"a": None, "b": None}, 8),
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


@pytest.mark.parametrize(("groups", "most"), [(1, 30), (2, 30), (3, 30), (4, 17)])
def test_who_knows_the_rule_and_the_total_cannot_work_out_a_hidden_group(groups: int, most: int) -> None:
    names = "abcd"[:groups]
    worlds: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
    for counts in product(range(most + 1), repeat=groups):
        if sum(counts) <= most:
            told = suppress_small(dict(zip(names, counts, strict=True)))
            worlds[told.total, *told.groups.values()].append(counts)
    for (_, *shown), same in worlds.items():
        for place, count in enumerate(shown):
            if count is None:
                assert len({counts[place] for counts in same}) > 1, same
