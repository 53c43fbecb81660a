"""What the core refuses of a city's events, what it remembers, and what a rule means where."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from robot_fleet.core.city import (
    Building,
    CityRules,
    EventRule,
    EventSource,
    EventTask,
    EventType,
    areas_of,
    contains,
    meant,
)
from robot_fleet.core.effects import Answer
from robot_fleet.core.facts.city import CITY_FACTS, CityEventLed
from robot_fleet.core.fleet import Fleet, apply, initial_state
from robot_fleet.core.health import Urgency
from robot_fleet.core.inputs import EndCityEvent, Input, SubmitTask, TakeCityEvent, Tick
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.ledger.codec import value_codec
from robot_fleet.runtime.history import registry
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

T = Text("글", "text")


def kind(name: str) -> EventType:
    return EventType(name, T, Urgency.CRITICAL, 60.0, 600.0, T, T, T)


def with_city(site: Site, *rules: EventRule) -> Site:
    """Return a site in the home of which fires may be told of."""
    xs, ys = zip(*((p.pose.x_m, p.pose.y_m) for p in site.places.values() if p.id.startswith("home/")), strict=True)
    low_x, high_x, low_y, high_y = min(xs) - 0.5, max(xs) + 0.5, min(ys) - 0.5, max(ys) + 0.5
    home = Building("home", T, ((low_x, low_y), (high_x, low_y), (high_x, high_y), (low_x, high_y)))
    city = CityRules(
        {"city": EventSource("city"), "weather": EventSource("weather", ("flood",))},
        {name: kind(name) for name in ("fire", "flood")},
        {rule.id: rule for rule in rules},
    )
    alarms = {**site.health.alarms, **city.alarm_templates()}
    return replace(site, buildings={"home": home}, city=city, health=replace(site.health, alarms=alarms))


HOLD = EventRule("hold", "fire", ("building:*",), hold=("$building",))


@pytest.fixture
def world() -> CoreWorld:
    made = world_of("tiny")
    return CoreWorld(with_city(made.site, HOLD), made.fleet.ports)


def told(name: str = "e1", **changes: object) -> TakeCityEvent:
    return replace(TakeCityEvent("k", "city", name, "fire", "building:home"), **changes)


def answer(world: CoreWorld, news: Input) -> Answer:
    [only] = [effect for effect in world.feed(news) if isinstance(effect, Answer)]
    return only


def city_facts(world: CoreWorld) -> list[object]:
    return [fact for fact in world.facts if isinstance(fact, CITY_FACTS)]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"source": "stranger"}, "request_unknown_event_source"),
        ({"source": "local"}, "request_unknown_event_source"),
        ({"type": "comet"}, "request_unknown_event_type"),
        ({"source": "weather"}, "request_unknown_event_type"),
        ({"subject": "building:tower"}, "request_unknown_event_area"),
        ({"subject": "home"}, "request_unknown_event_area"),
        ({"subject": "city:all"}, "request_unknown_event_area"),
        ({"id": "two words"}, "request_event_malformed"),
        ({"id": ""}, "request_event_malformed"),
        ({"id": "x" * 65}, "request_event_malformed"),
        ({"resolves": "no/id"}, "request_event_malformed"),
        ({"lasts_s": 0.0}, "request_event_malformed"),
        ({"lasts_s": math.nan}, "request_event_malformed"),
        ({"age_s": math.nan}, "request_event_malformed"),
        ({"age_s": -1_000.0}, "request_event_malformed"),
        ({"age_s": 600.0}, "request_event_stale"),
        ({"resolves": "e0"}, "request_unknown_event"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_nothing_is_done(
    world: CoreWorld, changes: dict[str, object], code: str
) -> None:
    refused = answer(world, told(**changes))
    assert (refused.accepted, refused.code) == (False, code)
    assert city_facts(world) == []
    assert not world.state.events and not world.state.event_answers and not world.state.alarms


def test_an_id_is_that_of_one_event(world: CoreWorld) -> None:
    assert answer(world, told()).accepted
    assert answer(world, told(subject="place:home/r101")).code == "request_event_id_used"
    assert answer(world, told(source="weather", type="flood")).accepted  # another source's id is another's


def test_what_was_taken_is_remembered_over_a_restart_and_after_its_event_is_forgotten(world: CoreWorld) -> None:
    first = answer(world, told())
    answer(world, told("e2", resolves="e1"))
    again = Fleet(world.site, world.fleet.ports, [registry().decode(*registry().encode(fact)) for fact in world.facts])
    assert again.state == world.state
    del again.state.events["city/e1"]
    outcome = again.decide(told(age_s=50.0), world.now)
    assert outcome.effects == (first,)
    assert outcome.facts == ()
    assert again.decide(told("e2", resolves="e1"), world.now).facts == ()


def test_a_snapshot_holds_events(world: CoreWorld) -> None:
    answer(world, told())
    codec = value_codec(type(world.state))
    assert codec.loads(codec.dumps(world.state)).events == world.state.events


def test_a_fact_replayed_twice_gives_one_state(world: CoreWorld) -> None:
    world.tell_all()
    answer(world, told())
    world.feed(Tick())
    state = initial_state(world.site)
    for fact in world.facts:
        apply(state, fact)
    assert state == world.state


def test_an_event_that_a_person_has_ended_stays_ended(world: CoreWorld) -> None:
    answer(world, told())
    assert answer(world, EndCityEvent("x1", "city/e1", "false alarm", "kim")).accepted
    assert answer(world, EndCityEvent("x1", "city/e1", "false alarm", "kim")).accepted
    assert answer(world, EndCityEvent("x2", "city/e1")).code == "request_event_over"
    assert answer(world, EndCityEvent("x3", "city/e9")).code == "request_unknown_event"
    assert answer(world, told()).accepted
    assert not world.state.events["city/e1"].open
    assert answer(world, told("e2", resolves="e1")).accepted
    assert world.state.events["city/e1"].ended == "closed"


def test_tasks_into_a_held_area_wait_and_those_that_come_later_too(world: CoreWorld) -> None:
    world.tell_all()
    room = next(place.id for place in world.site.places.values() if place.kind == "room")
    world.feed(SubmitTask("before", "care_visit", {"place": room}))
    event_by = "event:city/e1"
    answer(world, told())
    world.feed(SubmitTask("later", "care_visit", {"place": room}))
    world.feed(Tick())
    for name in ("before", "later"):
        assert (world.state.tasks[name].held, world.state.tasks[name].held_by) == (True, event_by)
    answer(world, told("e2", resolves="e1"))
    assert not any(world.state.tasks[name].held for name in ("before", "later"))


def test_a_task_that_the_site_cannot_do_is_told_and_the_event_is_taken(world: CoreWorld) -> None:
    rule = EventRule("asks", "fire", ("building:*",), tasks=(EventTask("care_visit", {"place": "nowhere"}),))
    asking = CoreWorld(with_city(world_of("tiny").site, rule), world.fleet.ports)
    assert answer(asking, told()).accepted
    [led] = [fact for fact in asking.facts if isinstance(fact, CityEventLed)]
    assert (led.to, led.what) == ("refused", "request_unknown_place")


def test_a_rule_is_for_the_area_and_the_building_around_it() -> None:
    site = with_city(world_of("tiny").site, HOLD)
    place = next(name for name in site.places if name.startswith("home/"))
    areas = areas_of(site, f"place:{place}")
    assert areas == (f"place:{place}", "building:home")
    assert site.city.rule_for("fire", areas) is HOLD
    assert site.city.rule_for("flood", areas) is None
    assert meant(("$building", "zone:annex", "$zone"), areas) == ("building:home", "zone:annex")
    assert areas_of(site, "place:nowhere") == areas_of(site, "nonsense") == ()


def test_points_in_polygons() -> None:
    bent = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0))
    assert contains(bent, 0.5, 2.0) and contains(bent, 3.5, 2.0) and contains(bent, 2.0, 0.5)
    assert not contains(bent, 2.0, 2.0) and not contains(bent, -0.1, 1.0) and not contains(bent, 2.0, 5.0)
