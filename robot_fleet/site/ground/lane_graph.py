"""The fastest ways of one travel class, on an edge-expanded graph: its nodes are lanes, so that bends count.

Places are for resting: a way may start or end at one but never leads through one. Nor does one lead into a closed zone:
closed lanes are driven only by who stands inside, out to the first vertex outside, and as little as possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from robot_fleet.core.site import Lane, Vertex
from robot_fleet.site.ground.lane_times import LaneTimes

SEARCHED_AT_ONCE = 64
"""Ways from so many places are searched for together: of a large site all at once would take hundreds of megabytes."""
LEAVING = 1_000.0
"""A second on a closed lane weighs as so many elsewhere, so that robots leave a zone by the shortest way."""


class LaneGraph:
    """The edge-expanded graph.

    Nodes: lanes first, then one node for each vertex as a start, then one for each vertex as an end.

    Parameters
    ----------
    vertices : all of the site.
    lanes : those that the class may use.
    times : what they take.
    closed : ids of the lanes that touch a closed zone, and of the vertices in one.
    """

    def __init__(
        self,
        vertices: Mapping[str, Vertex],
        lanes: Sequence[Lane],
        times: LaneTimes,
        closed: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset()),
    ) -> None:
        self._vertices = vertices
        self._lanes = lanes
        self._by_id = {lane.id: lane for lane in lanes}
        self._times = times
        self._closed, self._inside = closed
        self.places = tuple(name for name, vertex in vertices.items() if vertex.place)
        self.index = {vertex: number for number, vertex in enumerate(vertices)}
        self._columns = np.array([self.index[place] for place in self.places], dtype=np.int64)
        self._place_index = {place: number for number, place in enumerate(self.places)}
        self._rows: dict[str, NDArray[np.float64]] = {}
        self._between_places: NDArray[np.float64] | None = None
        self._build()

    def _build(self) -> None:
        times = self._times
        first_start = len(self._lanes)
        first_end = first_start + len(self.index)
        leaving: dict[str, list[int]] = {vertex: [] for vertex in self.index}
        for number, lane in enumerate(self._lanes):
            leaving[lane.start].append(number)
        tails: list[int] = []
        heads: list[int] = []
        costs: list[float] = []

        def link(tail: int, head: int, cost: float) -> None:
            tails.append(tail)
            heads.append(head)
            costs.append(cost)

        for number, lane in enumerate(self._lanes):
            if self._may_enter(lane.start, lane):
                link(
                    first_start + self.index[lane.start], number, times.start_s(lane) + times.lane_s(lane) + lane.wait_s
                )
            if lane.end not in self._inside:
                link(number, first_end + self.index[lane.end], times.end_s(lane))
            if self._vertices[lane.end].place:
                continue
            for following in leaving[lane.end]:
                after = self._lanes[following]
                if self._may_enter(lane.end, after):
                    link(number, following, times.bend_s(lane, after) + times.lane_s(after) + after.wait_s)
        size = first_end + len(self.index)
        self._first_start, self._first_end = first_start, first_end
        self._costs = np.array(costs)
        self._heads = np.array(heads, dtype=np.int64)
        self._tails = np.array(tails, dtype=np.int64)
        self._matrix = csr_array((self._costs, (self._tails, self._heads)), shape=(size, size))
        shut = np.zeros(size, dtype=bool)
        shut[:first_start] = [lane.id in self._closed for lane in self._lanes]
        self._leaving_costs = np.where(shut[self._heads], LEAVING, 1.0) * self._costs

    def _may_enter(self, vertex: str, lane: Lane) -> bool:
        """Return whether a robot at a vertex may go on to a lane: from inside a closed zone to any."""
        return lane.id not in self._closed or vertex in self._inside

    def is_like(self, other: LaneGraph) -> bool:
        """Return whether all ways of another graph of the same site are the same and take as long."""
        return (
            self._by_id == other._by_id
            and (self._closed, self._inside) == (other._closed, other._inside)
            and np.array_equal(self._costs, other._costs)
        )

    def is_open(self, route: Sequence[str]) -> bool:
        """Return whether the lanes of a way may be driven as zones are closed now."""
        if not self._closed or not route:
            return True
        lanes = [self._by_id[name] for name in route]
        return lanes[-1].end not in self._inside and all(self._may_enter(lane.start, lane) for lane in lanes)

    def time_s(self, start: str, end: str) -> float:
        """Return the seconds of the fastest way, `inf` if there is none."""
        if self._between_places is not None and start in self._place_index and end in self._place_index:
            return float(self._between_places[self._place_index[start], self._place_index[end]])
        return float(self._row(start)[self.index[end]])

    def times_s(self, start: str) -> NDArray[np.float64]:
        """Return the seconds from a vertex to every place, in the order of `places`."""
        if self._between_places is not None and start in self._place_index:
            between: NDArray[np.float64] = self._between_places[self._place_index[start]]
            return between
        times: NDArray[np.float64] = self._row(start)[self._columns]
        return times

    def matrix(self) -> NDArray[np.float64]:
        """Return the seconds from every place to every place; the same object each time, not to be written to."""
        if self._between_places is None:
            between = np.empty((len(self.places), len(self.places)))
            for first in range(0, len(self.places), SEARCHED_AT_ONCE):
                starts = self.places[first : first + SEARCHED_AT_ONCE]
                for number, row in enumerate(self._search(starts).values(), start=first):
                    between[number] = row[self._columns]
            between.setflags(write=False)
            self._between_places = between
        return self._between_places

    def route(self, start: str, end: str, avoid: frozenset[str]) -> tuple[str, ...] | None:
        """Return the lanes of the fastest way that avoids what is named."""
        if start == end:
            return ()
        costs = self._leaving_costs if start in self._inside else self._costs
        matrix = self._weighted(costs, avoid - {start, end})
        source, goal = self._first_start + self.index[start], self._first_end + self.index[end]
        _, before = dijkstra(matrix, indices=source, return_predecessors=True)
        way: list[str] = []
        node = int(before[goal])
        if node < 0:
            return None
        while node != source:
            way.append(self._lanes[node].id)
            node = int(before[node])
        return tuple(reversed(way))

    def _row(self, start: str) -> NDArray[np.float64]:
        """Return the seconds from a vertex to every vertex, in the order of `index`."""
        if start not in self._rows:
            self._rows |= self._search([start])
        return self._rows[start]

    def _search(self, starts: Sequence[str]) -> dict[str, NDArray[np.float64]]:
        """Return the seconds from some vertices to every vertex, in the order of `index`."""
        outside = [start for start in starts if start not in self._inside]
        sources = [self._first_start + self.index[start] for start in outside]
        rows = dict(zip(outside, dijkstra(self._matrix, indices=sources), strict=True)) if outside else {}
        rows |= {start: self._leaving_row(start) for start in starts if start in self._inside}
        found: dict[str, NDArray[np.float64]] = {}
        for start in starts:
            found[start] = rows[start][self._first_end :].copy()  # not a view, which would keep the whole row
            found[start][self.index[start]] = 0.0
        return found

    def _leaving_row(self, start: str) -> NDArray[np.float64]:
        """Return the seconds to every node from a vertex in a closed zone, by the ways that leave it soonest."""
        source = self._first_start + self.index[start]
        leaving = self._weighted(self._leaving_costs, frozenset())
        weights, before = dijkstra(leaving, indices=source, return_predecessors=True)
        links = zip(self._tails.tolist(), self._heads.tolist(), self._costs.tolist(), strict=True)
        cost = {(tail, head): seconds for tail, head, seconds in links}
        row = np.full(len(weights), np.inf)
        row[source] = 0.0
        for node in np.argsort(weights, kind="stable").tolist():
            tail = int(before[node])
            if tail >= 0:
                row[node] = row[tail] + cost[tail, node]
        return row

    def _weighted(self, costs: NDArray[np.float64], avoid: frozenset[str]) -> csr_array:
        if not avoid and costs is self._costs:
            return self._matrix
        shut = np.array(
            [not avoid.isdisjoint((lane.id, lane.start, lane.end, lane.resource)) for lane in self._lanes], dtype=bool
        )
        into_open = np.ones(self._matrix.shape[0], dtype=bool)
        into_open[: len(shut)] = ~shut
        keep = into_open[self._heads]
        return csr_array((costs[keep], (self._tails[keep], self._heads[keep])), shape=self._matrix.shape)
