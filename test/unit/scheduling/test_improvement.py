"""Search and CP-SAT: better where there is something to gain, never worse, the same again."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace

import pytest

from bench.assignment import random_problem
from robot_fleet.core.plan import Plan
from robot_fleet.scheduling.checker import PlanChecker
from robot_fleet.scheduling.cpsat import best_set, improve, short_routes
from robot_fleet.scheduling.insertion import InsertionPlanner
from robot_fleet.scheduling.instance import Instance
from robot_fleet.scheduling.schedule import Route, lay
from robot_fleet.scheduling.search import Iterations, RoutePool, Seconds, Tuning, search
from robot_fleet.scheduling.solution import Solution
from test.unit.scheduling.town import carry, problem, robot, stop, task, visit

BOTH = ("r1", "r2")


def test_improve_undoes_a_bad_plan() -> None:
    tasks = [visit("left", "a", robots=BOTH), visit("right", "h", robots=BOTH)]
    asked = problem(tasks, [robot("r1", "b"), robot("r2", "g")])
    crossed = InsertionPlanner().insert(
        replace(asked, tasks=(replace(tasks[0], robots=("r2",)), replace(tasks[1], robots=("r1",)))), Plan()
    )
    improved = improve(asked, crossed, seconds=0.2, deterministic=True, seed=1)
    assert [s.task for s in improved.routes["r1"]] == ["left"]
    assert improved.cost == pytest.approx(2.0)
    assert PlanChecker().check(asked, improved) == ()


def test_improve_gives_the_current_plan_back_where_nothing_is_better() -> None:
    asked = problem([visit("one", "b")])
    current = InsertionPlanner().insert(asked, Plan())
    assert improve(asked, current, seconds=0.1, deterministic=True, seed=1) == current
    assert improve(problem([]), Plan(), seconds=0.1, deterministic=False, seed=1).cost == 0.0


def test_improve_is_reproducible_valid_and_better_on_a_crowded_district() -> None:
    asked = random_problem(2, tasks=25)
    inserted = InsertionPlanner().insert(asked, Plan())
    first = improve(asked, inserted, seconds=0.5, deterministic=True, seed=7)
    assert improve(asked, inserted, seconds=0.5, deterministic=True, seed=7) == first
    assert PlanChecker().check(asked, first) == ()
    assert first.cost < inserted.cost
    assert first.by == "cpsat"


def test_improve_within_seconds_of_real_time() -> None:
    asked = random_problem(3, tasks=15)
    inserted = InsertionPlanner().insert(asked, Plan())
    improved = improve(asked, inserted, seconds=0.2, deterministic=False, seed=1)
    assert PlanChecker().check(asked, improved) == ()
    assert improved.cost <= inserted.cost


def test_arguments_and_result_can_be_sent_to_a_worker() -> None:
    asked = random_problem(1, tasks=5)
    plan = InsertionPlanner().insert(asked, Plan())
    assert pickle.loads(pickle.dumps((improve, asked, plan))) == (improve, asked, plan)


def test_importing_the_module_does_not_load_or_tools() -> None:
    code = "import sys, robot_fleet.scheduling.cpsat; sys.exit('ortools' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def _routes(instance: Instance, *sequences: tuple[str, tuple[tuple[str, int, str], ...]]) -> list[Route]:
    routes = []
    for name, stops in sequences:
        vehicle = instance.vehicles[instance.robot_index[name]]
        visits = [
            instance.visit(instance.jobs[instance.job_index[owner]], vehicle, number, place)
            for owner, number, place in stops
        ]
        route = lay(instance, vehicle, [found for found in visits if found is not None])
        assert route is not None
        routes.append(route)
    return routes


def test_the_master_gives_each_task_to_one_robot_and_each_place_to_one_task() -> None:
    instance = Instance(
        problem(
            [carry("one", "b", "c", "d", robots=BOTH), carry("two", "b", "c", "d", robots=BOTH)],
            [robot("r1"), robot("r2")],
            exclusive=["c", "d"],
        )
    )
    pool = RoutePool()
    for name in BOTH:
        for owner in ("one", "two"):
            for place in ("c", "d"):
                for route in _routes(instance, (name, ((owner, 0, "b"), (owner, 1, place)))):
                    pool.add(route)
    chosen = best_set(Solution.empty(instance), pool, 1.0, deterministic=True, seed=1)
    assert chosen.out() == []
    assert sorted(chosen.claimed) == ["c", "d"]
    assert chosen.cost == pytest.approx(2.0 + 3.0)


def test_the_master_keeps_pinned_tasks_and_pays_penalties() -> None:
    instance = Instance(
        problem([task("held", stop(1, "h"), pinned="r1", penalty=0.0), visit("cheap", "a", penalty=0.5)])
    )
    held, both = _routes(instance, ("r1", (("held", 0, "h"),)), ("r1", (("held", 0, "h"), ("cheap", 0, "a"))))
    pool = RoutePool()
    pool.add(held)
    pool.add(both)
    chosen = best_set(Solution.of_routes(instance, [both]), pool, 1.0, deterministic=True, seed=1)
    assert [job.need.task for job in chosen.out()] == ["cheap"]
    assert chosen.cost == pytest.approx(7.0 + 0.5)


def test_short_routes_hold_each_pinned_task_and_at_most_one_other() -> None:
    instance = Instance(problem([task("held", stop(1, "h"), pinned="r1"), visit("one", "b"), visit("two", "c")]))
    start = Solution.empty(instance)
    start.insert(start.best_insert(instance.jobs[0]) or pytest.fail("held fits"))
    assert [sorted(route.jobs) for route in short_routes(start)] == [[0], [0, 1], [0, 2]]


def test_the_pool_keeps_the_cheapest_of_a_kind_and_its_limit() -> None:
    instance = Instance(problem([visit("one", "b"), visit("two", "c")]))
    dear, cheap, other = _routes(
        instance,
        ("r1", (("two", 0, "c"), ("one", 0, "b"))),
        ("r1", (("one", 0, "b"), ("two", 0, "c"))),
        ("r1", (("one", 0, "b"),)),
    )
    pool = RoutePool(limit=1)
    for route in (dear, cheap, other, dear):
        pool.add(route)
    assert pool.routes() == [cheap]


def test_search_improves_and_repeats() -> None:
    asked = random_problem(2, tasks=25)
    inserted = InsertionPlanner().insert(asked, Plan())
    found = search(asked, inserted, Iterations(80), seed=3)
    assert found == search(asked, inserted, Iterations(80), seed=3)
    assert found.cost < inserted.cost
    assert found.by == "search"
    assert PlanChecker().check(asked, found) == ()


def test_search_without_work_ends_at_once() -> None:
    assert search(problem([]), Plan(), Iterations(10), seed=1).cost == 0.0
    assert Iterations(0).progress(0) == 1.0
    assert Seconds(0.0, 10).progress(0) == 1.0
    assert Seconds(3600.0, 10).progress(10) >= 1.0


@pytest.mark.parametrize(
    "numbers", [{"removed": 0.5}, {"longest": 0}, {"blink": 1.0}, {"cold": 0.0}, {"hot": 0.1, "cold": 0.2}]
)
def test_tuning_out_of_range_is_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        Tuning(**numbers)  # type: ignore[arg-type]
