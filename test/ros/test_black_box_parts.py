"""What a black box needs of ROS: definitions of types, frames of transforms, copies of what passes, and no images."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from builtin_interfaces.msg import Time
from geometry_msgs.msg import TransformStamped
from nav_msgs.msg import Odometry
from rclpy.serialization import deserialize_message, serialize_message
from robot_fleet_interfaces.msg import Order, Step
from rosbags.typesys import Stores, get_types_from_msg, get_typestore
from std_msgs.msg import Bool, String
from tf2_msgs.msg import TFMessage

from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import RobotReport
from robot_fleet.core.site import CONTROL_TOPICS
from robot_fleet.ros.clock import FleetClock
from robot_fleet.ros.gateway.black_box import RECORDED, BlackBoxes, frames
from robot_fleet.ros.gateway.message_definitions import message_type
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.robot.tap import Tap
from robot_fleet.runtime.recordings.kept import Recordings
from robot_fleet.runtime.recordings.recording_file import describe
from test.ros.rig import Ros

pytestmark = pytest.mark.ros
ALLOWED = {
    "diagnostic_msgs/msg/DiagnosticArray",
    "geometry_msgs/msg/PoseWithCovarianceStamped",
    "nav2_msgs/msg/SpeedLimit",
    "nav_msgs/msg/Odometry",
    "nav_msgs/msg/Path",
    "robot_fleet_interfaces/msg/Alarms",
    "robot_fleet_interfaces/msg/Incidents",
    "robot_fleet_interfaces/msg/Order",
    "robot_fleet_interfaces/msg/RobotReport",
    "robot_fleet_interfaces/msg/RobotState",
    "sensor_msgs/msg/BatteryState",
    "std_msgs/msg/Bool",
    "std_msgs/msg/String",
    "tf2_msgs/msg/TFMessage",
}


def test_no_other_types_than_these_are_recorded_no_images_no_scans_no_sound() -> None:
    assert {message_type(each.kind).name for each in RECORDED.values()} == ALLOWED


@pytest.mark.parametrize("name", RECORDED)
def test_a_recorded_topic_is_in_the_table_and_its_definition_is_complete(name: str) -> None:
    assert name in QOS
    kind = RECORDED[name].kind
    made = message_type(kind)
    typestore = get_typestore(Stores.EMPTY)
    typestore.register(get_types_from_msg(made.definition, made.name))
    understood = typestore.deserialize_cdr(serialize_message(kind()), made.name)
    assert deserialize_message(bytes(typestore.serialize_cdr(understood, made.name)), kind) == kind()


def test_a_message_of_ours_is_understood_by_its_definition_alone() -> None:
    order = Order(robot="care_1", order_id="care_1.7", update=2, steps=[Step(step_id="a", x_m=1.5), Step(kind="dock")])
    made = message_type(Order)
    typestore = get_typestore(Stores.EMPTY)
    typestore.register(get_types_from_msg(made.definition, made.name))
    read = typestore.deserialize_cdr(serialize_message(order), made.name)
    assert (read.robot, read.order_id, read.update) == ("care_1", "care_1.7", 2)  # type: ignore[attr-defined]
    assert [(step.step_id, step.x_m, step.kind) for step in read.steps] == [("a", 1.5, ""), ("", 0.0, "dock")]  # type: ignore[attr-defined]


@pytest.mark.parametrize(("parent", "child"), [("map", "odom"), ("odom", "base_link"), ("", ""), ("long_one", "abc")])
def test_the_frames_of_a_transform_are_read_from_its_bytes(parent: str, child: str) -> None:
    moved = TransformStamped(child_frame_id=child)
    moved.header.frame_id, moved.header.stamp = parent, Time(sec=7, nanosec=8)
    data = serialize_message(TFMessage(transforms=[moved, TransformStamped()]))
    assert frames(data) == f"{parent}\0{child}\0".encode()


def test_a_button_that_is_pressed_is_held_though_it_was_said_just_now_that_it_is_not(ros: Ros, tmp_path: Path) -> None:
    guard = Guard()
    clock = FleetClock(ros.node, datetime.now(UTC) - timedelta(hours=1))
    boxes = BlackBoxes(ros.node, guard, clock, "tiny", tmp_path, {"tap_2": CONTROL_TOPICS})
    copy, notice = boxes.copy("tap_2"), boxes.notice("tap_2")
    notice(report("automatic"))
    for pressed in (False, True, False, True):
        copy("/tap_2/emergency_stop", serialize_message(Bool(data=pressed)))
    copy("/tap_2/scan", b"not in the table")
    notice(report("emergency_stop"))
    boxes.close()
    assert not guard.failures
    found = describe(Recordings(tmp_path).path("local:tap_2:1", "tap_2"))
    ((name, (kind, count)),) = found.topics.items()
    assert (name, kind) == ("/tap_2/emergency_stop", "std_msgs/msg/Bool")
    assert 2 <= count <= 4  # thinned where they came within 0.2 s of each other, but each change of word is there
    assert found.about["reason"] == "emergency_stop"


def report(control: str) -> RobotReport:
    return RobotReport(
        robot="tap_2", boot="b", seq=1, at_s=0.0, order="", update=0, released=0, results=(), state="idle",
        pose=Pose(0.0, 0.0), speed_mps=0.0, soc_pct=80.0, charging=False, docked_at="", odometer_m=0.0, loaded_m=0.0,
        energy_wh=0.0, load=(), conditions=(), cancelled="", control=control,
    )  # fmt: skip


def test_a_message_without_transforms_has_no_frames() -> None:
    assert frames(serialize_message(TFMessage())) == b""


def test_a_tap_hands_messages_on_and_keeps_them_as_they_are_on_the_wire(ros: Ros) -> None:
    copies: list[tuple[str, bytes]] = []
    heard: list[Odometry] = []
    guard = Guard()
    tap = Tap(ros.node, guard, lambda name, data: copies.append((name, data)))
    tap.hear(Odometry, topic("~odom", "tap_1"), heard.append, QOS["~odom"].wanted)
    tap.hear(String, topic("~load", "tap_1"), lambda _: 1 / 0, QOS["~load"].wanted)
    odom, load = (
        tap.outlet(Odometry, topic("~odom", "tap_1"), QOS["~odom"].offered),
        tap.outlet(String, topic("~load", "tap_1"), QOS["~load"].offered),
    )
    said = Odometry(child_frame_id="base_link")
    odom.publish(said)
    load.publish(String(data="meal_1"))
    ros.until(lambda: heard and guard.failures, "both are heard")
    assert heard == [said]
    assert guard.failures == {"/tap_1/load": 1}, "what fails is counted under the topic's name"
    assert [deserialize_message(data, Odometry) for name, data in copies if name == "/tap_1/odom"] == [said, said]
    assert [deserialize_message(data, String).data for name, data in copies if name == "/tap_1/load"] == ["meal_1"] * 2
