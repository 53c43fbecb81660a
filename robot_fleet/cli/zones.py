"""`./fleet zone`: close, open and slow down zones of a running fleet."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import By
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.clock import format_clock, parse_clock

app = typer.Typer(help="Zones of the running fleet's site: close, open, slow down.", no_args_is_help=True)

Zone = Annotated[str, typer.Argument(metavar="ZONE", help="The zone's id; `./fleet zone list` shows all.")]
Zones = Annotated[list[str] | None, typer.Argument(metavar="[ZONE]...", help="`./fleet zone list` shows all.")]
Outdoor = Annotated[bool, typer.Option("--outdoor", help="All zones that the site marks as outdoor.")]
Reason = Annotated[str, typer.Option("--reason", help="For the record.")]


class Cause(StrEnum):
    """Why a zone is closed."""

    WEATHER = "weather"
    EVENT = "event"
    OTHER = "other"


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
def close(
    zones: Zones = None,
    outdoor: Outdoor = False,
    cause: Annotated[Cause, typer.Option("--cause", help="Why, in a word.")] = Cause.OTHER,
    until: Annotated[
        str | None, typer.Option("--until", metavar="HH:MM", help="Open by itself then; 26:00 is 2 o'clock tomorrow.")
    ] = None,
    reason: Reason = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Keep robots out of one or several zones, or of all under the open sky.

    Those inside finish what is released to them and leave. This is no safety function: a robot that has way released
    into a zone still drives it.

    Example: ./fleet zone close --outdoor --cause weather --until 18:00 --reason "storm"
    """
    body: dict[str, Any] = {"cause": cause.value, "reason": reason, "by": by}
    body["until_s"] = None if until is None else parse_clock(until)
    answer = _post_several(name, zones, outdoor, "close", body)
    which = _which(zones, outdoor)
    end = f" until {until}" if until else f"; open with ./fleet zone open {' '.join(zones or ['--outdoor'])}"
    _tell(answer, as_json, f"{which} closed{end}")


@app.command("open")
def open_zone(
    zones: Zones = None,
    outdoor: Outdoor = False,
    reason: Reason = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Let robots into zones again.

    Example: ./fleet zone open festival_square
    """
    answer = _post_several(name, zones, outdoor, "open", {"reason": reason, "by": by})
    _tell(answer, as_json, f"{_which(zones, outdoor)} open")


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


def _which(zones: list[str] | None, outdoor: bool) -> str:
    named = zones or []
    all_of_it = [*named, *(["all outdoor zones"] if outdoor else [])]
    return f"{', '.join(all_of_it)} {'are' if outdoor or len(named) > 1 else 'is'}"


def _post_several(
    name: str | None, zones: list[str] | None, outdoor: bool, change: str, body: Mapping[str, Any]
) -> Mapping[str, Any]:
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        wish = {"zones": zones or [], "outdoor": outdoor, **body}
        answer: Mapping[str, Any] = gateway.post(f"/zones/{change}", wish, f"zone-{secrets.token_hex(4)}")
        return answer


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
    state = "closed" if row["closed"] else "open"
    if row["until_s"] is not None:
        state += f" until {format_clock(row['until_s'])[:5]}"
    why = ": ".join(each for each in (row["cause"], row["reason"]) if each)
    return row["id"], state, limit_mps, row["name"]["en"], why
