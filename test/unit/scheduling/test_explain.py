"""Explanations name every robot that was considered, what it would cost or lacks, and what would have a task served."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from robot_fleet.core.errors import PlanError
from robot_fleet.core.explanation import BlockedPlace, Explanation, NextTime, Unable, Visit
from robot_fleet.core.plan import Charging, Plan, Problem
from robot_fleet.scheduling.checking.replay_explain import judge_explanation
from robot_fleet.scheduling.explaining.explain import explain
from robot_fleet.scheduling.insertion import InsertionPlanner
from test.unit.scheduling.town import carry, problem, robot, visit


def explained(asked: Problem, name: str = "t") -> Explanation:
    """Explain a task of the plan that insertion makes; the replay agrees with every figure."""
    plan = InsertionPlanner().insert(asked, Plan())
    told = explain(asked, plan, name)
    assert judge_explanation(asked, plan, told) == ()
    return told


def changes(told: Explanation) -> dict[str, tuple[str, float]]:
    return {each.kind: (each.choice.robot, each.amount) for each in told.relaxations}


def test_a_planned_task_shows_what_each_robot_would_cost() -> None:
    asked = problem([visit("t", "b", due_s=5.0, robots=("r2", "r1", "r9"))], [robot(), robot("r2", "h")])
    told = explained(asked)
    assert (told.reason, told.absent, told.others) == ("planned", ("r9",), 0)
    assert told.planned is not None
    assert (told.planned.robot, told.planned.cost_s, told.planned.late_s) == ("r1", pytest.approx(5.0 + 1.0), 5.0)
    assert told.planned.visits == (Visit(0, "b", 10.0, 15.0),)
    (far,) = told.alternatives
    assert (far.robot, far.late_s, far.visits[0].begin_s) == ("r2", 55.0, 60.0)
    assert (told.relaxations, told.next_time) == ((), None)


def test_an_alternative_names_what_comes_before() -> None:
    asked = problem(
        [visit("first", "h", due_s=70.0, robots=("r2",)), visit("t", "a", due_s=0.0, robots=("r1", "r2"))],
        [robot(), robot("r2", "g")],
    )
    (other,) = explained(asked).alternatives
    assert (other.robot, other.behind, other.visits[0].begin_s) == ("r2", ("first",), 85.0)


def test_what_comes_after_a_planned_task_keeps_its_time() -> None:
    after = replace(visit("after", "c", due_s=0.0), after=("t",))
    told = explained(problem([visit("t", "b", due_s=0.0, robots=("r1", "r2")), after], [robot(), robot("r2", "h")]))
    assert told.planned is not None and told.planned.robot == "r1"
    assert told.unable == (Unable("r2", "window_closed"),)  # it would end after the other has begun


def test_a_robot_that_lacks_a_skill_says_which() -> None:
    skilled = replace(robot("r2", "h"), skills=("cold",))
    task = replace(visit("t", "b", robots=("r1", "r2")), skills=("cold",))
    told = explained(problem([task], [robot(), skilled]))
    assert told.planned is not None and told.planned.robot == "r2"
    assert told.unable == (Unable("r1", "skill_missing", ("cold",)),)


def test_payload_left_out() -> None:
    told = explained(problem([carry("t", "b", "c", kg=12.25)]))
    assert (told.reason, told.unable) == ("too_heavy", (Unable("r1", "too_heavy"),))
    assert changes(told) == {"payload": ("r1", pytest.approx(2.3))}
    assert told.next_time is None


def test_battery_left_out_and_when_it_is_charged() -> None:
    charging = Charging(("b",), 20.0, ((20.0, 720.0),), overhead_s=10.0)
    told = explained(problem([visit("t", "d")], [robot(energy_wh=1.5)]))
    assert (told.reason, changes(told)) == ("no_energy", {"energy": ("r1", 2.0)})
    assert told.next_time is None
    flat = replace(visit("t", "d", penalty=0.1))  # less than the way costs, so no charge is planned for it
    told = explained(problem([flat], [replace(robot(energy_wh=1.5), charging=charging)]))
    # 10 s to the charger with 0.5 Wh left, 10 s of docking, 19.5 Wh at 720 W, 20 s to the place
    assert told.next_time == NextTime(138.0, "r1", after_charge=True)


def test_window_left_out_and_the_next_time() -> None:
    task = visit("t", "d")
    task = replace(task, stops=(replace(task.stops[0], latest_s=20.0),))
    told = explained(problem([task]))
    assert (told.reason, changes(told)) == ("window_closed", {"window": ("r1", 10.0)})
    assert told.next_time == NextTime(30.0, "r1")


def test_working_time_left_out() -> None:
    told = explained(problem([visit("t", "d")], [replace(robot(), available=((0.0, 20.0), (500.0, 510.0)))]))
    assert changes(told) == {"working_time": ("r1", 15.0)}
    assert told.next_time is None
    later = explained(
        problem([visit("t", "d", penalty=1.0, due_s=0.0)], [replace(robot(), available=((500.0, 600.0),))])
    )
    assert later.next_time == NextTime(530.0, "r1")


def test_a_dear_task_shows_what_its_penalty_would_have_to_be() -> None:
    told = explained(problem([visit("t", "h", due_s=0.0, weight=5.0, penalty=100.0)]))
    assert told.reason == "dearer_than_penalty"
    assert told.alternatives[0].cost_s == pytest.approx(350.0 + 7.0)
    assert changes(told) == {"penalty": ("r1", 258.0)}


def test_contention_names_who_would_have_to_give_way() -> None:
    def at_once(name: str, place: str, penalty: float) -> object:
        task = visit(name, place, penalty=penalty)
        return replace(task, stops=(replace(task.stops[0], earliest_s=70.0, latest_s=72.0),))

    told = explained(problem([at_once("t", "b", 50.0), at_once("u", "h", 60.0)]))  # type: ignore[list-item]
    assert told.reason == "window_closed"
    (contention,) = [each for each in told.relaxations if each.kind == "contention"]
    assert (contention.tasks, contention.amount) == (("u",), 60.0)


def test_precedence_names_what_has_to_be_planned_first() -> None:
    first = carry("first", "a", "b", kg=99.0)
    told = explained(problem([first, replace(visit("t", "c"), after=("first",))]))
    assert told.reason == "predecessor_left_out"
    assert [(each.kind, each.tasks) for each in told.relaxations] == [("precedence", ("first",))]


def test_blocked_places_name_who_holds_them() -> None:
    asked = problem(
        [carry("first", "a", "c", penalty=5000.0), carry("t", "a", "c", "d")], exclusive=["c", "d"], taken=["d"]
    )
    told = explained(asked)
    assert told.reason == "no_place_free"
    assert told.unable == (Unable("r1", "no_place_free"),)
    assert told.blocked == (BlockedPlace(1, "c", "first"), BlockedPlace(1, "d"))
    (place,) = [each for each in told.relaxations if each.kind == "place"]
    assert (place.place, place.tasks, place.choice.late_s) == ("d", (), 0.0)


def test_a_task_that_names_nobody_shows_who_could() -> None:
    told = explained(problem([visit("t", "b", robots=())], [robot("r1", "h"), robot("r2")]))
    assert (told.reason, told.others) == ("no_robot_kind", 2)
    assert changes(told) == {"robot": ("r2", 0.0)}


def test_unreachable_is_mended_by_nothing() -> None:
    told = explained(problem([visit("t", "x")], [robot(energy_wh=inf)]))
    assert (told.reason, told.relaxations, told.next_time) == ("unreachable", (), None)


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(PlanError) as refused:
        explain(problem([]), Plan(), "nobody")
    assert refused.value.code == "plan_unknown_task"


def test_a_plan_that_does_not_speak_of_the_task_is_refused() -> None:
    with pytest.raises(PlanError) as refused:
        explain(problem([visit("t", "b")]), Plan(), "t")
    assert refused.value.code == "plan_task_nowhere"
