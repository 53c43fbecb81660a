"""Each rule of the checker, broken one at a time in a plan that is otherwise right."""

from __future__ import annotations

import re
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from robot_fleet.core.plan import CHARGE, Charging, LeftOut, Plan, PlannedStop, Problem, Resource
from robot_fleet.scheduling.checking import checker
from robot_fleet.scheduling.checking.checker import PlanChecker
from test.property.plans_and_law import shut_at
from test.unit.scheduling.town import carry, problem, robot, stop, task, visit
from test.unit.scheduling.whole import BIN, CAR, MEAL, PLAN, ROUND, WHOLE

ON_BOARD = task("car", stop(1, "b", kg=-5.0), pinned="r1", together=True)


def drive(asked: Problem, name: str, *stops: tuple[str, int, str]) -> tuple[PlannedStop, ...]:
    """Stops with the times that follow on the street: ten seconds a place, five seconds a stop."""
    need = next(robot for robot in asked.robots if robot.robot == name)
    here, clock = need.place, max(asked.now_s, need.free_at_s)
    made = []
    for owner, number, place in stops:
        arrive = clock + 10.0 * abs(ord(place) - ord(here))
        made.append(PlannedStop(owner, number, place, arrive, arrive, arrive + 5.0))
        here, clock = place, arrive + 5.0
    return tuple(made)


def route(asked: Problem, *stops: tuple[str, int, str], cost: float = 0.0, out: str = "") -> Plan:
    left_out = (LeftOut(out, "unreachable"),) if out else ()
    return Plan(routes={"r1": drive(asked, "r1", *stops)}, left_out=left_out, cost=cost)


def shift(plan: Plan, name: str, index: int, **by: float) -> Plan:
    """The plan with some times of one stop moved."""
    stops = list(plan.routes[name])
    stops[index] = replace(stops[index], **{key: getattr(stops[index], key) + more for key, more in by.items()})
    return replace(plan, routes={**plan.routes, name: tuple(stops)})


def codes(asked: Problem, plan: Plan) -> set[str]:
    return {violation.code for violation in PlanChecker().check(asked, plan)}


CARRY = problem([carry("t", "b", "c", "d")], exclusive=["d"])
RIGHT = route(CARRY, ("t", 0, "b"), ("t", 1, "c"), cost=2.0)
TWO = problem([carry("t", "b", "d"), visit("v", "c")])
PARK = problem([carry("t", "a", "d"), carry("u", "a", "d")], exclusive=["d"])
ALONE = problem([visit("t", "c", penalty=50.0)])
ALONE_LATE = problem([visit("t", "c", due_s=0.0, weight=10.0, penalty=50.0)])
WINDOW = problem([task("t", stop(0, "b", earliest_s=60.0))])
APART = problem([carry("t", "b", "d"), replace(visit("v", "c"), not_with=("t",))])
ORDERED = problem([visit("u", "x"), replace(visit("v", "c"), after=("u",))])
CHARGE_TOO = route(TWO, ("t", 0, "b"), ("", CHARGE, "c"), ("t", 1, "d"), ("v", 0, "c"))

STREET_CASES: list[tuple[str, Problem, Plan]] = [
    ("unknown_robot", CARRY, replace(RIGHT, routes={**RIGHT.routes, "r9": ()})),
    ("unknown_task", CARRY, route(CARRY, ("t", 0, "b"), ("t", 1, "c"), ("z", 0, "c"))),
    ("unknown_task", CARRY, route(CARRY, ("t", 0, "b"), ("t", 1, "c"), ("", 0, "c"))),
    ("unknown_task", CARRY, replace(RIGHT, left_out=(LeftOut("z", "unreachable"),))),
    ("unknown_stop", CARRY, route(CARRY, ("t", 0, "b"), ("t", 7, "c"))),
    ("unknown_stop", CARRY, route(CARRY, ("t", 0, "b"), ("t", 1, "c"), ("t", CHARGE, "c"))),
    ("task_missing", CARRY, Plan(routes={"r1": ()})),
    ("task_twice", CARRY, replace(RIGHT, left_out=(LeftOut("t", "unreachable"),), cost=1002.0)),
    ("task_twice", ALONE, Plan(left_out=(LeftOut("t", "unreachable"),) * 2, cost=100.0)),
    (
        "task_twice",
        problem([visit("t", "c", robots=("r1", "r2"))], [robot(), robot("r2")]),
        Plan(routes={name: drive(ALONE, "r1", ("t", 0, "c")) for name in ("r1", "r2")}),
    ),
    ("stop_missing", CARRY, route(CARRY, ("t", 0, "b"))),
    ("stop_twice", CARRY, route(CARRY, ("t", 0, "b"), ("t", 0, "b"), ("t", 1, "c"))),
    ("stop_order", CARRY, route(CARRY, ("t", 1, "c"), ("t", 0, "b"))),
    ("robot_not_allowed", problem([visit("t", "b", robots=("r2",))]), route(CARRY, ("t", 0, "b"))),
    ("pinned_elsewhere", problem([visit("t", "b", pinned="r2")]), route(CARRY, ("t", 0, "b"))),
    ("pinned_not_first", problem([ON_BOARD, visit("v", "b")]), route(TWO, ("v", 0, "b"), ("car", 1, "b"))),
    (
        "together_split",
        problem(
            [carry("t", "b", "d", together=True), visit("v", "c")],
            [replace(robot(), charging=Charging(("c",), 1.0, ((1.0, 1.0),)))],
        ),
        CHARGE_TOO,
    ),
    (
        "together_split",
        problem([carry("t", "b", "d", together=True), visit("v", "c")]),
        route(TWO, ("t", 0, "b"), ("v", 0, "c"), ("t", 1, "d")),
    ),
    ("not_with_split", APART, route(APART, ("t", 0, "b"), ("v", 0, "c"), ("t", 1, "d"))),
    ("predecessor_left_out", ORDERED, route(ORDERED, ("v", 0, "c"), out="u")),
    ("place_not_allowed", CARRY, route(CARRY, ("t", 0, "b"), ("t", 1, "h"))),
    ("place_taken", replace(CARRY, taken=frozenset("c")), RIGHT),
    ("place_claimed_twice", PARK, route(PARK, ("t", 0, "a"), ("u", 0, "a"), ("t", 1, "d"), ("u", 1, "d"))),
    ("unreachable_leg", problem([visit("t", "x")]), route(TWO, ("t", 0, "x"))),
    ("time_not_finite", CARRY, shift(RIGHT, "r1", 0, arrive_s=nan)),
    ("time_not_finite", CARRY, replace(RIGHT, cost=nan)),
    ("time_arrive", CARRY, shift(RIGHT, "r1", 1, arrive_s=-1.0)),
    ("time_begin", CARRY, shift(RIGHT, "r1", 1, begin_s=1.0)),
    ("time_begin", WINDOW, route(WINDOW, ("t", 0, "b"), cost=1.0)),
    ("time_end", CARRY, shift(RIGHT, "r1", 0, end_s=1e-5)),
    ("overloaded", problem([carry("t", "b", "c", kg=11.0)]), RIGHT),
    ("energy_exceeded", replace(CARRY, robots=(robot(energy_wh=1.9),)), RIGHT),
    ("charge_not_allowed", TWO, CHARGE_TOO),
    ("cost_wrong", CARRY, replace(RIGHT, cost=2.1)),
    ("reason_unknown", ALONE, Plan(left_out=(LeftOut("t", "no_time"),), cost=50.0)),
    ("reason_wrong", ALONE_LATE, Plan(left_out=(LeftOut("t", "no_energy"),), cost=50.0)),
    ("insertable", ALONE, Plan(left_out=(LeftOut("t", "dearer_than_penalty"),), cost=50.0)),
    *(("law_broken", replace(CARRY, law=law), RIGHT) for law in shut_at("b", "r1")),
    ("insertable", problem([visit("t", "c", pinned="r1", penalty=0.0)]), Plan(left_out=(LeftOut("t", "no_energy"),))),
]


def with_meal(**more: Any) -> Problem:
    return replace(WHOLE, tasks=(replace(MEAL, **more), BIN, ROUND, CAR))


def with_bin(**more: Any) -> Problem:
    return replace(WHOLE, tasks=(MEAL, replace(BIN, **more), ROUND, CAR))


def with_round(**more: Any) -> Problem:
    return replace(WHOLE, tasks=(MEAL, BIN, replace(ROUND, **more), CAR))


def with_r1(**more: Any) -> Problem:
    return replace(WHOLE, robots=(replace(WHOLE.robots[0], **more), WHOLE.robots[1]))


def with_r2(**more: Any) -> Problem:
    return replace(WHOLE, robots=(WHOLE.robots[0], replace(WHOLE.robots[1], **more)))


def with_charging(**more: Any) -> Problem:
    charging = WHOLE.robots[1].charging
    assert charging is not None
    return with_r2(charging=replace(charging, **more))


def with_r2_stops(*stops: PlannedStop) -> Plan:
    return replace(PLAN, routes={**PLAN.routes, "r2": stops})


CAR_AWAY, AT_CHARGER = PLAN.routes["r2"]
WHOLE_CASES: list[tuple[str, Problem, Plan]] = [
    ("fixed_changed", with_r1(fixed=(("meal", 0, "b"), ("bin", 0, "c"))), PLAN),
    ("fixed_changed", with_r2(fixed=(("car", 1, "f"), ("", CHARGE, "h"))), PLAN),
    ("fixed_changed", with_r2(fixed=(("car", 1, "f"), ("", CHARGE, "g"), ("", CHARGE, "g"))), PLAN),
    ("skill_missing", with_bin(skills=("cold", "lift")), PLAN),
    ("skill_missing", replace(WHOLE, tasks=(MEAL, BIN, ROUND, replace(CAR, skills=("lift",)))), PLAN),
    ("before_predecessor", with_bin(after=("round",)), PLAN),
    ("before_predecessor", with_meal(after=("car",)), PLAN),
    ("not_same_robot", with_bin(same_robot_as=("car",)), PLAN),
    ("resource_overused", replace(WHOLE, resources=(Resource("chargers", ("g",), 1, ((0.0, 50.1),)),)), PLAN),
    ("resource_overused", replace(WHOLE, resources=(Resource("chargers", ("g",), 1, ((129.9, inf),)),)), PLAN),
    ("resource_overused", replace(WHOLE, resources=(Resource("chargers", ("g",), 2, ((0.0, 60.0),) * 2),)), PLAN),
    ("resource_overused", replace(WHOLE, resources=(Resource("corner", ("b", "e", "g"), 1),)), PLAN),
    ("home_unreachable", with_r1(home="x"), PLAN),
    ("outside_working_time", with_r1(available=((0.0, 100.0),)), PLAN),
    ("outside_working_time", with_r1(available=((0.0, 157.9),)), PLAN),
    ("outside_working_time", with_r2(available=((0.0, 130.0), (140.0, 199.9))), PLAN),
    ("begins_too_late", with_meal(stops=(MEAL.stops[0], replace(MEAL.stops[1], latest_s=39.9))), PLAN),
    ("too_many_units", with_r1(capacity_units=0), PLAN),
    ("overloaded", with_r1(capacity_kg=1.9), PLAN),
    ("charge_not_allowed", with_r2(charging=None), PLAN),
    ("charge_not_allowed", with_charging(chargers=("h",)), PLAN),
    ("charge_too_short", with_charging(overhead_s=80.1), PLAN),
    ("energy_exceeded", with_r1(energy_wh=14.52), PLAN),
    ("energy_exceeded", with_r2(energy_wh=7.09), PLAN),
    ("energy_exceeded", with_r2(energy_wh=13.0, charging=Charging(("g",), 40.0, ((40.0, 1.0),))), PLAN),
    ("charge_too_short", WHOLE, with_r2_stops(CAR_AWAY, AT_CHARGER, replace(AT_CHARGER, begin_s=140.0, end_s=130.0))),
    ("time_begin", WHOLE, shift(PLAN, "r2", 1, begin_s=-1.0, end_s=-1.0)),
    ("time_begin", WHOLE, shift(PLAN, "r1", 1, begin_s=1.0)),
    ("time_arrive", WHOLE, shift(PLAN, "r2", 1, arrive_s=-1.0)),
    ("time_not_finite", WHOLE, shift(PLAN, "r2", 1, end_s=inf)),
    ("unknown_task", WHOLE, with_r2_stops(CAR_AWAY, replace(AT_CHARGER, stop=1))),
    ("pinned_not_first", WHOLE, with_r2_stops(PlannedStop("", CHARGE, "g", 45.0, 45.0, 65.0), CAR_AWAY)),
    ("cost_wrong", WHOLE, replace(PLAN, cost=PLAN.cost + 0.3)),
]
CASES = STREET_CASES + WHOLE_CASES


@pytest.mark.parametrize(("asked", "plan"), [(CARRY, RIGHT), (WHOLE, PLAN)], ids=["street", "whole"])
def test_a_right_plan_passes(asked: Problem, plan: Plan) -> None:
    assert PlanChecker().check(asked, plan) == ()


@pytest.mark.parametrize(("code", "asked", "plan"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_broken_rule_is_named(code: str, asked: Problem, plan: Plan) -> None:
    assert code in codes(asked, plan)


@pytest.mark.parametrize(("code", "asked"), [(code, asked) for code, asked, plan in WHOLE_CASES if plan is PLAN])
def test_nothing_else_is_named(code: str, asked: Problem) -> None:
    assert codes(asked, PLAN) == {code}


def test_every_code_is_documented_and_tried() -> None:
    listed = set(re.findall(r"^`(\w+)`", checker.__doc__ or "", flags=re.MULTILINE))
    assert listed == {code for code, _, _ in CASES}


def test_rounding_is_no_violation() -> None:
    assert PlanChecker().check(CARRY, shift(RIGHT, "r1", 0, end_s=5e-7)) == ()


@pytest.mark.parametrize(
    ("asked", "cheaper"),
    [
        (replace(WHOLE, ageing_s=inf), 3.0),
        (replace(WHOLE, change_cost=0.0), 15.0),
        (with_meal(assigned=""), 15.0),
        (with_meal(assigned="r1"), 15.0),
        (replace(WHOLE, travel_weight=0.2), -19.5),
        (replace(WHOLE, tariff=()), 8.0),
        (replace(WHOLE, tariff=((131.0, 9.0),)), 8.0),
        (replace(WHOLE, tariff=((-50.0, 3.0), (60.0, 0.0), (100.0, 1.0), (120.0, 0.25))), 3.5),
        (with_charging(overhead_s=40.0), 4.0),
        (with_charging(full_wh=20.0), 8.0 - (20.0 - 17.9)),
        (with_charging(curve=((20.9, 360.0), (40.0, 720.0))), 2.5),
        (replace(WHOLE, coverage=None), 0.6),
    ],
)
def test_each_part_of_the_cost_counts(asked: Problem, cheaper: float) -> None:
    assert codes(asked, PLAN) == {"cost_wrong"}
    assert codes(asked, replace(PLAN, cost=PLAN.cost - cheaper)) == set()


def moved(*stops: PlannedStop, by: float) -> tuple[PlannedStop, ...]:
    return tuple(
        replace(stop, arrive_s=stop.arrive_s + by, begin_s=stop.begin_s + by, end_s=stop.end_s + by) for stop in stops
    )


def test_where_others_are_concerned_a_stop_may_begin_later() -> None:
    stops = PLAN.routes["r1"]
    at_lift = replace(stops[3], begin_s=90.0, end_s=95.0)
    later = replace(PLAN, routes={**PLAN.routes, "r1": (*stops[:3], at_lift, *moved(stops[4], by=7.0))})
    late_s, out_of_reach_s = 67.0, 0.6
    cost = 19.5 + late_s + late_s**2 / 1200.0 + 15.0 + 8.0 + out_of_reach_s
    assert codes(WHOLE, replace(later, cost=cost)) == set()
    assert codes(replace(WHOLE, resources=WHOLE.resources[:1]), later) == {"time_begin", "time_end", "time_arrive"}


def test_only_the_first_stop_waits_for_a_predecessor() -> None:
    asked = problem(
        [visit("u", "h", robots=("r2",)), replace(carry("t", "b", "c"), after=("u",))], [robot(), robot("r2")]
    )
    first, second = PlannedStop("t", 0, "b", 10.0, 75.0, 80.0), PlannedStop("t", 1, "c", 90.0, 90.0, 95.0)
    other = drive(asked, "r2", ("u", 0, "h"))
    assert codes(asked, Plan({"r1": (first, second), "r2": other}, cost=9.0)) == set()
    second = replace(second, begin_s=91.0, end_s=96.0)
    assert codes(asked, Plan({"r1": (first, second), "r2": other}, cost=9.0)) == {"time_begin", "time_end"}


def test_a_robot_leaves_when_it_works_again() -> None:
    hours = replace(robot(), available=((0.0, 20.0), (25.0, 26.0), (100.0, 200.0)), home="a")
    asked = problem([visit("t", "b"), visit("u", "c"), visit("v", "h")], [hours])
    stops = (
        PlannedStop("t", 0, "b", 10.0, 10.0, 15.0),
        PlannedStop("u", 0, "c", 110.0, 110.0, 115.0),  # ten seconds and five more do not fit before 20, nor at 25
        PlannedStop("v", 0, "h", 165.0, 165.0, 170.0),
    )
    assert codes(asked, Plan({"r1": stops})) == {"outside_working_time"}  # and home it is 70 s
    longer = replace(hours, available=(*hours.available, (300.0, 370.0)))
    assert codes(replace(asked, robots=(longer,)), Plan({"r1": stops}, cost=14.0)) == set()


def test_what_has_begun_is_under_way_from_the_start() -> None:
    begun = replace(task("car", stop(1, "d", kg=-5.0), pinned="r1"), not_with=("v",), after=("gone", "w"))
    asked = problem([begun, visit("v", "c"), visit("w", "x")])
    before = route(asked, ("v", 0, "c"), ("car", 1, "d"), out="w", cost=1003.0)
    assert codes(asked, before) == {"not_with_split"}
    after = route(asked, ("car", 1, "d"), ("v", 0, "c"), out="w", cost=1004.0)
    assert codes(asked, after) == set()
    both = problem([begun, task("v", stop(1, "c"), pinned="r1"), visit("w", "x")])
    assert codes(both, route(both, ("v", 1, "c"), ("car", 1, "d"), out="w", cost=1003.0)) == set()


def test_uses_of_a_resource_that_touch_are_apart() -> None:
    asked = problem(
        [visit("t", "b"), visit("u", "b", robots=("r2",)), task("z", stop(0, "b", service_s=0.0), robots=("r3",))],
        [robot(), robot("r2"), robot("r3")],
    )
    asked = replace(asked, resources=(Resource("door", ("b",), 1, ((0.0, 10.0), (20.0, 30.0))),))
    first = drive(asked, "r1", ("t", 0, "b"))
    then = (PlannedStop("u", 0, "b", 10.0, 15.0, 20.0),)
    for at_s, found in ((10.0, set()), (12.0, {"resource_overused"}), (15.0, set()), (20.0, set()), (30.0, set())):
        passing = (PlannedStop("z", 0, "b", 10.0, at_s, at_s),)
        assert codes(asked, Plan({"r1": first, "r2": then, "r3": passing}, cost=3.0)) == found


def test_only_what_has_changed_is_judged_by_itself() -> None:
    check = PlanChecker().check
    wrong = shift(replace(PLAN, cost=0.0), "r1", 1, begin_s=1.0)
    assert check(WHOLE, wrong, changed=frozenset(("r2",))) == ()
    assert {each.code for each in check(WHOLE, wrong, changed=frozenset(("r1",)))} == {"time_begin"}
    assert check(with_r1(capacity_kg=1.0, skills=(), energy_wh=0.0), wrong, changed=frozenset()) == ()


@pytest.mark.parametrize(
    "code",
    [
        *("task_missing", "task_twice", "stop_missing", "stop_order", "unknown_task", "place_claimed_twice"),
        *("not_with_split", "predecessor_left_out", "before_predecessor", "not_same_robot", "resource_overused"),
    ],
)
def test_what_lies_between_routes_is_judged_whatever_has_changed(code: str) -> None:
    asked, plan = next((asked, plan) for each, asked, plan in CASES if each == code)
    assert code in {each.code for each in PlanChecker().check(asked, plan, changed=frozenset())}


def test_only_fresh_reasons_are_replayed() -> None:
    plan = Plan(left_out=(LeftOut("t", "no_energy"),), cost=50.0)
    check = PlanChecker().check
    assert check(ALONE, plan, changed=frozenset(), fresh=frozenset()) == ()
    assert {each.code for each in check(ALONE, plan, changed=frozenset(), fresh=frozenset("t"))} == {"insertable"}
    unknown = replace(plan, left_out=(LeftOut("t", "no_time"),))
    assert {each.code for each in check(ALONE, unknown, fresh=frozenset())} == {"reason_unknown"}
