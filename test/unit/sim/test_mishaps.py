"""What a robot does can fail by itself, with the code that a real one would give."""

from __future__ import annotations

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import ItemSpec
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.mishaps import fail_action
from robot_fleet.sim.world import SimWorld
from test.factories import make_place, make_site
from test.unit.sim.conftest import MakeWorld


@pytest.fixture
def world(make_world: MakeWorld) -> SimWorld:
    places = [make_place("a", 0.0, kind="charger"), make_place("b", 10.0)]
    return make_world(make_site(places, items=[ItemSpec("p1", "parcel", "a", 5.0, 0.3, 0.2)]))


def ended(world: SimWorld) -> tuple[GoalState, str]:
    goal = world.robots["log_1"].goal
    assert goal is not None
    return goal.state, goal.code


def test_who_does_nothing_cannot_fail(world: SimWorld) -> None:
    assert fail_action(world, "log_1") == ""


def test_a_drive_brakes_to_a_halt(world: SimWorld) -> None:
    world.drive("log_1", [Pose(10.0, 0.0)])
    world.advance(3.0)
    assert fail_action(world, "log_1") == "drive"
    assert fail_action(world, "log_1") == "", "it fails already"
    world.advance(5.0)
    assert ended(world) == (GoalState.FAILED, "105")
    assert (world.robots["log_1"].v_mps, world.robots["log_1"].mode) == (0.0, Mode.STANDING)


def test_a_docking_ends_before_the_charger_and_an_undocking_in_it(world: SimWorld) -> None:
    world.dock("log_1", "a")
    world.advance(1.0)
    assert fail_action(world, "log_1") == "dock"
    assert ended(world) == (GoalState.FAILED, "905")
    assert (world.robots["log_1"].mode, world.robots["log_1"].docked_at) == (Mode.STANDING, "")
    world.dock("log_1", "a")
    world.advance(60.0)
    world.undock("log_1")
    assert fail_action(world, "log_1") == "undock"
    assert ended(world) == (GoalState.FAILED, "905")
    assert (world.robots["log_1"].docked_at, world.robots["log_1"].charging) == ("a", True)


def test_an_act_has_not_happened(world: SimWorld) -> None:
    robot = world.robots["log_1"]
    world.acts.start(robot, "k1", "inspect", "a", {})
    assert fail_action(world, "log_1") == "inspect"
    status = world.acts.status("k1")
    assert status is not None
    assert (status.state, status.code) == (GoalState.FAILED, "act_failed")
    world.advance(60.0)
    assert world.physical_acts == []


def test_of_a_hand_over_that_fails_nothing_changes_hands(world: SimWorld) -> None:
    world.acts.start(world.robots["log_1"], "k1", "take", "a", {"item": "p1"})
    assert fail_action(world, "log_1") == "take"
    world.advance(60.0)
    assert world.custody.on_robot("log_1") == ()
    world.acts.start(world.robots["log_1"], "k2", "take", "a", {"item": "p1"})
    world.advance(60.0)
    assert world.custody.on_robot("log_1") == ("p1",)
