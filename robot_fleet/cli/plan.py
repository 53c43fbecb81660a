"""`./fleet plan`: why a task is where it is; scheduler and checker alone, on files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from robot_fleet.cli.languages import Language
from robot_fleet.core.errors import RequestError
from robot_fleet.core.plan import Plan, Problem, Violation
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.scheduling.files import read_plan, read_problem, write_plan

app = typer.Typer(help="Plans: why a task is where it is; solve a problem, check a plan.", no_args_is_help=True)

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
    proof_wanted: Annotated[
        bool,
        typer.Option("--prove", help="Take the same time again to prove that no plan of a small problem costs less."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Plan a problem and write the plan, if the checker finds nothing wrong with it.

    Example: ./fleet plan solve problem.json --seconds 5 --out plan.json
    """
    from robot_fleet.scheduling.cpsat import improve
    from robot_fleet.scheduling.insertion import InsertionPlanner
    from robot_fleet.scheduling.proof import prove, refuse_unfit

    problem = read_problem(problem_file)
    if proof_wanted:
        refuse_unfit(problem)
    plan = InsertionPlanner().insert(problem, read_plan(current) if current else Plan())
    inserted = plan.cost
    if seconds > 0.0:
        plan = improve(problem, plan, seconds=seconds, deterministic=deterministic, seed=seed)
    proof = None
    if proof_wanted:
        proof = prove(problem, plan, seconds=seconds, deterministic=deterministic, seed=seed)
        plan = proof.plan
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
                    "proof": proof and {"optimal": proof.optimal, "lower_bound": proof.lower_bound},
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
    if proof is not None and proof.optimal:
        typer.echo("proven optimal: no plan costs less.")
    elif proof is not None:
        typer.echo(f"not proven optimal: no plan costs less than {proof.lower_bound:.1f} s.")
    for left in plan.left_out:
        typer.echo(f"left out: {left.task}: {left.reason}")


@app.command()
def check(problem_file: ProblemFile, plan_file: PlanFile, as_json: AsJson = False) -> None:
    """Judge a plan; the exit code is 1, with a list, if it breaks a rule.

    Example: ./fleet plan check problem.json plan.json
    """
    problem, plan = read_problem(problem_file), read_plan(plan_file)
    _judge(PlanChecker().check(problem, plan), as_json)


@app.command("why")
def why_task(
    task: Annotated[str, typer.Argument(metavar="TASK", help="Id of a task (see ./fleet tasks).")],
    problem_file: Annotated[
        Path | None,
        typer.Option("--problem", metavar="PROBLEM.json", help="Ask about files instead of the running fleet."),
    ] = None,
    plan_file: Annotated[
        Path | None, typer.Option("--plan", metavar="PLAN.json", help="The plan; needed with --problem.")
    ] = None,
    lang: Annotated[
        Language | None, typer.Option("--lang", help="Of the sentences; by default that of LANG, else English.")
    ] = None,
    as_json: AsJson = False,
    name: Annotated[str | None, typer.Option("--name", help="The fleet; not needed when only one runs.")] = None,
) -> None:
    """Say why a task is where it is: who does it and why no other robot, or what would have it done and when.

    Example: ./fleet plan why r0007 --lang ko
    """
    language = lang or _language_of(os.environ)
    if (problem_file is None) != (plan_file is None):
        raise RequestError("request_malformed", "--problem and --plan go together", "--problem, --plan")
    if problem_file is not None and plan_file is not None:
        told = _why_in_files(read_problem(problem_file), read_plan(plan_file), task, language, as_json)
    else:
        from robot_fleet.cli.gateway import Gateway

        with Gateway(name) as gateway:
            told = gateway.get(f"/tasks/{quote(task, safe='')}/why?lang={language}")
    typer.echo(json.dumps(told, ensure_ascii=False, indent=1) if as_json else "\n".join(told["sentences"]))


def _why_in_files(problem: Problem, plan: Plan, task: str, language: Language, as_json: bool) -> dict[str, Any]:
    from robot_fleet.scheduling.explaining.explain import explain
    from robot_fleet.scheduling.explaining.words import sentences

    _judge(PlanChecker().check(problem, plan), as_json, silent=True)
    told = explain(problem, plan, task)
    return {"schema_version": 1, "language": language, **asdict(told), "sentences": sentences(told, language)}


def _language_of(environ: Mapping[str, str]) -> Language:
    """Return the language of the terminal: Korean where the locale's variables say so."""
    told = next((environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(key)), "")
    return Language.KO if told.startswith("ko") else Language.EN


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
