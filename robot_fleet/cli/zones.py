"""`./fleet zone`: close, open and slow down zones of a running fleet."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name

app = typer.Typer(help="Zones of the running fleet's site: close, open, slow down.", no_args_is_help=True)

Zone = Annotated[str, typer.Argument(metavar="ZONE", help="The zone's id; `./fleet zone list` shows all.")]
Reason = Annotated[str, typer.Option("--reason", help="For the record.")]


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="zone")


@app.command("list")
def list_zones(as_json: AsJson = False, name: Name = None) -> None:
    """List the zones and what holds in them now.

    Example: ./fleet zone list
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/zones")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print_table(("zone", "state", "limit", "name", "reason"), map(_cells, rows))


@app.command()
def close(zone: Zone, reason: Reason = "", as_json: AsJson = False, name: Name = None) -> None:
    """Keep robots out of a zone. Those inside finish what is released to them and leave.

    This is no safety function: a robot that has way released into the zone still drives it.

    Example: ./fleet zone close festival_square --reason "lantern festival"
    """
    answer = _post(name, zone, "close", {"reason": reason})
    _tell(answer, as_json, f"{zone} is closed; open it with ./fleet zone open {zone}")


@app.command("open")
def open_zone(zone: Zone, reason: Reason = "", as_json: AsJson = False, name: Name = None) -> None:
    """Let robots into a zone again.

    Example: ./fleet zone open festival_square
    """
    _tell(_post(name, zone, "open", {"reason": reason}), as_json, f"{zone} is open")


@app.command()
def limit(
    zone: Zone,
    speed_mps: Annotated[float, typer.Argument(metavar="MPS", help="Highest speed in m/s; 0 lifts the limit.")],
    reason: Reason = "",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Limit the speed in a zone.

    Example: ./fleet zone limit festival_square 0.4 --reason "many people"
    """
    answer = _post(name, zone, "limit", {"speed_mps": speed_mps, "reason": reason})
    _tell(answer, as_json, f"in {zone} robots go at {speed_mps:g} m/s at most" if speed_mps else f"{zone} has no limit")


def _post(name: str | None, zone: str, change: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    from urllib.parse import quote

    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        answer: Mapping[str, Any] = gateway.post(
            f"/zones/{quote(zone, safe='')}/{change}", body, f"zone-{secrets.token_hex(4)}"
        )
        return answer


def _tell(answer: Mapping[str, Any], as_json: bool, sentence: str) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else sentence)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    limit_mps = f"{row['speed_mps']:g} m/s" if row["speed_mps"] else ""
    return row["id"], "closed" if row["closed"] else "open", limit_mps, row["name"]["en"], row["reason"]
