"""What a timeline is made of: entries, and what the incident is about that they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from robot_fleet.core.text import Text


class Sort(StrEnum):
    """Whom an entry of a timeline is about."""

    ALARM = "alarm"
    PERSON = "person"
    ROBOT = "robot"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened.

    Parameters
    ----------
    at_s : fleet time.
    who : id of the alarm, person, robot or item.
    what : a stable code, for instance `alarm_raised`.
    text : a sentence for people.
    """

    at_s: float
    sort: Sort
    who: str
    what: str
    text: Text


@dataclass(frozen=True, slots=True)
class Scope:
    """What an incident is about, as its facts say in the end.

    Parameters
    ----------
    opened_s, closed_s : fleet times; None while it is open.
    opened_by : empty where the alarm opened it by itself.
    verdict : of whoever closed it, a word of `core.desk.Verdict`; empty if they gave none.
    """

    incident: str
    alarms: tuple[str, ...]
    robots: tuple[str, ...]
    opened_s: float
    opened_by: str
    closed_s: float | None
    closed_by: str
    reason: str
    verdict: str
