"""`./fleet plan`: scheduler and checker alone, on files."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from robot_fleet.core.plan import Plan, Violation
from robot_fleet.scheduling.checker import PlanChecker
from robot_fleet.scheduling.cpsat import improve
from robot_fleet.scheduling.explain import explain
from robot_fleet.scheduling.files import read_plan, read_problem, write_plan
from robot_fleet.scheduling.insertion import InsertionPlanner

app = typer.Typer(help="Planning problems: solve one, check a plan, explain a task.", no_args_is_help=True)

ProblemFile = Annotated[Path, typer.Argument(metavar="PROBLEM.json", help="A planning problem.")]
PlanFile = Annotated[Path, typer.Argument(metavar="PLAN.json", help="A plan of that problem.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="plan")


@app.command()
def solve(
    problem_file: ProblemFile,
    out: Annotated[Path, typer.Option("--out", metavar="PLAN.json", help="The file to write.")],
    seconds: Annotated[float, typer.Option(min=0.0, help="Time for improving; 0 for insertion alone.")] = 2.0,
    current: Annotated[
        Path | None, typer.Option("--current", metavar="PLAN.json", help="A plan to start from; none by default.")
    ] = None,
    deterministic: Annotated[
        bool, typer.Option("--deterministic", help="The same plan every time; seconds stand for an amount of work.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of the search's random numbers.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Plan a problem and write the plan, if the checker finds nothing wrong with it.

    Example: ./fleet plan solve problem.json --seconds 5 --out plan.json
    """
    problem = read_problem(problem_file)
    plan = InsertionPlanner().insert(problem, read_plan(current) if current else Plan())
    inserted = plan.cost
    if seconds > 0.0:
        plan = improve(problem, plan, seconds=seconds, deterministic=deterministic, seed=seed)
    _judge(PlanChecker().check(problem, plan), as_json, silent=True)
    write_plan(out, plan)
    planned = len(problem.tasks) - len(plan.left_out)
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "schema_version": 1,
                    "out": str(out),
                    "by": plan.by,
                    "cost": plan.cost,
                    "insertion_cost": inserted,
                    "planned": planned,
                    "left_out": [asdict(left) for left in plan.left_out],
                },
                ensure_ascii=False,
                indent=1,
            )
        )
        return
    typer.echo(
        f"{out}: {planned} of {len(problem.tasks)} tasks planned, cost {plan.cost:.1f} s by {plan.by} "
        f"(insertion alone {inserted:.1f} s)."
    )
    for left in plan.left_out:
        typer.echo(f"left out: {left.task}: {left.reason}")


@app.command()
def check(problem_file: ProblemFile, plan_file: PlanFile, as_json: AsJson = False) -> None:
    """Judge a plan; the exit code is 1, with a list, if it breaks a rule.

    Example: ./fleet plan check problem.json plan.json
    """
    problem, plan = read_problem(problem_file), read_plan(plan_file)
    _judge(PlanChecker().check(problem, plan), as_json)


@app.command("explain")
def explain_task(
    problem_file: ProblemFile,
    plan_file: PlanFile,
    task: Annotated[str, typer.Argument(metavar="TASK", help="Id of a task of the problem.")],
    as_json: AsJson = False,
) -> None:
    """Say why a task is where it is in a plan, or in none.

    Example: ./fleet plan explain problem.json plan.json t001
    """
    explanation = explain(read_problem(problem_file), read_plan(plan_file), task)
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, **asdict(explanation)}, ensure_ascii=False, indent=1))
        return
    typer.echo(f"{task}: {explanation.reason} {explanation.robot}".rstrip())
    for verdict in explanation.robots:
        figures = "" if verdict.cost_s is None else f"  cost {verdict.cost_s:.1f} s, late {verdict.lateness_s:.0f} s"
        typer.echo(f"  {verdict.robot}: {verdict.verdict}{figures}")
    for blocked in explanation.blocked:
        typer.echo(f"  stop {blocked.stop}: {blocked.place} {'claimed by ' + blocked.by if blocked.by else 'taken'}")
    for robot in explanation.absent:
        typer.echo(f"  {robot}: not available")


def _judge(violations: tuple[Violation, ...], as_json: bool, *, silent: bool = False) -> None:
    """Print violations and end with exit code 1 if there are any; `silent` says nothing where there are none."""
    if violations or not silent:
        if as_json:
            rows = [asdict(violation) for violation in violations]
            typer.echo(json.dumps({"schema_version": 1, "violations": rows}, ensure_ascii=False, indent=1))
        elif not violations:
            typer.echo("The plan breaks no rule.")
        else:
            for violation in violations:
                about = " ".join(part for part in (violation.task, violation.robot) if part)
                typer.echo(f"{violation.code}: {about + ': ' if about else ''}{violation.message}")
    if violations:
        raise typer.Exit(1)
