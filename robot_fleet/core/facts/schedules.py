"""Facts about what is asked for again: schedules and templates."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact
from robot_fleet.core.recurrence import Edition, Wanted


@dataclass(frozen=True, slots=True)
class ScheduleAdded(Fact):
    """A person wanted a request to recur.

    Parameters
    ----------
    through : the local date and time up to which nothing is asked for: that of the wish.
    grace_s : so late an occurrence is still asked for.
    """

    schedule: str
    name: str
    edition: Edition
    through: str
    grace_s: float
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ScheduleRevised(Fact):
    """A person wanted something else from the first date of a new edition on."""

    schedule: str
    name: str
    edition: Edition
    grace_s: float
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class SchedulePaused(Fact):
    """A person wanted nothing asked for until further notice."""

    schedule: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ScheduleResumed(Fact):
    """A person let a schedule go on; what would have been until `through` was not wanted."""

    schedule: str
    through: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ScheduleEnded(Fact):
    """A person ended a schedule for good."""

    schedule: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class OccurrenceSkipped(Fact):
    """A person did not want one occurrence (its local date and time), or, with `skip` false, wanted it after all."""

    schedule: str
    occurrence: str
    skip: bool
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class OccurrenceMade(Fact):
    """An occurrence was asked for, `late_s` after its time, or ahead of it (0). In the same turn as its task's fact."""

    schedule: str
    occurrence: str
    task: str
    late_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class OccurrenceMissed(Fact):
    """An occurrence could not be asked for; `reason` is a code."""

    schedule: str
    occurrence: str
    reason: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TemplateSaved(Fact):
    """A person kept a request under a name, or changed one that was kept."""

    template: str
    name: str
    wanted: Wanted
    note: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TemplateRenamed(Fact):
    """A person gave a template another name."""

    template: str
    name: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TemplateDeleted(Fact):
    """A person wanted a template no more."""

    template: str
    by: str
    at_s: float


SCHEDULE_FACTS: tuple[type[Fact], ...] = (
    ScheduleAdded,
    ScheduleRevised,
    SchedulePaused,
    ScheduleResumed,
    ScheduleEnded,
    OccurrenceSkipped,
    OccurrenceMade,
    OccurrenceMissed,
    TemplateSaved,
    TemplateRenamed,
    TemplateDeleted,
)
