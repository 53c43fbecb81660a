"""Classes of priority, and that none waits for ever behind higher ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot_fleet.core.plan import Plan
from robot_fleet.core.priority import AGEING_S, CLASSES, class_of, lateness_cost, outweighs_after_s
from robot_fleet.scheduling.insertion import InsertionPlanner
from test.unit.scheduling.town import problem, robot, visit


@pytest.mark.parametrize(
    ("priority", "name"),
    [
        (100, "life"),
        (95, "life"),
        (94, "urgent"),
        (70, "urgent"),
        (40, "high"),
        (25, "normal"),
        (15, "low"),
        (0, "background"),
    ],
)
def test_each_priority_has_a_class(priority: int, name: str) -> None:
    assert class_of(priority).name == name


def test_there_are_five_classes_and_more_and_each_weighs_more_than_the_next() -> None:
    weights = [each.weight for each in CLASSES]
    assert len(weights) >= 5
    assert weights == sorted(weights, reverse=True)
    assert len(set(weights)) == len(weights)


def test_lateness_costs_nothing_before_and_ever_more_after() -> None:
    assert lateness_cost(3.0, -5.0) == lateness_cost(3.0, 0.0) == 0.0
    assert lateness_cost(3.0, AGEING_S + 1.0) - lateness_cost(3.0, AGEING_S) == pytest.approx(6.0, rel=1e-3)


def _first(low_late_s: float, weight: float) -> str:
    """The task that one robot between two equal places does first: one late by so much, or one that is due now."""
    now_s = 50_000.0
    old = visit("old", "a", due_s=now_s - low_late_s, weight=1.5, penalty=1e12)
    new = visit("new", "c", due_s=now_s, weight=weight, penalty=1e12)
    asked = replace(problem([new, old], [robot(place="b")], now_s=now_s), ageing_s=AGEING_S)
    return InsertionPlanner().insert(asked, Plan()).routes["r1"][0].task


@pytest.mark.parametrize("weight", [each.weight for each in CLASSES if 1.5 < each.weight < 1000.0])
def test_a_task_late_enough_goes_before_any_fresh_one_of_a_higher_class(weight: float) -> None:
    bound_s = outweighs_after_s(1.5, weight)
    assert _first(bound_s + 900.0, weight) == "old"
    assert _first(max(bound_s - 900.0, 0.0), weight) == "new"


def test_a_life_comes_first_whatever_has_waited() -> None:
    assert _first(6 * 3600.0, CLASSES[0].weight) == "new"
