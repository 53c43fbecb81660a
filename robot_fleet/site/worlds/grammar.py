"""Which elements SDF knows, where each may stand, and what its text says; read from `sdf_1_9.yaml`."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import yaml

from robot_fleet.site.worlds.findings import Report
from robot_fleet.site.worlds.tree import words

_FILE = Path(__file__).with_name("sdf_1_9.yaml")
_OF_OTHER_VERSIONS = frozenset(
    [
        "accel",
        "use_parent_model_frame",
        "initial_position",
        "air_speed",
        "auto_inertia_params",
        "cone",
        "convex_decomposition",
        "density",
        "fluid_added_mass",
        "max_convex_hulls",
        "mimic",
        "shininess",
        "trigger_topic",
        "triggered",
        "visibility_flags",
        "visualize",
        "voxel_resolution",
    ]
)
"""Of versions before 1.7, and of 1.10 and later."""
_GAZEBOS_OWN = frozenset({"gz_frame_id", "ignition_frame_id"})
"""Read by Gazebo's sensors, and not described by SDF."""
_ATTRIBUTES_OF_OTHER_VERSIONS = frozenset({"frame", "use_parent_model_frame", "auto", "optimization"})
_NEEDED = frozenset(
    {
        ("include", "uri"), ("joint", "parent"), ("joint", "child"), ("collision", "geometry"), ("visual", "geometry"),
        ("box", "size"), ("cylinder", "radius"), ("cylinder", "length"), ("sphere", "radius"), ("mesh", "uri"),
        ("capsule", "radius"), ("capsule", "length"), ("ellipsoid", "radii"), ("heightmap", "uri"),
        ("polyline", "point"), ("polyline", "height"), ("axis", "xyz"), ("scan", "horizontal"),
    }
)  # fmt: skip
"""Children without which an element says nothing; for others SDF has a value that is meant."""
_SEVERAL = frozenset({"polyline", "collision"})
"""May stand several times although the description says once: Gazebo reads them all."""
_CLOSE = 0.75


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of an element.

    Parameters
    ----------
    text : type of its text; empty where it has none.
    once : whether it may stand only once in its parent.
    free : whether anything may stand in it.
    attributes : types by name; a type that ends with `!` is needed.
    children : by tag.
    """

    text: str = ""
    once: bool = False
    free: bool = False
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: Mapping[str, Known | str] = field(default_factory=dict)


class Grammar:
    """The elements of SDF 1.9."""

    def __init__(self, table: Mapping[str, Any]) -> None:
        self._named = {name: _known(entry) for name, entry in table.items()}
        self.root = self._named["root"]
        self.tags = frozenset(_tags(table))

    def child(self, parent: Known, tag: str) -> Known | None:
        """Return what is known of a child of an element, or None."""
        found = parent.children.get(tag)
        if not isinstance(found, str):
            return found
        name, _, times = found.partition(" ")
        known = self._named[name]
        return Known(known.text, times in "?!", known.free, known.attributes, known.children)


@cache
def grammar() -> Grammar:
    """Return the grammar; it is read once."""
    return Grammar(yaml.safe_load(_FILE.read_text(encoding="utf-8")))


def check_elements(root: ElementTree.Element, report: Report) -> None:
    """Report unknown and misspelt elements and attributes, those that are missing, and values of the wrong form."""
    newer = _is_newer(root.get("version", ""))
    _check(root, grammar().root, report, newer)


def _check(element: ElementTree.Element, known: Known, report: Report, newer: bool) -> None:
    _check_attributes(element, known, report)
    _check_text(element, known, report)
    if known.free:
        return
    counts: Counter[str] = Counter()
    for child in element:
        if ":" in child.tag or child.tag.startswith("{") or child.tag in _GAZEBOS_OWN:
            continue  # somebody's own, with a prefix as SDF wants it
        counts[child.tag] += 1
        found = grammar().child(known, child.tag)
        if found is None:
            _unknown(child, element, known, report, newer)
            continue
        if found.once and counts[child.tag] == 2 and child.tag not in _SEVERAL:
            report.warn(
                "world_repeated_element", child, f"<{child.tag}> stands twice in <{element.tag}>; only the first counts"
            )
        _check(child, found, report, newer)
    for parent, needed in _NEEDED:
        if parent == element.tag and needed in known.children and not counts[needed]:
            message = f"<{parent}>{_called(element)} has no <{needed}>; expected one"
            report.error("world_missing_element", element, message)


def _unknown(
    child: ElementTree.Element, parent: ElementTree.Element, known: Known, report: Report, newer: bool
) -> None:
    close = get_close_matches(child.tag, known.children, 1, _CLOSE)
    if child.tag in _OF_OTHER_VERSIONS or (newer and not close):
        report.warn(
            "world_other_version", child, f"<{child.tag}> is not of SDF 1.9, which Gazebo Harmonic's worlds use here"
        )
        return
    if close:
        hint = f"did you mean <{close[0]}>?"
    elif child.tag in grammar().tags:
        hint = f"it does not belong into <{parent.tag}>"
    else:
        hint = "SDF has none of that name"
    report.error("world_unknown_element", child, f"<{child.tag}> in <{parent.tag}>{_called(parent)}: {hint}")


def _check_attributes(element: ElementTree.Element, known: Known, report: Report) -> None:
    misspelt: set[str] = set()
    for name, value in element.attrib.items():
        kind = known.attributes.get(name)
        if kind is not None:
            wrong = _wrong(kind.rstrip("!"), value.strip())
            if wrong:
                report.error("world_bad_value", element, f"{name}={value!r} of <{element.tag}>: expected {wrong}")
        elif not (":" in name or name.startswith("{") or known.free or name in _ATTRIBUTES_OF_OTHER_VERSIONS):
            close = get_close_matches(name, known.attributes, 1, _CLOSE)
            misspelt.update(close)
            hint = f"did you mean {close[0]!r}?" if close else "SDF knows no such attribute here"
            report.error("world_unknown_attribute", element, f"attribute {name!r} of <{element.tag}>: {hint}")
    for name, kind in known.attributes.items():
        if kind.endswith("!") and name not in misspelt and not element.get(name, "").strip():
            report.error("world_missing_attribute", element, f"<{element.tag}> has no {name!r}; expected one")


def _check_text(element: ElementTree.Element, known: Known, report: Report) -> None:
    text = words(element)
    if known.text in ("", "string"):
        return
    if not text:
        if known.text != "pose":
            report.error("world_bad_value", element, f"<{element.tag}> is empty; expected {_TYPES[known.text][1]}")
        return
    kind = "quaternion_pose" if element.get("rotation_format") == "quat_xyzw" else known.text
    wrong = _wrong(kind, text)
    if wrong:
        report.error("world_bad_value", element, f"<{element.tag}> is {text!r}; expected {wrong}")


def _wrong(kind: str, text: str) -> str:
    """Return what was expected instead of a text; empty if it is well."""
    is_right, expected = _TYPES[kind]
    return "" if is_right(text) else expected


def _numbers(*counts: int) -> Callable[[str], bool]:
    def are_numbers(text: str) -> bool:
        try:
            values = [float(word) for word in text.split()]
        except ValueError:
            return False
        return len(values) in counts and all(not math.isnan(value) for value in values)

    return are_numbers


def _is_whole(text: str) -> bool:
    try:
        return float(text).is_integer()
    except (ValueError, OverflowError):
        return text.lower().startswith("0x") and all(digit in "0123456789abcdef" for digit in text[2:].lower())


_TYPES: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "string": (lambda text: True, "a text"),
    "bool": (lambda text: text.lower() in ("true", "false", "1", "0"), "true or false"),
    "int": (_is_whole, "a whole number"),
    "count": (lambda text: _is_whole(text) and not text.startswith("-"), "a whole number, 0 or above"),
    "double": (_numbers(1), "a number"),
    "float": (_numbers(1), "a number"),
    "time": (_numbers(1, 2), "seconds, or seconds and nanoseconds"),
    "vector2": (_numbers(2), "2 numbers"),
    "vector3": (_numbers(3), "3 numbers"),
    "color": (_numbers(3, 4), "3 or 4 numbers: red, green, blue, opacity"),
    "pose": (_numbers(6), "6 numbers: x y z roll pitch yaw"),
    "quaternion_pose": (_numbers(7), "7 numbers: x y z and a quaternion x y z w"),
}


def _called(element: ElementTree.Element) -> str:
    name = element.get("name")
    return f" {name!r}" if name else ""


def _is_newer(version: str) -> bool:
    try:
        return tuple(int(part) for part in version.split(".")) > (1, 9)
    except ValueError:
        return False


def _known(entry: Any) -> Known:
    if isinstance(entry, str):
        times, _, text = entry.partition(" ")
        return Known("" if text == "empty" else text, times in "?!")
    children: dict[str, Known | str] = {}
    for tag, child in entry.get("children", {}).items():
        if isinstance(child, str) and child.endswith(">"):
            times, _, name = child.partition(" ")
            children[tag] = f"{name.strip('<>')} {times}"
        else:
            children[tag] = _known(child)
    once = entry.get("times", "*") in "?!"
    return Known(entry.get("text", ""), once, entry.get("free", False), entry.get("attributes", {}), children)


def _tags(entry: Any) -> set[str]:
    if not isinstance(entry, Mapping):
        return set()
    tags: set[str] = set()
    for name, child in entry.items():
        if name == "children":
            tags |= set(child)
        tags |= _tags(child)
    return tags
