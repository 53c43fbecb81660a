"""`./fleet ps` and `./fleet down`: what runs, and ending it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME
from robot_fleet.runtime.processes.running import end_fleet, processes, running_fleets


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("ps")(ps)
    app.command("down")(down)


def ps(
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list.")] = False,
    name: Annotated[str | None, typer.Option(help="Only the fleet of this name.")] = None,
) -> None:
    """List the processes of the running fleets.

    Example: ./fleet ps --json
    """
    found = [process for run in running_fleets() if name in (None, run.name) for process in processes(run)]
    if as_json:
        typer.echo(json.dumps([asdict(process) for process in found if process.pid is not None], indent=1))
        return
    if not found:
        typer.echo("No fleet is running.")
        return
    table = Table("fleet", "process", "role", "pid", "up", "restarts", "state")
    for process in found:
        state = "restarting" if process.pid is None else "ready" if process.ready else "starting"
        pid = "-" if process.pid is None else str(process.pid)
        table.add_row(
            process.fleet, process.name, process.role, pid, _duration(process.up_s), str(process.restarts), state
        )
    Console().print(table)


def down(
    name: Annotated[str | None, typer.Option(help="The fleet to end; not needed when only one runs.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """End a running fleet and all of its processes.

    Example: ./fleet down --name main
    """
    running = [run.name for run in running_fleets()]
    if name is None and len(running) > 1:
        message = f"several fleets run ({', '.join(running)}); say which with --name"
        raise RuntimeFailure("runtime_which_fleet", message)
    chosen = name or (running[0] if running else DEFAULT_NAME)
    end_fleet(chosen)
    typer.echo(json.dumps({"schema_version": 1, "ended": chosen}) if as_json else f"Fleet {chosen} has ended.")


def _duration(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"
