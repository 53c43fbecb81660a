"""What open requests bring along is told until a robot has it."""

from __future__ import annotations

from robot_fleet.core.brought import BroughtItem
from robot_fleet.core.fleet.tasks.bringing import brought_items
from robot_fleet.core.inputs import CancelTask, SubmitTask
from test.property.core_world import CoreWorld
from test.property.test_core import world_of
from test.unit.core.test_care import PARCEL, docked
from test.unit.core.test_recovery import work


def told(world: CoreWorld) -> list[BroughtItem]:
    return list(brought_items(world.site, world.state))


def test_what_a_request_brings_is_told_until_a_robot_has_it() -> None:
    world = docked(world_of("tiny"))
    assert told(world) == []
    world.feed(SubmitTask("p1", "parcel_delivery", PARCEL))
    from_s = world.state.tasks["p1"].request.earliest_s
    assert told(world) == [BroughtItem("b1", "goods", "hub/shelf", 2.0, 0.0, 0.0, from_s)]
    for _ in range(60):
        if not world.state.items["b1"].holder.startswith("place:"):
            break
        assert len(told(world)) == 1
        work(world)
    assert world.state.items["b1"].holder.startswith("robot:")
    assert told(world) == []


def test_nobody_brings_anything_for_a_request_that_was_taken_back() -> None:
    world = docked(world_of("tiny"))
    world.feed(SubmitTask("p1", "parcel_delivery", PARCEL))
    world.feed(CancelTask("c1", "p1"))
    assert told(world) == []
