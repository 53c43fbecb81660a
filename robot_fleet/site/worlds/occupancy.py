"""Turns a Gazebo world into the occupancy map that its robots drive by: the world is the map's only source."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from robot_fleet.core.errors import SiteError
from robot_fleet.site.ground.maps import FREE, OCCUPIED, OccupancyMap, write_map
from robot_fleet.site.worlds.outlines import Band, Disc, Outline
from robot_fleet.site.worlds.solids import read_solids

LOW_M = 0.05
"""What ends below this height is driven over."""
HIGH_M = 1.9
"""What begins above this height is driven under."""

MOST_CELLS = 100_000_000
"""A grid of more cells than this (500 x 500 m at 5 cm) is a mistake in the world."""

_TOUCH_M = 1e-6  # shapes that only touch a cell's edge leave it free


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


def build_map(
    world: Path,
    stem: Path,
    *,
    resolution_m: float = 0.05,
    low_m: float = LOW_M,
    high_m: float = HIGH_M,
    strict: bool = False,
) -> MapReport:
    """Write `STEM.yaml` and `STEM.pgm` (Nav2, trinary) from the static collision shapes of a world.

    A cell is occupied if any shape between two heights above the world's origin covers part of it, free otherwise; the
    grid is the shapes' bounding box on whole cells. Ground planes and what is not static do not count.

    Parameters
    ----------
    world : SDF file.
    stem : path of the map without its suffix; the folder must exist.
    resolution_m : side of a cell, above 0.
    low_m, high_m : what ends below the one is driven over, what begins above the other is driven under.
    strict : raise for what otherwise is a warning (a missing include or mesh).

    Raises
    ------
    SiteError : `site_world_missing`, `site_sdf_malformed` (with file and line), `site_world_empty` (nothing stands in
        it), `site_map_too_large`, `site_map_resolution`, `site_map_heights`, `site_map_folder_missing`; with `strict`
        also `site_sdf_include_missing`, `site_sdf_unsupported`, `site_mesh_missing` and `site_mesh_unreadable`.
    """
    if not low_m < high_m:
        expected = f"nothing is between {low_m} and {high_m} m; expected the lower height first"
        raise SiteError("site_map_heights", expected, str(stem))
    if not (math.isfinite(resolution_m) and resolution_m > 0.0):
        raise SiteError(
            "site_map_resolution", f"a resolution of {resolution_m} m makes no map; expected one above 0", str(stem)
        )
    if not stem.parent.is_dir():
        raise SiteError("site_map_folder_missing", "the map's folder is not there; make it first", str(stem.parent))
    occupancy, shapes, warnings = draw_world(world, resolution_m, low_m=low_m, high_m=high_m, strict=strict)
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


def draw_world(
    world: Path, resolution_m: float, *, low_m: float = LOW_M, high_m: float = HIGH_M, strict: bool = False
) -> tuple[OccupancyMap, int, list[str]]:
    """Return the map of a world, how many shapes stand in it, and what is left out. Raises as `build_map` does."""
    solids, warnings = read_solids(world, strict)
    band = Band(low_m, high_m)
    outlines = [outline for solid in solids if (outline := band.outline(solid)) is not None]
    if not outlines:
        expected = f"nothing static stands between {low_m} and {high_m} m; expected walls that make a map"
        raise SiteError("site_world_empty", expected, str(world))
    return _rasterise(outlines, resolution_m, world), len(outlines), warnings


def _rasterise(outlines: list[Outline], resolution_m: float, world: Path) -> OccupancyMap:
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


def _covered(outline: Outline, x_m: NDArray[np.float64], y_m: NDArray[np.float64], side_m: float) -> NDArray[np.bool_]:
    """Return which cells, given by their lower left corners, an outline covers in part; shape (len(y_m), len(x_m))."""
    if isinstance(outline, Disc):
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
