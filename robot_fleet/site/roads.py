"""Ways through the lane graph and how long they take, per travel class.

The time of a way is modelled on an edge-expanded graph: its nodes are lanes, so that what a bend costs is part of the
search. In seconds,

    way = start + sum over lanes (length / speed + LANE_OVERHEAD_S) + bends between lanes + end

- speed = min(the kind's speed, or its loaded speed in the class `<kind>+load`; the lane's limit where it has one).
- At a bend of BEND_RAD or more a robot stops. Kinds that turn in place then turn, angle / turn_radps; omnidirectional
  ones do not. Gentler bends cost nothing.
- Stopping and starting at constant acceleration each cost speed / (2 acceleration) more than passing at full speed, so
  a bend costs that for the lane before it and for the lane after it, and a way costs it once at either end.
- The start turn is from the yaw of the place where the robot stands, the end turn to the yaw of the place where it
  stops; a vertex without a place has no yaw of its own and asks for none.
- LANE_OVERHEAD_S stands for the little that right of way costs a robot that nobody holds up. Waiting is not modelled.

Places are for resting: a way may start or end at one but never leads through one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from robot_fleet.core.errors import SiteError
from robot_fleet.core.geometry import wrap_angle
from robot_fleet.core.site import Lane, RobotKind, Site, Vertex
from robot_fleet.site.sweep import heading_rad

LANE_OVERHEAD_S = 0.2
BEND_RAD = math.radians(10.0)
LOADED = "+load"


class LaneRoads:
    """The `Roads` port over a site's lanes.

    Parameters
    ----------
    vertices, lanes, kinds : the lane graph and the robot kinds of a site, by id.
    """

    def __init__(
        self, vertices: Mapping[str, Vertex], lanes: Mapping[str, Lane], kinds: Mapping[str, RobotKind]
    ) -> None:
        self._vertices = vertices
        self._lanes = lanes
        self._kinds = kinds
        self._graphs: dict[str, _Graph] = {}

    @classmethod
    def of(cls, site: Site) -> LaneRoads:
        """Return the roads of a site."""
        return cls(site.vertices, site.lanes, site.kinds)

    @property
    def travel_classes(self) -> tuple[str, ...]:
        """All travel classes, each kind's empty one before its loaded one."""
        return tuple(name for kind in self._kinds for name in (kind, kind + LOADED))

    def route(
        self, travel_class: str, start: str, end: str, avoid: frozenset[str] = frozenset()
    ) -> tuple[str, ...] | None:
        """Return the lane ids of the fastest way between two vertices, empty if they are the same, None if none.

        Parameters
        ----------
        travel_class : `<kind>` or `<kind>+load`.
        start, end : vertex ids.
        avoid : ids of lanes, vertices or resources that the way must not use (but for `start` and `end` themselves).

        Raises
        ------
        SiteError : `site_unknown_travel_class`, `site_unknown_vertex`.
        """
        graph = self._graph(travel_class)
        return graph.route(self._known(start), self._known(end), avoid)

    def time_s(self, travel_class: str, start: str, end: str) -> float:
        """Return the seconds of the fastest way, `inf` if there is none. Raises as `route` does."""
        graph = self._graph(travel_class)
        return float(graph.times_from(self._known(start))[graph.index[self._known(end)]])

    def matrix(self, travel_class: str, places: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """Return seconds from each of `places` (rows) to each (columns), `inf` where there is no way."""
        graph = self._graph(travel_class)
        columns = [graph.index[self._known(place)] for place in places]
        return tuple(tuple(float(graph.times_from(place)[column]) for column in columns) for place in places)

    def distance_m(self, route: Iterable[str]) -> float:
        """Return the length of a way given as lane ids."""
        return sum(self._lanes[lane].length_m for lane in route)

    def route_time_s(self, travel_class: str, route: Sequence[str]) -> float:
        """Return the seconds that a way given as lane ids takes, with its turns; 0 for an empty one."""
        return self._graph(travel_class).route_time_s(route)

    def _known(self, vertex: str) -> str:
        if vertex not in self._vertices:
            message = f"there is no vertex {vertex!r} in the lane graph; expected the id of a place"
            raise SiteError("site_unknown_vertex", message, vertex)
        return vertex

    def _graph(self, travel_class: str) -> _Graph:
        graph = self._graphs.get(travel_class)
        if graph is None:
            name = travel_class.removesuffix(LOADED)
            if name not in self._kinds:
                expected = f"expected one of {', '.join(self.travel_classes)}"
                raise SiteError("site_unknown_travel_class", f"there is no travel class {travel_class!r}; {expected}")
            loaded = travel_class.endswith(LOADED)
            graph = _Graph(self._vertices, self._lanes, self._kinds[name], loaded)
            self._graphs[travel_class] = graph
        return graph


class _Graph:
    """The edge-expanded graph of one travel class.

    Nodes: lanes first, then one node for each vertex as a start, then one for each vertex as an end.
    """

    def __init__(
        self, vertices: Mapping[str, Vertex], lanes: Mapping[str, Lane], kind: RobotKind, loaded: bool
    ) -> None:
        self._vertices = vertices
        self._kind = kind
        self._speed_mps = kind.loaded_speed_mps if loaded else kind.speed_mps
        self._lanes = [lane for lane in lanes.values() if not lane.kinds or kind.id in lane.kinds]
        self._by_id = {lane.id: lane for lane in self._lanes}
        self.index = {vertex: number for number, vertex in enumerate(vertices)}
        self._rows: dict[str, NDArray[np.float64]] = {}
        self._heading = {lane.id: heading_rad(vertices[lane.start], vertices[lane.end]) for lane in self._lanes}
        self._build()

    def _build(self) -> None:
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
            link(first_start + self.index[lane.start], number, self._start_s(lane) + self._lane_s(lane))
            link(number, first_end + self.index[lane.end], self._end_s(lane))
            if self._vertices[lane.end].place:
                continue
            for following in leaving[lane.end]:
                after = self._lanes[following]
                link(number, following, self._between_s(lane, after) + self._lane_s(after))
        size = first_end + len(self.index)
        self._first_start, self._first_end = first_start, first_end
        self._costs = np.array(costs)
        self._heads = np.array(heads, dtype=np.int64)
        self._tails = np.array(tails, dtype=np.int64)
        self._matrix = csr_array((self._costs, (self._tails, self._heads)), shape=(size, size))

    def times_from(self, start: str) -> NDArray[np.float64]:
        """Return the seconds from a vertex to every vertex, in the order of `index`."""
        row = self._rows.get(start)
        if row is None:
            source = self._first_start + self.index[start]
            row = dijkstra(self._matrix, indices=source)[self._first_end :]
            row[self.index[start]] = 0.0
            self._rows[start] = row
        return row

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

    def _without(self, avoid: frozenset[str]) -> csr_array:
        shut = np.array(
            [not avoid.isdisjoint((lane.id, lane.start, lane.end, lane.resource)) for lane in self._lanes], dtype=bool
        )
        into_open = np.ones(self._matrix.shape[0], dtype=bool)
        into_open[: len(shut)] = ~shut
        keep = into_open[self._heads]
        return csr_array((self._costs[keep], (self._tails[keep], self._heads[keep])), shape=self._matrix.shape)

    def route_time_s(self, route: Sequence[str]) -> float:
        """Return the seconds of a way."""
        lanes = [self._by_id[lane] for lane in route]
        if not lanes:
            return 0.0
        turns = sum(self._between_s(lane, after) for lane, after in zip(lanes, lanes[1:], strict=False))
        return self._start_s(lanes[0]) + sum(map(self._lane_s, lanes)) + turns + self._end_s(lanes[-1])

    def _speed(self, lane: Lane) -> float:
        return min(self._speed_mps, lane.speed_mps) if lane.speed_mps else self._speed_mps

    def _lane_s(self, lane: Lane) -> float:
        return lane.length_m / self._speed(lane) + LANE_OVERHEAD_S

    def _stop_s(self, lane: Lane) -> float:
        """Return what starting or stopping on a lane costs."""
        return self._speed(lane) / (2.0 * self._kind.acceleration_mps2)

    def _turn_s(self, from_rad: float, to_rad: float) -> float:
        return 0.0 if self._kind.omnidirectional else abs(wrap_angle(to_rad - from_rad)) / self._kind.turn_radps

    def _between_s(self, lane: Lane, after: Lane) -> float:
        before_rad, after_rad = self._heading[lane.id], self._heading[after.id]
        if abs(wrap_angle(after_rad - before_rad)) < BEND_RAD:
            return 0.0
        return self._stop_s(lane) + self._turn_s(before_rad, after_rad) + self._stop_s(after)

    def _start_s(self, lane: Lane) -> float:
        vertex = self._vertices[lane.start]
        turn_s = self._turn_s(vertex.pose.yaw_rad, self._heading[lane.id]) if vertex.place else 0.0
        return turn_s + self._stop_s(lane)

    def _end_s(self, lane: Lane) -> float:
        vertex = self._vertices[lane.end]
        turn_s = self._turn_s(self._heading[lane.id], vertex.pose.yaw_rad) if vertex.place else 0.0
        return self._stop_s(lane) + turn_s
