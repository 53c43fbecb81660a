"""Li & Lim's files are read as they are meant, and solutions are judged by figures worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.li_lim import (
    BestKnown,
    Instance,
    evaluate,
    problem_of,
    read_best_known,
    read_instance,
    routes_of,
    write_solution,
)
from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Plan, PlannedStop

# The depot at the origin; 1 to 2 is a pair on the way to (3, 4) and (6, 8), 3 to 4 one on the way to (0, 5).
TEXT = """2\t10\t1
0 0 0 0 0 100 0 0 0
1 3 4 6 0 50 2 0 2
2 6 8 -6 20 50 2 1 0
3 0 3 5 0 60 1 0 4
4 0 5 -5 0 60 1 3 0
"""


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    path = tmp_path / "two_pairs.txt"
    path.write_text(TEXT, encoding="utf-8")
    return read_instance(path)


def test_a_file_is_read(instance: Instance) -> None:
    assert (instance.name, instance.vehicles, instance.capacity) == ("two_pairs", 2, 10.0)
    assert instance.pairs == ((1, 2), (3, 4))
    assert (instance.nodes[2].ready, instance.nodes[2].due, instance.nodes[2].service) == (20.0, 50.0, 2.0)
    assert instance.distance(0, 2) == 10.0


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("2\t10\t1", "two 10 1", 1),
        ("0 0 0 0 0 100 0 0 0", "0 0 0 0 0 100 0 0", 2),
        ("1 3 4", "5 3 4", 3),
        ("1 3 4 6 0 50", "1 3 4 6 51 50", 3),
        ("1 3 4 6", "1 3 nan 6", 3),
        ("20 50 2 1 0", "20 50 2 3 0", 3),
        ("20 50 2 1 0", "20 50 2 1 1", 4),
        ("2 6 8 -6", "2 6 8 -5", 3),
        ("0 60 1 0 4", "0 60 1 0 9", 5),
        ("0 100 0 0 0", "0 100 0 0 1", 2),
    ],
)
def test_a_file_that_contradicts_itself_is_refused_with_its_line(old: str, new: str, line: int, tmp_path: Path) -> None:
    assert TEXT.count(old) == 1
    path = tmp_path / "bad.txt"
    path.write_text(TEXT.replace(old, new), encoding="utf-8")
    with pytest.raises(PlanError) as refused:
        read_instance(path)
    assert (refused.value.code, refused.value.where) == ("plan_li_lim_malformed", f"{path}:{line}")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read") as refused:
        read_instance(tmp_path / "nowhere.txt")
    assert refused.value.code == "plan_li_lim_missing"


def test_two_routes_by_hand(instance: Instance) -> None:
    found = evaluate(instance, [[1, 2], [3, 4], []])
    assert found.violations == ()
    assert found.vehicles == 2
    assert found.distance == pytest.approx((5.0 + 5.0 + 10.0) + (3.0 + 2.0 + 5.0))


@pytest.mark.parametrize(
    ("routes", "words"),
    [
        ([[1, 2]], ["customer 3 is visited 0 times", "customer 4 is visited 0 times"]),
        ([[1, 2, 3, 4, 4]], ["customer 4 is visited 2 times"]),
        ([[1, 2, 3, 4, 7]], ["route 1: there is no customer 7"]),
        ([[1, 2, 0, 3, 4]], ["route 1: there is no customer 0"]),
        ([[2, 1], [3, 4]], ["customer 2 comes before its pick-up 1"]),
        ([[1, 4], [3, 2]], ["customers 1 and 2 are on two routes", "customers 3 and 4 are on two routes"]),
        ([[3, 1, 2, 4]], ["route 1: load 11 of 10 at customer 1"]),
        ([[1, 2], [3, 4], [3, 4]], ["3 vehicles of 2"]),
    ],
)
def test_each_broken_rule_is_found(instance: Instance, routes: list[list[int]], words: list[str]) -> None:
    assert set(words) <= set(evaluate(instance, routes).violations)


def test_windows_and_the_way_back_count(tmp_path: Path) -> None:
    path = tmp_path / "late.txt"
    # Customer 2 opens at 20 and is left at 22; the depot is 10 away.
    path.write_text(TEXT.replace("0 60 1 3 0", "0 35 1 3 0").replace("0 100 0 0 0", "0 41 0 0 0"), encoding="utf-8")
    instance = read_instance(path)
    assert evaluate(instance, [[1, 2], [3, 4]]).violations == ()
    in_one = evaluate(instance, [[1, 2, 3, 4]]).violations
    # 22 + sqrt(61) = 29.810 at 3, left at 30.810, 32.810 at 4, left at 33.810, back at 38.810.
    assert in_one == ()
    path.write_text(TEXT.replace("0 60 1 3 0", "0 32 1 3 0").replace("0 100 0 0 0", "0 38 0 0 0"), encoding="utf-8")
    assert evaluate(read_instance(path), [[1, 2, 3, 4]]).violations == (
        "route 1: customer 4 at 32.810, due 32",
        "route 1: back at 38.810, due 38",
    )


def test_the_planning_problem_says_the_same(instance: Instance) -> None:
    problem = problem_of(instance)
    assert [robot.robot for robot in problem.robots] == ["v1", "v2"]
    assert {(robot.home, robot.available, robot.capacity_kg) for robot in problem.robots} == {
        ("0", ((0.0, 100.0),), 10.0)
    }
    assert problem.travel_weight == 1.0
    assert problem.travel_s["euclid"][0][2] == 10.0
    first, second = problem.tasks
    assert [(stop.places, stop.earliest_s, stop.latest_s, stop.service_s, stop.load_kg) for stop in first.stops] == [
        (("1",), 0.0, 50.0, 2.0, 6.0),
        (("2",), 20.0, 50.0, 2.0, -6.0),
    ]
    assert second.task == "3"
    assert first.weight == 0.0
    assert first.drop_penalty > 1e6


def test_a_plan_becomes_a_file_of_routes(instance: Instance, tmp_path: Path) -> None:
    def stop(place: str) -> PlannedStop:
        return PlannedStop("", 0, place, 0.0, 0.0, 0.0)

    plan = Plan({"v1": (), "v2": (stop("1"), stop("3"), stop("2"), stop("4"))})
    written = write_solution(tmp_path / "solutions", instance, routes_of(plan))
    assert written.name == "two_pairs.txt"
    assert written.read_text() == "1 3 2 4\n"


def test_the_best_known(tmp_path: Path) -> None:
    assert read_best_known(tmp_path) is None
    table = tmp_path / "best_known.csv"
    table.write_text("instance,vehicles,distance,found\nlc101,10,828.9369,2001-01-01\n", encoding="utf-8")
    assert read_best_known(tmp_path) == {"lc101": BestKnown(10, 828.9369)}
    table.write_text("instance,vehicles,distance\nlc101,ten,828.9369\n", encoding="utf-8")
    with pytest.raises(PlanError) as refused:
        read_best_known(tmp_path)
    assert refused.value.where == f"{table}:2"
