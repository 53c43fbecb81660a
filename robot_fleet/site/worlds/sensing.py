"""Sensors that could not see: ranges, angles, rates, and systems without which no sensor works."""

from __future__ import annotations

import math
from xml.etree import ElementTree

from robot_fleet.site.worlds.findings import Report
from robot_fleet.site.worlds.tree import numbers_of, words

_TYPES = frozenset(
    [
        "air_pressure",
        "air_speed",
        "altimeter",
        "boundingbox",
        "boundingbox_camera",
        "camera",
        "contact",
        "custom",
        "depth",
        "depth_camera",
        "force_torque",
        "gps",
        "gpu_lidar",
        "gpu_ray",
        "imu",
        "lidar",
        "logical_camera",
        "magnetometer",
        "multicamera",
        "navsat",
        "ray",
        "rfid",
        "rfidtag",
        "rgbd",
        "rgbd_camera",
        "segmentation",
        "segmentation_camera",
        "sonar",
        "thermal",
        "thermal_camera",
        "wideanglecamera",
        "wide_angle_camera",
        "wireless_receiver",
        "wireless_transmitter",
    ]
)
_LIDARS = frozenset({"gpu_lidar", "gpu_ray", "lidar", "ray"})
_FULL_TURN = 2.0 * math.pi + 0.01
_FAR_M = 1000.0
_SYSTEM_OF = {
    "imu": "gz-sim-imu-system",
    "contact": "gz-sim-contact-system",
    "altimeter": "gz-sim-altimeter-system",
    "magnetometer": "gz-sim-magnetometer-system",
    "force_torque": "gz-sim-forcetorque-system",
    "navsat": "gz-sim-navsat-system",
    "gps": "gz-sim-navsat-system",
    "air_pressure": "gz-sim-air-pressure-system",
    "logical_camera": "gz-sim-logical-camera-system",
}
_RENDERED = frozenset(kind for kind in _TYPES if "camera" in kind or kind in ("gpu_lidar", "gpu_ray", "depth", "rgbd"))


def check_sensors(root: ElementTree.Element, report: Report) -> None:
    """Report sensors of an unknown type, and those that see nothing as they are set."""
    for sensor in root.iter("sensor"):
        kind, name = sensor.get("type", ""), sensor.get("name", "")
        if kind and kind not in _TYPES:
            report.error("world_bad_sensor", sensor, f"sensor {name!r} is of type {kind!r}, which SDF does not know")
        rate = sensor.find("update_rate")
        if rate is not None and any(number < 0.0 for number in numbers_of(rate)):
            report.error(
                "world_bad_sensor", rate, f"sensor {name!r} is asked {words(rate)} times a second; expected 0 or above"
            )
        for lidar in (*sensor.findall("lidar"), *sensor.findall("ray")):
            _check_lidar(lidar, name, report)
        if kind in _LIDARS and sensor.find("lidar") is None and sensor.find("ray") is None:
            report.error(
                "world_bad_sensor", sensor, f"sensor {name!r} is a lidar without a <lidar>; expected its scan and range"
            )
        for camera in sensor.findall("camera"):
            _check_camera(camera, name, report)


def check_systems_of_sensors(world: ElementTree.Element, systems: frozenset[str], report: Report) -> None:
    """Report sensors that no system of the world drives; `systems` are the plugins of world and models."""
    for sensor in world.iter("sensor"):
        kind = sensor.get("type", "")
        needed = "gz-sim-sensors-system" if kind in _RENDERED else _SYSTEM_OF.get(kind)
        if needed and needed not in systems:
            message = f"sensor {sensor.get('name', '')!r} ({kind}) is silent: the world has no plugin {needed}"
            report.warn("world_silent_sensor", sensor, message)


def _check_lidar(lidar: ElementTree.Element, name: str, report: Report) -> None:
    near, far = lidar.find("range/min"), lidar.find("range/max")
    low, high = numbers_of(near), numbers_of(far)
    if near is not None and low and low[0] < 0.0:
        report.error("world_bad_sensor", near, f"lidar {name!r} sees from {low[0]:g} m on; expected 0 or above")
    if far is not None and low and high and high[0] <= low[0]:
        message = (
            f"lidar {name!r} sees from {low[0]:g} to {high[0]:g} m, which is nothing; expected the nearer one first"
        )
        report.error("world_bad_sensor", far, message)
    elif far is not None and high and math.isfinite(high[0]) and high[0] > _FAR_M:
        report.warn("world_odd_sensor", far, f"lidar {name!r} sees {high[0]:g} m far; is that meant?")
    for axis in (*lidar.findall("scan/horizontal"), *lidar.findall("scan/vertical")):
        _check_scan(axis, name, report)


def _check_scan(axis: ElementTree.Element, name: str, report: Report) -> None:
    for tag, least in (("samples", 1.0), ("resolution", 1e-9)):
        child = axis.find(tag)
        numbers = numbers_of(child)
        if child is not None and numbers and numbers[0] < least:
            report.error("world_bad_sensor", child, f"lidar {name!r} has {tag} {numbers[0]:g}; expected above 0")
    first, last = axis.find("min_angle"), axis.find("max_angle")
    low, high, samples = numbers_of(first), numbers_of(last), numbers_of(axis.find("samples"))
    if first is None or not low or not high:
        return
    if low[0] > high[0] or (low[0] == high[0] and samples and samples[0] > 1):
        message = (
            f"lidar {name!r} looks from {low[0]:g} to {high[0]:g} rad with several rays; expected the lesser one first"
        )
        report.error("world_bad_sensor", first, message)
    elif high[0] - low[0] > _FULL_TURN:
        message = f"lidar {name!r} looks from {low[0]:g} to {high[0]:g}, more than a turn; expected radians"
        report.error("world_bad_sensor", first, message)


def _check_camera(camera: ElementTree.Element, name: str, report: Report) -> None:
    for path in ("image/width", "image/height"):
        child = camera.find(path)
        numbers = numbers_of(child)
        if child is not None and numbers and numbers[0] < 1:
            report.error("world_bad_sensor", child, f"camera {name!r} has {child.tag} {numbers[0]:g}; expected pixels")
    near, far = camera.find("clip/near"), camera.find("clip/far")
    low, high = numbers_of(near), numbers_of(far)
    if near is not None and low and low[0] <= 0.0:
        report.error("world_bad_sensor", near, f"camera {name!r} sees from {low[0]:g} m on; expected above 0")
    if far is not None and low and high and high[0] <= low[0]:
        message = (
            f"camera {name!r} sees from {low[0]:g} to {high[0]:g} m, which is nothing; expected the nearer one first"
        )
        report.error("world_bad_sensor", far, message)
    view = camera.find("horizontal_fov")
    angle = numbers_of(view)
    if view is not None and angle and not 0.0 < angle[0] < _FULL_TURN:
        report.error("world_bad_sensor", view, f"camera {name!r} is {angle[0]:g} rad wide; expected between 0 and 2 pi")
