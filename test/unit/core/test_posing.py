"""What planners are told of robots and places beyond the requests themselves."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.core.plan import PlannedStop
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

PARCEL: Mapping[str, object] = {"from": "hub/shelf", "to": "home/r101", "item": "box_1", "mass_kg": 4.0}


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site at 07:30, all robots at their chargers."""
    made = world_of("tiny")
    made.tell_all()
    for robot in made.robots.values():  # they dock where they stand
        made.step(robot)
        made.tell(robot)
    return made


def stops_at(world: CoreWorld, place: str) -> list[PlannedStop]:
    """Return what robots will do at a place, by time."""
    found = [stop for route in world.state.routes.values() for stop in route if stop.place == place]
    return sorted(found, key=lambda stop: stop.begin_s)


def test_two_robots_are_not_planned_to_be_in_a_room_at_one_time(world: CoreWorld) -> None:
    visit = {"place": "home/r101", "earliest_at": world.now.fleet_s + 240.0}
    world.feed(SubmitTask("visit", "care_visit", visit))
    world.feed(SubmitTask("parcel", "parcel_delivery", PARCEL))
    world.feed(Tick())
    first, second = stops_at(world, "home/r101")
    assert {first.task, second.task} == {"visit", "parcel"}
    assert second.begin_s >= first.end_s


def test_who_waits_for_a_room_that_another_robot_is_on_its_way_to_is_told_until_when(world: CoreWorld) -> None:
    world.feed(SubmitTask("visit", "care_visit", {"place": "home/r101", "earliest_at": world.now.fleet_s}))
    world.feed(Tick())
    orders = [robot.busy for robot in world.state.robots.values() if robot.busy is not None]
    assert [order.place for order in orders if order.task] == ["home/r101"]
    visit_s = sum(act.expected_s for act in world.state.tasks["visit"].request.stops[0].acts)
    world.feed(SubmitTask("parcel", "parcel_delivery", PARCEL))
    world.feed(Tick())
    (drop_off,) = stops_at(world, "home/r101")
    assert drop_off.begin_s > world.now.fleet_s + visit_s
