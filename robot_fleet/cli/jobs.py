"""`./fleet job`: what staff are sent out for, and what they say of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import By, give, tell
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.clock import format_clock

app = typer.Typer(
    help="Field jobs of staff: fetch a robot, unload it, look after a place, move it by hand.",
    no_args_is_help=True,
)

Job = Annotated[str, typer.Argument(metavar="JOB", help="Its id, e.g. job:3; see `./fleet job list`.")]
Said = Annotated[str, typer.Option("--text", metavar="TEXT", help="What is worth knowing. No data about people.")]


class Kind(StrEnum):
    """What there is to do."""

    FETCH_ROBOT = "fetch_robot"
    UNLOAD_GOODS = "unload_goods"
    LOOK_AFTER = "look_after"
    TAKE_OVER = "take_over"
    OTHER = "other"


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="job")


@app.command("list")
def list_jobs(
    show_all: Annotated[bool, typer.Option("--all", help="Those that are over, too.")] = False,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """List the field jobs that are open, the one due first in front.

    Example: ./fleet job list --all
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/jobs")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    waiting = [row for row in rows if row["ended_s"] is None]
    shown = rows if show_all else waiting
    if shown:
        print_table(("job", "what", "about", "state", "by", "due", "note"), map(_cells, shown))
    hint = "" if show_all else " --all lists these too."
    typer.echo(f"{len(waiting)} open, {len(rows) - len(waiting)} over.{hint}")


@app.command("open")
def open_job(
    kind: Annotated[Kind, typer.Argument(metavar="KIND", help="What there is to do.")],
    robot: Annotated[str, typer.Option("--robot", metavar="ID", help="The robot that it is about.")] = "",
    place: Annotated[str, typer.Option("--place", metavar="ID", help="The place.")] = "",
    alarm: Annotated[str, typer.Option("--alarm", metavar="ID", help="The alarm; robot or place follow from it.")] = "",
    incident: Annotated[str, typer.Option("--incident", metavar="ID", help="The incident that it belongs to.")] = "",
    minutes: Annotated[float, typer.Option("--minutes", metavar="N", help="How soon: 1 to 10080.")] = 30.0,
    text: Said = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Send for staff. With take_over the robot is held until the job is done or withdrawn.

    Example: ./fleet job open fetch_robot --robot care_2 --minutes 15 --text "stands before the lift"
    """
    about = {"robot": robot, "place": place, "alarm": alarm, "incident": incident}
    body = {"kind": kind.value, **about, "due_in_s": minutes * 60.0, "text": text, "by": by}
    answer = give(name, ("jobs",), body)
    tell(answer, as_json, f"{answer['job']} is open; whoever goes says ./fleet job take {answer['job']}")


@app.command()
def take(job: Job, text: Said = "", by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Take a job: you go. Somebody else may take it over from you.

    Example: ./fleet job take job:3 --by staff_4
    """
    tell(_answer(name, job, "take", text, by), as_json, f"{job} is taken by {by}")


@app.command()
def done(job: Job, text: Said = "", by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Say that a job is done; a robot that was taken over is given back to the fleet.

    Example: ./fleet job done job:3 --text "at charger 2"
    """
    tell(_answer(name, job, "done", text, by), as_json, f"{job} is done")


@app.command()
def withdraw(job: Job, text: Said = "", by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Say that a job is not wanted any more; a robot that was taken over is given back to the fleet.

    Example: ./fleet job withdraw job:3 --text "it goes on by itself"
    """
    tell(_answer(name, job, "withdraw", text, by), as_json, f"{job} is withdrawn")


def _answer(name: str | None, job: str, answer: str, text: str, by: str) -> Mapping[str, Any]:
    return give(name, ("jobs", job, answer), {"text": text, "by": by})


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    about = ", ".join(row[what] for what in ("robot", "place", "alarm", "incident") if row[what])
    who = row["ended_by"] or row["taken_by"] or row["opened_by"]
    note = row["ended_with"] or row["text"]
    return row["id"], row["kind"], about, row["state"], who, format_clock(row["due_s"]), note
