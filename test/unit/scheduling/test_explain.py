"""Explanations name every robot that was considered, and what it would cost or lacks."""

from __future__ import annotations

import pytest
from robot_fleet.scheduling.explain import BlockedPlace, Explanation, explain

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.insertion import InsertionPlanner
from test.unit.scheduling.town import carry, problem, robot, visit


def explained(asked: Problem, name: str = "t") -> Explanation:
    return explain(asked, InsertionPlanner().insert(asked, Plan()), name)


def test_a_planned_task_shows_what_each_robot_would_cost() -> None:
    asked = problem([visit("t", "b", due_s=5.0, robots=("r2", "r1", "r9"))], [robot(), robot("r2", "h")])
    told = explained(asked)
    assert (told.reason, told.robot, told.absent) == ("planned", "r1", ("r9",))
    near, far = told.robots
    assert (near.robot, near.verdict, near.begin_s, near.lateness_s, near.place) == ("r1", "planned", 10.0, 5.0, "b")
    assert near.cost_s == pytest.approx(5.0 + 1.0)
    assert (far.robot, far.verdict, far.begin_s, far.lateness_s) == ("r2", "possible", 60.0, 55.0)


def test_a_task_left_out_shows_what_each_robot_lacks() -> None:
    weak = robot("r2", energy_wh=0.5)
    asked = problem([carry("t", "b", "c", kg=12.0, robots=("r1", "r2"))], [robot(), weak])
    told = explained(asked)
    assert told.reason == "too_heavy"
    assert {verdict.robot: verdict.verdict for verdict in told.robots} == {"r1": "too_heavy", "r2": "too_heavy"}
    assert [verdict.cost_s for verdict in told.robots] == [None, None]
    assert explained(problem([visit("t", "d")], [robot(energy_wh=1.0)])).robots[0].verdict == "no_energy"


def test_a_dear_task_shows_its_price() -> None:
    told = explained(problem([visit("t", "h", due_s=0.0, weight=5.0, penalty=100.0)]))
    assert told.reason == "dearer_than_penalty"
    assert told.robots[0].verdict == "dearer_than_penalty"
    assert told.robots[0].cost_s == pytest.approx(350.0 + 7.0)


def test_blocked_places_name_who_holds_them() -> None:
    asked = problem(
        [carry("first", "a", "c", penalty=5000.0), carry("t", "a", "c", "d")], exclusive=["c", "d"], taken=["d"]
    )
    told = explained(asked)
    assert told.reason == "no_place_free"
    assert told.robots[0].verdict == "no_place_free"
    assert told.blocked == (BlockedPlace(1, "c", "first"), BlockedPlace(1, "d"))


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(PlanError) as refused:
        explained(problem([]), "nobody")
    assert refused.value.code == "plan_unknown_task"
