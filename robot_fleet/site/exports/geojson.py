"""Writes a lane graph as the GeoJSON that nav2_route reads."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from robot_fleet.core.site import GROUND_LEVEL, Lane, Vertex


def write_lanes(path: Path, vertices: Iterable[Vertex], lanes: Iterable[Lane]) -> None:
    """Write vertices and directed lanes, numbered in the order given, one feature a line.

    Every lane's start and end must be among the vertices.
    """
    features: list[dict[str, object]] = []
    number: dict[str, int] = {}
    point: dict[str, list[float]] = {}
    for vertex in vertices:
        number[vertex.id] = len(features)
        point[vertex.id] = [round(vertex.pose.x_m, 3), round(vertex.pose.y_m, 3)]
        metadata: dict[str, object] = {"name": vertex.id}
        if vertex.pose.yaw_rad != 0.0:
            metadata["yaw_rad"] = round(vertex.pose.yaw_rad, 6)
        if vertex.pose.map_id != GROUND_LEVEL:
            metadata["level"] = vertex.pose.map_id
        features.append(
            {
                "type": "Feature",
                "properties": {"id": number[vertex.id], "frame": "map", "metadata": metadata},
                "geometry": {"type": "Point", "coordinates": point[vertex.id]},
            }
        )
    for lane in lanes:
        extra: dict[str, object] = {"corridor_m": lane.corridor_m}
        if lane.speed_mps:
            extra["speed_mps"] = lane.speed_mps
        if lane.kinds:
            extra["kinds"] = list(lane.kinds)
        if lane.resource:
            extra["resource"] = lane.resource
        if lane.no_stopping:
            extra["no_stopping"] = True
        properties = {
            "id": len(features),
            "startid": number[lane.start],
            "endid": number[lane.end],
            "cost": round(lane.length_m, 3),
            "metadata": extra,
        }
        line = [[point[lane.start], point[lane.end]]]
        geometry = {"type": "MultiLineString", "coordinates": line}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    rows = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    path.write_text('{"type": "FeatureCollection", "features": [\n' + rows + "\n]}\n", encoding="utf-8")
