"""Commands about schedules and templates. Everything is checked before anything changes."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.arrangements import (
    AddSchedule,
    Arrangement,
    DeleteTemplate,
    EndSchedule,
    PauseSchedule,
    RenameTemplate,
    ResumeSchedule,
    ReviseSchedule,
    SaveTemplate,
    SkipOccurrence,
)
from robot_fleet.core.clock import format_clock
from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, Fact
from robot_fleet.core.facts.schedules import (
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
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.commands.requests import brought
from robot_fleet.core.fleet.tasks import recurring
from robot_fleet.core.fleet.tasks.schedule_state import ScheduleRecord, TemplateRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.lifecycles.schedule import ScheduleState
from robot_fleet.core.ports import Calendar
from robot_fleet.core.recurrence import Edition, Wanted, check_rule, is_local
from robot_fleet.core.wishes import check_key, checked_params

LONGEST_NAME = 80
LONGEST_NOTE = 200
LONGEST_ITEM = 50
"""Of an item's id: its occurrences' ids go on with the date and time."""
LONGEST_GRACE_S = 86_400.0


def change(turn: Turn, wish: Arrangement) -> None:
    """Add, revise, pause, resume or end a schedule, skip one occurrence; save, rename or delete a template.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_key_used`, `request_no_calendar`, `request_schedule_malformed`,
        `request_schedule_empty`, `request_schedule_past`, `request_schedule_ended`, `request_schedule_paused`,
        `request_schedule_not_paused`, `request_unknown_schedule`, `request_unknown_occurrence`,
        `request_unknown_template`, `request_name_malformed`, `request_reason_missing`, `request_task_is_alarm`, and
        what `checked_params` raises.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    match wish:
        case SaveTemplate() | RenameTemplate() | DeleteTemplate():
            fact = _of_template(turn, wish)
        case _:
            calendar = turn.ports.calendar
            if calendar is None:
                message = "nothing can recur here: the site has no calendar.yaml that says which days there are"
                raise RequestError("request_no_calendar", message, turn.site.id)
            recurring.ask(turn)  # what has come due before the wish is not touched by it
            fact = _added(turn, calendar, wish) if isinstance(wish, AddSchedule) else _changed(turn, calendar, wish)
    if fact is not None:
        turn.emit(fact)
    if not isinstance(wish, AddSchedule | SaveTemplate):  # these know their key by what it names
        turn.emit(CommandTaken(wish.key, {"accepted": True}))
    turn.effects.append(Answer(wish.key, True))


def _added(turn: Turn, calendar: Calendar, wish: AddSchedule) -> Fact | None:
    edition, known = _edition(turn, wish), turn.state.schedules.get(wish.key)
    if known is not None:
        if (known.name, known.editions, known.grace_s) == (wish.name.strip(), (edition,), wish.grace_s):
            return None
        raise RequestError("request_key_used", "there is another schedule of this id already", wish.key)
    through = calendar.local(turn.now.fleet_s)
    if calendar.following((edition,), through) is None:
        raise RequestError("request_schedule_empty", "by this rule nothing would ever take place", "ends")
    return ScheduleAdded(wish.key, wish.name.strip(), edition, through, wish.grace_s, wish.by, turn.now.fleet_s)


def _changed(
    turn: Turn,
    calendar: Calendar,
    wish: ReviseSchedule | PauseSchedule | ResumeSchedule | SkipOccurrence | EndSchedule,
) -> Fact | None:
    record, now_s = _schedule(turn, wish.schedule), turn.now.fleet_s
    if record.state is ScheduleState.ENDED:
        raise RequestError("request_schedule_ended", "the schedule was ended; make a new one", record.id)
    match wish:
        case ReviseSchedule():
            edition = _edition(turn, wish)
            today = calendar.local(now_s)[:10]
            if edition.rule.begins < today:
                raise RequestError("request_schedule_past", f"expected {today} or later", "begins")
            return ScheduleRevised(record.id, wish.name.strip(), edition, wish.grace_s, wish.by, now_s)
        case PauseSchedule(reason=reason, by=by):
            if record.state is ScheduleState.PAUSED:
                raise RequestError("request_schedule_paused", f"it is paused already: {record.reason}", record.id)
            _check_text(reason, "request_reason_missing", LONGEST_NOTE, "reason")
            return SchedulePaused(record.id, reason.strip(), by, now_s)
        case ResumeSchedule(by=by):
            if record.state is not ScheduleState.PAUSED:
                raise RequestError("request_schedule_not_paused", "the schedule is not paused", record.id)
            return ScheduleResumed(record.id, calendar.local(now_s), by, now_s)
        case SkipOccurrence(occurrence=occurrence, skip=skip, reason=reason, by=by):
            if not _is_to_come(calendar, record, occurrence):
                message = f"{record.id} has none to come at this time; once it is asked for, cancel its task instead"
                raise RequestError("request_unknown_occurrence", message, occurrence)
            if (occurrence in record.skipped) is skip:
                return None
            return OccurrenceSkipped(record.id, occurrence, skip, reason, by, now_s)
        case EndSchedule(reason=reason, by=by):
            return ScheduleEnded(record.id, reason, by, now_s)


def _is_to_come(calendar: Calendar, record: ScheduleRecord, local: str) -> bool:
    """Return whether a schedule has an occurrence at this very time that is not settled."""
    if not is_local(local) or local <= record.through:
        return False
    just_before = local[:-1]  # a text that is shorter sorts before, and after every earlier minute
    occurrence = calendar.following(record.editions, just_before)
    return occurrence is not None and occurrence.local == local


def _edition(turn: Turn, wish: AddSchedule | ReviseSchedule) -> Edition:
    _check_text(wish.name, "request_name_malformed", LONGEST_NAME, "name")
    check_rule(wish.rule)
    if not 0.0 <= wish.grace_s <= LONGEST_GRACE_S:
        message = f"expected 0 to {LONGEST_GRACE_S:g} s, got {wish.grace_s:g}"
        raise RequestError("request_schedule_malformed", message, "grace_s")
    wanted = _checked(turn, wish.wanted)
    for name, _ in brought(turn.site.services[wanted.service]):
        if len(str(wanted.params.get(name, ""))) > LONGEST_ITEM:
            message = f"expected at most {LONGEST_ITEM} letters, since date and time follow"
            raise RequestError("request_item_malformed", message, name)
    return Edition(wish.rule, wanted)


def _checked(turn: Turn, wanted: Wanted, whole: bool = True) -> Wanted:
    """Return what is wanted as it is kept: checked as a request is, times of day as texts.

    What is not `whole` may lack parameters: a template is filled in when it is used.
    """
    service = turn.site.services.get(wanted.service)
    if service is None:
        offered = ", ".join(turn.site.services)
        message = f"no service {wanted.service!r}; this site offers {offered}"
        raise RequestError("request_unknown_service", message, "service")
    if service.alarm:
        raise RequestError("request_task_is_alarm", "a call for help is nothing to be planned or kept", "service")
    specs = tuple(replace(spec, required=spec.required and whole) for spec in service.params)
    params = checked_params(turn.site, replace(service, params=specs), wanted.params)
    times = recurring.times_of(service)
    kept = {key: format_clock(float(str(value))) if key in times else value for key, value in params.items()}
    return Wanted(service.id, kept)


def _of_template(turn: Turn, wish: SaveTemplate | RenameTemplate | DeleteTemplate) -> Fact | None:
    now_s = turn.now.fleet_s
    match wish:
        case SaveTemplate(name=name, note=note, by=by):
            _check_text(name, "request_name_malformed", LONGEST_NAME, "name")
            if len(note) > LONGEST_NOTE:
                raise RequestError("request_name_malformed", f"expected at most {LONGEST_NOTE} letters", "note")
            wanted, known = _checked(turn, wish.wanted, whole=False), turn.state.templates.get(wish.key)
            if known is None:
                return TemplateSaved(wish.key, name.strip(), wanted, note.strip(), by, now_s)
            if (known.name, known.wanted, known.note) != (name.strip(), wanted, note.strip()):
                raise RequestError("request_key_used", "there is another template of this id already", wish.key)
            return None
        case RenameTemplate(name=name, by=by):
            _check_text(name, "request_name_malformed", LONGEST_NAME, "name")
            return TemplateRenamed(_template(turn, wish.template).id, name.strip(), by, now_s)
        case DeleteTemplate(by=by):
            return TemplateDeleted(_template(turn, wish.template).id, by, now_s)


def _schedule(turn: Turn, name: str) -> ScheduleRecord:
    record = turn.state.schedules.get(name)
    if record is None:
        message = f"no schedule {name!r}; `./fleet schedule list` shows all"
        raise RequestError("request_unknown_schedule", message, name)
    return record


def _template(turn: Turn, name: str) -> TemplateRecord:
    record = turn.state.templates.get(name)
    if record is None:
        message = f"no template {name!r}; `./fleet template list` shows all"
        raise RequestError("request_unknown_template", message, name)
    return record


def _check_text(text: str, code: str, longest: int, field: str) -> None:
    if not text.strip() or len(text) > longest:
        raise RequestError(code, f"expected 1 to {longest} letters", field)
