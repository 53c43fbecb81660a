"""Converters: what goes out comes back the same, and what is no pose, order or report is refused with a code."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from geometry_msgs.msg import PoseStamped, Quaternion
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from robot_fleet_interfaces.msg import Order as OrderMsg
from robot_fleet_interfaces.msg import RobotReport as ReportMsg

from robot_fleet.core.errors import NavigationError, OrderError
from robot_fleet.core.geometry import Pose, wrap_angle
from robot_fleet.core.order import Order, RobotReport, Step, StepKind, StepResult, StepState
from robot_fleet.ros.convert import (
    from_order,
    from_pose_stamped,
    from_quaternion,
    from_report,
    from_time,
    parse_object,
    to_order,
    to_path,
    to_pose_stamped,
    to_quaternion,
    to_report,
    to_time,
    to_transform,
)

pytestmark = pytest.mark.ros

FINITE = st.floats(-1e6, 1e6)
SECONDS = st.floats(0.0, 2e6)
WORDS = st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), max_size=12)
JSON = st.dictionaries(WORDS, st.none() | st.booleans() | st.integers(-1000, 1000) | FINITE | WORDS, max_size=3)
POSES = st.builds(Pose, FINITE, FINITE, st.floats(-3.1, 3.1), st.just("ground"))
STEPS = st.builds(
    Step,
    id=WORDS,
    kind=st.sampled_from(StepKind),
    target=POSES,
    lane=WORDS,
    keep_yaw=st.booleans(),
    last=st.booleans(),
    corridor_m=SECONDS,
    speed_mps=SECONDS,
    place=WORDS,
    act=WORDS,
    act_id=WORDS,
    params=JSON,
    duration_s=SECONDS,
    interruptible=st.booleans(),
    repeatable=st.booleans(),
)
COUNTS = st.integers(0, 2**32 - 1)
ORDERS = st.builds(
    Order,
    robot=WORDS,
    id=WORDS,
    update=COUNTS,
    steps=st.lists(STEPS, max_size=4).map(tuple),
    released=COUNTS,
    hold=st.booleans(),
    cancel=st.booleans(),
)
RESULTS = st.builds(StepResult, WORDS, st.sampled_from(StepState), WORDS, JSON, SECONDS)
REPORTS = st.builds(
    RobotReport,
    robot=WORDS,
    boot=WORDS,
    seq=st.integers(0, 2**64 - 1),
    at_s=SECONDS,
    order=WORDS,
    update=COUNTS,
    released=COUNTS,
    results=st.lists(RESULTS, max_size=3).map(tuple),
    state=WORDS,
    pose=POSES,
    speed_mps=FINITE,
    soc_pct=st.floats(0.0, 100.0),
    charging=st.booleans(),
    docked_at=WORDS,
    odometer_m=SECONDS,
    loaded_m=SECONDS,
    energy_wh=SECONDS,
    load=st.lists(WORDS, max_size=3).map(tuple),
    conditions=st.lists(WORDS, max_size=3).map(tuple),
    cancelled=WORDS,
)
NOT_FINITE = st.sampled_from([math.nan, math.inf, -math.inf])
REPORT = RobotReport("r", "b", 1, 5.0, "", 0, 0, (), "idle", Pose(0.0, 0.0), 0.0, 80.0, False, "", 0.0, 0.0, 0.0)
ORDER = Order("r", "o", 1, (Step("s", StepKind.WAIT, Pose(0.0, 0.0, 0.0, "ground"), duration_s=1.0),), 1)


@given(ORDERS)
def test_an_order_comes_back_the_same(order: Order) -> None:
    wire = serialize_message(to_order(order))
    assert from_order(deserialize_message(wire, OrderMsg)) == order


@given(REPORTS)
def test_a_report_comes_back_the_same(report: RobotReport) -> None:
    wire = serialize_message(to_report(report))
    assert from_report(deserialize_message(wire, ReportMsg)) == report


@given(FINITE, FINITE, st.floats(-20.0, 20.0), st.floats(0.0, 1e6))
def test_a_pose_comes_back_the_same(x_m: float, y_m: float, yaw_rad: float, at_s: float) -> None:
    message = to_pose_stamped(Pose(x_m, y_m, yaw_rad, "ground"), at_s)
    back = from_pose_stamped(deserialize_message(serialize_message(message), PoseStamped), "ground")
    assert (back.x_m, back.y_m, back.map_id) == (x_m, y_m, "ground")
    assert abs(wrap_angle(back.yaw_rad - yaw_rad)) < 1e-6
    assert from_time(message.header.stamp) == pytest.approx(at_s, abs=1e-8)


@given(st.floats(0.0, 2**31 - 1.5))
def test_a_time_comes_back_to_the_nanosecond(seconds: float) -> None:
    stamp = to_time(seconds)
    assert 0 <= stamp.nanosec < 1_000_000_000
    assert from_time(stamp) == pytest.approx(seconds, abs=1e-6)


@given(st.sampled_from("xyzw"), NOT_FINITE)
def test_a_quaternion_that_is_not_finite_is_refused(part: str, value: float) -> None:
    rotation = to_quaternion(0.3)
    setattr(rotation, part, value)
    with pytest.raises(NavigationError) as refused:
        from_quaternion(rotation)
    assert refused.value.code == "nav_quaternion_malformed"


@given(st.floats(-4.0, 4.0), st.floats(0.0, 3.0).filter(lambda scale: abs(scale - 1.0) > 0.011))
def test_a_quaternion_of_another_length_is_refused(yaw_rad: float, scale: float) -> None:
    unit = to_quaternion(yaw_rad)
    with pytest.raises(NavigationError) as refused:
        from_quaternion(Quaternion(x=0.0, y=0.0, z=unit.z * scale, w=unit.w * scale))
    assert refused.value.code == "nav_quaternion_malformed"


@given(st.floats(-3.1, 3.1), st.floats(0.995, 1.005))
def test_a_quaternion_that_is_off_by_rounding_is_taken(yaw_rad: float, scale: float) -> None:
    unit = to_quaternion(yaw_rad)
    assert from_quaternion(Quaternion(z=unit.z * scale, w=unit.w * scale)) == pytest.approx(yaw_rad, abs=1e-6)


@pytest.mark.parametrize("frame", ["", "odom", "/map", "care_1/map", "base_link"])
def test_a_pose_in_another_frame_is_refused(frame: str) -> None:
    message = to_pose_stamped(Pose(1.0, 2.0))
    message.header.frame_id = frame
    with pytest.raises(NavigationError) as refused:
        from_pose_stamped(message, "ground")
    assert refused.value.code == "nav_frame_unknown"
    assert repr(frame) in refused.value.message


@given(st.sampled_from("xy"), NOT_FINITE)
def test_a_position_that_is_not_finite_is_refused(axis: str, value: float) -> None:
    message = to_pose_stamped(Pose(1.0, 2.0))
    setattr(message.pose.position, axis, value)
    with pytest.raises(NavigationError) as refused:
        from_pose_stamped(message, "ground")
    assert refused.value.code == "nav_pose_malformed"


@given(
    st.sampled_from(["x_m", "y_m", "yaw_rad", "speed_mps", "soc_pct", "odometer_m", "loaded_m", "energy_wh", "at_s"]),
    NOT_FINITE,
)
def test_a_report_with_a_figure_that_is_not_finite_is_refused(name: str, value: float) -> None:
    message = to_report(REPORT)
    setattr(message, name, value)
    with pytest.raises(OrderError) as refused:
        from_report(message)
    assert refused.value.code == "order_report_malformed"


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("state", "finished", "order_report_malformed"),
        ("at_s", math.nan, "order_report_malformed"),
        ("detail_json", "[1]", "order_json_malformed"),
        ("detail_json", "{", "order_json_malformed"),
    ],
)
def test_a_result_that_is_none_is_refused(key: str, value: object, code: str) -> None:
    message = to_report(replace(REPORT, results=(StepResult("s", StepState.DONE),)))
    setattr(message.results[0], key, value)
    with pytest.raises(OrderError) as refused:
        from_report(message)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("kind", "fly", "order_malformed"),
        ("kind", "", "order_malformed"),
        ("params_json", "nothing", "order_json_malformed"),
        ("params_json", "3", "order_json_malformed"),
    ],
)
def test_a_step_that_is_none_is_refused(key: str, value: str, code: str) -> None:
    message = to_order(ORDER)
    setattr(message.steps[0], key, value)
    with pytest.raises(OrderError) as refused:
        from_order(message)
    assert refused.value.code == code
    assert refused.value.where == "s"


def test_an_order_leads_from_one_level_to_another() -> None:
    upstairs = Step("t", StepKind.DRIVE, Pose(0.0, 0.0, 0.0, "first"), params={"ride": "lift"})
    order = replace(ORDER, steps=(*ORDER.steps, upstairs))
    message = to_order(order)
    assert [step.map_id for step in message.steps[-2:]] == ["", "first"]
    assert from_order(message) == order


def is_object(text: str) -> bool:
    """Whether a text is a JSON object, or empty."""
    try:
        return not text or isinstance(json.loads(text), dict)
    except json.JSONDecodeError:
        return False


@given(st.text(max_size=30) | JSON.map(json.dumps))
def test_json_is_an_object_or_refused(text: str) -> None:
    if is_object(text):
        assert parse_object(text, "here") == (json.loads(text) if text else {})
        return
    with pytest.raises(OrderError) as refused:
        parse_object(text, "here")
    assert (refused.value.code, refused.value.where) == ("order_json_malformed", "here")


def test_paths_and_transforms_are_in_their_frames() -> None:
    path = to_path([Pose(1.0, 2.0), Pose(3.0, 4.0)], 5.5)
    assert path.header.frame_id == "map"
    assert [each.pose.position.x for each in path.poses] == [1.0, 3.0]
    assert from_time(path.header.stamp) == 5.5
    placed = to_transform("odom", "base_link", Pose(1.0, 2.0, 0.5), 7.0)
    assert (placed.header.frame_id, placed.child_frame_id) == ("odom", "base_link")
    assert (placed.transform.translation.x, placed.transform.translation.y) == (1.0, 2.0)
    assert from_quaternion(placed.transform.rotation) == pytest.approx(0.5)
