"""A run on the virtual clock that a replay can be tried on: over midnight, with an alarm, a gap and a restart in it."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from robot_fleet.core.facts import HoldSet
from robot_fleet.core.inputs import CancelTask, CloseZone, OpenZone, SetHold
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.past.desk import ReplayDesk
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.virtual import STEPS_PER_S, VirtualFleet
from robot_fleet.server.feed import LedgerFeed
from robot_fleet.server.site_view import site_view
from robot_fleet.server.view import FleetView
from robot_fleet.sim.people import read_people
from robot_fleet.site.demand import RequestRow
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site
from robot_fleet.stores.history.recorder import TelemetryRecorder
from test.alarm_site import alarm_site

BEGIN_S = 86_000.0
"""Shortly before midnight."""
END_S = 87_200.0
SILENT = ("care_1", 86_500.0, 86_700.0)
"""A robot that nothing is recorded of for a while."""
EVERY_S = 7
REQUESTS = (
    (0.0, "care_visit", {"place": "home/r101"}),
    (20.0, "parcel_delivery", {"from": "hub/shelf", "to": "home/r102", "item": "parcel_0001", "mass_kg": 4.0}),
    (60.0, "care_alarm", {"place": "home/r102", "signal": "help_button", "truth": "help_needed"}),
    (90.0, "care_visit", {"place": "home/r102"}),
    (300.0, "patrol", {"route": "round"}),
    (420.0, "parcel_delivery", {"from": "hub/shelf", "to": "home/gate", "item": "parcel_0002", "mass_kg": 9.5}),
)


@dataclass
class Recorded:
    """A run over midnight whose manager was started again, and what was seen live at instants of it."""

    folder: Path
    ledger: Path
    telemetry: Path
    seen: dict[float, dict[str, Any]] = field(default_factory=dict)
    poses: dict[float, dict[str, tuple[float, float]]] = field(default_factory=dict)

    def desk(self) -> ReplayDesk:
        return ReplayDesk(load_site(self.folder), self.ledger, self.telemetry)


def record(into: Path) -> Recorded:
    """Play a run into a folder and return what it left behind."""
    run = Recorded(alarm_site(into / "site"), into / "ledger.sqlite", into / "telemetry.sqlite")
    site = load_site(run.folder)
    rows = [
        RequestRow(f"r{number:04d}", BEGIN_S + after_s, service, params)
        for number, (after_s, service, params) in enumerate(REQUESTS, start=1)
    ]
    people = read_people(run.folder / "people.yaml")
    recorder = TelemetryRecorder.open(run.telemetry)
    fixed = site_view(site)
    view = FleetView(fixed.row, fixed.robots)
    feed = LedgerFeed(site, view, lambda: Ledger.open(run.ledger, registry(), site_id=site.id, read_only=True))
    with Ledger.open(run.ledger, registry(), site_id=site.id) as ledger:
        fleet = VirtualFleet(site, ports_for(site), read_map(Path(site.map_file)), people, rows, 1, ledger)
        for link in fleet.links.values():
            link.agent.start(fleet.now)
        wishes = {
            100: CloseZone("k1", "annex", "festival"),
            200: SetHold("k2", True, "care_1", "looked at"),
            260: SetHold("k3", False, "care_1"),
            330: OpenZone("k4", "annex"),
            430: CancelTask("k5", "r0005", "not needed"),
        }
        second = 0
        while fleet.world.now_s < END_S:
            fleet.look()
            for step in range(STEPS_PER_S):
                fleet.move()
                fleet.tell()
                if step == 4:  # nothing else happens in the midst of a second
                    _report(fleet, recorder)
                    if second % EVERY_S == 0:
                        _look(fleet, feed, view, run)
            second = round(fleet.world.now_s - BEGIN_S)
            if second in wishes:
                fleet.host.feed(wishes[second], fleet.now)
    with Ledger.open(run.ledger, registry(), site_id=site.id) as ledger:  # the manager is started again
        ledger.append([HoldSet(True, "", "drill", "operator")], END_S + 50.0)
    recorder.close(END_S)
    feed.close()
    return run


def _report(fleet: VirtualFleet, recorder: TelemetryRecorder) -> None:
    at_s = fleet.world.now_s
    for robot in fleet.world.robots.values():
        if robot.id != SILENT[0] or not SILENT[1] <= at_s <= SILENT[2]:
            recorder.add_pose(robot.id, at_s, robot.x_m, robot.y_m, robot.yaw_rad, robot.map_id)
            recorder.add(robot.id, at_s, {"soc_pct": robot.soc_at_pct(at_s)})
    recorder.flush(at_s)


def _look(fleet: VirtualFleet, feed: LedgerFeed, view: FleetView, run: Recorded) -> None:
    feed.refresh()
    at_s = fleet.world.now_s
    view.take_patch(at_s)  # a snapshot leaves to the next patch what that adds to the past
    run.seen[at_s] = copy.deepcopy(view.snapshot(at_s))
    run.poses[at_s] = {robot.id: (robot.x_m, robot.y_m) for robot in fleet.world.robots.values()}
