"""`./fleet equipment`: doors, gates and lifts of the running fleet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import By, give, tell
from robot_fleet.cli.robots import Yes
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name, confirm
from robot_fleet.core.clock import format_clock

app = typer.Typer(help="Doors, gates and lifts: how each fares, out of order, in order again.", no_args_is_help=True)

Equipment = Annotated[str, typer.Argument(metavar="EQUIPMENT", help="Its id; `./fleet equipment list` shows all.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="equipment")


@app.command("list")
def list_equipment(as_json: AsJson = False, name: Name = None) -> None:
    """List the doors, gates and lifts: whose each is, who waits for it, and why it is out of order if it is.

    Example: ./fleet equipment list
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/equipment")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if rows:
        heads = ("equipment", "kind", "levels", "state", "robot", "waiting", "since", "out of order")
        print_table(heads, map(_cells, rows))
    out = sum(not row["works"] for row in rows)
    typer.echo(f"{len(rows)} doors, gates and lifts, {out} out of order.")


@app.command("out")
def take_out(
    equipment: Equipment,
    reason: Annotated[str, typer.Option("--reason", help="For the record, in a few words.")] = "",
    yes: Yes = False,
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Say that a door, gate or lift is out of order, whatever it says itself. Asks first.

    No robot is led through it until you say otherwise; one that is in it comes out. What lies behind it waits, and
    calls for help there have staff sent at once.

    Example: ./fleet equipment out care_home_lift --reason "the doors stick"
    """
    if not yes:
        confirm(f"Count {equipment} as out of order? Tasks behind it wait until you say that it is in order again.")
    answer = give(name, ("equipment", equipment, "out"), {"reason": reason, "by": by})
    tell(answer, as_json, f"{equipment} is out of order; say otherwise with ./fleet equipment mended {equipment}")


@app.command()
def mended(
    equipment: Equipment, yes: Yes = False, by: By = "operator", as_json: AsJson = False, name: Name = None
) -> None:
    """Say that a door, gate or lift is in order again. Asks first: robots go through it at once.

    Refused while it says itself that it cannot be used.

    Example: ./fleet equipment mended care_home_lift
    """
    if not yes:
        confirm(f"Is {equipment} in order, with nobody at work in it? Robots go through it at once.")
    answer = give(name, ("equipment", equipment, "mended"), {"by": by})
    tell(answer, as_json, f"{equipment} is in order again")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    since = "" if row["since_s"] is None else format_clock(row["since_s"])
    why = ": ".join(filter(None, (row["code"], row["reason"])))
    out = f"{why} ({row['by']})" if row["by"] else why
    return (
        row["id"],
        row["kind"],
        ", ".join(row["levels"]),
        row["state"],
        row["robot"],
        ", ".join(row["waiting"]),
        since,
        out,
    )
