"""`./fleet shift`: what is open, signed by whoever leaves and taken over by whoever comes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import give, tell
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.clock import format_clock
from robot_fleet.core.errors import RequestError

app = typer.Typer(help="Hand a shift over: sign what is open, take it over.", no_args_is_help=True)

Shift = Annotated[str | None, typer.Argument(metavar="[SHIFT]", help="Its id; the newest by default.")]
Who = Annotated[str, typer.Option("--by", metavar="ID", help="Opaque id of who signs or takes over, for the record.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="shift")


@app.command("open")
def open_items(as_json: AsJson = False, name: Name = None) -> None:
    """List what is open now: alarms, incidents, held robots and tasks, robots out of service, closed zones.

    Example: ./fleet shift open
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        row = gateway.get("/shifts/open")
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False, indent=1))
    else:
        _print_items(row["items"], {})


@app.command()
def sign(
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="What the next one has to know.")] = "",
    notes: Annotated[
        list[str] | None, typer.Option("--item", metavar="KEY=TEXT", help="And of one open item, by its key.")
    ] = None,
    by: Who = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """End a shift and sign what is open now. No data about people.

    Example: ./fleet shift sign --by op_7 --note "west crossing stays shut" --item "robot_out:care_2=new wheels come"
    """
    told: dict[str, str] = {}
    for each in notes or []:
        key, found, text = each.partition("=")
        if not found:
            raise RequestError("request_malformed", f"expected KEY=TEXT, got {each!r}", "--item")
        told[key] = text
    answer = give(name, ("shifts",), {"note": note, "notes": told, "by": by})
    shift = answer["task"]
    tell(answer, as_json, f"{shift} is signed; somebody else takes it over with ./fleet shift take {shift} --by ID")


@app.command()
def take(shift: Shift = None, by: Who = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Take a shift over that somebody else has signed. It is shown first.

    Example: ./fleet shift take --by op_8
    """
    row = _row(name, shift)
    if not as_json:
        _print(row)
    answer = give(name, ("shifts", row["id"], "take"), {"digest": row["digest"], "by": by})
    tell(answer, as_json, f"{row['id']} is taken over by {by}")


@app.command("list")
def list_shifts(as_json: AsJson = False, name: Name = None) -> None:
    """List the shifts that were handed over last, newest first.

    Example: ./fleet shift list --json
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/shifts")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print_table(("shift", "state", "signed", "by", "taken", "by", "open"), map(_cells, rows))


@app.command()
def show(shift: Shift = None, as_json: AsJson = False, name: Name = None) -> None:
    """Show one shift: what was open, the notes, who signed and who took it over.

    Example: ./fleet shift show shift-12
    """
    row = _row(name, shift)
    if as_json:
        typer.echo(json.dumps(row, ensure_ascii=False, indent=1))
    else:
        _print(row)


def _row(name: str | None, shift: str | None) -> Mapping[str, Any]:
    from urllib.parse import quote

    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        if shift is not None:
            one: Mapping[str, Any] = gateway.get(f"/shifts/{quote(shift, safe='')}")
            return one
        rows = gateway.get("/shifts")
    if not rows:
        raise RequestError("request_unknown_shift", "no shift was signed yet; ./fleet shift sign does it")
    newest: Mapping[str, Any] = rows[0]
    return newest


def _print(row: Mapping[str, Any]) -> None:
    typer.echo(f"{row['id']}: signed by {row['signed_by']} at {format_clock(row['signed_s'])}")
    taken = f"taken over by {row['taken_by']} at {format_clock(row['taken_s'])}" if row["taken_by"] else row["state"]
    typer.echo(f"  {taken}; SHA-256 {row['digest']}{'' if row['intact'] else ' DOES NOT FIT THE CONTENT'}")
    if row["note"]:
        typer.echo(f"  {row['note']}")
    _print_items(row["open"], row["notes"])


def _print_items(items: list[Mapping[str, Any]], notes: Mapping[str, str]) -> None:
    if not items:
        typer.echo("Nothing is open.")
        return
    since = ("" if item["since_s"] is None else format_clock(item["since_s"]) for item in items)
    rows = zip(items, since, strict=True)
    print_table(
        ("key", "about", "since", "note"),
        ((item["key"], item["about"], at, notes.get(item["key"], "")) for item, at in rows),
    )


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    taken = "" if row["taken_s"] is None else format_clock(row["taken_s"])
    signed = format_clock(row["signed_s"])
    return row["id"], row["state"], signed, row["signed_by"], taken, row["taken_by"], str(len(row["open"]))
