"""Each rule of the checker, broken one at a time in a plan that is otherwise right."""

from __future__ import annotations

import re
from dataclasses import replace
from math import nan

import pytest

from robot_fleet.core.plan import LeftOut, Plan, PlannedStop, Problem
from robot_fleet.scheduling import checker
from robot_fleet.scheduling.checker import PlanChecker
from test.unit.scheduling.town import carry, problem, robot, stop, task, visit

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


def route(asked: Problem, *stops: tuple[str, int, str], cost: float = 0.0) -> Plan:
    return Plan(routes={"r1": drive(asked, "r1", *stops)}, cost=cost)


def shift(plan: Plan, index: int, **times: float) -> Plan:
    stops = list(plan.routes["r1"])
    stops[index] = replace(stops[index], **times)  # type: ignore[arg-type]
    return replace(plan, routes={"r1": tuple(stops)})


def codes(asked: Problem, plan: Plan) -> set[str]:
    return {violation.code for violation in PlanChecker().check(asked, plan)}


CARRY = problem([carry("t", "b", "c", "d")], exclusive=["d"])
RIGHT = route(CARRY, ("t", 0, "b"), ("t", 1, "c"), cost=2.0)
TWO = problem([carry("t", "b", "d"), visit("v", "c")])
PARK = problem([carry("t", "a", "d"), carry("u", "a", "d")], exclusive=["d"])
ALONE = problem([visit("t", "c", penalty=50.0)])
ALONE_LATE = problem([visit("t", "c", due_s=0.0, weight=10.0, penalty=50.0)])
WINDOW = problem([task("t", stop(0, "b", earliest_s=60.0))])

CASES: list[tuple[str, Problem, Plan]] = [
    ("unknown_robot", CARRY, replace(RIGHT, routes={**RIGHT.routes, "r9": ()})),
    ("unknown_task", CARRY, route(CARRY, ("t", 0, "b"), ("t", 1, "c"), ("z", 0, "c"))),
    ("unknown_task", CARRY, replace(RIGHT, left_out=(LeftOut("z", "unreachable"),))),
    ("unknown_stop", CARRY, route(CARRY, ("t", 0, "b"), ("t", 7, "c"))),
    ("task_missing", CARRY, Plan(routes={"r1": ()})),
    ("task_twice", CARRY, replace(RIGHT, left_out=(LeftOut("t", "unreachable"),), cost=1002.0)),
    ("stop_missing", CARRY, route(CARRY, ("t", 0, "b"))),
    ("stop_twice", CARRY, route(CARRY, ("t", 0, "b"), ("t", 0, "b"), ("t", 1, "c"))),
    ("stop_order", CARRY, route(CARRY, ("t", 1, "c"), ("t", 0, "b"))),
    ("robot_not_allowed", problem([visit("t", "b", robots=("r2",))]), route(CARRY, ("t", 0, "b"))),
    ("pinned_elsewhere", problem([visit("t", "b", pinned="r2")]), route(CARRY, ("t", 0, "b"))),
    ("pinned_not_first", problem([ON_BOARD, visit("v", "b")]), route(TWO, ("v", 0, "b"), ("car", 1, "b"))),
    (
        "together_split",
        problem([carry("t", "b", "d", together=True), visit("v", "c")]),
        route(TWO, ("t", 0, "b"), ("v", 0, "c"), ("t", 1, "d")),
    ),
    ("place_not_allowed", CARRY, route(CARRY, ("t", 0, "b"), ("t", 1, "h"))),
    ("place_taken", replace(CARRY, taken=frozenset("c")), RIGHT),
    ("place_claimed_twice", PARK, route(PARK, ("t", 0, "a"), ("u", 0, "a"), ("t", 1, "d"), ("u", 1, "d"))),
    ("unreachable_leg", problem([visit("t", "x")]), route(TWO, ("t", 0, "x"))),
    ("time_not_finite", CARRY, shift(RIGHT, 0, arrive_s=nan)),
    ("time_not_finite", CARRY, replace(RIGHT, cost=nan)),
    ("time_arrive", CARRY, shift(RIGHT, 1, arrive_s=24.0)),
    ("time_begin", CARRY, shift(RIGHT, 1, begin_s=26.0)),
    ("time_begin", WINDOW, route(WINDOW, ("t", 0, "b"), cost=1.0)),
    ("time_end", CARRY, shift(RIGHT, 0, end_s=15.00001)),
    ("overloaded", problem([carry("t", "b", "c", kg=11.0)]), RIGHT),
    ("energy_exceeded", replace(CARRY, robots=(robot(energy_wh=1.9),)), RIGHT),
    ("cost_wrong", CARRY, replace(RIGHT, cost=2.1)),
    ("reason_unknown", ALONE, Plan(left_out=(LeftOut("t", "no_time"),), cost=50.0)),
    ("reason_wrong", ALONE_LATE, Plan(left_out=(LeftOut("t", "no_energy"),), cost=50.0)),
    ("insertable", ALONE, Plan(left_out=(LeftOut("t", "dearer_than_penalty"),), cost=50.0)),
    ("insertable", problem([visit("t", "c", pinned="r1", penalty=0.0)]), Plan(left_out=(LeftOut("t", "no_energy"),))),
]


def test_a_right_plan_passes() -> None:
    assert PlanChecker().check(CARRY, RIGHT) == ()


@pytest.mark.parametrize(("code", "asked", "plan"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_broken_rule_is_named(code: str, asked: Problem, plan: Plan) -> None:
    assert code in codes(asked, plan)


def test_every_code_is_documented_and_tried() -> None:
    listed = set(re.findall(r"^`(\w+)`", checker.__doc__ or "", flags=re.MULTILINE))
    assert listed == {code for code, _, _ in CASES}


def test_rounding_is_no_violation() -> None:
    assert PlanChecker().check(CARRY, shift(RIGHT, 0, end_s=15.0 + 5e-7)) == ()


@pytest.mark.parametrize(
    ("reason", "asked"),
    [
        ("no_robot_kind", problem([visit("t", "b", robots=())])),
        ("no_robot_available", problem([visit("t", "b", robots=("r9",))])),
        ("too_heavy", problem([carry("t", "b", "c", kg=11.0)])),
        ("no_place_free", problem([carry("t", "b", "c")], taken=["c"])),
        ("unreachable", problem([visit("t", "x")])),
        ("no_energy", problem([visit("t", "d")], [robot(energy_wh=2.5)])),
        ("dearer_than_penalty", ALONE_LATE),
    ],
)
def test_a_true_reason_is_confirmed_and_every_other_is_not(reason: str, asked: Problem) -> None:
    cost = asked.tasks[0].drop_penalty
    for claimed in checker.REASONS:
        plan = Plan(left_out=(LeftOut("t", claimed),), cost=cost)
        assert codes(asked, plan) == (set() if claimed == reason else {"reason_wrong"})


def test_a_place_claimed_by_another_task_confirms_the_reason() -> None:
    planned = drive(PARK, "r1", ("t", 0, "a"), ("t", 1, "d"))
    plan = Plan(routes={"r1": planned}, left_out=(LeftOut("u", "no_place_free"),), cost=1003.0)
    assert codes(PARK, plan) == set()


def test_other_tasks_are_no_excuse_for_a_pinned_one() -> None:
    asked = problem([visit("t", "f"), visit("p", "b", pinned="r1")], [robot(place="d", energy_wh=2.0)])
    plan = Plan(routes={"r1": drive(asked, "r1", ("t", 0, "f"))}, left_out=(LeftOut("p", "no_energy"),), cost=1002.0)
    assert codes(asked, plan) == {"insertable"}
