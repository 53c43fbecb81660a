"""The layout of the Khon Kaen demonstration site: its ways, and what is written from the whole table.

Run `python -m worlds.layout_khon_kaen_demo` after a change here, in `places_khon_kaen_demo.py` or in
`furniture_khon_kaen_demo.py`. It writes `worlds/khon_kaen_demo.sdf` and, in `config/sites/khon_kaen_demo`,
`places.yaml`, `lanes.geojson` and the occupancy map. All of it is our own invention; no survey, plan or map of others
was used. Metres, x to the east, y to the north, origin in the south-west corner.

    y 64 +------------------------------------------------------+
         |  care station      ||  wards (w1-w5)                  |
      52 |  ==================++============== clinic ========== |
         |  H ||  H  pond     ||  pharmacy, lab    || robot room |
         |  H ||  H  garden   ||======= market =====||           |  stalls on both sides
         |  H ||  H           ||                    ||           |
      16 |  ==================++======= bus hub ====++========== |  left luggage, porters
       0 +-----------------------------  platforms  -------------+
"""

from __future__ import annotations

import argparse
from pathlib import Path

import yaml

from robot_fleet.core.geometry import Pose
from robot_fleet.site.exports.geojson import write_lanes
from robot_fleet.site.worlds.occupancy import build_map
from worlds.furniture_khon_kaen_demo import SIZE_M, models
from worlds.places_khon_kaen_demo import ALL, Spot, spots
from worlds.sdf_text import world_text
from worlds.street_plan import Corridor, Tie, build_graph

ROOT = Path(__file__).resolve().parent.parent
NAME = "khon_kaen_demo"
NOTE = f"Written by worlds/layout_{NAME}.py: change the layout, not this file."
MAX_PIECE_M = 8.0
_GAP_M = 2.0
_INDOOR_MPS = 0.8
_MARKET_MPS = 0.6

ROUTES = {
    "village_round": ("care_station", "pond", "village_south", "hub_west"),
    "market_round": ("hub_west", "market_gate", "market_east", "hub_east"),
    "evening_round": ("care_station", "pond", "village_south", "hub_west", "market_gate", "market_east", "clinic_back"),
}

CORRIDORS = (
    Corridor("y", 10.0, 16.0, 52.0, _GAP_M, 0.4, ALL),  # village lane
    Corridor("y", 32.0, 16.0, 52.0, _GAP_M, 0.4, ALL),  # covered walkway
    Corridor("x", 52.0, 10.0, 32.0, _GAP_M, 0.4, ALL),  # past the care station
    Corridor("x", 52.0, 32.0, 78.0, _GAP_M, 0.3, ALL, _INDOOR_MPS),  # clinic
    Corridor("x", 34.0, 32.0, 66.0, _GAP_M, 0.3, ALL, _MARKET_MPS),  # market
    Corridor("y", 66.0, 16.0, 52.0, _GAP_M, 0.4, ALL),  # from the hub to the clinic's back door
    Corridor("x", 16.0, 10.0, 32.0, _GAP_M, 0.4, ALL),  # village, south
    Corridor("x", 16.0, 32.0, 80.0, _GAP_M, 0.4, ALL),  # bus hub
)


def ties() -> list[Tie]:
    """Return all two-way pieces: accesses of places, links across corridors."""
    found = []
    for spot in spots():
        end = (spot.pose.x_m, spot.pose.y_m)
        found.append(Tie(spot.root, end, 0.2, ALL, spot.speed_mps))
    for x_m in (44.0, 51.0, 58.0, 72.0):
        found.append(Tie((x_m, 51.0), (x_m, 53.0), 0.3, ALL, _INDOOR_MPS))
    for x_m in (40.0, 46.0, 52.0, 58.0):
        found.append(Tie((x_m, 33.0), (x_m, 35.0), 0.3, ALL, _MARKET_MPS))
    for x_m in (44.0, 52.0, 60.0, 72.0):
        found.append(Tie((x_m, 15.0), (x_m, 17.0), 0.3, ALL))
    for y_m in (22.0, 29.0, 36.0, 43.0):
        found.append(Tie((9.0, y_m), (11.0, y_m), 0.3, ALL))
    for x_m, y_m in ((78.0, 52.0), (80.0, 16.0)):
        found.append(Tie((x_m, y_m - 1.0), (x_m, y_m + 1.0), 0.3, ALL, _INDOOR_MPS))
    return found


def write_site(world: Path, site: Path) -> None:
    """Write the world file, and places, lanes and map of the site; both folders must exist."""
    world.write_text(world_text(NAME, (0.0, 0.0, *SIZE_M), models(), NOTE), encoding="utf-8")
    (site / "places.yaml").write_text(_places_text(), encoding="utf-8")
    poses = {spot.id: spot.pose for spot in spots()}
    vertices, lanes = build_graph(CORRIDORS, ties(), poses, MAX_PIECE_M)
    write_lanes(site / "lanes.geojson", vertices, lanes)
    build_map(world, site / "map")


def _places_text() -> str:
    content = {
        "schema_version": 1,
        "places": [_entry(spot) for spot in spots()],
        "routes": {name: [f"checkpoint/{stop}" for stop in stops] for name, stops in ROUTES.items()},
    }
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False, default_flow_style=None, width=120)
    return f"# {NOTE}\n{text}"


def _entry(spot: Spot) -> dict[str, object]:
    """Return one place as it stands in the file, without what is the default."""
    entry: dict[str, object] = {
        "id": spot.id,
        "kind": spot.kind,
        "pose": _rounded(spot.pose),
        "name": {"th": spot.th, "en": spot.en},
    }
    if spot.groups:
        entry["groups"] = list(spot.groups)
    if spot.door:
        entry["door"] = spot.door
    if spot.kinds != ALL:
        entry["kinds"] = list(spot.kinds)
    if spot.holds:
        entry |= {"length_m": 0.8, "width_m": 0.6, "max_kg": 60.0, "holds_items": spot.holds}
    return entry


def _rounded(pose: Pose) -> list[float]:
    return [round(pose.x_m, 3), round(pose.y_m, 3), round(pose.yaw_rad, 6)]


def main() -> None:
    """Write everything to where it is checked in, or elsewhere."""
    parser = argparse.ArgumentParser(description="Write the Khon Kaen site from its layout.")
    parser.add_argument("--world", type=Path, default=ROOT / "worlds" / f"{NAME}.sdf")
    parser.add_argument("--site", type=Path, default=ROOT / "config" / "sites" / NAME)
    asked = parser.parse_args()
    write_site(asked.world, asked.site)


if __name__ == "__main__":
    main()
