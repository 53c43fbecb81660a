"""Reads the static collision shapes out of a Gazebo world (SDF), each with its pose in the world.

Poses follow SDF's frame semantics within one world or model: `relative_to` may name a frame, link or model beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.errors import SiteError
from robot_fleet.site.worlds.meshes import capsule, ellipsoid, read_mesh
from robot_fleet.site.worlds.tree import find_file, find_model, parse, where, words

Transform = NDArray[np.float64]  # 4 x 4, homogeneous

_READ_GEOMETRIES = ("box", "cylinder", "sphere", "capsule", "ellipsoid", "mesh", "polyline")
_IGNORED_GEOMETRIES = ("plane", "empty")
_SCOPE_NAMES = ("", "world", "__model__")


@dataclass(frozen=True, slots=True)
class Solid:
    """A collision shape of something that does not move.

    Parameters
    ----------
    sort : box, cylinder, sphere, polyline or mesh (capsules and ellipsoids are meshes, too).
    numbers : box: size along x, y, z; cylinder: radius, length; sphere: radius; polyline: height. Metres.
    pose : 4 x 4 transform from the shape's frame into the world.
    points : of a polyline, in the shape's x-y plane, shape (n, 2); of a mesh, its triangles, shape (n, 3, 3).
    """

    sort: str
    numbers: tuple[float, ...]
    pose: Transform
    points: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))


@dataclass(slots=True)
class _Reader:
    """One pass over a world and the files that it includes."""

    world: Path
    strict: bool
    solids: list[Solid] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def warn(self, code: str, message: str, where: str) -> None:
        if self.strict:
            raise SiteError(code, message, where)
        self.warnings.append(f"{where}: {message} [{code}]")

    def scope(
        self, element: ElementTree.Element, pose: Transform, static: bool, file: Path, open_files: tuple[Path, ...]
    ) -> None:
        """Collect the shapes of a world or model whose frame is at `pose`."""
        frames = _Frames(element, file, self)
        for child in element:
            if child.tag == "model":
                own = static or _flag(child, "static", file)
                self.scope(child, pose @ frames.pose_of(child), own, file, open_files)
            elif child.tag == "include":
                self.include(child, pose @ frames.pose_of(child), static, file, open_files)
            elif child.tag == "link" and static:
                link = pose @ frames.pose_of(child)
                for collision in child.findall("collision"):
                    self.collision(collision, link @ frames.pose_of(collision), file)

    def include(
        self, element: ElementTree.Element, pose: Transform, static: bool, file: Path, open_files: tuple[Path, ...]
    ) -> None:
        """Collect the shapes of an included model; its own pose counts where the include gives none."""
        uri = (element.findtext("uri") or "").strip()
        if not uri:
            raise _malformed("an include has no <uri>; expected the model's path", file, element)
        target = find_model(uri, self.world.parent, file.parent)
        if target is None:
            self.warn(
                "site_sdf_include_missing",
                f"the included model {uri!r} is not beside the world; it is left out",
                where(file, element),
            )
            return
        if target in open_files:
            raise _malformed(f"{uri!r} includes itself; expected includes that end", file, element)
        root = parse(target)
        model = root.find("model")
        if root.tag != "sdf" or model is None:
            raise _malformed("expected <sdf> with a <model>", target, root)
        if element.find("pose") is None:
            pose = pose @ _pose(model.find("pose"), target)
        chosen = element if element.find("static") is not None else model
        own = static or _flag(chosen, "static", file if chosen is element else target)
        self.scope(model, pose, own, target, (*open_files, target))

    def collision(self, element: ElementTree.Element, pose: Transform, file: Path) -> None:
        """Collect one collision's shape."""
        geometry = element.find("geometry")
        if geometry is None or len(geometry) == 0:
            raise _malformed("a collision has no geometry; expected a shape such as <box>", file, element)
        shape = geometry[0]
        if shape.tag in _IGNORED_GEOMETRIES:
            return
        if shape.tag not in _READ_GEOMETRIES:
            message = f"a collision of sort <{shape.tag}> is left out; expected {', '.join(_READ_GEOMETRIES)}"
            self.warn("site_sdf_unsupported", message, where(file, shape))
            return
        if shape.tag == "polyline":
            for outline in geometry.findall("polyline"):
                points = np.array([_numbers(point, 2, file) for point in outline.findall("point")])
                if len(points) < 3:
                    raise _malformed("a polyline has less than three points", file, outline)
                self.solids.append(Solid("polyline", (_size(outline, "height", 1, file)[0],), pose, points))
        elif shape.tag == "mesh":
            self.mesh(shape, pose, file)
        elif shape.tag == "capsule":
            numbers = (*_size(shape, "radius", 1, file), *_size(shape, "length", 1, file))
            self.solids.append(Solid("mesh", (), pose, capsule(*numbers)))
        elif shape.tag == "ellipsoid":
            self.solids.append(Solid("mesh", (), pose, ellipsoid(_size(shape, "radii", 3, file))))
        elif shape.tag == "box":
            self.solids.append(Solid("box", _size(shape, "size", 3, file), pose))
        elif shape.tag == "cylinder":
            numbers = (*_size(shape, "radius", 1, file), *_size(shape, "length", 1, file))
            self.solids.append(Solid("cylinder", numbers, pose))
        else:
            self.solids.append(Solid("sphere", _size(shape, "radius", 1, file), pose))

    def mesh(self, shape: ElementTree.Element, pose: Transform, file: Path) -> None:
        """Collect a mesh; one that is not there or cannot be read is left out."""
        uri, scale = words(shape.find("uri")), shape.find("scale")
        found = find_file(uri, self.world.parent, file.parent) if uri else None
        if found is None or not found.is_file():
            self.warn(
                "site_mesh_missing", f"the mesh {uri!r} is not beside the world; it is left out", where(file, shape)
            )
            return
        try:
            triangles = read_mesh(found, words(shape.find("submesh/name")))
        except SiteError as error:
            self.warn(error.code, f"{found.name}: {error.message}; it is left out", where(file, shape))
            return
        factors = (1.0, 1.0, 1.0) if scale is None else _numbers(scale, 3, file)
        self.solids.append(Solid("mesh", (), pose, triangles * np.array(factors)))


class _Frames:
    """The named poses of one world or model."""

    def __init__(self, scope: ElementTree.Element, file: Path, reader: _Reader) -> None:
        self._file = file
        self._reader = reader
        self._named = {
            child.get("name", ""): child
            for child in scope
            if child.tag in ("model", "link", "frame") and child.get("name")
        }

    def pose_of(self, element: ElementTree.Element, seen: tuple[str, ...] = ()) -> Transform:
        """Return an element's pose in the frame of the scope (of the link, for a collision)."""
        pose = element.find("pose")
        own = _pose(pose, self._file)
        base = "" if pose is None else pose.get("relative_to", "")
        if not base and element.tag == "frame":
            base = element.get("attached_to", "")
        if base in _SCOPE_NAMES:
            return own
        if base in seen:
            raise _malformed(f"frame {base!r} is relative to itself; expected a chain that ends", self._file, element)
        if base not in self._named or element.tag == "collision":
            message = f"relative_to={base!r} is not resolved; the pose is read as relative to its parent"
            self._reader.warn("site_sdf_unsupported", message, where(self._file, element))
            return own
        return self.pose_of(self._named[base], (*seen, base)) @ own


def read_solids(world: Path, strict: bool) -> tuple[list[Solid], list[str]]:
    """Return the static collision shapes of the first world in a file, and warnings of what was left out.

    Raises
    ------
    SiteError : `site_world_missing`; `site_sdf_malformed` (with file and line); with `strict` also
        `site_sdf_include_missing` and `site_sdf_unsupported`, which otherwise are warnings.
    """
    if not world.is_file():
        raise SiteError("site_world_missing", "the world is not there; expected an SDF file", str(world))
    root = parse(world)
    element = root.find("world")
    if root.tag != "sdf" or element is None:
        raise _malformed("expected <sdf> with a <world>", world, root)
    reader = _Reader(world, strict)
    reader.scope(element, np.eye(4), False, world, (world,))
    return reader.solids, reader.warnings


def _pose(element: ElementTree.Element | None, file: Path) -> Transform:
    """Return a <pose> as a transform; missing or empty means none (SDF 1.9: euler_rpy or quat_xyzw)."""
    transform = np.eye(4)
    if element is None or not (element.text or "").strip():
        return transform
    if element.get("rotation_format", "euler_rpy") == "quat_xyzw":
        x, y, z, *quaternion = _numbers(element, 7, file)
        norm = math.sqrt(sum(part * part for part in quaternion))
        if norm < 1e-9:
            raise _malformed("the quaternion is zero; expected a rotation", file, element)
        i, j, k, r = (part / norm for part in quaternion)
        rotation = np.array(
            [
                [1 - 2 * (j * j + k * k), 2 * (i * j - k * r), 2 * (i * k + j * r)],
                [2 * (i * j + k * r), 1 - 2 * (i * i + k * k), 2 * (j * k - i * r)],
                [2 * (i * k - j * r), 2 * (j * k + i * r), 1 - 2 * (i * i + j * j)],
            ]
        )
    else:
        x, y, z, *angles = _numbers(element, 6, file)
        if element.get("degrees", "false").strip().lower() in ("true", "1"):
            angles = [math.radians(angle) for angle in angles]
        roll, pitch, yaw = angles
        rotation = _about(2, yaw) @ _about(1, pitch) @ _about(0, roll)
    transform[:3, :3] = rotation
    transform[:3, 3] = (x, y, z)
    return transform


def _about(axis: int, angle_rad: float) -> NDArray[np.float64]:
    """Return the rotation about the x (0), y (1) or z (2) axis."""
    cos, sin = math.cos(angle_rad), math.sin(angle_rad)
    rotation = np.eye(3)
    a, b = (axis + 1) % 3, (axis + 2) % 3
    rotation[[a, a, b, b], [a, b, a, b]] = (cos, -sin, sin, cos)
    return rotation


def _size(shape: ElementTree.Element, name: str, count: int, file: Path) -> tuple[float, ...]:
    """Return the positive numbers of a shape's child."""
    child = shape.find(name)
    if child is None:
        raise _malformed(f"<{shape.tag}> has no <{name}>", file, shape)
    numbers = _numbers(child, count, file)
    if min(numbers) <= 0.0:
        raise _malformed(f"<{name}> is {(child.text or '').strip()!r}; expected sizes above 0", file, child)
    return numbers


def _numbers(element: ElementTree.Element, count: int, file: Path) -> tuple[float, ...]:
    words = (element.text or "").split()
    numbers = tuple(_finite(words))
    if len(numbers) != count or len(words) != count:
        raise _malformed(
            f"<{element.tag}> is {(element.text or '').strip()!r}; expected {count} finite numbers", file, element
        )
    return numbers


def _finite(words: list[str]) -> Iterator[float]:
    for word in words:
        try:
            number = float(word)
        except ValueError:
            return
        if not math.isfinite(number):
            return
        yield number


def _flag(element: ElementTree.Element, name: str, file: Path) -> bool:
    text = (element.findtext(name) or "false").strip().lower()
    if text not in ("true", "1", "false", "0"):
        raise _malformed(f"<{name}> is {text!r}; expected true or false", file, element)
    return text in ("true", "1")


def _malformed(message: str, file: Path, element: ElementTree.Element) -> SiteError:
    return SiteError("site_sdf_malformed", message, where(file, element))
