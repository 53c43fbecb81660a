"""The look at the network before a run with real robots, by a process of its own: this one knows no ROS."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.bringup.fleet_processes import DISCOVERY
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.statefile import read_json

WITHIN_S = 30.0
"""Wall seconds within which a robot that is to take part must have been heard."""
_PATIENCE_S = 60.0
"""Wall seconds for the process to start and to end, on a busy machine."""


def look_first(
    run: RunDirectory, site: Path, hardware: str | None, domain: int, within_s: float = WITHIN_S
) -> tuple[str, ...]:
    """Return the robots with bodies elsewhere whose agents run already.

    Raises
    ------
    RuntimeFailure : as `preflight.judge` does; `runtime_hil_unseen` if nothing could be looked at.
    """
    told = run.path / "hil_preflight.json"
    told.unlink(missing_ok=True)
    words = ["--site", str(site.resolve()), "--run", str(run.path), "--look-first", f"{within_s:g}"]
    words += [] if hardware is None else ["--hardware", hardware]
    env = {**os.environ, "ROS_DOMAIN_ID": str(domain), DISCOVERY: os.environ.get(DISCOVERY, "LOCALHOST")}
    log = run.logs / "hil_preflight.log"
    try:
        with log.open("wb") as out:
            subprocess.run(
                [sys.executable, "-P", "-m", "robot_fleet.nodes.hil_watch", *words],
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                timeout=within_s + _PATIENCE_S,
                check=False,
            )
    except subprocess.TimeoutExpired:
        told.unlink(missing_ok=True)
    seen = read_json(told)
    if seen is None:
        message = "the network could not be looked at for the real robots; its log says why"
        raise RuntimeFailure("runtime_hil_unseen", message, str(log))
    if "code" in seen:
        raise RuntimeFailure(seen["code"], seen["message"], seen["where"])
    return tuple(seen["agents"])
