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
    """

    shown_s: float = 2.0
    voice_s: float = 30.0
    silence_s: float = 60.0
    closed_s: float = 1800.0
