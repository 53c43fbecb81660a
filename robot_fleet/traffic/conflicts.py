"""Which elements of the lane graph two robots may not be on at the same time.

An element is a directed lane or a vertex. Two (element, shape) pairs conflict when what the robots sweep there, widened
by a margin and on lanes by the corridor, overlaps, or when both are part of one resource of capacity 1. A robot never
conflicts with itself: the right of way compares robots with one another only.

The conflicts of key `k` are the set bits of `masks[k]`, a plain integer, so that a question about a whole route is one
AND. They depend on the site's data alone and are kept on disk by content (`build_conflicts`).
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array

from robot_fleet.core.errors import SiteError
from robot_fleet.core.site import Site
from robot_fleet.traffic.areas import Areas, kind_of, sweep_site, travel_classes, yaw_at

MARGIN_M = 0.10
"""How much each side of a footprint is widened by default."""

_VERSION = 2  # of the rules of `areas`; a change makes every file in the cache stale


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The conflicts of a site.

    Parameters
    ----------
    lanes, vertices : travel class -> element id -> key; what a class may not use is not there.
    masks : for each key the keys that it conflicts with, as bits; symmetric, and each key conflicts with itself.
    """

    lanes: Mapping[str, Mapping[str, int]]
    vertices: Mapping[str, Mapping[str, int]]
    masks: tuple[int, ...]

    def lane(self, travel_class: str, lane: str) -> int:
        """Return the key of a lane. Raises `SiteError` (`site_lane_not_for_class`) if the class may not drive it."""
        return _key(self.lanes, travel_class, lane, "lane")

    def vertex(self, travel_class: str, vertex: str) -> int:
        """Return the key of a vertex. Raises `SiteError` (`site_vertex_not_for_class`) if no way leads there."""
        return _key(self.vertices, travel_class, vertex, "vertex")

    def meet(self, a: int, b: int) -> bool:
        """Return whether two keys conflict."""
        return bool(self.masks[a] >> b & 1)


@dataclass(frozen=True, slots=True)
class RestingConflict:
    """Two places where robots of the given travel classes cannot rest at the same time."""

    place_a: str
    class_a: str
    place_b: str
    class_b: str


def cache_home() -> Path:
    """Return the directory where conflicts are kept: `robot_fleet/conflicts` under `XDG_CACHE_HOME` or `~/.cache`."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "robot_fleet" / "conflicts"


def build_conflicts(site: Site, margin_m: float = MARGIN_M, cache: Path | None = None) -> Conflicts:
    """Return the conflicts of a site, from the cache if it has them.

    Parameters
    ----------
    site : the site.
    margin_m : by how much each side of a footprint is widened.
    cache : directory of the cache (see `cache_home`), None for none. A file that cannot be read is made anew; a
        directory that cannot be written is done without.
    """
    file = cache / f"{_fingerprint(site, margin_m)}.npz" if cache is not None else None
    table = _load(file) if file is not None else None
    if table is None:
        table = _tabulate(sweep_site(site, margin_m))
        if file is not None:
            _store(file, table)
    return _assemble(table)


def resting_conflicts(site: Site, conflicts: Conflicts | None = None) -> list[RestingConflict]:
    """Return the pairs of different places where robots that may rest there would touch, sorted by place ids.

    For each pair of places the first pair of travel classes is named. A site should have none: the right of way would
    never let the second robot come.
    """
    found = conflicts or build_conflicts(site)
    at: list[tuple[str, str, int]] = []
    for place_id in sorted(site.places):
        allowed = site.places[place_id].kinds
        for travel_class, keys in found.vertices.items():
            if place_id in keys and (not allowed or kind_of(travel_class) in allowed):
                at.append((place_id, travel_class, keys[place_id]))
    resting: dict[tuple[str, str], RestingConflict] = {}
    for (place_a, class_a, a), (place_b, class_b, b) in itertools.combinations(at, 2):
        if place_a != place_b and found.meet(a, b):
            resting.setdefault((place_a, place_b), RestingConflict(place_a, class_a, place_b, class_b))
    return list(resting.values())


def _key(keys: Mapping[str, Mapping[str, int]], travel_class: str, element: str, what: str) -> int:
    try:
        return keys[travel_class][element]
    except KeyError:
        raise SiteError(
            f"site_{what}_not_for_class",
            f"the {what} is unknown or not open to the travel class '{travel_class}'; check `kinds` of the lane",
            element,
        ) from None


@dataclass(frozen=True, slots=True)
class _Table:
    """The conflicts as they are kept on disk: names of the elements per shape, and the rows of a sparse matrix."""

    shape_of: dict[str, int]
    lanes: list[list[str]]
    vertices: list[list[str]]
    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]


def _tabulate(areas: Areas) -> _Table:
    a, b = shapely.STRtree(areas.pieces).query(areas.pieces, predicate="intersects")
    same_map = areas.map_of[a] == areas.map_of[b]
    # A resource is one more piece, owned by all its lanes, that only overlaps itself.
    pieces = len(areas.pieces) + len(areas.exclusive)
    exclusive = np.arange(len(areas.pieces), pieces)
    owned = [(key, piece) for piece, keys in zip(exclusive, areas.exclusive, strict=True) for key in keys]
    owners = np.concatenate((areas.owners, np.array(owned, dtype=np.int64).reshape(-1, 2)))
    a, b = np.concatenate((a[same_map], exclusive)), np.concatenate((b[same_map], exclusive))
    owns = coo_array((np.ones(len(owners), dtype=np.int32), owners.T), shape=(areas.keys, pieces)).tocsr()
    overlap = coo_array((np.ones(len(a), dtype=np.int32), (a, b)), shape=(pieces, pieces)).tocsr()
    met = (owns @ overlap @ owns.T).tocsr()
    met.sort_indices()
    return _Table(
        dict(areas.shape_of),
        [list(keys) for keys in areas.lanes],
        [list(keys) for keys in areas.vertices],
        met.indptr.astype(np.int64),
        met.indices.astype(np.int32),
    )


def _assemble(table: _Table) -> Conflicts:
    lanes: list[dict[str, int]] = []
    vertices: list[dict[str, int]] = []
    count = itertools.count()
    for lane_names, vertex_names in zip(table.lanes, table.vertices, strict=True):  # in the order of `sweep_site`
        lanes.append({name: next(count) for name in lane_names})
        vertices.append({name: next(count) for name in vertex_names})
    return Conflicts(
        lanes={travel_class: lanes[shape] for travel_class, shape in table.shape_of.items()},
        vertices={travel_class: vertices[shape] for travel_class, shape in table.shape_of.items()},
        masks=_bitmasks(table.indptr, table.indices),
    )


def _bitmasks(indptr: NDArray[np.int64], indices: NDArray[np.int32]) -> tuple[int, ...]:
    keys = len(indptr) - 1
    masks: list[int] = []
    for first in range(0, keys, 512):
        last = min(first + 512, keys)
        dense = np.zeros((last - first, keys), dtype=np.bool_)
        rows = np.repeat(np.arange(last - first), np.diff(indptr[first : last + 1]))
        dense[rows, indices[indptr[first] : indptr[last]]] = True
        packed = np.packbits(dense, axis=1, bitorder="little")
        masks.extend(int.from_bytes(row.tobytes(), "little") for row in packed)
    return tuple(masks)


def _fingerprint(site: Site, margin_m: float) -> str:
    """Return a digest of all that the conflicts depend on."""
    vertices = [site.vertices[i] for i in sorted(site.vertices)]
    lanes = [site.lanes[i] for i in sorted(site.lanes)]
    content = {
        "version": _VERSION,
        "margin_m": margin_m,
        "classes": [(name, s.length_m, s.width_m, s.omnidirectional) for name, s in travel_classes(site).items()],
        "vertices": [(v.id, v.pose.x_m, v.pose.y_m, v.pose.yaw_rad, v.pose.map_id, v.place) for v in vertices],
        "yaws": [yaw_at(v, site) for v in vertices],
        "lanes": [(lane.id, lane.start, lane.end, lane.corridor_m, lane.kinds, lane.resource) for lane in lanes],
    }
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _load(file: Path) -> _Table | None:
    try:
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as stored:
            names = json.loads(bytes(stored["names"]))
            return _Table(names["shape_of"], names["lanes"], names["vertices"], stored["indptr"], stored["indices"])
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None


def _store(file: Path, table: _Table) -> None:
    """Write under another name first, so that nobody reads half a file. A cache that cannot be written is no loss."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, suffix=".part")
    except OSError:
        return
    part = Path(name)
    names = json.dumps({"shape_of": table.shape_of, "lanes": table.lanes, "vertices": table.vertices}).encode()
    try:
        with os.fdopen(handle, "wb") as stream:
            np.savez(stream, names=np.frombuffer(names, dtype=np.uint8), indptr=table.indptr, indices=table.indices)
        part.replace(file)
    except OSError:
        part.unlink(missing_ok=True)
