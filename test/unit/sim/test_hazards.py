"""What is wrong in a world by nature: bodies in the way, blind scanners, slipping wheels, dead chargers."""

from __future__ import annotations

import json

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.sim.bodies import LOOK_AHEAD_M, OBSTACLE, Body, crowd
from robot_fleet.sim.goals import PATIENCE_S
from robot_fleet.sim.hazards import NO_CURRENT, NO_DOCK
from robot_fleet.sim.world import SimWorld
from test.factories import corridor_places, make_place, make_site
from test.unit.sim.conftest import MakeWorld, run_goal


def block(world: SimWorld, x_m: float, size: tuple[float, float] = (0.5, 0.5), y_m: float = 0.0) -> None:
    map_id = world.robots["log_1"].map_id
    assert world.put_bodies([Body("box", OBSTACLE, map_id, ((x_m, y_m), (x_m, y_m)), size)])


def test_a_robot_stops_before_a_thing_and_says_so_as_nav2_does(make_world: MakeWorld) -> None:
    world = make_world()
    world.drive("log_1", [Pose(20.0, 0.0)])
    block(world, 6.0)
    took_s = run_goal(world)
    robot = world.robots["log_1"]
    assert robot.goal is not None
    assert (robot.goal.state, robot.goal.code) == (GoalState.FAILED, "105")
    assert robot.x_m + robot.footprint.length_m / 2.0 < 6.0 - 0.25
    assert robot.v_mps == 0.0
    assert took_s > PATIENCE_S
    assert not world.contacts


def test_it_goes_on_when_the_thing_is_taken_away_in_time(make_world: MakeWorld) -> None:
    world = make_world()
    block(world, 6.0)
    world.drive("log_1", [Pose(20.0, 0.0)])
    while world.robots["log_1"].blocked_s > world.now_s:
        world.advance()
    world.advance(PATIENCE_S / 2.0)
    world.hazards.bodies.remove("box")
    run_goal(world)
    assert world.robots["log_1"].x_m == pytest.approx(20.0)


def test_a_blind_robot_runs_into_it_and_the_contact_is_counted_once(make_world: MakeWorld) -> None:
    world = make_world()
    block(world, 6.0)
    world.set_blind("log_1", True)
    world.drive("log_1", [Pose(20.0, 0.0)])
    run_goal(world)
    assert [(contact.a, contact.b) for contact in world.contacts] == [("box", "log_1")]
    assert world.robots["log_1"].x_m == pytest.approx(20.0)


def test_nothing_appears_where_a_robot_stands(make_world: MakeWorld) -> None:
    world = make_world()
    robot = world.robots["log_1"]
    body = Body("box", OBSTACLE, robot.map_id, ((robot.x_m, robot.y_m), (robot.x_m, robot.y_m)), (0.5, 0.5))
    assert not world.put_bodies([body])
    assert not world.hazards.bodies.by_id


def test_careful_people_stop_before_a_robot_and_careless_ones_do_not(make_world: MakeWorld) -> None:
    for careful in (True, False):
        world = make_world()
        robot = world.robots["log_1"]
        line = ((robot.x_m + 4.0, robot.y_m), (robot.x_m - 4.0, robot.y_m))
        person = Body("p", "person", robot.map_id, line, (0.5, 0.5), pace_mps=1.0, careful=careful)
        assert world.put_bodies([person])
        world.advance(20.0)
        assert bool(world.contacts) is not careful
        if careful:
            gap_m = person.box().x_m - 0.25 - robot.x_m - robot.footprint.length_m / 2.0
            assert LOOK_AHEAD_M - 0.2 < gap_m < LOOK_AHEAD_M + 0.2


def test_a_crowd_follows_from_its_seed() -> None:
    def where(seed: str) -> list[tuple[float, float, float]]:
        found = crowd("c", seed, "m", ((0.0, 0.0), (20.0, 0.0)), 6, 2.0, careful=True)
        assert all(abs(body.box().y_m) <= 1.0 for body in found)
        return [(body.box().x_m, body.box().y_m, body.pace_mps) for body in found]

    assert where("1") == where("1") != where("2")


def test_wheels_that_slip_count_more_than_is_driven(make_world: MakeWorld) -> None:
    world = make_world()
    start_m = world.robots["log_1"].x_m
    world.set_slip("log_1", 0.2)
    world.drive("log_1", [Pose(start_m + 16.0, 0.0)])
    run_goal(world)
    robot = world.robots["log_1"]
    assert robot.x_m == pytest.approx(start_m + 16.0)
    assert robot.odometer_m == pytest.approx(20.0, abs=0.1)


def charger_world(make_world: MakeWorld) -> SimWorld:
    places = (*corridor_places(), make_place("plug", 1.0, kind="charger"))
    return make_world(make_site(places=places, robots={"log_1": "plug"}))


def test_a_charger_gives_no_current_until_it_is_mended(make_world: MakeWorld) -> None:
    world = charger_world(make_world)
    world.set_charger("plug", NO_CURRENT)
    world.dock("log_1", "plug")
    run_goal(world)
    robot = world.robots["log_1"]
    assert (robot.docked_at, robot.charging) == ("plug", False)
    before = robot.soc_at_pct(world.now_s)
    world.advance(60.0)
    assert robot.soc_at_pct(world.now_s) < before
    world.set_charger("plug", "")
    assert robot.charging


def test_a_charger_that_is_held_back_feeds_the_robot_and_not_its_battery(make_world: MakeWorld) -> None:
    world = charger_world(make_world)
    world.supply(["plug"])
    world.dock("log_1", "plug")
    run_goal(world)
    robot = world.robots["log_1"]
    before = robot.soc_at_pct(world.now_s)
    world.advance(60.0)
    assert (robot.charging, robot.soc_at_pct(world.now_s)) == (False, before)
    other = charger_world(make_world)
    other.restore(json.loads(json.dumps(world.snapshot())))
    for each in (world, other):
        each.take_changes()
        each.supply([])
        assert each.take_changes() == ["log_1"]  # its report says so at once
        each.advance(60.0)
        assert each.robots["log_1"].charging
        assert each.robots["log_1"].soc_at_pct(each.now_s) > before
    world.set_charger("plug", NO_CURRENT)
    world.supply(["plug"])
    world.advance(60.0)
    world.supply([])
    assert not world.robots["log_1"].charging  # what gives no current gives none because somebody wants it


def test_a_charger_that_cannot_be_made_out_refuses(make_world: MakeWorld) -> None:
    world = charger_world(make_world)
    world.set_charger("plug", NO_DOCK)
    world.dock("log_1", "plug")
    goal = world.robots["log_1"].goal
    assert goal is not None
    assert (goal.state, goal.code) == (GoalState.FAILED, "904")


def test_a_restored_world_goes_on_with_its_hazards(make_world: MakeWorld) -> None:
    def troubled() -> SimWorld:
        world = make_world()
        robot = world.robots["log_1"]
        assert world.put_bodies(crowd("c", "1", robot.map_id, ((6.0, 0.0), (20.0, 0.0)), 4, 2.0, careful=True))
        block(world, 26.0)
        world.set_slip("log_1", 0.1)
        world.set_blind("log_1", True)
        world.drive("log_1", [Pose(20.0, 0.0)])
        world.advance(7.0)
        return world

    one, other = troubled(), make_world()
    other.restore(json.loads(json.dumps(one.snapshot())))
    for world in (one, other):
        world.advance(30.0)
    assert one.snapshot() == other.snapshot()
    assert one.hazards.capture() == other.hazards.capture()
