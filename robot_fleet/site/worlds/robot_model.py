"""The Gazebo model of a robot, from its kind's figures: what drives, weighs and lasts as the site says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from robot_fleet.core.site import RobotKind

_PREFIX = "gz::sim::systems::"
_BATTERY_V = 24.0
_WHEEL_WIDTH_M = 0.04
_WHEEL_DENSITY_KG_M3 = 1_200.0  # rubber on a hub
_CASTER_KG = 0.3
_GAP_M = 0.01
_LIDAR_KG, _LIDAR_M = 0.2, (0.035, 0.04)
SCAN_RAYS = 360
SCAN_M = (0.05, 12.0)
SCAN_HZ = 10


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where a kind's parts are, in metres above and from the middle of its footprint on the ground."""

    length_m: float
    width_m: float
    wheel_m: float
    floor_m: float
    height_m: float
    separation_m: float


def robot_model(kind: RobotKind, name: str) -> str:
    """Return the SDF of one robot, its topics beginning with its name.

    Robots with two wheels are driven by Gazebo's DiffDrive; omnidirectional ones by VelocityControl, which moves the
    body as it is told. Masses add up to the kind's, inertias are those of the shapes.

    Parameters
    ----------
    kind : of the robot; `height_m` and `lidar_m` give the body.
    name : of the model; also its namespace.
    """
    frame = _frame(kind)
    root = Element("sdf", version="1.9")
    model = SubElement(root, "model", name=name)
    base = SubElement(model, "link", name="base_link")  # the first one carries the model's frame
    wheels_kg = 0.0 if kind.omnidirectional else _wheels(model, frame)
    body_kg = kind.mass_kg - wheels_kg - _LIDAR_KG
    box_m = (frame.length_m, frame.width_m, frame.height_m - frame.floor_m)
    middle_m = frame.floor_m + box_m[2] / 2
    _inertial(base, body_kg, _box_inertia(body_kg, box_m), (0.0, 0.0, middle_m))
    _shape(base, "body", (0.0, 0.0, middle_m), "box", {"size": box_m}, colour=(0.85, 0.87, 0.9))
    _imu(base, name)
    _lidar(model, kind, name)
    _drive(model, kind, frame, name)
    _battery(model, kind)
    ElementTree.indent(root)
    return f'<?xml version="1.0"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def scan_offset_m(kind: RobotKind) -> tuple[float, float, float]:
    """Return where the scanner's frame `base_scan` is in that of the robot, `base_link`."""
    return _frame(kind).length_m / 2 - _LIDAR_M[0], 0.0, kind.lidar_m


def _frame(kind: RobotKind) -> _Frame:
    length_m, width_m = kind.footprint.length_m, kind.footprint.width_m
    wheel_m = min(0.1, 0.4 * kind.height_m)
    floor_m = _GAP_M if kind.omnidirectional else min(0.5 * wheel_m, 0.3 * kind.height_m)
    return _Frame(length_m, width_m, wheel_m, floor_m, kind.height_m, width_m - 3 * _WHEEL_WIDTH_M)


def _wheels(model: Element, frame: _Frame) -> float:
    """Add two wheels and two casters and return what they weigh in kg."""
    radius_m = frame.wheel_m
    wheel_kg = round(_WHEEL_DENSITY_KG_M3 * 3.14159 * radius_m**2 * _WHEEL_WIDTH_M, 3)
    across = wheel_kg * (3 * radius_m**2 + _WHEEL_WIDTH_M**2) / 12
    for side, y_m in (("left", frame.separation_m / 2), ("right", -frame.separation_m / 2)):
        link = SubElement(model, "link", name=f"{side}_wheel_link")
        _pose(link, (0.0, y_m, radius_m, -1.5707963, 0.0, 0.0))
        _inertial(link, wheel_kg, (across, across, wheel_kg * radius_m**2 / 2))
        sizes = {"radius": (radius_m,), "length": (_WHEEL_WIDTH_M,)}
        _shape(link, "tyre", (), "cylinder", sizes, colour=(0.1, 0.1, 0.1), friction=1.0)
        _joint(model, f"{side}_wheel_joint", "revolute", "base_link", f"{side}_wheel_link", axis="0 0 1")
    ball_m = min(0.03, frame.floor_m / 2 + 0.01)
    for end, x_m in (("front", frame.length_m / 2 - 2 * ball_m), ("rear", 2 * ball_m - frame.length_m / 2)):
        link = SubElement(model, "link", name=f"{end}_caster_link")
        _pose(link, (x_m, 0.0, ball_m, 0.0, 0.0, 0.0))
        _inertial(link, _CASTER_KG, (0.4 * _CASTER_KG * ball_m**2,) * 3)
        _shape(link, "ball", (), "sphere", {"radius": (ball_m,)}, colour=(0.3, 0.3, 0.3), friction=0.0)
        _joint(model, f"{end}_caster_joint", "ball", "base_link", f"{end}_caster_link")
    return 2 * (wheel_kg + _CASTER_KG)


def _lidar(model: Element, kind: RobotKind, name: str) -> None:
    radius_m, length_m = _LIDAR_M
    link = SubElement(model, "link", name="base_scan")
    _pose(link, (*scan_offset_m(kind), 0.0, 0.0, 0.0))
    across = _LIDAR_KG * (3 * radius_m**2 + length_m**2) / 12
    _inertial(link, _LIDAR_KG, (across, across, _LIDAR_KG * radius_m**2 / 2))
    _shape(link, "case", (), "cylinder", {"radius": (radius_m,), "length": (length_m,)}, colour=(0.1, 0.1, 0.15))
    _joint(model, "scan_joint", "fixed", "base_link", "base_scan")
    sensor = SubElement(link, "sensor", name="scan", type="gpu_lidar")
    _text(sensor, gz_frame_id="base_scan", topic=f"/{name}/scan", update_rate=SCAN_HZ, always_on="true")
    lidar = SubElement(sensor, "lidar")
    horizontal = SubElement(SubElement(lidar, "scan"), "horizontal")
    _text(horizontal, samples=SCAN_RAYS, resolution=1, min_angle=-3.14159, max_angle=3.14159)
    _text(SubElement(lidar, "range"), min=SCAN_M[0], max=SCAN_M[1], resolution=0.01)
    noise = SubElement(lidar, "noise")
    _text(noise, type="gaussian", mean=0.0, stddev=0.01)


def _imu(base: Element, name: str) -> None:
    sensor = SubElement(base, "sensor", name="imu", type="imu")
    _text(sensor, gz_frame_id="base_link", topic=f"/{name}/imu", update_rate=50, always_on="true")


def _drive(model: Element, kind: RobotKind, frame: _Frame, name: str) -> None:
    if kind.omnidirectional:
        _plugin(model, "velocity-control", "VelocityControl", topic=f"/{name}/cmd_vel")
        _plugin(
            model, "odometry-publisher", "OdometryPublisher",
            odom_frame="odom", robot_base_frame="base_link", odom_topic=f"/{name}/odom", tf_topic=f"/{name}/tf",
            odom_publish_frequency=30, dimensions=2,
        )  # fmt: skip
        return
    _plugin(
        model, "diff-drive", "DiffDrive",
        left_joint="left_wheel_joint", right_joint="right_wheel_joint",
        wheel_separation=frame.separation_m, wheel_radius=frame.wheel_m,
        max_linear_velocity=kind.speed_mps, max_linear_acceleration=kind.acceleration_mps2,
        max_angular_velocity=kind.turn_radps,
        topic=f"/{name}/cmd_vel", odom_topic=f"/{name}/odom", tf_topic=f"/{name}/tf",
        frame_id="odom", child_frame_id="base_link", odom_publish_frequency=30,
    )  # fmt: skip
    _plugin(model, "joint-state-publisher", "JointStatePublisher", topic=f"/{name}/joint_states")


def _battery(model: Element, kind: RobotKind) -> None:
    capacity_ah = round(kind.battery_wh / _BATTERY_V, 3)
    _plugin(
        model, "linearbatteryplugin", "LinearBatteryPlugin",
        battery_name="battery", voltage=_BATTERY_V, open_circuit_voltage_constant_coef=_BATTERY_V,
        open_circuit_voltage_linear_coef=-2.0, capacity=capacity_ah, initial_charge=capacity_ah, resistance=0.05,
        smooth_current_tau=2.0, power_load=kind.driving_w, enable_recharge="true",
        charging_time=round(kind.battery_wh / kind.charge_w, 3), start_draining="true",
    )  # fmt: skip


def _plugin(model: Element, file: str, name: str, **parameters: object) -> None:
    plugin = SubElement(model, "plugin", filename=f"gz-sim-{file}-system", name=f"{_PREFIX}{name}")
    _text(plugin, **parameters)


def _joint(model: Element, name: str, kind: str, parent: str, child: str, axis: str = "") -> None:
    joint = SubElement(model, "joint", name=name, type=kind)
    _text(joint, parent=parent, child=child)
    if axis:
        _text(SubElement(joint, "axis"), xyz=axis)


def _shape(
    link: Element,
    name: str,
    at_m: tuple[float, ...],
    sort: str,
    sizes: Mapping[str, tuple[float, ...]],
    *,
    colour: tuple[float, float, float],
    friction: float | None = None,
) -> None:
    """Add a shape that is seen and that others run into."""
    for tag in ("collision", "visual"):
        part = SubElement(link, tag, name=name if tag == "collision" else f"{name}_look")
        if any(at_m):
            _pose(part, (*at_m, 0.0, 0.0, 0.0))
        shape = SubElement(SubElement(part, "geometry"), sort)
        _text(shape, **{key: " ".join(map(_number, size)) for key, size in sizes.items()})
        if tag == "visual":
            shade = " ".join(map(_number, (*colour, 1.0)))
            _text(SubElement(part, "material"), ambient=shade, diffuse=shade)
        elif friction is not None:
            _text(SubElement(SubElement(SubElement(part, "surface"), "friction"), "ode"), mu=friction, mu2=friction)


def _inertial(
    link: Element, mass_kg: float, moments: tuple[float, ...], at_m: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> None:
    inertial = SubElement(link, "inertial")
    if any(at_m):
        _pose(inertial, (*at_m, 0.0, 0.0, 0.0))
    _text(inertial, mass=round(mass_kg, 3))
    xx, yy, zz = (f"{moment:.6g}" for moment in moments)
    _text(SubElement(inertial, "inertia"), ixx=xx, ixy=0, ixz=0, iyy=yy, iyz=0, izz=zz)


def _box_inertia(mass_kg: float, size_m: tuple[float, float, float]) -> tuple[float, float, float]:
    x2, y2, z2 = (side**2 for side in size_m)
    return mass_kg * (y2 + z2) / 12, mass_kg * (x2 + z2) / 12, mass_kg * (x2 + y2) / 12


def _pose(element: Element, pose: tuple[float, ...]) -> None:
    _text(element, pose=" ".join(map(_number, pose)))


def _text(element: Element, **children: object) -> None:
    for tag, value in children.items():
        SubElement(element, tag).text = _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    return f"{round(value, 6):g}" if abs(value) != 1.5707963 else str(value)
