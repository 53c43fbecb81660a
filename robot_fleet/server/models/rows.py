"""The rows that the API answers with, as models: the description shows them, and clients read answers with them.

The server sends rows as they are in its view and looks none over again; tests hold them against these models. Further
keys may come at any time.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr

from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import GROUND_LEVEL

Freshness = Literal["never", "live", "stale", "offline"]


class _Row(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class VersionedRow(_Row):
    """What people change, with the version that was looked at: the header `ETag`, empty where it came without."""

    _version: str = PrivateAttr(default="")

    @property
    def version(self) -> str:
        """For a command's `If-Match`."""
        return self._version

    def keep_version(self, version: str) -> None:
        """Note the version that came with the row."""
        self._version = version


class TextRow(_Row):
    """A text in Korean and English, and in each further language of the site by its code."""

    ko: str
    en: str


class StopRow(_Row):
    """A stop of a task; no places while any of several will do."""

    id: str
    places: list[str]


class TaskRow(VersionedRow):
    """A task. Times are fleet seconds, null before."""

    id: str
    service: str
    state: TaskState
    rmf_state: str
    robot: str
    requester: str = Field(description="Opaque id of who asked for it.")
    params: dict[str, Any]
    missed: list[str] = []
    evidence: dict[str, str] = {}
    alarm: bool
    asks: bool
    priority: int
    held: bool
    after: list[str] = Field(default=[], description="Open tasks that end before it begins.")
    only_on: str
    not_on: str
    requested_s: float
    earliest_s: float
    due_s: float
    eta_s: float | None
    reached: bool
    started_s: float | None
    ended_s: float | None
    lateness_s: float | None
    outcome: Literal["done", "failed", "cancelled", "rejected"] | None
    result: str
    reason: str
    reason_about: list[str] = Field(default=[], description="Ids of the equipment out of order that it waits for.")
    stars: int = Field(
        default=0, description="How whoever it was done for has found it, 1 to 5; 0 if they have not said."
    )
    stop: int
    stops: list[StopRow]

    @property
    def ended(self) -> bool:
        """Whether it has come to its end."""
        return self.outcome is not None


class ObstacleRow(_Row):
    """That a robot does not get on where it is, and since when (fleet seconds)."""

    code: Literal["protective_stop", "nav_blocked", "stuck", "oscillating"]
    since_s: float


class SupplyRow(_Row):
    """Why the charger that a robot is at gives it current, or holds it back and, where that is known, until when."""

    on: bool
    reason: str
    until_s: float | None


class RobotRow(VersionedRow):
    """A robot: where it is, what it does, how it fares."""

    id: str
    kind: str
    name: TextRow
    x_m: float
    y_m: float
    yaw_rad: float
    level: str = Field(default=GROUND_LEVEL, description="The level that it is on; its position is in that one's map.")
    speed_mps: float
    soc_pct: float
    length_m: float
    width_m: float
    state: str
    charging: bool
    link: Freshness
    task: str
    purpose: str = ""
    place: str
    eta_s: float | None
    docked: str = ""
    load: list[str]
    hold: bool
    fault: str
    stopped: bool = False
    in_place: bool = Field(default=False, description="Whether its hold is one where it was.")
    must_charge: bool = False
    supply: SupplyRow | None = None
    maintenance: bool = False
    maintenance_s: tuple[float, float] | None = None
    freshness: Freshness
    age_s: float | None
    health: Literal["ok", "warning", "error", "unknown"]
    conditions: list[str]
    control: str
    obstacle: ObstacleRow | None = None
    remaining_s: float | None


class AlarmRow(_Row):
    """An alarm that is not closed. Times are fleet seconds."""

    id: str
    condition: str
    urgency: Literal["critical", "high", "medium", "low"]
    state: Literal["active", "acknowledged", "cleared", "shelved"]
    raised_s: float
    rang_s: float
    count: int
    incident: str
    acknowledged_by: str
    shelved_until_s: float | None
    shelved_for: str
    respond_s: float | None
    cause: TextRow
    consequence: TextRow
    action: TextRow
    members: list[str]
    subjects: list[str]
    task: str
    service: str
    place: str
    robot: str
    eta_s: float | None
    on_site_s: float | None
    verdict: str
    shown_s: float | None = None
    voice: str = ""
    voice_s: float | None = None
    silence_due_s: float | None = None
    escalated_s: float | None = None
    on_site_due_s: float | None = None
    said: str = ""
    wants: list[str] = []
    guardian_s: float | None = None
    door_s: float | None = None
    handed_to: str = ""


class IncidentRow(_Row):
    """An incident. Times are fleet seconds."""

    id: str
    state: Literal["open", "closed"]
    robots: list[str]
    alarms: list[str]
    opened_s: float
    opened_by: str
    notes: int
    closed_s: float | None
    closed_by: str
    reason: str
    verdict: str = ""
    calls: list[dict[str, Any]] = []


class EntryRow(_Row):
    """An entry of an incident's timeline."""

    at_s: float
    sort: Literal["alarm", "person", "robot", "item"]
    who: str
    what: str
    text: TextRow


class StoryRow(VersionedRow):
    """An incident with its timeline."""

    id: str
    state: Literal["open", "closed"]
    robots: list[str]
    alarms: list[str]
    opened_s: float
    opened_by: str
    closed_s: float | None
    closed_by: str
    reason: str
    entries: list[EntryRow]


class JobRow(_Row):
    """A field job. Times are fleet seconds."""

    id: str
    kind: str
    state: str
    robot: str
    place: str
    alarm: str
    incident: str
    text: str
    due_s: float
    opened_s: float
    opened_by: str
    taken_s: float | None
    taken_by: str
    ended_s: float | None
    ended_by: str
    ended_with: str


class ZoneRow(VersionedRow):
    """A zone and what holds in it now."""

    id: str
    name: TextRow
    closed: bool
    speed_mps: float
    reason: str
    since_s: float | None
    cause: str = ""
    until_s: float | None = Field(default=None, description="When it opens by itself; null if it does not.")
    outdoor: bool = False
    no_stopping: bool = False


class ItemRow(_Row):
    """A car, parcel or meal, and who has it: `place:<id>` or `robot:<id>`; `task` is an open one that names it."""

    id: str
    kind: str
    holder: str
    since_s: float
    task: str
    mass_kg: float
    length_m: float
    width_m: float


class PlaceOutRow(_Row):
    """A place that is out of use, why, who found out (a robot) or said so, and since when (fleet time)."""

    id: str
    code: str
    robot: str
    by: str
    since_s: float


class EquipmentRow(_Row):
    """A door, gate or lift. Times are fleet seconds, null for never."""

    id: str
    kind: Literal["door", "gate", "lift"]
    name: TextRow
    levels: list[str] = Field(description="The levels between which it leads; of a door that of its own.")
    state: Literal["free", "asked", "open", "failed", "holding"]
    robot: str = Field(description="The robot that it was asked for, or that is in it.")
    level: str = Field(description="The level at which it was asked for.")
    waiting: list[str] = Field(description="Robots that it lies before, and that may not pass yet.")
    since_s: float | None = Field(description="When it came to be in its state.")
    works: bool
    code: str = Field(description="Why it is out of order; empty while it works.")
    by: str = Field(description="Who says so; empty if it does so itself, or nobody hears it.")
    reason: str = Field(description="In their words.")
    out_s: float | None = Field(description="Since when it is out of order.")
    until_s: float | None = Field(description="When it is tried again, where that is known.")


class WithdrawnRow(_Row):
    """Why a paper counts no more, who said so, and when (fleet time)."""

    reason: str
    by: str
    at_s: float


class PaperRow(_Row):
    """A certificate, an insurance or a permit of robots."""

    id: str
    kind: str = Field(description="certificate, insurance or permit.")
    issuer: str
    number: str
    robots: list[str] = Field(description="Whom it is for.")
    zones: list[str] = Field(description="Where it holds; empty for everywhere.")
    hours: list[list[str]] = Field(description="From when to when on a day; empty for the whole day.")
    supervised: bool = Field(description="Whether it counts only while somebody has the watch.")
    valid_from: str
    valid_to: str = Field(description="Its last day.")
    begins_s: float | None = Field(description="When it begins, in fleet seconds; null where there is no calendar.")
    ends_s: float | None = Field(description="When its last day is over.")
    warn_days: float = Field(description="So many days before that an alarm rings.")
    state: str = Field(description="valid, ends_soon, ended, not_yet, withdrawn, or unknown without a calendar.")
    days_left: int | None = Field(description="Whole days; 0 on the last one, below that once it has ended.")
    withdrawn: WithdrawnRow | None


class EventRow(_Row):
    """An event of the city. Times are fleet seconds, null before."""

    id: str = Field(description="`<source>/<id>`.")
    type: str
    name: TextRow
    urgency: str
    subject: str = Field(description="The area, `<sort>:<id>`.")
    area: TextRow
    outlines: list[list[list[float]]] = Field(description="The ground that it is about, [x_m, y_m] each.")
    exercise: bool
    state: Literal["open", "over"]
    happened_s: float
    taken_s: float
    until_s: float = Field(description="When it is over, if nobody says so before.")
    shown_s: float | None
    on_site_s: float | None = Field(description="When a robot first came to where one of its tasks is.")
    on_site: str = Field(description="That robot.")
    end: str = Field(description="resolved, expired or closed; empty while it is open.")
    ended_by: str
    ended_s: float | None
    alarm: str
    incident: str
    tell: TextRow | None = Field(description="What people with whom a held robot is are told.")
    led: dict[str, list[str]] = Field(description="Ids by what it led to: task, refused, held, put_off, closed, told.")


class HeardRow(_Row):
    """What a robot's own report knows of what is wished of it: `[order, update]` of both."""

    robot: str
    wish: tuple[str, int] | None
    heard: tuple[str, int]
    activity: str
    has_heard: bool


class OpenItemRow(_Row):
    """Something that is open for whoever takes a shift over."""

    kind: str
    id: str
    key: str
    about: str
    since_s: float | None


class OpenRow(_Row):
    """What is open now, and the digest of it."""

    items: list[OpenItemRow]
    digest: str


class ShiftRow(_Row):
    """A shift that was signed. Times are fleet seconds."""

    id: str
    state: Literal["signed", "taken", "superseded"]
    signed_by: str
    signed_s: float
    taken_by: str
    taken_s: float | None
    open: list[OpenItemRow]
    note: str
    notes: dict[str, str]
    digest: str
    intact: bool


class RuleRow(_Row):
    """When something recurs, see `RuleModel`."""

    at: str
    begins: str
    every: str
    interval: int
    weekdays: list[str]
    month_day: int
    ends: str
    count: int
    holidays: str


class EditionRow(_Row):
    """What a schedule asks for from a date on."""

    service: str
    params: dict[str, Any]
    rule: RuleRow


class ScheduleRow(EditionRow, VersionedRow):
    """A request that recurs. `local` times are the site's, others fleet seconds."""

    id: str
    name: str
    state: Literal["running", "paused", "ended", "finished"]
    reason: str
    next: str | None = Field(description="Local time of the next occurrence.")
    next_s: float | None
    later: list[EditionRow] = Field(description="What it asks for later on.")
    skipped: list[str]
    grace_s: float
    made: int
    missed: int


class OccurrenceRow(_Row):
    """A day that a rule comes to."""

    local: str
    at_s: float
    instead_of: str
    takes_place: bool
    skipped: bool
    holiday: TextRow | None


class TemplateRow(_Row):
    """A request that is kept under a name."""

    id: str
    name: str
    service: str
    params: dict[str, Any]
    note: str


class WayRow(_Row):
    """What is left of a robot's way."""

    robot: str
    place: str
    purpose: str
    points: list[tuple[float, float]]
    released: int


class HealthRow(_Row):
    """How the gateway fares."""

    manager: Literal["live", "unreachable"]
    consoles: int


class PriceRow(_Row):
    """What another robot would cost."""

    task: str
    now_on: str
    then_on: str
    now_s: float | None
    then_s: float | None
    now_cost: float
    then_cost: float
    more_s: float | None
    reason: str
    later: list[dict[str, Any]]
    dropped: list[str]


class WhyRow(_Row):
    """Why a task is where it is."""

    task: str
    service: str
    state: TaskState
    robot: str
    begun_s: float | None
    ended_s: float | None
    late_s: float | None
    reason: str
    about: list[str] = Field(default=[], description="What the reason is about: equipment that is out of order.")
    absent: dict[str, str] = Field(description="Robots that may do it and cannot be had, and why.")
    explanation: dict[str, Any] | None
    sentences: list[str]
    language: Literal["ko", "en"]
