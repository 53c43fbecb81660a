"""The files that are made for ROS's tools hold every robot, and agree with the models that Gazebo is given."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from robot_fleet.core.geometry import Alignment, Pose
from robot_fleet.core.site import Site
from robot_fleet.site.exports.ros_files import RosFiles, ros_files
from robot_fleet.site.load import load_site
from robot_fleet.site.worlds.bridge import Way, bridged_topics
from robot_fleet.site.worlds.robot_model import robot_model, scan_offset_m

BUSAN = Path("config/sites/busan_edc")


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(BUSAN)


@pytest.fixture(scope="module")
def texts(site: Site) -> Mapping[Path, str]:
    return ros_files(site, Path("made"), list(site.robots), list(site.robots), simulated=True)


@pytest.fixture(scope="module")
def files() -> RosFiles:
    return RosFiles(Path("made").resolve())


def read(texts: Mapping[Path, str], path: Path) -> Any:
    return yaml.safe_load(texts[path])


def node(parameters: Any, *names: str) -> Any:
    for name in names:
        parameters = parameters[name]
    return parameters["ros__parameters"]


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for part in value.values():
            yield from leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from leaves(part)
    else:
        yield value


def test_every_robot_has_its_parameters_docks_view_and_model(site: Site, texts: Any, files: RosFiles) -> None:
    for name in site.robots:
        for path in (files.nav2(name), files.docks(name), files.view(name)):
            assert isinstance(read(texts, path), dict)
        ElementTree.fromstring(texts[files.model(name)])
    assert len(texts) == 4 * len(site.robots) + 2


def test_nav2_is_told_the_body_the_speeds_and_the_start_of_the_robot(site: Site, texts: Any, files: RosFiles) -> None:
    care, kind = read(texts, files.nav2("care_1")), site.kinds["care"]
    follow = node(care, "controller_server")["FollowPath"]
    assert follow["plugin"].endswith("RegulatedPurePursuitController")
    assert (follow["desired_linear_vel"], follow["rotate_to_heading_angular_vel"]) == (kind.speed_mps, kind.turn_radps)
    assert node(care, "velocity_smoother")["max_velocity"] == [kind.speed_mps, 0.0, kind.turn_radps]
    assert node(care, "velocity_smoother")["max_accel"][0] == kind.acceleration_mps2
    for costmap in ("local_costmap", "global_costmap"):
        told = node(care, costmap, costmap)
        assert yaml.safe_load(told["footprint"])[0] == [
            kind.loaded_footprint.length_m / 2,
            kind.loaded_footprint.width_m / 2,
        ]
        assert told["obstacle_layer"]["scan"]["topic"] == "/care_1/scan"
        assert told["obstacle_layer"]["max_obstacle_height"] >= kind.lidar_m
        assert told["inflation_layer"]["inflation_radius"] > kind.loaded_footprint.radius_m
    start = site.places[site.robots["care_1"].start].pose
    amcl = node(care, "amcl")
    assert (amcl["initial_pose"]["x"], amcl["initial_pose"]["y"]) == (start.x_m, start.y_m)
    assert amcl["set_initial_pose"] and "Differential" in amcl["robot_model_type"]
    assert node(care, "map_server")["yaml_filename"] == str((BUSAN / "map.yaml").resolve())
    parking = read(texts, files.nav2("parking_1"))
    follow = node(parking, "controller_server")["FollowPath"]
    assert follow["plugin"].endswith("MPPIController") and follow["motion_model"] == "Omni"
    assert follow["vy_max"] == site.kinds["parking"].speed_mps
    assert follow["model_dt"] == pytest.approx(1.0 / node(parking, "controller_server")["controller_frequency"])
    assert "Omni" in node(parking, "amcl")["robot_model_type"]


def test_frames_have_no_prefix_and_no_topic_leaves_the_namespace(site: Site, texts: Any, files: RosFiles) -> None:
    for name in site.robots:
        parameters = read(texts, files.nav2(name))
        told = list(leaves(parameters))
        absolute = {text for text in told if isinstance(text, str) and text.startswith("/") and not Path(text).suffix}
        assert absolute == {f"/{name}/scan"}
        for path, frame in (("amcl", "base_frame_id"), ("bt_navigator", "robot_base_frame"),
                            ("collision_monitor", "base_frame_id"), ("docking_server", "base_frame")):  # fmt: skip
            assert node(parameters, path)[frame] == "base_link"
        assert all(node(value, *([key] if key.endswith("costmap") else []))["use_sim_time"]
                   for key, value in parameters.items())  # fmt: skip


def test_numbers_that_nav2_declares_as_floating_point_are_written_so(texts: Any, files: RosFiles) -> None:
    whole = {"time_steps", "batch_size", "cost_power", "width", "height", "min_points"}

    def ints(value: Any) -> Iterator[str]:
        for key, part in value.items() if isinstance(value, dict) else ():
            if isinstance(part, int) and not isinstance(part, bool):
                yield key
            yield from ints(part)

    for name in ("care_1", "parking_1", "logistics_1"):
        assert set(ints(read(texts, files.nav2(name)))) <= whole


def test_docks_are_the_chargers_that_the_kind_may_use_by_place_id(site: Site, texts: Any, files: RosFiles) -> None:
    for name, robot in site.robots.items():
        docks = read(texts, files.docks(name))["docks"]
        assert robot.start in docks
        assert all(site.places[place].kind == "charger" for place in docks)
        assert all(robot.kind in (site.places[place].kinds or (robot.kind,)) for place in docks)
        assert {dock["type"] for dock in docks.values()} == {"charger"}
        docking = node(read(texts, files.nav2(name)), "docking_server")
        assert docking["dock_database"] == str(files.docks(name)) and docking["dock_plugins"] == ["charger"]


def test_a_robot_on_a_map_of_its_own_starts_and_docks_in_that_map(site: Site) -> None:
    turned = replace(site.robots["care_1"], alignment=Alignment(10.0, 5.0, math.pi / 2.0))
    own = replace(site, robots={**site.robots, "care_1": turned})
    made = ros_files(own, Path("made"), ["care_1"], [], simulated=False)
    files = RosFiles(Path("made").resolve())
    start = site.places[turned.start].pose
    told = node(read(made, files.nav2("care_1")), "amcl")["initial_pose"]
    back = turned.alignment.in_site(Pose(told["x"], told["y"], told["yaw"]))
    assert (back.x_m, back.y_m) == (pytest.approx(start.x_m, abs=1e-3), pytest.approx(start.y_m, abs=1e-3))
    docked = read(made, files.docks("care_1"))["docks"][turned.start]["pose"]
    assert docked[:2] == [told["x"], told["y"]]
    assert files.bridge not in made


@pytest.mark.parametrize("robot", ["care_1", "parking_1", "logistics_1"])
def test_the_bridge_carries_what_the_model_speaks(site: Site, robot: str) -> None:
    kind = site.kinds[site.robots[robot].kind]
    model = ElementTree.fromstring(robot_model(kind, robot))
    spoken = {element.text for tag in ("topic", "odom_topic", "tf_topic") for element in model.iter(tag)}
    battery = model.findtext(".//battery_name")
    spoken.add(f"/model/{robot}/battery/{battery}/state")
    bridged = {topic.gazebo: topic for topic in bridged_topics(site, [robot], simulated=True)}
    assert bridged.keys() == spoken | {"/clock"}
    assert [topic.ros for topic in bridged.values() if topic.way is Way.TO_GAZEBO] == [f"/{robot}/cmd_vel"]
    frames = {element.text for tag in ("frame_id", "child_frame_id", "odom_frame", "robot_base_frame")
              for element in model.iter(tag)}  # fmt: skip
    assert frames == {"odom", "base_link"}
    scan = model.find(".//link[@name='base_scan']/pose")
    assert scan is not None and scan.text is not None
    assert [float(word) for word in scan.text.split()[:3]] == [pytest.approx(value) for value in scan_offset_m(kind)]


def test_one_bridge_serves_all_robots_with_one_clock_and_none_on_wall_time(site: Site) -> None:
    topics = bridged_topics(site, list(site.robots), simulated=True)
    assert len({topic.ros for topic in topics}) == len(topics)
    assert sum(topic.ros == "/clock" for topic in topics) == 1
    wall = {topic.ros for topic in bridged_topics(site, list(site.robots), simulated=False)}
    assert "/clock" not in wall and not any(name.endswith("/tf") for name in wall)


def test_rviz_shows_every_robot_and_what_the_fleet_draws(site: Site, texts: Any, files: RosFiles) -> None:
    view = read(texts, files.view())["Visualization Manager"]
    assert view["Global Options"]["Fixed Frame"] == "map"
    by_name = {display["Name"]: display for display in view["Displays"]}
    assert by_name["Fleet"]["Topic"]["Value"] == "/fleet/markers"
    assert by_name["Ground of the fleet"]["Topic"]["Durability Policy"] == "Transient Local"
    for robot in site.robots:
        topics = {display["Topic"]["Value"] for display in by_name[robot]["Displays"]}
        shown = ("amcl_pose", "plan", "scan", "global_costmap/published_footprint")
        assert topics == {f"/{robot}/{name}" for name in shown}
    own = read(texts, files.view("care_1"))["Visualization Manager"]["Displays"]
    assert any(display["Class"].endswith("LaserScan") and display["Enabled"] for display in own)
    assert all(display["Class"] and display["Name"] for display in own)
