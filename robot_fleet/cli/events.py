"""`./fleet event`: events of the city: send one for an exercise, list them, say that one is over."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from robot_fleet.cli.answers import By
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.city import LOCAL
from robot_fleet.core.clock import format_clock
from robot_fleet.core.errors import RequestError

app = typer.Typer(help="Events of the city: send one for an exercise, list them, end one.", no_args_is_help=True)


def register(parent: typer.Typer) -> None:
    """Add the verbs of this module."""
    parent.add_typer(app, name="event")


@app.command()
def send(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A CloudEvent 1.0 as JSON; options change what it says.")
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--type", metavar="TYPE", help="As fire; see the site's events.yaml.")
    ] = None,
    place: Annotated[str | None, typer.Option("--place", help="It happens at this place.")] = None,
    building: Annotated[str | None, typer.Option("--building", help="In this building.")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="In this zone.")] = None,
    route: Annotated[str | None, typer.Option("--route", help="Along this route of patrols.")] = None,
    resolves: Annotated[
        str | None, typer.Option("--resolves", metavar="ID", help="Say that this earlier event is over.")
    ] = None,
    lasts_s: Annotated[
        float | None, typer.Option("--lasts", metavar="S", help="It is over by itself after so many fleet seconds.")
    ] = None,
    event_id: Annotated[
        str | None, typer.Option("--id", metavar="ID", help="Its id; a new one by default. The same is the same event.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="Sign as this source of the site, not as an exercise.")
    ] = None,
    secret_env: Annotated[
        str | None, typer.Option("--secret-env", metavar="VAR", help="The variable with that source's secret.")
    ] = None,
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Send an event, as the city's platform would, for an exercise.

    It is signed with a key of this machine, marked as an exercise wherever people see it, and followed by the site's
    rules like any other: robots stop, zones close. With --source and --secret-env it is no exercise but a trial of
    what a platform sends.

    Example: ./fleet event send --type fire --building care_home --lasts 600

    Example: ./fleet event send --type vital_sign --place care_home/r203

    Example: ./fleet event send --type fire --resolves drill-1a2b3c4d
    """
    from robot_fleet.cli.gateway import Gateway
    from robot_fleet.server.webhooks.cloud_events import signed_event

    told = {} if file is None else _read(file)
    areas = {"place": place, "building": building, "zone": zone, "route": route}
    event = _event(told, source or LOCAL.id, kind, areas, resolves, lasts_s, event_id)
    key = _key(source, secret_env, name)
    with Gateway(name) as gateway:
        answer = gateway.send("/events", *signed_event(event, key))
    drill = " as an exercise" if source is None else ""
    what = f"{event['data']['resolves']} is over" if event["data"].get("resolves") else f"{answer['event']} taken"
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else f"{what}{drill}")


@app.command("list")
def list_events(as_json: AsJson = False, name: Name = None) -> None:
    """List the events that are open, and the last that are over, with what they led to and how fast.

    Example: ./fleet event list
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        rows = gateway.get("/events")
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
    else:
        print_table(("event", "type", "where", "at", "state", "shown", "on site", "led to"), map(_cells, rows))


@app.command()
def end(
    event: Annotated[str, typer.Argument(metavar="EVENT", help="Its id, `<source>/<id>`; see ./fleet event list.")],
    reason: Annotated[str, typer.Option("--reason", help="For the record.")] = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Say that an event is over: robots go on, zones open, tasks that waited are done.

    Example: ./fleet event end city_platform/ev-17 --reason "false alarm"
    """
    from urllib.parse import quote

    from robot_fleet.cli.gateway import Gateway

    source, _, own = event.partition("/")
    if not own:
        raise RequestError("request_unknown_event", "expected <source>/<id>; see ./fleet event list", event)
    where = f"/events/{quote(source, safe='')}/{quote(own, safe='')}/end"
    with Gateway(name) as gateway:
        answer = gateway.post(where, {"reason": reason, "by": by}, f"event-{secrets.token_hex(4)}")
    typer.echo(json.dumps(answer, ensure_ascii=False, indent=1) if as_json else f"{event} is over")


def _read(file: Path) -> dict[str, Any]:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        message = f"expected a CloudEvent as JSON ({type(error).__name__})"
        raise RequestError("request_event_malformed", message, str(file)) from None
    if not isinstance(told, dict):
        raise RequestError("request_event_malformed", "expected a CloudEvent as a JSON object", str(file))
    return told


def _event(
    told: Mapping[str, Any],
    source: str,
    kind: str | None,
    areas: Mapping[str, str | None],
    resolves: str | None,
    lasts_s: float | None,
    event_id: str | None,
) -> dict[str, Any]:
    """Return the CloudEvent of a file with what the options change in it."""
    from robot_fleet.server.webhooks.cloud_events import cloud_event

    given = [f"{sort}:{area}" for sort, area in areas.items() if area is not None]
    if len(given) > 1:
        raise RequestError("request_event_malformed", "expected one of --place, --building, --zone, --route", "subject")
    data = dict(told.get("data") or {})
    if resolves is not None:
        data["resolves"] = resolves
    if lasts_s is not None:
        data["lasts_s"] = lasts_s
    own = {name: value for name, value in told.items() if name not in ("id", "source", "data")}
    event = cloud_event(event_id or told.get("id") or f"drill-{secrets.token_hex(4)}", source, data, **own)
    if kind is not None:
        event["type"] = kind
    if given:
        event["subject"] = given[0]
    if "type" not in event:
        raise RequestError("request_event_malformed", "say what has happened: --type fire, or a FILE", "type")
    if "subject" not in event and not data.get("resolves"):
        message = "say where: --place, --building, --zone or --route"
        raise RequestError("request_event_malformed", message, "subject")
    return event


def _key(source: str | None, secret_env: str | None, name: str | None) -> bytes:
    """Return the key of the source in whose name an event is sent."""
    import os

    from robot_fleet.cli.gateway import Gateway
    from robot_fleet.runtime.event_keys import local_key
    from robot_fleet.site.reading.webhooks import secret_key

    if (source is None) != (secret_env is None):
        raise RequestError("request_event_malformed", "expected --source and --secret-env together", "source")
    if source is not None and secret_env is not None:
        return secret_key(os.environ.get(secret_env, "").strip(), f"the variable {secret_env}", source)
    with Gateway(name) as gateway:
        return local_key(gateway.run.path)


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    def after(at_s: float | None) -> str:
        return "" if at_s is None else f"{at_s - row['happened_s']:.0f} s"

    drill = " (exercise)" if row["exercise"] else ""
    state = row["end"] or f"open until {format_clock(row['until_s'])[:5]}"
    led = ", ".join(f"{len(ids)} {sort}" for sort, ids in row["led"].items() if ids)
    happened = format_clock(row["happened_s"])
    reached = after(row["shown_s"]), after(row["on_site_s"])
    return row["id"], row["type"] + drill, row["subject"], happened, state, *reached, led
