"""Ways through the lane graph and how long they take, per travel class: the `Roads` port.

How a lane's time is modelled stands in `lane_times`, how ways are found in `lane_graph`. A graph is built when its
class is first asked for, and kept as long as no condition changes for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.errors import SiteError
from robot_fleet.core.ports import RoadConditions
from robot_fleet.core.site import Lane, RobotKind, Site, Vertex
from robot_fleet.site.lane_graph import LaneGraph
from robot_fleet.site.lane_times import LaneTimes

LOADED = "+load"


class LaneRoads:
    """The `Roads` port over a site's lanes.

    Parameters
    ----------
    vertices, lanes, kinds : the lane graph and the robot kinds of a site, by id.
    conditions : how the roads are now.
    """

    def __init__(
        self,
        vertices: Mapping[str, Vertex],
        lanes: Mapping[str, Lane],
        kinds: Mapping[str, RobotKind],
        conditions: RoadConditions | None = None,
    ) -> None:
        self._vertices = vertices
        self._lanes = lanes
        self._kinds = kinds
        self._conditions = conditions or RoadConditions()
        self._graphs: dict[str, LaneGraph] = {}
        self._times: dict[tuple[str, bool], LaneTimes] = {}

    @classmethod
    def of(cls, site: Site) -> LaneRoads:
        """Return the roads of a site."""
        return cls(site.vertices, site.lanes, site.kinds)

    @property
    def travel_classes(self) -> tuple[str, ...]:
        """All travel classes, each kind's empty one before its loaded one."""
        return tuple(name for kind in self._kinds for name in (kind, kind + LOADED))

    def under(self, conditions: RoadConditions) -> LaneRoads:
        """Return the same roads under other conditions; what they leave as it is for a class is kept."""
        if conditions == self._conditions:
            return self
        made = LaneRoads(self._vertices, self._lanes, self._kinds, conditions)
        for travel_class, graph in self._graphs.items():
            if made._factors(travel_class) == self._factors(travel_class):
                made._graphs[travel_class] = graph
        return made

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
        return self._graph(travel_class).time_s(self._known(start), self._known(end))

    def place_names(self, travel_class: str) -> tuple[str, ...]:
        """Return the places, in the order of the matrix: that of the site's vertices. Raises as `route` does."""
        return self._graph(travel_class).places

    def matrix(self, travel_class: str) -> NDArray[np.float64]:
        """Return seconds from every place (rows) to every place, `inf` for no way; see the port. Raises as `route`."""
        return self._graph(travel_class).matrix()

    def times_s(self, travel_class: str, start: str) -> NDArray[np.float64]:
        """Return seconds from any vertex to every place, in the order of `place_names`. Raises as `route` does."""
        return self._graph(travel_class).times_s(self._known(start))

    def lane_s(self, travel_class: str, lane: str, before: str, after: str = "") -> float:
        """Return the uncorrected seconds from passing the end of one lane to passing that of the next; see the port."""
        lanes = self._lanes
        return self._motion(travel_class, False).passing_s(lanes[lane], lanes[before], lanes[after] if after else None)

    def distance_m(self, route: Iterable[str]) -> float:
        """Return the length of a way given as lane ids."""
        return sum(self._lanes[lane].length_m for lane in route)

    def route_time_s(self, travel_class: str, route: Sequence[str]) -> float:
        """Return the seconds that a way given as lane ids takes, with its turns; 0 for an empty one."""
        lanes = [self._lanes[lane] for lane in route]
        if not lanes:
            return 0.0
        times = self._motion(travel_class, True)
        bends_s = sum(times.bend_s(lane, after) for lane, after in pairwise(lanes))
        return times.start_s(lanes[0]) + sum(map(times.lane_s, lanes)) + bends_s + times.end_s(lanes[-1])

    def _known(self, vertex: str) -> str:
        if vertex not in self._vertices:
            message = f"there is no vertex {vertex!r} in the lane graph; expected the id of a place"
            raise SiteError("site_unknown_vertex", message, vertex)
        return vertex

    def _factors(self, travel_class: str) -> Mapping[str, float]:
        return self._conditions.factors.get(travel_class, {})

    def _motion(self, travel_class: str, corrected: bool) -> LaneTimes:
        times = self._times.get((travel_class, corrected))
        if times is None:
            kind = self._kind(travel_class)
            factors = self._factors(travel_class) if corrected else {}
            times = LaneTimes(kind, travel_class.endswith(LOADED), self._vertices, factors)
            self._times[travel_class, corrected] = times
        return times

    def _kind(self, travel_class: str) -> RobotKind:
        name = travel_class.removesuffix(LOADED)
        if name not in self._kinds:
            expected = f"expected one of {', '.join(self.travel_classes)}"
            raise SiteError("site_unknown_travel_class", f"there is no travel class {travel_class!r}; {expected}")
        return self._kinds[name]

    def _graph(self, travel_class: str) -> LaneGraph:
        graph = self._graphs.get(travel_class)
        if graph is None:
            kind = self._kind(travel_class)
            lanes = [lane for lane in self._lanes.values() if not lane.kinds or kind.id in lane.kinds]
            graph = LaneGraph(self._vertices, lanes, self._motion(travel_class, True))
            self._graphs[travel_class] = graph
        return graph
