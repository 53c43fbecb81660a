from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.affinity import rotate, translate
from shapely.geometry import Polygon, box

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import ItemSpec
from robot_fleet.sim import boxes
from robot_fleet.sim.link import SimActuator
from robot_fleet.sim.robot import STEP_S
from test.factories import make_kind, make_parking_kind, make_place, make_site
from test.unit.sim.conftest import MakeWorld, run_goal

_angle = st.floats(-math.pi, math.pi)
_place = st.floats(-4.0, 4.0)
_size = st.floats(0.2, 3.0)
_box = st.tuples(_place, _place, _angle, _size, _size)
BoxArgs = tuple[float, float, float, float, float]


def shape(x: float, y: float, yaw: float, length: float, width: float) -> Polygon:
    flat = box(-length / 2, -width / 2, length / 2, width / 2)
    return translate(rotate(flat, yaw, origin=(0, 0), use_radians=True), x, y)


@settings(max_examples=100, deadline=None)
@given(a=_box, b=_box)
def test_rectangles_overlap_as_polygons_do(a: BoxArgs, b: BoxArgs) -> None:
    one, other = shape(*a), shape(*b)
    if not 0.0 < one.intersection(other).area < 1e-6:  # an area may come out as 0 where edges lie on each other
        insides_meet = one.relate_pattern(other, "T********")
        assert boxes.overlap(boxes.box(*a), boxes.box(*b)) == insides_meet


@settings(max_examples=100, deadline=None)
@given(a=_box, b=_box, heading=_angle)
def test_the_free_way_ends_where_polygons_touch(a: BoxArgs, b: BoxArgs, heading: float) -> None:
    if shape(*a).intersects(shape(*b)):
        return
    ux, uy = math.cos(heading), math.sin(heading)
    way_m = boxes.free_way_m(boxes.box(*a), boxes.box(*b), ux, uy)
    if way_m == math.inf:
        for k in range(1, 120):
            assert shape(a[0] + 0.1 * k * ux, a[1] + 0.1 * k * uy, *a[2:]).intersection(shape(*b)).area < 1e-6
    else:
        touching = shape(a[0] + way_m * ux, a[1] + way_m * uy, *a[2:])
        assert touching.distance(shape(*b)) < 1e-6
        assert touching.intersection(shape(*b)).area < 1e-6


def test_it_stops_before_a_robot_in_its_way_and_goes_on_when_that_has_left(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "a", "log_2": "b"}))
    world.drive("log_1", [Pose(20.0, 0.0)])
    world.advance(60.0)
    robot = world.robots["log_1"]
    assert robot.x_m == pytest.approx(10.0 - 0.8 - 0.1 - 0.1, abs=0.06)
    assert robot.v_mps == 0.0
    assert robot.goal is not None
    assert robot.goal.state is GoalState.RUNNING
    assert robot.power_w == robot.kind.standing_w
    world.drive("log_2", [Pose(10.0, 8.0)])
    run_goal(world)
    assert robot.goal.state is GoalState.SUCCEEDED
    assert world.contacts == []


def test_robots_pass_each_other_in_their_lanes_at_speed(make_world: MakeWorld) -> None:
    places = [make_place("w", 0.0), make_place("e", 20.0, 0.7)]
    world = make_world(make_site(places, {"log_1": "w", "log_2": "e"}, lanes=[]))
    world.drive("log_1", [Pose(20.0, 0.0)])
    world.drive("log_2", [Pose(0.0, 0.7, math.pi)])
    assert run_goal(world) == pytest.approx(20.0 + 2.0, abs=3 * STEP_S)
    assert world.contacts == []


def test_head_on_robots_stop_for_good(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "a", "log_2": "c"}))
    world.drive("log_1", [Pose(20.0, 0.0)])
    world.drive("log_2", [Pose(0.0, 0.0, math.pi)])
    world.advance(120.0)
    assert world.robots["log_1"].v_mps == world.robots["log_2"].v_mps == 0.0
    assert world.robots["log_2"].x_m - world.robots["log_1"].x_m > 0.8
    assert world.contacts == []


def test_it_does_not_turn_into_its_neighbour(make_world: MakeWorld) -> None:
    long = make_kind(footprint=make_parking_kind().loaded_footprint)
    places = [make_place("s", 0.0), make_place("n", 0.0, 2.5)]
    world = make_world(make_site(places, {"log_1": "s", "log_2": "n"}, [long], lanes=[]))
    world.drive("log_1", [Pose(0.0, 0.0, math.pi / 2)])
    world.advance(30.0)
    assert world.robots["log_1"].yaw_rad < 0.3
    assert world.contacts == []
    world.drive("log_2", [Pose(20.0, 2.5)])
    run_goal(world)
    assert world.robots["log_1"].yaw_rad == pytest.approx(math.pi / 2)


def test_a_contact_is_recorded_once_and_again_when_it_comes_again(make_world: MakeWorld) -> None:
    slots = [make_place("s1", 0.0, kind="slot"), make_place("s2", 2.2, 0.0, kind="slot", holds_items=1)]
    car = ItemSpec("car", "car", "s1", 1500.0, 4.8, 1.9)
    world = make_world(make_site(slots, {"park_1": "s1", "park_2": "s2"}, [make_parking_kind()], [car], lanes=[]))
    SimActuator(world, "park_1").start("k1", "take", "s1", {"item": "car"})
    world.advance(30.0)
    assert [(contact.a, contact.b) for contact in world.contacts] == [("park_1", "park_2")]
    world.drive("park_2", [Pose(12.0, 0.0)])
    run_goal(world, "park_2")
    assert len(world.contacts) == 1
    assert world.scanners.touching == {}


@settings(max_examples=25, deadline=None)
@given(
    goals=st.lists(st.tuples(st.integers(0, 5), st.integers(-6, 6), st.integers(-6, 6)), min_size=4, max_size=24),
)
def test_the_account_of_contacts_agrees_with_polygons(goals: list[tuple[int, int, int]]) -> None:
    from robot_fleet.sim.people import People
    from robot_fleet.sim.world import SimWorld

    places = [make_place(f"p{k}", 2.5 * k - 6.0, -2.0 * (k % 3)) for k in range(6)]
    world = SimWorld(make_site(places, {f"r{k}": f"p{k}" for k in range(6)}, lanes=[]), None, People(), 1, 0.0)
    touching: set[tuple[str, str]] = set()
    for number, (k, x, y) in enumerate(goals):
        world.drive(f"r{k}", [Pose(float(x), float(y))])
        for _ in range(20 + 10 * (number % 3)):
            world.advance()
            bodies = list(world.robots.values())
            for i, a in enumerate(bodies):
                for b in bodies[i + 1 :]:
                    if a.pose.distance_m(b.pose) < 1.0 and boxes.overlap(a.box(), b.box()):
                        touching.add((a.id, b.id))
    assert touching == {(contact.a, contact.b) for contact in world.contacts}
