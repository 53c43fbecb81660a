"""Inputs: everything that can reach the core. Each is a value; the core never asks anyone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from robot_fleet.core.arrangements import Arrangement
from robot_fleet.core.equipment import EquipmentReport
from robot_fleet.core.health import Condition
from robot_fleet.core.order import RobotReport
from robot_fleet.core.plan import Plan
from robot_fleet.core.recipient import Recipient


@dataclass(frozen=True, slots=True)
class SubmitTask:
    """Somebody asks for a service. `key` makes the request idempotent and becomes the task's id.

    `raised_s` is the fleet time at which an alarm was raised, if that was before the fleet could hear of it. `at_s` is
    the one from which anything else stands, if it is asked for ahead.
    """

    key: str
    service: str
    params: Mapping[str, object]
    requester: str = "operator"
    raised_s: float | None = None
    at_s: float | None = None


@dataclass(frozen=True, slots=True)
class SubmitTasks:
    """Somebody asks for many services; all are taken on, or none is. Each has a key of its own; `key` is the answer's.

    With `dry_run` nothing is taken on; it is only said what is wrong.
    """

    key: str
    requests: tuple[SubmitTask, ...]
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class CancelTask:
    """Somebody takes a task back."""

    key: str
    task: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class AnswerTask:
    """Somebody says how a task goes on that asks: `retry`, `done` or `failed`; what is on board is then theirs.

    Where its robot waits at a stop, `answer` is one of the words that the wait of its flow takes, and `to` the opaque
    id of whoever takes over, if the wait asks for that.
    """

    key: str
    task: str
    answer: str
    reason: str = ""
    by: str = "operator"
    to: str = ""


@dataclass(frozen=True, slots=True)
class PrioritiseTask:
    """Somebody says how urgent a task is: 0 (may wait) to 100 (a life), see `core.priority`."""

    key: str
    task: str
    priority: int
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class DirectTask:
    """Somebody wants a task done by one robot, or not by one; neither takes an earlier such wish back."""

    key: str
    task: str
    only_on: str = ""
    not_on: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class SequenceTask:
    """Somebody wants a task begun only after others have ended, however they end; none takes such a wish back."""

    key: str
    task: str
    after: tuple[str, ...] = ()
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class HoldTask:
    """Somebody does not want a task begun before it is resumed."""

    key: str
    task: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class ResumeTask:
    """Somebody lets a task that was held go on."""

    key: str
    task: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class SetHold:
    """Somebody stops one robot (or the fleet, `robot` empty), or lets it go.

    Robots come to rest where they may stand; with `in_place` they stop where they are.
    """

    key: str
    hold: bool
    robot: str = ""
    reason: str = ""
    by: str = "operator"
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class CloseZone:
    """Somebody closes a zone: robots keep out of it. `cause` and `until_s` as in `ZoneClosed`."""

    key: str
    zone: str
    reason: str = ""
    by: str = "operator"
    cause: str = ""
    until_s: float = inf


@dataclass(frozen=True, slots=True)
class CloseZones:
    """Somebody closes several zones at once, or (`outdoor`) all under the open sky; all are closed, or none is."""

    key: str
    zones: tuple[str, ...] = ()
    outdoor: bool = False
    reason: str = ""
    by: str = "operator"
    cause: str = ""
    until_s: float = inf


@dataclass(frozen=True, slots=True)
class OpenZone:
    """Somebody opens a zone."""

    key: str
    zone: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class OpenZones:
    """Somebody opens several zones at once, or all under the open sky."""

    key: str
    zones: tuple[str, ...] = ()
    outdoor: bool = False
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class LimitZone:
    """Somebody limits the speed in a zone; 0 lifts the limit."""

    key: str
    zone: str
    speed_mps: float
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class WithdrawPaper:
    """A certificate, an insurance or a permit does not count any more: an authority or somebody here withdrew it."""

    key: str
    paper: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class RestorePaper:
    """It counts again."""

    key: str
    paper: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class AcknowledgeAlarm:
    """Somebody takes note of an alarm."""

    key: str
    alarm: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class ShelveAlarm:
    """Somebody puts an alarm aside for a while."""

    key: str
    alarm: str
    duration_s: float
    reason: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class UnshelveAlarm:
    """Somebody wants an alarm to ring again."""

    key: str
    alarm: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class RecordVoice:
    """Somebody says what came of reaching whoever has called for help; fields as in the fact `VoiceRecorded`."""

    key: str
    alarm: str
    outcome: str
    by: str = "operator"
    word: str = ""
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class OpenIncident:
    """Somebody opens an incident for an alarm."""

    key: str
    alarm: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class NoteIncident:
    """Somebody writes down what was done about an incident; no data about people."""

    key: str
    incident: str
    text: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class CloseIncident:
    """Somebody closes an incident; `verdict` is a word of `core.desk.Verdict`, or empty where no call is part of it."""

    key: str
    incident: str
    reason: str
    by: str = "operator"
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class OpenJob:
    """Somebody wants staff to do something about a robot, a place, an alarm or an incident; no data about people.

    `kind` is a word of `core.desk.JobKind`, `due_in_s` how soon (fleet seconds).
    """

    key: str
    kind: str
    robot: str = ""
    place: str = ""
    alarm: str = ""
    incident: str = ""
    due_in_s: float = 1800.0
    text: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class AnswerJob:
    """Somebody takes a field job, has done it, or withdraws it: `answer` is `take`, `done` or `withdraw`."""

    key: str
    job: str
    answer: str
    text: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class BeginMaintenance:
    """Somebody takes a robot out of service."""

    key: str
    robot: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class PlanMaintenance:
    """Somebody says when a robot will be out of service; 0 and 0 takes that back."""

    key: str
    robot: str
    from_s: float
    to_s: float
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class EndMaintenance:
    """Somebody puts a robot into service again."""

    key: str
    robot: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class SignShift:
    """Somebody ends a shift and signs what is open.

    Parameters
    ----------
    seen : digest of the open items that were looked at; empty to sign whatever is open.
    note, notes : what the next one has to know, of all and by `OpenItem.key`. No data about people.
    """

    key: str
    by: str
    seen: str = ""
    note: str = ""
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TakeShift:
    """Somebody takes over the shift that was signed, having seen the content of this digest."""

    key: str
    shift: str
    by: str
    digest: str


@dataclass(frozen=True, slots=True)
class RateTask:
    """Somebody for whom a task was done says how it was: 1 (bad) to 5 (good) stars, and words out of a fixed list."""

    key: str
    task: str
    stars: int
    words: tuple[str, ...] = ()
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class TakePlaceOut:
    """Somebody takes a place out of use; `reason` is a word or a sentence."""

    key: str
    place: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class MendPlace:
    """Somebody says that a place which is out of use is in order again."""

    key: str
    place: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class TakeEquipmentOut:
    """Somebody says that a door, gate or lift is out of order; `reason` is a word or a sentence."""

    key: str
    equipment: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class PutEquipmentBack:
    """Somebody says that a door, gate or lift is in order again."""

    key: str
    equipment: str
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class TakeCityEvent:
    """A city's platform tells of an event, or (`resolves`) that an earlier one of its is over.

    `source` has been found to be who it says. Nothing of what it tells but ids, times and words of the site is here.

    Parameters
    ----------
    key : the answer's; whether it has come before is told by source and id.
    id : the source's own id of what it tells.
    type, subject : of what, and the area, `<sort>:<id>`.
    age_s : how long ago it happened (fleet seconds).
    lasts_s : how long it lasts if nobody says that it is over; None for what is usual for its type.
    """

    key: str
    source: str
    id: str
    type: str
    subject: str
    age_s: float = 0.0
    resolves: str = ""
    exercise: bool = False
    lasts_s: float | None = None


@dataclass(frozen=True, slots=True)
class EndCityEvent:
    """Somebody says that an event is over, `<source>/<id>`."""

    key: str
    event: str
    reason: str = ""
    by: str = "operator"


@dataclass(frozen=True, slots=True)
class ConditionsSeen:
    """Every condition that one watcher sees now. None at all says that all is well; silence says nothing."""

    source: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class ReportReceived:
    """An agent's report arrived."""

    report: RobotReport


@dataclass(frozen=True, slots=True)
class EquipmentReported:
    """A door, gate or lift said how it stands."""

    report: EquipmentReport


@dataclass(frozen=True, slots=True)
class PlaceSensed:
    """A site's sensor says which items stand at a place (a bay's car), and how many people are there."""

    place: str
    items: tuple[str, ...]
    people: int = 0


@dataclass(frozen=True, slots=True)
class PlanImproved:
    """A planner's worker found a plan for the problem of `job`."""

    job: int
    plan: Plan


@dataclass(frozen=True, slots=True)
class AlarmWasShown:
    """A gateway queued the frame of an alarm, whose id is `task`, for a console."""

    task: str


@dataclass(frozen=True, slots=True)
class PathMeasured:
    """A robot of this kind says how long its planner's path from one vertex to another is; `inf` if it finds none."""

    kind: str
    start: str
    end: str
    length_m: float


@dataclass(frozen=True, slots=True)
class RecipientsKnown:
    """Whoever keeps people's data says, in opaque words, what may be done for those who live at which place.

    It is an observation: no fact, and in no ledger.
    """

    recipients: Mapping[str, Recipient]


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


AlarmAnswer = AcknowledgeAlarm | ShelveAlarm | UnshelveAlarm | RecordVoice
IncidentAnswer = OpenIncident | NoteIncident | CloseIncident
JobChange = OpenJob | AnswerJob
Maintenance = BeginMaintenance | PlanMaintenance | EndMaintenance
ZoneChange = CloseZone | CloseZones | OpenZone | OpenZones | LimitZone
ShiftChange = SignShift | TakeShift
PaperChange = WithdrawPaper | RestorePaper
PlaceChange = TakePlaceOut | MendPlace
EquipmentChange = TakeEquipmentOut | PutEquipmentBack
CityNews = TakeCityEvent | EndCityEvent
GroundWish = CloseZones | OpenZones | LimitZone | PlaceChange | EquipmentChange
FleetWish = SetHold | GroundWish | PaperChange | ShiftChange | CityNews | RateTask
"""What people wish of the whole fleet, of its ground or of its watch, and what the city tells."""
TaskChange = PrioritiseTask | DirectTask | SequenceTask | HoldTask | ResumeTask
TaskCommand = SubmitTask | SubmitTasks | CancelTask | AnswerTask | TaskChange
Command = (
    TaskCommand
    | SetHold
    | ZoneChange
    | AlarmAnswer
    | IncidentAnswer
    | JobChange
    | Maintenance
    | PaperChange
    | ShiftChange
    | RateTask
    | CityNews
    | PlaceChange
    | EquipmentChange
    | Arrangement
)
Observation = ReportReceived | EquipmentReported | ConditionsSeen | PlaceSensed | RecipientsKnown
Input = Command | Observation | PlanImproved | AlarmWasShown | PathMeasured | Tick
