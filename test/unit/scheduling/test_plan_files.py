"""Problem and plan files, their schemas and examples, and the verbs that work on them."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import inf
from pathlib import Path
from typing import Any

import pytest
import typer
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from robot_fleet.cli.plan import app, register
from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import CHARGE, LeftOut, Plan, PlannedStop, Problem
from robot_fleet.scheduling.checking.checker import PlanChecker
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
from test.unit.scheduling.town import carry, problem, robot, visit
from test.unit.scheduling.whole import WHOLE

SCHEMAS = Path(__file__).resolve().parents[3] / "docs" / "reference" / "schemas"
EXAMPLES = SCHEMAS / "examples"
ASKED = problem(
    [visit("t", "b"), carry("u", "c", "e", "d")], [robot(energy_wh=8.0), robot("r2", "h")], exclusive=["e", "d"]
)
PLAN = Plan(
    routes={"r1": (PlannedStop("t", 0, "b", 10.0, 10.0, 15.0), PlannedStop("", CHARGE, "g", 65.0, 65.0, 165.5))},
    left_out=(LeftOut("u", "no_energy"),),
    cost=1001.5,
    by="search",
)


@pytest.mark.parametrize("name", sorted(schemas()))
def test_the_checked_in_schemas_are_those_of_the_models(name: str) -> None:
    assert json.loads((SCHEMAS / name).read_text(encoding="utf-8")) == schemas()[name]


def test_what_is_written_follows_the_schemas() -> None:
    written = (("plan_problem", problem_to_json(ASKED)), ("plan_problem", problem_to_json(WHOLE)))
    for name, text in (*written, ("plan", plan_to_json(PLAN))):
        Draft202012Validator(schemas()[f"{name}.schema.json"]).validate(json.loads(text))


def test_the_examples_follow_the_schemas_and_the_rules() -> None:
    for name in ("plan_problem", "plan"):
        content = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
        Draft202012Validator(schemas()[f"{name}.schema.json"]).validate(content)
    asked, plan = read_problem(EXAMPLES / "plan_problem.json"), read_plan(EXAMPLES / "plan.json")
    assert PlanChecker().check(asked, plan) == ()
    assert plan.left_out


@pytest.mark.parametrize("asked", [ASKED, WHOLE, Problem(0.0, (), (), {}, {})], ids=["some", "whole", "nothing"])
def test_a_problem_and_back_is_the_same(asked: Problem) -> None:
    assert problem_from_json(problem_to_json(asked)) == asked


def test_a_plan_and_back_is_the_same() -> None:
    assert plan_from_json(plan_to_json(PLAN)) == PLAN


def test_what_is_endless_is_null_in_a_file() -> None:
    content = json.loads(problem_to_json(ASKED))
    assert content["robots"][1]["energy_wh"] is None
    assert content["ageing_s"] is None
    assert content["tasks"][0]["stops"][0]["latest_s"] is None
    back = problem_from_json(json.dumps(content))
    assert (back.robots[1].energy_wh, back.ageing_s, back.tasks[0].stops[0].latest_s) == (inf, inf, inf)


def test_what_a_file_does_not_say_is_the_default() -> None:
    content = {
        "schema_version": 1,
        "now_s": 0.0,
        "robots": [{"robot": "r", "place": "a", "free_at_s": 0, "travel_class": "walk", "capacity_kg": 1}],
        "tasks": [
            {
                "task": "t",
                "stops": [{"stop": 0, "places": ["a"], "service_s": 5}],
                "due_s": 9,
                "weight": 1,
                "drop_penalty": 10,
                "robots": ["r"],
            }
        ],
        "places": {"walk": ["a"]},
        "travel_s": {"walk": [[0]]},
    }
    asked = problem_from_json(json.dumps(content))
    assert problem_from_json(problem_to_json(asked)) == asked
    assert asked.tasks[0].stops[0].latest_s == inf
    assert asked.robots[0].available == ()
    assert asked.coverage is None


Spoil = Callable[[Any], Any]


def spoilt(change: Spoil) -> str:
    content = json.loads(problem_to_json(WHOLE))
    change(content)
    return json.dumps(content)


def put(*path: str | int, value: Any) -> Spoil:
    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        content[path[-1]] = value

    return change


def without(*path: str | int) -> Spoil:
    def change(content: Any) -> None:
        for key in path[:-1]:
            content = content[key]
        del content[path[-1]]

    return change


KEY = "plan_file_key"
TEXTS: list[tuple[str, str, str]] = [
    ("plan_file_json", "p.json", '{"schema_version": 1,'),
    ("plan_file_json", "p.json", "[]"),
    ("plan_file_json", "p.json", ""),
    ("plan_file_json", "p.json", "[" * 100_000),
    ("plan_file_version", "p.json", '{"schema_version": 2}'),
    ("plan_file_version", "p.json", "{}"),
]
SPOILT: list[tuple[str, str, Spoil]] = [
    (KEY, "naw_s", put("naw_s", value=1.0)),
    (KEY, "now_s", without("now_s")),
    (KEY, "now_s", put("now_s", value=-1.0)),
    (KEY, "now_s", put("now_s", value="12")),
    (KEY, "tasks.0.weight", put("tasks", 0, "weight", value=-1.0)),
    (KEY, "tasks.0.weight", put("tasks", 0, "weight", value=None)),
    (KEY, "tasks.0.due_s", put("tasks", 0, "due_s", value=float("nan"))),
    (KEY, "tasks.0.stops", put("tasks", 0, "stops", value=[])),
    (KEY, "tasks.0.stops.0.places", put("tasks", 0, "stops", 0, "places", value=[])),
    (KEY, "tasks.0.stops.0.service_s", put("tasks", 0, "stops", 0, "service_s", value=-5.0)),
    (KEY, "tasks.0.stops.0.earliest_s", put("tasks", 0, "stops", 0, "earliest_s", value=float("nan"))),
    (KEY, "tasks.0.stops.0.load_units", put("tasks", 0, "stops", 0, "load_units", value=0.5)),
    (KEY, "tasks.0.stops.1.service_by.walk", put("tasks", 0, "stops", 1, "service_by", "walk", value=-1.0)),
    (KEY, "tasks.0.stops.0.window", put("tasks", 0, "stops", 0, "window", value=[0, 1])),
    (KEY, "robots.0.capacity_kg", put("robots", 0, "capacity_kg", value="x")),
    (KEY, "robots.0.capacity_kg", put("robots", 0, "capacity_kg", value=True)),
    (KEY, "robots.0.available.0.1", put("robots", 0, "available", value=[[0.0]])),
    (KEY, "robots.0.fixed.0.at", put("robots", 0, "fixed", 0, "at", value="b")),
    (KEY, "robots.0.charging.curve.0.1", put("robots", 0, "charging", "curve", 0, 1, value=0.0)),
    (KEY, "robots.0.charging.chargers", put("robots", 0, "charging", "chargers", value=[])),
    (KEY, "travel_s.walk.0.1", put("travel_s", "walk", 0, 1, value=-1.0)),
    (KEY, "travel_s.walk.0.1", put("travel_s", "walk", 0, 1, value=float("nan"))),
    (KEY, "travel_s.walk.0.1", put("travel_s", "walk", 0, 1, value=1e999)),
    (KEY, "resources.0.capacity", put("resources", 0, "capacity", value=0)),
    (KEY, "coverage.within_s", put("coverage", "within_s", value=0.0)),
    (KEY, "tariff.0.0", put("tariff", value=[[None, 1.0]])),
    ("plan_problem_duplicate", "r1", put("robots", 1, "robot", value="r1")),
    ("plan_problem_matrix", "travel_s.walk", without("travel_s", "walk", 0)),
    ("plan_problem_window", "meal.0.latest_s", put("tasks", 0, "stops", 0, "latest_s", value=1.0)),
    ("plan_problem_load", "meal.stops", without("tasks", 0, "stops", 1)),
    ("plan_problem_window", "r1.available", put("robots", 0, "available", 0, value=[9.0, 1.0])),
]


@pytest.mark.parametrize(
    ("code", "where", "text"), [*TEXTS, *((code, f"p.json:{where}", spoilt(how)) for code, where, how in SPOILT)]
)
def test_a_broken_problem_names_the_file_and_key(code: str, where: str, text: str) -> None:
    with pytest.raises(PlanError) as refused:
        problem_from_json(text, "p.json")
    assert (refused.value.code, refused.value.where) == (code, where)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("where", "spoil"),
    [
        ("routes.r1.0.begin_s", put("routes", "r1", 0, "begin_s", value=float("nan"))),
        ("routes.r1.0.stop", put("routes", "r1", 0, "stop", value=-2)),
        ("routes.r1.0.slot", put("routes", "r1", 0, "slot", value=1)),
        ("left_out.0.reason", without("left_out", 0, "reason")),
        ("cost", put("cost", value=float("inf"))),
    ],
)
def test_a_broken_plan_names_the_file_and_key(where: str, spoil: Spoil) -> None:
    content = json.loads(plan_to_json(PLAN))
    spoil(content)
    with pytest.raises(PlanError) as refused:
        plan_from_json(json.dumps(content), "p.json")
    assert (refused.value.code, refused.value.where) == (KEY, f"p.json:{where}")


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


def test_why_tells_the_reason_and_the_robots(asked: Path, tmp_path: Path) -> None:
    out = tmp_path / "plan.json"
    run("solve", asked, "--seconds", "0", "--out", out)
    status, said = run("why", "t", "--problem", asked, "--plan", out, "--lang", "en")
    assert status == 0
    assert "r1" in said.splitlines()[0]
    told = json.loads(run("why", "u", "--problem", asked, "--plan", out, "--json")[1])
    assert (told["reason"], told["task"]) == ("planned", "u")


def test_a_broken_file_is_the_error_of_the_verb(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read"):
        run("check", tmp_path / "none.json", tmp_path / "none.json")
    assert app.info.no_args_is_help
