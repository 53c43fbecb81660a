"""Writes a made-up site into a folder, as a city's data are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, asdict, fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import Site
from robot_fleet.site.exports.geojson import write_lanes
from robot_fleet.site.ground.maps import OccupancyMap, write_map


def write_site(site: Site, folder: Path) -> None:
    """Write everything that `load_site` reads; the map is a single free cell, since nobody looks at it."""
    (folder / "services").mkdir(parents=True, exist_ok=True)
    write_map(OccupancyMap(np.zeros((1, 1), dtype=np.int8), 1.0, 0.0, 0.0), folder / "map.yaml")
    write_lanes(folder / "lanes.geojson", site.vertices.values(), site.lanes.values())
    _write(folder / "site.yaml", id=site.id, name=asdict(site.name))
    _write(folder / "places.yaml", places=_rows(site.places.values()))
    _write(folder / "kinds.yaml", kinds=_rows(site.kinds.values()))
    _write(folder / "robots.yaml", robots=_rows(site.robots.values()))
    _write(folder / "items.yaml", items=_rows(site.items.values()))
    for service in site.services.values():
        _write(folder / "services" / f"{service.id}.yaml", **_plain(service))


def _write(path: Path, **content: Any) -> None:
    path.write_text(yaml.dump({"schema_version": 1, **content}, Dumper=yaml.CSafeDumper), encoding="utf-8")


def _rows(values: Iterable[Any]) -> list[Any]:
    return [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    """Return a value as its file has it: what is as usual is left out."""
    match value:
        case Pose():
            return [value.x_m, value.y_m, value.yaw_rad]
        case Footprint():
            return [value.length_m, value.width_m]
        case Mapping():
            return {key: _plain(inner) for key, inner in value.items()}
        case tuple():
            return _rows(value)
    if not is_dataclass(value):
        return value
    usual = {
        field.name: field.default if field.default_factory is MISSING else field.default_factory()
        for field in fields(value)
    }
    told = {name: getattr(value, name) for name in usual}
    return {name: _plain(inner) for name, inner in told.items() if inner != usual[name]}


__all__ = ["write_site"]
