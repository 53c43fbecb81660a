"""The fastest ways of one travel class, on an edge-expanded graph: its nodes are lanes, so that bends count.

Places are for resting: a way may start or end at one but never leads through one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from robot_fleet.core.site import Lane, Vertex
from robot_fleet.site.lane_times import LaneTimes


class LaneGraph:
    """The edge-expanded graph.

    Nodes: lanes first, then one node for each vertex as a start, then one for each vertex as an end.

    Parameters
    ----------
    vertices : all of the site.
    lanes : those that the class may use.
    times : what they take.
    """

    def __init__(self, vertices: Mapping[str, Vertex], lanes: Sequence[Lane], times: LaneTimes) -> None:
        self._vertices = vertices
        self._lanes = lanes
        self._times = times
        self.places = tuple(name for name, vertex in vertices.items() if vertex.place)
        self.index = {vertex: number for number, vertex in enumerate(vertices)}
        self._columns = np.array([self.index[place] for place in self.places], dtype=np.int64)
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
            link(first_start + self.index[lane.start], number, times.start_s(lane) + times.lane_s(lane))
            link(number, first_end + self.index[lane.end], times.end_s(lane))
            if self._vertices[lane.end].place:
                continue
            for following in leaving[lane.end]:
                after = self._lanes[following]
                link(number, following, times.bend_s(lane, after) + times.lane_s(after))
        size = first_end + len(self.index)
        self._first_start, self._first_end = first_start, first_end
        self._costs = np.array(costs)
        self._heads = np.array(heads, dtype=np.int64)
        self._tails = np.array(tails, dtype=np.int64)
        self._matrix = csr_array((self._costs, (self._tails, self._heads)), shape=(size, size))

    def time_s(self, start: str, end: str) -> float:
        """Return the seconds of the fastest way, `inf` if there is none."""
        return float(self._row(start)[self.index[end]])

    def times_s(self, start: str) -> NDArray[np.float64]:
        """Return the seconds from a vertex to every place, in the order of `places`."""
        times: NDArray[np.float64] = self._row(start)[self._columns]
        return times

    def matrix(self) -> NDArray[np.float64]:
        """Return the seconds from every place to every place; the same object each time, not to be written to."""
        if self._between_places is None:
            self._search([place for place in self.places if place not in self._rows])
            rows = [self.times_s(place) for place in self.places]
            self._between_places = np.array(rows).reshape(len(rows), len(rows))
            self._between_places.setflags(write=False)
        return self._between_places

    def route(self, start: str, end: str, avoid: frozenset[str]) -> tuple[str, ...] | None:
        """Return the lanes of the fastest way that avoids what is named."""
        if start == end:
            return ()
        matrix = self._matrix if not avoid else self._without(avoid - {start, end})
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
            self._search([start])
        return self._rows[start]

    def _search(self, starts: Sequence[str]) -> None:
        if not starts:
            return
        sources = [self._first_start + self.index[start] for start in starts]
        for start, row in zip(starts, dijkstra(self._matrix, indices=sources)[:, self._first_end :], strict=True):
            row[self.index[start]] = 0.0
            self._rows[start] = row

    def _without(self, avoid: frozenset[str]) -> csr_array:
        shut = np.array(
            [not avoid.isdisjoint((lane.id, lane.start, lane.end, lane.resource)) for lane in self._lanes], dtype=bool
        )
        into_open = np.ones(self._matrix.shape[0], dtype=bool)
        into_open[: len(shut)] = ~shut
        keep = into_open[self._heads]
        return csr_array((self._costs[keep], (self._tails[keep], self._heads[keep])), shape=self._matrix.shape)
