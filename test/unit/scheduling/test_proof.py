"""The full model: what it proves, what it does not know, and rules that only it and the search hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf

import pytest

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Charging, Coverage, Plan, Problem, Resource
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.insertion import InsertionPlanner
from robot_fleet.scheduling.proof import Proof, prove, refuse_unfit
from test.unit.scheduling.town import carry, problem, robot, stop, task, visit

BOTH = ("r1", "r2")
CHARGES = replace(robot(energy_wh=5.0), charging=Charging(("a",), 9.0, ((9.0, 100.0),)))
PLAIN = problem([visit("one", "b"), visit("two", "c")])


def proven(asked: Problem, current: Plan | None = None) -> Proof:
    """Prove, have the checker agree and the proof be complete."""
    proof = prove(asked, current or Plan(), seconds=5.0, seed=1, deterministic=True)
    assert PlanChecker().check(asked, proof.plan) == ()
    assert proof.optimal
    assert proof.lower_bound == pytest.approx(proof.plan.cost, rel=1e-5, abs=1e-5)
    return proof


def order(proof: Proof, name: str = "r1") -> list[str]:
    return [f"{stop.task}.{stop.stop}@{stop.place}" for stop in proof.plan.routes[name]]


def test_it_finds_what_only_pays_together() -> None:
    """The way to h is dearer than either task is worth and cheaper than both."""
    asked = problem([visit("one", "h", penalty=5.0), visit("two", "h", penalty=5.0)])
    inserted = InsertionPlanner().insert(asked, Plan())
    assert len(inserted.left_out) == 2
    proof = proven(asked, inserted)
    assert proof.plan.left_out == ()
    assert proof.plan.by == "cpsat"
    assert proof.plan.cost == pytest.approx(7.0)


def test_a_plan_that_is_best_already_comes_back_as_it_was() -> None:
    inserted = replace(InsertionPlanner().insert(PLAIN, Plan()), by="search")
    assert proven(PLAIN, inserted).plan == inserted


def test_a_problem_without_tasks_or_robots_is_proven() -> None:
    assert proven(problem([])).plan.cost == 0.0
    assert proven(problem([visit("one", "b")], [])).plan.cost == 1000.0


def test_lateness_that_ages_is_proven_to_the_last_figure() -> None:
    """Late by 70 s at h: 70 + 70**2 / 60, and 7 for the way."""
    asked = replace(problem([visit("late", "h", due_s=0.0)]), ageing_s=30.0)
    assert proven(asked).plan.cost == pytest.approx(70.0 + 70.0**2 / 60.0 + 7.0)


def test_times_without_end_in_decimals_are_proven_within_the_rounding() -> None:
    asked = problem([visit("one", "b", due_s=1.0 / 3.0), visit("two", "c", due_s=2.0 / 7.0, weight=1.0 / 3.0)])
    assert proven(replace(asked, travel_weight=1.0 / 7.0)).plan.left_out == ()


def test_a_late_clock_changes_nothing() -> None:
    at_s = 1_780_000_000.0
    asked = replace(
        problem([visit("one", "h", due_s=at_s + 30.0)], [robot(free_at_s=at_s)], now_s=at_s),
        ageing_s=60.0,
    )
    assert proven(asked).plan.cost == pytest.approx(40.0 + 40.0**2 / 120.0 + 7.0)


def test_tasks_that_may_not_mix_follow_each_other() -> None:
    one = carry("one", "b", "g", kg=3.0)
    two = replace(carry("two", "c", "f", kg=3.0), not_with=("one",))
    mixed = proven(problem([one, replace(two, not_with=())]))
    apart = proven(problem([one, two]))
    assert order(mixed) == ["one.0@b", "two.0@c", "two.1@f", "one.1@g"]
    assert [name[:3] for name in order(apart)] in (["one", "one", "two", "two"], ["two", "two", "one", "one"])


def test_tasks_for_the_same_robot_stay_on_it() -> None:
    tasks = [visit("one", "b", robots=BOTH), visit("two", "g", robots=BOTH)]
    robots = [robot("r1", "a"), robot("r2", "h")]
    bound = [tasks[0], replace(tasks[1], same_robot_as=("one",))]
    assert all(order(proven(problem(tasks, robots)), name) for name in BOTH)
    assert sorted(bool(order(proven(problem(bound, robots)), name)) for name in BOTH) == [False, True]


def test_a_task_waits_for_its_predecessor_on_another_robot() -> None:
    first = visit("first", "d", robots=("r1",))
    then = replace(visit("then", "h", robots=("r2",), due_s=0.0), after=("first",))
    proof = proven(problem([first, then], [robot("r1"), robot("r2", "h")]))
    assert [stop.begin_s for stop in proof.plan.routes["r2"]] == [35.0]


def test_what_is_on_board_goes_first_and_fixed_stops_stay() -> None:
    on_board = task("car", stop(1, "h", kg=-9.0), pinned="r1", together=True)
    asked = problem([visit("near", "b", due_s=0.0), on_board], [robot(load_kg=9.0)])
    assert order(proven(asked)) == ["car.1@h", "near.0@b"]
    far = replace(robot(), fixed=(("far", 0, "h"),))
    asked = problem([visit("near", "b", due_s=0.0), visit("far", "h")], [far])
    assert order(proven(asked)) == ["far.0@h", "near.0@b"]


def test_energy_home_and_working_time_leave_tasks_out() -> None:
    assert [left.reason for left in proven(problem([visit("t", "d")], [robot(energy_wh=2.5)])).plan.left_out] == [
        "no_energy"
    ]
    homely = replace(robot(energy_wh=5.0), home="a")
    assert len(proven(problem([visit("t", "d")], [homely])).plan.left_out) == 1
    short = replace(robot(), available=((0.0, 20.0),))
    assert len(proven(problem([visit("one", "b"), visit("two", "e")], [short])).plan.left_out) == 1


def test_two_robots_share_a_resource_one_after_the_other() -> None:
    asked = replace(
        problem(
            [visit("one", "d", robots=("r1",), due_s=0.0), visit("two", "d", robots=("r2",), due_s=0.0)],
            [robot("r1", "b"), robot("r2", "f")],
        ),
        resources=(Resource("lift", ("d",), busy=((0.0, 22.0),)),),
    )
    begins = [stop.begin_s for name in BOTH for stop in proven(asked).plan.routes[name]]
    assert sorted(begins) == [22.0, 27.0]


def test_a_robot_may_wait_for_another_that_comes_later_to_a_resource() -> None:
    """The first to arrive is the one that can wait, whichever of the two is laid first."""
    for first, last in (BOTH, BOTH[::-1]):
        patient = task("patient", stop(0, "d", service_s=60.0), robots=(first,), due_s=1000.0)
        urgent = visit("urgent", "d", robots=(last,), due_s=20.0, weight=10.0)
        asked = replace(
            problem([patient, urgent], [robot(first, "c"), robot(last, "f")]), resources=(Resource("dock", ("d",)),)
        )
        proof = proven(asked)
        assert proof.plan.cost == pytest.approx(3.0)
        assert [proof.plan.routes[name][0].begin_s for name in (first, last)] == [25.0, 20.0]


@pytest.mark.parametrize(
    ("named", "spoil"),
    [
        ("coverage", lambda p: replace(p, coverage=Coverage(("r1",), ("a",), 60.0, 100.0))),
        ("charges (r1)", lambda p: replace(p, robots=(CHARGES,))),
        ("several working times (r1)", lambda p: replace(p, robots=(replace(robot(), available=((0, 9), (20, inf))),))),
        ("more than 12 tasks", lambda p: replace(p, tasks=tuple(visit(f"t{i}", "b") for i in range(13)))),
    ],
)
def test_what_the_model_does_not_know_is_named(named: str, spoil: Callable[[Problem], Problem]) -> None:
    asked = spoil(PLAIN)
    for attempt in (refuse_unfit, lambda p: prove(p, Plan(), seconds=1.0, seed=1)):
        with pytest.raises(PlanError) as caught:
            attempt(asked)
        assert caught.value.code == "plan_proof_unfit"
        assert named in str(caught.value)


def test_without_time_nothing_is_proven_and_nothing_lost() -> None:
    proof = prove(PLAIN, Plan(), seconds=0.0, seed=1)
    assert proof.plan.left_out == ()
    assert 0.0 <= proof.lower_bound <= proof.plan.cost
