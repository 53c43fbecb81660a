"""A run with real processes over ROS: starts them, follows them, and puts together what they say of the run."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import typer

from robot_fleet.cli.app import INTERRUPTED
from robot_fleet.cli.begin import begin
from robot_fleet.cli.figures import RunFigures
from robot_fleet.cli.gateway import manager_is_live
from robot_fleet.cli.outcome import open_requests, tell, tell_faults, write_summary
from robot_fleet.cli.play import DRAIN_S, Play
from robot_fleet.cli.progress import Lines, Progress, progress, standing
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.bringup.backends import backends
from robot_fleet.runtime.bringup.fleet_processes import (
    STAND_STILL,
    FleetPlay,
    fleet_figures,
    fleet_processes,
    hil_told,
    ringing_process,
    world_figures,
)
from robot_fleet.runtime.chaos.account import Account
from robot_fleet.runtime.chaos.control import Orders
from robot_fleet.runtime.hil.look_first import look_first
from robot_fleet.runtime.hil.real_run import watched
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import DEFAULT_NAME, RunDirectory
from robot_fleet.runtime.processes.shared_memory import sweep
from robot_fleet.runtime.processes.supervisor import EventKind, ProcessEvent, Supervisor
from robot_fleet.runtime.ringing.ringer import Ringer
from robot_fleet.runtime.runs.agreement import disagreement, misplaced
from robot_fleet.runtime.runs.city import without_events
from robot_fleet.runtime.runs.energy_account import energy_json, energy_of_ledger
from robot_fleet.runtime.runs.told import ToldRequests
from robot_fleet.runtime.scenarios.striking import rows as struck_rows
from robot_fleet.runtime.scenarios.struck_processes import StruckProcesses
from robot_fleet.sim import checkpoint

_LOOK_S = 0.25
_START_S = 120.0
"""A fleet that is not up by then (a first start fills caches) does not come up."""
_STALLED_S = 120.0
"""A run is given up when a process keeps ending and nothing has moved for so long."""
_CLOCK_GRAIN_S = 0.05
_QUIET_S = 10.0
"""A process that ends again within this time is not told of again, unless it goes on and on."""
_LOG_LINES = 8
_NOTES = 3
"""Figures of the manager, one a second, after which the robots' last reports are in them."""
_AGREE_S = 5.0


def run(play: Play, *, resume: bool) -> None:
    """Run a fleet until it is to end, write the summary, and tell how it went.

    Parameters
    ----------
    resume : go on from what the fleet of this name left, instead of beginning anew.

    Raises
    ------
    FleetError : as `FleetClaim`, `look_first` and `begin` do; `runtime_not_ready`, `runtime_crash_loop`,
        `runtime_requests_open`; why the watch over real robots has stopped the run.
    """
    with FleetClaim(play.wishes.name or DEFAULT_NAME) as claim:
        domain, port = claim.domain_id(), claim.port(play.wishes.port)
        display: Progress = Lines() if play.wishes.headless else progress()
        remote: tuple[str, ...] = ()
        if backends(play.site).elsewhere:
            display.say(f"Looking for {', '.join(backends(play.site).elsewhere)} on ROS domain {domain} ...")
            remote = look_first(claim.run, play.wishes.site, play.wishes.hardware, domain)
        tell_faults(play.ground)
        play, told = begin(play, claim.run, domain, port, resume=resume, remote=remote)
        try:
            _Run(play, claim.run, told, display).whole()
        finally:
            sweep(domain)  # killed processes leave half a megabyte each


class _Run:
    """One run, from the start of its processes to its summary."""

    def __init__(self, play: Play, run: RunDirectory, told: FleetPlay, display: Progress) -> None:
        self._play = play
        self._run = run
        self._told = told
        self._display = display
        self._requests, since_s = ToldRequests(play.site, told.ledger or run.ledger), time.time() - _CLOCK_GRAIN_S
        self._figures = RunFigures(play.rows, world_figures(run), fleet_figures(run), self._requests, since_s)
        self._looping: dict[str, None] = {}
        self._quiet_until_s: dict[str, float] = {}
        self._moved_s = time.monotonic()
        self._up_s = math.inf
        self._stopped: RuntimeFailure | None = None
        self._struck: StruckProcesses | None = None

    def whole(self) -> None:
        """Run to the end."""
        info = {
            "port": self._told.port,
            "domain": self._told.domain,
            "site": self._play.site.id,
            "site_folder": str(self._told.site.resolve()),
            "tls_cert": None if self._told.entrance.tls_cert is None else str(self._told.entrance.tls_cert.resolve()),
        }
        specs = fleet_processes(self._run, self._told)
        hil_told(self._run).unlink(missing_ok=True)
        supervisor = Supervisor(self._run, specs, info=info, listener=self._heard, ringer=self._ringer())
        with self._display, supervisor, supervisor.signals():
            self._struck = self._fail_in(supervisor)
            supervisor.start()
            supervisor.run(self._up, _LOOK_S)
            if not supervisor.stopping and self._stopped is None:
                self._announce()
                supervisor.run(self._over, _LOOK_S)
            if self._struck is not None:
                self._struck.striking.finish()
                self._struck.watch.close()
            interrupted = supervisor.stopping
            pace = self._figures.pace()
            for name in ("hil_watch", "sim_world"):
                if any(spec.name == name for spec in specs):
                    supervisor.signal(name, STAND_STILL)
            supervisor.run(self._agree(), _LOOK_S)
        self._figures.refresh()
        self._conclude(interrupted, pace, supervisor.restarts)

    def _ringer(self) -> Ringer | None:
        webhooks = self._told.webhooks
        if webhooks is None:
            return None
        spec = ringing_process(self._run, self._told.site, webhooks)
        return Ringer(self._run, spec, listener=self._display.say)

    def _fail_in(self, supervisor: Supervisor) -> StruckProcesses | None:
        """Return what strikes in the run, None if nothing is to."""
        ground, told, run = self._play.ground, self._told, self._run
        if ground is None or told.chaos is None:
            return None
        ledger, orders = told.ledger or run.ledger, Orders(told.chaos)
        return StruckProcesses(ground, run, ledger, supervisor, orders, told.port, self._play.wishes.seed)

    def _up(self) -> bool:
        """Return whether the fleet is up: figures are written, and the gateway reaches the manager.

        Raises
        ------
        RuntimeFailure : `runtime_crash_loop`, `runtime_not_ready`.
        """
        self._figures.refresh()
        if self._has_stopped():
            return True
        if self._figures.begun and manager_is_live(self._told.port, self._told.entrance.tls_cert):
            return True
        for name in self._looping:
            raise self._loops(name)
        if time.monotonic() - self._moved_s > _START_S:
            message = f"the fleet is not up after {_START_S:g} s; its logs say why"
            raise RuntimeFailure("runtime_not_ready", message, str(self._run.logs))
        return False

    def _agree(self) -> Callable[[], bool]:
        """Return what says when the manager has heard where every robot stands now and written that down."""
        self._figures.refresh()
        first, until_s = self._figures.fleet_written, time.monotonic() + _AGREE_S

        def agrees() -> bool:
            self._figures.refresh()
            return self._figures.fleet_written >= first + _NOTES or time.monotonic() > until_s

        return agrees

    def _has_stopped(self) -> bool:
        """Return whether the watch over real robots has stopped the run; its reason is kept."""
        if self._told.real is not None and self._told.real.bodies.elsewhere:
            self._stopped = self._stopped or watched(hil_told(self._run), self._up_s)
        return self._stopped is not None

    def _announce(self) -> None:
        self._moved_s = time.monotonic()
        self._up_s = time.time()
        real = self._told.real
        if real is not None and real.bodies.elsewhere:
            agents = f"; agents of their own: {', '.join(real.remote)}" if real.remote else ""
            names = ", ".join(real.bodies.elsewhere)
            self._display.say(f"Not simulated: {names}{agents}. Fleet time 0 is {real.midnight.isoformat()}.")
        if self._play.wishes.headless:
            self._display.say(f"Fleet {self._run.name} is up, port {self._told.port}.")
        else:
            entrance = self._told.entrance
            scheme, host = "https" if entrance.tls else "http", entrance.bind
            host = f"[{host}]" if ":" in host else host
            self._display.tell(f"Console: {scheme}://{host}:{self._told.port}/   (Ctrl-C ends the fleet)")

    def _over(self) -> bool:
        """Show how far the run is and return whether it is to end."""
        if self._has_stopped():
            return True
        if self._struck is not None:
            self._struck.look()
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
            if self._stopped is not None:
                raise self._stopped
            raise typer.Exit(INTERRUPTED)
        summary = figures.summary(
            site=self._play.site.id,
            seed=wishes.seed,
            speed=wishes.speed,
            pace=pace,
            restarts=restarts,
            faults=None if self._struck is None else struck_rows(self._struck.striking.all),
        )
        energy = energy_of_ledger(self._play.site, self._told.ledger or self._run.ledger)
        summary["energy"] = energy_json(energy, self._play.wishes.site)
        if wishes.summary is not None:
            write_summary(wishes.summary, summary)
        tell(summary)
        if self._stopped is not None:
            raise self._stopped
        failure = open_requests(summary, [row.request_id for row in without_events(self._play.rows)])
        if failure is not None and interrupted:
            typer.echo(f"fleet: interrupted; {failure.message}", err=True)
            raise typer.Exit(INTERRUPTED)
        if failure is not None:
            raise failure
        if not interrupted:
            self._check_items()

    def _check_items(self) -> None:
        """See that the ledger has every item where it really is, as far as one world knows that.

        Raises
        ------
        RuntimeFailure : `runtime_custody`.
        """
        state = checkpoint.load(self._run.path / "world.json")
        if state is None or (self._told.real is not None and self._told.real.bodies.elsewhere):
            return  # what real robots have on board no simulator knows
        found = disagreement(misplaced(self._requests.items, Account.of(state).holders))
        if found is not None:
            raise found
        typer.echo(f"  ledger and world agree where each of {len(self._requests.items)} items is")

    def _heard(self, event: ProcessEvent) -> None:
        """Take in what the supervisor tells; people hear of what is not as it should be."""
        if event.kind is EventKind.CRASH_LOOP:
            self._looping[event.name] = None
            self._display.say(f"{event.name} {event.sentence}\n{self._tail(event.name)}")
        elif event.kind is EventKind.RECOVERED:
            self._looping.pop(event.name, None)
            self._display.say(f"{event.name} {event.sentence}")
        elif event.kind is EventKind.ENDED and time.monotonic() >= self._quiet_until_s.get(event.name, 0.0):
            self._quiet_until_s[event.name] = time.monotonic() + _QUIET_S
            self._display.say(f"{event.name}: {event.sentence} (log: {self._log(event.name)})")

    def _loops(self, name: str) -> RuntimeFailure:
        return RuntimeFailure(
            "runtime_crash_loop", f"{name} ends again and again; its log says why", str(self._log(name))
        )

    def _log(self, name: str) -> Path:
        return self._run.logs / f"{name}.log"

    def _tail(self, name: str) -> str:
        with self._log(name).open(encoding="utf-8", errors="replace") as log:
            return "".join(f"  | {line.rstrip()}\n" for line in deque(log, _LOG_LINES)).rstrip("\n")
