"""The check of Gazebo worlds: a good one is accepted, and each of many broken ones is told by line and reason."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from robot_fleet.cli.world import app
from robot_fleet.site.load import load_site
from robot_fleet.site.worlds.check import check_places, check_world
from robot_fleet.site.worlds.findings import Level, WorldFinding
from robot_fleet.site.worlds.sdformat import check_with_sdformat, sdformat

ROOT = Path(__file__).parents[3]
WORLDS = ROOT / "test" / "data" / "worlds"
BENCH = WORLDS / "bench.sdf"
TINY = ROOT / "test" / "data" / "sites" / "tiny"

BROKEN = [
    # what is written, what takes its place, the code, and words of the reason
    ('<sdf version="1.9">', "<sdf>", "world_missing_attribute", "'version'"),
    ("<gravity>0 0 -9.81</gravity>", "<gravty>0 0 -9.81</gravty>", "world_unknown_element", "<gravity>"),
    ("<gravity>0 0 -9.81</gravity>", "<gravity>0 -9.81</gravity>", "world_bad_value", "3 numbers"),
    ("<max_step_size>0.004", "<max_step_size>0", "world_bad_physics", "above 0"),
    ("<max_step_size>0.004", "<max_step_size>4 ms", "world_bad_value", "a number"),
    ('<physics name="default" type="ode">', '<physics name="default">', "world_missing_attribute", "'type'"),
    ('filename="gz-sim-physics-system"', 'filename="gz-sim-phisics-system"', "world_unknown_plugin", "gz-sim-physics"),
    ('name="gz::sim::systems::Physics"', 'name="gz::sim::systems::Physic"', "world_unknown_plugin", "has no class"),
    ('filename="gz-sim-imu-system"', 'filename="my_own_imu"', "world_unknown_plugin", "GZ_SIM_SYSTEM_PLUGIN_PATH"),
    ('<light name="sun"', '<light nam="sun"', "world_unknown_attribute", "'name'"),
    ("<direction>-0.5 0.1 -0.9", "<direction>down", "world_bad_value", "3 numbers"),
    ("<pose>0 4 1 0 0 0</pose>", "<pose>0 4 1</pose>", "world_bad_value", "x y z roll pitch yaw"),
    ("<pose>0 4 1 0 0 0</pose>", "<pose>0 4 nan 0 0 0</pose>", "world_bad_value", "6 numbers"),
    ("<static>true</static>", "<static>yes</static>", "world_bad_value", "true or false"),
    ("<size>8 0.2 2</size>", "<size>8 0 2</size>", "world_bad_size", "above 0"),
    ("<box><size>8 0.2 2</size></box>", "<box/>", "world_missing_element", "<size>"),
    ("<radius>0.3</radius>", "<radius>-0.3</radius>", "world_bad_size", "above 0"),
    ("<point>4 4</point>", "", "world_bad_size", "three corners"),
    ('<collision name="pillar">', '<collision name="north">', "world_duplicate_name", "'north'"),
    ('<model name="robot">', '<model name="walls">', "world_duplicate_name", "'walls'"),
    ("model://shelf/shelf.stl", "model://shelf/missing.stl", "world_missing_file", "missing.stl"),
    ("<scale>1 1 1</scale>", "<scale>1 1 0</scale>", "world_bad_size", "scaled"),
    ("model://shelf</uri>\n", "model://shelff</uri>\n", "world_missing_file", "shelff"),
    ("<uri>model://shelf</uri>", "", "world_missing_element", "<uri>"),
    ('attached_to="base"', 'attached_to="bas"', "world_unknown_frame", "did you mean 'base'"),
    ('relative_to="mount"', 'relative_to="mast"', "world_unknown_frame", "'mast'"),
    ("<mass>20</mass>", "<mass>0</mass>", "world_bad_inertia", "above 0"),
    ("<mass>20</mass>", "<mas>20</mas>", "world_unknown_element", "<mass>"),
    ("<ixx>0.8</ixx>", "<ixx>-0.8</ixx>", "world_bad_inertia", "not positive"),
    ("<izz>1.5</izz>", "<izz>2.5</izz>", "world_bad_inertia", "no body"),
    ('type="gpu_lidar"', 'type="gpu_lidr"', "world_bad_sensor", "does not know"),
    ("<update_rate>10</update_rate>", "<update_rate>-10</update_rate>", "world_bad_sensor", "times a second"),
    ("<samples>360</samples>", "<samples>0</samples>", "world_bad_sensor", "above 0"),
    ("<min_angle>-3.14159</min_angle>", "<min_angle>4</min_angle>", "world_bad_sensor", "lesser one first"),
    ("<min_angle>-3.14159</min_angle>", "<min_angle>-180</min_angle>", "world_bad_sensor", "radians"),
    ("<max>12.0</max>", "<max>0.05</max>", "world_bad_sensor", "nearer one first"),
    ("<min>0.1</min>", "<min>-0.1</min>", "world_bad_sensor", "0 or above"),
    ("<horizontal_fov>1.2", "<horizontal_fov>69", "world_bad_sensor", "2 pi"),
    ("<image><width>320", "<image><width>0", "world_bad_sensor", "pixels"),
    ("<far>20</far>", "<far>0.01</far>", "world_bad_sensor", "nearer one first"),
    ('<joint name="left_wheel" type="revolute">', '<joint name="left_wheel" type="hinge">', "world_bad_joint", "hinge"),
    ("<parent>base", "<parent>bass", "world_bad_joint", "'base'"),
    ("<child>left</child>\n", "<child>base</child>\n", "world_bad_joint", "to itself"),
    ("<child>left</child>", "", "world_missing_element", "<child>"),
    ("<xyz>0 0 1</xyz>\n", "<xyz>0 0 0</xyz>\n", "world_bad_joint", "no direction"),
    ("<lower>-1e16</lower>", "<lower>2e16</lower>", "world_bad_joint", "lower one first"),
    ("<axis><xyz>0 0 1</xyz></axis>", "", "world_bad_joint", "no <axis>"),
    ("<left_joint>left_wheel", "<left_joint>left_weel", "world_bad_parameter", "'left_wheel'"),
    ("<voltage>24</voltage>", "<voltag>24</voltag>", "world_missing_parameter", "<voltage>"),
    ("<topic>/robot/cmd_vel</topic>", "<topc>/robot/cmd_vel</topc>", "world_unknown_parameter", "<topic>"),
    ("<wheel_radius>0.1</wheel_radius>", "<wheel_radius>0</wheel_radius>", "world_bad_parameter", "above 0"),
    ("<right_joint>right_wheel</right_joint>", "", "world_missing_parameter", "<right_joint>"),
    ("<initial_charge>18", "<initial_charge>28", "world_bad_parameter", "no more than it holds"),
    ("<charging_time>4</charging_time>", "", "world_missing_parameter", "<charging_time>"),
    ("</model>\n  </world>", "</modell>\n  </world>", "world_malformed", "well-formed"),
]  # fmt: skip

ABOVE = {
    "<point>4 4</point>": 0,
    "<uri>model://shelf</uri>": 1,
    "<child>left</child>": 2,
    "<axis><xyz>0 0 1</xyz></axis>": 3,
    "<right_joint>right_wheel</right_joint>": 2,
    "<charging_time>4</charging_time>": 6,
    "<voltage>24</voltage>": 2,
}
"""What is left out is told of the element that wants it: so many lines above."""

ODD = [
    ("<mass>20</mass>", "<mass>0.02</mass>", "world_odd_mass"),
    ("<ixx>0.8</ixx><iyy>1.2</iyy><izz>1.5</izz>", "<ixx>80</ixx><iyy>90</iyy><izz>95</izz>", "world_odd_inertia"),
    ("<wheel_separation>0.5", "<wheel_separation>0.25", "world_odd_parameter"),
    ("<wheel_radius>0.1", "<wheel_radius>0.2", "world_odd_parameter"),
    ("<max>12.0</max>", "<max>12000</max>", "world_odd_sensor"),
    ("<max_step_size>0.004", "<max_step_size>0.1", "world_bad_physics"),
    ('filename="gz-sim-imu-system"', 'filename="libgazebo_ros_init.so"', "world_classic_plugin"),
    ("<uri>model://shelf</uri>", "<uri>model://ground_plane</uri>", "world_missing_file"),
    ("<gravity>0 0 -9.81</gravity>", "<gravity>0 0 -9.81</gravity><gravity>0 0 -1</gravity>", "world_repeated_element"),
]  # fmt: skip


def broken(folder: Path, old: str, new: str) -> tuple[Path, int]:
    """Return a copy of the good world with one thing changed, and the line on which that is."""
    text = BENCH.read_text(encoding="utf-8")
    at = text.index(old)
    shutil.copytree(WORLDS / "shelf", folder / "shelf")
    world = folder / "world.sdf"
    world.write_text(text[:at] + new + text[at + len(old) :], encoding="utf-8")
    return world, text.count("\n", 0, at) + 1


def found(world: Path, level: Level) -> list[WorldFinding]:
    return [finding for finding in check_world(world) if finding.level is level]


def test_a_good_world_and_its_model_are_accepted() -> None:
    assert check_world(BENCH) == []


def test_the_worlds_of_the_project_are_accepted() -> None:
    for world in sorted((ROOT / "worlds").glob("*.sdf")):
        assert check_world(world) == []


@pytest.mark.parametrize(("old", "new", "code", "reason"), BROKEN)
def test_a_broken_world_is_told_by_line_and_reason(old: str, new: str, code: str, reason: str, tmp_path: Path) -> None:
    world, line = broken(tmp_path, old, new)
    first = found(world, Level.ERROR)[0]
    assert (first.code, first.file) == (code, str(world))
    assert reason in first.message
    assert first.line == line - ABOVE.get(old, 0)


@pytest.mark.parametrize(("old", "new", "code"), ODD)
def test_what_may_be_meant_so_is_a_warning(old: str, new: str, code: str, tmp_path: Path) -> None:
    world, line = broken(tmp_path, old, new)
    assert found(world, Level.ERROR) == []
    (odd,) = [finding for finding in found(world, Level.WARNING) if finding.code == code]
    assert odd.line == line


def test_wheels_that_stand_relative_to_another_frame_are_not_measured(tmp_path: Path) -> None:
    wheel = "<pose>0 0.25 0 -1.5707963 0 0</pose>"
    world, _ = broken(tmp_path, wheel, '<pose relative_to="mount">0 0.9 0 -1.5707963 0 0</pose>')
    assert check_world(world) == []


def test_a_sensor_that_nothing_drives_is_told(tmp_path: Path) -> None:
    world, _ = broken(tmp_path, '<plugin filename="gz-sim-imu-system" name="gz::sim::systems::Imu"/>', "")
    (silent,) = check_world(world)
    assert (silent.code, silent.level) == ("world_silent_sensor", Level.WARNING)


def test_two_models_that_follow_one_topic_are_told(tmp_path: Path) -> None:
    text = BENCH.read_text(encoding="utf-8")
    robot = text[text.index('    <model name="robot">') : text.index("  </world>")]
    world, _ = broken(tmp_path, "  </world>", robot.replace('name="robot"', 'name="other"') + "  </world>")
    assert [finding.code for finding in found(world, Level.ERROR)] == ["world_shared_topic"]


def test_frames_in_a_circle_are_told(tmp_path: Path) -> None:
    old = '<frame name="mount" attached_to="base">'
    world, line = broken(tmp_path, old, f'<frame name="a" attached_to="b"/><frame name="b" attached_to="a"/>{old}')
    (circle,) = found(world, Level.ERROR)
    assert (circle.code, circle.line) == ("world_unknown_frame", line)
    assert "a > b > a" in circle.message


def test_what_is_wrong_in_an_included_model_is_told_of_its_file(tmp_path: Path) -> None:
    world, _ = broken(tmp_path, "<gravity>0 0 -9.81</gravity>", "")
    model = tmp_path / "shelf" / "model.sdf"
    model.write_text(model.read_text(encoding="utf-8").replace("shelf.stl", "none.stl"), encoding="utf-8")
    (missing,) = found(world, Level.ERROR)
    assert (missing.file, missing.line) == (str(model), 11)


def test_a_file_that_is_not_there_or_no_sdf(tmp_path: Path) -> None:
    assert [finding.code for finding in check_world(tmp_path / "none.sdf")] == ["world_missing_file"]
    other = tmp_path / "robot.urdf"
    other.write_text("<robot/>", encoding="utf-8")
    assert [finding.code for finding in check_world(other)] == ["world_malformed"]


def test_places_of_a_site_stand_free_or_are_told(tmp_path: Path) -> None:
    site = load_site(TINY)
    place = next(iter(site.places.values()))
    box = "<geometry><box><size>{} {} 1</size></box></geometry>"
    around = f'<collision name="{{}}"><pose>{{}} {{}} 0.5 0 0 0</pose>{box}</collision>'
    xs, ys = [p.pose.x_m for p in site.places.values()], [p.pose.y_m for p in site.places.values()]
    walls = "".join(
        around.format(name, x, y, 0.1, 0.1)
        for name, x, y in (("low", min(xs) - 5, min(ys) - 5), ("high", max(xs) + 5, max(ys) + 5))
    )
    inside = around.format("in_the_way", place.pose.x_m, place.pose.y_m, 0.1, 0.1)
    world = tmp_path / "w.sdf"
    for shapes, blocked in ((walls, []), (walls + inside, [place.id])):
        model = f'<model name="m"><static>true</static><link name="l">{shapes}</link></model>'
        world.write_text(f'<sdf version="1.9"><world name="w">{model}</world></sdf>', encoding="utf-8")
        told = check_places(world, site)
        assert [finding.message.split("'")[1] for finding in told] == blocked


@pytest.mark.skipif(
    sdformat() is None, reason="sdformat is not installed (Debian packages sdformat-sdf, ignition-tools)"
)
def test_sdformat_agrees(tmp_path: Path) -> None:
    include = BENCH.read_text(encoding="utf-8")
    include = include[include.index("    <include>") : include.index('    <model name="robot">')]
    world, _ = broken(tmp_path, include, "")
    assert check_with_sdformat(world) == []
    text = world.read_text(encoding="utf-8")
    world.write_text(text.replace("<child>left</child>", "<child>lost</child>"), encoding="utf-8")
    told = check_with_sdformat(world)
    assert {finding.code for finding in told} == {"world_sdformat"}
    assert any("lost" in finding.message for finding in told)


def test_the_verb_tells_lines_and_its_status(tmp_path: Path) -> None:
    world, line = broken(tmp_path, "<mass>20</mass>", "<mass>0</mass>")
    run = CliRunner().invoke(app, ["check", str(BENCH), str(world)])
    assert run.exit_code == 1
    assert f"{world}:{line}: error: link 'base' weighs 0 kg; expected a mass above 0 [world_bad_inertia]" in run.output
    assert f"{BENCH}: 0 error(s), 0 warning(s)." in run.output
    assert CliRunner().invoke(app, ["check", str(BENCH)]).exit_code == 0
    odd, _ = broken(tmp_path / "odd", "<mass>20</mass>", "<mass>0.02</mass>")
    assert CliRunner().invoke(app, ["check", str(odd)]).exit_code == 0
    assert CliRunner().invoke(app, ["check", "--strict", str(odd)]).exit_code == 1


def test_every_code_stands_in_the_docs() -> None:
    sources = (ROOT / "robot_fleet" / "site" / "worlds").glob("*.py")
    codes = {code for file in sources for code in re.findall(r'"(world_\w+)"', file.read_text(encoding="utf-8"))}
    page = (ROOT / "docs" / "howto" / "check_a_world.md").read_text(encoding="utf-8")
    assert codes == set(re.findall(r"^\| `(world_\w+)`", page, re.MULTILINE))
