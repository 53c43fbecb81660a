"""`./fleet incident export`: the black boxes of an incident, for Foxglove, rosbags and whoever looks into it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from robot_fleet.cli.tasks import AsJson
from robot_fleet.core.clock import format_clock
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.run_directory import RunDirectory, run_directory
from robot_fleet.runtime.processes.running import running_fleets


def register(group: typer.Typer) -> None:
    """Add the verb of this module to the group `incident`."""
    group.command("export")(export)


def export(
    incident: Annotated[str, typer.Argument(metavar="INCIDENT", help="Its id; see `./fleet incident list`.")],
    out: Annotated[Path, typer.Option("-o", "--out", metavar="DIR", help="An empty folder, or one to be made.")],
    as_json: AsJson = False,
    name: Annotated[
        str | None, typer.Option(help="The fleet; the one that runs, else the last one called main.")
    ] = None,
    run: Annotated[
        Path | None, typer.Option(metavar="DIR", help="A run directory, for instance a copy of a robot's own.")
    ] = None,
) -> None:
    """Copy what the robots' black boxes recorded of an incident, and write what is in it into a manifest.

    Works while the fleet runs and afterwards. Only fleets on --link ros have black boxes.

    Example: ./fleet incident export incident:stuck:care_1:3 -o my_incident
    """
    from robot_fleet.runtime.recordings.export import export_recordings
    from robot_fleet.runtime.recordings.kept import Recordings

    recordings = Recordings(run or _run(name).path)
    if not recordings.incidents():
        message = (
            "nothing is recorded here: robots have black boxes on --link ros only, and keep them where their agents"
        )
        raise RuntimeFailure("runtime_no_recording", f"{message} run; the timeline: ./fleet incident show", incident)
    manifest = export_recordings(recordings, incident, out)
    if as_json:
        typer.echo(json.dumps(manifest, ensure_ascii=False, indent=1))
        return
    for each in manifest["recordings"]:
        span = f"{format_clock(each['begin_s'])} to {format_clock(each['end_s'])}"
        typer.echo(f"{out / each['file']}: {each['messages']} messages, {span}, {each['about'].get('ended', '')}")
    if manifest["under_way"]:
        typer.echo(f"{', '.join(manifest['under_way'])} still records; export again in half a minute.")


def _run(name: str | None) -> RunDirectory:
    """Return the run directory that is meant.

    Raises
    ------
    RuntimeFailure : `runtime_which_fleet`, `runtime_no_fleet`.
    """
    running = running_fleets() if name is None else ()
    if len(running) > 1:
        names = ", ".join(run.name for run in running)
        raise RuntimeFailure("runtime_which_fleet", f"several fleets run ({names}); say which with --name")
    run = running[0] if running else run_directory() if name is None else run_directory(name)
    if not run.path.exists():
        raise RuntimeFailure(
            "runtime_no_fleet", "no fleet of this name has run; start one with `./fleet demo`", run.name
        )
    return run
