"""The interface packages: what is built is what was written, and Nav2 would understand it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from ament_index_python.packages import get_package_share_directory
from nav2_msgs.action import DockRobot, NavigateToPose
from rclpy.serialization import deserialize_message, serialize_message
from robot_fleet_interfaces import msg, srv
from rosidl_adapter import convert_to_idl

from robot_fleet.core.order import StepKind

pytestmark = pytest.mark.ros

INTERFACES = Path(__file__).resolve().parents[2] / "interfaces"
PACKAGES = sorted(path.parent for path in INTERFACES.glob("*/package.xml"))
DEFINITIONS = sorted(path for kind in ("msg", "srv", "action") for path in INTERFACES.glob(f"*/{kind}/*.{kind}"))


def type_hash(package: str, kind: str, name: str) -> str:
    """Return the identity of a type on the wire."""
    description = Path(get_package_share_directory(package)) / kind / f"{name}.json"
    hashes = json.loads(description.read_text())["type_hashes"]
    return next(each["hash_string"] for each in hashes if each["type_name"] == f"{package}/{kind}/{name}")


def test_navigate_to_pose_is_the_same_type_as_nav2s_own() -> None:
    expected = "RIHS01_a56dba8a3234a1215e610180dc703ae25bbf406dded8b54887891c9732857eab"
    assert type_hash("nav2_msgs", "action", "NavigateToPose") == expected


def test_defaults_and_constants_arrive_in_python() -> None:
    assert DockRobot.Goal().use_dock_id is True
    assert DockRobot.Goal().max_staging_time == 1000.0
    assert DockRobot.Result.FAILED_TO_CHARGE == 906
    assert DockRobot.Feedback.WAIT_FOR_CHARGE == 4
    assert NavigateToPose.Result.NONE == 0


def test_an_order_survives_the_wire() -> None:
    order = msg.Order(robot="care_1", order_id="o1", update=3, map_id="ground", released=1)
    order.steps = [
        msg.Step(step_id="s1", kind=msg.Step.DRIVE, lane="l1", x_m=1.5, y_m=-2.0, yaw_rad=0.5, corridor_m=0.4),
        msg.Step(step_id="s2", kind=msg.Step.ACT, act="lift", act_id="a1", params_json='{"item": "car_7"}'),
    ]
    assert deserialize_message(serialize_message(order), msg.Order) == order


def test_a_report_survives_the_wire() -> None:
    report = msg.RobotReport(robot="care_1", seq=2**40, odometer_m=1234.5, load=["meal_1"], conditions=["off_corridor"])
    report.results = [msg.StepResult(step_id="s1", state=msg.StepResult.DONE, at_s=27000.25)]
    assert deserialize_message(serialize_message(report), msg.RobotReport) == report


def test_the_kinds_of_steps_are_those_of_the_core() -> None:
    assert {msg.Step.DRIVE, msg.Step.DOCK, msg.Step.UNDOCK, msg.Step.ACT, msg.Step.WAIT} == {
        each.value for each in StepKind
    }


def test_an_actuators_answers_are_four() -> None:
    answer = srv.ActStatus.Response
    request = srv.ActStatus.Request
    words = {getattr(request, name) for name in ("NEVER", "RUNNING", "DONE", "FAILED")}
    assert words == {"never", "running", "done", "failed"}
    assert answer().state == ""


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_the_build_lists_every_definition_and_every_package_it_names(package: Path) -> None:
    cmake = (package / "CMakeLists.txt").read_text()
    manifest = ElementTree.parse(package / "package.xml")
    own = [path for path in DEFINITIONS if package in path.parents]
    assert own
    assert [path.name for path in own if f"{path.parent.name}/{path.name}" not in cmake] == []
    used = {name for path in own for name in re.findall(r"^([a-z]\w*)/[A-Z]", path.read_text(), re.M)}
    declared = {element.text for element in manifest.findall("depend")}
    assert used - {package.name} <= declared
    assert all(re.search(rf"\b{name}\b", cmake) for name in declared if name)
    assert manifest.findtext("license") == "Apache-2.0"


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: f"{path.parent.parent.name}/{path.stem}")
def test_every_definition_is_well_formed_whether_it_is_built_or_not(path: Path, tmp_path: Path) -> None:
    package = path.parents[1]
    written = convert_to_idl(package, package.name, path.relative_to(package), tmp_path)
    assert re.search(rf"\bstruct {path.stem}\w*\b", Path(written).read_text())
