"""`./fleet incident`: what people have to deal with, its story, and what they write down about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from robot_fleet.cli import incident_export
from robot_fleet.cli.answers import By, give, tell
from robot_fleet.cli.languages import Lang, Language
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.clock import format_clock

app = typer.Typer(
    help="Incidents of the running fleet: alarms, people's actions and robots in one timeline.", no_args_is_help=True
)

Incident = Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id; see `./fleet incident list`.")]


class Only(StrEnum):
    """Whom an entry of a timeline is about."""

    ALARM = "alarm"
    PERSON = "person"
    ROBOT = "robot"
    ITEM = "item"


class Verdict(StrEnum):
    """How something ended for those whom it was about."""

    FINE = "fine"
    HELPED = "helped"
    HANDED_OVER = "handed_over"
    FALSE_ALARM = "false_alarm"
    OTHER = "other"


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    incident_export.register(app)
    parent.add_typer(app, name="incident")


@app.command("list")
def list_incidents(
    show_all: Annotated[bool, typer.Option("--all", help="Those that were closed of late, too.")] = False,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """List the open incidents.

    Example: ./fleet incident list --all
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/incidents")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    shown = [row for row in rows if show_all or row["state"] == "open"]
    if shown:
        print_table(("incident", "state", "opened", "closed", "robots", "alarms", "reason"), map(_cells, shown))
    closed = sum(row["state"] == "closed" for row in rows)
    typer.echo(f"{len(rows) - closed} open, {closed} closed." + ("" if show_all else " --all lists these too."))


@app.command()
def show(
    incident: Incident,
    only: Annotated[list[Only] | None, typer.Option("--only", help="Entries of this sort; may be repeated.")] = None,
    lang: Lang = Language.EN,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Tell an incident's story, from a minute before its first alarm until it was closed.

    Example: ./fleet incident show incident:emergency_stop:4 --only alarm --only person
    """
    from urllib.parse import quote

    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        story = gateway.get(f"/incidents/{quote(incident, safe='')}")
    if only:
        story["entries"] = [entry for entry in story["entries"] if entry["sort"] in only]
    if as_json:
        typer.echo(json.dumps(story, ensure_ascii=False, indent=1))
        return
    ended = ", ".join(word for word in (story["verdict"], story["reason"]) if word)
    state = "open" if story["closed_s"] is None else f"closed {format_clock(story['closed_s'])}: {ended}"
    typer.echo(f"{story['id']}, opened {format_clock(story['opened_s'])}, {state}")
    rows = ((format_clock(each["at_s"]), each["sort"], each["text"][lang.value]) for each in story["entries"])
    print_table(("time", "about", "what happened"), rows)


@app.command("open")
def open_incident(
    alarm: Annotated[str, typer.Argument(metavar="ALARM", help="The alarm that it begins with.")],
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Open an incident for an alarm that has none yet. Severe alarms open one by themselves.

    Example: ./fleet incident open stuck:3
    """
    answer = give(name, ("incidents",), {"alarm": alarm, "by": by})
    tell(answer, as_json, f"{answer['incident']} is open")


@app.command()
def note(
    incident: Incident,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What was done. No data about people.")],
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Write down what was done, also afterwards. It stays in the ledger: write nothing about people.

    Example: ./fleet incident note incident:emergency_stop:4 "sent a colleague; a chair stood in the way"
    """
    answer = give(name, ("incidents", incident, "notes"), {"text": text, "by": by})
    tell(answer, as_json, f"noted in {incident}")


@app.command()
def close(
    incident: Incident,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="How it ended. No data about people.")] = "",
    verdict: Annotated[
        Verdict | None, typer.Option("--verdict", help="How those are whom it was about; needed if somebody called.")
    ] = None,
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Close an incident, when none of its alarms rings any more and somebody knows how each caller is.

    Give a verdict, a reason, or both.

    Example: ./fleet incident close incident:emergency_stop:4 --reason "chair removed, robot goes on"
    """
    body = {"verdict": verdict.value if verdict is not None else "", "reason": reason, "by": by}
    answer = give(name, ("incidents", incident, "close"), body)
    tell(answer, as_json, f"{incident} is closed")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    closed = "" if row["closed_s"] is None else format_clock(row["closed_s"])
    robots, alarms = ", ".join(row["robots"]), str(len(row["alarms"]))
    return row["id"], row["state"], format_clock(row["opened_s"]), closed, robots, alarms, row["reason"]
