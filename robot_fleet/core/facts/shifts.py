"""Facts about shifts that are handed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Something that is open when a shift ends.

    Parameters
    ----------
    kind : alarm, incident, job, fleet_held, robot_held, robot_stopped, robot_out, task_held, task_asks or zone_closed.
    id : of the alarm, incident, robot, task or zone; empty for the fleet.
    about : codes that say more: an alarm's condition, a task's service, a zone's cause.
    since_s : fleet time since when, None where nobody wrote that down.
    """

    kind: str
    id: str
    about: str = ""
    since_s: float | None = None

    @property
    def key(self) -> str:
        """What notes on it are kept under."""
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class ShiftSigned(Fact):
    """Whoever ends a shift signed what is open, for whoever comes.

    Parameters
    ----------
    notes : by `OpenItem.key`, what the one who comes has to know of it; `note` is of all of it.
    digest : SHA-256 of the content, see `core.fleet.shifts.digest_of`.
    """

    shift: str
    by: str
    at_s: float
    open: tuple[OpenItem, ...]
    note: str
    notes: Mapping[str, str]
    digest: str


@dataclass(frozen=True, slots=True)
class ShiftTaken(Fact):
    """Whoever comes took a shift over, having seen the content of this digest."""

    shift: str
    by: str
    at_s: float
    digest: str
