"""What insertion keeps, inserts, moves and leaves out."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot_fleet.core.plan import Plan, Problem
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.insertion import InsertionPlanner
from test.unit.scheduling.town import CUT, carry, problem, robot, stop, task, visit


def insert(asked: Problem, current: Plan | None = None) -> Plan:
    """Insert, and have the checker agree."""
    plan = InsertionPlanner().insert(asked, current or Plan())
    assert PlanChecker().check(asked, plan) == ()
    return plan


def order(plan: Plan, name: str = "r1") -> list[str]:
    return [f"{stop.task}.{stop.stop}@{stop.place}" for stop in plan.routes[name]]


def reasons(plan: Plan) -> dict[str, str]:
    return {left.task: left.reason for left in plan.left_out}


def test_times_follow_from_the_route() -> None:
    asked = problem([task("t", stop(0, "b", earliest_s=30.0), stop(1, "d"), due_s=50.0)], [robot(free_at_s=5.0)])
    plan = insert(asked)
    assert [(s.arrive_s, s.begin_s, s.end_s) for s in plan.routes["r1"]] == [(15.0, 30.0, 35.0), (55.0, 55.0, 60.0)]
    assert plan.cost == pytest.approx(5.0 + 0.1 * 30.0)


def test_a_robot_that_was_free_before_now_starts_now() -> None:
    plan = insert(problem([visit("t", "b")], [robot(free_at_s=3.0)], now_s=100.0))
    assert plan.routes["r1"][0].arrive_s == 110.0


def test_each_task_goes_to_the_robot_that_is_near() -> None:
    both = ("r1", "r2")
    plan = insert(
        problem([visit("far", "h", robots=both), visit("near", "b", robots=both)], [robot(), robot("r2", "g")])
    )
    assert order(plan, "r1") == ["near.0@b"]
    assert order(plan, "r2") == ["far.0@h"]


def test_the_current_order_is_kept_and_what_is_done_or_gone_is_dropped() -> None:
    tasks = [visit("one", "b"), carry("two", "c", "e"), visit("three", "d")]
    before = insert(problem(tasks))
    begun = replace(tasks[1], stops=tasks[1].stops[1:], pinned="r1")
    after = insert(problem([begun, tasks[2], visit("new", "h")], [robot(place="c", load_kg=5.0)]), before)
    assert order(before) == ["one.0@b", "two.0@c", "three.0@d", "two.1@e"]
    assert order(after) == ["three.0@d", "two.1@e", "new.0@h"]


def test_a_kept_order_is_not_shuffled_for_no_gain() -> None:
    asked = problem([visit("one", "b"), visit("two", "b")])
    first = insert(asked)
    turned = replace(first, routes={"r1": tuple(reversed(first.routes["r1"]))})
    assert [s.task for s in insert(asked, turned).routes["r1"]] == [s.task for s in turned.routes["r1"]]


def test_the_author_stays_while_only_times_change() -> None:
    asked = problem([visit("one", "b")])
    found = replace(insert(asked), by="cpsat")
    assert insert(replace(asked, now_s=10.0), found).by == "cpsat"
    assert insert(problem([visit("one", "b"), visit("two", "c")]), found).by == "insertion"


def test_an_urgent_task_goes_first() -> None:
    cheap = [visit(name, place, due_s=60.0) for name, place in (("one", "c"), ("two", "d"))]
    before = insert(problem(cheap, [robot(place="e")]))
    alarm = visit("alarm", "h", due_s=30.0, weight=50.0, penalty=1e6)
    assert order(insert(problem([*cheap, alarm], [robot(place="e")]), before))[0] == "alarm.0@h"


def test_an_urgent_task_displaces_a_cheap_one_from_the_last_place() -> None:
    cheap = carry("cheap", "b", "d", penalty=100.0)
    dear = carry("dear", "b", "d", penalty=5000.0)
    before = insert(problem([cheap], exclusive=["d"]))
    after = insert(problem([cheap, dear], exclusive=["d"]), before)
    assert order(after) == ["dear.0@b", "dear.1@d"]
    assert reasons(after) == {"cheap": "no_place_free"}


def test_an_urgent_task_displaces_a_cheap_one_from_the_last_energy() -> None:
    cheap, dear = visit("cheap", "c", penalty=100.0), visit("dear", "h", penalty=5000.0)
    from_d = [robot(place="d", energy_wh=4.0)]
    after = insert(problem([cheap, dear], from_d), insert(problem([cheap], from_d)))
    assert order(after) == ["dear.0@h"]
    assert reasons(after) == {"cheap": "no_energy"}


def test_together_lets_nothing_between() -> None:
    car = carry("car", "b", "h", kg=9.0, together=True)
    plan = insert(problem([car, visit("between", "e")]))
    assert order(plan) in (["car.0@b", "car.1@h", "between.0@e"], ["between.0@e", "car.0@b", "car.1@h"])


def test_what_is_on_board_of_a_full_robot_comes_first() -> None:
    on_board = task("car", stop(1, "h", kg=-9.0), pinned="r1", together=True)
    urgent = visit("alarm", "b", due_s=0.0, weight=100.0, penalty=1e6)
    assert order(insert(problem([urgent, on_board], [robot(load_kg=9.0)])))[0] == "car.1@h"


def test_a_pinned_task_is_planned_whatever_it_costs() -> None:
    late = task("late", stop(1, "h"), due_s=0.0, weight=100.0, penalty=1.0, robots=(), pinned="r1")
    assert order(insert(problem([late]))) == ["late.1@h"]


def test_a_pinned_task_pushes_others_out_of_its_place_and_energy() -> None:
    dear = carry("dear", "b", "d", penalty=1e6, robots=("r1", "r2"))
    robots = [robot(), robot("r2", "b", energy_wh=2.0)]
    before = insert(problem([dear], robots, exclusive=["d"]))
    assert order(before, "r2") == ["dear.0@b", "dear.1@d"]
    pinned = task("pinned", stop(1, "d"), pinned="r2", penalty=1.0)
    after = insert(problem([dear, pinned], robots, exclusive=["d"]), before)
    assert order(after, "r2") == ["pinned.1@d"]
    assert reasons(after) == {"dear": "no_place_free"}


def test_exclusive_places_are_claimed_once_and_freed_by_pickups() -> None:
    park = [carry(name, "a", "c", "d", "e", kg=3.0) for name in ("p1", "p2")]
    fetch = carry("fetch", "c", "g", kg=3.0)
    plan = insert(problem([*park, fetch], exclusive=["c", "d", "e"], taken=["c"]))
    assert reasons(plan) == {}
    chosen = [s.place for s in plan.routes["r1"] if s.task != "fetch" and s.stop == 1]
    assert sorted(chosen) == ["d", "e"]


def test_a_begun_task_keeps_the_place_it_has_chosen() -> None:
    begun = task("car", stop(1, "d", kg=-9.0), pinned="r1", together=True)
    plan = insert(problem([begun], [robot(load_kg=9.0)], exclusive=["d"], taken=["d"]))
    assert order(plan) == ["car.1@d"]


def test_capacity_spreads_over_trips() -> None:
    plan = insert(problem([carry("one", "b", "d", kg=6.0), carry("two", "b", "d", kg=6.0)]))
    load, loads = 0.0, []
    for planned in plan.routes["r1"]:
        load += 6.0 if planned.stop == 0 else -6.0
        loads.append(load)
    assert max(loads) == 6.0


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        ("no_robot_kind", problem([visit("t", "b", robots=())])),
        ("no_robot_available", problem([visit("t", "b", robots=("r9",))])),
        ("no_robot_available", problem([visit("t", "b", pinned="r9")])),
        ("too_heavy", problem([carry("t", "b", "c", kg=11.0)])),
        ("no_place_free", problem([carry("t", "b", "c", "d")], exclusive=["c", "d"], taken=["c", "d"])),
        ("unreachable", problem([visit("t", CUT)])),
        ("unreachable", problem([visit("t", "no such place")])),
        ("no_energy", problem([visit("t", "d")], [robot(energy_wh=2.5)])),
        ("dearer_than_penalty", problem([visit("t", "h", due_s=0.0, weight=5.0, penalty=100.0)])),
    ],
)
def test_the_reason_of_a_task_left_out(reason: str, asked: Problem) -> None:
    assert reasons(insert(asked)) == {"t": reason}


def test_a_task_left_out_comes_back_when_it_can() -> None:
    asked = problem([carry("t", "b", "c")], exclusive=["c"], taken=["c"])
    before = insert(asked)
    after = insert(replace(asked, taken=frozenset()), before)
    assert (reasons(before), reasons(after)) == ({"t": "no_place_free"}, {})


def test_a_plan_that_no_longer_fits_is_mended() -> None:
    tasks = [visit("one", "b"), visit("two", "h")]
    before = insert(problem(tasks))
    after = insert(problem(tasks, [robot(energy_wh=2.0)]), before)
    assert order(after) == ["one.0@b"]
    assert reasons(after) == {"two": "no_energy"}
