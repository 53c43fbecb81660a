"""Nav2 map files (`map.yaml` and a binary PGM) as an occupancy grid, read and written as nav2_map_server does."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from robot_fleet.core.errors import SiteError

FREE = 0
OCCUPIED = 100
UNKNOWN = -1

# Whitespace and comments may stand between the fields of a PGM header (netpbm's pgm(5)).
_PGM_GAP = rb"(?:\s|#[^\n]*\n)+"
_PGM_HEADER = re.compile(rb"P5" + _PGM_GAP + rb"(\d+)" + _PGM_GAP + rb"(\d+)" + _PGM_GAP + rb"(\d+)\s")


class MapFile(BaseModel):
    """The keys of a Nav2 map file, with the defaults of Jazzy's map_saver."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    image: Annotated[str, Field(min_length=1)]
    resolution: Annotated[float, Field(gt=0.0)]
    origin: Annotated[list[float], Field(min_length=3, max_length=3)]
    mode: Literal["trinary", "scale", "raw"] = "trinary"
    negate: bool | Annotated[int, Field(ge=0, le=1)] = 0
    occupied_thresh: Annotated[float, Field(ge=0.0, le=1.0)] = 0.65
    free_thresh: Annotated[float, Field(ge=0.0, le=1.0)] = 0.25


@dataclass(frozen=True)
class OccupancyMap:
    """An occupancy grid in the frame of its map, axis-aligned.

    Parameters
    ----------
    grid : int8 array of shape (rows, columns); row 0 lies at the smallest y, column 0 at the smallest x. Values as in
        `nav_msgs/OccupancyGrid`: -1 unknown, 0 free to 100 occupied.
    resolution_m : side of a cell.
    origin_x_m, origin_y_m : map coordinates of the outer corner of cell (0, 0).

    A cell blocks a robot when it is occupied (100, Nav2's lethal threshold) or unknown.
    """

    grid: NDArray[np.int8]
    resolution_m: float
    origin_x_m: float
    origin_y_m: float

    @property
    def width_m(self) -> float:
        """Extent along x."""
        return float(self.grid.shape[1]) * self.resolution_m

    @property
    def height_m(self) -> float:
        """Extent along y."""
        return float(self.grid.shape[0]) * self.resolution_m

    @cached_property
    def blocked(self) -> NDArray[np.bool_]:
        """Cells that no robot may touch, shape of `grid`."""
        mask: NDArray[np.bool_] = (self.grid >= OCCUPIED) | (self.grid < FREE)
        return mask

    @cached_property
    def clearance_m(self) -> NDArray[np.float32]:
        """Distance from each cell's centre to the edge of the nearest blocked cell, shape of `grid`, 0 inside one.

        Exact Euclidean distance between cell centres (scipy) less half a cell; the world beyond the map's edge counts
        as blocked.
        """
        from scipy import ndimage  # slow to import, and most processes never need it

        padded = np.pad(~self.blocked, 1, constant_values=False)
        cells = ndimage.distance_transform_edt(padded)[1:-1, 1:-1]
        distance: NDArray[np.float32] = np.maximum((cells - 0.5) * self.resolution_m, 0.0).astype(np.float32)
        return distance

    def cell(self, x_m: float, y_m: float) -> tuple[int, int]:
        """Return (row, column) of the cell that a point lies in; it may lie outside the grid."""
        return (
            math.floor((y_m - self.origin_y_m) / self.resolution_m),
            math.floor((x_m - self.origin_x_m) / self.resolution_m),
        )

    def centre_m(self, row: int, column: int) -> tuple[float, float]:
        """Return map coordinates (x, y) of a cell's centre."""
        return (
            self.origin_x_m + (column + 0.5) * self.resolution_m,
            self.origin_y_m + (row + 0.5) * self.resolution_m,
        )

    def inside(self, x_m: float, y_m: float) -> bool:
        """Return whether a point lies on the map."""
        row, column = self.cell(x_m, y_m)
        rows, columns = int(self.grid.shape[0]), int(self.grid.shape[1])
        return 0 <= row < rows and 0 <= column < columns

    def occupied(self, x_m: float, y_m: float) -> bool:
        """Return whether a point lies in a blocked cell or outside the map."""
        if not self.inside(x_m, y_m):
            return True
        row, column = self.cell(x_m, y_m)
        return bool(self.blocked[row, column])

    def clearance_at_m(self, x_m: float, y_m: float) -> float:
        """Return the distance to the nearest blocked cell at a point, to within half a cell; 0 outside the map."""
        if not self.inside(x_m, y_m):
            return 0.0
        row, column = self.cell(x_m, y_m)
        return float(self.clearance_m[row, column])

    def clearances_m(self, xs_m: NDArray[np.float64], ys_m: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return `clearance_at_m` for arrays of points of one shape."""
        rows = np.floor((ys_m - self.origin_y_m) / self.resolution_m).astype(np.int64)
        columns = np.floor((xs_m - self.origin_x_m) / self.resolution_m).astype(np.int64)
        inside = (rows >= 0) & (rows < self.grid.shape[0]) & (columns >= 0) & (columns < self.grid.shape[1])
        value = self.clearance_m[np.where(inside, rows, 0), np.where(inside, columns, 0)]
        return np.where(inside, value, np.float32(0.0))


def read_map(path: Path) -> OccupancyMap:
    """Read a Nav2 map file and its image.

    Raises
    ------
    SiteError : `site_map_missing` (the file or its image), `site_map_malformed` (keys, types, thresholds),
        `site_map_rotated` (the origin's yaw is not 0), `site_map_image` (not a binary PGM, or cut short).
    """
    spec = read_map_file(path)
    image_path = path.parent / spec.image
    if not image_path.is_file():
        message = f"the map's image {spec.image!r} is not there; expected a PGM file"
        raise SiteError("site_map_missing", message, str(path))
    shade = _read_pgm(image_path)
    grid = np.ascontiguousarray(_grid_of(shade, spec)[::-1])
    grid.setflags(write=False)
    return OccupancyMap(grid, spec.resolution, spec.origin[0], spec.origin[1])


def read_map_file(path: Path) -> MapFile:
    """Read the YAML half of a Nav2 map. Raises as `read_map` does."""
    if not path.is_file():
        raise SiteError("site_map_missing", "the map file is not there; expected a Nav2 map (YAML and PGM)", str(path))
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        reason = str(error).replace("\n", " ")
        raise SiteError("site_map_malformed", f"expected YAML: {reason}", str(path)) from error
    try:
        spec = MapFile.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise SiteError("site_map_malformed", f"key {key!r}: {first['msg']}", str(path)) from error
    if spec.free_thresh > spec.occupied_thresh:
        raise SiteError("site_map_malformed", "expected free_thresh to be at most occupied_thresh", str(path))
    if spec.origin[2] != 0.0:
        raise SiteError(
            "site_map_rotated",
            f"the origin's yaw is {spec.origin[2]} rad; expected 0: rotate the image instead",
            str(path),
        )
    return spec


def write_map(occupancy: OccupancyMap, path: Path) -> None:
    """Write a map as `path` (YAML) and, beside it, a PGM of the same stem, in Nav2's trinary convention.

    Occupied cells become 0, free ones 254, all others 205, as nav2_map_server's map_saver writes them.
    """
    grey = np.full(occupancy.grid.shape, 205, dtype=np.uint8)
    grey[occupancy.grid == FREE] = 254
    grey[occupancy.grid >= OCCUPIED] = 0
    rows, columns = occupancy.grid.shape
    image = path.with_suffix(".pgm")
    image.write_bytes(b"P5\n%d %d\n255\n" % (columns, rows) + grey[::-1].tobytes())
    text = (
        f"image: {image.name}\nmode: trinary\nresolution: {occupancy.resolution_m!r}\n"
        f"origin: [{occupancy.origin_x_m!r}, {occupancy.origin_y_m!r}, 0.0]\n"
        "negate: 0\noccupied_thresh: 0.65\nfree_thresh: 0.196\n"
    )
    path.write_text(text, encoding="utf-8")


def _read_pgm(path: Path) -> NDArray[np.float64]:
    """Return brightness 0 to 1, shape (rows, columns), the image's first row first."""
    data = path.read_bytes()
    header = _PGM_HEADER.match(data)
    if header is None:
        raise SiteError("site_map_image", "expected a binary PGM (P5); convert the image to one", str(path))
    columns, rows, top = int(header[1]), int(header[2]), int(header[3])
    if not (columns and rows and 0 < top < 65536):
        raise SiteError("site_map_image", f"a PGM of {columns} x {rows} pixels up to {top} makes no map", str(path))
    kind = np.dtype(np.uint8) if top < 256 else np.dtype(">u2")
    body = data[header.end() :]
    needed = columns * rows * kind.itemsize
    if len(body) < needed:
        raise SiteError("site_map_image", f"cut short: expected {needed} bytes of pixels, got {len(body)}", str(path))
    pixels = np.frombuffer(body, dtype=kind, count=columns * rows).reshape(rows, columns)
    return pixels.astype(np.float64) / top


def _grid_of(shade: NDArray[np.float64], spec: MapFile) -> NDArray[np.int8]:
    """Turn brightness into occupancy by the three modes of nav2_map_server."""
    if spec.mode == "raw":
        value = np.rint(shade * 255.0)
        return np.where(value <= OCCUPIED, value, UNKNOWN).astype(np.int8)
    chance = shade if spec.negate else 1.0 - shade
    if spec.mode == "scale" and spec.occupied_thresh > spec.free_thresh:
        span = spec.occupied_thresh - spec.free_thresh
        between = np.rint((chance - spec.free_thresh) / span * 100.0)
    else:
        between = np.full(shade.shape, float(UNKNOWN))
    grid = np.where(chance < spec.free_thresh, float(FREE), between)
    return np.where(chance > spec.occupied_thresh, float(OCCUPIED), grid).astype(np.int8)
