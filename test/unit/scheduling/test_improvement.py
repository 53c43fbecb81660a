"""Search and CP-SAT: better where there is something to gain, never worse, the same again."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace

import pytest

from bench.assignment import random_problem
from robot_fleet.core.plan import Plan, Resource
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.cpsat import Column, best_set, improve
from robot_fleet.scheduling.insertion import InsertionPlanner
from robot_fleet.scheduling.search import CpuSeconds, Iterations, Searcher, Tuning, search
from robot_fleet.scheduling.solution import Solution
from test.property.reference import Item
from test.unit.scheduling.columns import column, items, nodes_of
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
    assert first.by in ("search", "cpsat")


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


def _columns(solution: Solution, *routes: tuple[str, list[Item]]) -> list[Column]:
    made = [column(solution, name, stops) for name, stops in routes]
    assert None not in made
    return [each for each in made if each is not None]


def _order(solution: Solution, name: str) -> list[str]:
    """Return the routes as they are; a plan made of them may have more, where something can still be put in."""
    compiled = solution.compiled
    names = nodes_of(compiled.problem)
    visits = solution.routes().of(compiled.robot_index[name])
    return [f"{names[node][0]}.{names[node][1]}@{compiled.place_names[place]}" for node, place in visits]


def test_the_master_gives_each_task_to_one_robot_and_each_place_to_one_task() -> None:
    asked = problem(
        [carry("one", "b", "c", "d", robots=BOTH), carry("two", "b", "c", "d", robots=BOTH)],
        [robot("r1"), robot("r2")],
        exclusive=["c", "d"],
    )
    solution = Solution(asked)
    routes = [
        (name, items(f"{owner}.0@b", f"{owner}.1@{place}"))
        for name in BOTH
        for owner in ("one", "two")
        for place in "cd"
    ]
    pool = _columns(solution, *routes)
    solution.take_routes(best_set(solution, pool, 1.0, deterministic=True, seed=1))
    assert solution.out == []
    assert sorted(s.place for route in solution.plan("cpsat").routes.values() for s in route) == ["b", "b", "c", "d"]
    assert solution.cost == pytest.approx(2.0 + 3.0)


def test_the_master_keeps_pinned_tasks_and_pays_penalties() -> None:
    asked = problem([task("held", stop(1, "h"), pinned="r1", penalty=0.0), visit("cheap", "a", penalty=0.5)])
    solution = Solution(asked)
    solution.complete()
    pool = _columns(
        solution, ("r1", items("held.1@h")), ("r1", items("held.1@h", "cheap.0@a")), ("r1", items("cheap.0@a"))
    )
    solution.take_routes(best_set(solution, pool, 1.0, deterministic=True, seed=1))
    assert _order(solution, "r1") == ["held.1@h"]
    assert solution.cost == pytest.approx(7.0 + 0.5)


def test_the_master_lets_a_resource_serve_one_at_a_time() -> None:
    asked = replace(
        problem(
            [visit("one", "d", robots=BOTH), visit("two", "d", robots=BOTH)],
            [robot("r1", "b"), robot("r2", "f")],
        ),
        resources=(Resource("lift", ("d",)),),
    )
    solution = Solution(asked)
    pool = _columns(
        solution,
        ("r1", items("one.0@d")),
        ("r2", items("two.0@d")),  # both arrive after 20 s
        ("r1", items("one.0@d", "two.0@d")),
    )
    solution.take_routes(best_set(solution, pool, 1.0, deterministic=True, seed=1))
    assert _order(solution, "r1") == ["one.0@d", "two.0@d"]
    assert _order(solution, "r2") == []
    roomy = Solution(replace(asked, resources=(Resource("lift", ("d",), 2),)))
    pool = _columns(roomy, ("r1", items("one.0@d")), ("r2", items("two.0@d")))
    roomy.take_routes(best_set(roomy, pool, 1.0, deterministic=True, seed=1))
    assert [_order(roomy, name) for name in BOTH] == [["one.0@d"], ["two.0@d"]]


def test_the_master_lets_a_task_begin_after_its_predecessor_has_ended() -> None:
    asked = problem(
        [visit("first", "c", robots=BOTH), replace(visit("then", "f", robots=BOTH), after=("first",))],
        [robot("r1", "b"), robot("r2", "f")],
    )
    solution = Solution(asked)
    early = column(solution, "r2", items("then.0@f"), {"r1": ()})
    first = column(solution, "r1", items("first.0@c"))
    one_by_one = column(solution, "r1", items("first.0@c", "then.0@f"))
    assert first is not None
    assert one_by_one is not None
    assert early is not None
    assert (early.begins, first.ends) == ((0.0,), (15.0,))
    solution.take_routes(best_set(solution, [early, first, one_by_one], 1.0, deterministic=True, seed=1))
    assert _order(solution, "r1") == ["first.0@c", "then.0@f"]
    assert _order(solution, "r2") == []
    waits = early._replace(begins=(15.0,), ends=(20.0,), times=((15.0, 20.0),))
    solution.take_routes(best_set(solution, [waits, first, one_by_one], 1.0, deterministic=True, seed=1))
    assert _order(solution, "r2") == ["then.0@f"]


def test_the_master_gives_what_belongs_together_to_one_robot() -> None:
    tasks = [visit("one", "c", robots=BOTH), replace(visit("two", "f", robots=BOTH), same_robot_as=("one",))]
    asked = problem(tasks, [robot("r1", "b"), robot("r2", "g")])
    solution = Solution(asked)
    alone = _columns(solution, ("r1", items("one.0@c")), ("r2", items("two.0@f")))
    both = _columns(solution, ("r1", items("one.0@c", "two.0@f")))
    solution.take_routes(best_set(solution, [*alone, *both], 1.0, deterministic=True, seed=1))
    assert _order(solution, "r1") == ["one.0@c", "two.0@f"]
    split = Solution(asked)
    split.take_routes(best_set(split, alone, 1.0, deterministic=True, seed=1))
    assert len(split.out) == 1


def test_the_master_without_a_better_choice_keeps_what_is_driven_now() -> None:
    solution = Solution(problem([visit("one", "b"), visit("two", "c")]))
    solution.complete()
    pool = _columns(solution, ("r1", items("one.0@b", "two.0@c")), ("r1", items("two.0@c", "one.0@b")))
    chosen = best_set(solution, pool, 1.0, deterministic=True, seed=1)
    assert chosen.of(0) == solution.routes().of(0) == pool[0].visits


def test_the_pool_holds_the_newest_routes_with_what_they_cost() -> None:
    asked = random_problem(2, tasks=12)
    solution = Solution(asked)
    solution.complete()
    searcher = Searcher(solution, Tuning(pool=8))
    searcher.run(Iterations(200))
    rows, content, costs, _ = searcher.pool
    assert rows[0] > len(content) == 8
    names = nodes_of(asked)
    for row, cost in zip(content, costs, strict=True):
        visits = row[2 : 2 + 2 * row[1]].reshape(-1, 2).tolist()
        stops = [Item(*names[node], solution.compiled.place_names[place]) for node, place in visits]
        again = column(solution, asked.robots[row[0]].robot, stops)
        assert again is not None
        assert cost == pytest.approx(again.cost)


def test_a_search_without_a_pool_keeps_no_routes() -> None:
    solution = Solution(random_problem(2, tasks=12))
    solution.complete()
    searcher = Searcher(solution)
    assert searcher.run(Iterations(200)) == 200
    assert searcher.pool[0][0] == 0


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
    assert CpuSeconds(0.0, 10).progress(0) == 1.0
    assert CpuSeconds(3600.0, 10).progress(10) >= 1.0


@pytest.mark.parametrize(
    "numbers",
    [{"removed": 0.5}, {"longest": 0}, {"blink": 1.0}, {"cold": 0.0}, {"hot": 0.1, "cold": 0.2}, {"pool": -1}],
)
def test_tuning_out_of_range_is_refused(numbers: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="Expected"):
        Tuning(**numbers)  # type: ignore[arg-type]
