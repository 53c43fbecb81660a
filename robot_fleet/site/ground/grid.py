"""Plans ways over free ground, for goals that no lane leads to: coarse search, checked and smoothed on the full map.

The ground is covered by blocks of at least 0.2 m. Each block stands for its cell with the most clearance, and two
neighbours are linked if the straight line between their cells is clear at the map's own resolution. So a narrow door is
not lost by coarsening, and no link leads through a thin wall. Links are searched with scipy's dijkstra.
"""

from __future__ import annotations

import hashlib
import math
import os
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from robot_fleet.core.errors import NavigationError
from robot_fleet.core.geometry import Pose
from robot_fleet.site.ground.maps import OccupancyMap

COARSEST_MIN_M = 0.2
_FORMAT = "grid-1"
_KEPT_IN_MEMORY = 8
# How far from a start or goal the first linked block may be.
_REACH_M = 2.0
_ENTRIES = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ground:
    """Ground to search: `points` (n, 2) in metres, `links` n x n of lengths in metres, the `island` of each point."""

    points: Floats
    links: csr_array
    island: NDArray[np.int32]


_in_memory: OrderedDict[str, Ground] = OrderedDict()


class GridPlanner:
    """Shortest ways for one round footprint on one map.

    Parameters
    ----------
    occupancy : the map.
    footprint_radius_m : radius of the circle that must stay clear along a searched way, in any heading.
    resolution_m : side of the blocks that are searched, at least 0.2 m (raised to a whole number of cells).
    inscribed_radius_m : radius that must be clear on a straight way and where the robot stands, for instance half its
        width; `footprint_radius_m` if not given.

    The searchable ground is cached by content, in memory and under `$XDG_CACHE_HOME/robot_fleet/grids`.
    """

    def __init__(
        self,
        occupancy: OccupancyMap,
        footprint_radius_m: float,
        resolution_m: float = COARSEST_MIN_M,
        inscribed_radius_m: float | None = None,
    ) -> None:
        if resolution_m < COARSEST_MIN_M:
            raise ValueError(f"expected resolution_m >= {COARSEST_MIN_M}, got {resolution_m}")
        self._map = occupancy
        self._radius_m = footprint_radius_m
        self._inscribed_m = footprint_radius_m if inscribed_radius_m is None else inscribed_radius_m
        self._resolution_m = resolution_m
        self._blocks: Ground | None = None

    def straight_free(self, start: Pose, goal: Pose) -> bool:
        """Return whether the straight line between two poses is clear by the inscribed radius."""
        return self._clear(_xy(start), _xy(goal), self._inscribed_m)

    def plan(self, start: Pose, goal: Pose) -> tuple[Pose, ...]:
        """Return the corner points of the shortest way, `start` first and `goal` last; a free straight line at once.

        Points between face the next one.

        Raises
        ------
        NavigationError : with the codes of Nav2's ComputePathToPose: `nav_203` start outside the map, `nav_204` goal
            outside, `nav_205` start occupied, `nav_206` goal occupied, `nav_208` no valid path.
        """
        ends = ((start, "nav_203", "nav_205", "start"), (goal, "nav_204", "nav_206", "goal"))
        for pose, outside, occupied, word in ends:
            where = f"({pose.x_m:.2f}, {pose.y_m:.2f})"
            if not self._map.inside(pose.x_m, pose.y_m):
                raise NavigationError(outside, f"the {word} {where} lies outside the map; expected a point on it")
            if self._map.clearance_at_m(pose.x_m, pose.y_m) < self._inscribed_m:
                message = f"the {word} {where} is occupied; expected {self._inscribed_m:.2f} m clear around it"
                raise NavigationError(occupied, message)
        if self.straight_free(start, goal):
            return (start, goal)
        corners = self._smooth([_xy(start), *self._search(start, goal), _xy(goal)])
        poses = [start]
        for (x_m, y_m), (next_x_m, next_y_m) in zip(corners[1:], corners[2:], strict=False):
            poses.append(Pose(x_m, y_m, math.atan2(next_y_m - y_m, next_x_m - x_m), start.map_id))
        return (*poses, goal)

    def _search(self, start: Pose, goal: Pose) -> list[tuple[float, float]]:
        blocks = self._ground()
        first, first_m = self._entries(blocks, start)
        last, last_m = self._entries(blocks, goal)
        shared = np.intersect1d(blocks.island[first], blocks.island[last])
        if shared.size == 0:
            here, there = (f"({pose.x_m:.2f}, {pose.y_m:.2f})" for pose in (start, goal))
            message = f"no way over free ground from {here} to {there}; expected a goal in the same part of the map"
            raise NavigationError("nav_208", message)
        links, size = blocks.links, blocks.points.shape[0]
        extended = csr_array(
            (
                np.concatenate([links.data, first_m]),
                np.concatenate([links.indices, first.astype(links.indices.dtype)]),
                np.append(links.indptr, links.indptr[-1] + len(first)),
            ),
            shape=(size + 1, size + 1),
        )
        limit = 1.5 * start.distance_m(goal) + 4.0
        while True:
            reach, before = dijkstra(extended, indices=size, return_predecessors=True, limit=limit)
            total = reach[last] + last_m
            best = int(np.argmin(total))
            # Within the limit nothing nearer can have been missed; beyond it the search goes on wider.
            if total[best] <= limit or (math.isinf(limit) and math.isfinite(total[best])):
                break
            limit = 2.0 * limit if math.isfinite(limit) and limit < 1e4 else math.inf
        way = []
        node = int(last[best])
        while node != size:
            way.append((float(blocks.points[node, 0]), float(blocks.points[node, 1])))
            node = int(before[node])
        return way[::-1]

    def _entries(self, blocks: Ground, pose: Pose) -> tuple[NDArray[np.intp], Floats]:
        """Return up to `_ENTRIES` blocks in a clear straight line of a pose, nearest first, and how far they are."""
        away = np.hypot(blocks.points[:, 0] - pose.x_m, blocks.points[:, 1] - pose.y_m)
        near = np.flatnonzero(away <= _REACH_M)
        near = near[np.argsort(away[near], kind="stable")]
        # Where the robot stands less free than on a searched way, the line out must not be tighter than that.
        tight_m = min(self._radius_m, self._map.clearance_at_m(pose.x_m, pose.y_m))
        found: list[int] = []
        for index in near:
            point = (float(blocks.points[index, 0]), float(blocks.points[index, 1]))
            if self._clear(_xy(pose), point, tight_m):
                found.append(int(index))
                if len(found) == _ENTRIES:
                    break
        chosen = np.array(found, dtype=np.intp)
        return chosen, away[chosen]

    def _smooth(self, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Leave out every point that the way does not need to keep clear of walls."""
        for _ in range(2):
            kept = [points[0]]
            anchor = 0
            for index in range(2, len(points)):
                if not self._clear(points[anchor], points[index], self._radius_m):
                    anchor = index - 1
                    kept.append(points[anchor])
            kept.append(points[-1])
            points = kept[::-1]
        return points

    def _clear(self, start: tuple[float, float], goal: tuple[float, float], radius_m: float) -> bool:
        return line_clearance_m(self._map, start, goal) >= radius_m

    def _ground(self) -> Ground:
        if self._blocks is None:
            self._blocks = ground_of(self._map, self._radius_m, self._resolution_m)
        return self._blocks


def _xy(pose: Pose) -> tuple[float, float]:
    return (pose.x_m, pose.y_m)


def line_clearance_m(occupancy: OccupancyMap, start: tuple[float, float], goal: tuple[float, float]) -> float:
    """Return the least clearance along a straight line between two points (x, y)."""
    count = max(2, math.ceil(math.dist(start, goal) / occupancy.resolution_m) + 1)
    xs = np.linspace(start[0], goal[0], count)
    ys = np.linspace(start[1], goal[1], count)
    return float(occupancy.clearances_m(xs, ys).min())


def ground_of(occupancy: OccupancyMap, radius_m: float, resolution_m: float = COARSEST_MIN_M) -> Ground:
    """Return the searchable ground for a round footprint, from the cache if it has it.

    Parameters
    ----------
    occupancy : the map.
    radius_m : clearance that points and links keep.
    resolution_m : side of a block, raised to a whole number of cells.
    """
    factor = max(1, math.ceil(resolution_m / occupancy.resolution_m - 1e-9))
    digest = hashlib.sha256(_FORMAT.encode())
    place = (occupancy.resolution_m, occupancy.origin_x_m, occupancy.origin_y_m)
    digest.update(repr((occupancy.grid.shape, place, radius_m, factor)).encode())
    digest.update(np.ascontiguousarray(occupancy.grid).tobytes())
    key = digest.hexdigest()
    blocks = _in_memory.get(key)
    if blocks is None:
        base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        path = Path(base) / "robot_fleet" / "grids" / f"{key}.npz"
        blocks = _from_disk(path)
        if blocks is None:
            blocks = _build(occupancy, radius_m, factor)
            _to_disk(blocks, path)
        _in_memory[key] = blocks
        if len(_in_memory) > _KEPT_IN_MEMORY:
            _in_memory.popitem(last=False)
    return blocks


def _from_disk(path: Path) -> Ground | None:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            points = stored["points"]
            shape = (len(points), len(points))
            links = csr_array((stored["data"], stored["indices"], stored["indptr"]), shape=shape)
            return Ground(points, links, stored["island"])
    except (OSError, KeyError, ValueError, zipfile.BadZipFile):
        return None


def _to_disk(blocks: Ground, path: Path) -> None:
    """Store for the next start. A cache that cannot be written costs time only, so that is no error."""
    links = blocks.links
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with aside.open("wb") as file:
            arrays = {"data": links.data, "indices": links.indices, "indptr": links.indptr}
            np.savez(file, points=blocks.points, island=blocks.island, **arrays)
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)


def _build(occupancy: OccupancyMap, radius_m: float, factor: int) -> Ground:
    clearance = occupancy.clearance_m
    rows, columns = -(-clearance.shape[0] // factor), -(-clearance.shape[1] // factor)
    padded = np.zeros((rows * factor, columns * factor), dtype=np.float32)
    padded[: clearance.shape[0], : clearance.shape[1]] = clearance
    cells = padded.reshape(rows, factor, columns, factor).transpose(0, 2, 1, 3).reshape(rows, columns, factor * factor)
    # Among equally free cells the one nearest the middle of the block, so that open ground gives a regular grid.
    middle = (factor - 1) / 2.0
    offsets = np.arange(factor * factor)
    off_centre = np.hypot(offsets // factor - middle, offsets % factor - middle)
    capped = np.minimum(cells, np.float32(radius_m + occupancy.resolution_m))
    best = np.argmax(capped - 1e-4 * off_centre, axis=2)
    free = np.take_along_axis(cells, best[:, :, None], axis=2)[:, :, 0] >= radius_m
    number = np.full((rows, columns), -1, dtype=np.int64)
    number[free] = np.arange(int(free.sum()))
    at_row, at_column = np.nonzero(free)
    inner = best[free]
    points = np.stack(
        [
            occupancy.origin_x_m + (at_column * factor + inner % factor + 0.5) * occupancy.resolution_m,
            occupancy.origin_y_m + (at_row * factor + inner // factor + 0.5) * occupancy.resolution_m,
        ],
        axis=1,
    )
    tails, heads = [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        here = number[: rows - down, max(0, -right) : columns - max(0, right)]
        there = number[down:, max(0, right) : columns + min(0, right)]
        both = (here >= 0) & (there >= 0)
        tail, head = here[both], there[both]
        open_ = _links_clear(occupancy, points[tail], points[head], radius_m, factor)
        tails.append(tail[open_])
        heads.append(head[open_])
    tail, head = np.concatenate(tails), np.concatenate(heads)
    length = np.hypot(*(points[tail] - points[head]).T)
    size = len(points)
    ends = (np.concatenate([tail, head]), np.concatenate([head, tail]))
    links = csr_array((np.concatenate([length, length]), ends), shape=(size, size))
    island = connected_components(links, directed=False)[1].astype(np.int32)
    return Ground(points, links, island)


def _links_clear(
    occupancy: OccupancyMap, tails_m: Floats, heads_m: Floats, radius_m: float, factor: int
) -> NDArray[np.bool_]:
    """Return which straight lines between two arrays (n, 2) of points keep the radius clear."""
    clear = np.ones(len(tails_m), dtype=bool)
    for part in np.linspace(0.0, 1.0, 3 * factor + 1)[1:-1]:
        point = tails_m + (heads_m - tails_m) * part
        clear &= occupancy.clearances_m(point[:, 0], point[:, 1]) >= radius_m
    return clear
