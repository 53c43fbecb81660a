"""Events of a city's platform: what is taken, what is refused, what follows, and what is given back afterwards.

What an open event wants is asked for again at every tick (`keep`), so that it also holds for robots and tasks that come
to it later. It acts in its own name (`event:<id>`), and gives back only what still stands in that name. A person's word
counts more: a robot that they let go and a zone that they open stay so.
"""

from __future__ import annotations

import hashlib
import json
import math
import re

from robot_fleet.core.city import LOCAL, EventRule, areas_of, condition_of, meant
from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import AlarmRaised, CommandTaken, IncidentJoined
from robot_fleet.core.facts.city import CityEventEnded, CityEventLed, CityEventResolved, CityEventTaken
from robot_fleet.core.fleet.alarming import ringing
from robot_fleet.core.fleet.city import ground
from robot_fleet.core.fleet.city.city_state import CityEventRecord
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.commands.requests import take_on
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import CityNews, EndCityEvent, SubmitTask, TakeCityEvent
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.core.wishes import check_key

AHEAD_S = 300.0
"""An event may lie so far ahead of the fleet's clock: clocks differ."""
LASTS_LEAST_S, LASTS_MOST_S = 1.0, 7 * 86_400.0
"""How long an event may last (fleet seconds)."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def change(turn: Turn, news: CityNews) -> None:
    """Take in what a city's platform tells, or a person's word that an event is over.

    Raises
    ------
    RequestError : `request_event_malformed`, `request_unknown_event_source`, `request_unknown_event_type`,
        `request_unknown_event_area`, `request_unknown_event`, `request_event_stale`, `request_event_id_used`,
        `request_event_over`, `request_key_malformed`.
    """
    if isinstance(news, EndCityEvent):
        _close(turn, news)
        return
    _check_source(turn, news)
    name, digest = f"{news.source}/{news.id}", _digest(news)
    known = turn.state.event_answers.get(name)
    if known is not None:
        told, _, event = known.partition(" ")
        if told != digest:
            raise RequestError("request_event_id_used", "this id is that of another event; take a new one", news.id)
        _answer(turn, news.key, event)
    elif news.resolves:
        _resolve(turn, news, name, digest)
    else:
        _take(turn, news, name, digest)


def keep(turn: Turn) -> None:
    """Let what open events want be so, and end those whose time is over."""
    for event in [event for event in turn.state.events.values() if event.open]:
        if turn.now.fleet_s >= event.taken.until_s:
            _end(turn, event, "expired", "")
        else:
            _follow(turn, event)


def incident_closed(turn: Turn, incident: str, by: str) -> None:
    """End the events whose incident a person has closed."""
    for event in [event for event in turn.state.events.values() if event.open and event.taken.incident == incident]:
        _end(turn, event, "closed", by)


def notices(site: Site, state: FleetState) -> dict[str, Text]:
    """Return what is to be told to the people with whom a held robot is, by the task that it is with them for."""
    told: dict[str, Text] = {}
    for event in state.events.values():
        rule = site.city.rules.get(event.taken.rule)
        if not event.open or rule is None or rule.tell is None:
            continue
        tell = rule.tell.after(site.city.drill) if event.taken.exercise else rule.tell
        for name in event.led_to("told"):
            if name in state.tasks and not state.tasks[name].ended:
                told.setdefault(name, tell)
    return told


def _check_source(turn: Turn, news: TakeCityEvent) -> None:
    source = turn.site.city.sources.get(news.source)
    if source is None and news.exercise and news.source == LOCAL.id:
        source = LOCAL
    if source is None:
        raise RequestError("request_unknown_event_source", "no such source in the site's events.yaml", news.source)
    for what, name in (("id", news.id), ("resolves", news.resolves)):
        if not _ID.fullmatch(name) and (name or what == "id"):
            message = "an id is 1 to 64 letters, digits, '.', '_' or '-', and says nothing of any person"
            raise RequestError("request_event_malformed", message, what)
    if news.type not in turn.site.city.types or (source.types and news.type not in source.types):
        known = ", ".join(source.types or turn.site.city.types) or "none"
        message = f"expected one of {known}: no other type may come from this source"
        raise RequestError("request_unknown_event_type", message, "type")


def _take(turn: Turn, news: TakeCityEvent, name: str, digest: str) -> None:
    kind = turn.site.city.types[news.type]
    areas = areas_of(turn.site, news.subject)
    if not areas:
        message = "expected building:ID, zone:ID, place:ID or route:ID, with an id of this site"
        raise RequestError("request_unknown_event_area", message, "subject")
    now_s, lasts_s = turn.now.fleet_s, kind.lasts_s if news.lasts_s is None else news.lasts_s
    if not (math.isfinite(lasts_s) and LASTS_LEAST_S <= lasts_s <= LASTS_MOST_S):
        message = f"expected that it lasts {LASTS_LEAST_S:g} to {LASTS_MOST_S:g} s"
        raise RequestError("request_event_malformed", message, "lasts_s")
    if not news.age_s >= -AHEAD_S:
        raise RequestError("request_event_malformed", "it is yet to happen; see to the clocks", "time")
    happened_s = now_s - max(news.age_s, 0.0)
    if happened_s + lasts_s <= now_s:
        raise RequestError("request_event_stale", "it happened so long ago that it is over", "time")
    rule = turn.site.city.rule_for(news.type, areas)
    condition = condition_of(news.type, news.exercise)
    alarm = f"{condition}:{turn.state.raised + 1}"
    taken = CityEventTaken(
        event=name,
        type=news.type,
        subject=news.subject,
        rule="" if rule is None else rule.id,
        happened_s=happened_s,
        at_s=now_s,
        until_s=happened_s + lasts_s,
        exercise=news.exercise,
        digest=digest,
        alarm=alarm,
        incident=f"incident:{alarm}",
        **({} if rule is None else _wanted(rule, areas)),
    )
    turn.emit(taken)
    turn.emit(AlarmRaised(alarm, condition, (f"{condition}:{name}",), kind.urgency.value, now_s))
    ringing.open_incident(turn, turn.state.alarms[alarm], "")
    event = turn.state.events[name]
    if rule is not None:
        _ask_for_tasks(turn, event, rule, areas)
    _follow(turn, event)
    turn.agenda.replan = turn.agenda.moved = True
    _answer(turn, news.key, name)


def _wanted(rule: EventRule, areas: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return what a rule wants, with the event's own areas in the place of its words."""

    def zones(words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(area.partition(":")[2] for area in meant(words, areas))

    return {
        "hold": meant(rule.hold, areas),
        "close": zones(rule.close),
        "keep_free": zones(rule.keep_free),
        "open_for": rule.open_for,
    }


def _ask_for_tasks(turn: Turn, event: CityEventRecord, rule: EventRule, areas: tuple[str, ...]) -> None:
    for number, task in enumerate(rule.tasks, start=1):
        params: dict[str, object] = {}
        for key, value in task.params.items():
            of = meant((value,), areas) if isinstance(value, str) and value.startswith("$") else ()
            params[key] = of[0].partition(":")[2] if of else value
        name = f"event-{hashlib.sha256(event.id.encode()).hexdigest()[:12]}-{number}"
        told, refused = len(turn.effects), ""
        try:
            take_on(turn, SubmitTask(name, task.service, params, event.by, event.taken.happened_s))
        except RequestError as error:
            refused = error.code
        finally:
            del turn.effects[told:]  # nobody waits for an answer
        refused = refused or turn.state.refused.get(name, "")
        _lead(turn, event, "refused" if refused else "task", refused or name)
        if name in turn.state.alarms:
            turn.emit(IncidentJoined(event.taken.incident, name, (), turn.now.fleet_s))


def _follow(turn: Turn, event: CityEventRecord) -> None:
    for to, what in list(ground.follow(turn, event)):
        if (to, what) not in event.led:
            _lead(turn, event, to, what)
            incident = turn.state.incidents.get(event.taken.incident)
            if to == "held" and incident is not None and incident.open and what not in incident.robots:
                turn.emit(IncidentJoined(incident.id, "", (what,), turn.now.fleet_s))


def _lead(turn: Turn, event: CityEventRecord, to: str, what: str) -> None:
    turn.emit(CityEventLed(event.id, to, what, turn.now.fleet_s))


def _resolve(turn: Turn, news: TakeCityEvent, name: str, digest: str) -> None:
    event = f"{news.source}/{news.resolves}"
    if event not in turn.state.event_answers:
        message = "no event of this id was taken; send it first, or look at the id"
        raise RequestError("request_unknown_event", message, "data.resolves")
    turn.emit(CityEventResolved(name, event, digest, turn.now.fleet_s))
    record = turn.state.events.get(event)
    if record is not None and record.open:
        _end(turn, record, "resolved", news.source)
    _answer(turn, news.key, event)


def _close(turn: Turn, wish: EndCityEvent) -> None:
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    record = turn.state.events.get(wish.event)
    if record is None:
        message = "there is no such event; `./fleet event list` shows all"
        raise RequestError("request_unknown_event", message, wish.event)
    if not record.open:
        raise RequestError("request_event_over", "the event is over already", wish.event)
    _end(turn, record, "closed", wish.by)
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": wish.event}))
    turn.effects.append(Answer(wish.key, True, wish.event))


def _end(turn: Turn, event: CityEventRecord, how: str, by: str) -> None:
    """Let an event be over, and give back what was its own; other events still have what they want."""
    turn.emit(CityEventEnded(event.id, how, by, turn.now.fleet_s))
    others = [other for other in turn.state.events.values() if other.open]
    ground.give_back(turn, event, others)
    turn.agenda.replan = turn.agenda.moved = True


def _answer(turn: Turn, key: str, event: str) -> None:
    turn.effects.append(Answer(key, True, event))


def _digest(news: TakeCityEvent) -> str:
    """Return a digest of what a source tells; when it is told makes no difference."""
    told = (news.type, news.subject, news.resolves, news.exercise, news.lasts_s)
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]
