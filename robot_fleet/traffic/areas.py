"""What a robot sweeps on each lane and vertex, as convex pieces of the map.

A travel class is `<kind>` (its footprint) or `<kind>+load` (its loaded footprint). Classes with the same rectangle and
the same way of turning share one *shape*, so that nothing is computed twice.

- A lane is the rectangle of the robot swept straight from start to end. A robot that faces its lane may have to turn at
  the lane's start, so the turning circle there belongs to the lane wherever some way into the vertex has another
  direction, and always at places (a robot rests with the yaw of the place).
- A vertex is the turning circle where a robot may turn, else the rectangle along the only direction.
- An omnidirectional robot holds one yaw, `FIXED_YAW_RAD`, at every vertex but places, whose own yaw it takes; while it
  drives a lane it has the yaw of the lane's end, and it turns at the start if that differs.

The way at the end of a lane belongs to the end's vertex: a robot always holds a lane together with its end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import Lane, RobotKind, Site, Vertex

FIXED_YAW_RAD = math.pi / 2.0
"""The yaw that omnidirectional robots hold outside places."""

SAME_DIRECTION_RAD = 0.02
"""Directions closer than this are one: the tip of a 5 m vehicle strays 5 cm, half of the default margin."""

_TOUCH_M = 1e-4  # taken off the margin, so that areas that exactly touch do not conflict
_CIRCLE_CORNERS = 16


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """A rectangle and whether it turns to face its lanes (`omnidirectional` false) or holds its yaw."""

    length_m: float
    width_m: float
    omnidirectional: bool

    @property
    def radius_m(self) -> float:
        """Radius of the turning circle."""
        return Footprint(self.length_m, self.width_m).radius_m


@dataclass(frozen=True, slots=True)
class Areas:
    """The pieces of all elements.

    Parameters
    ----------
    shapes : the distinct shapes.
    shape_of : travel class -> index into `shapes`.
    lanes, vertices : for each shape, element id -> key; keys count from 0 without a gap.
    owners : (n, 2) int array, rows (key, piece): which pieces make up which key.
    pieces : polygons in the map frame.
    map_of : for each piece, the number of its map.
    exclusive : sets of keys that conflict with one another wherever they are (lanes of one resource).
    """

    shapes: tuple[Shape, ...]
    shape_of: Mapping[str, int]
    lanes: tuple[Mapping[str, int], ...]
    vertices: tuple[Mapping[str, int], ...]
    owners: NDArray[np.int64]
    pieces: NDArray[np.object_]
    map_of: NDArray[np.int64]
    exclusive: tuple[tuple[int, ...], ...]

    @property
    def keys(self) -> int:
        """Number of (element, shape) pairs."""
        return sum(map(len, self.lanes)) + sum(map(len, self.vertices))


def travel_classes(site: Site) -> dict[str, Shape]:
    """Return each travel class of a site with its shape, in the order of the kinds' ids."""
    classes = {}
    for kind in (site.kinds[kind_id] for kind_id in sorted(site.kinds)):
        classes[kind.id] = _shape(kind, kind.footprint)
        classes[f"{kind.id}+load"] = _shape(kind, kind.loaded_footprint)
    return classes


def kind_of(travel_class: str) -> str:
    """Return the robot kind of a travel class."""
    return travel_class.removesuffix("+load")


def may_use(lane: Lane, kind: str) -> bool:
    """Return whether robots of a kind may drive a lane."""
    return not lane.kinds or kind in lane.kinds


def yaw_at(vertex: Vertex, site: Site) -> float:
    """Return the yaw that an omnidirectional robot has at a vertex: the place's own, else `FIXED_YAW_RAD`."""
    return site.places[vertex.place].pose.yaw_rad if vertex.place else FIXED_YAW_RAD


def _shape(kind: RobotKind, footprint: Footprint) -> Shape:
    return Shape(footprint.length_m, footprint.width_m, kind.omnidirectional)


def _differ(a_rad: float, b_rad: float, period_rad: float) -> bool:
    gap = (a_rad - b_rad) % period_rad
    return min(gap, period_rad - gap) > SAME_DIRECTION_RAD


def _direction_rad(lane: Lane, site: Site) -> float:
    start, end = site.vertices[lane.start].pose, site.vertices[lane.end].pose
    if start.map_id != end.map_id or start.distance_m(end) == 0.0:
        return end.yaw_rad  # a lift: the cabin is left in the direction of the vertex
    return math.atan2(end.y_m - start.y_m, end.x_m - start.x_m)


class _Pieces:
    """Collects pieces and who owns them; a circle is shared by the vertex and all lanes that start there."""

    def __init__(self, margin_m: float) -> None:
        self.margin_m = margin_m - _TOUCH_M
        self.owners: list[tuple[int, int]] = []
        self.polygons: list[NDArray[np.float64]] = []
        self.map_of: list[int] = []
        self._maps: dict[str, int] = {}
        self._circles: dict[tuple[Shape, str], int] = {}

    def sweep(self, key: int, shape: Shape, poses: Iterable[Pose], yaw_rad: float) -> None:
        """Add the hull of the rectangle at each of the poses, all with one yaw; maps apart."""
        half_l, half_w = shape.length_m / 2.0 + self.margin_m, shape.width_m / 2.0 + self.margin_m
        cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
        corners = [
            (along * cos - across * sin, along * sin + across * cos)
            for along, across in ((half_l, half_w), (-half_l, half_w), (-half_l, -half_w), (half_l, -half_w))
        ]
        by_map: dict[str, list[tuple[float, float]]] = {}
        for pose in poses:
            by_map.setdefault(pose.map_id, []).extend((pose.x_m + x, pose.y_m + y) for x, y in corners)
        for map_id, points in by_map.items():
            self.owners.append((key, self._add(np.array(points), map_id)))

    def circle(self, key: int, shape: Shape, vertex: Vertex) -> None:
        """Add the turning circle at a vertex, as a polygon around it."""
        piece = self._circles.get((shape, vertex.id))
        if piece is None:
            around = np.arange(_CIRCLE_CORNERS) * (2.0 * math.pi / _CIRCLE_CORNERS)
            radius_m = (shape.radius_m + self.margin_m) / math.cos(math.pi / _CIRCLE_CORNERS)
            points = np.stack((np.cos(around), np.sin(around)), axis=1) * radius_m + (vertex.pose.x_m, vertex.pose.y_m)
            piece = self._circles[shape, vertex.id] = self._add(points, vertex.pose.map_id)
        self.owners.append((key, piece))

    def hulls(self) -> NDArray[np.object_]:
        """Return the convex hull of each piece."""
        points = np.concatenate(self.polygons)
        of_piece = np.repeat(np.arange(len(self.polygons)), [len(polygon) for polygon in self.polygons])
        return np.asarray(shapely.convex_hull(shapely.multipoints(shapely.points(points), indices=of_piece)))

    def _add(self, points: NDArray[np.float64], map_id: str) -> int:
        self.polygons.append(points)
        self.map_of.append(self._maps.setdefault(map_id, len(self._maps)))
        return len(self.polygons) - 1


def sweep_site(site: Site, margin_m: float) -> Areas:
    """Return what robots of each shape sweep on each lane and vertex that they may use.

    Parameters
    ----------
    site : the site.
    margin_m : by how much each side of a footprint is widened; two robots keep twice that between them.
    """
    classes = travel_classes(site)
    shapes = tuple(sorted(set(classes.values())))
    kinds_of: list[list[str]] = [sorted({kind_of(c) for c, s in classes.items() if s == shape}) for shape in shapes]
    pieces = _Pieces(margin_m)
    key = 0
    lane_keys: list[dict[str, int]] = []
    vertex_keys: list[dict[str, int]] = []
    exclusive: dict[str, list[int]] = {}
    for shape, kinds in zip(shapes, kinds_of, strict=True):
        lanes = [site.lanes[i] for i in sorted(site.lanes) if any(may_use(site.lanes[i], kind) for kind in kinds)]
        arriving: dict[str, list[float]] = {}
        resources: dict[str, set[str]] = {}
        for lane in lanes:
            arriving.setdefault(lane.end, []).append(_direction_rad(lane, site))
            for vertex_id in (lane.start, lane.end):
                resources.setdefault(vertex_id, set()).add(lane.resource)
        keys: dict[str, int] = {}
        turns: dict[str, list[float]] = {}
        for lane in lanes:
            start, end = site.vertices[lane.start], site.vertices[lane.end]
            yaw_rad = yaw_at(end, site) if shape.omnidirectional else _direction_rad(lane, site)
            pieces.sweep(key, shape, (start.pose, end.pose), yaw_rad)
            if shape.omnidirectional:
                turned = _differ(yaw_rad, yaw_at(start, site), math.pi)
            else:
                others = arriving.get(start.id, [])
                turned = bool(start.place) or any(_differ(yaw_rad, other, 2.0 * math.pi) for other in others)
                turns.setdefault(start.id, []).append(yaw_rad)
            if turned:
                pieces.circle(key, shape, start)
            if lane.resource:
                exclusive.setdefault(lane.resource, []).append(key)
            keys[lane.id] = key
            key += 1
        lane_keys.append(keys)
        keys = {}
        for vertex_id in sorted(resources):
            vertex = site.vertices[vertex_id]
            directions = arriving.get(vertex_id, []) + turns.get(vertex_id, [])
            if shape.omnidirectional:
                pieces.sweep(key, shape, (vertex.pose,), yaw_at(vertex, site))
            elif vertex.place or any(_differ(directions[0], other, 2.0 * math.pi) for other in directions):
                pieces.circle(key, shape, vertex)
            else:
                pieces.sweep(key, shape, (vertex.pose,), directions[0])
            around = sorted(resources[vertex_id])
            if len(around) == 1 and around[0] and not vertex.place:
                exclusive[around[0]].append(key)  # inside the resource: who stands there keeps it
            keys[vertex_id] = key
            key += 1
        vertex_keys.append(keys)
    return Areas(
        shapes=shapes,
        shape_of={travel_class: shapes.index(shape) for travel_class, shape in classes.items()},
        lanes=tuple(lane_keys),
        vertices=tuple(vertex_keys),
        owners=np.array(pieces.owners, dtype=np.int64).reshape(-1, 2),
        pieces=pieces.hulls() if pieces.polygons else np.empty(0, dtype=np.object_),
        map_of=np.array(pieces.map_of, dtype=np.int64),
        exclusive=tuple(tuple(exclusive[resource]) for resource in sorted(exclusive)),
    )
