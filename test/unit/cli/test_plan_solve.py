"""`./fleet plan solve`: the plan that it writes, and what `--prove` says of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from robot_fleet.cli.plan import app
from robot_fleet.core.errors import PlanError
from robot_fleet.core.plan import Coverage, Problem
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.files import problem_to_json, read_plan
from test.unit.scheduling.town import problem, visit

TOGETHER = problem([visit("one", "h", penalty=5.0), visit("two", "h", penalty=5.0)])
"""Only both tasks together are worth the way of 7 s."""


def solve(asked: Problem, folder: Path, *options: str, seconds: str = "1") -> str:
    """Solve and return what is printed."""
    written = folder / "problem.json"
    written.write_text(problem_to_json(asked), encoding="utf-8")
    words = ["solve", str(written), "--out", str(folder / "plan.json"), "--seconds", seconds, *options]
    return CliRunner().invoke(app, words, catch_exceptions=False).output


def test_a_proof_is_told_and_its_plan_is_written(tmp_path: Path) -> None:
    told = solve(TOGETHER, tmp_path, "--prove", "--deterministic")
    assert "proven optimal" in told
    assert "not proven" not in told
    plan = read_plan(tmp_path / "plan.json")
    assert plan.cost == pytest.approx(7.0)
    assert PlanChecker().check(TOGETHER, plan) == ()


def test_json_holds_the_bound_or_says_that_nobody_asked(tmp_path: Path) -> None:
    proof = json.loads(solve(TOGETHER, tmp_path, "--prove", "--deterministic", "--json"))["proof"]
    assert proof == {"optimal": True, "lower_bound": pytest.approx(7.0)}
    assert json.loads(solve(TOGETHER, tmp_path, "--deterministic", "--json"))["proof"] is None


def test_without_time_the_remaining_gap_is_told(tmp_path: Path) -> None:
    assert "not proven optimal: no plan costs less than 0.0 s." in solve(TOGETHER, tmp_path, "--prove", seconds="0")


def test_what_cannot_be_proven_is_said_before_anything_is_written(tmp_path: Path) -> None:
    watched = replace(TOGETHER, coverage=Coverage(("r1",), ("a",), 60.0, 100.0))
    with pytest.raises(PlanError, match="coverage") as caught:
        solve(watched, tmp_path, "--prove")
    assert caught.value.code == "plan_proof_unfit"
    assert not (tmp_path / "plan.json").exists()
