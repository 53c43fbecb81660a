"""Meshes as triangles, read with trimesh, and what they cover on the ground between two heights."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from robot_fleet.core.errors import SiteError
from robot_fleet.site.worlds.tree import parse

Triangles = NDArray[np.float64]
"""Corners in metres, shape (n, 3, 3)."""

MOST_TRIANGLES = 2_000_000
_LEVELS = 5
_SLIVER_M = 1e-4
_ROUND = 32


@lru_cache(maxsize=64)
def read_mesh(file: Path, part: str = "") -> Triangles:
    """Return the triangles of a mesh file (STL, OBJ, COLLADA, glTF …), in metres; of one named part of it, if any.

    Raises
    ------
    SiteError : `site_mesh_unreadable`.
    """
    import trimesh  # slow to import, and most worlds have no mesh
    from trimesh.units import unit_conversion

    try:
        scene = trimesh.load_scene(file)
        if part:
            ids = _collada_ids(file, part) if file.suffix.lower() == ".dae" else {part}
            scene.delete_geometry([name for name in scene.geometry if name not in ids])
        triangles = np.asarray(scene.to_mesh().triangles, dtype=np.float64)
    except Exception as error:  # its readers raise whatever they stumble over
        message = f"the mesh cannot be read: {str(error) or type(error).__name__}"
        raise SiteError("site_mesh_unreadable", message, str(file)) from error
    if not len(triangles) or len(triangles) > MOST_TRIANGLES or not np.isfinite(triangles).all():
        message = f"the mesh has {len(triangles)} triangles; expected 1 to {MOST_TRIANGLES}, at finite places"
        raise SiteError("site_mesh_unreadable", message, str(file))
    factor = unit_conversion(scene.units, "meters") if scene.units and file.suffix.lower() == ".dae" else 1.0
    scaled: Triangles = triangles * factor
    return scaled


def _collada_ids(file: Path, name: str) -> set[str]:
    """Return the ids of the geometries of a COLLADA file that have a name; trimesh knows them by their ids."""
    geometries = [element for element in parse(file).iter() if element.tag.endswith("geometry")]
    return {each.get("id", "") for each in geometries if name in (each.get("id"), each.get("name"))}


def capsule(radius_m: float, length_m: float) -> Triangles:
    """Return a capsule along z; `length_m` is that of its straight part."""
    import trimesh

    made = trimesh.creation.capsule(height=length_m, radius=radius_m, count=(_ROUND, _ROUND))
    made.apply_translation(-made.bounds.mean(axis=0))
    return np.asarray(made.triangles, dtype=np.float64)


def ellipsoid(radii_m: tuple[float, ...]) -> Triangles:
    """Return an ellipsoid about the origin."""
    import trimesh

    made: Triangles = np.asarray(trimesh.creation.icosphere(subdivisions=3).triangles) * np.array(radii_m)
    return made


def mesh_outline(triangles: Triangles, low_m: float, high_m: float) -> shapely.Geometry | None:
    """Return what triangles in the world cover on the ground between two heights; None if nothing.

    What is within a closed surface counts, too: a wall is not hollow.
    """
    levels = triangles[:, :, 2]
    near = triangles[(levels.min(axis=1) < high_m) & (levels.max(axis=1) > low_m)]
    if not len(near):
        return None
    shadows = [shadow for triangle in near if (shadow := _shadow(triangle, low_m, high_m)) is not None]
    for height_m in np.linspace(low_m, high_m, _LEVELS):
        shadows += _filled(near, float(height_m))
    return shapely.union_all(shadows) if shadows else None


def _shadow(triangle: NDArray[np.float64], low_m: float, high_m: float) -> shapely.Geometry | None:
    """Return the shadow of a triangle's part between two heights: an area, or a line if it is upright."""
    points = list(triangle)
    for height_m, sign in ((low_m, 1.0), (high_m, -1.0)):
        points = _clipped(points, height_m, sign)
        if not points:
            return None
    return shapely.convex_hull(shapely.multipoints(np.array(points)[:, :2]))


def _clipped(points: list[NDArray[np.float64]], height_m: float, sign: float) -> list[NDArray[np.float64]]:
    """Return a polygon's part above a height, or below it for a sign of -1 (Sutherland and Hodgman, 1974)."""
    kept: list[NDArray[np.float64]] = []
    for begin, end in zip(points, points[1:] + points[:1], strict=True):
        before, after = sign * (begin[2] - height_m), sign * (end[2] - height_m)
        if before >= 0.0:
            kept.append(begin)
        if before * after < 0.0:
            kept.append(begin + (end - begin) * (before / (before - after)))
    return kept


def _filled(triangles: Triangles, height_m: float) -> list[shapely.Geometry]:
    """Return the areas within the surface at a height: those that a ray leaves an odd number of times."""
    below = triangles[:, :, 2] < height_m
    crossing = triangles[below.any(axis=1) & ~below.all(axis=1)]
    ends = []
    for a, b in ((0, 1), (1, 2), (2, 0)):
        first, second = crossing[:, a], crossing[:, b]
        rise = second[:, 2] - first[:, 2]
        crosses = (first[:, 2] < height_m) != (second[:, 2] < height_m)
        share = (height_m - first[:, 2]) / np.where(crosses, rise, 1.0)
        ends.append(np.where(crosses[:, None], first[:, :2] + (second - first)[:, :2] * share[:, None], np.nan))
    stacked = np.stack(ends, axis=1)  # of three edges, two are crossed
    segments = stacked[~np.isnan(stacked[:, :, 0])].reshape(-1, 2, 2)
    if not len(segments):
        return []
    lines = shapely.union_all(shapely.linestrings(np.round(segments, 6)), grid_size=_SLIVER_M)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    return [face for face in faces if _is_within(face, segments)]


def _is_within(face: shapely.Geometry, segments: NDArray[np.float64]) -> bool:
    x_m, y_m = shapely.get_coordinates(shapely.point_on_surface(face))[0]
    (x0, y0), (x1, y1) = segments[:, 0].T, segments[:, 1].T
    spans = (y0 > y_m) != (y1 > y_m)
    at_x = x0[spans] + (x1[spans] - x0[spans]) * (y_m - y0[spans]) / (y1[spans] - y0[spans])
    return bool(np.count_nonzero(at_x > x_m) % 2)
