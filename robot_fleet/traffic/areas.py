"""What a robot sweeps on each lane and vertex, as convex pieces of the map.

A travel class is `<kind>` (its footprint) or `<kind>+load` (its loaded footprint). Classes with the same rectangle and
the same way of turning share one *shape*, so that nothing is computed twice.

- A lane is the rectangle of the robot swept straight from start to end, as far off the centre line as the margin or,
  where that is wider, the lane's corridor allows: who is inside its corridor touches nobody who is inside its own. A
  robot that faces its lane may have to turn at the lane's start, so the turning circle there belongs to the lane
  wherever some way into the vertex has another direction, and always at places (it rests with the place's yaw).
- A vertex is the turning circle where a robot may turn, else the rectangle along the only direction.
- An omnidirectional robot holds one yaw, `HELD_YAW_RAD`, at every vertex but places, whose own yaw it takes; while it
  drives a lane it has the yaw of the lane's end, and it turns at the start if that differs.

The way at the end of a lane belongs to the end's vertex: a robot always holds a lane together with its end.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from robot_fleet.core.geometry import HELD_YAW_RAD, Footprint, Pose
from robot_fleet.core.site import Lane, RobotKind, Site, Vertex

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
    """Return the yaw that an omnidirectional robot has at a vertex: the place's own, else `HELD_YAW_RAD`."""
    return site.places[vertex.place].pose.yaw_rad if vertex.place else HELD_YAW_RAD


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


def _corners_of_corridor(lane: Lane, site: Site, stray_m: float) -> tuple[Pose, ...]:
    """Return where the centre of a robot may be at both ends of a lane when it is off its centre line by `stray_m`."""
    ends = site.vertices[lane.start].pose, site.vertices[lane.end].pose
    if stray_m <= 0.0:
        return ends
    direction_rad = _direction_rad(lane, site)
    x_m, y_m = -math.sin(direction_rad) * stray_m, math.cos(direction_rad) * stray_m
    return tuple(
        replace(pose, x_m=pose.x_m + side * x_m, y_m=pose.y_m + side * y_m) for pose in ends for side in (1.0, -1.0)
    )


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
        if not self.polygons:
            return np.empty(0, dtype=np.object_)
        points = np.concatenate(self.polygons)
        of_piece = np.repeat(np.arange(len(self.polygons)), [len(polygon) for polygon in self.polygons])
        return np.asarray(shapely.convex_hull(shapely.multipoints(shapely.points(points), indices=of_piece)))

    def _add(self, points: NDArray[np.float64], map_id: str) -> int:
        self.polygons.append(points)
        self.map_of.append(self._maps.setdefault(map_id, len(self._maps)))
        return len(self.polygons) - 1


def enclosed(site: Site, lanes: Iterable[Lane]) -> dict[str, str]:
    """Return vertex -> resource for the vertices inside a resource: all lanes there are part of it, and no place is."""
    around: dict[str, set[str]] = {}
    for lane in lanes:
        for vertex_id in (lane.start, lane.end):
            around.setdefault(vertex_id, set()).add(lane.resource)
    return {
        vertex_id: min(resources)
        for vertex_id, resources in around.items()
        if len(resources) == 1 and "" not in resources and not site.vertices[vertex_id].place
    }


class _Sweep:
    """Goes through the elements of one shape after another and gives them keys."""

    def __init__(self, site: Site, margin_m: float) -> None:
        self.site = site
        self.margin_m = margin_m
        self.pieces = _Pieces(margin_m)
        self.exclusive: dict[str, list[int]] = {}
        self.keys = 0

    def shape(self, shape: Shape, lanes: Sequence[Lane]) -> tuple[dict[str, int], dict[str, int]]:
        """Return the keys of the lanes that a shape may use, and of the vertices at their ends."""
        into: dict[str, list[float]] = {}
        through: dict[str, list[float]] = {}
        for lane in lanes:
            direction_rad = _direction_rad(lane, self.site)
            into.setdefault(lane.end, []).append(direction_rad)
            for vertex_id in (lane.start, lane.end):
                through.setdefault(vertex_id, []).append(direction_rad)
        lane_keys = {lane.id: self._lane(shape, lane, into.get(lane.start, [])) for lane in lanes}
        inside = enclosed(self.site, lanes)
        vertex_keys: dict[str, int] = {}
        for vertex_id in sorted(through):
            vertex_keys[vertex_id] = self._vertex(shape, self.site.vertices[vertex_id], through[vertex_id])
            if vertex_id in inside:  # who stands there keeps the resource
                self.exclusive[inside[vertex_id]].append(vertex_keys[vertex_id])
        return lane_keys, vertex_keys

    def _lane(self, shape: Shape, lane: Lane, arriving_rad: Sequence[float]) -> int:
        key = self._key()
        start, end = self.site.vertices[lane.start], self.site.vertices[lane.end]
        if shape.omnidirectional:
            yaw_rad = yaw_at(end, self.site)
            turns = _differ(yaw_rad, yaw_at(start, self.site), math.pi)
        else:
            yaw_rad = _direction_rad(lane, self.site)
            turns = bool(start.place) or any(_differ(yaw_rad, other, 2.0 * math.pi) for other in arriving_rad)
        self.pieces.sweep(key, shape, _corners_of_corridor(lane, self.site, lane.corridor_m - self.margin_m), yaw_rad)
        if turns:
            self.pieces.circle(key, shape, start)
        if lane.resource:
            self.exclusive.setdefault(lane.resource, []).append(key)
        return key

    def _vertex(self, shape: Shape, vertex: Vertex, directions_rad: Sequence[float]) -> int:
        key = self._key()
        first_rad = directions_rad[0]
        if shape.omnidirectional:
            self.pieces.sweep(key, shape, (vertex.pose,), yaw_at(vertex, self.site))
        elif vertex.place or any(_differ(first_rad, other, 2.0 * math.pi) for other in directions_rad):
            self.pieces.circle(key, shape, vertex)
        else:
            self.pieces.sweep(key, shape, (vertex.pose,), first_rad)
        return key

    def _key(self) -> int:
        self.keys += 1
        return self.keys - 1


def sweep_site(site: Site, margin_m: float) -> Areas:
    """Return what robots of each shape sweep on each lane and vertex that they may use.

    Parameters
    ----------
    site : the site.
    margin_m : by how much each side of a footprint is widened, on lanes not less than their corridor; two robots keep
        at least twice the margin between them.
    """
    classes = travel_classes(site)
    shapes = tuple(sorted(set(classes.values())))
    sweep = _Sweep(site, margin_m)
    lanes = [site.lanes[lane_id] for lane_id in sorted(site.lanes)]
    keys: list[tuple[dict[str, int], dict[str, int]]] = []
    for shape in shapes:
        kinds = sorted({kind_of(travel_class) for travel_class, other in classes.items() if other == shape})
        keys.append(sweep.shape(shape, [lane for lane in lanes if any(may_use(lane, kind) for kind in kinds)]))
    pieces = sweep.pieces
    return Areas(
        shapes=shapes,
        shape_of={travel_class: shapes.index(shape) for travel_class, shape in classes.items()},
        lanes=tuple(of_lanes for of_lanes, _ in keys),
        vertices=tuple(of_vertices for _, of_vertices in keys),
        owners=np.array(pieces.owners, dtype=np.int64).reshape(-1, 2),
        pieces=pieces.hulls(),
        map_of=np.array(pieces.map_of, dtype=np.int64),
        exclusive=tuple(tuple(sweep.exclusive[resource]) for resource in sorted(sweep.exclusive)),
    )
