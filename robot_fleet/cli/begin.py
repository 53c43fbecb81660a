"""What a run over ROS begins with: an empty run directory, or what the fleet of that name left."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import typer

from robot_fleet.cli.fresh import empty, fresh_ledger, last_run, ledger_of, note_run
from robot_fleet.cli.play import Play
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.ledger.address import LedgerAddress, LedgerTarget, ledger_address
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.opening import is_there
from robot_fleet.runtime import history
from robot_fleet.runtime.bringup.backends import backends
from robot_fleet.runtime.bringup.fleet_processes import FleetPlay
from robot_fleet.runtime.hil.real_run import RealRun, midnight_of
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.runs.demand import played_rows
from robot_fleet.site.demand import read_csv


def begin(
    play: Play, run: RunDirectory, domain: int, port: int, *, resume: bool, remote: tuple[str, ...] = ()
) -> tuple[Play, FleetPlay]:
    """Make the run directory ready; return what is played, and what the processes are told.

    Parameters
    ----------
    run : the fleet's directory, claimed by the caller.
    resume : go on from what is there, if that can be gone on from.
    remote : ids of the robots whose agents run already, on computers of their own.

    Raises
    ------
    LedgerError : as `Ledger.open` does; `ledger_not_empty`. Nothing is changed then.
    RuntimeFailure : `runtime_other_demand`, `runtime_file_unwritable`, `runtime_hil_other_time`, `runtime_hil_speed`,
        when resuming.
    """
    ledger = _ledger(play, run, resume)
    target: LedgerTarget = ledger or run.ledger
    known = last_run(run) if resume and (run.path / "world.json").exists() and is_there(target) else None
    if known is None:
        if ledger is not None:
            fresh_ledger(ledger, play.site.id, time.strftime("%F %T")).close()
        _begin_anew(play, run)
        requests, duration_s = play.wishes.requests, play.wishes.duration_s
    else:
        _check_same(play, run, known)
        Ledger.open(target, history.registry(), site_id=play.site.id).close()
        # The simulator's checkpoint remembers who of that demand has asked already.
        requests, duration_s = known["requests"], known["duration_s"]
        rows = read_csv(_demand(run)) if _demand(run).exists() else []
        play = replace(play, rows=played_rows(rows, requests, duration_s))
    wishes = play.wishes
    real = _real(play, known, remote)
    note_run(
        run,
        verb="up" if resume else "demo",
        site=play.site.id,
        site_dir=str(wishes.site.resolve()),
        requests=requests,
        duration_s=duration_s,
        trace=None if wishes.trace is None else str(wishes.trace.resolve()),
        ledger=None if ledger is None else str(ledger),
        midnight=None if real is None else real.midnight.isoformat(),
    )
    return play, FleetPlay(
        site=wishes.site,
        domain=domain,
        port=port,
        seed=wishes.seed,
        speed=wishes.speed,
        demand=_demand(run) if _demand(run).exists() else None,
        requests=requests,
        duration_s=duration_s,
        trace=wishes.trace,
        improving=wishes.improving,
        webhooks=play.webhooks,
        ledger=ledger,
        entrance=wishes.entrance,
        real=real,
        chaos=None if play.ground is None else run.path / "chaos.json",
    )


def _real(play: Play, known: dict[str, Any] | None, remote: tuple[str, ...]) -> RealRun | None:
    """Return what a run on the wall clock needs, None for one on simulated time. A fleet stays on the time it has.

    Raises
    ------
    RuntimeFailure : `runtime_hil_other_time`.
    """
    bodies, wishes = backends(play.site), play.wishes
    before = None if known is None else known.get("midnight")
    if before is not None:
        if wishes.speed != 1.0:
            message = (
                "the fleet of this name has real robots' time, at speed 1; leave --speed out, or give another --name"
            )
            raise RuntimeFailure("runtime_hil_speed", message, "--speed")
        return RealRun(datetime.fromisoformat(before), bodies, wishes.hardware, remote)
    if not bodies.elsewhere:
        return None
    if known is not None:
        message = "the fleet of this name goes on in simulated time, where no real robot lives; give another --name"
        raise RuntimeFailure("runtime_hil_other_time", message, ", ".join(bodies.elsewhere))
    first_s = play.rows[0].at_s if play.rows else None
    return RealRun(midnight_of(play.site, first_s), bodies, wishes.hardware, remote)


def _ledger(play: Play, run: RunDirectory, resume: bool) -> LedgerAddress | None:
    """Return where the ledger is, None if it is the fleet's own file: a fleet that goes on remembers it."""
    if play.ledger is not None or not resume:
        return play.ledger
    before = ledger_of(run)
    return None if before == run.ledger else ledger_address(before)


def _demand(run: RunDirectory) -> Path:
    """Return where the demand that is played is kept, whatever becomes of the file it came from."""
    return run.path / "demand.csv"


def _begin_anew(play: Play, run: RunDirectory) -> None:
    demand = play.wishes.demand.read_bytes() if play.wishes.demand is not None else None
    kept = empty(run)
    if kept is not None:
        typer.echo(f"What the fleet that was up left, its ledger too, is kept in {kept}.", err=True)
    if demand is not None:
        _demand(run).write_bytes(demand)


def _check_same(play: Play, run: RunDirectory, known: dict[str, Any]) -> None:
    """See that a fleet that goes on is not asked for another demand or another trace than it has."""
    wishes, demand = play.wishes, _demand(run)
    if wishes.demand is not None and (not demand.exists() or wishes.demand.read_bytes() != demand.read_bytes()):
        message = "the fleet of this name goes on with the people it had; play another demand with another --name"
        raise RuntimeFailure("runtime_other_demand", message, str(wishes.demand))
    before = known.get("trace")
    if wishes.trace is None or before is None:
        return
    if str(wishes.trace.resolve()) != before or not wishes.trace.exists():
        message = f"the fleet of this name goes on with its trace {before}; name that file as it was, or none"
        raise RuntimeFailure("runtime_file_unwritable", message, "--trace")
