"""Proposes places on a map that nobody has surveyed: free, reachable, spread out, and out of everyone's way."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import KDTree

from robot_fleet.site.ground.grid import Ground, line_clearance_m
from robot_fleet.site.ground.maps import OccupancyMap

Point = tuple[float, float]

# Two robots of the largest kind (0.75 x 0.6 m), both turning, with the margin of right of way: 2 x (0.48 m + 0.1 m).
KEEP_OFF_M = 1.2
# One of them driving by the other: 0.48 m + 0.3 m and the same margins, rounded up.
PASS_BY_M = 1.0
# How far a place may be from the lane that leads to it.
ACCESS_M = 5.0
# Places are sought within this much of a wall, so that the middle of a room or hall stays for lanes.
_BESIDE_WALL_M = 0.6
_NEAREST_M = 1.6
# A new place may cut off this share of the ground besides its own disc: a corner behind it.
_CUT_OFF = 0.03


class Proposal:
    """Ground, and places on it, chosen one after the other by farthest-point sampling along the ways a robot can go.

    Parameters
    ----------
    occupancy : the map.
    ground : its searchable ground; only the largest connected part is used.
    radius_m : clearance that every place, lane and access has.
    """

    def __init__(self, occupancy: OccupancyMap, ground: Ground, radius_m: float) -> None:
        self._map = occupancy
        self.radius_m = radius_m
        largest = np.argmax(np.bincount(ground.island)) if len(ground.island) else 0
        inside = ground.island == largest
        self.points: NDArray[np.float64] = ground.points[inside]
        self.links = ground.links[inside][:, inside]
        self._tree = KDTree(self.points) if len(self.points) else None
        self.clearances_m = occupancy.clearances_m(self.points[:, 0], self.points[:, 1])
        self.places: list[int] = []
        self.lane_ground: NDArray[np.bool_] = np.ones(len(self.points), dtype=bool)

    def choose(self, wanted: int) -> None:
        """Choose up to `wanted` places as indices into `points`; fewer where the ground has no room for more."""
        if len(self.points) == 0:
            return
        open_to = self.clearances_m <= self.radius_m + _BESIDE_WALL_M
        away = dijkstra(self.links, indices=0)
        away = dijkstra(self.links, indices=int(np.argmax(away)))
        while len(self.places) < wanted:
            best = int(np.argmax(np.where(open_to, away, -1.0)))
            if not open_to[best] or away[best] < _NEAREST_M:
                return
            lanes = self._lanes_with(best)
            if lanes is None:
                open_to[self.near(self.at(best), 0.5)] = False
                continue
            self.places.append(best)
            self.lane_ground = lanes
            reach = float(away.max())
            away = np.minimum(away, dijkstra(self.links, indices=best, limit=reach))

    def at(self, index: int) -> Point:
        """Return the coordinates of a point."""
        return (float(self.points[index, 0]), float(self.points[index, 1]))

    def near(self, point: Point, radius_m: float) -> NDArray[np.intp]:
        """Return the indices of the points within a radius, nearest first."""
        if self._tree is None:
            return np.empty(0, dtype=np.intp)
        found = np.array(sorted(self._tree.query_ball_point(point, radius_m)), dtype=np.intp)
        away = np.hypot(*(self.points[found] - point).T)
        return found[np.argsort(away, kind="stable")]

    def accesses(self, place: int, among: NDArray[np.bool_]) -> Iterator[int]:
        """Yield the points of a mask that a straight clear access leads to from a place, nearest first."""
        near = self.near(self.at(place), ACCESS_M)
        return (int(index) for index in near[among[near]] if self.clear(int(index), place))

    def clear(self, first: int, second: int) -> bool:
        """Return whether a robot can go straight between two points, clear of walls and of robots at other places."""
        others = [place for place in self.places if place not in (first, second)]
        start, end = self.points[first], self.points[second]
        if others and distances_m(start, end, self.points[others]).min() < PASS_BY_M:
            return False
        return line_clearance_m(self._map, self.at(first), self.at(second)) >= self.radius_m

    def _lanes_with(self, place: int) -> NDArray[np.bool_] | None:
        """Return the ground left for lanes if `place` is taken too, or None if that would cut the site in two."""
        left = self.lane_ground.copy()
        left[self.near(self.at(place), KEEP_OFF_M)] = False
        index = np.flatnonzero(left)
        if len(index) == 0:
            return None
        _, part = connected_components(self.links[index][:, index], directed=False)
        sizes = np.bincount(part)
        if sizes.max() < len(index) - _CUT_OFF * len(self.points):
            return None
        lanes = np.zeros_like(left)
        lanes[index[part == int(np.argmax(sizes))]] = True
        self.places.append(place)
        reachable = all(next(self.accesses(taken, lanes), None) is not None for taken in self.places)
        self.places.pop()
        return lanes if reachable else None


def distances_m(
    start: NDArray[np.float64], end: NDArray[np.float64], points: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the distances of points (n, 2) from the straight piece between two points."""
    way = end - start
    along = np.clip((points - start) @ way / max(float(way @ way), 1e-9), 0.0, 1.0)
    away: NDArray[np.float64] = np.hypot(*(points - start - along[:, None] * way).T)
    return away
