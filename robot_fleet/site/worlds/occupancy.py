"""Turns a Gazebo world into the occupancy map that its robots drive by: the world is the map's only source."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from robot_fleet.core.errors import SiteError
from robot_fleet.site.maps import FREE, OCCUPIED, OccupancyMap, write_map
from robot_fleet.site.worlds.solids import Solid, Transform, read_solids

LOW_M = 0.05
"""What ends below this height is driven over."""
HIGH_M = 1.9
"""What begins above this height is driven under."""

MOST_CELLS = 100_000_000
"""A grid of more cells than this (500 x 500 m at 5 cm) is a mistake in the world."""

_TOUCH_M = 1e-6  # shapes that only touch a cell's edge leave it free
_TILTED = 1e-9
_ROUND_CORNERS = 64


@dataclass(frozen=True, slots=True)
class MapReport:
    """What was written, and what was left out.

    Parameters
    ----------
    file : the map file (YAML); its image lies beside it.
    columns, rows : size of the grid in cells.
    origin_x_m, origin_y_m : map coordinates of the grid's lower left corner.
    shapes : how many static shapes reach between the two heights.
    occupied : how many cells are occupied.
    warnings : one sentence for each thing of the world that the map does not show.
    """

    file: Path
    columns: int
    rows: int
    resolution_m: float
    origin_x_m: float
    origin_y_m: float
    shapes: int
    occupied: int
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Disc:
    """A round outline on the ground."""

    x_m: float
    y_m: float
    radius_m: float

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Least x, least y, greatest x, greatest y."""
        return self.x_m - self.radius_m, self.y_m - self.radius_m, self.x_m + self.radius_m, self.y_m + self.radius_m


_Outline: TypeAlias = "_Disc | shapely.Geometry"


def build_map(world: Path, stem: Path, *, resolution_m: float = 0.05, strict: bool = False) -> MapReport:
    """Write `STEM.yaml` and `STEM.pgm` (Nav2, trinary) from the static collision shapes of a world.

    A cell is occupied if any shape between 0.05 m and 1.9 m above the world's origin covers part of it, free otherwise;
    the grid is the shapes' bounding box on whole cells. Ground planes and what is not static do not count.

    Parameters
    ----------
    world : SDF file.
    stem : path of the map without its suffix; the folder must exist.
    resolution_m : side of a cell, above 0.
    strict : raise for what otherwise is a warning (a missing include, a mesh).

    Raises
    ------
    SiteError : `site_world_missing`, `site_sdf_malformed` (with file and line), `site_world_empty` (nothing stands in
        it), `site_map_too_large`, `site_map_resolution`, `site_map_folder_missing`; with `strict` also
        `site_sdf_include_missing` and `site_sdf_unsupported`.
    """
    if not (math.isfinite(resolution_m) and resolution_m > 0.0):
        raise SiteError(
            "site_map_resolution", f"a resolution of {resolution_m} m makes no map; expected one above 0", str(stem)
        )
    if not stem.parent.is_dir():
        raise SiteError("site_map_folder_missing", "the map's folder is not there; make it first", str(stem.parent))
    occupancy, shapes, warnings = draw_world(world, resolution_m, strict)
    file = stem.with_name(f"{stem.name}.yaml")
    write_map(occupancy, file)
    rows, columns = occupancy.grid.shape
    return MapReport(
        file=file,
        columns=columns,
        rows=rows,
        resolution_m=resolution_m,
        origin_x_m=occupancy.origin_x_m,
        origin_y_m=occupancy.origin_y_m,
        shapes=shapes,
        occupied=int(np.count_nonzero(occupancy.grid == OCCUPIED)),
        warnings=tuple(warnings),
    )


def draw_world(world: Path, resolution_m: float, strict: bool = False) -> tuple[OccupancyMap, int, list[str]]:
    """Return the map of a world, how many shapes stand in it, and what is left out. Raises as `build_map` does."""
    solids, warnings = read_solids(world, strict)
    outlines = [outline for solid in solids if (outline := _outline(solid)) is not None]
    if not outlines:
        expected = f"nothing static stands between {LOW_M} and {HIGH_M} m; expected walls that make a map"
        raise SiteError("site_world_empty", expected, str(world))
    return _rasterise(outlines, resolution_m, world), len(outlines), warnings


def _outline(solid: Solid) -> _Outline | None:
    """Return what a solid covers on the ground between the two heights, None if nothing."""
    x_m, y_m, z_m = (float(value) for value in solid.pose[:3, 3])
    if solid.sort == "sphere":
        above_m = max(LOW_M - z_m, z_m - HIGH_M, 0.0)
        radius_m = solid.numbers[0]
        return _Disc(x_m, y_m, math.sqrt(radius_m**2 - above_m**2)) if above_m < radius_m else None
    if solid.sort == "cylinder" and abs(abs(solid.pose[2, 2]) - 1.0) < _TILTED:
        radius_m, length_m = solid.numbers
        return _Disc(x_m, y_m, radius_m) if _reaches(z_m - length_m / 2, z_m + length_m / 2) else None
    if solid.sort == "polyline":
        return _polyline_outline(solid)
    return _sliced(*(_box(solid) if solid.sort == "box" else _prism(solid)))


def _reaches(bottom_m: float, top_m: float) -> bool:
    return bottom_m < HIGH_M - _TOUCH_M and top_m > LOW_M + _TOUCH_M


def _box(solid: Solid) -> tuple[NDArray[np.float64], list[tuple[int, int]]]:
    """Return the corners of a box in the world, shape (8, 3), and its edges."""
    signs = list(itertools.product((-0.5, 0.5), repeat=3))
    corners = _placed(np.array(signs) * np.array(solid.numbers), solid.pose)
    edges = [
        (a, b)
        for a, b in itertools.combinations(range(8), 2)
        if sum(p != q for p, q in zip(signs[a], signs[b], strict=True)) == 1
    ]
    return corners, edges


def _prism(solid: Solid) -> tuple[NDArray[np.float64], list[tuple[int, int]]]:
    """Return the corners and edges of a prism around a tilted cylinder."""
    radius_m, length_m = solid.numbers
    angles = np.arange(_ROUND_CORNERS) * (2.0 * math.pi / _ROUND_CORNERS)
    ring = radius_m / math.cos(math.pi / _ROUND_CORNERS) * np.stack((np.cos(angles), np.sin(angles)), axis=1)
    ends = [np.column_stack((ring, np.full(_ROUND_CORNERS, side * length_m / 2))) for side in (-1.0, 1.0)]
    edges = []
    for number in range(_ROUND_CORNERS):
        following = (number + 1) % _ROUND_CORNERS
        edges += [
            (number, following),
            (number + _ROUND_CORNERS, following + _ROUND_CORNERS),
            (number, number + _ROUND_CORNERS),
        ]
    return _placed(np.concatenate(ends), solid.pose), edges


def _placed(points: NDArray[np.float64], pose: Transform) -> NDArray[np.float64]:
    return points @ pose[:3, :3].T + pose[:3, 3]


def _sliced(corners: NDArray[np.float64], edges: list[tuple[int, int]]) -> shapely.Geometry | None:
    """Return the outline of the slice of a convex body between the two heights.

    The slice of a convex body is the hull of its corners between the heights and of its edges' ends on them.
    """
    if not _reaches(float(corners[:, 2].min()), float(corners[:, 2].max())):
        return None
    points = [corner[:2] for corner in corners if LOW_M <= corner[2] <= HIGH_M]
    for a, b in edges:
        for height_m in (LOW_M, HIGH_M):
            low, high = sorted((corners[a], corners[b]), key=lambda corner: float(corner[2]))
            if low[2] < height_m < high[2]:
                points.append((low + (high - low) * ((height_m - low[2]) / (high[2] - low[2])))[:2])
    return shapely.convex_hull(shapely.multipoints(np.array(points)))


def _polyline_outline(solid: Solid) -> shapely.Geometry | None:
    """Return the outline of an extruded polygon; tilted ones count as their shadow."""
    (height_m,) = solid.numbers
    count = len(solid.points)
    foot = _placed(np.column_stack((solid.points, np.zeros(count))), solid.pose)
    top = _placed(np.column_stack((solid.points, np.full(count, height_m))), solid.pose)
    levels = np.concatenate((foot[:, 2], top[:, 2]))
    if not _reaches(float(levels.min()), float(levels.max())):
        return None
    if abs(abs(solid.pose[2, 2]) - 1.0) < _TILTED:
        return shapely.make_valid(shapely.polygons(foot[:, :2]))
    return shapely.convex_hull(shapely.multipoints(np.concatenate((foot[:, :2], top[:, :2]))))


def _rasterise(outlines: list[_Outline], resolution_m: float, world: Path) -> OccupancyMap:
    """Return the grid over the outlines' bounding box, every cell that an outline covers in part occupied."""
    bounds = np.array([outline.bounds for outline in outlines])
    extent_m = bounds[:, 2:].max(axis=0) - bounds[:, :2].min(axis=0)
    if float(np.prod(extent_m / resolution_m)) > MOST_CELLS:
        expected = (
            f"{extent_m[0]:.0f} x {extent_m[1]:.0f} m make more than {MOST_CELLS} cells; expected a smaller world"
        )
        raise SiteError("site_map_too_large", f"{expected} or a coarser resolution", str(world))
    low = np.floor((bounds[:, :2].min(axis=0) + _TOUCH_M) / resolution_m).astype(int)
    high = np.ceil((bounds[:, 2:].max(axis=0) - _TOUCH_M) / resolution_m).astype(int)
    columns, rows = (int(cells) for cells in np.maximum(high - low, 1))
    grid = np.full((rows, columns), FREE, dtype=np.int8)
    for outline, (x0_m, y0_m, x1_m, y1_m) in zip(outlines, bounds, strict=True):
        first = np.floor((np.array([x0_m, y0_m]) + _TOUCH_M) / resolution_m).astype(int)
        last = np.maximum(np.ceil((np.array([x1_m, y1_m]) - _TOUCH_M) / resolution_m).astype(int), first + 1)
        x_m = np.arange(first[0], last[0]) * resolution_m
        y_m = np.arange(first[1], last[1]) * resolution_m
        part = grid[first[1] - low[1] : last[1] - low[1], first[0] - low[0] : last[0] - low[0]]
        part[_covered(outline, x_m, y_m, resolution_m)] = OCCUPIED
    return OccupancyMap(grid, resolution_m, _decimal(low[0] * resolution_m), _decimal(low[1] * resolution_m))


def _covered(outline: _Outline, x_m: NDArray[np.float64], y_m: NDArray[np.float64], side_m: float) -> NDArray[np.bool_]:
    """Return which cells, given by their lower left corners, an outline covers in part; shape (len(y_m), len(x_m))."""
    if isinstance(outline, _Disc):
        away_x = outline.x_m - np.clip(outline.x_m, x_m, x_m + side_m)
        away_y = outline.y_m - np.clip(outline.y_m, y_m, y_m + side_m)
        near: NDArray[np.bool_] = np.hypot(away_x[None, :], away_y[:, None]) < outline.radius_m - _TOUCH_M
        return near
    if outline.area >= _filled(outline) - _TOUCH_M * side_m:
        return np.ones((len(y_m), len(x_m)), dtype=np.bool_)
    left, below = np.meshgrid(x_m, y_m)
    cells = shapely.box(left + _TOUCH_M, below + _TOUCH_M, left + side_m - _TOUCH_M, below + side_m - _TOUCH_M)
    shapely.prepare(outline)
    return np.asarray(shapely.intersects(outline, cells), dtype=np.bool_)


def _filled(outline: shapely.Geometry) -> float:
    """Return the area of an outline's bounding box."""
    x0_m, y0_m, x1_m, y1_m = outline.bounds
    return float((x1_m - x0_m) * (y1_m - y0_m))


def _decimal(value_m: float) -> float:
    """Return a coordinate without the noise of binary fractions."""
    return round(float(value_m), 9) + 0.0
