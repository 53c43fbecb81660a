"""Facts about alarms, and about incidents that people deal with."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class AlarmShown(Fact):
    """A console was sent the alarm whose id is `task` (a call for help has its task's id)."""

    task: str
    at_s: float


@dataclass(frozen=True, slots=True)
class VoiceRecorded(Fact):
    """Somebody said what came of reaching whoever has called for help, or others for them.

    Parameters
    ----------
    outcome : a word of `core.desk.Voice`.
    word : what the caller has said, as one word of the adapter's; empty if nothing or nobody knows.
    automatic : whether a machine said so: nobody has taken note of the alarm by it.
    """

    alarm: str
    outcome: str
    by: str
    at_s: float
    word: str = ""
    automatic: bool = False


@dataclass(frozen=True, slots=True)
class ContactWanted(Fact):
    """A call for help wants somebody reached: `kind` is a word of `core.desk.Contact`, `reason` says why now."""

    alarm: str
    kind: str
    place: str
    reason: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmRaised(Fact):
    """Something began that a person must answer.

    Parameters
    ----------
    members : `<condition>:<subject>` of all that it tells of; one outage is one alarm.
    count : how often it has come of late.
    """

    alarm: str
    condition: str
    members: tuple[str, ...]
    urgency: str
    at_s: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class AlarmSpread(Fact):
    """An alarm tells of one more (`<condition>:<subject>`), or of the same again."""

    alarm: str
    member: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmReceded(Fact):
    """One of the things that an alarm tells of is gone; with the last one the alarm clears."""

    alarm: str
    member: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged(Fact):
    """A person took note of an alarm."""

    alarm: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmShelved(Fact):
    """A person put an alarm aside until a fleet time."""

    alarm: str
    until_s: float
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmUnshelved(Fact):
    """An alarm that was put aside rings again: a person wants it, or (`by` empty) its time was up."""

    alarm: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class IncidentOpened(Fact):
    """People have to deal with something. `by` is empty where the alarm opened it by itself."""

    incident: str
    alarm: str
    robots: tuple[str, ...]
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class IncidentJoined(Fact):
    """An alarm (if not empty) and robots turned out to belong to an open incident."""

    incident: str
    alarm: str
    robots: tuple[str, ...]
    at_s: float


@dataclass(frozen=True, slots=True)
class IncidentNoted(Fact):
    """A person wrote down what was done."""

    incident: str
    text: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class IncidentClosed(Fact):
    """A person closed an incident, and why; `verdict` is a word of `core.desk.Verdict`, or empty."""

    incident: str
    reason: str
    by: str
    at_s: float
    verdict: str = ""
