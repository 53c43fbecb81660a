"""Lays two-way lanes over free ground: a loose lattice, joined to every place by a short access.

Vertices stand on a lattice where the ground allows it, moved to where it is widest. Edges are straight and clear; of
the possible ones a greedy spanner (Althöfer et al. 1993) keeps those without which a way would be much longer. Parts
that the lattice leaves apart are joined along the shortest way over the ground.
"""

from __future__ import annotations

import heapq
import math

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from robot_fleet.site.making.propose import Proposal, distances_m

LONGEST_M = 8.0
_STRETCH = 1.8
_REACH = 1.9  # longest edge as a multiple of the lattice's spacing
_WIDE_M = 1.2  # more clearance than this makes no better vertex
_ROOM_M = 0.6
_NARROW_COSTS = 3.0
_NEAREST_M = 1.0  # an edge that passes another vertex closer than this leads through it instead


class Roadmap:
    """Vertices (indices into the proposal's points), two-way edges, and for each place the vertex it hangs off.

    Parameters
    ----------
    proposal : ground and places; its places must all be chosen.
    spacing_m : side of the lattice.
    """

    def __init__(self, proposal: Proposal, spacing_m: float) -> None:
        self._proposal = proposal
        self._spacing_m = spacing_m
        self.vertices: list[int] = self._lattice()
        self.edges: dict[int, dict[int, float]] = {}
        self.door: dict[int, int] = {}
        for place in proposal.places:
            self.door[place] = self._door(place)
        for vertex in self.vertices:
            self.edges.setdefault(vertex, {})
        self._span()
        self._join()
        self._prune()
        self._straighten()
        self.vertices = [vertex for vertex in self.vertices if vertex in self.edges]

    def pairs(self) -> list[tuple[int, int]]:
        """Return each two-way edge once, in a fixed order."""
        return [(a, b) for a in self.vertices for b in sorted(self.edges[a]) if a < b]

    def _lattice(self) -> list[int]:
        ground = self._proposal
        if not ground.lane_ground.any():
            return []
        spacing_m, points = self._spacing_m, ground.points[ground.lane_ground]
        low, high = points.min(axis=0), points.max(axis=0)
        counts = np.maximum(1, np.round((high - low) / spacing_m)).astype(int)
        steps = (high - low) / counts
        chosen: list[int] = []
        for row in range(int(counts[1])):
            for column in range(int(counts[0])):
                node = low + steps * (column + 0.5, row + 0.5)
                near = ground.near((float(node[0]), float(node[1])), 0.35 * spacing_m)
                near = near[ground.lane_ground[near]]
                if len(near) == 0:
                    continue
                width_m = np.minimum(ground.clearances_m[near], _WIDE_M)
                best = int(near[np.argmax(width_m - 0.25 * np.hypot(*(ground.points[near] - node).T))])
                if self._apart(best, chosen, 0.4 * spacing_m):
                    chosen.append(best)
        return chosen

    def _apart(self, point: int, others: list[int], least_m: float) -> bool:
        return all(self._length_m(point, other) >= least_m for other in others)

    def _door(self, place: int) -> int:
        """Return the vertex that a place hangs off: the nearest in sight, else a new one."""
        known = np.zeros(len(self._proposal.points), dtype=bool)
        known[self.vertices] = True
        seen = next(self._proposal.accesses(place, known), None)
        if seen is not None:
            return seen
        new = next(self._proposal.accesses(place, self._proposal.lane_ground))
        self.vertices.append(new)
        return new

    def _span(self) -> None:
        longest_m = min(LONGEST_M, _REACH * self._spacing_m)
        lengths = sorted(
            (self._length_m(a, b), a, b) for i, a in enumerate(self.vertices) for b in self.vertices[i + 1 :]
        )
        for length_m, a, b in lengths:
            if length_m > longest_m:
                break
            if self._way_m(a, b) > _STRETCH * length_m and self._free(a, b):
                self._link(a, b)

    def _free(self, a: int, b: int) -> bool:
        """Return whether an edge is clear of walls and places, passes by other vertices, and crosses no other edge."""
        ground = self._proposal
        start, end = ground.points[a], ground.points[b]
        others = [vertex for vertex in self.vertices if vertex not in (a, b)]
        if others and distances_m(start, end, ground.points[others]).min() < min(_NEAREST_M, 0.3 * self._spacing_m):
            return False
        crossed = any(
            _cross(start, end, ground.points[c], ground.points[d])
            for c, ends in self.edges.items()
            for d in ends
            if c < d and len({a, b, c, d}) == 4
        )
        return not crossed and ground.clear(a, b)

    def _join(self) -> None:
        """Join what is apart along the shortest way over the lanes' ground, until all is one part."""
        ground = self._proposal
        lanes = np.flatnonzero(ground.lane_ground)
        local = {int(point): number for number, point in enumerate(lanes)}
        links = ground.links[lanes][:, lanes].tocoo()
        # Wide ground is preferred, so that a way round a corner does not hug it in many short pieces.
        narrow = 1.0 - np.clip((ground.clearances_m[lanes] - ground.radius_m) / _ROOM_M, 0.0, 1.0)
        dear = 1.0 + _NARROW_COSTS * np.maximum(narrow[links.row], narrow[links.col])
        links = csr_array((links.data * dear, (links.row, links.col)), shape=links.shape)
        while True:
            part = self._part(self.vertices[0])
            rest = [vertex for vertex in self.vertices if vertex not in part]
            if not rest:
                return
            starts = [local[vertex] for vertex in sorted(part)]
            reach, before, _ = dijkstra(links, indices=starts, min_only=True, return_predecessors=True)
            nearest = min(rest, key=lambda vertex: (reach[local[vertex]], vertex))
            if not math.isfinite(reach[local[nearest]]):
                self._drop(nearest)
                continue
            way = [nearest]
            node = int(before[local[nearest]])
            while node >= 0:
                way.append(int(lanes[node]))
                node = int(before[node])
            self._lay(way)

    def _lay(self, way: list[int]) -> None:
        """Link the ends of a way over the ground by as few straight edges as it allows."""
        anchor = 0
        while anchor < len(way) - 1:
            ahead = anchor + 1
            for index in range(anchor + 2, len(way)):
                long = self._length_m(way[anchor], way[index]) > LONGEST_M
                if long or not self._proposal.clear(way[anchor], way[index]):
                    break
                ahead = index
            for point in (way[anchor], way[ahead]):
                if point not in self.edges:
                    self.vertices.append(point)
                    self.edges[point] = {}
            self._link(way[anchor], way[ahead])
            anchor = ahead

    def _prune(self) -> None:
        """Take away dead ends that no place hangs off."""
        doors = set(self.door.values())
        ends = [vertex for vertex in self.vertices if vertex not in doors and len(self.edges[vertex]) <= 1]
        while ends:
            vertex = ends.pop()
            if vertex not in self.edges or len(self.edges) == 1:
                continue
            around = list(self.edges[vertex])
            self._drop(vertex)
            ends += [other for other in around if other not in doors and len(self.edges[other]) <= 1]

    def _straighten(self) -> None:
        """Make one edge of two where the vertex between them serves nothing and the straight line is clear."""
        doors = set(self.door.values())
        for vertex in self.vertices:
            around = sorted(self.edges.get(vertex, ()))
            if vertex in doors or len(around) != 2 or around[1] in self.edges[around[0]]:
                continue
            a, b = around
            if self._length_m(a, b) > LONGEST_M:
                continue
            links = dict(self.edges[vertex])
            self._drop(vertex)
            self.vertices = [other for other in self.vertices if other in self.edges]
            if self._length_m(a, b) > 0.95 * sum(links.values()) and self._free(a, b):
                self._link(a, b)
            else:
                self.vertices.append(vertex)
                self.edges[vertex] = {}
                self._link(vertex, a)
                self._link(vertex, b)

    def _link(self, a: int, b: int) -> None:
        self.edges[a][b] = self.edges[b][a] = self._length_m(a, b)

    def _drop(self, vertex: int) -> None:
        for other in self.edges.pop(vertex):
            del self.edges[other][vertex]
        self.vertices = [other for other in self.vertices if other != vertex]

    def _length_m(self, a: int, b: int) -> float:
        return float(np.hypot(*(self._proposal.points[a] - self._proposal.points[b])))

    def _part(self, start: int) -> set[int]:
        seen, open_ = {start}, [start]
        while open_:
            for other in self.edges[open_.pop()]:
                if other not in seen:
                    seen.add(other)
                    open_.append(other)
        return seen

    def _way_m(self, start: int, goal: int) -> float:
        """Return the length of the shortest way over the edges laid so far (Dijkstra)."""
        best = {start: 0.0}
        queue = [(0.0, start)]
        while queue:
            so_far, vertex = heapq.heappop(queue)
            if vertex == goal:
                return so_far
            if so_far > best[vertex]:
                continue
            for other, length_m in self.edges[vertex].items():
                total = so_far + length_m
                if total < best.get(other, math.inf):
                    best[other] = total
                    heapq.heappush(queue, (total, other))
        return math.inf


def _cross(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]) -> bool:
    """Return whether two straight pieces cross."""

    def side(p: NDArray[np.float64], q: NDArray[np.float64], r: NDArray[np.float64]) -> float:
        return float((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]))

    return side(a, b, c) * side(a, b, d) < 0.0 and side(c, d, a) * side(c, d, b) < 0.0
