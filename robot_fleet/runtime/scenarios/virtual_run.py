"""One run of a scenario on the virtual clock: the same seed gives the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from robot_fleet.core.fleet import FleetState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.virtual import STEPS_PER_S
from robot_fleet.runtime.runs.virtual_summary import virtual_summary
from robot_fleet.runtime.scenarios.ablation import Part, without
from robot_fleet.runtime.scenarios.evidence import Duties, Duty, Evidence
from robot_fleet.runtime.scenarios.followed import body_rows
from robot_fleet.runtime.scenarios.ground import Ground
from robot_fleet.runtime.scenarios.struck_fleet import StruckFleet
from robot_fleet.runtime.scenarios.truth import BODY_COLUMNS, read_truth
from robot_fleet.site.demand import RequestRow

SETTLES_S = 10.0
"""So long a run goes on when all is over, so that what follows can be seen."""
SERVED, TIME = "served", "time"


class VirtualRun:
    """One run.

    Parameters
    ----------
    ground : the scenario's.
    rows : what people ask for.
    seed : of people, searches, crowds and bad networks.
    parts : what of the fleet is switched off.
    trace, bodies : files to write.
    """

    def __init__(
        self,
        ground: Ground,
        rows: Sequence[RequestRow],
        seed: int,
        parts: Collection[Part],
        trace: Path,
        bodies: Path,
    ) -> None:
        self._ground = ground
        self._rows = rows
        self._seed = seed
        self._files = trace, bodies
        says = ground.scenario.says
        ports = without(ports_for(ground.site), parts)
        self.fleet = StruckFleet(ground, ports, rows, seed, says.improving, trace, ground.begin_s)
        self._duties = Duties()
        self._over_s: float | None = None

    def run(self, progress: Callable[[float], None] | None = None) -> Evidence:
        """Run to the end; `progress` is called with the share of the time that has passed, once a fleet minute."""
        fleet, ground = self.fleet, self._ground
        for link in fleet.mortal_links.values():
            link.start(fleet.now)
        trace, bodies = self._files
        tenths = 0
        with bodies.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(BODY_COLUMNS)
            while True:
                if tenths % STEPS_PER_S == 0:
                    if self._is_over():
                        break
                    self._each_second(tenths, progress)
                tenths += 1
                before_s = fleet.world.now_s
                fleet.move()
                if fleet.world.now_s > before_s:
                    writer.writerows(body_rows(fleet.world))
                fleet.tell()
        fleet.world.close_trace()
        has_bodies = any(struck.shape for struck in self.fleet.striking.all)
        over = SERVED if self._over_s is not None else TIME
        return Evidence(
            ground=ground,
            rows=self._rows,
            seed=self._seed,
            begin_s=ground.begin_s,
            end_s=round(fleet.world.now_s, 1),
            over=over,
            struck=self.fleet.striking.all,
            truth=read_truth(trace, bodies if has_bodies else None),
            summary=virtual_summary(fleet, self._rows, self._seed, contacts=[]),
            facts=tuple(fleet.history.facts),
            duties=self._duties,
            violations=fleet.plans_broken,
            distances_m={name: rollup.odometer_m for name, rollup in fleet.host.rollups.items()},
        )

    def _each_second(self, tenths: int, progress: Callable[[float], None] | None) -> None:
        fleet = self.fleet
        fleet.look()
        state = fleet.host.fleet.state
        note_duties(self._duties, state, fleet.world.now_s)
        if progress is not None and tenths % (60 * STEPS_PER_S) == 0:
            progress((fleet.world.now_s - self._ground.begin_s) / self._ground.scenario.says.lasts_s)

    def _is_over(self) -> bool:
        fleet = self.fleet
        now_s = fleet.world.now_s
        if now_s >= self._ground.end_s - 1e-6:
            self._over_s = self._over_s if self._all_done() and not self._ground.scenario.says.to_the_end else None
            return True
        if self._ground.scenario.says.to_the_end or not self._all_done():
            self._over_s = None
            return False
        self._over_s = now_s if self._over_s is None else self._over_s
        return now_s >= self._over_s + SETTLES_S

    def _all_done(self) -> bool:
        fleet = self.fleet
        idle = fleet.callers.finished and not fleet.host.fleet.state.open_tasks()
        return idle and fleet.all_up and self.fleet.striking.over


def note_duties(duties: Duties, state: FleetState, now_s: float) -> None:
    """Take down what each robot is bound to now."""
    for robot in state.robots.values():
        order = robot.busy
        if order is None or order.state is not OrderState.ACTIVE:
            duties.note(now_s, robot.id, Duty.NONE)
        else:
            duties.note(now_s, robot.id, Duty.AT_THE_PLACE if order.arrived else Duty.ON_ITS_WAY)
