"""What is left of a robot's way, and how much of it is released."""

from __future__ import annotations

from pathlib import Path

from robot_fleet.core.facts import StepsReleased
from robot_fleet.core.fleet import apply
from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.server.rows.ways import ways
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"


def on_its_way() -> tuple[CoreWorld, str]:
    """Return a world in which a robot has an order over several lanes."""
    world = world_of("tiny")
    world.tell_all()
    world.feed(SubmitTask("v", "care_visit", {"place": "home/r102"}))
    while True:
        for robot in world.state.robots.values():
            if robot.busy is not None and len(robot.busy.lanes) > 1 and not robot.busy.lanes_done:
                return world, robot.id
        world.pass_time(1.0)
        for simulated in world.robots.values():
            world.step(simulated)
            world.tell(simulated)
        world.feed(Tick())


def test_a_way_leads_from_the_lane_that_the_robot_is_on_to_its_place() -> None:
    world, name = on_its_way()
    order = world.state.robots[name].busy
    assert order is not None
    (row,) = [row for row in ways(world.site, world.state) if row["robot"] == name]
    first, last = world.site.lanes[order.lanes[0]], world.site.lanes[order.lanes[-1]]
    ends = [
        (world.site.vertices[vertex].pose.x_m, world.site.vertices[vertex].pose.y_m)
        for vertex in (first.start, last.end)
    ]
    assert [tuple(row["points"][0]), tuple(row["points"][-1])] == [(round(x_m, 2), round(y_m, 2)) for x_m, y_m in ends]
    assert (row["place"], len(row["points"])) == (order.place, len(order.lanes) + 1)
    assert row["released"] == order.lanes_released <= len(order.lanes)


def test_what_is_behind_it_is_left_out_and_what_is_released_is_counted_from_there() -> None:
    world, name = on_its_way()
    order = world.state.robots[name].busy
    assert order is not None
    apply(world.state, StepsReleased(name, order.id, order.first_lane + len(order.lanes), world.fleet_s))
    order.done = order.first_lane + 1  # undocked, and a lane driven
    (row,) = [row for row in ways(world.site, world.state) if row["robot"] == name]
    assert len(row["points"]) == len(order.lanes)
    assert row["released"] == len(order.lanes) - 1
    order.done = order.first_tail
    assert name not in {row["robot"] for row in ways(world.site, world.state)}
