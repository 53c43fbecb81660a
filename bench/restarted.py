"""A fleet manager that is started again, without ROS: what it does until its first new order, and what that takes.

`bench.restart` runs this module in a fresh interpreter. Robots report through links in memory; all else is the
manager's own: `LiveFleet` on the site's files and the ledger.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from robot_fleet.core.fleet import FleetState
    from robot_fleet.core.order import Order, RobotReport

TICK_S = 0.1
PLANNED_WITHIN_S = 60.0


def since_start_s() -> float:
    """Return the wall seconds since this process was started, as the kernel has it (to a hundredth)."""
    began = int(Path("/proc/self/stat").read_text(encoding="ascii").rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - began / os.sysconf("SC_CLK_TCK")


class Stages:
    """Wall and CPU seconds of what was done, one after the other."""

    def __init__(self) -> None:
        self.told: dict[str, dict[str, float]] = {}
        self._wall_s = self._cpu_s = 0.0

    def end(self, name: str) -> None:
        """End a stage."""
        wall_s, cpu_s = since_start_s(), time.process_time()
        self.told[name] = {"wall_s": round(wall_s - self._wall_s, 3), "cpu_s": round(cpu_s - self._cpu_s, 3)}
        self._wall_s, self._cpu_s = wall_s, cpu_s

    def after(self, function: Callable[..., Any], name: str) -> Callable[..., Any]:
        """Return the function, at whose end a stage ends."""

        def timed(*words: Any, **more: Any) -> Any:
            result = function(*words, **more)
            self.end(name)
            return result

        return timed


class WaitingRobot:
    """A robot link whose robot has something to tell, and says when it was sent an order that it did not know."""

    def __init__(self, report: RobotReport, heard: Callable[[], None]) -> None:
        self._reports = [report]
        self._known = report.order
        self._heard = heard

    def send(self, order: Order) -> None:
        """Take an order."""
        if order.id != self._known:
            self._known = order.id
            self._heard()

    def reports(self) -> Sequence[RobotReport]:
        """Return the report, once."""
        reports, self._reports = self._reports, []
        return reports


def main(argv: Sequence[str]) -> None:
    """Start the fleet of a folder (`site/`, `ledger.sqlite`, `reports.json`) and print figures."""
    stages = Stages()
    stages.end("interpreter")

    from robot_fleet.core.clock import Now
    from robot_fleet.core.order import RobotReport
    from robot_fleet.ledger.codec import text_reader
    from robot_fleet.ros.manager import live_fleet
    from robot_fleet.runtime import history, pauses, ports, snapshots
    from robot_fleet.site.load import load_site

    folder = Path(argv[0])
    stages.end("imports")
    pauses.begin_loading()
    site = load_site(folder / "site")
    stages.end("site")
    told = json.loads((folder / "reports.json").read_text(encoding="utf-8"))
    read = text_reader(RobotReport)
    reports = [read(json.dumps(report)) for report in told["reports"]]
    first: dict[str, float] = {}

    def heard() -> None:
        first.setdefault("wall_s", round(since_start_s(), 3))
        first.setdefault("cpu_s", round(time.process_time(), 3))

    links = {report.robot: WaitingRobot(report, heard) for report in reports}
    stages.end("robots of the bench")
    snapshots.newest = stages.after(snapshots.newest, "snapshot")
    history.open_for_writing = stages.after(history.open_for_writing, "facts")
    vars(live_fleet)["ports_for"] = stages.after(ports.ports_for, "roads and right of way")
    fleet = live_fleet.LiveFleet(site, folder / "ledger.sqlite", folder / "figures.json", links, lambda answer: None, 1)
    pauses.avoid_pauses()
    stages.end("collector")
    at_s, began_s = max(float(told["at_s"]), fleet.newest_s), time.monotonic()
    known = fleet.last_seq

    def now() -> Now:
        steady_s = time.monotonic()
        return Now(at_s + steady_s - began_s, steady_s)

    plans = fleet.state.plans
    fleet.poll(now())
    stages.end("reports and first plan")
    while fleet.state.plans == plans and time.monotonic() - began_s < PLANNED_WITHIN_S:
        fleet.tick(now())
        time.sleep(TICK_S)
    pauses_ms = _snapshot_pauses_ms(fleet.state, folder)
    stages.end("snapshot taken")
    json.dump(
        {
            "first_order": first,
            "stages": stages.told,
            "snapshot_pauses_ms": {"longest": max(pauses_ms), "first": pauses_ms[0], "last": pauses_ms[-1]},
            "snapshot_ticks": len(pauses_ms),
            "facts": known,
            "open": len(fleet.state.open_tasks()),
            "ended": len(fleet.state.retired) + sum(task.ended for task in fleet.state.tasks.values()),
            "peak_rss_mb": _peak_rss_mb(),
        },
        sys.stdout,
    )


def _snapshot_pauses_ms(state: FleetState, folder: Path) -> list[float]:
    """Return how long each tick is held up by the taking of a snapshot, the second in a ledger of its own."""
    from robot_fleet.core.facts import HoldSet
    from robot_fleet.ledger.ledger import Ledger
    from robot_fleet.runtime.history import registry
    from robot_fleet.runtime.snapshots import SNAPSHOT_EVERY, Snapshots

    took_ms = []
    with Ledger.open(folder / "snapshots.sqlite", registry(), site_id="bench") as ledger:
        fact = HoldSet(False, "", "", "bench")
        ledger.append([fact], 0.0)
        snapshots = Snapshots(ledger)
        snapshots.take(state)
        ledger.append([fact], 0.0)
        snapshots.count([fact] * SNAPSHOT_EVERY)
        while snapshots.due or snapshots.begun:
            began_s = time.perf_counter()
            snapshots.tick(state)
            took_ms.append(round(1000.0 * (time.perf_counter() - began_s), 1))
    return took_ms


def _peak_rss_mb() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(round(float(line.split()[1]) / 1024.0, 1) for line in status.splitlines() if line.startswith("VmHWM:"))


if __name__ == "__main__":
    main(sys.argv[1:])
