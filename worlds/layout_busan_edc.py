"""The layout of the Busan Eco Delta City district: its ways, and what is written from the whole table.

Run `python -m worlds.layout_busan_edc` after a change here, in `places_busan_edc.py` or in `furniture_busan_edc.py`. It
writes `worlds/busan_edc.sdf` and, in `config/sites/busan_edc`, `places.yaml`, `lanes.geojson` and the occupancy map.
All of it is our own invention; no survey, plan or map of others was used. Metres, x to the east, y to the north, origin
in the south-west corner.

The western half of the care home has an upper floor (r301-r305), reached by a lift at the corridor's western end.

    y 80 +-----------------------------------------------------------+
         |  care home (r201-r210)  ||===||  senior flats (f301-f311) |  narrow passage between the two corridors
      56 |  kitchen, lobby      courtyard     lobby                  |
      48 |  ======================= promenade ====================== |
      44 |  ------------------------ street ------------------------ |
      32 |  parking deck            ||   logistics hub            || |  crossings at x 62 and x 104
       0 +-----------------------------------------------------------+
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

import yaml

from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import GROUND_LEVEL, Lane, Vertex
from robot_fleet.site.exports.geojson import write_lanes
from robot_fleet.site.worlds.occupancy import HIGH_M, LOW_M, build_map
from worlds.furniture_busan_edc import SIZE_M, UPPER_M, models
from worlds.places_busan_edc import (
    APT_DOORS_M,
    DECK_COLUMNS_M,
    HOME_DOORS_M,
    HUB_STATIONS_M,
    NORTH,
    UPPER,
    UPPER_DOORS_M,
    WALKERS,
    Spot,
    spots,
)
from worlds.sdf_text import world_text
from worlds.street_plan import Corridor, Tie, build_graph

ROOT = Path(__file__).resolve().parent.parent
NOTE = "Written by worlds/layout_busan_edc.py: change the layout, not this file."
MAX_PIECE_M = 8.0
DECK_CROSSOVERS = (0, 3, 6, 9, 12, 15)  # columns

# Routes of patrols.
ROUTES = {
    "estate_round": ("hub_yard", "courtyard", "west_gate", "bays", "east_gate", "loading"),
    "west_round": ("courtyard", "west_gate", "bays"),
    "east_round": ("hub_yard", "east_gate", "loading"),
}


def indoor(axis: Literal["x", "y"], at_m: float, start_m: float, end_m: float) -> Corridor:
    """A corridor of a building: lanes 1.4 m apart."""
    return Corridor(axis, at_m, start_m, end_m, 1.4, 0.3, WALKERS, 0.8)


def outdoor(axis: Literal["x", "y"], at_m: float, start_m: float, end_m: float, gap_m: float = 2.0) -> Corridor:
    """A way in the open, where logistics robots drive faster."""
    return Corridor(axis, at_m, start_m, end_m, gap_m, 0.4 if gap_m >= 2.0 else 0.3, WALKERS)


LIFT = "care_home_lift"
CABIN = (6.4, 65.0)
"""Where a robot stands in the lift, at either level; the door lies half-way from the vertex before it."""
LIFT_MOUTH = (9.6, 65.0)

CORRIDORS = (
    indoor("x", 65.0, 11.0, 43.0),  # care home
    indoor("y", 41.0, 60.0, 65.0),  # its lobby
    indoor("x", 65.0, 55.0, 87.0),  # senior flats
    indoor("y", 57.0, 60.0, 65.0),  # their lobby
    indoor("x", 60.0, 41.0, 57.0),  # courtyard, from lobby to lobby
    outdoor("y", 49.0, 48.0, 60.0, gap_m=1.4),  # courtyard to promenade
    outdoor("x", 48.0, 12.0, 112.0),  # promenade
    outdoor("y", 62.0, 20.0, 48.0),  # west crossing
    indoor("x", 20.0, 62.0, 104.0),  # hub
    outdoor("y", 104.0, 20.0, 48.0),  # east crossing
    Corridor("x", 21.0, DECK_COLUMNS_M[0], DECK_COLUMNS_M[-1], 5.5, 0.2, ("parking",), yaw_rad=NORTH),  # deck
)


UPPER_CORRIDORS = (indoor("x", 65.0, 11.0, 23.0),)
"""The care home's upper floor."""


def lift_ties() -> list[Tie]:
    """Return the way from a corridor's western end into the lift's cabin, the same at both levels."""
    found = [Tie((11.0, y_m), (11.0, 65.0), 0.3, WALKERS, 0.8) for y_m in (64.3, 65.7)]
    found.append(Tie((11.0, 65.0), LIFT_MOUTH, 0.3, WALKERS, 0.8))
    found.append(Tie(LIFT_MOUTH, CABIN, 0.2, WALKERS, 0.3, LIFT))
    return found


def upper_ties() -> list[Tie]:
    """Return all two-way pieces of the upper floor."""
    found = [_access(spot) for spot in spots() if spot.level == UPPER]
    found += [Tie((x_m, 64.3), (x_m, 65.7), 0.3, WALKERS, 0.8) for x_m in UPPER_DOORS_M[1:]]
    return [*found, *lift_ties()]


def _access(spot: Spot) -> Tie:
    return Tie(spot.root, (spot.pose.x_m, spot.pose.y_m), 0.2, spot.kinds, spot.speed_mps)


def ties() -> list[Tie]:
    """Return all two-way pieces of the ground: accesses of places, links across corridors, the narrow passage."""
    found = []
    for spot in spots():
        if spot.level != GROUND_LEVEL:
            continue
        end = (spot.pose.x_m, spot.pose.y_m)
        found.append(Tie(spot.root, end, 0.2, spot.kinds, spot.speed_mps))
    for y_m, crossed in ((65.0, (*HOME_DOORS_M[:-1], *APT_DOORS_M[1:])), (20.0, HUB_STATIONS_M)):
        found += [Tie((x_m, y_m - 0.7), (x_m, y_m + 0.7), 0.3, WALKERS, 0.8) for x_m in crossed]
    for x_m in (12.0, 112.0):
        found.append(Tie((x_m, 47.0), (x_m, 49.0), 0.4, WALKERS))
    for x_m in (43.0, 55.0):  # the passage's mouths, between the lanes
        found += [Tie((x_m, y_m), (x_m, 65.0), 0.3, WALKERS, 0.8) for y_m in (64.3, 65.7)]
    for a, b in ((43.0, 49.0), (49.0, 55.0)):
        found.append(Tie((a, 65.0), (b, 65.0), 0.2, WALKERS, 0.8, "link_passage"))
    for column in DECK_CROSSOVERS:
        x_m = DECK_COLUMNS_M[column]
        found.append(Tie((x_m, 18.25), (x_m, 23.75), 0.2, ("parking",)))
    return [*found, *lift_ties()]


def graph() -> tuple[list[Vertex], list[Lane]]:
    """Return the lanes of both levels, and those on which the lift carries a robot."""
    poses = {level: {s.id: s.pose for s in spots() if s.level == level} for level in (GROUND_LEVEL, UPPER)}
    vertices, lanes = build_graph(CORRIDORS, ties(), poses[GROUND_LEVEL], MAX_PIECE_M, cabins=[CABIN])
    above, upper_lanes = build_graph(
        UPPER_CORRIDORS, upper_ties(), poses[UPPER], MAX_PIECE_M, UPPER, "u", cabins=[CABIN]
    )
    below_id, above_id = (
        next(v.id for v in of_level if (v.pose.x_m, v.pose.y_m) == CABIN) for of_level in (vertices, above)
    )
    rides = [
        Lane(f"{a}>{b}", a, b, UPPER_M, 0.2, kinds=WALKERS, resource=LIFT)
        for a, b in ((below_id, above_id), (above_id, below_id))
    ]
    return [*vertices, *above], [*lanes, *upper_lanes, *rides]


def write_site(world: Path, site: Path) -> None:
    """Write the world file, and places, lanes and map of the site; both folders must exist."""
    world.write_text(world_text("busan_edc", (0.0, 0.0, *SIZE_M), models(), NOTE), encoding="utf-8")
    (site / "places.yaml").write_text(_places_text(), encoding="utf-8")
    write_lanes(site / "lanes.geojson", *graph())
    build_map(world, site / "map")
    build_map(world, site / "map_upper", low_m=UPPER_M + LOW_M, high_m=UPPER_M + HIGH_M)


def _places_text() -> str:
    """Return `places.yaml`."""
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
        "name": {"ko": spot.ko, "en": spot.en},
        "groups": list(spot.groups),
    }
    if spot.level != GROUND_LEVEL:
        entry["level"] = spot.level
    if spot.door:
        entry["door"] = spot.door
    entry["kinds"] = list(spot.kinds)
    if spot.holds:
        length_m, width_m = spot.item_m
        entry |= {"length_m": length_m, "width_m": width_m, "max_kg": spot.max_kg, "holds_items": spot.holds}
    return entry


def _rounded(pose: Pose) -> list[float]:
    return [round(pose.x_m, 3), round(pose.y_m, 3), round(pose.yaw_rad, 6)]


def main() -> None:
    """Write everything to where it is checked in, or elsewhere."""
    parser = argparse.ArgumentParser(description="Write the Busan district from its layout.")
    parser.add_argument("--world", type=Path, default=ROOT / "worlds" / "busan_edc.sdf")
    parser.add_argument("--site", type=Path, default=ROOT / "config" / "sites" / "busan_edc")
    asked = parser.parse_args()
    write_site(asked.world, asked.site)


if __name__ == "__main__":
    main()
