"""Random problems: what planners return passes the independent checker, and spoilt plans do not."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from robot_fleet.core.plan import (
    Charging,
    LeftOut,
    Plan,
    PlannedStop,
    Problem,
    Resource,
    RobotNeed,
    StopNeed,
    TaskNeed,
)
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.cpsat import improve
from robot_fleet.scheduling.files import plan_from_json, plan_to_json, problem_from_json, problem_to_json
from robot_fleet.scheduling.insertion import InsertionPlanner
from robot_fleet.scheduling.search import Iterations, search

PLACES = tuple("abcdefgh")
ROBOTS = ("r1", "r2", "r3")
QUICK = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow], derandomize=True)


@st.composite
def stops(draw: st.DrawFn, begun: bool) -> tuple[StopNeed, ...]:
    """One to three stops; a begun task has its first stop behind it."""
    count = draw(st.integers(1, 3))
    mass = draw(st.sampled_from((0.0, 2.0, 5.0, 9.0)))
    made = []
    for number in range(count):
        load = mass if number == 0 and count > 1 and not begun else -mass if number == count - 1 and count > 1 else 0.0
        made.append(
            StopNeed(
                stop=number + int(begun),
                places=tuple(draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=4, unique=True))),
                service_s=float(draw(st.integers(0, 30))),
                load_kg=load,
                earliest_s=float(draw(st.sampled_from((0, 0, 0, 60, 200)))),
                counts=draw(st.booleans()),
                counts_offset_s=float(draw(st.integers(0, 10))),
                latest_s=float(draw(st.sampled_from((inf, inf, inf, 250, 500)))),
                load_units=int(load > 0.0) - int(load < 0.0),
                service_by=draw(st.sampled_from(({}, {}, {"y": 12.0}))),
            )
        )
    return tuple(made)


@st.composite
def tasks(draw: st.DrawFn, name: str) -> TaskNeed:
    """A task of any shape: free or pinned, begun or not, together or not, cheap or dear."""
    pinned = draw(st.sampled_from(("", "", "", "", *ROBOTS, "gone")))
    begun = bool(pinned) and draw(st.booleans())
    return TaskNeed(
        task=name,
        stops=draw(stops(begun)),
        due_s=float(draw(st.integers(0, 300))),
        weight=float(draw(st.sampled_from((0, 1, 2, 50)))),
        drop_penalty=float(draw(st.sampled_from((0, 20, 200, 5000, 5000)))),
        robots=draw(st.sampled_from((ROBOTS, ROBOTS, ("r2", "r1"), ("r1", "gone"), ("r3",), ("gone",), ()))),
        pinned=pinned,
        together=draw(st.booleans()),
        skills=draw(st.sampled_from(((), (), (), ("lift",), ("lift", "cool")))),
        assigned=draw(st.sampled_from(("", *ROBOTS))),
    )


def _tied(draw: st.DrawFn, made: list[TaskNeed]) -> list[TaskNeed]:
    """Tie some tasks to others: only to earlier ones, so that nothing waits for itself."""
    tied = []
    for number, task in enumerate(made):
        others = [other.task for other in made[:number]]
        ties = {}
        for key in ("after", "same_robot_as", "not_with"):
            if others and draw(st.integers(0, 4)) == 0:
                ties[key] = (draw(st.sampled_from(others)),)
        tied.append(replace(task, **ties))
    return tied


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Up to three robots and eight tasks; travel times need not be shortest paths, and some ways are missing."""
    rng = Random(draw(st.integers(0, 10_000)))  # drawing each leg would take hypothesis most of its time
    legs = (1.0, 5.0, 10.0, 20.0, 40.0, inf) if draw(st.booleans()) else (1.0, 5.0, 10.0, 20.0, 40.0)
    travel = {
        name: tuple(tuple(0.0 if a == b else rng.choice(legs) for b in PLACES[:count]) for a in PLACES[:count])
        for name, count in (("x", 8), ("y", 6))
    }
    robots = tuple(
        RobotNeed(
            robot=name,
            place=draw(st.sampled_from(PLACES)),
            free_at_s=float(draw(st.integers(0, 120))),
            travel_class=draw(st.sampled_from(("x", "y"))),
            capacity_kg=draw(st.sampled_from((4.0, 10.0, 20.0))),
            load_kg=draw(st.sampled_from((0.0, 0.0, 5.0))),
            energy_wh=draw(st.sampled_from((inf, inf, 1.0, 3.0))),
            driving_w=draw(st.sampled_from((0.0, 100.0))),
            standing_w=draw(st.sampled_from((0.0, 20.0))),
            loaded_class=draw(st.sampled_from(("", "", "y"))),
            loaded_w=draw(st.sampled_from((0.0, 150.0))),
            capacity_units=draw(st.integers(1, 3)),
            load_units=0,
            skills=draw(st.sampled_from(((), ("lift",), ("lift", "cool")))),
            available=draw(st.sampled_from(((), (), ((40.0, 400.0),), ((0.0, 120.0), (150.0, 260.0), (300.0, 700.0))))),
            home=home,
            rests=() if home else draw(st.sampled_from(((), ("b", "h"), ("a",)))),
            work_price=draw(st.sampled_from((0.0, 0.0, 0.1))),
            charging=draw(
                st.sampled_from((None, None, Charging(("b", "c"), 4.0, ((2.0, 400.0), (4.0, 100.0)), overhead_s=6.0)))
            ),
        )
        for name in ROBOTS[: draw(st.sampled_from((3, 3, 2, 1, 0)))]
        for home in (draw(st.sampled_from(("", "", "a"))),)
    )
    made = [draw(tasks(f"t{number}")) for number in range(draw(st.integers(0, 8)))]
    if draw(st.booleans()):
        made = _tied(draw, made)
    return Problem(
        now_s=50.0,
        robots=robots,
        tasks=tuple(made),
        ageing_s=draw(st.sampled_from((inf, 100.0))),
        change_cost=draw(st.sampled_from((0.0, 3.0))),
        tariff=draw(st.sampled_from(((), ((0.0, 1.0), (200.0, 5.0), (260.0, 0.5))))),
        resources=draw(
            st.sampled_from(
                (
                    (),
                    (),
                    (Resource("dock", ("b",)), Resource("yard", ("c", "d"), 2, ((60.0, 90.0), (80.0, 130.0)))),
                )
            )
        ),
        places={"x": PLACES, "y": PLACES[:6]},
        travel_s=travel,
        exclusive=frozenset(draw(st.lists(st.sampled_from(PLACES), max_size=4))),
        taken=frozenset(draw(st.lists(st.sampled_from(PLACES), max_size=2))),
    )


@QUICK
@given(problems())
def test_insertion_passes_the_checker(problem: Problem) -> None:
    plan = InsertionPlanner().insert(problem, Plan())
    assert PlanChecker().check(problem, plan) == ()


@QUICK
@given(problems(), st.data())
def test_reinsertion_after_any_change_passes_the_checker(problem: Problem, data: st.DataObject) -> None:
    before = InsertionPlanner().insert(problem, Plan())
    robots = data.draw(st.lists(st.sampled_from(problem.robots), unique_by=lambda r: r.robot)) if problem.robots else []
    kept = data.draw(st.lists(st.sampled_from(problem.tasks), unique_by=lambda t: t.task)) if problem.tasks else []
    begun = [replace(task, stops=task.stops[1:]) if len(task.stops) > 1 else task for task in kept]
    changed = replace(
        problem,
        now_s=80.0,
        robots=tuple(robots),
        tasks=(*data.draw(st.sampled_from((kept, begun))), data.draw(tasks("new"))),
        taken=frozenset(data.draw(st.lists(st.sampled_from(PLACES), max_size=3))),
    )
    assert PlanChecker().check(changed, InsertionPlanner().insert(changed, before)) == ()


@QUICK
@given(problems())
def test_a_valid_plan_survives_a_second_insertion(problem: Problem) -> None:
    first = InsertionPlanner().insert(problem, Plan())
    second = InsertionPlanner().insert(problem, first)
    assert second.cost <= first.cost + 1e-6


@settings(QUICK, max_examples=20)
@given(problems(), st.integers(0, 3))
def test_search_and_cpsat_are_valid_and_never_worse(problem: Problem, seed: int) -> None:
    inserted = InsertionPlanner().insert(problem, Plan())
    searched = search(problem, inserted, Iterations(20), seed=seed)
    improved = improve(problem, inserted, seconds=0.1, deterministic=True, seed=seed)
    for plan in (searched, improved):
        assert PlanChecker().check(problem, plan) == ()
        assert plan.cost <= inserted.cost + 1e-6
    again = improve(problem, inserted, seconds=0.1, deterministic=True, seed=seed)
    assert again == improved


def _spoilt(plan: Plan, robot: str, made: tuple[PlannedStop, ...]) -> Plan:
    return replace(plan, routes={**plan.routes, robot: made})


@settings(QUICK, max_examples=20)
@given(problems(), st.data())
@pytest.mark.parametrize(
    "spoil", ["swap", "drop", "drop_silently", "place", "shift", "cost", "claim", "reason", "robot", "twice"]
)
def test_a_spoilt_plan_is_caught(spoil: str, problem: Problem, data: st.DataObject) -> None:
    plan = InsertionPlanner().insert(problem, Plan())
    robot = next((name for name, route in plan.routes.items() if len(route) > 1), "")
    assume(robot)
    route = plan.routes[robot]
    index = data.draw(st.integers(0, len(route) - 1))
    stop = route[index]
    rest = (*route[:index], *route[index + 1 :])
    if spoil == "swap":
        other = (index + 1) % len(route)
        order = list(route)
        order[index], order[other] = order[other], order[index]
        assume(order != list(route))
        made = _spoilt(plan, robot, tuple(order))
        assume([s.place for s in order] != [s.place for s in route] or order[0].arrive_s != order[1].arrive_s)
        assume(any(a != b for a, b in zip(order, route, strict=True)) and len({s.end_s for s in route}) == len(route))
    elif spoil == "drop":
        made = _spoilt(plan, robot, rest)
    elif spoil == "drop_silently":
        gone = tuple(s for s in route if s.task != stop.task)
        made = _spoilt(plan, robot, gone)
    elif spoil == "place":
        made = _spoilt(plan, robot, (*route[:index], replace(stop, place="nowhere"), *route[index + 1 :]))
    elif spoil == "shift":
        key = data.draw(st.sampled_from(("arrive_s", "begin_s", "end_s")))
        by = data.draw(st.sampled_from((-1.0, -1e-4, 1e-4, 1.0, inf, float("nan"))))
        moved = replace(stop, **{key: getattr(stop, key) + by})
        made = _spoilt(plan, robot, (*route[:index], moved, *route[index + 1 :]))
    elif spoil == "cost":
        made = replace(plan, cost=plan.cost + data.draw(st.sampled_from((-1.0, 1.0, inf, float("nan")))))
    elif spoil == "claim":
        made = replace(plan, left_out=(*plan.left_out, LeftOut(stop.task, "dearer_than_penalty")))
    elif spoil == "reason":
        assume(plan.left_out)
        wrong = "too_heavy" if plan.left_out[0].reason != "too_heavy" else "no_place_free"
        made = replace(plan, left_out=(LeftOut(plan.left_out[0].task, wrong), *plan.left_out[1:]))
    elif spoil == "robot":
        made = replace(plan, routes={**{k: v for k, v in plan.routes.items() if k != robot}, "stranger": route})
    else:
        made = _spoilt(plan, robot, (*route, stop))
    assert PlanChecker().check(problem, made) != ()


@QUICK
@given(problems())
def test_files_keep_problems_and_plans(problem: Problem) -> None:
    plan = InsertionPlanner().insert(problem, Plan())
    assert problem_from_json(problem_to_json(problem)) == problem
    assert plan_from_json(plan_to_json(plan)) == plan
