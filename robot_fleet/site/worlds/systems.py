"""Plugins: those that Gazebo has not, classes that are in other libraries, parameters that nobody reads."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import yaml

from robot_fleet.site.worlds.findings import Report
from robot_fleet.site.worlds.tree import is_true, numbers_of, words

_FILE = Path(__file__).with_name("gazebo_systems.yaml")
_CLASS = "gz::sim::systems::"
_CLASS_PREFIXES = (_CLASS, "ignition::gazebo::systems::")
_FAMILIES = re.compile(
    r"(lib)?(gz|ign)_ros2_control|(lib)?ros_gz|(lib)?open_?rmf|(lib)?(crowd_simulation|lift|door|toggle_floors)"
)
"""Plugins that come with ROS 2 Control, ros_gz and Open-RMF."""
_CLASSIC = re.compile(
    r"lib(gazebo_ros_?|Ray|Diff|Camera|Joint|Skid|Model|World|Wheel|Hydra|Contact|Mud|Actor|Random)\w*(\.so)?$"
)
"""Plugins of Gazebo Classic, which Gazebo Harmonic does not load."""
_PATHS = ("GZ_SIM_SYSTEM_PLUGIN_PATH", "IGN_GAZEBO_SYSTEM_PLUGIN_PATH", "LD_LIBRARY_PATH")
_NEEDED = {
    "DiffDrive": ("left_joint", "right_joint"),
    "AckermannSteering": ("left_joint", "right_joint", "left_steering_joint", "right_steering_joint"),
    "LinearBatteryPlugin": ("battery_name", "voltage"),
    "DetachableJoint": ("parent_link", "child_model", "child_link"),
    "JointController": ("joint_name",),
    "JointPositionController": ("joint_name",),
}
_ABOVE_ZERO = frozenset(
    (
        "wheel_separation", "wheel_radius", "wheel_base", "kingpin_width", "odom_publish_frequency", "update_frequency",
        "capacity", "voltage", "charging_time",
    )
)  # fmt: skip
_JOINTS = frozenset(
    (
        "left_joint", "right_joint", "left_steering_joint", "right_steering_joint", "joint_name", "front_left_joint",
        "front_right_joint", "back_left_joint", "back_right_joint",
    )
)  # fmt: skip
_LINKS = frozenset({"parent_link", "link_name"})
_WHEEL = 0.1
"""A wheel's radius and the distance between wheels may differ by so much from what the model shows."""


@dataclass(frozen=True, slots=True)
class System:
    """A library of Gazebo's: its classes, and the parameters that they read; none where none is known."""

    classes: tuple[str, ...]
    parameters: frozenset[str]


@cache
def known_systems() -> Mapping[str, System]:
    """Return Gazebo's own systems by file name."""
    table = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return {
        file: System(tuple(entry["classes"]), frozenset(entry.get("parameters", ()))) for file, entry in table.items()
    }


def canonical(filename: str) -> str:
    """Return a plugin's file name as `gz-sim-…-system`, whatever Gazebo's age and however it is written."""
    name = Path(filename).name.removeprefix("lib").removesuffix(".so")
    name = re.sub(r"^(ignition-gazebo\d*|gz-sim\d*)-", "gz-sim-", name)
    return re.sub(r"-system\d*$", "-system", name)


def check_plugins(root: ElementTree.Element, report: Report) -> frozenset[str]:
    """Report what is wrong with the plugins of worlds and models, and return the systems among them."""
    found: set[str] = set()
    for parent in _parents(root):
        loaded: set[tuple[str, str]] = set()
        for plugin in parent.findall("plugin"):
            filename, name = plugin.get("filename", "").strip(), plugin.get("name", "").strip()
            if not filename or not name:
                continue  # told as a missing attribute
            file = canonical(filename)
            found.add(file)
            system = known_systems().get(file)
            if system is None:
                _check_foreign(plugin, filename, file, report)
                continue
            _check_class(plugin, filename, name, system, report)
            if parent.tag == "world" and (file, name) in loaded:
                report.warn("world_repeated_plugin", plugin, f"the world loads {name} twice; expected it once")
            loaded.add((file, name))
            _check_parameters(plugin, name, system, report)
            _check_values(plugin, _short(name), parent, report)
    _check_topics(root, report)
    return frozenset(found)


def _parents(root: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield what has plugins for Gazebo's server; those of the window and of visuals are others."""
    return (element for element in root.iter() if element.tag in ("world", "model", "link", "sensor", "actor"))


def _check_foreign(plugin: ElementTree.Element, filename: str, file: str, report: Report) -> None:
    if _CLASSIC.match(filename):
        message = f"plugin {filename!r} is of Gazebo Classic; Gazebo Harmonic does not load it"
        report.warn("world_classic_plugin", plugin, message)
        return
    if _FAMILIES.match(filename) or _is_on_path(filename):
        return
    close = get_close_matches(file, known_systems(), 1, 0.8)
    hint = (
        f"did you mean {close[0]!r}?"
        if close
        else "Gazebo has none of that name, and it is not on GZ_SIM_SYSTEM_PLUGIN_PATH"
    )
    report.error("world_unknown_plugin", plugin, f"plugin {filename!r}: {hint}")


def _is_on_path(filename: str) -> bool:
    stem = Path(filename).name.removeprefix("lib").removesuffix(".so")
    folders = [folder for path in _PATHS for folder in os.environ.get(path, "").split(":") if folder]
    return Path(filename).is_file() or any((Path(folder) / f"lib{stem}.so").is_file() for folder in folders)


def _check_class(plugin: ElementTree.Element, filename: str, name: str, system: System, report: Report) -> None:
    if _short(name) in system.classes:
        return
    expected = " or ".join(f"{_CLASS}{known}" for known in system.classes)
    report.error("world_unknown_plugin", plugin, f"plugin {filename!r} has no class {name!r}; expected {expected}")


def _short(name: str) -> str:
    for prefix in _CLASS_PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _check_parameters(plugin: ElementTree.Element, name: str, system: System, report: Report) -> None:
    for child in plugin if system.parameters else ():
        if child.tag in system.parameters or ":" in child.tag or child.tag.startswith("{"):
            continue
        close = get_close_matches(child.tag, system.parameters, 1, 0.8)
        if close:
            message = f"{_short(name)} reads no parameter <{child.tag}>; did you mean <{close[0]}>?"
            report.error("world_unknown_parameter", child, message)
        else:
            report.warn("world_unknown_parameter", child, f"{_short(name)} reads no parameter <{child.tag}>")
    only_steers = is_true(plugin.find("steering_only"))
    for needed in _NEEDED.get(_short(name), ()):
        if only_steers and needed in ("left_joint", "right_joint"):
            continue
        if not words(plugin.find(needed)):
            report.error("world_missing_parameter", plugin, f"{_short(name)} has no <{needed}>; expected one")


def _check_values(plugin: ElementTree.Element, name: str, parent: ElementTree.Element, report: Report) -> None:
    for child in plugin:
        text, numbers = words(child), numbers_of(child)
        if child.tag in _ABOVE_ZERO and not (len(numbers) == 1 and 0.0 < numbers[0] < math.inf):
            report.error(
                "world_bad_parameter", child, f"<{child.tag}> of {name} is {text!r}; expected a number above 0"
            )
        elif parent.tag == "model" and (child.tag in _JOINTS or child.tag in _LINKS) and text:
            _check_part(child, text, name, parent, report)
    if name == "LinearBatteryPlugin":
        _check_battery(plugin, report)
    elif name == "DiffDrive" and parent.tag == "model":
        _check_wheels(plugin, parent, report)


def _check_part(child: ElementTree.Element, text: str, plugin: str, model: ElementTree.Element, report: Report) -> None:
    tag = "joint" if child.tag in _JOINTS else "link"
    if "::" in text or model.find("include") is not None:
        return
    names = [part.get("name", "") for part in model.iter(tag)]
    if text not in names:
        close = get_close_matches(text, names, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"the model has {', '.join(names) or 'none'}"
        report.error(
            "world_bad_parameter", child, f"<{child.tag}> of {plugin} names {tag} {text!r}, which is not there; {hint}"
        )


def _check_battery(plugin: ElementTree.Element, report: Report) -> None:
    initial = plugin.find("initial_charge")
    capacity, charge = numbers_of(plugin.find("capacity")), numbers_of(initial)
    if initial is not None and capacity and charge and not 0.0 <= charge[0] <= capacity[0]:
        message = f"the battery begins with {charge[0]:g} Ah of {capacity[0]:g}; expected no more than it holds"
        report.error("world_bad_parameter", initial, message)
    if is_true(plugin.find("enable_recharge")) and not words(plugin.find("charging_time")):
        report.error(
            "world_missing_parameter", plugin, "the battery can be charged and has no <charging_time>; expected hours"
        )


def _check_wheels(plugin: ElementTree.Element, model: ElementTree.Element, report: Report) -> None:
    """Report a distance between wheels, or a radius, that is not that of the model: its odometry would be wrong."""
    joints = {joint.get("name", ""): joint for joint in model.findall("joint")}
    links = {link.get("name", ""): link for link in model.findall("link")}
    sides: list[ElementTree.Element] = []
    for tag in ("left_joint", "right_joint"):
        joint = joints.get(words(plugin.find(tag)))
        wheel = None if joint is None else links.get(words(joint.find("child")))
        if wheel is None:
            return
        sides.append(wheel)
    separation, radius = plugin.find("wheel_separation"), plugin.find("wheel_radius")
    apart, told = _distance(*sides), numbers_of(separation)
    if separation is not None and told and apart and abs(told[0] - apart) > _WHEEL * apart:
        message = f"<wheel_separation> is {told[0]:g} m, and the wheels stand {apart:.3g} m apart"
        report.warn("world_odd_parameter", separation, f"{message}; the odometry would turn wrong")
    drawn, told = _radius(sides[0]), numbers_of(radius)
    if radius is not None and told and drawn and abs(told[0] - drawn) > _WHEEL * drawn:
        message = f"<wheel_radius> is {told[0]:g} m, and the wheel has {drawn:g} m; the odometry would drive wrong"
        report.warn("world_odd_parameter", radius, message)


def _distance(left: ElementTree.Element, right: ElementTree.Element) -> float:
    """Return how far apart two links are, in metres; 0 where their poses do not say so by themselves."""
    poses = [pose for wheel in (left, right) for pose in wheel.findall("pose") if not pose.get("relative_to")]
    places = [numbers_of(pose) for pose in poses]
    if len(places) != 2 or any(len(place) != 6 for place in places):
        return 0.0
    return math.dist(places[0][:3], places[1][:3])


def _radius(wheel: ElementTree.Element) -> float:
    for shape in ("cylinder", "sphere"):
        numbers = numbers_of(wheel.find(f"collision/geometry/{shape}/radius"))
        if numbers:
            return numbers[0]
    return 0.0


def _check_topics(root: ElementTree.Element, report: Report) -> None:
    """Report two models that are driven by one topic: a command would move both."""
    heard: dict[str, ElementTree.Element] = {}
    for model in root.iter("model"):
        for plugin in model.findall("plugin"):
            topic = plugin.find("topic")
            if (
                topic is None
                or not words(topic)
                or _short(plugin.get("name", "")) not in ("DiffDrive", "AckermannSteering", "VelocityControl")
            ):
                continue
            other = heard.setdefault(words(topic), model)
            if other is not model:
                message = (
                    f"models {other.get('name')!r} and {model.get('name')!r} both follow the topic {words(topic)!r}"
                )
                report.error("world_shared_topic", topic, message)
