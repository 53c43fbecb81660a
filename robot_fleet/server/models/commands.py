"""Bodies of requests and answers of the API."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from robot_fleet.server.doors.visit import By

PriorityName = Literal["urgent", "high", "normal", "low", "background"]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class TaskWish(_Body):
    """A wish for a service."""

    service: str = Field(description="A service of the site.", examples=["care_visit"])
    params: dict[str, Any] = Field(
        default_factory=dict, description="Its parameters.", examples=[{"place": "home/r101"}]
    )
    requester: By = Field(
        default="operator", max_length=64, validate_default=True, description="Opaque id of who asks."
    )


class CancelWish(_Body):
    """A wish to take a task back."""

    reason: str = Field(default="", max_length=200)


class CancelManyWish(_Body):
    """A wish to take many tasks back."""

    tasks: list[str] = Field(min_length=1, max_length=1000, description="Ids; each is taken back or refused by itself.")
    reason: str = Field(default="", max_length=200)


class RefusedTask(BaseModel):
    """A task that was not taken back, and why."""

    task: str
    code: str
    message: str


class CancelledMany(BaseModel):
    """What came of many tasks that were to be taken back."""

    cancelled: list[str]
    refused: list[RefusedTask]


class PriorityWish(_Body):
    """How urgent a task is from now on."""

    priority: PriorityName | int = Field(
        description="0 (may wait) to 100 (a life), or a class: urgent, high, normal, low, background.",
        examples=["high"],
    )
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class AssignWish(_Body):
    """Which robot is to do a task, or which is not; neither lets any robot do it."""

    robot: str = Field(default="", max_length=64, description="The robot that is to do it.", examples=["care_1"])
    not_on: str = Field(default="", max_length=64, description="Or the robot that is not to.")
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class AfterWish(_Body):
    """The tasks that are to end before another begins; none takes the wish back."""

    tasks: list[str] = Field(
        default_factory=list, max_length=20, description="Ids of open tasks.", examples=[["r0003"]]
    )
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class HoldTaskWish(_Body):
    """A wish not to have a task begun, or to let it go on."""

    reason: str = Field(default="", max_length=200, description="Why it is held; no data about people.")
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class ImportWish(_Body):
    """Many requests at once: all are taken on, or none is."""

    csv: str = Field(max_length=2_000_000, description="A text with the columns request_id,at,service,params.")
    dry_run: bool = Field(default=False, description="Take nothing on; only say what is wrong.")
    requester: By = Field(
        default="operator", max_length=64, validate_default=True, description="Opaque id of who asks."
    )


class Imported(BaseModel):
    """What came of many requests."""

    taken: bool = Field(description="Whether they were taken on; false of a dry run.")
    tasks: list[str] = Field(description="Their ids, in the order of the lines.")


class TaskAnswer(_Body):
    """How a task goes on that asks."""

    answer: str = Field(
        pattern=r"^[a-z][a-z0-9_]*$",
        max_length=64,
        description="`retry`, `done` or `failed`: what is on board is then whoever's answers. Where its robot waits"
        " at a stop: a `word` of the row's `awaits.answers`.",
    )
    reason: str = Field(default="", max_length=200, description="Why it has failed.")
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who answers.")
    to: str = Field(
        default="", max_length=64, description="Opaque id of who takes over, where `awaits.names` asks for it."
    )


class HoldWish(_Body):
    """A wish to hold or let go one robot, or the whole fleet where `robot` is empty."""

    robot: str = ""
    reason: str = Field(default="", max_length=200)
    in_place: bool = Field(
        default=False,
        description="hold: stop everybody where it is, be that a crossing; else each first drives on to where it may "
        "stand. Neither is a safety function.",
    )
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class PaperWish(_Body):
    """A wish to withdraw a paper, or to restore it."""

    reason: str = Field(default="", max_length=200)
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class MendPlaceWish(_Body):
    """Word that a place is in order again."""

    place: str = Field(max_length=100, description="Id of the place.", examples=["parking/slot_3"])
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class PlaceOutWish(MendPlaceWish):
    """A wish to take a place out of use."""

    reason: str = Field(default="", max_length=200)


class EquipmentWish(_Body):
    """Word that a door, gate or lift is in order again."""

    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class EquipmentOutWish(EquipmentWish):
    """Word that a door, gate or lift is out of order."""

    reason: str = Field(default="", max_length=200)


class ZoneWish(_Body):
    """A wish to open a zone."""

    reason: str = Field(default="", max_length=200)
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who asks.")


class CloseZoneWish(ZoneWish):
    """A wish to close a zone."""

    cause: Literal["", "weather", "event", "other"] = Field(default="", description="Why, in a word.")
    until_s: float | None = Field(
        default=None, description="Fleet seconds at which it opens by itself; null if a person has to open it."
    )


class SeveralZones(_Body):
    """Which zones a command is about."""

    zones: list[str] = Field(default_factory=list, max_length=1000, description="Ids of zones.", examples=[["square"]])
    outdoor: bool = Field(default=False, description="And all that the site marks as outdoor.")


class CloseZonesWish(SeveralZones, CloseZoneWish):
    """A wish to close several zones at once."""


class OpenZonesWish(SeveralZones, ZoneWish):
    """A wish to open several zones at once."""


class LimitWish(ZoneWish):
    """A wish to limit the speed in a zone."""

    speed_mps: float = Field(description="Highest speed in m/s; 0 lifts the limit.")


ShiftText = Annotated[str, Field(max_length=1000)]


class SignWish(_Body):
    """A wish to end a shift; no data about people in its notes."""

    seen: str = Field(default="", max_length=64, description="Digest of the open items that were looked at.")
    note: str = Field(default="", max_length=4000, description="What the next one has to know of all of it.")
    notes: dict[str, ShiftText] = Field(default_factory=dict, max_length=1000, description="And of items, by `key`.")
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who leaves.")


class TakeWish(_Body):
    """A wish to take a shift over."""

    digest: str = Field(max_length=64, description="Digest of the shift that was looked at.")
    by: By = Field(default="operator", max_length=64, validate_default=True, description="Opaque id of who comes.")


class AnswerWish(_Body):
    """What a person says to an alarm."""

    by: By = Field(
        default="operator", min_length=1, max_length=64, validate_default=True, description="Opaque id of who answers."
    )


class ShelveWish(AnswerWish):
    """A wish to put an alarm aside for a while."""

    duration_s: float = Field(description="For how long, in fleet seconds: 60 to 28800.", examples=[900])
    reason: str = Field(max_length=200, description="Why; not empty.")


class OpenWish(AnswerWish):
    """A wish to open an incident."""

    alarm: str = Field(description="The alarm that it begins with.", examples=["stuck:3"])


class NoteWish(AnswerWish):
    """What was done about an incident."""

    text: str = Field(max_length=1000, description="Not empty, and no data about people.")


class VoiceWish(AnswerWish):
    """What came of speaking to whoever has called for help."""

    outcome: Literal["made", "answered", "silent", "escalated", "failed", "guardian_told", "door_opened"] = Field(
        description="A line was opened; somebody answered, or nobody; 119 was called; it cannot be done just now; "
        "the guardian knows; the door is open."
    )
    word: str = Field(
        default="", max_length=32, description="What they said, as one word; no data about people.", examples=["fine"]
    )
    automatic: bool = Field(
        default=False, description="Whether a machine says so: then nobody has taken note of the alarm by it."
    )


class CloseWish(AnswerWish):
    """A wish to close an incident."""

    verdict: Literal["", "fine", "helped", "handed_over", "false_alarm", "other"] = Field(
        default="", description="How those are whom it was about; needed where somebody has called for help."
    )
    reason: str = Field(
        default="",
        max_length=200,
        description="How it ended; may be empty where the verdict says it. No data about people.",
    )


class JobWish(AnswerWish):
    """A wish to have staff do something about a robot, a place, an alarm or an incident."""

    kind: Literal["fetch_robot", "unload_goods", "look_after", "take_over", "other"] = Field(
        description="take_over: the robot is moved by hand, and held meanwhile."
    )
    robot: str = Field(default="", max_length=64, examples=["care_1"])
    place: str = Field(default="", max_length=200)
    alarm: str = Field(default="", max_length=200)
    incident: str = Field(default="", max_length=200)
    due_in_s: float = Field(default=1800.0, description="How soon, in fleet seconds: 60 to 604800.")
    text: str = Field(default="", max_length=300, description="What is to be done; no data about people.")


class JobAnswerWish(AnswerWish):
    """What staff say of a field job."""

    text: str = Field(default="", max_length=300, description="What is worth knowing; no data about people.")


class MaintenanceWish(AnswerWish):
    """A wish to take a robot out of service, to plan when it will be, or to put it back."""

    change: Literal["begin", "plan", "done"]
    from_s: float = Field(default=0.0, description="plan: from when, fleet seconds; 0 and 0 take the plan back.")
    to_s: float = Field(default=0.0, description="plan: until when, fleet seconds.")
    reason: str = Field(default="", max_length=200, description="begin: why.")


class CommandTaken(BaseModel):
    """A command was accepted."""

    command: str = Field(description="The command's idempotency key.")
    task: str = Field(default="", description="The task that it speaks of.")
    robot: str = Field(default="", description="Who is to do it; empty if nobody yet.")
    expected_at_s: float = Field(default=0.0, description="When, in fleet seconds; 0 if nobody yet.")
    reason: str = Field(default="", description="Why nobody is to do it yet.")
    incident: str = Field(default="", description="The incident that it speaks of.")
    job: str = Field(default="", description="The field job that it speaks of.")
    where: str = Field(default="", description="What the reason is about: robots of a hold, with commas.")


class EventTaken(BaseModel):
    """An event of the city's platform was taken, now or before."""

    event: str = Field(description="The event, `<source>/<id>`; of word that one is over, that one.")


class ErrorDetail(BaseModel):
    """What went wrong, where, and under which stable code."""

    code: str
    message: str
    where: str


class ErrorAnswer(BaseModel):
    """The body of every error."""

    error: ErrorDetail


class LineDetail(ErrorDetail):
    """What is wrong with one line of a file of requests; line 0 stands for the whole file."""

    line: int


class LinesAnswer(ErrorAnswer):
    """The error of a file of requests."""

    lines: list[LineDetail] = Field(default_factory=list)
