"""What a model weighs and measures: sizes, masses, inertias, and whether they can be true together."""

from __future__ import annotations

import math
from collections.abc import Mapping
from xml.etree import ElementTree

import numpy as np

from robot_fleet.site.worlds.findings import Report
from robot_fleet.site.worlds.tree import is_true, numbers_of, words

_ABOVE_ZERO = frozenset({"radius", "length", "height"})
_DENSITY_KG_M3 = (2.0, 25_000.0)
"""Lighter than foam, or heavier than any metal that robots are made of: a mass or a size is mistaken."""
_SWING = 1.5
"""A radius of gyration cannot exceed the distance to the farthest corner; so much is let pass for what is not drawn."""
_SAME = 1e-6


def check_shapes(root: ElementTree.Element, report: Report) -> None:
    """Report shapes of no size, polylines without an area, and planes without a direction."""
    for geometry in root.iter("geometry"):
        for shape in geometry:
            _check_shape(shape, report)


def check_masses(model: ElementTree.Element, static: bool, report: Report) -> None:
    """Report masses and inertias of a model's links that no body has, and links that move without any."""
    static = static or is_true(model.find("static"))
    for link in model.findall("link"):
        inertial = link.find("inertial")
        if inertial is not None:
            _check_inertial(inertial, link, static, report)
        elif not static and link.find("collision") is not None:
            message = f"link {link.get('name', '')!r} moves and has no <inertial>; it is taken to weigh 1 kg"
            report.warn("world_no_inertia", link, message)
    for inner in model.findall("model"):
        check_masses(inner, static, report)


def _check_shape(shape: ElementTree.Element, report: Report) -> None:
    for child in shape:
        numbers = numbers_of(child)
        if child.tag in ("size", "radii") and shape.tag in ("box", "ellipsoid", "plane") or child.tag in _ABOVE_ZERO:
            if numbers and min(numbers) <= 0.0:
                message = f"<{child.tag}> of a {shape.tag} is {words(child)!r}; expected sizes above 0"
                report.error("world_bad_size", child, message)
        elif child.tag == "scale" and numbers and 0.0 in numbers:
            report.error(
                "world_bad_size", child, f"a mesh is scaled by {words(child)!r}; expected factors that are not 0"
            )
        elif child.tag == "normal" and len(numbers) == 3 and not any(numbers):
            report.error("world_bad_size", child, "the normal of a plane is 0 0 0; expected a direction")
    if shape.tag == "polyline" and 0 < len({words(point) for point in shape.findall("point")}) < 3:
        report.error("world_bad_size", shape, "a polyline has less than three corners; expected an area")


def _check_inertial(inertial: ElementTree.Element, link: ElementTree.Element, static: bool, report: Report) -> None:
    name, tell = link.get("name", ""), report.warn if static else report.error  # what stands fast needs no inertia
    mass = inertial.find("mass")
    weights = numbers_of(mass)
    if mass is not None and weights and not (weights[0] > 0.0 and math.isfinite(weights[0])):
        report.error("world_bad_inertia", mass, f"link {name!r} weighs {weights[0]:g} kg; expected a mass above 0")
        return
    mass_kg = weights[0] if weights else 1.0
    inertia = inertial.find("inertia")
    moments = None if inertia is None else _principal(inertia)
    if inertia is not None and moments is not None:
        low, middle, high = moments
        if low <= 0.0:
            message = f"the inertia of link {name!r} is not positive ({_listed(moments)} kg m2 about its own axes)"
            tell("world_bad_inertia", inertia, f"{message}; expected that of a body")
            return
        if high > (low + middle) * (1.0 + _SAME):
            message = (
                f"no body has the inertia of link {name!r}: {high:.4g} kg m2 about one axis is more than both others"
            )
            tell("world_bad_inertia", inertia, f"{message} together ({low:.4g} and {middle:.4g})")
            return
    if static:
        return
    _check_honest(inertial, link, mass_kg, moments, report)


def _check_honest(
    inertial: ElementTree.Element,
    link: ElementTree.Element,
    mass_kg: float,
    moments: tuple[float, float, float] | None,
    report: Report,
) -> None:
    """Report a mass or inertia that does not fit the link's collision shapes."""
    volume_m3, reach_m = 0.0, 0.0
    for collision in link.findall("collision"):
        size = _size(collision)
        if size is None:
            return  # a mesh: nothing is known
        at = numbers_of(collision.find("pose"))[:3] or (0.0, 0.0, 0.0)
        volume_m3 += size[0]
        reach_m = max(reach_m, math.hypot(*at) + size[1])
    if not volume_m3:
        return
    name, density = link.get("name", ""), mass_kg / volume_m3
    least, most = _DENSITY_KG_M3
    if not least <= density <= most:
        message = (
            f"link {name!r} weighs {mass_kg:g} kg and fills {volume_m3:.3g} m3: {density:.3g} kg/m3; is that meant?"
        )
        mass = inertial.find("mass")
        report.warn("world_odd_mass", inertial if mass is None else mass, message)
    if moments is not None and moments[2] > mass_kg * (_SWING * reach_m) ** 2:
        message = (
            f"link {name!r} of {mass_kg:g} kg reaches {reach_m:.3g} m and has {moments[2]:.4g} kg m2; is that meant?"
        )
        inertia = inertial.find("inertia")
        report.warn("world_odd_inertia", inertial if inertia is None else inertia, message)


def _size(collision: ElementTree.Element) -> tuple[float, float] | None:
    """Return a shape's volume in m3 and how far it reaches from its middle in m; None where it is not known."""
    shape = collision.find("geometry/*")
    if shape is None:
        return None
    own: Mapping[str, tuple[float, ...]] = {child.tag: numbers_of(child) for child in shape}
    match shape.tag, own:
        case "box", {"size": (x, y, z)}:
            return x * y * z, math.hypot(x, y, z) / 2
        case "sphere", {"radius": (radius,)}:
            return 4 / 3 * math.pi * radius**3, radius
        case "cylinder", {"radius": (radius,), "length": (length,)}:
            return math.pi * radius**2 * length, math.hypot(radius, length / 2)
    return None


def _principal(inertia: ElementTree.Element) -> tuple[float, float, float] | None:
    """Return the moments about a body's own axes, the least first, in kg m2."""
    values = {}
    for name in ("ixx", "ixy", "ixz", "iyy", "iyz", "izz"):
        child = inertia.find(name)
        numbers = numbers_of(child)
        if child is not None and not numbers:
            return None  # told already
        values[name] = numbers[0] if numbers else 1.0 if name in ("ixx", "iyy", "izz") else 0.0
    if not all(map(math.isfinite, values.values())):
        return None
    xx, xy, xz, yy, yz, zz = values.values()
    low, middle, high = np.linalg.eigvalsh(np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]))
    return float(low), float(middle), float(high)


def _listed(moments: tuple[float, float, float]) -> str:
    return ", ".join(f"{moment:.4g}" for moment in moments)
