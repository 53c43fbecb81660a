"""Routes are driven by hand-worked figures: times, waiting, working times, the way home, and what all of it costs."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from bench.forward import Forward, Step
from bench.tiny import tiny_problem
from robot_fleet.core.plan import Plan, Problem

# From a to b takes 20 s, from a to c 30 s, from b to c 10 s; both robots stand at a.
VISIT: Step = ("visit", 0, "b")
TAKE: Step = ("parcel", 0, "a")
GIVE: Step = ("parcel", 1, "c")


def problem(**changes: object) -> Problem:
    return replace(tiny_problem(), **changes)  # type: ignore[arg-type]


def robots(**changes: object) -> Problem:
    tiny = tiny_problem()
    return replace(tiny, robots=tuple(replace(robot, **changes) for robot in tiny.robots))  # type: ignore[arg-type]


def test_times_follow_from_the_route() -> None:
    stops, done_s = Forward(problem()).drive("r1", [TAKE, VISIT, GIVE])
    assert [(stop.arrive_s, stop.begin_s, stop.end_s) for stop in stops] == [
        (0.0, 0.0, 10.0),
        (30.0, 30.0, 60.0),
        (70.0, 70.0, 80.0),
    ]
    assert done_s == 80.0


def test_a_cost_has_its_parts() -> None:
    forward = Forward(problem(ageing_s=40.0, change_cost=7.0))
    plan = forward.plan({"r1": [TAKE, GIVE, VISIT]}, "hand")
    # The visit begins at 10 + 30 + 10 + 10 = 60, just in time; the parcel at 40.
    assert forward.lateness_s(plan) == {"parcel": 0.0, "visit": 0.0}
    assert forward.travel_s(plan) == 40.0
    assert plan.cost == pytest.approx(4.0)
    only = forward.plan({"r2": [VISIT, VISIT]}, "hand")
    assert [left.task for left in only.left_out] == ["visit", "parcel"], "a stop that is there twice is no whole task"
    late = Forward(replace(problem(ageing_s=40.0), tasks=tuple(replace(t, due_s=0.0) for t in problem().tasks)))
    # Late by 20 s: 20 + 400 / 80, the parcel's penalty, and a tenth of the way.
    assert late.plan({"r1": [VISIT]}, "hand").cost == pytest.approx(25.0 + 1e4 + 2.0)


def test_another_robot_than_the_assigned_one_costs_a_change() -> None:
    tiny = problem(change_cost=7.0)
    tiny = replace(tiny, tasks=tuple(replace(task, assigned="r2") for task in tiny.tasks))
    of_r1 = Forward(tiny).plan({"r1": [VISIT], "r2": [TAKE, GIVE]}, "hand")
    assert of_r1.cost == pytest.approx(7.0 + 0.1 * (20.0 + 30.0))


def test_a_robot_waits_until_it_works_and_is_home_before_it_stops() -> None:
    # From 15 on it works; a visit begun at 35 ends at 65, and home is 20 s away.
    forward = Forward(robots(available=((15.0, 85.0),), home="a"))
    stops, home_s = forward.drive("r1", [VISIT])
    assert (stops[0].arrive_s, stops[0].begin_s, home_s) == (35.0, 35.0, 85.0)
    too_long = Forward(robots(available=((15.0, 84.0), (100.0, 200.0)), home="a"))
    assert too_long.drive("r1", [VISIT])[1] == 120.0, "it drives home when it works again"
    never = Forward(robots(available=((15.0, 60.0),)))
    assert never.drive("r1", [VISIT])[0][0].begin_s == inf
    assert [left.task for left in never.plan({"r1": [VISIT]}, "hand").left_out] == ["visit", "parcel"]


def test_what_comes_too_late_for_a_window_is_left_out_and_the_rest_stays() -> None:
    tiny = problem()
    shut = replace(tiny.tasks[0], stops=(replace(tiny.tasks[0].stops[0], latest_s=50.0),))
    plan = Forward(replace(tiny, tasks=(shut, tiny.tasks[1]))).plan({"r1": [TAKE, GIVE, VISIT]}, "hand")
    assert [left.task for left in plan.left_out] == ["visit"]
    assert [stop.task for stop in plan.routes["r1"]] == ["parcel", "parcel"]


def test_loads_slow_a_robot_down() -> None:
    tiny = robots(loaded_class="slow")
    double = tuple(tuple(2.0 * leg for leg in row) for row in tiny.travel_s["any"])
    tiny = replace(tiny, places={**tiny.places, "slow": tiny.places["any"]}, travel_s={**tiny.travel_s, "slow": double})
    stops, _ = Forward(tiny).drive("r1", [TAKE, GIVE, VISIT])
    assert [stop.arrive_s for stop in stops] == [0.0, 70.0, 90.0]
    assert Forward(tiny).travel_s(Plan({"r1": stops})) == 70.0
