"""A chaos run on the virtual clock: minutes are fleet time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from robot_fleet.core.clock import Now
from robot_fleet.core.site import Site
from robot_fleet.runtime.chaos.account import Account
from robot_fleet.runtime.chaos.attendant import Attendant
from robot_fleet.runtime.chaos.evidence import Evidence, Told
from robot_fleet.runtime.chaos.faults import (
    AGENTS,
    ASTRAY_M,
    CLOCK_AHEAD_S,
    DISTURBANCES,
    LIMITS,
    MANAGER,
    SIM,
    Fault,
    FaultKind,
    between,
)
from robot_fleet.runtime.chaos.fleet import ChaosFleet
from robot_fleet.runtime.chaos.load import asked, load
from robot_fleet.runtime.chaos.mortal import Moment
from robot_fleet.runtime.chaos.navigator import Astray
from robot_fleet.runtime.chaos.schedule import Schedule, View
from robot_fleet.runtime.chaos.situations import situations
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.virtual import STEPS_PER_S
from robot_fleet.sim.people import read_people
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.reading.recipients import read_recipients

WARM_UP_S = 120.0
"""Fleet seconds in which the fleet sets to work before anything fails."""
DRAIN_WALL_S = 180.0
DRAINS_S = 3600.0
"""What is asked for could end within so many fleet seconds if robots had nothing else to do."""
SETTLE_S = 30.0
"""Fleet seconds after the last end in which everybody says where things are."""
_UNSEEN = 0.4
"""Share of the faults that strike before anybody has seen what changed in the same tenth of a second."""


class VirtualChaos:
    """One run.

    Parameters
    ----------
    folder, site : of the site.
    seed : of load, faults, people and searches.
    minutes : fleet minutes in which things fail.
    trace : the trace to write, none if None.

    Attributes
    ----------
    faults : those that struck.
    drained_s, drained_fleet_s : wall and fleet seconds from the last fault until every request had ended.
    """

    def __init__(self, folder: Path, site: Site, seed: int, minutes: float, trace: Path | None = None) -> None:
        self.site = site
        self.rows = load(folder, site, seed, WARM_UP_S + minutes * 60.0, DRAINS_S)
        people, occupancy = read_people(folder / "people.yaml"), read_map(Path(site.map_file))
        known = read_recipients(folder)
        ports = ports_for(site)
        self.fleet = ChaosFleet(site, ports, occupancy, people, self.rows, seed, trace=trace, recipients=known)
        self.schedule = Schedule(seed, (MANAGER, AGENTS, SIM))
        self.attendant = Attendant(self.fleet.have_tried_again)
        self.faults: list[Fault] = []
        self.drained_s = self.drained_fleet_s = 0.0
        self._lasts_s = minutes * 60.0
        self._tenths = 0
        self._up_since_s = 0.0

    @property
    def restarts(self) -> dict[str, int]:
        """How often each part was killed, or ended over a full disk, and begun anew."""
        return dict(Counter(part for _, part in self.fleet.kills))

    @property
    def open(self) -> int:
        """How many requests have not ended."""
        state = self.fleet.host.fleet.state
        return sum(not state.has_ended(row.request_id) for row in self.rows)

    def run(self, progress: Callable[[float], None] | None = None) -> Evidence:
        """Run to the end; `progress` is called with the fleet time once a fleet minute."""
        fleet = self.fleet
        for link in fleet.mortal_links.values():
            link.start(fleet.now)
        faults_s = fleet.start_s + WARM_UP_S
        self._until(lambda: fleet.now.fleet_s >= faults_s, progress, chaos=False)
        self._until(lambda: fleet.now.fleet_s >= faults_s + self._lasts_s, progress, chaos=True)
        began_s, drains_s = time.monotonic(), fleet.now.fleet_s
        self._until(lambda: self._idle() or time.monotonic() - began_s > DRAIN_WALL_S, progress, chaos=False)
        self.drained_s, self.drained_fleet_s = time.monotonic() - began_s, fleet.now.fleet_s - drains_s
        until_s = fleet.now.fleet_s + SETTLE_S
        self._until(lambda: fleet.now.fleet_s >= until_s, progress, chaos=False)
        fleet.world.close_trace()
        return self._evidence()

    def _idle(self) -> bool:
        fleet = self.fleet
        return fleet.all_up and fleet.callers.finished and not fleet.host.fleet.state.open_tasks()

    def _until(self, over: Callable[[], bool], progress: Callable[[float], None] | None, chaos: bool) -> None:
        fleet = self.fleet
        while True:
            if self._tenths % STEPS_PER_S == 0:
                if over():
                    return
                fleet.look()
                self.attendant.look(fleet.host.fleet.state, fleet.world.now_s)
                if progress is not None and self._tenths % (60 * STEPS_PER_S) == 0:
                    progress(fleet.world.now_s)
            self._tenths += 1
            fleet.move()
            fault = self._due() if chaos else None
            unseen = fault is not None and fault.size < _UNSEEN
            if fault is not None and unseen:
                self._bring(fault)
            fleet.tell()
            if fault is not None and not unseen:
                self._bring(fault)

    def _due(self) -> Fault | None:
        fleet = self.fleet
        now = Now(fleet.world.now_s, fleet.now.steady_s)
        if not fleet.all_up:
            self._up_since_s = now.steady_s
        settled = now.steady_s - self._up_since_s >= LIMITS.settle_s
        return self.schedule.look(now, View(situations(self.site, fleet.host.fleet.state), settled))

    def _bring(self, fault: Fault) -> None:
        if strike(self.fleet, fault):
            self.faults.append(fault)
        else:
            self.schedule.failed(fault)

    def _evidence(self) -> Evidence:
        fleet = self.fleet
        state = fleet.host.fleet.state
        answers = fleet.callers.answers.items()
        return Evidence(
            site=self.site,
            asked=asked(self.rows),
            refused={name: answer.code for name, answer in answers if not answer.accepted and not state.knows(name)},
            facts=tuple(fleet.history.facts),
            journals={name: tuple(journal.everything) for name, journal in fleet.journals.items()},
            account=Account.of(fleet.world.snapshot()),
            told={name: Told(each.odometer_m, each.energy_wh) for name, each in fleet.host.rollups.items()},
            checked=fleet.plans_checked,
            violations=fleet.plans_broken,
        )


def strike(fleet: ChaosFleet, fault: Fault) -> bool:
    """Bring a fault about; return whether that was possible."""
    size, for_s = fault.size, fault.lasts_s
    disturbance = DISTURBANCES.get(fault.kind)
    if disturbance is not None:
        fleet.network.put(fault.target, disturbance, for_s)
        return True
    match fault.kind:
        case FaultKind.PROCESS_KILLED:
            kill = {MANAGER: fleet.kill_manager, AGENTS: fleet.kill_agents, SIM: fleet.kill_sim}
            kill[fault.target](for_s)
        case FaultKind.PROCESS_STOPPED:
            stop = {MANAGER: fleet.stop_manager, AGENTS: fleet.stop_agents, SIM: fleet.stop_sim}
            stop[fault.target](for_s)
        case FaultKind.DISK_FULL:
            fleet.full.put(fault.target, True, for_s)
        case FaultKind.RECORD_TORN if fault.target == MANAGER:
            fleet.kill_manager(for_s, Moment.BEFORE_FACTS if size < 0.5 else Moment.BEFORE_EFFECTS)
        case FaultKind.RECORD_TORN:
            fleet.kill_agents_in_write(for_s)
        case FaultKind.CLOCK_JUMPED:
            fleet.ahead_s.put(fault.target, between(CLOCK_AHEAD_S, size), for_s)
        case FaultKind.LOCALISATION_LOST:
            fleet.astray.put(fault.target, Astray.by(between(ASTRAY_M, size), size), for_s)
        case FaultKind.ACTION_ABORTED:
            return bool(fleet.abort(fault.target))
    return True
