"""One run of a scenario with real processes over ROS: its times are fleet time, which runs `speed` times as fast."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.bringup.fleet_processes import (
    STAND_STILL,
    FleetPlay,
    fleet_figures,
    fleet_processes,
    world_figures,
)
from robot_fleet.runtime.chaos.control import Orders
from robot_fleet.runtime.chaos.real import LedgerWatch
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.shared_memory import sweep
from robot_fleet.runtime.processes.statefile import read_json
from robot_fleet.runtime.processes.supervisor import EventKind, ProcessEvent, Supervisor
from robot_fleet.runtime.recordings.export import export_recordings
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.runs.summary import refused_request, whole
from robot_fleet.runtime.runs.told import ToldRequests
from robot_fleet.runtime.scenarios.evidence import Duties, Evidence
from robot_fleet.runtime.scenarios.followed import BODIES
from robot_fleet.runtime.scenarios.ground import Ground
from robot_fleet.runtime.scenarios.site_copy import write_site
from robot_fleet.runtime.scenarios.striking import Striking
from robot_fleet.runtime.scenarios.struck_processes import StruckProcesses
from robot_fleet.runtime.scenarios.truth import read_truth
from robot_fleet.runtime.scenarios.virtual_run import SERVED, SETTLES_S, TIME, note_duties
from robot_fleet.site.demand import RequestRow, write_csv

SPEED = 5.0
LOOK_S = 0.1
UP_WITHIN_S = 120.0
AGREE_S = 3.5
"""Wall seconds in which the world stands still and the manager writes down where everything is."""


class RealRun:
    """One run.

    Parameters
    ----------
    ground, rows, seed : see `VirtualRun`.
    speed : fleet seconds per wall second.
    claim : the fleet's, its run directory empty.
    trace, bodies : files to write.
    """

    def __init__(
        self,
        ground: Ground,
        rows: Sequence[RequestRow],
        seed: int,
        speed: float,
        claim: FleetClaim,
        trace: Path,
        bodies: Path,
    ) -> None:
        self._ground = ground
        self._rows = rows
        self._seed = seed
        self._files = trace, bodies
        self._run = run = claim.run
        self.site_folder = write_site(ground, run.path / "site")
        demand, chaos = run.path / "demand.csv", run.path / "chaos.json"
        write_csv(rows, demand)
        says = ground.scenario.says
        self._play = FleetPlay(
            self.site_folder,
            claim.domain_id(),
            claim.port(),
            seed,
            speed,
            demand,
            trace=trace,
            improving=says.improving,
            chaos=chaos,
            begin_s=ground.begin_s,
        )
        self._orders = Orders(chaos)
        self._told = ToldRequests(ground.site, run.ledger)
        self._duties = Duties()
        self._over_s: float | None = None
        self._looping = ""

    def run(self, progress: Callable[[float], None] | None = None) -> Evidence:
        """Run to the end; `progress` is called with the share of the time that has passed.

        Raises
        ------
        RuntimeFailure : `runtime_not_ready`, `runtime_cannot_start`, `runtime_crash_loop`.
        KeyboardInterrupt : the run was told to end.
        """
        specs = fleet_processes(self._run, self._play)
        try:
            with Supervisor(self._run, specs, listener=self._heard) as supervisor, supervisor.signals():
                struck = StruckProcesses(
                    self._ground, self._run, self._run.ledger, supervisor, self._orders, self._play.port, self._seed
                )
                supervisor.start()
                began_s = time.monotonic()
                supervisor.run(lambda: self._is_up(struck, began_s), LOOK_S)
                supervisor.run(lambda: self._look(struck, progress), LOOK_S)
                if supervisor.stopping:
                    raise KeyboardInterrupt
                struck.striking.finish()
                supervisor.signal("sim_world", STAND_STILL)
                until_s = time.monotonic() + AGREE_S
                supervisor.run(lambda: time.monotonic() >= until_s, LOOK_S)
                struck.watch.close()
        finally:
            sweep(self._play.domain)
        return self._evidence(struck.striking)

    def recordings(self, folder: Path, name: str) -> list[str]:
        """Copy what the robots' black boxes recorded into a folder of a name; return the files, from there on."""
        kept = Recordings(self._run.path)
        found = []
        for number, incident in enumerate(kept.incidents(), start=1):
            into = folder / name / str(number)
            shutil.rmtree(into, ignore_errors=True)
            with suppress(RuntimeFailure):
                manifest = export_recordings(kept, incident, into)
                found += [f"{name}/{number}/{each['file']}" for each in manifest["recordings"]]
        return found

    def _heard(self, event: ProcessEvent) -> None:
        """Remember a process that ends again and again, unless the scenario kills it."""
        if event.kind is EventKind.CRASH_LOOP:
            self._looping = event.name
        elif event.kind is EventKind.RECOVERED:
            self._looping = ""

    def _check_processes(self) -> None:
        if self._looping:
            log = self._run.logs / f"{self._looping}.log"
            message = f"{self._looping} ends again and again; its log says why"
            raise RuntimeFailure("runtime_crash_loop", message, str(log))

    def _is_up(self, struck: StruckProcesses, began_s: float) -> bool:
        struck.watch.look()
        self._check_processes()
        if time.monotonic() - began_s > UP_WITHIN_S:
            message = f"the fleet is not up after {UP_WITHIN_S:g} s; its logs say why"
            raise RuntimeFailure("runtime_not_ready", message, str(self._run.logs))
        return read_json(world_figures(self._run)) is not None and bool(struck.watch.facts)

    def _look(self, struck: StruckProcesses, progress: Callable[[float], None] | None) -> bool:
        self._check_processes()
        now_s = struck.look()
        if now_s is None:
            return False
        note_duties(self._duties, struck.watch.state, now_s)
        if progress is not None:
            progress((now_s - self._ground.begin_s) / self._ground.scenario.says.lasts_s)
        return self._is_over(now_s, struck)

    def _is_over(self, now_s: float, struck: StruckProcesses) -> bool:
        figures = read_json(world_figures(self._run)) or {}
        asked = bool(figures.get("callers_finished"))
        done = asked and not struck.watch.state.open_tasks() and struck.striking.over
        if now_s >= self._ground.end_s:
            return True
        if self._ground.scenario.says.to_the_end or not done:
            self._over_s = None
            return False
        self._over_s = now_s if self._over_s is None else self._over_s
        return now_s >= self._over_s + SETTLES_S

    def _evidence(self, striking: Striking) -> Evidence:
        trace, bodies = self._files
        walked = self._run.path / BODIES
        if walked.exists():
            shutil.copyfile(walked, bodies)
        self._told.refresh()
        figures: Mapping[str, Any] = read_json(fleet_figures(self._run)) or {}
        watch = LedgerWatch(self._ground.site, self._run.ledger)
        watch.look()
        watch.close()
        truth = read_truth(trace, bodies if walked.exists() else None)
        end_s = max(float(track.t_s[-1]) for track in truth.robots.values())
        return Evidence(
            ground=self._ground,
            rows=[replace(row, at_s=float(int(row.at_s))) for row in self._rows],
            seed=self._seed,
            begin_s=self._ground.begin_s,
            end_s=end_s,
            over=SERVED if self._over_s is not None else TIME,
            struck=striking.all,
            truth=truth,
            summary=self._summary(figures, end_s),
            facts=tuple(watch.facts),
            duties=self._duties,
            violations=int(figures.get("plans", {}).get("violations", 0)),
            distances_m={name: float(body["odometer_m"]) for name, body in figures.get("rollups", {}).items()},
        )

    def _summary(self, figures: Mapping[str, Any], end_s: float) -> dict[str, Any]:
        requests = self._told.requests
        known = {entry["id"] for entry in requests}
        refused = {**(read_json(world_figures(self._run)) or {}).get("refused", {}), **self._told.refused}
        plans = figures.get("plans", {"committed": 0, "checked": 0, "violations": 0, "by": {}})
        part = {
            "requests": requests,
            "alarms": self._told.alarms,
            "robots": figures.get("robots", []),
            "plans": plans,
            "coverage": figures.get("coverage", {}),
        }
        return whole(
            part,
            site=self._ground.site.id,
            seed=self._seed,
            speed_asked=self._play.speed,
            fleet_time_s=end_s - self._ground.begin_s,
            wall_s=None,
            refused=[
                refused_request(row.request_id, row.service, row.at_s, refused[row.request_id])
                for row in self._rows
                if row.request_id in refused and row.request_id not in known
            ],
            contacts=[],
            restarts={},
            latency_ms=None,
        )
