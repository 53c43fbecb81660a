"""Health as values: rules that watch signals, conditions that they see, and what people are told of an alarm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf

from robot_fleet.core.desk import DeskLimits
from robot_fleet.core.text import Text


class Level(StrEnum):
    """How bad a condition is."""

    WARNING = "warning"
    ERROR = "error"


class Urgency(StrEnum):
    """An alarm's priority, the most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class AlarmTemplate:
    """What a person is told when a condition needs somebody to act.

    Parameters
    ----------
    urgency : its priority.
    respond_s : seconds in which somebody should act.
    cause, consequence, action : what is the matter, what comes of it if nobody acts, and what to do.
    incident : whether it opens an incident at once.
    explains : codes of conditions that follow from it: they join it instead of ringing by themselves.
    """

    urgency: Urgency
    respond_s: float
    cause: Text
    consequence: Text
    action: Text
    incident: bool = False
    explains: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HealthRule:
    """A threshold on a signal, with hysteresis and minimum times.

    A condition begins when the signal has been beyond `above` (or below `below`) for `raise_after_s` without a break,
    and ends when it has been on the good side of `clear` for `clear_after_s` without a break. At a threshold itself the
    better state holds. Without a value nothing begins and nothing ends: no data is never taken for good data.

    Parameters
    ----------
    code : names the condition.
    signal : what is watched; see `robot_fleet.telemetry.signals`.
    above, below : exactly one of them is finite.
    clear : on the good side of the threshold, or equal to it.
    steady : whether the times are those of this machine's clock rather than fleet time.
    kinds : robot kinds that it concerns; empty means all.
    alarm : what a person is told; None where nobody must act.
    """

    code: str
    signal: str
    level: Level
    clear: float
    above: float = inf
    below: float = -inf
    raise_after_s: float = 0.0
    clear_after_s: float = 0.0
    steady: bool = False
    kinds: tuple[str, ...] = ()
    alarm: AlarmTemplate | None = None

    def is_beyond(self, value: float) -> bool:
        """Return whether a value is on the bad side of the threshold."""
        return value > self.above or value < self.below

    def is_clear(self, value: float) -> bool:
        """Return whether a value is on the good side of `clear`."""
        return value <= self.clear if self.above != inf else value >= self.clear


@dataclass(frozen=True, slots=True)
class Health:
    """How a site watches its fleet.

    Parameters
    ----------
    rules : by code; each robot is watched by those of its kind.
    alarms : templates of alarms by code: those of the rules, and of what others notice (links, processes, calls).
    desk : within what time people are to deal with calls for help.
    """

    rules: Mapping[str, HealthRule] = field(default_factory=dict)
    alarms: Mapping[str, AlarmTemplate] = field(default_factory=dict)
    desk: DeskLimits = field(default_factory=DeskLimits)


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that a rule sees now.

    Parameters
    ----------
    subject : a robot's id, or the name of a process.
    since_s : fleet time.
    value : of the rule's signal when the condition began.
    """

    code: str
    subject: str
    level: Level
    since_s: float
    value: float = 0.0
