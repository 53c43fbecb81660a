"""Ways through the lane graph and how long they take, per travel class: the `Roads` port.

How a lane's time is modelled stands in `lane_times`, how ways are found in `lane_graph`. A graph is built when its
class is first asked for, and kept as long as no condition changes for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from robot_fleet.core.errors import SiteError
from robot_fleet.core.ports import RoadConditions
from robot_fleet.core.site import Lane, RobotKind, Site, Vertex, Zone
from robot_fleet.site.lane_graph import LaneGraph
from robot_fleet.site.lane_times import LaneTimes
from robot_fleet.site.stopping import NoStopping, no_stopping
from robot_fleet.site.zone_ground import ZoneGround

LOADED = "+load"


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the conditions mean for one travel class: factors and limits by lane, lanes and vertices that are closed."""

    factors: Mapping[str, float]
    closed: frozenset[str]
    inside: frozenset[str]
    limits_mps: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class _Class:
    """What is kept of a travel class; `times` are corrected, `model` is not."""

    rules: _Rules
    graph: LaneGraph
    times: LaneTimes
    model: LaneTimes


class LaneRoads:
    """The `Roads` port over a site's lanes.

    Parameters
    ----------
    vertices, lanes, kinds, zones : the lane graph, the robot kinds and the zones of a site, by id.
    """

    def __init__(
        self,
        vertices: Mapping[str, Vertex],
        lanes: Mapping[str, Lane],
        kinds: Mapping[str, RobotKind],
        zones: Mapping[str, Zone] | None = None,
    ) -> None:
        self._vertices = vertices
        self._lanes = lanes
        self._kinds = kinds
        self._zones = zones or {}
        self._ground = ZoneGround(self._zones, vertices, lanes)
        self._kept_clear: dict[str, NoStopping] = {}  # the same under all conditions
        self._conditions = RoadConditions()
        self._classes: dict[str, _Class] = {}

    @classmethod
    def of(cls, site: Site) -> LaneRoads:
        """Return the roads of a site, its zones as its file has them."""
        zones = site.zones.values()
        closed = frozenset(zone.id for zone in zones if zone.closed)
        limits_mps = {zone.id: zone.speed_mps for zone in zones if zone.speed_mps}
        roads = cls(site.vertices, site.lanes, site.kinds, site.zones)
        return roads.under(RoadConditions({}, closed, limits_mps))

    @property
    def travel_classes(self) -> tuple[str, ...]:
        """All travel classes, each kind's empty one before its loaded one."""
        return tuple(name for kind in self._kinds for name in (kind, kind + LOADED))

    def under(self, conditions: RoadConditions) -> LaneRoads:
        """Return the same roads under other conditions; what they leave as it is for a class is kept."""
        if conditions == self._conditions:
            return self
        made = copy(self)
        made._conditions = conditions
        made._classes = {name: known for name, known in self._classes.items() if made._rules(name) == known.rules}
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
        graph = self._class(travel_class).graph
        return graph.route(self._known(start), self._known(end), avoid)

    def time_s(self, travel_class: str, start: str, end: str) -> float:
        """Return the seconds of the fastest way, `inf` if there is none. Raises as `route` does."""
        return self._class(travel_class).graph.time_s(self._known(start), self._known(end))

    def place_names(self, travel_class: str) -> tuple[str, ...]:
        """Return the places, in the order of the matrix: that of the site's vertices. Raises as `route` does."""
        return self._class(travel_class).graph.places

    def matrix(self, travel_class: str) -> NDArray[np.float64]:
        """Return seconds from every place (rows) to every place, `inf` for no way; see the port. Raises as `route`."""
        return self._class(travel_class).graph.matrix()

    def times_s(self, travel_class: str, start: str) -> NDArray[np.float64]:
        """Return seconds from any vertex to every place, in the order of `place_names`. Raises as `route` does."""
        return self._class(travel_class).graph.times_s(self._known(start))

    def lane_s(self, travel_class: str, lane: str, before: str, after: str, limit_mps: float) -> float:
        """Return the uncorrected seconds from passing the end of one lane to passing that of the next; see the port."""
        lanes = self._lanes
        driven = replace(lanes[lane], speed_mps=limit_mps)
        return self._class(travel_class).model.passing_s(driven, lanes[before], lanes[after] if after else None)

    def limit_mps(self, travel_class: str, lane: str) -> float:
        """Return the speed limit on a lane, its own or that of a zone, 0 for none. Raises as `route` does."""
        return self._class(travel_class).times.limit_mps(self._lanes[lane])

    def is_open(self, travel_class: str, route: Sequence[str]) -> bool:
        """Return whether a way keeps out of closed zones; one that begins inside may lead out. Raises as `route`."""
        return self._class(travel_class).graph.is_open(route)

    def is_closed(self, travel_class: str, vertex: str) -> bool:
        """Return whether a vertex lies in a closed zone. Raises as `route` does."""
        return self._known(vertex) in self._class(travel_class).rules.inside

    def may_stop_on(self, travel_class: str, lane: str) -> bool:
        """Return whether a hold may bring a robot to rest on a lane. Raises as `route` does."""
        return lane not in self._no_stopping(travel_class).lanes

    def may_stop_at(self, travel_class: str, vertex: str) -> bool:
        """Return whether a hold may bring a robot to rest at a vertex. Raises as `route` does."""
        return self._known(vertex) not in self._no_stopping(travel_class).vertices

    def distance_m(self, route: Iterable[str]) -> float:
        """Return the length of a way given as lane ids."""
        return sum(self._lanes[lane].length_m for lane in route)

    def route_time_s(self, travel_class: str, route: Sequence[str]) -> float:
        """Return the seconds that a way given as lane ids takes, with its turns; 0 for an empty one."""
        lanes = [self._lanes[lane] for lane in route]
        if not lanes:
            return 0.0
        times = self._class(travel_class).times
        bends_s = sum(times.bend_s(lane, after) for lane, after in pairwise(lanes))
        lanes_s = sum(times.lane_s(lane) + lane.wait_s for lane in lanes)
        return times.start_s(lanes[0]) + lanes_s + bends_s + times.end_s(lanes[-1])

    def _known(self, vertex: str) -> str:
        if vertex not in self._vertices:
            message = f"there is no vertex {vertex!r} in the lane graph; expected the id of a place"
            raise SiteError("site_unknown_vertex", message, vertex)
        return vertex

    def _kind(self, travel_class: str) -> RobotKind:
        name = travel_class.removesuffix(LOADED)
        if name not in self._kinds:
            expected = f"expected one of {', '.join(self.travel_classes)}"
            raise SiteError("site_unknown_travel_class", f"there is no travel class {travel_class!r}; {expected}")
        return self._kinds[name]

    def _no_stopping(self, travel_class: str) -> NoStopping:
        if travel_class not in self._kept_clear:
            kind = self._kind(travel_class)
            both = no_stopping(self._vertices, self._lanes.values(), self._zones.values(), self._ground, kind)
            self._kept_clear[kind.id], self._kept_clear[kind.id + LOADED] = both
        return self._kept_clear[travel_class]

    def _rules(self, travel_class: str) -> _Rules:
        kind, loaded = self._kind(travel_class), travel_class.endswith(LOADED)
        ground, now = self._ground, self._conditions
        limits_mps: dict[str, float] = {}
        for zone, limit_mps in now.limits_mps.items():
            for lane in ground.touched(zone, kind, loaded):
                limits_mps[lane] = min(limit_mps, limits_mps.get(lane, limit_mps))
        return _Rules(
            factors=now.factors.get(travel_class, {}),
            closed=now.blocked.union(*(ground.touched(zone, kind, loaded) for zone in now.closed)),
            inside=frozenset().union(*(ground.inside(zone, kind) for zone in now.closed)),
            limits_mps=limits_mps,
        )

    def _class(self, travel_class: str) -> _Class:
        known = self._classes.get(travel_class)
        if known is None:
            kind, loaded, rules = self._kind(travel_class), travel_class.endswith(LOADED), self._rules(travel_class)
            lanes = [lane for lane in self._lanes.values() if not lane.kinds or kind.id in lane.kinds]
            times = LaneTimes(kind, loaded, self._vertices, rules.factors, rules.limits_mps)
            graph = LaneGraph(self._vertices, lanes, times, (rules.closed, rules.inside))
            other = self._classes.get(kind.id if loaded else f"{kind.id}{LOADED}")
            if other is not None and graph.is_like(other.graph):
                graph = other.graph  # as quick with a load as without one: one matrix for both
            known = _Class(rules, graph, times, LaneTimes(kind, loaded, self._vertices, {}, {}))
            self._classes[travel_class] = known
        return known
