"""Which lanes and vertices a zone concerns: those where some part of a robot would be in it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import shapely

from robot_fleet.core.site import Lane, RobotKind, Vertex, Zone
from robot_fleet.site.ground.sweep import driving


class ZoneGround:
    """The zones of a site over its lane graph. What has been worked out is kept.

    Parameters
    ----------
    zones, vertices, lanes : of the site, by id.
    shapes : the ground of zones that is not all that their outline holds.
    """

    def __init__(
        self,
        zones: Mapping[str, Zone],
        vertices: Mapping[str, Vertex],
        lanes: Mapping[str, Lane],
        shapes: Mapping[str, shapely.Geometry] | None = None,
    ) -> None:
        self._zones = zones
        self._shapes = shapes or {}
        self._vertices = vertices
        self._lanes = lanes
        self._touched: dict[tuple[str, str, bool], frozenset[str]] = {}
        self._inside: dict[str, frozenset[str]] = {}

    def touched(self, zone: str, kind: RobotKind, loaded: bool) -> frozenset[str]:
        """Return the lanes on which a robot of a travel class touches a zone; none if that is not for its kind."""
        key = zone, kind.id, loaded
        if key not in self._touched:
            concerned = not self._zones[zone].kinds or kind.id in self._zones[zone].kinds
            self._touched[key] = frozenset(self._sweep(zone, kind, loaded)) if concerned else frozenset()
        return self._touched[key]

    def inside(self, zone: str, kind: RobotKind) -> frozenset[str]:
        """Return the vertices that lie in a zone; none if its rules are not for the kind."""
        if self._zones[zone].kinds and kind.id not in self._zones[zone].kinds:
            return frozenset()
        if zone not in self._inside:
            outline = self._shape(zone)
            names = self._on(zone)
            points = [self._vertices[name].pose for name in names]
            inside = shapely.intersects_xy(outline, [p.x_m for p in points], [p.y_m for p in points])
            self._inside[zone] = frozenset(name for name, is_in in zip(names, inside, strict=True) if is_in)
        return self._inside[zone]

    def near(self, zone: str, kind: RobotKind, loaded: bool) -> frozenset[str]:
        """Return the vertices where a robot would touch a zone, however it is turned; none if not for its kind."""
        if self._zones[zone].kinds and kind.id not in self._zones[zone].kinds:
            return frozenset()
        footprint = kind.loaded_footprint if loaded else kind.footprint
        names = self._on(zone)
        points = shapely.points([(self._vertices[name].pose.x_m, self._vertices[name].pose.y_m) for name in names])
        near = shapely.dwithin(points, self._shape(zone), footprint.radius_m)
        return frozenset(name for name, is_near in zip(names, near, strict=True) if is_near)

    def _shape(self, zone: str) -> shapely.Geometry:
        known = self._shapes.get(zone)
        return shapely.Polygon(self._zones[zone].outline) if known is None else known

    def _on(self, zone: str) -> list[str]:
        """Return the vertices on the level of a zone."""
        level = self._zones[zone].level
        return [name for name, vertex in self._vertices.items() if vertex.pose.map_id == level]

    def _sweep(self, zone: str, kind: RobotKind, loaded: bool) -> Iterable[str]:
        outline = self._shape(zone)
        footprint = kind.loaded_footprint if loaded else kind.footprint
        level = frozenset(self._on(zone))
        usable = [lane for lane in self._lanes.values() if not lane.kinds or kind.id in lane.kinds]
        lanes = [lane for lane in usable if lane.start in level or lane.end in level]
        if not lanes:
            return
        ends = [[self._vertices[lane.start].pose, self._vertices[lane.end].pose] for lane in lanes]
        lines = shapely.linestrings(np.array([[(pose.x_m, pose.y_m) for pose in pair] for pair in ends]))
        for lane, is_near in zip(lanes, shapely.dwithin(lines, outline, footprint.radius_m), strict=True):
            if is_near:
                swept = driving(footprint, kind, self._vertices[lane.start], self._vertices[lane.end])
                if swept.intersects(outline):
                    yield lane.id
