"""Inputs about what is asked for again: schedules and templates. Like the others, each is a value with a key."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.recurrence import Recurrence, Wanted

GRACE_S = 3600.0
"""So late an occurrence is still asked for where nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class AddSchedule:
    """Somebody wants a request to recur. `key` becomes the schedule's id."""

    key: str
    name: str
    rule: Recurrence
    wanted: Wanted
    grace_s: float = GRACE_S
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class ReviseSchedule:
    """Somebody wants something else from the rule's first date on; what is before it stays as it was."""

    key: str
    schedule: str
    name: str
    rule: Recurrence
    wanted: Wanted
    grace_s: float = GRACE_S
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class PauseSchedule:
    """Somebody wants nothing asked for until the schedule is resumed."""

    key: str
    schedule: str
    reason: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class ResumeSchedule:
    """Somebody lets a schedule go on; what would have been in the meantime is left out."""

    key: str
    schedule: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class SkipOccurrence:
    """Somebody does not want one occurrence, named by its local time; or, without `skip`, wants it after all."""

    key: str
    schedule: str
    occurrence: str
    skip: bool = True
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class EndSchedule:
    """Somebody ends a schedule for good."""

    key: str
    schedule: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class SaveTemplate:
    """Somebody keeps a request for another time. `key` becomes the template's id."""

    key: str
    name: str
    wanted: Wanted
    note: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class RenameTemplate:
    """Somebody gives a template another name."""

    key: str
    template: str
    name: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class DeleteTemplate:
    """Somebody wants a template no more."""

    key: str
    template: str
    by: str = "operator"


ScheduleChange = AddSchedule | ReviseSchedule | PauseSchedule | ResumeSchedule | SkipOccurrence | EndSchedule
TemplateChange = SaveTemplate | RenameTemplate | DeleteTemplate
Arrangement = ScheduleChange | TemplateChange
