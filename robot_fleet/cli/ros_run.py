"""A run with real processes over ROS: starts them, follows them, and puts together what they say of the run."""

from __future__ import annotations

import shutil
import time
from collections import deque
from dataclasses import replace
from pathlib import Path

import typer

from robot_fleet.cli.figures import RunFigures
from robot_fleet.cli.fresh import empty, last_run, note_run
from robot_fleet.cli.outcome import open_requests, tell, write_summary
from robot_fleet.cli.play import DRAIN_S, Play
from robot_fleet.cli.progress import Lines, Progress, progress, standing
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime import history
from robot_fleet.runtime.claims import FleetClaim
from robot_fleet.runtime.demand import played_rows
from robot_fleet.runtime.fleet_processes import FleetPlay, fleet_figures, fleet_processes, world_figures
from robot_fleet.runtime.run_directory import DEFAULT_NAME, RunDirectory
from robot_fleet.runtime.supervisor import EventKind, ProcessEvent, Supervisor
from robot_fleet.site.demand import read_csv

INTERRUPTED = 130
_LOOK_S = 0.25
_START_S = 120.0
"""A fleet that is not up by then (a first start fills caches) does not come up."""
_STALLED_S = 120.0
"""A run is given up when a process keeps ending and nothing has moved for so long."""
_CLOCK_GRAIN_S = 0.05
_LOG_LINES = 8


def run(play: Play, *, resume: bool) -> None:
    """Run a fleet until it is to end, write the summary, and tell how it went.

    Parameters
    ----------
    resume : go on from what the fleet of this name left, instead of beginning anew.

    Raises
    ------
    FleetError : see `FleetClaim` and `Ledger.open`; `runtime_not_ready`, `runtime_crash_loop`,
        `runtime_requests_open`, `runtime_other_demand`.
    """
    with FleetClaim(play.wishes.name or DEFAULT_NAME) as claim:
        domain, port = claim.domain_id(), claim.port(play.wishes.port)
        display: Progress = Lines() if play.wishes.headless else progress()
        play, told = _ready_directory(play, claim.run, domain, port, resume)
        _Run(play, claim.run, told, display).whole()


def _ready_directory(
    play: Play, run: RunDirectory, domain: int, port: int, resume: bool
) -> tuple[Play, FleetPlay]:
    """Make the run directory what the run begins with; return what is played then."""
    wishes = play.wishes
    copy = run.path / "demand.csv"
    known = last_run(run) if resume and (run.path / "world.json").exists() and run.ledger.exists() else None
    if known is not None:
        Ledger.open(run.ledger, history.registry(), site_id=play.site.id).close()
        if wishes.demand is not None and (not copy.exists() or wishes.demand.read_bytes() != copy.read_bytes()):
            message = "the fleet of this name goes on with the people it had; play another demand with another --name"
            raise RuntimeFailure("runtime_other_demand", message, str(wishes.demand))
        # The simulator's checkpoint remembers who of the earlier demand has asked already.
        wishes = replace(wishes, requests=known.get("requests"), duration_s=known.get("duration_s"))
        rows = read_csv(copy) if copy.exists() else []
        play = replace(play, wishes=wishes, rows=played_rows(rows, wishes.requests, wishes.duration_s))
    else:
        kept = empty(run)
        if kept is not None:
            typer.echo(f"The ledger of the fleet that ran before is kept in {kept}.", err=True)
        if wishes.demand is not None:
            shutil.copyfile(wishes.demand, copy)
    note_run(
        run,
        verb="up" if resume else "demo",
        site=play.site.id,
        requests=wishes.requests,
        duration_s=wishes.duration_s,
    )
    return play, FleetPlay(
        site=wishes.site,
        domain=domain,
        port=port,
        seed=wishes.seed,
        speed=wishes.speed,
        demand=copy if copy.exists() else None,
        requests=wishes.requests,
        duration_s=wishes.duration_s,
        trace=wishes.trace,
    )


class _Run:
    """One run, from the start of its processes to its summary."""

    def __init__(self, play: Play, run: RunDirectory, told: FleetPlay, display: Progress) -> None:
        self._play = play
        self._run = run
        self._told = told
        self._display = display
        self._figures = RunFigures(
            play.rows, world_figures(run), fleet_figures(run), time.time() - _CLOCK_GRAIN_S
        )
        self._looping: dict[str, str] = {}
        self._moved_s = time.monotonic()

    def whole(self) -> None:
        """Run to the end."""
        info = {"port": self._told.port, "domain": self._told.domain, "site": self._play.site.id}
        specs = fleet_processes(self._run, self._told)
        supervisor = Supervisor(self._run, specs, info=info, listener=self._heard)
        with self._display, supervisor, supervisor.signals():
            supervisor.start()
            supervisor.run(self._up, _LOOK_S)
            if not supervisor.stopping:
                self._announce()
                supervisor.run(self._over, _LOOK_S)
            interrupted = supervisor.stopping
            pace = self._figures.pace()
        self._figures.refresh()
        self._conclude(interrupted, pace, supervisor.restarts)

    def _up(self) -> bool:
        """Return whether both who write figures have begun.

        Raises
        ------
        RuntimeFailure : `runtime_crash_loop`, `runtime_not_ready`.
        """
        self._figures.refresh()
        if self._figures.begun:
            return True
        for name in self._looping:
            raise self._loops(name)
        if time.monotonic() - self._moved_s > _START_S:
            message = f"the fleet is not up after {_START_S:g} s; its logs say why"
            raise RuntimeFailure("runtime_not_ready", message, str(self._run.logs))
        return False

    def _announce(self) -> None:
        self._moved_s = time.monotonic()
        if self._play.wishes.headless:
            self._display.say(f"Fleet {self._run.name} is up, port {self._told.port}.")
        else:
            self._display.say(f"Console: http://127.0.0.1:{self._told.port}/   (Ctrl-C ends the fleet)")

    def _over(self) -> bool:
        """Show how far the run is and return whether it is to end."""
        figures = self._figures
        if figures.refresh():
            self._moved_s = time.monotonic()
            self._display.show(standing(figures.requests, figures.at_s, len(self._play.rows)))
        elif time.monotonic() - self._moved_s > _STALLED_S:
            for name in self._looping:
                raise self._loops(name)
        wishes, rows = self._play.wishes, self._play.rows
        if figures.idle and wishes.until_idle:
            return True
        if wishes.duration_s is not None:
            over_s = figures.ran_s - wishes.duration_s
            return over_s >= DRAIN_S or (over_s >= 0.0 and figures.idle)
        return wishes.until_idle and bool(rows) and figures.at_s - rows[-1].at_s >= DRAIN_S

    def _conclude(self, interrupted: bool, pace: tuple[float, float], restarts: dict[str, int]) -> None:
        wishes, figures = self._play.wishes, self._figures
        if not figures.begun:
            raise typer.Exit(INTERRUPTED)
        summary = figures.summary(
            site=self._play.site.id, seed=wishes.seed, speed=wishes.speed, pace=pace, restarts=restarts
        )
        if wishes.summary is not None:
            write_summary(wishes.summary, summary)
        tell(summary)
        failure = open_requests(summary, [row.request_id for row in self._play.rows])
        if failure is not None and interrupted:
            typer.echo(f"fleet: interrupted; {failure.message}", err=True)
            raise typer.Exit(INTERRUPTED)
        if failure is not None:
            raise failure

    def _heard(self, event: ProcessEvent) -> None:
        """Take in what the supervisor tells; people hear of what is not as it should be."""
        if event.kind is EventKind.CRASH_LOOP:
            self._looping[event.name] = event.sentence
            self._display.say(f"{event.name} {event.sentence}\n{self._tail(event.name)}")
        elif event.kind is EventKind.RECOVERED:
            self._looping.pop(event.name, None)
            self._display.say(f"{event.name} {event.sentence}")
        elif event.kind is EventKind.ENDED:
            self._display.say(f"{event.name}: {event.sentence} (log: {self._log(event.name)})")

    def _loops(self, name: str) -> RuntimeFailure:
        message = f"{name} ends again and again; the last lines of its log say why:\n{self._tail(name)}"
        return RuntimeFailure("runtime_crash_loop", message, str(self._log(name)))

    def _log(self, name: str) -> Path:
        return self._run.logs / f"{name}.log"

    def _tail(self, name: str) -> str:
        with self._log(name).open(encoding="utf-8", errors="replace") as log:
            return "".join(f"  | {line.rstrip()}\n" for line in deque(log, _LOG_LINES)).rstrip("\n")
