"""`./fleet alarm`: the alarms of a running fleet, what people answer, and how many there were."""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import By, give, tell
from robot_fleet.cli.languages import Lang, Language
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.clock import format_clock


class Outcome(StrEnum):
    """What came of speaking to a caller; the core checks it."""

    MADE = "made"
    ANSWERED = "answered"
    SILENT = "silent"
    ESCALATED = "escalated"


app = typer.Typer(
    help="Alarms of the running fleet: list, acknowledge, put aside, record voice contact; and how many there were.",
    no_args_is_help=True,
)

Alarm = Annotated[str, typer.Argument(metavar="ALARM", help="The alarm's id, e.g. stuck:3; see `./fleet alarm list`.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="alarm")


@app.command("list")
def list_alarms(lang: Lang = Language.EN, as_json: AsJson = False, name: Name = None) -> None:
    """List the open alarms, the most urgent first: what is the matter, what to do, and until when.

    An alarm is open until what it tells of is gone and a person has taken note.

    Example: ./fleet alarm list --lang ko
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/alarms")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    elif rows:
        for row in rows:
            typer.echo(_told(row, lang.value))
        typer.echo("Answer with ./fleet alarm ack ALARM, or put one aside with ./fleet alarm shelve ALARM.")
    else:
        typer.echo("No alarm is open.")


@app.command("ack")
def acknowledge(alarm: Alarm, by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Take note of an alarm: you are on it.

    It closes when what it tells of is gone; at once, if that is gone already.

    Example: ./fleet alarm ack stuck:3
    """
    answer = give(name, ("alarms", alarm, "acknowledge"), {"by": by})
    tell(answer, as_json, f"{alarm} is acknowledged")


@app.command()
def voice(
    alarm: Alarm,
    outcome: Annotated[
        Outcome, typer.Argument(metavar="OUTCOME", help="made, answered, silent; escalated: to the emergency services.")
    ],
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Record what came of speaking to whoever has called for help; this acknowledges the alarm, too.

    Nothing is dialled: a person speaks, and calls the emergency services.

    Example: ./fleet alarm voice r0007 silent
    """
    answer = give(name, ("alarms", alarm, "voice"), {"outcome": outcome.value, "by": by})
    tell(answer, as_json, f"{alarm}: {outcome.value} is recorded")


@app.command()
def shelve(
    alarm: Alarm,
    minutes: Annotated[float, typer.Option("--minutes", metavar="N", help="For how long: 1 to 480.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; for the record.")],
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Put an alarm aside for a while; then it rings again, if what it tells of is still there.

    Critical alarms cannot be put aside.

    Example: ./fleet alarm shelve docked_without_current:4 --minutes 30 --reason "charger 2 is being repaired"
    """
    body = {"duration_s": minutes * 60.0, "reason": reason, "by": by}
    answer = give(name, ("alarms", alarm, "shelve"), body)
    tell(answer, as_json, f"{alarm} is put aside for {minutes:g} min; take it up with ./fleet alarm unshelve {alarm}")


@app.command()
def unshelve(alarm: Alarm, by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Let an alarm that was put aside ring again now.

    Example: ./fleet alarm unshelve docked_without_current:4
    """
    answer = give(name, ("alarms", alarm, "unshelve"), {"by": by})
    tell(answer, as_json, f"{alarm} rings again")


@app.command()
def report(
    operators: Annotated[int, typer.Option("--operators", min=1, help="Among how many the alarms were shared.")] = 1,
    ledger: Annotated[
        str | None, typer.Option(metavar="PATH|URL", help="The ledger; that of the fleet by default.")
    ] = None,
    site: Annotated[Path | None, typer.Option(metavar="DIR", help="Whose health.yaml says how fast to answer.")] = None,
    lang: Lang = Language.EN,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Report how many alarms there were and how they were answered, beside what EEMUA 191 asks for.

    Out of the ledger alone; works beside a running fleet, too.

    Example: ./fleet alarm report --operators 2 --json
    """
    from robot_fleet.cli.ledgers import read_report
    from robot_fleet.reports.words import load_table, word

    made, _ = read_report(ledger, name, site, operators)
    if as_json:
        typer.echo(json.dumps({"schema_version": 1, **made.alarm_load.to_dict()}, ensure_ascii=False, indent=1))
        return
    table = load_table(made.alarm_load, lang.value)
    if table.rows:
        print_table(table.columns, table.rows, title=table.title, numbers=True)
    else:
        typer.echo(word("load_none", lang.value))


def _told(row: Mapping[str, Any], language: str) -> str:
    """Return an alarm in a few lines: its id and state, what is the matter, what to do."""
    state = row["state"]
    if row["shelved_until_s"] is not None:
        state = f"shelved until {format_clock(row['shelved_until_s'])}: {row['shelved_for']}"
    elif row["acknowledged_by"]:
        state = f"acknowledged by {row['acknowledged_by']}"
    times = f" ×{row['count']}" if row["count"] > 1 else ""
    by = "" if row["respond_s"] is None else f", act by {format_clock(row['rang_s'] + row['respond_s'])}"
    whom = ", ".join(row["subjects"]) or row["place"]
    cause = row["cause"][language] or row["condition"]
    head = f"{row['id']}{times}  {row['urgency']}, {state}, since {format_clock(row['raised_s'])}{by}"
    voice = f"\n  {_voice(row)}" if row["task"] else ""
    return f"{head}\n  {whom}: {cause}\n  {row['action'][language]}{voice}\n"


def _voice(row: Mapping[str, Any]) -> str:
    said = f"voice contact {row['voice']}" if row["voice"] else "no voice contact yet"
    if row["escalated_s"] is not None:
        return f"{said}; emergency services called at {format_clock(row['escalated_s'])}"
    due_s = row["silence_due_s"]
    return said if due_s is None else f"{said}; call the emergency services by {format_clock(due_s)} if nobody answers"
