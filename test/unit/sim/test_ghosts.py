"""Robots with bodies elsewhere, as the simulated ones meet them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import ItemSpec
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.link import SimActuator
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.factories import make_place, make_site
from test.unit.sim.conftest import run_goal

REAL = "log_2"


def mixed_world(**more: object) -> SimWorld:
    """The corridor with `log_1` simulated, and `log_2` real."""
    site = make_site(robots={"log_1": "a", REAL: "b"}, **more)
    return SimWorld(site, None, People(), 1, 0.0, ["log_1"])


def test_before_it_was_heard_of_a_ghost_is_nowhere() -> None:
    world = mixed_world()
    assert not world.ghosts.complete
    assert world.ghosts.present == ()
    world.drive("log_1", [Pose(20.0, 0.0)])
    run_goal(world)
    assert world.robots["log_1"].x_m == pytest.approx(20.0, abs=0.1)
    assert world.contacts == []
    world.ghosts.move(REAL, Pose(3.0, 3.0), 0.0)
    assert world.ghosts.complete


def test_a_simulated_robot_brakes_for_a_ghost_and_goes_on_when_it_has_left() -> None:
    world = mixed_world()
    world.ghosts.move(REAL, Pose(10.0, 0.0), 0.0)
    world.drive("log_1", [Pose(20.0, 0.0)])
    world.advance(60.0)
    robot = world.robots["log_1"]
    assert robot.x_m == pytest.approx(10.0 - 0.8 - 0.1 - 0.1, abs=0.06)
    assert robot.v_mps == 0.0
    world.ghosts.move(REAL, Pose(10.0, 8.0), 0.5)
    run_goal(world)
    assert robot.goal is not None
    assert robot.goal.state is GoalState.SUCCEEDED
    assert world.contacts == []


def test_a_ghost_that_comes_nearer_stops_a_robot_that_drives() -> None:
    world = mixed_world()
    world.drive("log_1", [Pose(20.0, 0.0)])
    x_m = 12.0
    for _ in range(600):
        gap_m = x_m - world.robots["log_1"].x_m
        if gap_m > 1.5:  # the real one brakes for what it is told of
            x_m -= 0.05
        world.ghosts.move(REAL, Pose(x_m, 0.0, 3.14159), 0.5)
        world.advance()
    assert world.contacts == []
    assert world.robots["log_1"].v_mps == 0.0


def test_a_real_robot_that_runs_into_a_simulated_one_is_a_contact() -> None:
    world = mixed_world()
    for x_m in (3.0, 2.0, 1.0, 0.5, 0.4, 2.0, 3.0):
        world.advance()
        world.ghosts.move(REAL, Pose(x_m, 0.0), 0.5)
    assert [(contact.a, contact.b) for contact in world.contacts] == [("log_1", REAL)]


def test_ghosts_are_in_the_trace_from_when_they_were_heard_of(tmp_path: Path) -> None:
    world = mixed_world()
    world.open_trace(tmp_path / "trace.csv")
    world.advance(0.5)
    world.ghosts.move(REAL, Pose(7.25, 1.5), 0.0)
    world.ghosts.charge(REAL, 55.5, "")
    world.advance(0.3)
    world.close_trace()
    rows = [line.split(",") for line in (tmp_path / "trace.csv").read_text().splitlines()[1:]]
    ghosts = [row for row in rows if row[1] == REAL]
    assert [row[0] for row in ghosts] == ["0.6", "0.7", "0.8"]
    assert {(row[3], row[4], row[10]) for row in ghosts} == {("7.2500", "1.5000", "55.5000")}


def test_what_a_real_robot_takes_and_gives_changes_hands_here_too(tmp_path: Path) -> None:
    places = [make_place("a", 0.0), make_place("b", 10.0), make_place("shelf", 20.0, holds_items=2)]
    box = ItemSpec("box", "item", "a", 4.0)
    world = mixed_world(places=places, items=[box])
    world.open_trace(tmp_path / "trace.csv")
    world.ghosts.move(REAL, Pose(0.0, 1.0), 0.0)
    world.ghosts.load(REAL, ["box", "what nobody knows"])
    assert world.custody.on_robot(REAL) == ("box",)
    assert world.ghosts.bodies[REAL].load == ("box",)
    world.ghosts.move(REAL, Pose(20.0, 0.2), 0.0)
    world.ghosts.load(REAL, [])
    assert world.custody.at_place("shelf") == ("box",)
    world.ghosts.load(REAL, ["box"])
    world.ghosts.move(REAL, Pose(15.0, 0.0), 0.0)
    world.ghosts.load(REAL, [])
    assert world.custody.items["box"].holder_kind == "person"
    world.close_trace()
    assert (tmp_path / "trace.csv").read_text().count("take:box") == 2


def test_nobody_docks_where_a_real_robot_charges() -> None:
    world = SimWorld(make_site(robots={"log_1": "c", REAL: "b"}), None, People(), 1, 0.0, ["log_1"])
    world.ghosts.move(REAL, Pose(20.0, 5.0), 0.0)
    world.ghosts.charge(REAL, 80.0, "c")
    world.dock("log_1", "c")
    goal = world.robots["log_1"].goal
    assert goal is not None
    assert (goal.state, goal.code) == (GoalState.FAILED, "904")


def test_a_world_that_goes_on_may_have_other_real_robots() -> None:
    site = make_site(robots={"log_1": "a", REAL: "b"})
    whole = SimWorld(site, None, People(), 1, 0.0)
    whole.drive("log_1", [Pose(20.0, 0.0)])
    whole.advance(6.0)
    SimActuator(whole, REAL).start("t1/s/x/0", "inspect", "b", {})
    state = json.loads(json.dumps(whole.snapshot()))
    world = SimWorld(site, None, People(), 1, 0.0, ["log_1"])
    world.restore(state)
    assert world.robots["log_1"].x_m == whole.robots["log_1"].x_m
    act = world.acts.status("t1/s/x/0")
    assert act is not None
    assert act.state is GoalState.CANCELLED, "its robot is not simulated any more"
    world.ghosts.move(REAL, Pose(12.0, 0.0), 0.0)
    world.advance(60.0)
    assert world.contacts == []
    again = SimWorld(site, None, People(), 1, 0.0)
    again.restore(json.loads(json.dumps(world.snapshot())))
    assert again.robots[REAL].pose == site.places["b"].pose, "one that was real until now begins where it starts"
    again.advance(60.0)
    assert again.contacts == []


def test_time_in_which_nothing_happened_costs_nothing() -> None:
    world = SimWorld(make_site(robots={"log_1": "c", REAL: "b"}), None, People(), 1, 0.0)
    SimActuator(world, REAL).start("t1/s/x/0", "inspect", "b", {})
    world.dock("log_1", "c")
    world.advance(0.5)
    charge = {name: robot.soc_at_pct(world.now_s) for name, robot in world.robots.items()}
    left_s = {name: robot.due_s - world.now_s for name, robot in world.robots.items()}
    world.sleep(5000.04)
    assert world.now_s == 5000.0
    assert {name: robot.soc_at_pct(world.now_s) for name, robot in world.robots.items()} == pytest.approx(charge)
    assert {name: robot.due_s - world.now_s for name, robot in world.robots.items()} == pytest.approx(left_s)
    world.sleep(10.0)
    assert world.now_s == 5000.0, "time does not run backwards"
    run_goal(world)
    assert world.robots["log_1"].mode is Mode.DOCKED
    world.advance(120.0)
    act = world.acts.status("t1/s/x/0")
    assert act is not None
    assert act.state is GoalState.SUCCEEDED
