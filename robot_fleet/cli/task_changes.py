"""`./fleet task`: change an open task (priority, robot, order, hold), and take many requests on out of a file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

import typer

from robot_fleet.cli.answers import By, give, tell
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name, confirm
from robot_fleet.core.clock import format_clock
from robot_fleet.core.errors import LinesRefused, RequestError

if TYPE_CHECKING:
    from robot_fleet.cli.gateway import Gateway

app = typer.Typer(help="Open tasks of the running fleet: priority, robot, order, hold; and files of requests.")

Task = Annotated[str, typer.Argument(metavar="TASK", help="Id of a task (see ./fleet tasks).")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="task", no_args_is_help=True)


@app.command()
def priority(
    task: Task,
    wanted: Annotated[
        str,
        typer.Argument(metavar="PRIORITY", help="0 to 100, or urgent, high, normal, low or background."),
    ],
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Say how urgent a task is; its place in the plan is looked for anew.

    Example: ./fleet task priority r0007 high
    """
    value: str | int = int(wanted) if wanted.lstrip("-").isdecimal() else wanted
    answer = give(name, ("tasks", task, "priority"), {"priority": value, "by": by})
    tell(answer, as_json, f"{task}: priority {wanted}")


@app.command()
def assign(
    task: Task,
    robot: Annotated[str, typer.Argument(metavar="[ROBOT]", help="The robot that is to do it; any if none.")] = "",
    not_on: Annotated[str, typer.Option("--not", metavar="ROBOT", help="The robot that is not to do it.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Have a task done by one robot, by another than one, or by any again. Tells the price and asks first.

    Example: ./fleet task assign r0007 care_2
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        if not yes:
            confirm(f"{_price(gateway, task, robot, not_on)} Do so?")
        body = {"robot": robot, "not_on": not_on, "by": by}
        answer = gateway.post(f"/tasks/{quote(task, safe='')}/assign", body, f"assign-{secrets.token_hex(4)}")
    wish = f"on {robot}" if robot else f"not on {not_on}" if not_on else "on any robot"
    tell(answer, as_json, f"{task}: {wish}")


@app.command()
def after(
    task: Task,
    others: Annotated[
        list[str] | None, typer.Argument(metavar="[OTHER]...", help="Open tasks; none if it need not wait.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Have a task begun only after others have ended, however they end. Tells the price and asks first.

    Example: ./fleet task after r0007 r0003
    """
    from robot_fleet.cli.gateway import Gateway

    wanted = others or []
    with Gateway(name) as gateway:
        if wanted and not yes:
            confirm(f"{_price(gateway, task, after=','.join(wanted))} Do so?")
        body = {"tasks": wanted, "by": by}
        answer = gateway.post(f"/tasks/{quote(task, safe='')}/after", body, f"after-{secrets.token_hex(4)}")
    tell(answer, as_json, f"{task}: after {', '.join(wanted)}" if wanted else f"{task}: need not wait")


@app.command()
def price(
    task: Task,
    robot: Annotated[str, typer.Argument(metavar="[ROBOT]", help="The robot that would do it; any if none.")] = "",
    not_on: Annotated[str, typer.Option("--not", metavar="ROBOT", help="The robot that would not.")] = "",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Say what it would cost to have a task done by another robot; nothing changes by asking.

    Example: ./fleet task price r0007 care_2
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        if as_json:
            typer.echo(json.dumps(_told(gateway, task, robot, not_on), ensure_ascii=False, indent=1))
        else:
            typer.echo(_price(gateway, task, robot, not_on))


@app.command()
def hold(
    task: Task,
    reason: Annotated[str, typer.Option("--reason", help="For the record.")] = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Do not have a task begun before it is resumed. What is under way is finished.

    Example: ./fleet task hold r0007 --reason "guests until noon"
    """
    answer = give(name, ("tasks", task, "hold"), {"reason": reason, "by": by})
    tell(answer, as_json, f"{task}: held; let it go on with ./fleet task resume {task}")


@app.command()
def resume(task: Task, by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Let a task that was held go on.

    Example: ./fleet task resume r0007
    """
    tell(give(name, ("tasks", task, "resume"), {"by": by}), as_json, f"{task}: goes on")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns request_id,at,service,params.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Take nothing on; only say what is wrong.")] = False,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Take all requests of a file on, or none: what is wrong is told by line, with exit code 1.

    Example: ./fleet task import tomorrow.csv --dry-run
    """
    from robot_fleet.cli.gateway import Gateway

    body = {"csv": _text(file), "dry_run": dry_run}
    try:
        with Gateway(name) as gateway:
            told = gateway.post("/tasks/import", body, f"import-{secrets.token_hex(4)}")
    except LinesRefused as refused:
        if as_json:
            lines = [{"line": w.line, "code": w.code, "message": w.message, "where": w.where} for w in refused.lines]
            typer.echo(json.dumps({"taken": False, "lines": lines}, ensure_ascii=False, indent=1))
        else:
            print_table(("line", "code", "what is wrong"), ((str(w.line), w.code, w.message) for w in refused.lines))
        raise RequestError(refused.code, refused.message, str(file)) from refused
    if as_json:
        typer.echo(json.dumps(told, ensure_ascii=False, indent=1))
    elif told["taken"]:
        typer.echo(f"{len(told['tasks'])} requests taken on.")
    else:
        typer.echo(f"{len(told['tasks'])} requests could be taken on; nothing was.")


def _text(file: Path) -> str:
    if not file.is_file():
        raise RequestError("request_file_missing", "the file of requests is not there; expected a CSV file", str(file))
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError("request_file_malformed", "expected a text in UTF-8", str(file)) from error


def _told(gateway: Gateway, task: str, robot: str = "", not_on: str = "", after: str = "") -> Mapping[str, Any]:
    wish = "&".join(
        f"{key}={quote(value, safe='')}" for key, value in (("robot", robot), ("not_on", not_on), ("after", after))
    )
    told: Mapping[str, Any] = gateway.get(f"/tasks/{quote(task, safe='')}/price?{wish}")
    return told


def _price(gateway: Gateway, task: str, robot: str = "", not_on: str = "", after: str = "") -> str:
    """Return in words what a wish would cost."""
    told = _told(gateway, task, robot, not_on, after)
    if told["reason"]:
        return f"{task} would be in no plan for now ({told['reason']})."
    when = "" if told["then_s"] is None else f", {format_clock(told['then_s'])}"
    before = told["now_on"] or "nobody"
    was = "" if told["now_s"] is None else f", {format_clock(told['now_s'])}"
    more_s = told["more_s"]
    cost = "the plan costs the same" if abs(more_s) < 1.0 else f"the plan costs {more_s:+.0f} s"
    late = sum(shift["by_s"] > 0.0 for shift in told["later"])
    others = f"; {late} other tasks later" if late else ""
    dropped = f"; no longer planned: {', '.join(told['dropped'])}" if told["dropped"] else ""
    return f"{task}: {told['then_on']}{when} instead of {before}{was}; {cost}{others}{dropped}."
