"""What a world or model calls its parts: names that stand twice, joints and frames that name what is not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from xml.etree import ElementTree

from robot_fleet.site.worlds.findings import Report
from robot_fleet.site.worlds.tree import numbers_of, words

_FRAMES = ("model", "link", "joint", "frame", "include", "actor", "light")
_IN_LINKS = ("collision", "visual", "sensor", "light", "particle_emitter", "projector")
_JOINT_TYPES = ("continuous", "revolute", "gearbox", "revolute2", "prismatic", "ball", "screw", "universal", "fixed")
_WITH_AXIS = frozenset({"continuous", "revolute", "gearbox", "revolute2", "prismatic", "screw", "universal"})
_SELF = frozenset({"", "world", "__model__"})


def check_names(scope: ElementTree.Element, report: Report) -> None:
    """Report what is wrong with the names in a world or model, and with its joints and frames.

    Nested models are looked at in turn; what an included file calls its parts is not known here.
    """
    named = _named(scope, report)
    for link in scope.findall("link"):
        _named(link, report, _IN_LINKS)
    for joint in scope.findall("joint"):
        _check_joint(joint, scope, named, report)
    for frame in scope.findall("frame"):
        _check_target(frame, "attached_to", named, report)
    for placed in _placed(scope):
        _check_target(placed, "relative_to", named, report)
    _check_circles(scope, named, report)
    for model in scope.findall("model"):
        check_names(model, report)


def _named(
    scope: ElementTree.Element, report: Report, tags: tuple[str, ...] = _FRAMES
) -> Mapping[str, ElementTree.Element]:
    named: dict[str, ElementTree.Element] = {}
    for child in scope:
        name = (words(child.find("name")) if child.tag == "include" else child.get("name", "")).strip()
        if child.tag not in tags or not name:
            continue
        other = named.setdefault(name, child)
        if other is not child and (tags is _FRAMES or other.tag == child.tag):
            inside = f"<{scope.tag}> {scope.get('name', '')!r}"
            message = f"the name {name!r} stands twice in {inside}: <{other.tag}> and <{child.tag}>; expected another"
            report.error("world_duplicate_name", child, message)
    return named


def _check_joint(
    joint: ElementTree.Element, scope: ElementTree.Element, named: Mapping[str, ElementTree.Element], report: Report
) -> None:
    name, kind = joint.get("name", ""), joint.get("type", "")
    if kind and kind not in _JOINT_TYPES:
        message = f"joint {name!r} is of type {kind!r}; expected one of {', '.join(_JOINT_TYPES)}"
        report.error("world_bad_joint", joint, message)
    ends, child = {}, joint.find("child")
    for tag in ("parent", "child"):
        end = joint.find(tag)
        if end is None:
            continue
        ends[tag] = words(end)
        if tag == "child" and ends[tag] == "world":
            report.error(
                "world_bad_joint", end, f"joint {name!r} has the world as its child; expected it as the parent"
            )
        elif not _is_there(ends[tag], named, scope):
            message = (
                f"joint {name!r} has {ends[tag]!r} as its {tag}; no link or frame is called so{_hint(ends[tag], named)}"
            )
            report.error("world_bad_joint", end, message)
    if ends.get("parent") and ends.get("parent") == ends.get("child"):
        message = f"joint {name!r} joins {ends['child']!r} to itself; expected two links"
        report.error("world_bad_joint", joint if child is None else child, message)
    if kind in _WITH_AXIS and joint.find("axis") is None:
        report.error("world_bad_joint", joint, f"joint {name!r} of type {kind} has no <axis>; expected one")
    for axis in (*joint.findall("axis"), *joint.findall("axis2")):
        _check_axis(axis, name, report)


def _check_axis(axis: ElementTree.Element, joint: str, report: Report) -> None:
    xyz = axis.find("xyz")
    direction = numbers_of(xyz)
    if xyz is not None and len(direction) == 3 and not any(direction):
        report.error(
            "world_bad_joint", xyz, f"the axis of joint {joint!r} has no direction; expected one that is not 0 0 0"
        )
    lower, upper = axis.find("limit/lower"), axis.find("limit/upper")
    low, high = numbers_of(lower), numbers_of(upper)
    if lower is not None and low and high and low[0] > high[0]:
        message = f"joint {joint!r} is limited to {low[0]:g} .. {high[0]:g}; expected the lower one first"
        report.error("world_bad_joint", lower, message)


def _check_target(
    element: ElementTree.Element, attribute: str, named: Mapping[str, ElementTree.Element], report: Report
) -> None:
    target = element.get(attribute, "").strip()
    if target in _SELF or "::" in target or target in named:
        return
    message = f"{attribute}={target!r} names no link, joint, model or frame beside it{_hint(target, named)}"
    report.error("world_unknown_frame", element, message)


def _placed(scope: ElementTree.Element) -> Iterator[ElementTree.Element]:
    """Yield the poses of a world's or model's own parts; those within links may name the model's frames, too."""
    for child in scope:
        poses = child.iter("pose") if child.tag == "link" else child.findall("pose")
        for pose in poses:
            if pose.get("relative_to"):
                yield pose


def _check_circles(scope: ElementTree.Element, named: Mapping[str, ElementTree.Element], report: Report) -> None:
    for name, element in named.items():
        seen, at = [name], _base(element)
        while at in named and at not in seen:
            seen.append(at)
            at = _base(named[at])
        if at == name:
            chain = " > ".join([*seen, name])
            report.error(
                "world_unknown_frame", element, f"the frames go in a circle: {chain}; expected a chain that ends"
            )
            return


def _base(element: ElementTree.Element) -> str:
    pose = element.find("pose")
    base = "" if pose is None else pose.get("relative_to", "")
    return base or element.get("attached_to", "")


def _is_there(name: str, named: Mapping[str, ElementTree.Element], scope: ElementTree.Element) -> bool:
    """Return whether a joint's end is there, as far as this file can tell."""
    if name in named or name in ("world", "__model__") or not name:
        return True
    first, separator, rest = name.partition("::")
    if not separator:  # a merged include brings its links along
        return any(include.get("merge") in ("true", "1") for include in scope.findall("include"))
    inner = named.get(first)
    if inner is None:
        return any(not words(include.find("name")) for include in scope.findall("include"))
    if inner.tag == "include":
        return True
    return _is_there(rest, {child.get("name", ""): child for child in inner if child.tag in _FRAMES}, inner)


def _hint(name: str, named: Mapping[str, ElementTree.Element]) -> str:
    close = get_close_matches(name, named, 1)
    return f"; did you mean {close[0]!r}?" if close else ""
