"""The fleet of a manager that lives: core, ledger and planner's worker, and the figures that it writes of itself.

Two failures are told apart. A ledger that cannot be written ends the manager: its state is ahead of what is known for
good, and only a new start puts that right. A turn that fails half-way may have changed the state too, but the ledger is
as it was: the state is read from it anew, and the fleet goes on without that input.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer, Improve, SupplyChargers
from robot_fleet.core.errors import LedgerError
from robot_fleet.core.fleet import Fleet, FleetState
from robot_fleet.core.inputs import DirectTask, EquipmentReported, Input, ReportReceived, SequenceTask, Tick
from robot_fleet.core.ports import EquipmentLink, PathAsker, RobotLink
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime import history
from robot_fleet.runtime.host import Host
from robot_fleet.runtime.improver import Improver
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.processes.statefile import read_json, write_json
from robot_fleet.runtime.reasons import price_told, why_told
from robot_fleet.runtime.runs.summary import percentiles, robots_part
from robot_fleet.runtime.snapshots import Snapshots
from robot_fleet.telemetry.rollup import Rollup

LOG = logging.getLogger("robot_fleet")
IMPROVE_S = 0.5


class LiveFleet:
    """Takes inputs in, one after the other.

    Parameters
    ----------
    site : the site.
    ledger : the ledger's file or URL; this becomes its one writer.
    figures : file in which `note` says how the run is; beside it `planning_figures.json` has the little that is looked
        at often.
    links : how each robot is reached.
    answer : tells a command's sender what became of it.
    seed : of the search for better plans; None to plan by insertion alone.
    planners : asks robots' planners.
    midnight : the instant at which fleet time is 0; None when it is simulated.

    Raises
    ------
    LedgerError : see `Ledger.open`.
    """

    def __init__(
        self,
        site: Site,
        ledger: LedgerTarget,
        figures: Path,
        links: Mapping[str, RobotLink],
        answer: Callable[[Answer], None],
        seed: int | None,
        planners: PathAsker | None = None,
        midnight: datetime | None = None,
        supply: Callable[[SupplyChargers], None] | None = None,
        equipment: EquipmentLink | None = None,
    ) -> None:
        self._supply = supply
        self._site = site
        self._target = ledger
        self._figures = figures
        self._planning_figures = figures.with_name("planning_figures.json")
        self._links = links
        self._answer = answer
        self._planners = planners
        self._midnight = midnight
        self._equipment = equipment
        self._improver = None if seed is None else Improver(IMPROVE_S, seed)
        self._checked = self._violations = 0
        self._intact = True
        self._ledger, self._host = self._read_ledger()
        self._snapshots = Snapshots(self._ledger)
        self._restore_figures()

    @property
    def state(self) -> FleetState:
        """The fleet's state, to be read only."""
        return self._host.fleet.state

    @property
    def last_seq(self) -> int:
        """Number of the ledger's newest fact."""
        return self._ledger.last_seq

    @property
    def newest_s(self) -> float:
        """Latest fleet time in the ledger, 0 if it is empty."""
        return self._ledger.newest_s()

    def feed(self, news: Input, now: Now) -> None:
        """Let the core take an input in.

        Raises
        ------
        LedgerError : the ledger cannot be written; the process must end.
        """
        try:
            self._snapshots.count(self._host.feed(news, now))
        except LedgerError:
            self._intact = False
            raise
        except Exception:
            LOG.error("input=%s event=failed the state is read from the ledger anew", type(news).__name__)
            self._intact = False
            self._begin_anew()
            self._intact = True
            raise

    def why(self, task: str, language: str, now: Now) -> Mapping[str, object]:
        """Return why a task is where it is, as JSON wants it. Nothing changes by it.

        Raises
        ------
        RequestError : `request_unknown_task`, `request_unknown_language`.
        """
        return why_told(self._site, self._host.fleet.explain(task, now), language)

    def price(self, wish: DirectTask | SequenceTask, now: Now) -> Mapping[str, object]:
        """Return what a wish about who is to do a task would cost, as JSON wants it. Nothing changes by it.

        Raises
        ------
        RequestError : see `Fleet.price`.
        """
        return price_told(self._host.fleet.price(wish, now))

    def poll(self, now: Now) -> None:
        """Feed every report that has come in. Raises as `feed` does."""
        for said in self._equipment.reports() if self._equipment is not None else ():
            self.feed(EquipmentReported(said), now)
        for link in self._links.values():
            for report in link.reports():
                self.feed(ReportReceived(report), now)

    def tick(self, now: Now) -> None:
        """Look at what changes without notice: plans that were found, time that has passed. Raises as `feed` does."""
        for improved in self._improver.answers() if self._improver is not None else ():
            self.feed(improved, now)
        self.feed(Tick(), now)
        self._host.new_alarms.clear()
        self._snapshots.tick(self._host.fleet.state)

    def note(self, at_s: float, failures: Mapping[str, int]) -> None:
        """Write down how the run is, and what a restart needs of it. What became of requests stands in the ledger."""
        if not self._intact:
            return
        host, agenda = self._host, self._host.fleet.agenda
        part: dict[str, Any] = robots_part(
            self._site,
            host.fleet.state,
            host.rollups,
            host.plans_by,
            self._checked + agenda.checked,
            self._violations + len(agenda.violations),
            agenda.coverage.short,
            agenda.coverage.looks,
        )
        part["seq"] = self.last_seq
        part["at_s"] = at_s
        part["request_to_plan_ms"] = percentiles(host.request_to_plan_ms)
        part["plan_to_goal_ms"] = percentiles(host.plan_to_goal_ms)
        part["rollups"] = {name: rollup.to_dict() for name, rollup in host.rollups.items()}
        part["failures"] = dict(failures)
        write_json(self._figures, part)
        latency_ms = {"plan": part["request_to_plan_ms"], "goal": part["plan_to_goal_ms"]}
        write_json(self._planning_figures, {"latency_ms": latency_ms, "plans_by": part["plans"]["by"]})

    def close(self) -> None:
        """Give the ledger up, with a snapshot if the state is what the ledger says."""
        if self._improver is not None:
            self._improver.close()
        try:
            if self._intact:
                self._snapshots.take(self._host.fleet.state)
        finally:
            self._ledger.close()

    def _read_ledger(self) -> tuple[Ledger, Host]:
        ledger, state = history.open_for_writing(self._site, self._target, time.strftime("%F %T"))
        fleet = Fleet(self._site, ports_for(self._site, self._midnight), state=state)
        host = Host(
            fleet,
            ledger,
            self._links,
            self._improve,
            self._answer,
            time.perf_counter,
            self._planners,
            supply=self._supply,
            equipment=self._equipment,
        )
        return ledger, host

    def _improve(self, wish: Improve) -> None:
        if self._improver is not None:
            self._improver.ask(wish)

    def _begin_anew(self) -> None:
        before, agenda = self._host, self._host.fleet.agenda
        self._checked += agenda.checked
        self._violations += len(agenda.violations)
        self._ledger.close()
        self._ledger, self._host = self._read_ledger()
        self._snapshots = Snapshots(self._ledger)
        self._host.rollups, self._host.plans_by = before.rollups, before.plans_by
        self._host.request_to_plan_ms = before.request_to_plan_ms
        self._host.plan_to_goal_ms = before.plan_to_goal_ms

    def _restore_figures(self) -> None:
        known = read_json(self._figures)
        if known is None or known["seq"] > self.last_seq:
            return
        self._host.rollups.update({name: Rollup.from_dict(body) for name, body in known["rollups"].items()})
        plans = known["plans"]
        self._host.plans_by.update(plans["by"])
        self._checked, self._violations = plans["checked"], plans["violations"]
