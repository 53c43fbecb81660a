"""Draws the map and the lanes of `sites/tiny`, a small site that many tests share; its other files are written by hand.

A corridor (right-hand traffic: eastbound at y = 3.4, westbound at y = 4.8) with chargers, a shelf and a gate along its
south side; on its north side two rooms, and an annex behind a passage that is wide enough for one robot.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import Lane, Vertex
from robot_fleet.site.exports.geojson import write_lanes
from robot_fleet.site.ground.maps import FREE, OCCUPIED, OccupancyMap, write_map

RESOLUTION_M = 0.05
ORIGIN_M = -0.5
EAST_Y_M, WEST_Y_M = 3.4, 4.8
STATIONS = {"02": 2.0, "04": 4.0, "06": 6.5, "09": 9.0, "11": 11.5, "15": 15.0, "18": 18.0}
SOUTH = {
    "charger_1": "04",
    "charger_2": "06",
    "charger_3": "09",
    "waiting_1": "11",
    "hub/shelf": "15",
    "home/gate": "18",
}
NORTH = {"home/r101": "04", "home/r102": "09"}
PASSAGE = "annex_passage"


def tiny_map() -> OccupancyMap:
    """Return the map: 20 x 10 m inside, walls all round."""
    grid = np.full((220, 420), OCCUPIED, dtype=np.int8)

    def fill(x0_m: float, y0_m: float, x1_m: float, y1_m: float, value: int) -> None:
        columns = [round((x_m - ORIGIN_M) / RESOLUTION_M) for x_m in (x0_m, x1_m)]
        rows = [round((y_m - ORIGIN_M) / RESOLUTION_M) for y_m in (y0_m, y1_m)]
        grid[rows[0] : rows[1], columns[0] : columns[1]] = value

    fill(0.0, 0.0, 20.0, 10.0, FREE)
    fill(0.0, 6.6, 20.0, 6.8, OCCUPIED)
    fill(6.4, 6.8, 6.6, 10.0, OCCUPIED)
    fill(12.3, 6.8, 12.5, 10.0, OCCUPIED)
    fill(12.5, 6.8, 20.0, 8.0, OCCUPIED)
    fill(3.4, 6.6, 4.6, 6.8, FREE)
    fill(8.4, 6.6, 9.6, 6.8, FREE)
    fill(14.4, 6.6, 15.6, 8.0, FREE)
    return OccupancyMap(grid, RESOLUTION_M, ORIGIN_M, ORIGIN_M)


def tiny_lanes() -> tuple[list[Vertex], list[Lane]]:
    """Return the vertices and directed lanes."""
    vertices: dict[str, Vertex] = {}
    lanes: list[Lane] = []

    def vertex(name: str, x_m: float, y_m: float) -> None:
        vertices[name] = Vertex(name, Pose(x_m, y_m))

    def lane(start: str, end: str, corridor_m: float = 0.4, resource: str = "") -> None:
        length_m = vertices[start].pose.distance_m(vertices[end].pose)
        lanes.append(Lane(f"{start}>{end}", start, end, length_m, corridor_m, resource=resource))

    def both(start: str, end: str, corridor_m: float = 0.4, resource: str = "") -> None:
        lane(start, end, corridor_m, resource)
        lane(end, start, corridor_m, resource)

    for name, x_m in STATIONS.items():
        vertex(f"e{name}", x_m, EAST_Y_M)
        vertex(f"w{name}", x_m, WEST_Y_M)
    for place, station in SOUTH.items():
        vertex(place, STATIONS[station], 1.2)
    for place, station in NORTH.items():
        vertex(place, STATIONS[station], 8.6)
    vertex("annex", 15.0, 9.0)
    vertex("annex/desk", 13.3, 9.0)
    vertex("annex/locker", 17.5, 9.0)
    order = list(STATIONS)
    for here, there in zip(order, order[1:], strict=False):
        lane(f"e{here}", f"e{there}")
    for here, there in zip(reversed(order), list(reversed(order))[1:], strict=False):
        lane(f"w{here}", f"w{there}")
    lane("w02", "e02")
    lane("e18", "w18")
    for station in ("04", "09", "15"):
        both(f"e{station}", f"w{station}")
    for place, station in SOUTH.items():
        both(f"e{station}", place)
    for place, station in NORTH.items():
        both(f"w{station}", place, corridor_m=0.25)
    both("w15", "annex", corridor_m=0.25, resource=PASSAGE)
    both("annex", "annex/desk", corridor_m=0.25)
    both("annex", "annex/locker", corridor_m=0.25)
    return list(vertices.values()), lanes


def draw(folder: Path) -> None:
    """Write `map.yaml`, `map.pgm` and `lanes.geojson` into a folder."""
    write_map(tiny_map(), folder / "map.yaml")
    write_lanes(folder / "lanes.geojson", *tiny_lanes())


if __name__ == "__main__":
    draw(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "sites" / "tiny")
