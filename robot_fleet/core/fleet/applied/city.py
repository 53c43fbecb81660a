"""What facts about a city's events make of the state; `apply` calls these functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from robot_fleet.core.facts import Fact
from robot_fleet.core.facts.city import CityEventEnded, CityEventLed, CityEventResolved, CityEventTaken
from robot_fleet.core.facts.robots import HoldSet
from robot_fleet.core.fleet.city.city_state import CityEventRecord, is_person
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.lifecycles import advance, city_event
from robot_fleet.core.lifecycles.city_event import CityEventNews

EVENTS_KEPT = 200
"""Events that are over and are kept; the ledger has them all, and no id is ever forgotten."""

_ENDS = {"resolved": CityEventNews.RESOLVE, "expired": CityEventNews.EXPIRE, "closed": CityEventNews.CLOSE}


def _moves(record: CityEventRecord, news: CityEventNews) -> None:
    record.state = advance(city_event.TRANSITIONS, record.state, news, record.id)


def taken(state: FleetState, fact: CityEventTaken) -> None:
    """Let an event begin."""
    state.events[fact.event] = CityEventRecord(fact)
    state.event_answers[fact.event] = f"{fact.digest} {fact.event}"
    over = [name for name, record in state.events.items() if not record.open]
    for name in over[:-EVENTS_KEPT]:
        del state.events[name]


def led(state: FleetState, fact: CityEventLed) -> None:
    """Note what an event has led to."""
    record = state.events[fact.event]
    _moves(record, CityEventNews.LEAD)
    record.led = (*record.led, (fact.to, fact.what))


def ended(state: FleetState, fact: CityEventEnded) -> None:
    """Let an event be over."""
    record = state.events[fact.event]
    _moves(record, _ENDS[fact.how])
    record.ended, record.ended_by, record.ended_s = fact.how, fact.by, fact.at_s


def resolved(state: FleetState, fact: CityEventResolved) -> None:
    """Remember that a source has said that an event is over."""
    state.event_answers[fact.message] = f"{fact.digest} {fact.event}"


def shown(state: FleetState, alarm: str, at_s: float) -> None:
    """Note that a console was sent an alarm, if an event rings it."""
    for record in state.events.values():
        if record.taken.alarm == alarm and record.shown_s is None:
            _moves(record, CityEventNews.SHOW)
            record.shown_s = at_s


def arrived(state: FleetState, robot: str, task: str, at_s: float) -> None:
    """Note that a robot has come to where a task begins, if an event has led to the task."""
    for record in state.events.values():
        if record.on_site_s is None and ("task", task) in record.led:
            _moves(record, CityEventNews.ARRIVE)
            record.on_site_s, record.on_site = at_s, robot


def let_go(state: FleetState, fact: HoldSet) -> None:
    """Note that a person has let a robot go: what they say counts more than an event."""
    if not fact.hold and fact.robot and is_person(fact.by):
        for record in state.events.values():
            if record.open and fact.robot not in record.overruled:
                record.overruled = (*record.overruled, fact.robot)


APPLY: dict[type[Fact], Callable[[FleetState, Any], None]] = {
    CityEventTaken: taken,
    CityEventLed: led,
    CityEventEnded: ended,
    CityEventResolved: resolved,
}
