"""Schedules and templates as the facts so far have made them."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.lifecycles.schedule import ScheduleState
from robot_fleet.core.recurrence import Edition, Wanted


@dataclass(slots=True)
class ScheduleRecord:
    """A request that recurs. Texts of date and time are local (see `core.recurrence`), seconds are fleet time.

    Attributes
    ----------
    editions : what it says, and from which date on; at least one, by date.
    through : up to here every occurrence is settled: asked for, missed, or not wanted. It never goes back.
    grace_s : so late an occurrence is still asked for.
    skipped : occurrences to come that are not wanted.
    reason : why a person paused or ended it.
    last : the task of the newest occurrence, empty before the first.
    made, missed : how many occurrences were asked for, and how many could not be.
    missed_local, missed_why, missed_s : the newest of these: its time, the reason's code, and when that was found.
    """

    id: str
    name: str
    editions: tuple[Edition, ...]
    through: str
    grace_s: float
    skipped: tuple[str, ...] = ()
    state: ScheduleState = ScheduleState.RUNNING
    reason: str = ""
    last: str = ""
    made: int = 0
    missed: int = 0
    missed_local: str = ""
    missed_why: str = ""
    missed_s: float | None = None


@dataclass(slots=True)
class TemplateRecord:
    """A request that people keep for another time, under a name of theirs."""

    id: str
    name: str
    wanted: Wanted
    note: str = ""
    changed_s: float = 0.0
