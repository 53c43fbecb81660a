"""The words in which people at an incident desk record what they did, and within what time they should do it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Voice(StrEnum):
    """What a person did to hear whoever has called for help, and what came of it."""

    MADE = "made"
    """A line was opened: somebody dials, or speaks into the room."""
    ANSWERED = "answered"
    SILENT = "silent"
    ESCALATED = "escalated"
    """The emergency services (119) were called."""
    FAILED = "failed"
    """What was wanted could not be done just now; it is wanted still."""
    GUARDIAN_TOLD = "guardian_told"
    DOOR_OPENED = "door_opened"
    """The door of the place stands open, or is unlocked, for whoever comes to help."""


class Contact(StrEnum):
    """Whom a call for help wants reached. Adapters do it, and say so with a word of `Voice`."""

    LINE = "line"
    """A line to the place, and somebody or a machine that asks how they are."""
    EMERGENCY = "emergency"
    """The emergency services."""
    GUARDIAN = "guardian"
    DOOR = "door"
    """The door of the place, opened."""


class Verdict(StrEnum):
    """How something ended for those whom it was about, in the judgement of a person."""

    FINE = "fine"
    HELPED = "helped"
    """The robot, a neighbour, a relative or staff has helped."""
    HANDED_OVER = "handed_over"
    """The emergency services have taken over."""
    FALSE_ALARM = "false_alarm"
    OTHER = "other"


class JobKind(StrEnum):
    """What staff are sent out for."""

    FETCH_ROBOT = "fetch_robot"
    UNLOAD_GOODS = "unload_goods"
    LOOK_AFTER = "look_after"
    """See how things are at a place."""
    TAKE_OVER = "take_over"
    """Move a robot by hand. The fleet holds it meanwhile."""
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class DeskLimits:
    """Within how many seconds of its arrival people are to deal with a call for help; its robot has the due time.

    Parameters
    ----------
    shown_s : it stands on a console.
    voice_s : somebody opens a line.
    silence_s : the emergency services are called, if nobody has answered by then. No robot is waited for.
    closed_s : its incident is closed.
    emergency_words : what callers say that has the emergency services called at once.
    staff_s : staff are there so long after the fleet has sent them, since no robot had come by the due time.
    """

    shown_s: float = 2.0
    voice_s: float = 30.0
    silence_s: float = 60.0
    closed_s: float = 1800.0
    emergency_words: tuple[str, ...] = ("ambulance",)
    staff_s: float = 300.0
