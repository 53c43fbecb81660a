"""What a bring-up starts for each mix of embedded, Gazebo and real robots, and what it refuses before that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from robot_fleet.core.errors import FleetError
from robot_fleet.runtime.bringup.backends import ClockSource, backends
from robot_fleet.runtime.bringup.bringup import ALL, Bringup, FleetWishes, RobotWishes, bring_up_fleet, bring_up_robot
from robot_fleet.runtime.bringup.fleet_processes import FleetPlay, fleet_processes
from robot_fleet.runtime.bringup.starts import Start
from robot_fleet.runtime.processes import discovery
from robot_fleet.runtime.processes.discovery import needs_server
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.site.load import load_site

BUSAN = Path("config/sites/busan_edc")
TINY = Path("test/data/sites/tiny")
BENCH = Path("worlds/bench.sdf")
MIDNIGHT = datetime(2026, 11, 26, tzinfo=UTC)
OWN = ("fleet_manager", "robot_agents", "gateway", "sim_world")
EXECUTABLES = ("bin/gz", "bin/fast-discovery-server", "lib/ros_gz_sim/create", "lib/ros_gz_bridge/parameter_bridge")


@pytest.fixture
def installed(tmp_path: Path) -> dict[str, str]:
    """Variables of a machine on which Gazebo, Nav2 and RViz are installed."""
    prefix = tmp_path / "jazzy"
    for name in (*EXECUTABLES, "lib/rviz2/rviz2"):
        path = prefix / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o755)
    launch = prefix / "share/nav2_bringup/launch/bringup_launch.py"
    launch.parent.mkdir(parents=True)
    launch.touch()
    return {"AMENT_PREFIX_PATH": str(prefix), "PATH": str(prefix / "bin")}


@pytest.fixture
def wishes(tmp_path: Path) -> FleetWishes:
    return FleetWishes(BUSAN, tmp_path / "run", 42, 8600)


def names(bringup: Bringup) -> list[str]:
    return [start.process.name for start in bringup.starts]


def start(bringup: Bringup, name: str) -> Start:
    return next(start for start in bringup.starts if start.process.name == name)


def words(bringup: Bringup, name: str) -> str:
    return " ".join(start(bringup, name).process.argv)


def refused(wishes: FleetWishes, environ: Mapping[str, str]) -> FleetError:
    with pytest.raises(FleetError) as caught:
        bring_up_fleet(wishes, environ)
    return caught.value


def test_an_embedded_fleet_is_started_as_the_supervisor_starts_it(wishes: FleetWishes) -> None:
    bringup = bring_up_fleet(wishes, {})
    run = RunDirectory("run", wishes.run.resolve())
    same = fleet_processes(run, FleetPlay(BUSAN, 42, 8600, 1, 1.0), {})
    assert tuple(start.process for start in bringup.starts) == same
    assert names(bringup) == list(OWN)
    assert bringup.backends.clock is ClockSource.EMBEDDED
    assert all(start.lasts for start in bringup.starts)
    assert bringup.includes == () and bringup.notes == ()
    assert bringup.participants == 4 + 2


def test_a_fleet_in_gazebo_has_one_bridge_and_one_clock_and_a_nav2_for_each_robot(
    wishes: FleetWishes, installed: dict[str, str]
) -> None:
    some = ("care_1", "parking_2", "logistics_3")
    bringup = bring_up_fleet(replace(wishes, gazebo=(ALL,), robots=some, stagger_s=4.0), installed)
    assert bringup.backends.gazebo == some and bringup.backends.clock is ClockSource.GAZEBO
    assert names(bringup) == [
        *(name for name in OWN if name != "sim_world"),
        "gazebo",
        "bridge",
        *(f"spawn_{name}" for name in some),
        "gazebo_bases",
    ]
    assert words(bringup, "gazebo").endswith(
        "sim -s -r --headless-rendering " + str(Path("worlds/busan_edc.sdf").resolve())
    )
    assert start(bringup, "gazebo").process.env["GZ_SIM_RESOURCE_PATH"] == str(Path("worlds/models").resolve())
    assert start(bringup, "gazebo").ends_all
    assert "use_sim_time:=true -p override_timestamps_with_wall_time:=false" in words(bringup, "bridge")
    spawn = start(bringup, "spawn_care_1")
    assert "-world busan_edc -name care_1 -file" in " ".join(spawn.process.argv)
    assert "-x 38.9 -y 60.7 -z 0.02 -Y" in " ".join(spawn.process.argv)
    assert not spawn.lasts
    for name in ("fleet_manager", "gateway"):
        assert "--simulated --embedded none" in words(bringup, name)
    assert "--robots care_1,parking_2,logistics_3" in words(bringup, "robot_agents")
    assert [dict(include.arguments)["namespace"] for include in bringup.includes] == list(some)
    assert [include.delay_s for include in bringup.includes] == [4.0, 8.0, 12.0]
    for include in bringup.includes:
        told = dict(include.arguments)
        assert told["use_sim_time"] == "True" and told["use_composition"] == "True" and told["use_namespace"] == "True"
        assert Path(told["params_file"]) in bringup.files
        assert told["map"] == str(Path("config/sites/busan_edc/map.yaml").resolve())
    bridge = yaml.safe_load(bringup.files[wishes.run.resolve() / "ros" / "bridge.yaml"])
    assert sum(row["ros_topic_name"] == "/clock" for row in bridge) == 1
    # manager, agents, gateway, bridge, bases, a spawn at a time, three containers, who loads them, and people's tools
    assert bringup.participants == 3 + 1 + 1 + 1 + 3 + 1 + 2


def test_a_real_robot_puts_everybody_on_wall_time(wishes: FleetWishes, installed: dict[str, str]) -> None:
    mix = replace(wishes, gazebo=("care_2",), hardware=("care_1",), midnight=MIDNIGHT)
    bringup = bring_up_fleet(mix, installed)
    assert bringup.backends.clock is ClockSource.WALL and not bringup.backends.simulated
    embedded = [name for name in load_site(BUSAN).robots if name not in ("care_1", "care_2")]
    for name in ("fleet_manager", "gateway", "robot_agents", "agent_of_care_2"):
        assert f"--midnight {MIDNIGHT.isoformat()} --embedded {','.join(embedded)}" in words(bringup, name)
    assert f"--midnight {MIDNIGHT.isoformat()} --hardware care_1,care_2" in words(bringup, "sim_world")
    assert "--agents care_2 --hardware care_1,care_2" in words(bringup, "hil_watch")
    assert "agent_of_care_1" not in names(bringup), "its agent runs on the robot"
    assert "use_sim_time:=false -p override_timestamps_with_wall_time:=true" in words(bringup, "bridge")
    assert [dict(include.arguments)["use_sim_time"] for include in bringup.includes] == ["False"]
    bridge = yaml.safe_load(bringup.files[wishes.run.resolve() / "ros" / "bridge.yaml"])
    assert not {"/clock", "/care_2/tf"} & {row["ros_topic_name"] for row in bridge}
    assert len(bringup.notes) == 2, "discovery stays on this machine; the agent is on the robot"
    here = bring_up_fleet(replace(mix, hardware_agents=True), installed | {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"})
    assert "agent_of_care_1" in names(here)
    assert here.notes == ()


def test_of_two_simulators_neither_follows_the_others_clock(wishes: FleetWishes, installed: dict[str, str]) -> None:
    bringup = bring_up_fleet(replace(wishes, gazebo=("care_2",)), installed)
    assert bringup.backends.clock is ClockSource.WALL
    assert "T00:00:00" in words(bringup, "fleet_manager"), "the midnight with which this day began"


def test_beyond_what_discovery_carries_a_server_makes_everybody_meet(
    wishes: FleetWishes, installed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    in_gazebo = replace(wishes, gazebo=(ALL,))
    few = bring_up_fleet(in_gazebo, installed)
    assert few.participants == 3 + 1 + 1 + 1 + 12 + 1 + 2 and "discovery_server" not in names(few)
    monkeypatch.setattr(discovery, "MOST_WITHOUT_SERVER", few.participants - 1)
    many = bring_up_fleet(in_gazebo, installed)
    assert names(many)[0] == "discovery_server"
    assert words(many, "discovery_server").endswith("fast-discovery-server -i 0 -l 127.0.0.1 -p 11853")
    assert many.env["ROS_DISCOVERY_SERVER"] == "127.0.0.1:11853"
    assert needs_server(33, {}) and discovery.needs_server(40, {"ROS_AUTOMATIC_DISCOVERY_RANGE": "LOCALHOST"})
    assert not needs_server(40, {"ROS_AUTOMATIC_DISCOVERY_RANGE": "SUBNET"}), "multicast has no such bound"
    assert not needs_server(40, {"ROS_DISCOVERY_SERVER": "10.0.0.1:11811"}), "there is one"


def test_rviz_shows_the_fleet_or_what_one_robot_sees(wishes: FleetWishes, installed: dict[str, str]) -> None:
    wishes = replace(wishes, site=TINY)
    fleet = words(bring_up_fleet(replace(wishes, view="fleet"), installed), "rviz")
    assert fleet.endswith("ros/rviz/fleet.rviz --ros-args -p use_sim_time:=true")
    one = words(bring_up_fleet(replace(wishes, view="care_1"), installed), "rviz")
    assert one.endswith("-r /tf:=/care_1/tf -r /tf_static:=/care_1/tf_static")


def test_a_real_robots_computer_runs_its_agent_and_its_nav2(tmp_path: Path, installed: dict[str, str]) -> None:
    wished = RobotWishes(BUSAN, tmp_path / "care_1", 42, "care_1", MIDNIGHT, map_file=tmp_path / "own.yaml")
    bringup = bring_up_robot(wished, installed)
    assert names(bringup) == ["agent_of_care_1"]
    assert words(bringup, "agent_of_care_1").endswith(
        f"--run {tmp_path / 'care_1'} --midnight {MIDNIGHT.isoformat()} --embedded none --robots care_1"
    )
    (nav2,) = bringup.includes
    assert dict(nav2.arguments)["map"] == str(tmp_path / "own.yaml")
    assert dict(nav2.arguments)["use_sim_time"] == "False"
    docking = yaml.safe_load(bringup.files[tmp_path / "care_1" / "ros" / "nav2" / "care_1.yaml"])["docking_server"]
    assert docking["ros__parameters"]["charger"]["use_battery_status"], "docked is who is charged"
    assert bring_up_robot(replace(wished, nav2=False), {}).includes == ()


def test_what_is_wrong_is_said_before_anything_starts(
    tmp_path: Path, wishes: FleetWishes, installed: dict[str, str]
) -> None:
    def code(**changes: object) -> str:
        small = replace(wishes, site=TINY, world=BENCH)
        return refused(replace(small, **changes), installed).code  # type: ignore[arg-type]

    assert code(hardware=("care_1",)) == "runtime_midnight_missing"
    assert code(midnight=MIDNIGHT) == "runtime_midnight_unused"
    assert code(hardware=("care_1",), midnight=MIDNIGHT, speed=5.0) == "runtime_speed_fixed"
    assert code(gazebo=(ALL,), speed=2.0) == "runtime_speed_fixed"
    assert code(expects_hardware=True) == "runtime_no_hardware"
    assert code(robots=("care_9",)) == "runtime_unknown_robot"
    assert code(view="care_9") == "runtime_unknown_robot"
    assert code(robots=("care_1", "care_1")) == "runtime_namespace_twice"
    assert code(gazebo=("care_1",), hardware=("care_1",), midnight=MIDNIGHT) == "runtime_namespace_twice"
    assert code(robots=("care_2",), hardware=("care_1",), midnight=MIDNIGHT) == "runtime_unknown_robot"
    assert code(gazebo=(ALL,), world=tmp_path / "none.sdf") == "site_world_missing"
    model = tmp_path / "model.sdf"
    model.write_text("<sdf version='1.9'><model name='care_1'/></sdf>", encoding="utf-8")
    assert code(gazebo=(ALL,), world=model) == "site_no_world"
    world = tmp_path / "world.sdf"
    for twice in ("<model name='care_1'/>", "<include><name>care_1</name></include>"):
        world.write_text(f"<sdf version='1.9'><world name='w'>{twice}</world></sdf>", encoding="utf-8")
        assert code(gazebo=(ALL,), world=world) == "runtime_namespace_twice"


def test_what_is_not_installed_is_named_with_what_installs_it(
    tmp_path: Path, wishes: FleetWishes, installed: dict[str, str]
) -> None:
    in_gazebo = replace(wishes, site=TINY, world=BENCH, gazebo=(ALL,))
    missing = refused(in_gazebo, {})
    assert missing.code == "runtime_not_installed"
    assert str(missing).startswith(
        "gz: is not installed, and robots of this run are in Gazebo; install it with `sudo apt"
    )
    nav2 = Path(installed["AMENT_PREFIX_PATH"]) / "share/nav2_bringup/launch/bringup_launch.py"
    nav2.unlink()
    assert "ros-jazzy-nav2-bringup" in refused(in_gazebo, installed).message
    with pytest.raises(FleetError) as caught:
        bring_up_robot(RobotWishes(TINY, tmp_path, 42, "care_1", MIDNIGHT), {})
    assert caught.value.code == "runtime_not_installed" and caught.value.where == "nav2_bringup"
    assert "rviz2" in str(refused(replace(wishes, site=TINY, view="fleet"), {}))


def test_robots_are_carried_as_the_site_says_but_for_those_that_are_named() -> None:
    site = load_site(BUSAN)
    assert backends(site).embedded == tuple(site.robots)
    mixed = backends(site, ("care_1", "care_2", "care_3"), gazebo=("care_3",), hardware=("care_1",))
    assert (mixed.embedded, mixed.gazebo, mixed.hardware) == (("care_2",), ("care_3",), ("care_1",))
    assert mixed.elsewhere == ("care_1", "care_3")
