"""Drivers who have asked at a kiosk bring their cars: once, when it is time, one by one. Nobody brings other goods."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.brought import BroughtItem
from robot_fleet.sim.bringers import bring
from robot_fleet.sim.people import parse_people
from robot_fleet.sim.world import SimWorld
from test.factories import make_place, make_site
from test.unit.sim.conftest import MakeWorld

CAR = BroughtItem("car_1", "car", "bay", 1_100.0, 3.7, 1.7, 0.0)
QUICK = parse_people({"drivers": {"drive_in": {"mean_s": 10.0}}})


def parking(make_world: MakeWorld) -> SimWorld:
    places = [
        make_place("a", 0.0, 0.0),
        make_place("b", 10.0, 0.0),
        make_place("bay", 30.0, 30.0, kind="bay_in", holds_items=1),
    ]
    return make_world(make_site(places), QUICK)


def test_the_car_of_a_request_stands_in_its_bay_as_its_request_says(make_world: MakeWorld) -> None:
    world = parking(make_world)
    bring(world, [CAR])
    assert world.custody.holders()["car_1"] == "place:bay"
    car = world.custody.items["car_1"]
    assert (car.mass_kg, car.length_m, car.width_m) == (1_100.0, 3.7, 1.7)


def test_it_comes_once_whatever_became_of_it(make_world: MakeWorld) -> None:
    world = parking(make_world)
    bring(world, [CAR])
    world.custody.move("car_1", "person", "")
    bring(world, [CAR])
    assert world.custody.holders()["car_1"] == "person"


def test_nobody_comes_before_it_is_time_and_the_next_waits_for_the_bay(make_world: MakeWorld) -> None:
    world = parking(make_world)
    later = replace(CAR, item="car_2", from_s=5.0)
    bring(world, [CAR, later])
    assert "car_2" not in world.custody.items and not world.drivers.queues_for("car_2", "bay")
    world.advance(5.0)
    for _ in range(2):
        bring(world, [CAR, later])
    assert world.drivers.queues_for("car_2", "bay")
    world.custody.move("car_1", "person", "")
    world.advance(12.0)
    assert world.custody.at_place("bay") == ("car_2",)


def test_what_is_no_car_is_handed_over_when_a_robot_takes_it(make_world: MakeWorld) -> None:
    world = parking(make_world)
    bring(world, [replace(CAR, item="meal_1", kind="goods", place="a"), replace(CAR, place="nowhere")])
    assert list(world.custody.items) == []
