"""Each way in which a problem can contradict itself, tried one at a time on a problem that does not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import CHARGE, Charging, Coverage, Problem, Resource
from robot_fleet.scheduling import validate as module
from robot_fleet.scheduling.validate import validate
from test.unit.scheduling.town import carry, problem, stop, task, visit
from test.unit.scheduling.whole import BIN, CAR, CHARGING, MEAL, ROUND, WHOLE, robot

COVERAGE = WHOLE.coverage
assert COVERAGE is not None


def with_task(**more: Any) -> Problem:
    return replace(WHOLE, tasks=(MEAL, replace(BIN, **more), ROUND, CAR))


def with_stop(**more: Any) -> Problem:
    return with_task(stops=(replace(BIN.stops[0], **more), BIN.stops[1]))


def with_robot(**more: Any) -> Problem:
    return replace(WHOLE, robots=(*WHOLE.robots, robot("r3", **more)))


def with_charging(**more: Any) -> Problem:
    return with_robot(charging=replace(CHARGING, **more))


def with_coverage(**more: Any) -> Problem:
    return replace(WHOLE, coverage=replace(COVERAGE, **more))


def with_leg(leg: float) -> Problem:
    line = WHOLE.travel_s["walk"][0]
    return replace(WHOLE, travel_s={**WHOLE.travel_s, "walk": ((line[0], leg, *line[2:]), *WHOLE.travel_s["walk"][1:])})


def with_matrix(spoil: Callable[[Any], Any]) -> Problem:
    return replace(WHOLE, travel_s={**WHOLE.travel_s, "walk": spoil(WHOLE.travel_s["walk"])})


CASES: list[tuple[str, str, Problem]] = [
    ("plan_problem_name", "", with_robot(robot="")),
    ("plan_problem_name", "", with_task(task="")),
    ("plan_problem_name", "bin.0.places", with_stop(places=("",))),
    ("plan_problem_duplicate", "r2", with_robot(robot="r2")),
    ("plan_problem_duplicate", "meal", with_task(task="meal")),
    ("plan_problem_duplicate", "lift", replace(WHOLE, resources=(Resource("lift", ("e",)), Resource("lift", ("f",))))),
    ("plan_problem_duplicate", "places.walk.b", replace(WHOLE, places={**WHOLE.places, "walk": tuple("abbdefghx")})),
    ("plan_problem_number", "now_s", replace(WHOLE, now_s=nan)),
    ("plan_problem_number", "now_s", replace(WHOLE, now_s=-1.0)),
    ("plan_problem_number", "travel_weight", replace(WHOLE, travel_weight=inf)),
    ("plan_problem_number", "change_cost", replace(WHOLE, change_cost=-1.0)),
    ("plan_problem_number", "ageing_s", replace(WHOLE, ageing_s=0.0)),
    ("plan_problem_number", "ageing_s", replace(WHOLE, ageing_s=nan)),
    ("plan_problem_number", "r3.free_at_s", with_robot(free_at_s=-1.0)),
    ("plan_problem_number", "r3.capacity_kg", with_robot(capacity_kg=nan)),
    ("plan_problem_number", "r3.capacity_units", with_robot(capacity_units=-1)),
    ("plan_problem_number", "r3.load_units", with_robot(load_units=nan)),
    ("plan_problem_number", "r3.loaded_w", with_robot(loaded_w=-1.0)),
    ("plan_problem_number", "r3.energy_wh", with_robot(energy_wh=nan)),
    ("plan_problem_number", "bin.due_s", with_task(due_s=nan)),
    ("plan_problem_number", "bin.weight", with_task(weight=-1.0)),
    ("plan_problem_number", "bin.drop_penalty", with_task(drop_penalty=inf)),
    ("plan_problem_number", "bin.0.service_s", with_stop(service_s=-1.0)),
    ("plan_problem_number", "bin.0.service_by.walk", with_stop(service_by={"walk": nan})),
    ("plan_problem_number", "bin.0.earliest_s", with_stop(earliest_s=nan)),
    ("plan_problem_number", "bin.0.latest_s", with_stop(latest_s=nan)),
    ("plan_problem_number", "bin.0.load_kg", with_stop(load_kg=nan)),
    ("plan_problem_number", "coverage.until_s", with_coverage(until_s=inf)),
    ("plan_problem_number", "coverage.price", with_coverage(price=-1.0)),
    ("plan_problem_number", "tariff.price", replace(WHOLE, tariff=((0.0, nan),))),
    ("plan_problem_matrix", "travel_s.walk", with_matrix(lambda matrix: matrix[1:])),
    ("plan_problem_matrix", "travel_s.walk", with_matrix(lambda matrix: (*matrix[:-1], matrix[-1][1:]))),
    ("plan_problem_matrix", "travel_s.walk", replace(WHOLE, places={"walk+load": WHOLE.places["walk"]})),
    ("plan_problem_matrix", "travel_s.walk.a", with_leg(nan)),
    ("plan_problem_matrix", "travel_s.walk.a", with_leg(-1.0)),
    ("plan_problem_class", "r3", with_robot(travel_class="fly")),
    ("plan_problem_class", "r3.loaded_class", with_robot(loaded_class="fly+load")),
    ("plan_problem_stops", "bin", with_task(stops=())),
    ("plan_problem_stops", "bin", with_task(stops=(BIN.stops[1], BIN.stops[0]))),
    ("plan_problem_stops", "bin", with_task(stops=(BIN.stops[0], BIN.stops[0]))),
    ("plan_problem_stops", "bin", with_stop(stop=-1)),
    ("plan_problem_stops", "bin", with_stop(places=())),
    ("plan_problem_window", "bin.0.latest_s", with_stop(earliest_s=10.0, latest_s=9.0)),
    ("plan_problem_window", "r3.available", with_robot(available=((5.0, 5.0),))),
    ("plan_problem_window", "r3.available", with_robot(available=((0.0, nan),))),
    ("plan_problem_window", "r3.available", with_robot(available=((0.0, 9.0), (8.0, 20.0)))),
    ("plan_problem_window", "lift.busy", replace(WHOLE, resources=(Resource("lift", ("e",), busy=((9.0, 8.0),)),))),
    ("plan_problem_load", "bin.stops", with_stop(load_kg=1.5)),
    ("plan_problem_load", "bin.stops", with_stop(load_kg=0.0)),
    ("plan_problem_load", "bin.stops", with_stop(load_units=2)),
    ("plan_problem_load", "bin.stops", with_stop(load_units=0)),
    ("plan_problem_load", "bin.stops", with_task(pinned="r1", stops=(replace(BIN.stops[0], stop=1),))),
    ("plan_problem_home", "r3.rests", with_robot(rests=("g", "h"))),
    ("plan_problem_number", "r3.work_price", with_robot(work_price=nan)),
    ("plan_problem_itself", "bin.after", with_task(after=("bin",))),
    ("plan_problem_itself", "bin.same_robot_as", with_task(same_robot_as=("bin",))),
    ("plan_problem_itself", "bin.not_with", with_task(not_with=("bin",))),
    ("plan_problem_cycle", "meal.after", replace(WHOLE, tasks=(replace(MEAL, after=("round",)), BIN, ROUND, CAR))),
    ("plan_problem_charging", "r3.charging", with_charging(chargers=())),
    ("plan_problem_charging", "r3.charging.curve", with_charging(curve=())),
    ("plan_problem_charging", "r3.charging.curve", with_charging(curve=((30.0, 720.0), (30.0, 360.0), (40.0, 10.0)))),
    ("plan_problem_charging", "r3.charging.curve", with_charging(curve=((30.0, 0.0), (40.0, 360.0)))),
    ("plan_problem_charging", "r3.charging.curve", with_charging(full_wh=40.1)),
    ("plan_problem_number", "r3.charging.overhead_s", with_charging(overhead_s=nan)),
    ("plan_problem_fixed", "r3.fixed", with_robot(fixed=(("gone", 0, "c"),))),
    ("plan_problem_fixed", "r3.fixed", with_robot(fixed=(("bin", 1, "e"),))),
    ("plan_problem_fixed", "r3.fixed", with_robot(fixed=(("bin", 0, "e"),))),
    ("plan_problem_fixed", "r3.fixed", with_robot(fixed=(("bin", 0, "c"), ("bin", 0, "c")))),
    ("plan_problem_fixed", "r3.fixed", with_robot(fixed=(("meal", 1, "c"),))),
    ("plan_problem_fixed", "r3.fixed", with_robot(fixed=(("", CHARGE, "a"),))),
    ("plan_problem_fixed", "r3.fixed", with_robot(fixed=(("", CHARGE, "g"),), charging=None)),
    ("plan_problem_resource", "lift", replace(WHOLE, resources=(Resource("lift", ("e",), 0),))),
    ("plan_problem_coverage", "coverage.robots", with_coverage(robots=("r9",))),
    ("plan_problem_coverage", "coverage.within_s", with_coverage(within_s=0.0)),
    ("plan_problem_coverage", "coverage.step_s", with_coverage(step_s=nan)),
    ("plan_problem_tariff", "tariff", replace(WHOLE, tariff=((5.0, 1.0), (5.0, 2.0)))),
]


@pytest.mark.parametrize(("code", "where", "asked"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)])
def test_a_contradiction_is_named(code: str, where: str, asked: Problem) -> None:
    with pytest.raises(PlanError) as refused:
        validate(asked)
    assert (refused.value.code, refused.value.where) == (code, where)
    assert "\n" not in str(refused.value)


def test_every_code_is_documented_and_tried() -> None:
    listed = set(re.findall(r"^`(\w+)`", module.__doc__ or "", flags=re.MULTILINE))
    assert listed == {code for code, _, _ in CASES}


@pytest.mark.parametrize(
    "asked",
    [
        WHOLE,
        problem([]),
        problem([], robots=()),
        Problem(0.0, (), (), {}, {}),
        problem([carry("t", "b", "c", kg=1e6), visit("u", "x"), visit("v", "nowhere"), visit("w", "b", robots=())]),
        problem([task("on_board", stop(1, "b", kg=-5.0), pinned="r1"), task("in_hand", stop(0, "b"), pinned="r1")]),
        problem([carry("t", "b", "c"), task("u", stop(0, "a", kg=0.1), stop(1, "b", kg=0.2), stop(2, "c", kg=-0.3))]),
        with_robot(available=((0.0, 10.0), (10.0, inf))),
        with_robot(energy_wh=-1.0, charging=Charging(("h",), 0.0, ((1.0, 1.0),))),
        with_coverage(until_s=0.0, places=("nowhere",)),
        replace(WHOLE, coverage=Coverage((), (), 1.0, 1.0)),
    ],
)
def test_what_cannot_be_done_is_no_contradiction(asked: Problem) -> None:
    validate(asked)
