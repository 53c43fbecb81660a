"""`./fleet report schedule` and `send`: the reports that a site has sent by themselves."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import typer

from robot_fleet.cli.answers import By, tell
from robot_fleet.cli.tables import print_table
from robot_fleet.cli.tasks import AsJson, Name
from robot_fleet.core.errors import FleetError

_MADE_WITHIN_S = 600.0
"""A month of a large fleet takes its time."""

Schedule = Annotated[str, typer.Argument(metavar="SCHEDULE", help="A schedule of reports.yaml.")]


def schedule(as_json: AsJson = False, name: Name = None) -> None:
    """Show which reports are sent by themselves: what was made last, what is due, and when the next is.

    Example: ./fleet report schedule
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        try:
            rows = gateway.get("/report-schedules")
        except FleetError as error:
            if error.code != "request_unknown_path":
                raise
            rows = []
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    if not rows:
        typer.echo("nothing is sent by itself: the site has no reports.yaml")
        return
    print_table(("schedule", "periods", "to", "last", "due", "next", "trouble"), map(_cells, rows))


def send(
    schedule: Schedule,
    period: Annotated[str, typer.Option("--period", help="day, week or month.")],
    of: Annotated[
        str, typer.Option("--of", metavar="PERIOD", help="2026-11-03, 2026-W45 or 2026-11; the newest by default.")
    ] = "",
    by: By = "operator",
    as_json: AsJson = False,
    name: Name = None,
) -> None:
    """Make a report now and send it; one that was sent before is sent again.

    Example: ./fleet report send office --period month --of 2026-11
    """
    from robot_fleet.cli.gateway import Gateway

    with Gateway(name) as gateway:
        path, body = f"/report-schedules/{quote(schedule, safe='')}/send", {"period": period, "of": of, "by": by}
        answer = gateway.post(path, body, f"send-{secrets.token_hex(4)}", timeout_s=_MADE_WITHIN_S)
    tell(answer, as_json, f"{schedule}: {period} {answer['of']} is sent: {', '.join(answer['files'])}")


def _cells(row: Mapping[str, Any]) -> tuple[str, ...]:
    where = [row["folder"] or "", "webhook" if row["webhook"] else ""]
    last = row["made"][0] if row["made"] else None
    made_at = "" if last is None else f"{datetime.fromtimestamp(last['at_unix_s']).astimezone():%Y-%m-%d %H:%M}"
    soonest = min(row["next"], key=lambda each: each["due_s"])
    trouble = [row["error"]["code"] if row["error"] else "", row["refused"]]
    trouble += [f"{row['open']} wait"] if row["open"] else []
    trouble += [f"{row['given_up']} given up"] if row["given_up"] else []
    return (
        row["id"],
        ", ".join(row["periods"]),
        ", ".join(filter(None, where)),
        "" if last is None else f"{last['of']} ({made_at})",
        ", ".join(each["of"] for each in row["due"]),
        f"{soonest['of']} at {soonest['local'].replace('T', ' ')}",
        ", ".join(filter(None, trouble)),
    )
