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
from robot_fleet.core.law import CARRIAGEWAY, NO_LAW, Forbidden, Law, Regime
from robot_fleet.core.ports import RoadConditions
from robot_fleet.core.site import Lane, RobotKind, Site, Vertex, Zone
from robot_fleet.core.travel import LAWLESS, LOADED, footprint_class, parts_of
from robot_fleet.site.ground.lane_graph import LaneGraph
from robot_fleet.site.ground.lane_times import LaneTimes
from robot_fleet.site.ground.law_ground import law_shapes, law_zones
from robot_fleet.site.ground.stopping import NoStopping, no_stopping
from robot_fleet.site.ground.zone_ground import ZoneGround


@dataclass(frozen=True, slots=True)
class _Rules:
    """What the conditions mean for one travel class: factors and limits by lane, lanes and vertices that are closed.

    `limits_mps` are those of people and of the law, `ordered_mps` those of people alone.
    """

    factors: Mapping[str, float]
    closed: frozenset[str]
    inside: frozenset[str]
    limits_mps: Mapping[str, float]
    ordered_mps: Mapping[str, float]


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
    law : the regimes that hold in the zones.
    """

    def __init__(
        self,
        vertices: Mapping[str, Vertex],
        lanes: Mapping[str, Lane],
        kinds: Mapping[str, RobotKind],
        zones: Mapping[str, Zone] | None = None,
        law: Law = NO_LAW,
    ) -> None:
        self._vertices = vertices
        self._lanes = lanes
        self._kinds = kinds
        self._zones = zones or {}
        self._ground = ZoneGround(self._zones, vertices, lanes)
        self._regimes = {name: law.regimes[zone.law] for name, zone in law_zones(self._zones).items()}
        self._law_ground = ZoneGround(self._zones, vertices, lanes, law_shapes(self._zones) if self._regimes else {})
        self._laws: dict[tuple[str, bool], dict[str, tuple[Regime, ...]]] = {}
        self._lawful: dict[str, tuple[str, ...]] = {}  # the same under all conditions, too; asked for at every report
        self._kept_clear: dict[str, NoStopping] = {}  # the same under all conditions
        self._conditions = RoadConditions()
        self._classes: dict[str, _Class] = {}

    @classmethod
    def of(cls, site: Site) -> LaneRoads:
        """Return the roads of a site, its zones as its file has them."""
        zones = site.zones.values()
        closed = frozenset(zone.id for zone in zones if zone.closed)
        limits_mps = {zone.id: zone.speed_mps for zone in zones if zone.speed_mps}
        roads = cls(site.vertices, site.lanes, site.kinds, site.zones, site.law)
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

    def limit_mps(self, travel_class: str, lane: str, mass_kg: float | None = None) -> float:
        """Return the speed limit on a lane, 0 for none; see the port. Raises as `route` does."""
        known = self._class(travel_class)
        if mass_kg is None or not self._regimes:
            return known.times.limit_mps(self._lanes[lane])
        kind, loaded = self._kind(travel_class), travel_class.endswith(LOADED)
        own_mps = kind.loaded_speed_mps if loaded else kind.speed_mps
        laws = [regime.speed_mps(mass_kg) for regime in self._laws_on(kind, loaded).get(lane, ())]
        given = (known.rules.ordered_mps.get(lane, 0.0), self._lanes[lane].speed_mps)
        return min((each for each in (*given, *(law for law in laws if law < own_mps)) if each), default=0.0)

    def lawful_zones(self, kind: str) -> tuple[str, ...]:
        """Return the zones with a law that robots of a kind touch on some lane that they may use."""
        if kind not in self._lawful:
            of, ground = self._kinds[kind], self._law_ground
            touched = (zone for zone in self._regimes if any(ground.touched(zone, of, on) for on in (False, True)))
            self._lawful[kind] = tuple(touched)
        return self._lawful[kind]

    def forbids(self, kind: str, zone: str, loaded: bool) -> str:
        """Return why the law keeps robots of a kind out of a zone, whatever papers they have; empty if it does not."""
        of, ground, regime = self._kinds[kind], self._zones[zone], self._regimes[zone]
        footprint = of.loaded_footprint if loaded else of.footprint
        if ground.ground == CARRIAGEWAY and not regime.carriageway:
            return Forbidden.CARRIAGEWAY
        if not regime.allows_kg(_mass_kg(of, loaded)):
            return Forbidden.TOO_HEAVY
        return Forbidden.TOO_WIDE if footprint.width_m > (regime.widest_m(ground.pavement_m) or np.inf) else ""

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
        name = parts_of(travel_class)[0]
        if name not in self._kinds:
            expected = f"expected one of {', '.join(self.travel_classes)}"
            raise SiteError("site_unknown_travel_class", f"there is no travel class {travel_class!r}; {expected}")
        return self._kinds[name]

    def _no_stopping(self, travel_class: str) -> NoStopping:
        kind = self._kind(travel_class)
        travel_class = footprint_class(travel_class)
        if travel_class not in self._kept_clear:
            both = no_stopping(self._vertices, self._lanes.values(), self._zones.values(), self._ground, kind)
            self._kept_clear[kind.id], self._kept_clear[kind.id + LOADED] = both
        return self._kept_clear[travel_class]

    def _rules(self, travel_class: str) -> _Rules:
        kind, loaded = self._kind(travel_class), travel_class.endswith(LOADED)
        ground, law, now = self._ground, self._law_ground, self._conditions
        limits_mps: dict[str, float] = {}
        for zone, limit_mps in now.limits_mps.items():
            for lane in ground.touched(zone, kind, loaded):
                limits_mps[lane] = min(limit_mps, limits_mps.get(lane, limit_mps))
        kept_out = self._kept_out(travel_class)
        return _Rules(
            factors=now.factors.get(footprint_class(travel_class), {}),
            closed=now.blocked.union(
                *(ground.touched(zone, kind, loaded) for zone in now.closed),
                *(law.touched(zone, kind, loaded) for zone in kept_out),
            ),
            inside=frozenset().union(
                *(ground.inside(zone, kind) for zone in now.closed), *(law.inside(zone, kind) for zone in kept_out)
            ),
            limits_mps=self._with_law(travel_class, limits_mps),
            ordered_mps=limits_mps,
        )

    def _kept_out(self, travel_class: str) -> tuple[str, ...]:
        """Return the zones that the law closes to a travel class."""
        kind, zones, loaded = parts_of(travel_class)
        if LAWLESS in zones:
            return ()
        return tuple(zone for zone in self._regimes if zone in zones or self.forbids(kind, zone, loaded))

    def _with_law(self, travel_class: str, ordered_mps: Mapping[str, float]) -> Mapping[str, float]:
        """Return the limits on lanes, those of the law added that are below what robots of the class reach."""
        kind, loaded = self._kind(travel_class), travel_class.endswith(LOADED)
        own_mps = kind.loaded_speed_mps if loaded else kind.speed_mps
        if not self._regimes or LAWLESS in parts_of(travel_class)[1]:
            return ordered_mps
        limits_mps = dict(ordered_mps)
        for lane, regimes in self._laws_on(kind, loaded).items():
            for limit_mps in (regime.speed_mps(_mass_kg(kind, loaded)) for regime in regimes):
                if 0.0 < limit_mps < own_mps:
                    limits_mps[lane] = min(limit_mps, limits_mps.get(lane, limit_mps))
        return limits_mps

    def _laws_on(self, kind: RobotKind, loaded: bool) -> Mapping[str, tuple[Regime, ...]]:
        """Return the regimes that hold on lanes for robots of a travel class."""
        key = kind.id, loaded
        if key not in self._laws:
            laws: dict[str, tuple[Regime, ...]] = {}
            for zone, regime in self._regimes.items():
                for lane in sorted(self._law_ground.touched(zone, kind, loaded)):
                    laws[lane] = (*laws.get(lane, ()), regime)
            self._laws[key] = laws
        return self._laws[key]

    def _class(self, travel_class: str) -> _Class:
        known = self._classes.get(travel_class)
        if known is None:
            kind, loaded, rules = self._kind(travel_class), travel_class.endswith(LOADED), self._rules(travel_class)
            lanes = [lane for lane in self._lanes.values() if not lane.kinds or kind.id in lane.kinds]
            times = LaneTimes(kind, loaded, self._vertices, rules.factors, rules.limits_mps)
            graph = LaneGraph(self._vertices, lanes, times, (rules.closed, rules.inside))
            name = travel_class.removesuffix(LOADED)
            other = self._classes.get(name if loaded else name + LOADED)
            if other is not None and graph.is_like(other.graph):
                graph = other.graph  # as quick with a load as without one: one matrix for both
            known = _Class(rules, graph, times, LaneTimes(kind, loaded, self._vertices, {}, {}))
            self._classes[travel_class] = known
        return known


def _mass_kg(kind: RobotKind, loaded: bool) -> float:
    """Return the total mass that a kind is reckoned with: with all that it can carry, where it carries anything."""
    return kind.mass_kg + (kind.payload_kg if loaded else 0.0)
