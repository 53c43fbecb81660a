"""What a run comes to: its summary as a file, and as words on the terminal."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import typer

from robot_fleet.core.clock import format_clock
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.scenarios.ground import Ground

_LISTED = 20


def write_summary(path: Path, summary: Mapping[str, Any]) -> None:
    """Write a summary; the file appears whole or not at all.

    Raises
    ------
    RuntimeFailure : `runtime_file_unwritable`.
    """
    partial = path.with_name(f"{path.name}.part")
    try:
        partial.write_text(json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        message = f"the summary cannot be written: {error.strerror}"
        raise RuntimeFailure("runtime_file_unwritable", message, str(path)) from error


def tell_faults(ground: Ground | None) -> None:
    """Print whether anything is to go wrong in a run, and what says so."""
    if ground is not None:
        count = len(ground.scenario.says.faults)
        typer.echo(
            f"{ground.scenario.path}: {count} {'fault' if count == 1 else 'faults'} of this scenario may strike."
        )


def tell(summary: Mapping[str, Any]) -> None:
    """Print in a few lines how a run went."""
    requests = summary["requests"]
    done = [entry for entry in requests if entry["outcome"] == "done"]
    on_time = sum(entry["lateness_s"] == 0 for entry in done)
    typer.echo(f"{len(requests)} requests: {len(done)} done, {on_time} of them on time.")
    for entry in requests:
        if entry["outcome"] not in (None, "done"):
            typer.echo(f"  {entry['id']} {entry['service']}: {entry['outcome']}, {entry['reason'] or 'no reason'}")
    for alarm in summary["alarms"]:
        on_site = alarm["robot_on_site_s"]
        arrived = f"a robot on site after {on_site:.0f} s" if on_site is not None else "no robot on site"
        handed_on = alarm["escalated_s"]
        first = handed_on is not None and (on_site is None or handed_on < on_site)
        people = f"handed on to people after {handed_on:.0f} s, " if first else ""
        typer.echo(f"  alarm {alarm['request']}: {people}{arrived}")
    for event in summary.get("events", ()):
        shown = "not shown" if event["shown_s"] is None else f"shown after {event['shown_s']:.0f} s"
        drill = " (exercise)" if event["exercise"] else ""
        typer.echo(
            f"  event {event['id']} {event['type']} {event['subject']}{drill}: {shown}, {event['end'] or 'open'}"
        )
    for fault in summary.get("faults", ()):
        began = "did not strike" if fault["begin_s"] is None else f"struck at {format_clock(fault['begin_s'])}"
        typer.echo(f"  fault {fault['id']}: {began}")
    if summary["contacts"]:
        typer.echo(f"  {len(summary['contacts'])} contacts")
    energy = summary.get("energy")
    if energy is not None:
        total, priced = energy["total"], f"{energy['total']['price']:,.0f} {energy['currency']}"
        typer.echo(
            f"  charged {total['kwh']:.2f} kWh for {priced}, {total['solar_pct'] or 0:.0f} % from the sun;"
            f" {total['saved_price']:,.0f} saved against charging at once, {total['owed_kwh']:.2f} kWh owed"
        )
    restarts = {name: count for name, count in summary["restarts"].items() if count}
    if restarts:
        typer.echo("  started again: " + ", ".join(f"{name} {count} times" for name, count in restarts.items()))
    if summary["speed_reached"] is not None:
        typer.echo(f"  {summary['speed_reached']:.2f} times real time (asked for {summary['speed_asked']:g})")


def open_requests(summary: Mapping[str, Any], asked: Sequence[str]) -> RuntimeFailure | None:
    """Return the error that names the requests without an outcome, None if each has one.

    Parameters
    ----------
    asked : ids of all requests that should have been made.
    """
    standing = {entry["id"]: entry for entry in summary["requests"]}
    ended = {name for name, entry in standing.items() if entry["outcome"] is not None}
    left = [name for name in dict.fromkeys([*asked, *standing]) if name not in ended]
    if not left:
        return None
    words = [f"{name} ({standing[name]['state'] if name in standing else 'not asked yet'})" for name in left]
    shown = ", ".join(words[:_LISTED]) + (f" and {len(words) - _LISTED} more" if len(words) > _LISTED else "")
    return RuntimeFailure("runtime_requests_open", f"{len(left)} requests did not end: {shown}")
