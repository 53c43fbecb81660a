"""An alarm that is raised at the terminal while nobody answers: it is kept for the manager, and that rings."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from robot_fleet.cli.tasks import typed
from robot_fleet.runtime.bringup.fleet_processes import fleet_figures, world_figures
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.running import fleet_state
from robot_fleet.runtime.processes.statefile import read_json
from robot_fleet.server.ports import ALARM_KEPT
from robot_fleet.site.load import load_site
from robot_fleet.stores.raised import RaisedAlarms, alarm_of


def keep(run: RunDirectory, key: str, service: str, given: Mapping[str, str]) -> dict[str, Any] | None:
    """Keep a request for the manager if it raises an alarm, and return the answer to it; None if it raises none.

    Raises
    ------
    RequestError : what is wrong with the request.
    RuntimeFailure : `runtime_alarm_not_kept`.
    """
    folder = fleet_state(run).get("site_folder")
    if folder is None:
        return None
    site = load_site(Path(folder))
    wanted = site.services.get(service)
    described = {"params": [{"name": spec.name, "type": spec.type} for spec in wanted.params]} if wanted else None
    alarm = alarm_of(
        site,
        key,
        service,
        typed(given, described),
        "operator",
        by="cli",
        raised_unix_s=time.time(),
        raised_s=_fleet_s(run),
    )
    if alarm is None:
        return None
    RaisedAlarms(run.raised).keep(alarm)
    return {"command": key, "task": key, "robot": "", "expected_at_s": 0.0, "reason": ALARM_KEPT}


def _fleet_s(run: RunDirectory) -> float | None:
    """Return the fleet time: as the simulated world wrote it last, else by the manager's last word and this clock."""
    world = read_json(world_figures(run))
    if world is not None:
        return float(world["at_s"])
    path = fleet_figures(run)
    fleet = read_json(path)
    return None if fleet is None else float(fleet["at_s"]) + max(0.0, time.time() - path.stat().st_mtime)
