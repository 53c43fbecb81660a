"""What people say to alarms and incidents. Everything is checked before anything changes."""

from __future__ import annotations

import math
import re

from robot_fleet.core.desk import Verdict, Voice
from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import (
    AlarmAcknowledged,
    AlarmShelved,
    AlarmUnshelved,
    CommandTaken,
    IncidentClosed,
    IncidentNoted,
    VoiceRecorded,
)
from robot_fleet.core.fleet.alarming import counting, ringing
from robot_fleet.core.fleet.alarming.cases import AlarmRecord, IncidentRecord
from robot_fleet.core.fleet.city import city
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.health import Urgency
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AlarmAnswer,
    CloseIncident,
    IncidentAnswer,
    NoteIncident,
    OpenIncident,
    RecordVoice,
    ShelveAlarm,
    UnshelveAlarm,
)
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.wishes import check_key

_WORD = re.compile(r"[a-z][a-z0-9_]{0,31}")
"""What a caller has said, as one word: no place for anything about people."""
SHELF_LEAST_S, SHELF_MOST_S = 60.0, 8 * 3600.0
"""How long an alarm may be put aside (fleet seconds): not longer than a shift."""


def answer_alarm(turn: Turn, wish: AlarmAnswer) -> None:
    """Acknowledge, shelve or unshelve an alarm, or record what came of speaking to whoever has called for help.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_alarm`, `request_alarm_closed`, `request_alarm_shelved`,
        `request_alarm_not_shelved`, `request_alarm_critical`, `request_duration_malformed`, `request_reason_missing`,
        `request_alarm_no_call`, `request_malformed`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    alarm = _alarm(turn, wish.alarm)
    incident = turn.state.incidents.get(alarm.incident)
    speaking = isinstance(wish, RecordVoice) and incident is not None and incident.open  # also after the robot has left
    if not alarm.open and not speaking:
        raise RequestError("request_alarm_closed", "the alarm is closed already", wish.alarm)
    now_s = turn.now.fleet_s
    match wish:
        case AcknowledgeAlarm(by=by):
            if alarm.state is AlarmState.SHELVED:
                raise RequestError("request_alarm_shelved", "it is put aside; take it up first", wish.alarm)
            turn.emit(AlarmAcknowledged(alarm.id, by, now_s))
        case ShelveAlarm(duration_s=duration_s, reason=reason, by=by):
            _check_shelf(turn, alarm, duration_s, reason)
            turn.emit(AlarmShelved(alarm.id, now_s + duration_s, reason, by, now_s))
        case RecordVoice(outcome=outcome, by=by, word=word, automatic=automatic):
            if not alarm.task:
                raise RequestError("request_alarm_no_call", "nobody has called for help by it", wish.alarm)
            if outcome not in list(Voice):
                expected = f"expected {', '.join(Voice)}, got {outcome!r}"
                raise RequestError("request_malformed", expected, "outcome")
            if word and not _WORD.fullmatch(word):
                raise RequestError("request_malformed", "expected one word: a-z, 0-9 and _, 32 at most", "word")
            if alarm.state is AlarmState.ACTIVE and not automatic:  # whoever speaks to the caller has taken note
                turn.emit(AlarmAcknowledged(alarm.id, by, now_s))
            turn.emit(VoiceRecorded(alarm.id, Voice(outcome).value, by, now_s, word, automatic))
        case UnshelveAlarm(by=by):
            if alarm.state is not AlarmState.SHELVED:
                raise RequestError("request_alarm_not_shelved", "it is not put aside", wish.alarm)
            turn.emit(AlarmUnshelved(alarm.id, by, now_s))
    _taken(turn, wish.key)


def answer_incident(turn: Turn, wish: IncidentAnswer) -> None:
    """Open an incident, write down what was done, or close it.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_alarm`, `request_unknown_incident`,
        `request_incident_open`, `request_incident_closed`, `request_reason_missing`, `request_alarm_active`,
        `request_verdict_missing`, `request_malformed`, `request_call_unanswered`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    now_s = turn.now.fleet_s
    match wish:
        case OpenIncident(alarm=name, by=by):
            alarm = _alarm(turn, name)
            if alarm.incident:
                raise RequestError("request_incident_open", f"it belongs to {alarm.incident} already", name)
            _taken(turn, wish.key, ringing.open_incident(turn, alarm, by))
        case NoteIncident(text=text, by=by):
            incident = _incident(turn, wish.incident)
            if not text.strip():
                raise RequestError("request_reason_missing", "say what was done", "text")
            turn.emit(IncidentNoted(incident.id, text, by, now_s))
            _taken(turn, wish.key, incident.id)
        case CloseIncident(reason=reason, by=by, verdict=verdict):
            incident = _incident(turn, wish.incident)
            _check_close(turn, incident, reason, verdict)
            turn.emit(IncidentClosed(incident.id, reason, by, now_s, verdict))
            for name in incident.alarms:
                if name in turn.state.alarms:
                    counting.begin_anew(turn, turn.state.alarms[name])
            city.incident_closed(turn, incident.id, by)
            _taken(turn, wish.key, incident.id)


def _check_shelf(turn: Turn, alarm: AlarmRecord, duration_s: float, reason: str) -> None:
    if alarm.state is AlarmState.CLEARED:
        raise RequestError("request_alarm_not_active", "what it tells of is gone; acknowledge it instead", alarm.id)
    if alarm.urgency == Urgency.CRITICAL.value:
        raise RequestError("request_alarm_critical", "a critical alarm cannot be put aside; acknowledge it", alarm.id)
    if not (math.isfinite(duration_s) and SHELF_LEAST_S <= duration_s <= SHELF_MOST_S):
        expected = f"expected {SHELF_LEAST_S:g} to {SHELF_MOST_S:g} s, got {duration_s:g}"
        raise RequestError("request_duration_malformed", expected, "duration_s")
    if not reason.strip():
        raise RequestError("request_reason_missing", "say why it is put aside", "reason")


def _check_close(turn: Turn, incident: IncidentRecord, reason: str, verdict: str) -> None:
    if not incident.open:
        raise RequestError("request_incident_closed", "the incident is closed already", incident.id)
    if verdict and verdict not in list(Verdict):
        raise RequestError("request_malformed", f"expected {', '.join(Verdict)}, got {verdict!r}", "verdict")
    if not reason.strip() and verdict in ("", Verdict.OTHER):
        raise RequestError("request_reason_missing", "say how it ended", "reason")
    alarms = [turn.state.alarms[name] for name in incident.alarms if name in turn.state.alarms]
    ringing_still = [alarm.id for alarm in alarms if alarm.state is AlarmState.ACTIVE]
    if ringing_still:
        raise RequestError("request_alarm_active", f"acknowledge {', '.join(ringing_still)} first", incident.id)
    calls = [alarm for alarm in alarms if alarm.task]
    if calls and not verdict:
        raise RequestError("request_verdict_missing", "somebody called for help: say how they are", "verdict")
    unanswered = [call.id for call in calls if not _is_answered(turn, call)]
    if unanswered:
        names = ", ".join(unanswered)
        message = f"nobody has heard from {names}: record that they answered, or that emergency services were called"
        raise RequestError("request_call_unanswered", message, incident.id)


def _is_answered(turn: Turn, call: AlarmRecord) -> bool:
    """Return whether somebody knows how a caller is: by voice, by who was on site, or since a person took it back."""
    task = turn.state.tasks.get(call.task)
    taken_back = task is not None and task.state is TaskState.CANCELLED
    seen = call.on_site_s is not None and bool(call.verdict)
    return call.voice == Voice.ANSWERED or call.escalated_s is not None or seen or taken_back


def _alarm(turn: Turn, name: str) -> AlarmRecord:
    alarm = turn.state.alarms.get(name)
    if alarm is None:
        raise RequestError("request_unknown_alarm", f"no alarm {name!r}; `./fleet alarm list` shows all", "alarm")
    return alarm


def _incident(turn: Turn, name: str) -> IncidentRecord:
    incident = turn.state.incidents.get(name)
    if incident is None:
        raise RequestError("request_unknown_incident", f"no incident {name!r}; `./fleet incident list` shows all", name)
    return incident


def _taken(turn: Turn, key: str, about: str = "") -> None:
    turn.emit(CommandTaken(key, {"accepted": True, "task": about}))
    turn.effects.append(Answer(key, True, about))
