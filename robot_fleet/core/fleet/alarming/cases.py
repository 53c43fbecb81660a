"""What people deal with, as the facts so far tell it: alarms, incidents, jobs for staff. Parts of the fleet's state."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

from robot_fleet.core.desk import Contact, Voice
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.incident import IncidentState
from robot_fleet.core.lifecycles.job import JobState


@dataclass(slots=True)
class AlarmRecord:
    """An alarm so far; times are fleet times.

    Attributes
    ----------
    id : of a call for help its task's id; others have a colon in it, which no task's id has.
    condition : its code.
    members : `<condition>:<subject>` of what it tells of, and whether that still holds; empty for a call for help.
    task : of a call for help, empty otherwise.
    count : how often it has come of late.
    rang_s : when it began to ring last: as it was raised, came back, or was taken up again.
    voice, voice_s : of a call for help: what came of speaking to the caller last, and when a line was opened first.
    escalated_s : when the emergency services were called first.
    staff_s : when staff were sent, since no robot was there in time.
    on_site_s, verdict : of a call for help: when a robot was there, and what a person or the robot found.
    wants : of a call for help: whom it wants reached (words of `core.desk.Contact`), and since when.
    said : the word that the caller said last, as the adapter heard it.
    guardian_s, door_s : when the guardian was told, and when the door was opened for helpers.
    handed_to : opaque id of who took over, empty if nobody has.
    """

    id: str
    condition: str
    raised_s: float
    urgency: str
    task: str = ""
    members: dict[str, bool] = field(default_factory=dict)
    state: AlarmState = AlarmState.ACTIVE
    count: int = 1
    rang_s: float = 0.0
    incident: str = ""
    shown_s: float | None = None
    acknowledged_s: float | None = None
    acknowledged_by: str = ""
    shelved_until_s: float | None = None
    shelved_by: str = ""
    shelved_for: str = ""
    voice: str = ""
    voice_s: float | None = None
    escalated_s: float | None = None
    staff_s: float | None = None
    on_site_s: float | None = None
    verdict: str = ""
    closed_s: float | None = None
    wants: dict[str, float] = field(default_factory=dict)
    said: str = ""
    guardian_s: float | None = None
    door_s: float | None = None
    handed_to: str = ""

    @property
    def open(self) -> bool:
        """Whether it is not closed yet."""
        return self.state is not AlarmState.CLOSED

    @property
    def handed_on_s(self) -> float | None:
        """When others than a robot were called first: the emergency services, or staff; None if nobody was."""
        return min((at_s for at_s in (self.escalated_s, self.staff_s) if at_s is not None), default=None)

    @property
    def heard(self) -> bool:
        """Whether somebody knows how the caller is: they have answered, or somebody has judged on site."""
        return self.voice == Voice.ANSWERED or bool(self.verdict)

    def met(self, kind: str) -> bool:
        """Return whether somebody that it may want was reached."""
        match Contact(kind):
            case Contact.LINE:
                return self.heard or self.voice == Voice.SILENT
            case Contact.EMERGENCY:
                return self.escalated_s is not None
            case Contact.GUARDIAN:
                return self.guardian_s is not None
            case Contact.DOOR:
                return self.door_s is not None

    @property
    def subjects(self) -> tuple[str, ...]:
        """Robots or processes that it tells of, each once."""
        return tuple(dict.fromkeys(member.partition(":")[2] for member in self.members))


@dataclass(slots=True)
class IncidentRecord:
    """Something that people deal with: alarms, robots and what was noted, as (fleet time, by, text).

    Attributes
    ----------
    since_s : when the first of its alarms was raised (fleet time).
    """

    id: str
    opened_s: float
    alarms: tuple[str, ...]
    robots: tuple[str, ...]
    opened_by: str = ""
    since_s: float = inf
    state: IncidentState = IncidentState.OPEN
    notes: tuple[tuple[float, str, str], ...] = ()
    reason: str = ""
    closed_by: str = ""
    closed_s: float | None = None
    verdict: str = ""

    @property
    def open(self) -> bool:
        """Whether it is not closed yet."""
        return self.state is IncidentState.OPEN


@dataclass(slots=True)
class JobRecord:
    """Something that staff are sent out for; times are fleet times.

    Attributes
    ----------
    kind, robot, place, alarm, incident, text : as `JobOpened` says.
    taken_by, taken_s : who is on it, and since when.
    ended_by, ended_s, ended_with : who said that it is over, when, and what more they said.
    """

    id: str
    kind: str
    robot: str
    place: str
    alarm: str
    incident: str
    due_s: float
    text: str
    opened_by: str
    opened_s: float
    state: JobState = JobState.OPEN
    taken_by: str = ""
    taken_s: float | None = None
    ended_by: str = ""
    ended_s: float | None = None
    ended_with: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody still has to do it."""
        return self.state in (JobState.OPEN, JobState.TAKEN)
