"""A hall with a charger for each of many robots, as a site's folder: what a real gateway is started with."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import Lane, Vertex
from robot_fleet.site.exports.geojson import write_lanes
from robot_fleet.site.ground.maps import FREE, OccupancyMap, write_map

KIND, SERVICE = "logistics", "patrol.yaml"
A_ROW = 20
APART_M, ROWS_APART_M, SPUR_M = 3.0, 9.0, 3.0
RESOLUTION_M = 0.2
_TEMPLATE = Path(__file__).resolve().parents[1] / "config" / "sites" / "busan_edc"


def write_hall(folder: Path, robots: int) -> list[str]:
    """Write the site; return its robots' ids.

    Streets run east, one above the other, joined at their west end; chargers stand on both sides of them.
    """
    vertices: list[Vertex] = []
    lanes: list[Lane] = []

    def both(start: Vertex, end: Vertex) -> None:
        length_m = start.pose.distance_m(end.pose)
        lanes.append(Lane(f"{start.id}>{end.id}", start.id, end.id, length_m, 0.3))
        lanes.append(Lane(f"{end.id}>{start.id}", end.id, start.id, length_m, 0.3))

    def vertex(name: str, x_m: float, y_m: float) -> Vertex:
        vertices.append(Vertex(name, Pose(x_m, y_m)))
        return vertices[-1]

    places: list[dict[str, Any]] = []
    names = [f"robot_{number:03d}" for number in range(1, robots + 1)]
    west: Vertex | None = None
    for row in range(-(-robots // (2 * A_ROW))):
        y_m = ROWS_APART_M * (row + 0.5)
        before = vertex(f"row{row}", 0.0, y_m)
        if west is not None:
            both(west, before)
        west = before
        for column in range(A_ROW):
            here = vertex(f"row{row}.{column}", APART_M * (column + 1), y_m)
            both(before, here)
            before = here
            for side in (1.0, -1.0):
                if len(places) < robots:
                    charger = vertex(f"home/{names[len(places)]}", here.pose.x_m, y_m + side * SPUR_M)
                    both(here, charger)
                    pose = [charger.pose.x_m, charger.pose.y_m, side * 1.570796]
                    places.append({"id": charger.id, "kind": "charger", "pose": pose, "name": _named(charger.id)})
    rows = [
        {"id": name, "kind": KIND, "name": _named(name), "start": f"home/{name}", "start_soc_pct": 80.0}
        for name in names
    ]
    kinds = yaml.safe_load((_TEMPLATE / "kinds.yaml").read_text(encoding="utf-8"))["kinds"]
    (folder / "services").mkdir(parents=True)
    shutil.copy(_TEMPLATE / "services" / SERVICE, folder / "services" / SERVICE)
    _write(folder / "site.yaml", id="hall", name=_named("hall"))
    _write(folder / "kinds.yaml", kinds=[kind for kind in kinds if kind["id"] == KIND])
    _write(folder / "places.yaml", places=places, routes={"round": [places[0]["id"], places[-1]["id"]]})
    _write(folder / "robots.yaml", robots=rows)
    _write(folder / "items.yaml", items=[])
    write_lanes(folder / "lanes.geojson", vertices, lanes)
    height_m, width_m = ROWS_APART_M * (row + 1), APART_M * (A_ROW + 2)
    cells = round((height_m + 4.0) / RESOLUTION_M), round((width_m + 4.0) / RESOLUTION_M)
    write_map(OccupancyMap(np.full(cells, FREE, dtype=np.int8), RESOLUTION_M, -2.0, -2.0), folder / "map.yaml")
    return names


def _named(word: str) -> dict[str, str]:
    return {"ko": word, "en": word}


def _write(path: Path, **content: object) -> None:
    path.write_text(yaml.safe_dump({"schema_version": 1, **content}, allow_unicode=True), encoding="utf-8")
