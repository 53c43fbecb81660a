"""Facts about events that a city's platform tells of."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.facts.fact import Fact


@dataclass(frozen=True, slots=True)
class CityEventTaken(Fact):
    """An event was taken: it and no second one of this source and id.

    Parameters
    ----------
    event : the source's id and the event's own, `<source>/<id>`.
    type, subject : of what, and in which area.
    rule : which of the site's rules is followed; empty where none fits.
    happened_s : when it happened (fleet time), as its source says.
    until_s : when it is over if nobody says so before.
    exercise : whether it is a drill.
    digest : of all that the source has told, so that an id that is used for something else is noticed.
    alarm, incident : by which people are told of it.
    hold, close, keep_free, open_for : what the rule wants there (see `core.city.EventRule`), areas written out.
    """

    event: str
    type: str
    subject: str
    rule: str
    happened_s: float
    at_s: float
    until_s: float
    exercise: bool
    digest: str
    alarm: str
    incident: str
    hold: tuple[str, ...] = ()
    close: tuple[str, ...] = ()
    keep_free: tuple[str, ...] = ()
    open_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CityEventLed(Fact):
    """An event has led to something.

    Parameters
    ----------
    to : `task`, `refused` (a task that could not be), `held` (a robot), `put_off` (a task), `closed` (a zone) or `told`
        (the task whose robot has told the people that it is with).
    what : its id; of a task that was refused the code.
    """

    event: str
    to: str
    what: str
    at_s: float


@dataclass(frozen=True, slots=True)
class CityEventEnded(Fact):
    """An event is over: `how` is `resolved` (its source says so), `expired` or `closed` (a person says so)."""

    event: str
    how: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class CityEventResolved(Fact):
    """A source has said that an event is over; `message` is the id of what it has said, `digest` as in the event's."""

    message: str
    event: str
    digest: str
    at_s: float


CITY_FACTS = (CityEventTaken, CityEventLed, CityEventEnded, CityEventResolved)
