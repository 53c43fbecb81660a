from __future__ import annotations

import csv
import math
import time
from pathlib import Path

import pytest

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import ItemSpec
from robot_fleet.sim.link import SimActuator
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.factories import make_kind, make_place, make_site
from test.unit.sim.conftest import MakeWorld, run_act, run_goal


def a_trip(world: SimWorld) -> None:
    """Take a parcel, bring it to a person, and charge."""
    actuator = SimActuator(world, "log_1")
    actuator.start("k1", "take", "a", {"item": "p1"})
    run_act(world, "k1")
    world.drive("log_1", [Pose(10.0, 0.0), Pose(10.0, 4.0)])
    run_goal(world)
    world.drive("log_1", [Pose(10.0, 0.0)])
    run_goal(world)
    actuator.start("k2", "give", "b", {"item": "p1", "to": "person"})
    run_act(world, "k2")
    actuator.start("k3", "inspect", "b", {})
    run_act(world, "k3")
    world.drive("log_1", [Pose(20.0, 0.0)])
    run_goal(world)
    world.dock("log_1", "c")
    run_goal(world)
    world.advance(30.0)
    world.undock("log_1")
    run_goal(world)


def test_the_trace_tells_what_the_account_tells(make_world: MakeWorld, tmp_path: Path) -> None:
    world = make_world(make_site(items=[ItemSpec("p1", "parcel", "a", 5.0, 0.9, 0.2)]), start_s=27000.0)
    world.open_trace(tmp_path / "trace.csv")
    a_trip(world)
    world.close_trace()
    text = (tmp_path / "trace.csv").read_text(encoding="utf-8")
    assert text.startswith("t_s,robot,map_id,x_m,y_m,yaw_rad,length_m,width_m,mass_kg,load,soc_pct,event\n")
    rows = list(csv.DictReader(text.splitlines()))
    poses = [row for row in rows if not row["event"]]
    events = [(float(row["t_s"]), row["event"]) for row in rows if row["event"]]
    assert [float(row["t_s"]) for row in poses[:3]] == [27000.0, 27000.1, 27000.2]
    assert len(poses) == round((world.now_s - 27000.0) * 10) + 1
    assert events == [(act.t_s, act.event) for act in world.physical_acts]
    names = [event for _, event in events]
    assert names == ["take:p1", "give:p1:person", "act:inspect", "dock:c", "undock"]

    distance_m = loaded_m = discharged_wh = 0.0
    for before, after in zip(poses, poses[1:], strict=False):
        moved_m = math.dist(*[(float(row["x_m"]), float(row["y_m"])) for row in (before, after)])
        distance_m += moved_m
        loaded_m += moved_m if after["load"] else 0.0
        discharged_wh += max(0.0, float(before["soc_pct"]) - float(after["soc_pct"]))  # of 100 Wh
    totals = world.totals()["log_1"]
    assert distance_m == pytest.approx(totals.distance_m, rel=0.001)
    assert loaded_m == pytest.approx(totals.loaded_m, rel=0.001)
    assert discharged_wh == pytest.approx(totals.energy_wh, rel=0.001)
    assert (totals.docks, totals.acts) == (1, 3)
    loaded = next(row for row in poses if row["load"])
    assert (loaded["load"], loaded["length_m"], loaded["width_m"], loaded["mass_kg"]) == (
        "p1",
        "0.900",
        "0.600",
        "55.000",
    )


def test_only_whole_steps_can_pass(make_world: MakeWorld) -> None:
    world = make_world()
    world.advance(0.3)
    assert world.now_s == 0.3
    for dt_s in (0.0, 0.25, -0.1):
        with pytest.raises(RuntimeFailure) as caught:
            world.advance(dt_s)
        assert caught.value.code == "sim_step"


def test_twelve_robots_take_a_fraction_of_a_millisecond_a_step(tmp_path: Path) -> None:
    homes = [make_place(f"h{k}", 12.0 * (k % 4), 6.0 * (k // 4)) for k in range(12)]
    robots = {f"r{k:02d}": f"h{k}" for k in range(12)}
    kind = make_kind(battery_wh=10_000.0)
    world = SimWorld(make_site(homes, robots, [kind], lanes=[]), None, People(), 1, 0.0)
    world.open_trace(tmp_path / "trace.csv")
    steps = 2000
    began_s = time.process_time()
    for step in range(steps):
        if step % 20 == 0:
            for k, robot in enumerate(world.robots.values()):
                if robot.goal is None or robot.goal.state is not GoalState.RUNNING:
                    out = robot.x_m < homes[k].pose.x_m + 4.0
                    world.drive(robot.id, [Pose(homes[k].pose.x_m + (8.0 if out else 0.0), homes[k].pose.y_m)])
        world.advance()
        world.take_changes()
    spent_s = time.process_time() - began_s
    world.close_trace()
    assert steps / spent_s > 2000.0, (
        f"{spent_s / steps * 1e6:.0f} us a step; expected well under 500 (100 on an idle core)"
    )
