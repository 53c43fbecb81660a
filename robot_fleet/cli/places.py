"""`./fleet place`: places of the running fleet that cannot be used."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import By
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.clock import format_clock

app = typer.Typer(help="Places out of use: a faulty charger, a blocked slot, a bay.", no_args_is_help=True)

Place = Annotated[str, typer.Argument(metavar="PLACE", help="The place's id, e.g. deck/s03.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="place")


@app.command("list")
def list_places(as_json: AsJson = False, name: Name = None) -> None:
    """List the places that are out of use, and why.

    Example: ./fleet place list
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/places/out")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if rows:
        cells = ((row["id"], row["code"], row["robot"] or row["by"], format_clock(row["since_s"])) for row in rows)
        print_table(("place", "why", "found by", "since"), cells)
    typer.echo(f"{len(rows)} places are out of use.")


@app.command("out")
def take_out(
    place: Place,
    reason: Annotated[str, typer.Option("--reason", help="For the record, in a few words.")] = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Take a place out of use: no robot is sent there, and nothing is put down there.

    Requests for it are refused; a robot that is there already finishes what it does.

    Example: ./fleet place out deck/s03 --reason "oil on the floor"
    """
    _post(name, "out", {"place": place, "reason": reason, "by": by}, as_json, f"{place} is out of use")


@app.command()
def mended(place: Place, by: By = "operator", as_json: AsJson = False, name: Name = None) -> None:
    """Say that a place is in order again.

    Example: ./fleet place mended hub/charger_2
    """
    _post(name, "mended", {"place": place, "by": by}, as_json, f"{place} is in use again")


def _post(name: str | None, change: str, body: Mapping[str, Any], as_json: bool, sentence: str) -> None:
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        answer = gateway.post(f"/places/{change}", body, f"place-{secrets.token_hex(4)}")
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else sentence)
