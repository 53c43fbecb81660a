"""Problem and plan files, their schemas and examples, and the verbs that work on them."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path

import pytest
import typer
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from robot_fleet.cli.plan import app, register
from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import LeftOut, Plan
from robot_fleet.scheduling.checker import PlanChecker
from robot_fleet.scheduling.files import (
    plan_from_json,
    plan_to_json,
    problem_from_json,
    problem_to_json,
    read_plan,
    read_problem,
    schemas,
    write_plan,
)
from robot_fleet.scheduling.insertion import InsertionPlanner
from test.unit.scheduling.town import carry, problem, robot, visit

SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "reference" / "schemas"
EXAMPLES = SCHEMAS / "examples"
ASKED = problem(
    [visit("t", "b"), carry("u", "c", "e", "d")], [robot(energy_wh=8.0), robot("r2", "h")], exclusive=["e", "d"]
)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_checked_in_schemas_are_those_of_the_models(name: str) -> None:
    assert json.loads((SCHEMAS / name).read_text(encoding="utf-8")) == schemas()[name]


def test_what_is_written_follows_the_schemas() -> None:
    plan = InsertionPlanner().insert(ASKED, Plan())
    for name, text in (("plan_problem", problem_to_json(ASKED)), ("plan", plan_to_json(plan))):
        Draft202012Validator(schemas()[f"{name}.schema.json"]).validate(json.loads(text))


def test_the_examples_follow_the_schemas_and_the_rules() -> None:
    for name in ("plan_problem", "plan"):
        content = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
        Draft202012Validator(schemas()[f"{name}.schema.json"]).validate(content)
    asked, plan = read_problem(EXAMPLES / "plan_problem.json"), read_plan(EXAMPLES / "plan.json")
    assert PlanChecker().check(asked, plan) == ()
    assert plan.left_out


def test_a_file_and_back_is_the_same() -> None:
    plan = InsertionPlanner().insert(ASKED, Plan())
    assert problem_from_json(problem_to_json(ASKED)) == ASKED
    assert plan_from_json(plan_to_json(plan)) == plan
    assert '"energy_wh": null' in problem_to_json(ASKED)
    assert problem_from_json(problem_to_json(ASKED)).robots[1].energy_wh == inf


@pytest.mark.parametrize(
    ("code", "where", "text"),
    [
        ("plan_file_json", "p.json", '{"schema_version": 1,'),
        ("plan_file_json", "p.json", "[]"),
        ("plan_file_version", "p.json", '{"schema_version": 2}'),
        ("plan_file_version", "p.json", "{}"),
        ("plan_file_key", "p.json:now_s", problem_to_json(ASKED).replace('"now_s"', '"naw_s"')),
        ("plan_file_key", "p.json:tasks.0.weight", problem_to_json(ASKED).replace('"weight": 1.0', '"weight": -1', 1)),
        (
            "plan_file_key",
            "p.json:robots.0.capacity_kg",
            problem_to_json(ASKED).replace('10.0, "load', '"x", "load', 1),
        ),
        ("plan_problem_duplicate", "p.json:r1", problem_to_json(ASKED).replace('"r2"', '"r1"')),
    ],
)
def test_a_broken_problem_names_the_file_and_key(code: str, where: str, text: str) -> None:
    with pytest.raises(PlanError) as refused:
        problem_from_json(text, "p.json")
    assert (refused.value.code, refused.value.where) == (code, where)


def test_files_that_cannot_be_read_or_written_are_named(tmp_path: Path) -> None:
    with pytest.raises(PlanError) as missing:
        read_problem(tmp_path / "none.json")
    with pytest.raises(PlanError) as unwritable:
        write_plan(tmp_path / "none" / "plan.json", Plan())
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    with pytest.raises(PlanError) as no_text:
        read_plan(tmp_path / "bytes.json")
    codes = [error.value.code for error in (missing, unwritable, no_text)]
    assert codes == ["plan_file_missing", "plan_file_write", "plan_file_json"]


def run(*words: str | Path) -> tuple[int, str]:
    parent = typer.Typer()
    register(parent)
    result = CliRunner().invoke(parent, ["plan", *map(str, words)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.output


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    path = tmp_path / "problem.json"
    path.write_text(problem_to_json(ASKED), encoding="utf-8")
    return path


@pytest.mark.parametrize("seconds", ["0", "0.1"])
def test_solve_writes_a_plan_that_check_accepts(asked: Path, tmp_path: Path, seconds: str) -> None:
    out = tmp_path / "plan.json"
    status, said = run("solve", asked, "--seconds", seconds, "--out", out, "--deterministic", "--json")
    assert (status, json.loads(said)["planned"]) == (0, 2)
    assert run("check", asked, out) == (0, "The plan breaks no rule.\n")
    again = run("solve", asked, "--seconds", "0", "--current", out, "--out", out)
    assert again[0] == 0
    assert "2 of 2 tasks planned" in again[1]


def test_check_lists_violations(asked: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    write_plan(out, Plan(left_out=(LeftOut("t", "no_energy"),)))
    status, said = run("check", asked, out, "--json")
    assert status == 1
    assert [row["code"] for row in json.loads(said)["violations"]] == ["task_missing"]
    status, said = run("check", asked, out)
    assert (status, said) == (1, "task_missing: u: The task is neither planned nor left out.\n")


def test_explain_tells_the_reason_and_the_robots(asked: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    run("solve", asked, "--seconds", "0", "--out", out)
    status, said = run("explain", asked, out, "t")
    assert (status, said.splitlines()[0]) == (0, "t: planned r1")
    assert json.loads(run("explain", asked, out, "u", "--json")[1])["reason"] == "planned"


def test_a_broken_file_is_the_error_of_the_verb(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read"):
        run("check", tmp_path / "none.json", tmp_path / "none.json")
    assert app.info.no_args_is_help
