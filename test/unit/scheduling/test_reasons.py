"""Reasons of tasks left out: the one that holds is confirmed, every other is not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import inf

import pytest

from robot_fleet.core.plan import (
    CHARGE,
    Charging,
    Coverage,
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
from robot_fleet.scheduling.checking.replay import REASONS
from test.unit.scheduling.town import carry, problem, robot, stop, visit

Stops = Sequence[tuple[str, int, str]]


def job(name: str, *stops: StopNeed, pinned: str = "") -> TaskNeed:
    """A task of these very stops, never late."""
    return TaskNeed(name, stops, 1000.0, 1.0, 1000.0, ("r1",), pinned)


LATE = visit("t", "c", due_s=0.0, weight=10.0, penalty=50.0)
HOURS = replace(robot(), available=((0.0, 24.9),))
SLOW = Charging(("h",), full_wh=100.0, curve=((100.0, 360.0),), overhead_s=10.0)


def drive(asked: Problem, name: str, stops: Stops) -> tuple[PlannedStop, ...]:
    """Stops with the times that follow on the street; a charge takes 20 s."""
    need = next(robot for robot in asked.robots if robot.robot == name)
    here, clock = need.place, max(asked.now_s, need.free_at_s)
    made = []
    for owner, number, place in stops:
        arrive = clock + 10.0 * abs(ord(place) - ord(here))
        made.append(PlannedStop(owner, number, place, arrive, arrive, arrive + (5.0 if owner else 20.0)))
        here, clock = place, made[-1].end_s
    return tuple(made)


def held(asked: Problem, routes: dict[str, Stops], *, reason: str, out: str = "t", rest: float = 0.0) -> set[str]:
    """What the checker says of a plan that leaves a task out for a reason; `rest` is what the routes cost."""
    cost = rest + next(each.drop_penalty for each in asked.tasks if each.task == out)
    made = {name: drive(asked, name, stops) for name, stops in routes.items()}
    others = tuple(
        LeftOut(each.task, "unreachable") for each in asked.tasks if "x" in each.stops[0].places and each.task != out
    )
    cost += sum(each.drop_penalty for each in asked.tasks if each.task in {other.task for other in others})
    plan = Plan(made, (LeftOut(out, reason), *others), cost)
    return {violation.code for violation in PlanChecker().check(asked, plan)}


def after(name: str, *before: str) -> TaskNeed:
    return replace(visit(name, "b"), after=before)


BUSY = Resource("door", ("c",), 1, ((0.0, 100.0),))
BY_DEADLINE = job("t", replace(stop(0, "c"), latest_s=19.9))
BY_DOOR = job("t", replace(stop(0, "c"), latest_s=99.9))
CASES: list[tuple[str, Problem, dict[str, Stops], float]] = [
    ("no_robot_kind", problem([visit("t", "b", robots=())]), {}, 0.0),
    ("no_robot_available", problem([visit("t", "b", robots=("r9",))]), {}, 0.0),
    ("no_robot_available", problem([visit("t", "b", pinned="r9")]), {}, 0.0),
    ("skill_missing", problem([replace(visit("t", "b"), skills=("cold", "door"))]), {}, 0.0),
    ("skill_missing", problem([replace(visit("t", "c"), skills=("cold",))], [robot(), robot("r2")]), {}, 0.0),
    ("predecessor_left_out", problem([after("t", "u"), visit("u", "x")], taken=["b"]), {}, 0.0),
    ("no_place_free", problem([carry("t", "b", "c")], taken=["c"]), {}, 0.0),
    (
        "no_place_free",
        problem([carry("t", "b", "c"), carry("u", "b", "c")], exclusive=["c"]),
        {"r1": [("u", 0, "b"), ("u", 1, "c")]},
        2.0,
    ),
    ("dearer_than_penalty", problem([LATE]), {}, 0.0),
    ("dearer_than_penalty", problem([visit("t", "c", penalty=2.0)]), {}, 0.0),
    ("no_energy", problem([visit("t", "d")], [robot(energy_wh=2.5)]), {}, 0.0),
    ("no_energy", problem([visit("t", "c")], [replace(robot(energy_wh=3.9), home="a")]), {}, 0.0),
    (
        "no_energy",
        problem([visit("t", "a")], [replace(robot("r1", "g", energy_wh=1.5), charging=SLOW)]),
        {"r1": [("", CHARGE, "h")]},
        1.0,
    ),
    (
        "no_energy",
        problem([carry("t", "b", "c")], [replace(robot(energy_wh=2.5), loaded_w=720.0)]),
        {},
        0.0,
    ),
    ("too_heavy", problem([carry("t", "b", "c", kg=11.0)], [robot(energy_wh=0.5)]), {}, 0.0),
    (
        "too_heavy",
        problem([job("t", replace(stop(0, "b"), load_units=1), replace(stop(1, "c"), load_units=-1))]),
        {},
        0.0,
    ),
    ("window_closed", problem([BY_DEADLINE], [robot(energy_wh=1.0)]), {}, 0.0),
    ("window_closed", problem([visit("t", "c")], [HOURS]), {}, 0.0),
    ("window_closed", problem([visit("t", "b")], [replace(HOURS, home="a")]), {}, 0.0),
    ("window_closed", replace(problem([BY_DOOR]), resources=(BUSY,)), {}, 0.0),
    ("window_closed", replace(problem([visit("t", "c")]), resources=(replace(BUSY, busy=((9.0, inf),)),)), {}, 0.0),
    (
        "window_closed",
        problem(
            [job("v", replace(stop(0, "c"), latest_s=20.0)), job("t", replace(stop(0, "b"), latest_s=25.0))],
        ),
        {"r1": [("v", 0, "c")]},
        2.0,
    ),
    (
        "partner_elsewhere",
        problem(
            [replace(visit("t", "c"), same_robot_as=("u",)), visit("u", "c", robots=("r2",))], [robot(), robot("r2")]
        ),
        {"r2": [("u", 0, "c")]},
        2.0,
    ),
    (
        "partner_elsewhere",
        problem(
            [visit("t", "c"), replace(visit("u", "c", robots=("r2",)), same_robot_as=("t",))], [robot(), robot("r2")]
        ),
        {"r2": [("u", 0, "c")]},
        2.0,
    ),
    (
        "partner_elsewhere",
        problem(
            [
                replace(job("t", stop(1, "b", kg=-1.0), pinned="r1"), not_with=("u",)),
                visit("u", "c", pinned="r1"),
            ],
            [replace(robot(), fixed=(("u", 0, "c"),))],
        ),
        {"r1": [("u", 0, "c")]},
        2.0,
    ),
    ("unreachable", problem([visit("t", "x")]), {}, 0.0),
    ("unreachable", problem([visit("t", "b")], [replace(robot(), home="x")]), {}, 0.0),
]


@pytest.mark.parametrize(
    ("reason", "asked", "routes", "rest"), CASES, ids=[f"{case[0]}-{n}" for n, case in enumerate(CASES)]
)
def test_a_true_reason_is_confirmed_and_every_other_is_not(
    reason: str, asked: Problem, routes: dict[str, Stops], rest: float
) -> None:
    for claimed in REASONS:
        found = held(asked, routes, reason=claimed, rest=rest)
        assert found == (set() if claimed == reason else {"reason_wrong"}), claimed


def test_every_reason_is_tried() -> None:
    assert {reason for reason, *_ in CASES} == set(REASONS)


def priced(task: TaskNeed, *others: TaskNeed, robots: Sequence[RobotNeed] = (robot(),), **more: object) -> Problem:
    return replace(problem([task, *others], robots), **more)  # type: ignore[arg-type]


TWO = (robot(), robot("r2", "h"))
CHARGES = replace(robot(energy_wh=10.0), standing_w=720.0, charging=Charging(("h",), 100.0, ((100.0, 3600.0),), 10.0))
T = visit("t", "c")
URGENT = visit("t", "c", due_s=0.0)
U, V = visit("u", "e"), replace(visit("v", "h", robots=("r2",)), after=("u",))
U_AND_V: dict[str, Stops] = {"r1": [("u", 0, "e")], "r2": [("v", 0, "h")]}
GUARD = Coverage(("r1",), ("a",), within_s=15.0, until_s=100.0, step_s=10.0, price=0.25)
RISES: dict[str, tuple[float, Problem, dict[str, Stops], float]] = {
    "its travel": (2.0, priced(T), {}, 0.0),
    "the way home as well": (4.0, priced(T, robots=[replace(robot(), home="a")]), {}, 0.0),
    "its lateness": (22.0, priced(URGENT), {}, 0.0),
    "its lateness, which ages": (26.0, priced(URGENT, ageing_s=50.0), {}, 0.0),
    "another robot than before": (17.0, priced(replace(T, assigned="r9"), change_cost=15.0), {}, 0.0),
    "the robot that it had": (2.0, priced(replace(T, assigned="r1"), change_cost=15.0), {}, 0.0),
    "nothing on the way": (0.0, priced(T, U), {"r1": [("u", 0, "e")]}, 4.0),
    "the lateness of others": (
        5.0,
        priced(replace(T, due_s=25.0), replace(U, due_s=40.0)),
        {"r1": [("u", 0, "e")]},
        4.0,
    ),
    "no less for what is fixed": (
        2.0,
        priced(T, U, robots=[replace(robot(), fixed=(("u", 0, "e"),))]),
        {"r1": [("u", 0, "e")]},
        4.0,
    ),
    "a wait for a resource": (52.0, priced(replace(T, due_s=50.0), resources=(BUSY,)), {}, 0.0),
    "a wait for another robot at a resource": (
        7.0,
        priced(
            replace(T, due_s=20.0),
            visit("u", "c", robots=("r2",)),
            robots=(robot(), robot("r2", "c", free_at_s=20.0)),
            resources=(Resource("door", ("c",), 1),),
        ),
        {"r2": [("u", 0, "c")]},
        0.0,
    ),
    "a wait till it works again": (
        172.0,
        priced(URGENT, robots=[replace(robot(), available=((0.0, 24.9), (150.0, 300.0)))]),
        {},
        0.0,
    ),
    "a wait for a predecessor": (
        57.0,
        priced(replace(T, after=("u",), due_s=20.0), visit("u", "a", robots=("r2",)), robots=TWO),
        {"r2": [("u", 0, "a")]},
        7.0,
    ),
    "to come after a predecessor": (
        36.0,
        priced(replace(T, after=("u",), due_s=31.0), visit("u", "e"), robots=[robot()]),
        {"r1": [("u", 0, "e")]},
        4.0,
    ),
    "what waits for it elsewhere": (
        2.0,
        priced(T, U, V, robots=(robot(), robot("r2", "h", free_at_s=45.0))),
        U_AND_V,
        4.0,
    ),
    "to stay apart": (
        1.0,
        priced(replace(T, not_with=("u",)), carry("u", "b", "d")),
        {"r1": [("u", 0, "b"), ("u", 1, "d")]},
        3.0,
    ),
    "its place among others": (0.0, priced(T, carry("u", "b", "d")), {"r1": [("u", 0, "b"), ("u", 1, "d")]}, 3.0),
    "a longer charge": (
        4.0,
        priced(T, robots=[CHARGES], tariff=((0.0, 4.0),)),
        {"r1": [("", CHARGE, "h")]},
        7.0 + 40.0,
    ),
    "a charge when it is cheaper": (
        4.2,
        priced(replace(T, due_s=15.0), robots=[CHARGES], tariff=((0.0, 4.0), (86.0, 3.2))),
        {"r1": [("", CHARGE, "h")]},
        7.0 + 24.0 + 12.8,
    ),
    "a service by class": (
        10.0,
        priced(
            replace(job("t", replace(stop(0, "b"), service_by={"walk": 20.0}, counts=True)), due_s=10.0),
            replace(U, due_s=50.0),
        ),
        {"r1": [("u", 0, "e")]},
        4.0,
    ),
    "what it leaves without cover": (27.0, priced(T, coverage=GUARD), {}, 0.0),
}


@pytest.mark.parametrize("what", RISES)
def test_a_task_is_too_dear_from_the_very_cost_of_its_insertion_on(what: str) -> None:
    rise, asked, routes, rest = RISES[what]
    for penalty, found in ((rise, set()), (rise + 0.01, {"insertable"})):
        tasks = (replace(asked.tasks[0], drop_penalty=penalty), *asked.tasks[1:])
        assert held(replace(asked, tasks=tasks), routes, reason="dearer_than_penalty", rest=rest) == found


def test_other_tasks_are_no_excuse_for_a_pinned_one() -> None:
    pinned = visit("t", "b", pinned="r1")
    far = problem([pinned, visit("u", "f")], [robot(place="d", energy_wh=2.0)])
    assert held(far, {"r1": [("u", 0, "f")]}, reason="no_energy", rest=2.0) == {"insertable"}
    both = problem([pinned, visit("u", "f", pinned="r1")], [robot(place="d", energy_wh=2.0)])
    assert held(both, {"r1": [("u", 0, "f")]}, reason="no_energy", rest=2.0) == set()


@pytest.mark.parametrize(("pinned", "found"), [("", {"insertable"}), ("r2", set())])
def test_only_pinned_tasks_may_keep_a_pinned_one_from_a_resource(pinned: str, found: set[str]) -> None:
    asked = problem(
        [
            job("t", replace(stop(0, "c"), latest_s=20.0), pinned="r1"),
            visit("u", "c", robots=("r2",), pinned=pinned),
        ],
        [robot(), robot("r2", "c", free_at_s=20.0)],
    )
    asked = replace(asked, resources=(Resource("door", ("c",), 1),))
    assert held(asked, {"r2": [("u", 0, "c")]}, reason="window_closed") == found


def test_a_charge_of_the_route_counts_and_keeps_its_end_level() -> None:
    asked = problem(
        [visit("t", "a")], [replace(robot("r1", "g", energy_wh=1.5), charging=replace(SLOW, curve=((100.0, 3600.0),)))]
    )
    there_and_back = {"r1": [("", CHARGE, "h")]}
    assert held(asked, there_and_back, reason="no_energy", rest=1.0) == {"insertable"}
    at_once = replace(asked, robots=(replace(asked.robots[0], energy_wh=0.5),))
    assert held(at_once, {}, reason="no_energy") == set()  # none is added


def test_a_claim_on_the_same_place_by_what_is_not_pinned_is_no_excuse() -> None:
    asked = problem([job("t", stop(0, "c"), pinned="r1"), visit("u", "c")], exclusive=["c"])
    assert held(asked, {"r1": [("u", 0, "c")]}, reason="no_place_free", rest=2.0) == {"insertable"}
