"""What a console must know of a site before anything moves: map, places, lanes, kinds, services, robots."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from robot_fleet.core.site import GROUND_LEVEL, ParamSpec, Service, Site
from robot_fleet.core.text import Text
from robot_fleet.server.rows.health import UNHEARD
from robot_fleet.site.calendar import SiteCalendar
from robot_fleet.site.ground.maps import FREE, OCCUPIED, OccupancyMap, read_map


@dataclass(frozen=True, slots=True)
class SiteView:
    """The fixed part of the view.

    Parameters
    ----------
    row : the `site` of a snapshot, JSON.
    robots : a first row per robot.
    map_pngs : by level its map as 8-bit grey PNG: 0 occupied, 254 free, 205 unknown; first row at the largest y.
    """

    row: dict[str, Any]
    robots: tuple[dict[str, Any], ...]
    map_pngs: Mapping[str, bytes]


def site_view(site: Site, calendar: SiteCalendar | None = None) -> SiteView:
    """Return the fixed part of the view of a site.

    Parameters
    ----------
    calendar : its days, if it has any; they tell consoles which date it is.

    Raises
    ------
    SiteError : the site's map cannot be read (`site_map_*`).
    """
    charts = {name: read_map(Path(level.map_file)) for name, level in site.floors.items()}
    row = {
        "id": site.id,
        "name": _text(site.name),
        "synthetic_people": site.synthetic_people,
        "languages": list(site.languages),
        "emergency_number": site.emergency_number,
        "map": _chart(charts[GROUND_LEVEL]),
        "levels": [
            {"id": name, "name": _text(level.name), "map": _chart(charts[name]), "lanes": _lanes(site, name)}
            for name, level in site.floors.items()
        ],
        "places": [
            {
                "id": place.id,
                "kind": place.kind,
                "name": _text(place.name),
                "x_m": place.pose.x_m,
                "y_m": place.pose.y_m,
                "yaw_rad": place.pose.yaw_rad,
                "groups": list(place.groups),
                "door": place.door,
                "level": place.pose.map_id,
            }
            for place in site.places.values()
        ],
        "lanes": _lanes(site, GROUND_LEVEL),
        "zones": [
            {
                "id": zone.id,
                "name": _text(zone.name),
                "outline": [list(corner) for corner in zone.outline],
                "kinds": list(zone.kinds),
                "level": zone.level,
            }
            for zone in site.zones.values()
        ],
        "kinds": [{"id": kind.id, "name": _text(kind.name)} for kind in site.kinds.values()],
        "services": [_service(service) for service in site.services.values()],
        "routes": list(site.routes),
        "desk": asdict(site.health.desk),
        "calendar": None
        if calendar is None
        else {"time_zone": calendar.zone.key, "began_s": calendar.began_at.timestamp()},
    }
    return SiteView(row, tuple(_robots(site)), {name: _png(chart) for name, chart in charts.items()})


def _chart(occupancy: OccupancyMap) -> dict[str, Any]:
    rows, columns = occupancy.grid.shape
    return {
        "width_px": columns,
        "height_px": rows,
        "resolution_m": occupancy.resolution_m,
        "origin": [occupancy.origin_x_m, occupancy.origin_y_m, 0.0],
    }


def _lanes(site: Site, level: str) -> list[list[float]]:
    """Return the lanes of a level as `[x0_m, y0_m, x1_m, y1_m]`; a lift's ride is none of any."""
    ends = ((site.vertices[lane.start].pose, site.vertices[lane.end].pose) for lane in site.lanes.values())
    on_level = (pair for pair in ends if all(pose.map_id == level for pose in pair))
    return [[round(value, 2) for pose in pair for value in (pose.x_m, pose.y_m)] for pair in on_level]


def _text(text: Text) -> dict[str, str]:
    return text.words()


def _service(service: Service) -> dict[str, Any]:
    existing = [stop.where.partition(":")[2] for stop in service.stops if stop.where.startswith("item:")]
    return {
        "id": service.id,
        "name": _text(service.name),
        "alarm": service.alarm,
        "priority": service.priority,
        "robot_kinds": list(service.robot_kinds),
        "params": [_param(param, param.name in existing) for param in service.params if not param.hidden],
    }


def _param(param: ParamSpec, existing: bool) -> dict[str, Any]:
    """Return a parameter; `existing` says of an item that it must be known already, since a stop is where it stands."""
    return {
        "name": param.name,
        "type": param.type,
        "required": param.required,
        "place_kinds": list(param.place_kinds),
        "minimum": param.minimum,
        "maximum": param.maximum,
        "choices": list(param.choices),
        "existing": existing,
    }


def _robots(site: Site) -> list[dict[str, Any]]:
    rows = []
    for spec in site.robots.values():
        kind, pose = site.kinds[spec.kind], site.places[spec.start].pose
        rows.append(
            {
                "id": spec.id,
                "kind": spec.kind,
                "name": _text(spec.name),
                "x_m": pose.x_m,
                "y_m": pose.y_m,
                "yaw_rad": pose.yaw_rad,
                "level": pose.map_id,
                "soc_pct": spec.start_soc_pct,
                "speed_mps": 0.0,
                "length_m": kind.footprint.length_m,
                "width_m": kind.footprint.width_m,
                "state": "idle",
                "charging": False,
                "link": "never",
                "task": "",
                "place": "",
                "load": [],
                "eta_s": None,
                "hold": False,
                "fault": "",
                **UNHEARD,
            }
        )
    return rows


def _png(occupancy: OccupancyMap) -> bytes:
    """Return the map as a PNG (ISO/IEC 15948): one IDAT, no filter, grey."""
    grey = np.full(occupancy.grid.shape, 205, dtype=np.uint8)
    grey[occupancy.grid == FREE] = 254
    grey[occupancy.grid >= OCCUPIED] = 0
    rows, columns = occupancy.grid.shape
    lines = np.zeros((rows, columns + 1), dtype=np.uint8)  # each line begins with its filter type, 0
    lines[:, 1:] = grey[::-1]

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(lines.tobytes(), 6))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body + chunk(b"IEND", b"")
