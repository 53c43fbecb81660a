"""Messages to core types and back. What comes from outside is checked here: frames, numbers, quaternions, JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence

from builtin_interfaces.msg import Time
from geometry_msgs.msg import Pose as PoseMsg
from geometry_msgs.msg import PoseStamped, TransformStamped
from geometry_msgs.msg import Quaternion as QuaternionMsg
from nav_msgs.msg import Path
from robot_fleet_interfaces.msg import Order as OrderMsg
from robot_fleet_interfaces.msg import RobotReport as ReportMsg
from robot_fleet_interfaces.msg import Step as StepMsg
from robot_fleet_interfaces.msg import StepResult as StepResultMsg
from transforms3d.euler import euler2quat, quat2euler

from robot_fleet.core.errors import NavigationError, OrderError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, RobotReport, Step, StepKind, StepResult, StepState

MAP_FRAME, ODOM_FRAME, BASE_FRAME = "map", "odom", "base_link"
_NANO = 1_000_000_000


def to_time(seconds: float) -> Time:
    """Return a stamp of fleet time (seconds, >= 0)."""
    whole = math.floor(seconds)
    nanos = round((seconds - whole) * _NANO)
    return Time(sec=whole + nanos // _NANO, nanosec=nanos % _NANO)


def from_time(stamp: Time) -> float:
    """Return a stamp as seconds."""
    return float(stamp.sec + stamp.nanosec / _NANO)


def to_quaternion(yaw_rad: float) -> QuaternionMsg:
    """Return the rotation about z by `yaw_rad`."""
    w, x, y, z = euler2quat(0.0, 0.0, yaw_rad)
    return QuaternionMsg(x=float(x), y=float(y), z=float(z), w=float(w))


def from_quaternion(rotation: QuaternionMsg) -> float:
    """Return the yaw of a rotation, in (-pi, pi].

    Raises
    ------
    NavigationError : `nav_quaternion_malformed` if it is not finite or not of unit length (within 1 %).
    """
    parts = (rotation.w, rotation.x, rotation.y, rotation.z)
    norm = math.sqrt(sum(part * part for part in parts))
    if not math.isfinite(norm) or abs(norm - 1.0) > 0.01:
        raise NavigationError("nav_quaternion_malformed", f"expected a unit quaternion, got length {norm}")
    return float(quat2euler(parts)[2])


def sigma_m(covariance: Sequence[float]) -> float:
    """Return the larger standard deviation of a position; infinite where the covariance makes no sense.

    Parameters
    ----------
    covariance : of a pose, 6 x 6 row by row; all zero where a robot does not tell.
    """
    larger = max(covariance[0], covariance[7])
    return math.sqrt(larger) if larger >= 0.0 else math.inf


def to_pose_stamped(pose: Pose, at_s: float = 0.0) -> PoseStamped:
    """Return a pose in the frame `map`."""
    message = PoseStamped()
    message.header.frame_id = MAP_FRAME
    message.header.stamp = to_time(at_s)
    message.pose.position.x, message.pose.position.y = pose.x_m, pose.y_m
    message.pose.orientation = to_quaternion(pose.yaw_rad)
    return message


def from_pose_stamped(message: PoseStamped, map_id: str) -> Pose:
    """Return a stamped pose as one of the map `map_id`. Raises as `from_pose` does."""
    return from_pose(message.pose, message.header.frame_id, map_id)


def from_pose(message: PoseMsg, frame: str, map_id: str) -> Pose:
    """Return a pose in the frame `map` as one of the map `map_id`.

    Raises
    ------
    NavigationError : `nav_frame_unknown` for another frame, `nav_pose_malformed` for a position that is not finite,
        `nav_quaternion_malformed`.
    """
    if frame != MAP_FRAME:
        raise NavigationError("nav_frame_unknown", f"expected frame {MAP_FRAME!r}, got {frame!r}")
    x_m, y_m = message.position.x, message.position.y
    if not (math.isfinite(x_m) and math.isfinite(y_m)):
        raise NavigationError("nav_pose_malformed", f"expected a finite position, got ({x_m}, {y_m})")
    return Pose(x_m, y_m, from_quaternion(message.orientation), map_id)


def to_path(poses: Iterable[Pose], at_s: float) -> Path:
    """Return a path in the frame `map`."""
    path = Path(poses=[to_pose_stamped(pose, at_s) for pose in poses])
    path.header.frame_id, path.header.stamp = MAP_FRAME, to_time(at_s)
    return path


def to_transform(parent: str, child: str, pose: Pose, at_s: float) -> TransformStamped:
    """Return where the frame `child` is in the frame `parent`."""
    message = TransformStamped()
    message.header.frame_id, message.child_frame_id = parent, child
    message.header.stamp = to_time(at_s)
    message.transform.translation.x, message.transform.translation.y = pose.x_m, pose.y_m
    message.transform.rotation = to_quaternion(pose.yaw_rad)
    return message


def parse_object(text: str, what: str) -> Mapping[str, object]:
    """Return a JSON object; an empty text is an empty one.

    Raises
    ------
    OrderError : `order_json_malformed`.
    """
    if not text:
        return {}
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise OrderError("order_json_malformed", f"expected a JSON object: {error}", what) from error
    if not isinstance(value, dict):
        raise OrderError("order_json_malformed", "expected a JSON object", what)
    return value


def to_order(order: Order) -> OrderMsg:
    """Return an order as its message, which has one map for all of its steps."""
    map_id = order.steps[0].target.map_id if order.steps else ""
    return OrderMsg(
        robot=order.robot,
        order_id=order.id,
        update=order.update,
        map_id=map_id,
        steps=[_to_step(step, map_id) for step in order.steps],
        released=order.released,
        hold=order.hold,
        cancel=order.cancel,
        consents=order.consents,
    )


def from_order(message: OrderMsg) -> Order:
    """Return the order of a message.

    Raises
    ------
    OrderError : `order_malformed` (unknown kind of step), `order_json_malformed`.
    """
    return Order(
        robot=message.robot,
        id=message.order_id,
        update=message.update,
        steps=tuple(_from_step(step, message.map_id) for step in message.steps),
        released=message.released,
        hold=message.hold,
        cancel=message.cancel,
        consents=message.consents,
    )


def _to_step(step: Step, map_id: str) -> StepMsg:
    return StepMsg(
        step_id=step.id,
        kind=step.kind.value,
        lane=step.lane,
        x_m=step.target.x_m,
        y_m=step.target.y_m,
        yaw_rad=step.target.yaw_rad,
        keep_yaw=step.keep_yaw,
        last=step.last,
        corridor_m=step.corridor_m,
        speed_limit_mps=step.speed_mps,
        place=step.place,
        act=step.act,
        act_id=step.act_id,
        params_json=json.dumps(dict(step.params), ensure_ascii=False) if step.params else "",
        duration_s=step.duration_s,
        interruptible=step.interruptible,
        repeatable=step.repeatable,
        map_id="" if step.target.map_id == map_id else step.target.map_id,
    )


def _from_step(message: StepMsg, map_id: str) -> Step:
    try:
        kind = StepKind(message.kind)
    except ValueError as error:
        raise OrderError("order_malformed", f"no kind of step is called {message.kind!r}", message.step_id) from error
    return Step(
        id=message.step_id,
        kind=kind,
        target=Pose(message.x_m, message.y_m, message.yaw_rad, message.map_id or map_id),
        lane=message.lane,
        keep_yaw=message.keep_yaw,
        last=message.last,
        corridor_m=message.corridor_m,
        speed_mps=message.speed_limit_mps,
        place=message.place,
        act=message.act,
        act_id=message.act_id,
        params=parse_object(message.params_json, message.step_id),
        duration_s=message.duration_s,
        interruptible=message.interruptible,
        repeatable=message.repeatable,
    )


def to_report(report: RobotReport) -> ReportMsg:
    """Return a report as its message."""
    return ReportMsg(
        stamp=to_time(report.at_s),
        robot=report.robot,
        seq=report.seq,
        boot_id=report.boot,
        order_id=report.order,
        update=report.update,
        released=report.released,
        state=report.state,
        results=[
            StepResultMsg(
                step_id=result.step,
                state=result.state.value,
                code=result.code,
                detail_json=json.dumps(dict(result.detail), ensure_ascii=False) if result.detail else "",
                at_s=result.at_s,
            )
            for result in report.results
        ],
        map_id=report.pose.map_id,
        x_m=report.pose.x_m,
        y_m=report.pose.y_m,
        yaw_rad=report.pose.yaw_rad,
        speed_mps=report.speed_mps,
        soc_pct=report.soc_pct,
        charging=report.charging,
        docked_at=report.docked_at,
        odometer_m=report.odometer_m,
        loaded_m=report.loaded_m,
        energy_wh=report.energy_wh,
        load=list(report.load),
        conditions=list(report.conditions),
        cancelled=report.cancelled,
        at_s=report.at_s,
        control=report.control,
        stops=report.stops,
    )


def from_report(message: ReportMsg) -> RobotReport:
    """Return the report of a message.

    Raises
    ------
    OrderError : `order_report_malformed` for figures that are not finite and for an unknown end of a step,
        `order_json_malformed`.
    """
    figures = (
        message.x_m,
        message.y_m,
        message.yaw_rad,
        message.speed_mps,
        message.soc_pct,
        message.odometer_m,
        message.loaded_m,
        message.energy_wh,
        message.at_s,
    )
    if not all(map(math.isfinite, figures)):
        raise OrderError("order_report_malformed", f"expected finite figures, got {figures}", message.robot)
    return RobotReport(
        robot=message.robot,
        boot=message.boot_id,
        seq=message.seq,
        at_s=message.at_s,
        order=message.order_id,
        update=message.update,
        released=message.released,
        results=tuple(_from_result(result) for result in message.results),
        state=message.state,
        pose=Pose(message.x_m, message.y_m, message.yaw_rad, message.map_id),
        speed_mps=message.speed_mps,
        soc_pct=message.soc_pct,
        charging=message.charging,
        docked_at=message.docked_at,
        odometer_m=message.odometer_m,
        loaded_m=message.loaded_m,
        energy_wh=message.energy_wh,
        load=tuple(message.load),
        conditions=tuple(message.conditions),
        cancelled=message.cancelled,
        control=message.control or "automatic",
        stops=message.stops,
    )


def _from_result(message: StepResultMsg) -> StepResult:
    try:
        state = StepState(message.state)
    except ValueError as error:
        raise OrderError("order_report_malformed", f"no step ends {message.state!r}", message.step_id) from error
    if not math.isfinite(message.at_s):
        raise OrderError("order_report_malformed", f"expected a finite time, got {message.at_s}", message.step_id)
    return StepResult(
        message.step_id, state, message.code, parse_object(message.detail_json, message.step_id), message.at_s
    )
