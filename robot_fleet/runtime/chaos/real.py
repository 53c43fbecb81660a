"""A chaos run with real processes over ROS: minutes are wall time, and the fleet's runs ten times as fast."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from robot_fleet.agent.journal import FileJournal
from robot_fleet.client.connection import Connection
from robot_fleet.core.clock import Now
from robot_fleet.core.errors import FleetError, RuntimeFailure
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.opening import is_there
from robot_fleet.runtime import history
from robot_fleet.runtime.bringup.fleet_processes import (
    STAND_STILL,
    FleetPlay,
    fleet_figures,
    fleet_processes,
    world_figures,
)
from robot_fleet.runtime.chaos.account import Account
from robot_fleet.runtime.chaos.attendant import Attendant
from robot_fleet.runtime.chaos.evidence import Evidence, Told
from robot_fleet.runtime.chaos.faults import AGENTS, GATEWAY, LIMITS, MANAGER, SIM, Fault
from robot_fleet.runtime.chaos.load import asked, load
from robot_fleet.runtime.chaos.schedule import Schedule, View
from robot_fleet.runtime.chaos.situations import situations
from robot_fleet.runtime.chaos.strikes import Strikes
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.running import processes
from robot_fleet.runtime.processes.shared_memory import sweep
from robot_fleet.runtime.processes.statefile import read_json
from robot_fleet.runtime.processes.supervisor import EventKind, ProcessEvent, Supervisor
from robot_fleet.sim import checkpoint
from robot_fleet.site.demand import RequestRow, write_csv

SPEED = 10.0
WARM_UP_S = 15.0
"""Wall seconds in which the fleet sets to work before anything fails."""
DRAIN_S = 180.0
EASY = 0.15
"""Share of that within which what is asked for could end if robots had nothing else to do."""
SETTLE_S = 5.0
AGREE_S = 3.5
"""Wall seconds in which the world stands still and the manager writes down where everything is."""
UP_WITHIN_S = 120.0
LONGER = 1.25
"""Things fail for so many times as long at most, until all that the run has is asked for."""
LOOK_S = 0.1
ANSWER_WITHIN_S = 1.0
"""The run waits so long for an answer of the gateway, which may just have been stopped."""
LIMITS_ROS = replace(LIMITS, settle_s=6.0)
"""A real process needs some of its first seconds to read what it left, and to find the others."""
DEVIATION = 0.08
"""Of the totals: odometry that comes while the agents are dead or stopped is heard by nobody, and the way driven
meanwhile (ten times as long as at real speed) counts as a straight line."""


class LedgerWatch:
    """The fleet's state, read from its ledger beside the manager who writes it."""

    def __init__(self, site: Site, target: LedgerTarget) -> None:
        self.state: FleetState = initial_state(site)
        self.facts: list[tuple[float, Fact]] = []
        self._site = site
        self._target = target
        self._ledger: Ledger | None = None

    def look(self) -> None:
        """Take in what is new."""
        if self._ledger is None:
            if not is_there(self._target):
                return
            self._ledger = Ledger.open(self._target, history.registry(), site_id=self._site.id, read_only=True)
        for _, at_s, fact in self._ledger.read(after_seq=len(self.facts)):
            apply(self.state, fact)
            self.facts.append((at_s, fact))

    def close(self) -> None:
        """Close the ledger."""
        if self._ledger is not None:
            self._ledger.close()
            self._ledger = None


class RealChaos:
    """One run.

    Parameters
    ----------
    folder, site : of the site.
    seed : of load, faults, people and searches.
    minutes : wall minutes in which things fail.
    claim : the fleet's, its run directory empty.

    Attributes
    ----------
    faults : those that struck.
    restarts : how often each process was started again.
    drained_s, drained_fleet_s : wall and fleet seconds from the last fault until every request had ended.
    """

    def __init__(self, folder: Path, site: Site, seed: int, minutes: float, claim: FleetClaim) -> None:
        self.site = site
        self.rows: list[RequestRow] = load(
            folder, site, seed, (WARM_UP_S + minutes * 60.0) * SPEED, EASY * DRAIN_S * SPEED
        )
        self.faults: list[Fault] = []
        self.restarts: Mapping[str, int] = {}
        self.drained_s = self.drained_fleet_s = 0.0
        self._run: RunDirectory = claim.run
        self._lasts_s = minutes * 60.0
        demand, chaos = self._run.path / "demand.csv", self._run.path / "chaos.json"
        write_csv(self.rows, demand)
        self._play = FleetPlay(folder, claim.domain_id(), claim.port(), seed, SPEED, demand, chaos=chaos)
        parts = (MANAGER, AGENTS, SIM, GATEWAY)
        self.schedule = Schedule(seed, parts, limits=LIMITS_ROS)
        self._watch = LedgerWatch(site, self._run.ledger)
        self.attendant = Attendant(self._have_tried_again)
        self._looping: dict[str, None] = {}

    @property
    def fleet_s(self) -> float:
        """Fleet time, as the simulator has written it down last."""
        return float((read_json(world_figures(self._run)) or {}).get("at_s", 0.0))

    @property
    def open(self) -> int:
        """How many requests have not ended."""
        state, refused = self._watch.state, self._refused()
        ended = sum(row.request_id in refused or state.has_ended(row.request_id) for row in self.rows)
        return len(self.rows) - ended

    def run(self, progress: Callable[[], None] | None = None) -> Evidence:
        """Run to the end; `progress` is called about ten times a second.

        Raises
        ------
        RuntimeFailure : `runtime_not_ready`, `runtime_cannot_start`.
        KeyboardInterrupt : the run was told to end.
        """
        specs = fleet_processes(self._run, self._play)
        try:
            with Supervisor(self._run, specs, listener=self._heard) as supervisor, supervisor.signals():
                strikes = Strikes(self._run, supervisor, self._play.chaos or self._run.path)
                supervisor.start()
                self._phases(supervisor, strikes, progress or (lambda: None))
                self.restarts = supervisor.restarts
        finally:
            self._watch.close()
            sweep(self._play.domain)
        return self._evidence()

    def _phases(self, supervisor: Supervisor, strikes: Strikes, progress: Callable[[], None]) -> None:
        def until(over: Callable[[float], bool]) -> float:
            began_s = time.monotonic()

            def look() -> bool:
                self._watch.look()
                self.attendant.look(self._watch.state, self.fleet_s)
                strikes.look()
                progress()
                return over(time.monotonic() - began_s)

            supervisor.run(look, LOOK_S)
            if supervisor.stopping:
                raise KeyboardInterrupt
            return time.monotonic() - began_s

        until(self._is_up)
        until(lambda past_s: past_s >= WARM_UP_S)
        until(lambda past_s: self._fail(strikes) or past_s >= self._lasts_s and self._all_asked(past_s))
        until(lambda past_s: strikes.end())
        drains_s = self.fleet_s
        self.drained_s = until(lambda past_s: past_s > DRAIN_S or not self.open)
        self.drained_fleet_s = self.fleet_s - drains_s
        until(lambda past_s: past_s >= SETTLE_S)
        supervisor.signal(SIM, STAND_STILL)
        until(lambda past_s: past_s >= AGREE_S)

    def _all_asked(self, past_s: float) -> bool:
        """Return whether everything has been asked for: fleet time stood still whenever the simulator did."""
        late = past_s > LONGER * self._lasts_s
        return late or bool((read_json(world_figures(self._run)) or {}).get("callers_finished"))

    def _is_up(self, past_s: float) -> bool:
        if past_s > UP_WITHIN_S:
            message = f"the fleet is not up after {UP_WITHIN_S:g} s; its logs say why"
            raise RuntimeFailure("runtime_not_ready", message, str(self._run.logs))
        return bool(self._watch.state.tasks)

    def _fail(self, strikes: Strikes) -> bool:
        """Let the fault strike that is due, if one is; return False."""
        rows = processes(self._run)
        settled = all(row.pid is not None and row.ready and row.up_s >= LIMITS_ROS.settle_s for row in rows)
        now = Now(self.fleet_s, time.monotonic())
        for missed in strikes.missed():
            self.faults.remove(missed)
            self.schedule.failed(missed)
        fault = self.schedule.look(now, View(situations(self.site, self._watch.state), settled))
        if fault is None:
            return False
        if strikes.strike(fault):
            self.faults.append(fault)
        else:
            self.schedule.failed(fault)
        return False

    def _have_tried_again(self, key: str, task: str) -> None:
        """Say it to the gateway; while that does not answer, the attendant says it again later."""
        with suppress(FleetError), Connection(f"http://127.0.0.1:{self._play.port}", patience_s=0.0) as gateway:
            body = {"answer": "retry", "by": "attendant"}
            gateway.post(f"/tasks/{task}/answer", body, key, timeout_s=ANSWER_WITHIN_S)

    def _heard(self, event: ProcessEvent) -> None:
        if event.kind is EventKind.CRASH_LOOP:
            self._looping[event.name] = None
        elif event.kind is EventKind.RECOVERED:
            self._looping.pop(event.name, None)

    def _refused(self) -> dict[str, str]:
        return {**self._watch.state.refused, **(read_json(world_figures(self._run)) or {}).get("refused", {})}

    def _evidence(self) -> Evidence:
        with Ledger.open(self._run.ledger, history.registry(), site_id=self.site.id, read_only=True) as ledger:
            facts = tuple((at_s, fact) for _, at_s, fact in ledger.read())
        figures: Mapping[str, Any] = read_json(fleet_figures(self._run)) or {}
        rollups = figures.get("rollups", {})
        journals = {}
        for robot in self.site.robots:
            journal = FileJournal(self._run.path / "agents" / f"{robot}.journal")
            journals[robot] = tuple(journal.read())
            journal.close()
        return Evidence(
            site=self.site,
            asked=asked(self.rows),
            refused=self._refused(),
            facts=facts,
            journals=journals,
            account=Account.of(checkpoint.load(self._run.path / "world.json") or {}),
            told={name: Told(body["odometer_m"], body["energy_wh"]) for name, body in rollups.items()},
            checked=figures.get("plans", {}).get("checked", 0),
            violations=figures.get("plans", {}).get("violations", 0),
            looping=tuple(self._looping),
            deviation=DEVIATION,
        )
