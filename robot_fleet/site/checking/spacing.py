"""Checks that robots at rest leave each other, and the lanes of others, alone.

Right of way keeps robots apart whose ground overlaps. Where one of them rests that would be for ever, so the ground of
a resting robot (all of its turning circle, unless it holds its yaw) must be clear of its neighbours at rest and of
every lane but its own, the turning at the lane's ends included.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Geometry, STRtree, affinity

from robot_fleet.core.geometry import Footprint
from robot_fleet.core.site import GROUND_LEVEL, Lane, RobotKind, Vertex
from robot_fleet.site.checking.references import stands
from robot_fleet.site.checking.walls import footprints, lane_footprints
from robot_fleet.site.ground.sweep import driving, standing, turning, turns_at
from robot_fleet.site.reading.draft import Draft

# Right of way widens each side of every footprint by 0.1 m, so two robots keep twice that.
GAP_M = 0.2
_APART_M = 1e6


def check_spacing(draft: Draft) -> None:
    """Add a finding for each pair of places too close to each other, and each place that blocks a lane of others."""
    ground = _Ground(draft)
    places = [place.id for place in draft.places.values() if place.id in draft.vertices]
    rests: NDArray[np.object_] = np.array([ground.resting(place) for place in places], dtype=object)
    lanes = list(draft.lanes.values())
    sweeps: NDArray[np.object_] = np.array([ground.lane(lane) for lane in lanes], dtype=object)
    for first, second in _close(rests, rests):
        if first < second:
            gap_m = shapely.distance(rests[first], rests[second])
            expected = f"leaves {gap_m:.2f} m to robots at {places[first]!r}; expected at least {GAP_M} m"
            draft.report("site_places_overlap", "place", places[second], ("pose",), expected)
    for index, number in _close(rests, sweeps):
        place, lane = places[index], lanes[number]
        if place not in (lane.start, lane.end):
            gap_m = shapely.distance(rests[index], sweeps[number])
            expected = (
                f"a robot at rest leaves {gap_m:.2f} m to robots on lane {lane.id}; expected at least {GAP_M} m, "
                "or the lane would be blocked"
            )
            draft.report("site_place_blocks_lane", "place", place, ("pose",), expected)


def _close(areas: NDArray[np.object_], others: NDArray[np.object_]) -> list[tuple[int, int]]:
    """Return (index of area, index of other) of all that come nearer than the gap, in order."""
    # A millimetre less, so that exactly the gap is enough.
    pairs = STRtree(others).query(areas, predicate="dwithin", distance=GAP_M - 1e-3)
    return sorted((int(area), int(other)) for area, other in pairs.T)


class _Ground:
    """What robots of all kinds that may be there cover at vertices and on lanes."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._into: dict[str, list[Lane]] = {name: [] for name in draft.vertices}
        self._out: dict[str, list[Lane]] = {name: [] for name in draft.vertices}
        for lane in draft.lanes.values():
            self._into[lane.end].append(lane)
            self._out[lane.start].append(lane)
        self._levels = {GROUND_LEVEL: 0}
        self._known: dict[tuple[str, str, tuple[Footprint, ...]], Geometry] = {}

    def resting(self, name: str) -> Geometry:
        """Return what a robot at rest covers at a place, with its turning circle unless it holds its yaw there."""
        place = self._draft.places[name]
        kinds = [kind for kind in self._draft.kinds.values() if stands(place, kind.id)]
        vertex = self._draft.vertices[name]
        area = shapely.union_all([self._at(vertex, kind, footprints(kind, place)) for kind in kinds])
        return self._apart(area, vertex)

    def lane(self, lane: Lane) -> Geometry:
        """Return what a robot covers on a lane and while it turns at its ends."""
        start, end = self._draft.vertices[lane.start], self._draft.vertices[lane.end]
        shapes = []
        for kind in self._draft.kinds.values():
            if lane.kinds and kind.id not in lane.kinds:
                continue
            sizes = lane_footprints(self._draft, lane, kind)
            shapes += [driving(footprint, kind, start, end) for footprint in sizes]
            shapes += [self._at(vertex, kind, sizes) for vertex in (start, end)]
        return self._apart(shapely.union_all(shapes), start)

    def _apart(self, area: Geometry, vertex: Vertex) -> Geometry:
        """Return ground of another level far away from that of all others."""
        level = self._levels.setdefault(vertex.pose.map_id, len(self._levels))
        return affinity.translate(area, level * _APART_M) if level else area

    def _at(self, vertex: Vertex, kind: RobotKind, sizes: tuple[Footprint, ...]) -> Geometry:
        key = (vertex.id, kind.id, sizes)
        if key not in self._known:
            into, out = (
                [lane for lane in side[vertex.id] if not lane.kinds or kind.id in lane.kinds]
                for side in (self._into, self._out)
            )
            rests = bool(vertex.place) and not kind.omnidirectional
            area = turning if rests or turns_at(vertex, kind, into, out, self._draft.vertices) else standing
            self._known[key] = shapely.union_all([area(footprint, vertex.pose) for footprint in sizes])
        return self._known[key]
