"""Events of the city in the first site: what each leads to, in its building or zone only, and what is given back."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
import shapely

from robot_fleet.core.effects import Answer
from robot_fleet.core.facts.city import CityEventEnded, CityEventTaken
from robot_fleet.core.fleet.city.city import notices
from robot_fleet.core.fleet.city.city_state import CityEventRecord
from robot_fleet.core.fleet.right_of_way import roads
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    CloseIncident,
    EndCityEvent,
    Input,
    SetHold,
    SubmitTask,
    TakeCityEvent,
)
from robot_fleet.core.lifecycles.alarm import AlarmState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Site
from robot_fleet.reports.report import build_report
from robot_fleet.runtime.runs.city import event_entries
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.sim.people import People, read_people
from robot_fleet.site.ground.maps import OccupancyMap, read_map
from test.integration.virtual_runs import BUSAN, site_of

HOME, FLATS, HUB = "building:care_home", "building:senior_apt", "building:hub"
PLATFORM = "city_platform"


@cache
def ground() -> tuple[OccupancyMap, People]:
    site, _ = site_of(BUSAN)
    return read_map(Path(site.map_file)), read_people(BUSAN / "people.yaml")


class City:
    """The first site with nobody asking for anything but the test, and a city that tells of events."""

    def __init__(self) -> None:
        site, ports = site_of(BUSAN)
        self.fleet = VirtualFleet(site, ports, *ground(), (), 1, improving=False)
        for link in self.fleet.links.values():
            link.agent.start(self.fleet.now)
        self.answers: dict[str, Answer] = {}
        self.fleet.host._answer = lambda answer: self.answers.__setitem__(answer.key, answer)
        self.pass_s(2)

    @property
    def site(self) -> Site:
        return self.fleet.host.fleet.site

    @property
    def state(self):
        return self.fleet.host.fleet.state

    def pass_s(self, seconds: int) -> None:
        for _ in range(seconds):
            self.fleet.second()

    def until(self, so: Callable[[], object], within_s: int) -> None:
        for _ in range(within_s):
            if so():
                return
            self.fleet.second()
        raise AssertionError(f"not within {within_s} s")

    def feed(self, news: Input) -> None:
        self.fleet.host.feed(news, self.fleet.now)

    def ask(self, key: str, service: str, **params: object) -> None:
        self.feed(SubmitTask(key, service, params))
        assert self.answers[key].accepted, self.answers[key]

    def tell(self, name: str, kind: str, subject: str, resolves: str = "", **more: object) -> CityEventRecord:
        self.feed(TakeCityEvent(name, PLATFORM, name, kind, subject, resolves=resolves, **more))
        assert self.answers[name].accepted, self.answers[name]
        return self.state.events[f"{PLATFORM}/{resolves or name}"]

    def closed(self) -> set[str]:
        return {zone.id for zone in self.site.zones.values() if roads.is_closed(self.state, zone)}

    def held(self) -> set[str]:
        return {robot.id for robot in self.state.robots.values() if robot.hold}

    def inside(self, outline: tuple[tuple[float, float], ...]) -> set[str]:
        """Return the robots whose middle is in a polygon now."""
        ground = shapely.Polygon(outline)
        robots = self.fleet.world.robots.values()
        return {robot.id for robot in robots if ground.contains(shapely.Point(robot.x_m, robot.y_m))}

    def in_building(self, name: str) -> set[str]:
        return self.inside(self.site.buildings[name].outline)

    def in_zone(self, name: str) -> set[str]:
        return self.inside(self.site.zones[name].outline)


@pytest.fixture
def city() -> City:
    return City()


def test_a_vital_sign_alarm_sends_a_care_robot_to_the_place(city: City) -> None:
    event = city.tell("v1", "vital_sign", "place:care_home/r203", age_s=4.0)
    [task] = event.led_to("task")
    request = city.state.tasks[task].request
    assert (request.service, dict(request.params)["place"]) == ("care_alarm", "care_home/r203")
    assert request.requested_s == city.fleet.now.fleet_s - 4.0
    city.until(lambda: event.on_site_s is not None, 180)
    [entry] = event_entries(city.state)
    assert entry["taken_s"] == 4.0
    assert 4.0 <= entry["shown_s"] <= 6.0
    assert 4.0 < entry["robot_on_site_s"] <= 180.0
    assert entry["robot"].startswith("care_")
    [figures] = build_report(city.fleet.log.facts).events
    assert (figures.taken_s, figures.shown_s) == (4.0, entry["shown_s"])
    assert figures.on_site_s == pytest.approx(entry["robot_on_site_s"], abs=0.2)
    assert city.closed() == city.held() == set()
    incident = city.state.incidents[event.taken.incident]
    assert incident.alarms == (event.taken.alarm, task)


def test_a_fire_holds_the_building_clears_its_way_of_escape_and_leaves_the_others_alone(city: City) -> None:
    city.ask("far", "care_visit", place="care_home/r201")
    city.ask("near", "care_visit", place="senior_apt/f304")
    city.until(lambda: city.in_zone("home_escape"), 120)
    [driving] = city.in_zone("home_escape")
    event = city.tell("f1", "fire", HOME)
    assert city.closed() == {"home_escape", "home_fire_lane", "link_passage"}
    city.until(lambda: not city.in_zone("home_escape"), 60)
    assert city.state.tasks["far"].held_by == event.by
    for _ in range(60):  # nobody comes back, and whoever is inside comes to rest
        city.fleet.second()
        assert not city.in_zone("home_escape")
    assert city.held() == city.in_building("care_home")
    assert driving not in city.in_building("care_home") or city.state.robots[driving].docked
    assert city.state.tasks["near"].state in (TaskState.UNDERWAY, TaskState.COMPLETED)
    assert _arrived(city, "near")  # the flats do not notice
    city.tell("f2", "fire", HOME, resolves="f1")
    assert (event.ended, city.closed(), city.held()) == ("resolved", set(), set())
    assert not city.state.tasks["far"].held
    city.until(lambda: city.state.tasks["far"].state in (TaskState.SCHEDULED, TaskState.ASSIGNED), 60)  # planned again
    city.until(lambda: city.state.alarms[event.taken.alarm].state is not AlarmState.ACTIVE, 60)
    assert not city.fleet.host.fleet.agenda.violations


def test_care_alarms_still_come_through_in_a_building_on_fire_as_its_rule_says(city: City) -> None:
    event = city.tell("f1", "fire", HOME)
    city.pass_s(5)
    assert {"care_1", "care_2"} <= city.held()
    city.ask("help", "care_alarm", place="care_home/r205", signal="help_button")
    city.until(lambda: city.state.alarms["help"].on_site_s is not None, 180)
    city.pass_s(2)
    assert city.closed() == set(event.closed)  # shut again as soon as the robot is there
    served = city.state.tasks["help"].robot
    assert served not in city.held() and city.held() == city.in_building("care_home") - {served}


def test_a_person_in_a_visit_is_told_what_happens(city: City) -> None:
    city.ask("visit", "care_visit", place="senior_apt/f302")
    city.until(lambda: _arrived(city, "visit"), 300)
    event = city.tell("q1", "quake", FLATS)
    assert event.led_to("told") == ("visit",)
    said = notices(city.site, city.state)["visit"]
    assert "earthquake" in said.en and "지진" in said.ko
    robot = city.state.tasks["visit"].robot
    assert robot in city.held()
    city.tell("q2", "quake", FLATS, resolves="q1")
    assert notices(city.site, city.state) == {}
    assert robot not in city.held()


def _arrived(city: City, task: str) -> bool:
    return any(instant.endswith(".arrived") for instant in city.state.tasks[task].instants)


def test_a_flood_closes_its_zone_until_it_is_over(city: City) -> None:
    event = city.tell("w1", "flood", "zone:festival_square", lasts_s=60.0)
    assert (city.closed(), city.held()) == ({"festival_square"}, set())
    city.pass_s(61)
    assert (event.ended, city.closed()) == ("expired", set())


def test_a_flood_in_a_building_holds_its_robots(city: City) -> None:
    city.tell("w1", "flood", "building:parking_deck")
    assert city.held() == {"parking_1", "parking_2", "parking_3"}


def test_a_quake_holds_its_building_and_sends_a_patrol(city: City) -> None:
    event = city.tell("q1", "quake", FLATS)
    assert city.held() == city.in_building("senior_apt") == {"care_3", "care_4"}
    [task] = event.led_to("task")
    assert city.state.tasks[task].request.service == "patrol"
    city.until(lambda: event.on_site_s is not None, 300)
    assert event.on_site.startswith("logistics_")


def test_a_crowd_closes_its_zone(city: City) -> None:
    city.tell("c1", "crowd", "zone:festival_square")
    assert (city.closed(), city.held()) == ({"festival_square"}, set())


def test_a_closed_road_is_gone_round(city: City) -> None:
    city.tell("r1", "road_closed", "zone:west_crossing")
    city.ask(
        "parcel", "parcel_delivery", **{"from": "hub/shelf_1", "to": "senior_apt/f301", "item": "p1", "mass_kg": 2.0}
    )
    for _ in range(240):
        city.fleet.second()
        assert not city.in_zone("west_crossing")
    carried = city.state.tasks["parcel"]
    assert "dropoff.arrived" in carried.instants or city.in_zone("east_crossing") or carried.state is TaskState.UNDERWAY


def test_a_power_cut_holds_its_building(city: City) -> None:
    city.tell("p1", "power_cut", HUB)
    assert city.held() == city.in_building("hub") == {f"logistics_{number}" for number in range(1, 6)}


def test_a_place_is_in_its_building(city: City) -> None:
    event = city.tell("f1", "fire", "place:care_home/r203")
    assert event.taken.rule == "fire_in_the_care_home"


def test_an_event_without_a_rule_is_shown_and_does_nothing(city: City) -> None:
    event = city.tell("c1", "crowd", HUB)
    assert (event.taken.rule, event.led, city.closed(), city.held()) == ("", (), set(), set())
    city.pass_s(2)
    assert event.shown_s is not None


def test_the_same_event_again_does_nothing_twice(city: City) -> None:
    city.tell("v1", "vital_sign", "place:care_home/r203")
    before, first = len(city.fleet.log.facts), city.answers["v1"]
    for _ in range(3):
        city.tell("v1", "vital_sign", "place:care_home/r203", age_s=20.0)
    assert len(city.fleet.log.facts) == before
    assert city.answers["v1"] == first
    city.tell("v2", "vital_sign", "place:care_home/r203", resolves="v1")
    ended = [fact for _, fact in city.fleet.log.facts if isinstance(fact, CityEventEnded)]
    city.tell("v2", "vital_sign", "place:care_home/r203", resolves="v1")
    city.tell("v1", "vital_sign", "place:care_home/r203")  # a late copy of what is over
    assert [fact for _, fact in city.fleet.log.facts if isinstance(fact, CityEventEnded)] == ended
    taken = [fact for _, fact in city.fleet.log.facts if isinstance(fact, CityEventTaken)]
    assert len(taken) == len(ended) == 1


def test_closing_the_incident_ends_its_event(city: City) -> None:
    event = city.tell("f1", "fire", HOME)
    city.pass_s(2)
    city.feed(AcknowledgeAlarm("a1", event.taken.alarm, "kim"))
    city.feed(CloseIncident("c1", event.taken.incident, "false alarm", "kim"))
    assert (event.ended, event.ended_by, city.closed(), city.held()) == ("closed", "kim", set(), set())


def test_two_events_end_one_after_the_other(city: City) -> None:
    first, second = city.tell("f1", "fire", HOME), city.tell("p1", "power_cut", HOME)
    held = city.held()
    assert held == city.in_building("care_home")
    city.tell("f2", "fire", HOME, resolves="f1")
    assert (city.closed(), city.held()) == (set(), held)
    assert {city.state.robots[robot].held_by for robot in held} == {second.by}
    city.feed(EndCityEvent("e1", second.id, "", "kim"))
    assert city.held() == set()
    assert first.ended == "resolved"


def test_whoever_a_person_lets_go_is_not_held_again_and_whom_they_hold_stays_held(city: City) -> None:
    city.feed(SetHold("h1", True, "care_2", "", "kim"))
    event = city.tell("f1", "fire", HOME)
    assert city.state.robots["care_1"].held_by == event.by
    city.feed(SetHold("h2", False, "care_1", "", "kim"))
    city.pass_s(3)
    assert "care_1" not in city.held()
    city.tell("f2", "fire", HOME, resolves="f1")
    assert city.held() == {"care_2"}


def test_the_end_of_an_event_is_no_consent_after_an_emergency_stop(city: City) -> None:
    city.tell("f1", "fire", HOME)
    city.fleet.world.set_control("care_1", "emergency_stop")
    city.until(lambda: city.state.robots["care_1"].stopped, 10)
    city.tell("f2", "fire", HOME, resolves="f1")
    assert not city.state.robots["care_1"].hold
    assert city.state.robots["care_1"].stopped


def test_an_exercise_is_marked_in_all_that_people_read(city: City) -> None:
    city.feed(TakeCityEvent("d1", "local", "d1", "fire", HOME, exercise=True))
    event = city.state.events["local/d1"]
    alarm = city.state.alarms[event.taken.alarm]
    assert city.site.health.alarms[alarm.condition].cause.en.startswith("[Drill]")
    city.feed(TakeCityEvent("d2", "local", "d2", "fire", HOME))
    assert city.answers["d2"].code == "request_unknown_event_source"
