"""Says everything that is wrong with a Gazebo world, without Gazebo."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from robot_fleet.core.errors import SiteError
from robot_fleet.core.site import Site
from robot_fleet.site.worlds.bodies import check_masses, check_shapes
from robot_fleet.site.worlds.findings import Level, Report, WorldFinding
from robot_fleet.site.worlds.grammar import check_elements
from robot_fleet.site.worlds.named_files import check_files
from robot_fleet.site.worlds.naming import check_names
from robot_fleet.site.worlds.occupancy import draw_world
from robot_fleet.site.worlds.sensing import check_sensors, check_systems_of_sensors
from robot_fleet.site.worlds.systems import check_plugins
from robot_fleet.site.worlds.tree import numbers_of, parse, words

_PHYSICS = "gz-sim-physics-system"
_LONG_STEP_S = 0.02
_CELL_M = 0.05


def check_world(world: Path) -> list[WorldFinding]:
    """Return what is wrong with an SDF file and the models that it includes, in the order of files and lines."""
    found: list[WorldFinding] = []
    systems: set[str] = set()
    todo, done = [world], set()
    root = None
    while todo:
        file = todo.pop(0)
        if file in done:
            continue
        done.add(file)
        report = Report(_shown(file, world))
        tree = _read(file, report)
        if tree is not None:
            root = tree if root is None else root
            found_systems, included = _check_file(tree, world, report)
            systems |= found_systems
            todo += included
        found += report.findings
    if root is not None:
        report = Report(world)
        for element in root.findall("world"):
            check_systems_of_sensors(element, frozenset(systems), report)
            _check_world(element, frozenset(systems), report)
        found += report.findings
    return sorted(found)


def includes_any(world: Path) -> bool:
    """Return whether a file that can be read includes models of other files."""
    return next(parse(world).iter("include"), None) is not None


def check_places(world: Path, site: Site) -> list[WorldFinding]:
    """Return the places of a site at which a robot would stand in something of the world."""
    occupancy, _, _ = draw_world(world, _CELL_M)
    report = Report(world)
    for place in site.places.values():
        x_m, y_m = place.pose.x_m, place.pose.y_m
        half_m = (
            min(kind.footprint.width_m for kind in site.kinds.values() if not place.kinds or kind.id in place.kinds) / 2
        )
        free_m = float(occupancy.clearance_m[occupancy.cell(x_m, y_m)]) if occupancy.inside(x_m, y_m) else 0.0
        if free_m < half_m - _CELL_M:
            message = f"place {place.id!r} at {x_m:g} {y_m:g} has {free_m:.2f} m to what stands there"
            expected = f"{message}; a robot needs {half_m:.2f} m"
            report.error("world_place_blocked", ElementTree.Element("world"), expected)
    return report.findings


def _shown(file: Path, world: Path) -> Path:
    """Return a file as it is shown: relative to the world's folder where it lies in there."""
    folder = world.parent.resolve()
    return world.parent / file.relative_to(folder) if file.is_absolute() and file.is_relative_to(folder) else file


def _read(file: Path, report: Report) -> ElementTree.Element | None:
    nothing = ElementTree.Element("sdf")
    if not file.is_file():
        report.error("world_missing_file", nothing, "the world is not there; expected an SDF file")
        return None
    try:
        root = parse(file)
    except SiteError as error:
        line = int(error.where.rpartition(":")[2]) if error.where.rpartition(":")[2].isdigit() else 0
        report.findings.append(WorldFinding(str(report.file), line, Level.ERROR, "world_malformed", error.message))
        return None
    if root.tag != "sdf":
        report.error("world_malformed", root, f"the file is <{root.tag}>; expected <sdf>")
        return None
    if not any(child.tag in ("world", "model", "actor", "light") for child in root):
        report.error("world_malformed", root, "<sdf> has neither a <world> nor a <model>; expected one")
    return root


def _check_file(root: ElementTree.Element, world: Path, report: Report) -> tuple[frozenset[str], Sequence[Path]]:
    check_elements(root, report)
    for scope in root:
        if scope.tag in ("world", "model"):
            check_names(scope, report)
    check_shapes(root, report)
    for model in (*root.findall("model"), *root.findall("world/model")):
        check_masses(model, False, report)
    check_sensors(root, report)
    return check_plugins(root, report), check_files(root, world, report)


def _check_world(world: ElementTree.Element, systems: frozenset[str], report: Report) -> None:
    if systems and _PHYSICS not in systems:
        report.warn("world_no_physics", world, f"the world has plugins and not {_PHYSICS}; nothing moves in it")
    for physics in world.findall("physics"):
        step, factor = physics.find("max_step_size"), physics.find("real_time_factor")
        step_s, speed = numbers_of(step), numbers_of(factor)
        if step is not None and step_s and step_s[0] <= 0.0:
            report.error("world_bad_physics", step, f"a step lasts {words(step)} s; expected above 0")
        elif step is not None and step_s and step_s[0] > _LONG_STEP_S:
            report.warn(
                "world_bad_physics", step, f"a step lasts {step_s[0]:g} s; wheels want {_LONG_STEP_S} s or less"
            )
        if factor is not None and speed and speed[0] < 0.0:
            report.error("world_bad_physics", factor, f"the real-time factor is {words(factor)}; expected 0 or above")
