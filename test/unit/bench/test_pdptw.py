"""What `bench pdptw` says of solutions: gaps, sums, and a file that keeps to its schema."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bench.li_lim import BestKnown
from bench.pdptw import Solved, by_solver, report, solve_files, totals
from bench.process import Usage
from robot_fleet.cli.app import run
from robot_fleet.core.errors import PlanError

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "schemas" / "bench_pdptw.schema.json"
USAGE = Usage(0.5, 1.5, 10.0, 10.5, 80.0)
TINY = """2 10 1
0 0 0 0 0 100 0 0 0
1 3 4 6 0 50 2 0 2
2 6 8 -6 20 50 2 1 0
3 0 3 5 0 60 1 0 4
4 0 5 -5 0 60 1 3 0
"""


def solved(instance: str, solver: str, vehicles: int, distance: float, best: BestKnown | None) -> Solved:
    progress = ((0.25, vehicles + 1.0, distance), (5.0, float(vehicles), distance))
    return Solved(instance, solver, "1.0", {"threads": 1}, vehicles, distance, (), best, USAGE, progress)


def holds(content: object) -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(content)


def test_gaps_and_sums_are_those_of_the_listed_instances() -> None:
    rows = [
        solved("a", "robot_fleet", 10, 110.0, BestKnown(10, 100.0)),
        solved("b", "robot_fleet", 9, 90.0, BestKnown(8, 100.0)),
        solved("c", "robot_fleet", 3, 50.0, None),
        solved("a", "ortools", 11, 105.0, BestKnown(10, 100.0)),
    ]
    assert [(row.gap_vehicles, row.gap_pct) for row in rows] == [
        (0, pytest.approx(10.0)),
        (1, pytest.approx(-10.0)),
        (None, None),
        (1, pytest.approx(5.0)),
    ]
    assert totals(by_solver(rows)["robot_fleet"]) == {
        "vehicles": 22,
        "distance": 250.0,
        "listed": 2,
        "best_known_vehicles": 18,
        "best_known_distance": 200.0,
        "gap_vehicles": 1,
        "as_few_vehicles": 1,
    }
    written = report(rows, 10.0, 1)
    holds(json.loads(json.dumps(written)))
    assert [row["solver"] for row in written["solvers"]] == ["robot_fleet", "ortools"]


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.txt").write_text(TINY, encoding="utf-8")
    with pytest.raises(PlanError) as refused:
        solve_files([tmp_path / "one/same.txt", tmp_path / "two/same.txt"], 1.0, 1, [], None, print, print)
    assert refused.value.code == "plan_li_lim_twice"


def test_the_verb_solves_beside_a_rival(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tiny.txt").write_text(TINY, encoding="utf-8")
    (tmp_path / "best_known.csv").write_text("instance,vehicles,distance\ntiny,1,23.1623\n", encoding="utf-8")
    out, solutions = tmp_path / "out.json", tmp_path / "solutions"
    words = ["--seconds", "0.5", "--json", str(out), "--solution", str(solutions), "--rival", "ortools"]
    assert run(["bench", "pdptw", str(tmp_path / "tiny.txt"), *words]) == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    holds(written)
    # Both pairs fit on one vehicle, one after the other; the shorter way is 3, 4, 1, 2.
    for row in written["instances"]:
        assert (row["vehicles"], row["violations"], row["gap_vehicles"]) == (1, [], 0)
        assert row["distance"] == pytest.approx(3.0 + 2.0 + 10.0**0.5 + 5.0 + 10.0)
    for path in (solutions / "tiny.txt", solutions / "ortools" / "tiny.txt"):
        assert sorted(path.read_text(encoding="utf-8").split()) == ["1", "2", "3", "4"]
    told = capfd.readouterr()
    assert "as few on 1 of 1" in told.out
    assert "tiny ortools: 1 vehicles" in told.err


def test_a_file_that_is_none_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["bench", "pdptw", str(tmp_path / "no.txt"), "--seconds", "1"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].endswith("[plan_li_lim_missing]")


def test_without_the_benchmarks_the_verb_says_where_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in sys.modules if name.startswith("bench.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "bench", None)
    assert run(["bench", "pdptw", "any.txt", "--seconds", "1"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].endswith("[runtime_bench_missing]")
