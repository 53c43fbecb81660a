from __future__ import annotations

import pytest

from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.sim.link import SimNavigator
from test.factories import make_kind, make_site
from test.unit.sim.conftest import MakeWorld, run_goal


def test_standing_driving_and_loaded_draw_their_powers(make_world: MakeWorld) -> None:
    world = make_world()
    robot = world.robots["log_1"]
    world.advance(100.0)
    assert robot.energy_at_wh(world.now_s) == pytest.approx(36.0 * 100.0 / 3600.0)
    world.drive("log_1", [Pose(10.0, 0.0)])
    took_s = run_goal(world)
    assert robot.energy_at_wh(world.now_s) == pytest.approx(1.0 + 144.0 * took_s / 3600.0)
    before_wh = robot.energy_at_wh(world.now_s)
    robot.carry(("p",), 5.0, robot.footprint)
    world.drive("log_1", [Pose(20.0, 0.0)])
    took_s = run_goal(world)
    assert robot.energy_at_wh(world.now_s) - before_wh == pytest.approx(180.0 * took_s / 3600.0)
    assert robot.soc_at_pct(world.now_s) == pytest.approx(80.0 - robot.energy_at_wh(world.now_s))


def test_docking_charges_from_its_end_to_the_undocking(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "c"}, soc_pct=50.0))
    navigator = SimNavigator(world, "log_1")
    world.dock("log_1", "c")
    assert run_goal(world) == pytest.approx(20.0)
    assert navigator.sensed().docked_at == "c"
    docked_pct = 50.0 - 36.0 * 20.0 / 3600.0
    assert navigator.sensed().soc_pct == pytest.approx(docked_pct)
    world.advance(60.0)
    assert navigator.sensed().charging
    assert navigator.sensed().soc_pct == pytest.approx(docked_pct + 360.0 * 60.0 / 3600.0)
    assert navigator.sensed().energy_wh == pytest.approx(0.2), "charging is no negative discharge"
    world.undock("log_1")
    assert not navigator.sensed().charging
    assert run_goal(world) == pytest.approx(10.0)
    assert navigator.sensed().docked_at == ""
    assert [(act.t_s, act.event) for act in world.physical_acts] == [(20.0, "dock:c"), (90.0, "undock")]


def test_a_battery_gets_full_and_no_fuller(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "c"}, soc_pct=99.5))
    world.dock("log_1", "c")
    world.advance(200.0)
    sensed = SimNavigator(world, "log_1").sensed()
    assert sensed.soc_pct == 100.0
    assert sensed.docked_at == "c"
    assert not sensed.charging


def test_an_empty_battery_stops_the_robot_for_good(make_world: MakeWorld) -> None:
    world = make_world(make_site(kinds=[make_kind(battery_wh=1.0)], soc_pct=50.0))
    world.drive("log_1", [Pose(1000.0, 0.0)])
    assert run_goal(world) == pytest.approx(0.5 / 144.0 * 3600.0, abs=0.11)
    goal = world.robots["log_1"].goal
    assert goal is not None
    assert (goal.state, goal.code) == (GoalState.FAILED, "105")
    stopped = SimNavigator(world, "log_1").sensed()
    assert stopped.soc_pct == pytest.approx(0.0, abs=1e-9)
    assert stopped.energy_wh == pytest.approx(0.5)
    world.drive("log_1", [Pose(0.0, 0.0)])
    world.advance(5.0)
    assert SimNavigator(world, "log_1").sensed() == stopped


@pytest.mark.parametrize(
    ("place", "code"), [("nowhere", "901"), ("a", "902"), ("c", "903")], ids=["unknown", "no charger", "too far"]
)
def test_docking_is_refused_with_nav2s_codes(make_world: MakeWorld, place: str, code: str) -> None:
    world = make_world()
    world.dock("log_1", place)
    goal = world.robots["log_1"].goal
    assert goal is not None
    assert (goal.state, goal.code) == (GoalState.FAILED, code)


def test_one_charger_takes_one_robot(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "c", "log_2": "c"}))
    world.dock("log_1", "c")
    run_goal(world)
    world.dock("log_2", "c")
    goal = world.robots["log_2"].goal
    assert goal is not None
    assert goal.code == "904"


def test_a_docked_robot_does_not_drive(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "c"}))
    world.dock("log_1", "c")
    run_goal(world)
    world.drive("log_1", [Pose(0.0, 0.0)])
    goal = world.robots["log_1"].goal
    assert goal is not None
    assert (goal.state, goal.code) == (GoalState.FAILED, "105")
    world.advance(5.0)
    assert SimNavigator(world, "log_1").sensed().docked_at == "c"


def test_cancel_leaves_the_robot_before_or_in_the_charger(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "c"}))
    navigator = SimNavigator(world, "log_1")
    navigator.dock("c", Pose(20.0, 0.0))
    world.advance(5.0)
    navigator.cancel()
    world.advance(60.0)
    assert navigator.status().state is GoalState.CANCELLED
    assert navigator.sensed().docked_at == ""
    navigator.dock("c", Pose(20.0, 0.0))
    run_goal(world)
    navigator.undock()
    world.advance(1.0)
    navigator.cancel()
    world.advance(60.0)
    assert navigator.sensed().docked_at == "c"
    assert navigator.sensed().charging
    assert [act.event for act in world.physical_acts] == ["dock:c"]


def test_a_drive_gives_a_docking_up(make_world: MakeWorld) -> None:
    world = make_world(make_site(robots={"log_1": "c"}))
    world.dock("log_1", "c")
    world.advance(5.0)
    world.drive("log_1", [Pose(10.0, 0.0)])
    run_goal(world)
    world.advance(60.0)
    assert world.robots["log_1"].docked_at == ""
    assert world.robots["log_1"].pose.distance_m(Pose(10.0, 0.0)) < 1e-6
