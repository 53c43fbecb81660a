"""A run that keeps to the wall clock: what its processes are told of it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.site import Site
from robot_fleet.runtime.bringup.backends import Backends, backends
from robot_fleet.runtime.processes.statefile import read_json

LEAD_S = 15.0
"""Wall seconds from the start of a run to its first request: so long its processes take to be up."""
SILENT_AFTER_S = 10.0
"""Wall seconds after which a watch that writes nothing down does not watch."""


@dataclass(frozen=True, slots=True)
class RealRun:
    """A run on the wall clock.

    Parameters
    ----------
    midnight : the instant at which fleet time is 0.
    bodies : what carries which robot.
    hardware : the `--hardware` of the run, None where it has none.
    remote : ids of the robots whose agents run on computers of their own.
    """

    midnight: datetime
    bodies: Backends
    hardware: str | None = None
    remote: tuple[str, ...] = ()

    @property
    def own_agents(self) -> tuple[str, ...]:
        """The robots with bodies elsewhere whose agents this run starts."""
        return tuple(name for name in self.bodies.elsewhere if name not in self.remote)


def check_wishes(site: Site, *, virtual: bool, speed: float) -> None:
    """See that a run with bodies elsewhere is asked to keep to the wall clock.

    Raises
    ------
    RuntimeFailure : `runtime_hil_link`, `runtime_hil_speed`.
    """
    elsewhere = backends(site).elsewhere
    if not elsewhere:
        return
    words = f"{', '.join(elsewhere)} {'is' if len(elsewhere) == 1 else 'are'} not simulated by the fleet"
    remedy = "or simulate every robot with --hardware none"
    if virtual:
        message = f"{words}, and nothing real lives on the virtual clock; use --link ros, {remedy}"
        raise RuntimeFailure("runtime_hil_link", message, "--link")
    if speed != 1.0:
        message = f"{words}, and lives at speed 1; leave --speed out, {remedy}"
        raise RuntimeFailure("runtime_hil_speed", message, "--speed")


def midnight_of(site: Site, first_s: float | None) -> datetime:
    """Return the instant at which the fleet time of a new run is 0.

    Parameters
    ----------
    first_s : fleet time of the first request of a demand, which is to come soon; None for a run without one, whose day
        is the site's.
    """
    zone = UTC if site.calendar is None else ZoneInfo(site.calendar.time_zone)
    now = datetime.now(zone).replace(microsecond=0)
    if first_s is not None:
        return now + timedelta(seconds=min(LEAD_S - round(first_s), 0.0))
    return now.replace(hour=0, minute=0, second=0)


def watched(told: Path, up_s: float) -> RuntimeFailure | None:
    """Return why a run must end now, as its watch has written down; None while it may go on.

    While the watch is stopping the robots, there is time for that.

    Parameters
    ----------
    told : the watch's file, which was not there before the run.
    up_s : when the fleet was up [s since 1970]; from then on somebody has to watch.
    """
    seen = read_json(told)
    found = None if seen is None else seen["verdict"]
    if found is not None and seen["stopped"]:
        return RuntimeFailure(found["code"], found["message"], found["where"])
    written_s = up_s if seen is None else max(told.stat().st_mtime, up_s)
    if time.time() - written_s > SILENT_AFTER_S:
        message = "the watch over the real robots has fallen silent, so nothing would stop them; its log says why"
        return RuntimeFailure("runtime_hil_unwatched", message, "hil_watch")
    return None
