"""What runs on this machine, read from the supervisors' state files, and how a fleet is ended from outside."""

from __future__ import annotations

import json
import os
import selectors
import signal
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.ledger.lock import holder
from robot_fleet.runtime.processes.run_directory import RunDirectory, run_directories, run_directory


@dataclass(frozen=True, slots=True)
class RunningProcess:
    """One process of a running fleet.

    Parameters
    ----------
    pid : None while it waits to be started again.
    up_s : seconds since its latest start, 0 while it is down.
    """

    fleet: str
    name: str
    pid: int | None
    role: str
    restarts: int
    up_s: float
    ready: bool


def running_fleets(environ: Mapping[str, str] = os.environ) -> tuple[RunDirectory, ...]:
    """Return the run directories of the fleets whose supervisor lives, by name."""
    return tuple(run for run in run_directories(environ) if holder(run.lock) is not None)


def fleet_state(run: RunDirectory) -> dict[str, Any]:
    """Return what the fleet's supervisor wrote last; empty if it does not run or has nothing yet."""
    if holder(run.lock) is None:
        return {}
    try:
        state = json.loads(run.processes.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return state if isinstance(state, dict) else {}


def processes(run: RunDirectory) -> tuple[RunningProcess, ...]:
    """Return the processes of a fleet, in the order in which they are started."""
    now_s = time.monotonic()
    return tuple(
        RunningProcess(
            fleet=run.name,
            name=entry["name"],
            pid=entry["pid"],
            role=entry["role"],
            restarts=entry["restarts"],
            up_s=round(now_s - entry["started_steady_s"], 3) if entry["pid"] is not None else 0.0,
            ready=entry["ready"],
        )
        for entry in fleet_state(run).get("processes", ())
    )


def end_fleet(name: str, timeout_s: float = 10.0, environ: Mapping[str, str] = os.environ) -> None:
    """Ask a fleet's supervisor to end everything, and wait until it has.

    Raises
    ------
    RuntimeFailure : `runtime_fleet_not_running`, `runtime_fleet_hangs`.
    """
    run = run_directory(name, environ)
    pid = holder(run.lock)
    if pid is None:
        names = ", ".join(other.name for other in running_fleets(environ)) or "none"
        raise RuntimeFailure("runtime_fleet_not_running", f"no fleet of this name runs; running: {names}", name)
    try:
        pidfd = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if holder(run.lock) != pid:
            return  # it ended, and its id may be another program's by now
        signal.pidfd_send_signal(pidfd, signal.SIGTERM)
        with selectors.DefaultSelector() as selector:
            selector.register(pidfd, selectors.EVENT_READ)
            if not selector.select(timeout_s):
                message = (
                    f"process {pid} has not ended after {timeout_s:g} s; `kill -9 {pid}` ends it and all of its fleet"
                )
                raise RuntimeFailure("runtime_fleet_hangs", message, name)
    finally:
        os.close(pidfd)
