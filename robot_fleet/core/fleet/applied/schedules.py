"""What facts about schedules and templates change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.facts import Fact
from robot_fleet.core.facts.schedules import (
    OccurrenceMade,
    OccurrenceMissed,
    OccurrenceSkipped,
    ScheduleAdded,
    ScheduleEnded,
    SchedulePaused,
    ScheduleResumed,
    ScheduleRevised,
    TemplateDeleted,
    TemplateRenamed,
    TemplateSaved,
)
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.fleet.tasks.schedule_state import ScheduleRecord, TemplateRecord
from robot_fleet.core.lifecycles import advance
from robot_fleet.core.lifecycles.schedule import TRANSITIONS, ScheduleEvent


def _added(state: FleetState, fact: ScheduleAdded) -> None:
    state.schedules[fact.schedule] = ScheduleRecord(
        fact.schedule, fact.name, (fact.edition,), fact.through, fact.grace_s
    )


def _revised(state: FleetState, fact: ScheduleRevised) -> None:
    record = _moved(state, fact.schedule, ScheduleEvent.REVISE)
    earlier = tuple(each for each in record.editions if each.rule.begins < fact.edition.rule.begins)
    record.editions = (*earlier, fact.edition)
    record.name, record.grace_s = fact.name, fact.grace_s


def _paused(state: FleetState, fact: SchedulePaused) -> None:
    _moved(state, fact.schedule, ScheduleEvent.PAUSE).reason = fact.reason


def _resumed(state: FleetState, fact: ScheduleResumed) -> None:
    record = _moved(state, fact.schedule, ScheduleEvent.RESUME)
    record.reason = ""
    _settle(record, fact.through)


def _ended(state: FleetState, fact: ScheduleEnded) -> None:
    _moved(state, fact.schedule, ScheduleEvent.END).reason = fact.reason


def _skipped(state: FleetState, fact: OccurrenceSkipped) -> None:
    record = _moved(state, fact.schedule, ScheduleEvent.SKIP)
    others = {each for each in record.skipped if each != fact.occurrence}
    record.skipped = tuple(sorted(others | ({fact.occurrence} if fact.skip else set())))


def _made(state: FleetState, fact: OccurrenceMade) -> None:
    record = state.schedules[fact.schedule]
    record.made += 1
    record.last = fact.task
    _settle(record, fact.occurrence)


def _missed(state: FleetState, fact: OccurrenceMissed) -> None:
    record = state.schedules[fact.schedule]
    record.missed += 1
    record.missed_local, record.missed_why, record.missed_s = fact.occurrence, fact.reason, fact.at_s
    _settle(record, fact.occurrence)


def _moved(state: FleetState, schedule: str, event: ScheduleEvent) -> ScheduleRecord:
    record = state.schedules[schedule]
    record.state = advance(TRANSITIONS, record.state, event, schedule)
    return record


def _settle(record: ScheduleRecord, through: str) -> None:
    record.through = max(record.through, through)
    record.skipped = tuple(each for each in record.skipped if each > record.through)


def _saved(state: FleetState, fact: TemplateSaved) -> None:
    state.templates[fact.template] = TemplateRecord(fact.template, fact.name, fact.wanted, fact.note, fact.at_s)


def _renamed(state: FleetState, fact: TemplateRenamed) -> None:
    record = state.templates[fact.template]
    record.name, record.changed_s = fact.name, fact.at_s


def _deleted(state: FleetState, fact: TemplateDeleted) -> None:
    del state.templates[fact.template]


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    ScheduleAdded: _added,
    ScheduleRevised: _revised,
    SchedulePaused: _paused,
    ScheduleResumed: _resumed,
    ScheduleEnded: _ended,
    OccurrenceSkipped: _skipped,
    OccurrenceMade: _made,
    OccurrenceMissed: _missed,
    TemplateSaved: _saved,
    TemplateRenamed: _renamed,
    TemplateDeleted: _deleted,
}
