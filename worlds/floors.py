"""Small worlds to test in: the floors of the Busan district by themselves, and a bench for one robot.

Run `python -m worlds.floors` after a change here or in `furniture_busan_edc.py`. The floors lie where they lie in the
district, so that its places and lanes hold in them, too. Metres, x to the east, y to the north.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from worlds.furniture_busan_edc import CONCRETE, PLASTER, WOOD, models
from worlds.places_busan_edc import DECK_COLUMNS_M
from worlds.sdf_text import Block, Placed, Shape, world_text

HERE = Path(__file__).resolve().parent
NOTE = "Written by worlds/floors.py: change it, not this file."
_NORTH = math.pi / 2


@dataclass(frozen=True, slots=True)
class Floor:
    """A world: its ground (least and greatest x and y), what stands fast, and what can be moved or walks."""

    name: str
    ground_m: tuple[float, float, float, float]
    models: Sequence[tuple[str, Sequence[Shape]]]
    placed: Sequence[Placed]


def floors() -> list[Floor]:
    """Return all worlds of this file."""
    return [_care_home(), _parking_deck(), _logistics_hub(), _bench()]


def _of_district(*names: str) -> list[tuple[str, Sequence[Shape]]]:
    known = dict(models())
    return [(name, known[name]) for name in names]


def _care_home() -> Floor:
    return Floor(
        "care_home",
        (6.0, 54.0, 46.0, 76.0),
        _of_district("care_home", "care_home_furniture"),
        [
            Placed("charger", "charger_1", 43.85, 63.2, math.pi),
            Placed("person", "resident", 15.0, 65.3, way_m=((15.0, 65.3), (33.0, 65.3))),
            Placed(
                "person",
                "carer",
                30.0,
                64.7,
                way_m=((30.0, 64.7), (41.0, 64.7), (41.0, 60.0), (41.0, 64.7), (12.0, 64.7)),
            ),
            Placed("parcel", "parcel_1", 40.2, 57.4),
        ],
    )


def _parking_deck() -> Floor:
    taken = [column for column in range(len(DECK_COLUMNS_M)) if column not in (6, 7, 8, 9) and column % 3]
    cars = [
        Placed("car", f"car_{number}", DECK_COLUMNS_M[column], 12.75, _NORTH)
        for number, column in enumerate(taken, start=1)
    ]
    return Floor(
        "parking_deck",
        (5.0, 7.0, 53.0, 36.0),
        _of_district("parking_deck"),
        [*cars, Placed("person", "driver", 25.0, 24.5, way_m=((25.0, 24.5), (33.0, 24.5)))],
    )


def _logistics_hub() -> Floor:
    racks = [f"rack_{number}" for number in range(1, 7)]
    return Floor(
        "logistics_hub",
        (66.0, 6.0, 110.0, 32.0),
        _of_district("logistics_hub", *racks, "store_racks", "sorting_line"),
        [
            Placed("parcel", "parcel_1", 75.0, 11.6, z_m=0.9),
            Placed("parcel", "parcel_2", 80.0, 11.6, z_m=0.9),
            Placed("shelf", "returns", 104.0, 27.0),
            Placed("person", "picker", 75.0, 21.5, way_m=((75.0, 21.5), (98.0, 21.5))),
        ],
    )


def _bench() -> Floor:
    """Return a hall of 12 x 8 m: a room behind a door of 1 m, a table, a shelf, a charger, and somebody who walks."""
    walls = [
        Block(0.0, 0.0, 12.0, 0.2, 0.0, 2.6, PLASTER),
        Block(0.0, 7.8, 12.0, 8.0, 0.0, 2.6, PLASTER),
        Block(0.0, 0.2, 0.2, 7.8, 0.0, 2.6, PLASTER),
        Block(11.8, 0.2, 12.0, 7.8, 0.0, 2.6, PLASTER),
        Block(8.0, 0.2, 8.2, 3.0, 0.0, 2.6, PLASTER),
        Block(8.0, 4.0, 8.2, 7.8, 0.0, 2.6, PLASTER),
    ]
    table = [
        Block(9.6, 5.6, 10.8, 6.4, 0.7, 0.74, WOOD),
        *(Block(x_m, y_m, x_m + 0.06, y_m + 0.06, 0.0, 0.7, WOOD) for x_m in (9.6, 10.74) for y_m in (5.6, 6.34)),
    ]
    return Floor(
        "bench",
        (-1.0, -1.0, 13.0, 9.0),
        [("walls", walls), ("table", table), ("pillar", [Block(4.0, 5.0, 4.4, 5.4, 0.0, 2.6, CONCRETE)])],
        [
            Placed("charger", "charger_1", 0.4, 4.0),
            Placed("shelf", "shelf_1", 2.0, 7.3),
            Placed("parcel", "parcel_1", 10.2, 6.0, z_m=0.74),
            Placed("person", "passer_by", 6.0, 1.5, way_m=((6.0, 1.5), (6.0, 6.5))),
        ],
    )


def write_floors(folder: Path) -> list[Path]:
    """Write all worlds of this file into a folder, and return their files."""
    files = []
    for floor in floors():
        file = folder / f"{floor.name}.sdf"
        file.write_text(world_text(floor.name, floor.ground_m, floor.models, NOTE, floor.placed), encoding="utf-8")
        files.append(file)
    return files


def main() -> None:
    """Write everything to where it is checked in, or elsewhere."""
    parser = argparse.ArgumentParser(description="Write the small worlds.")
    parser.add_argument("--out", type=Path, default=HERE)
    for file in write_floors(parser.parse_args().out):
        print(file)


if __name__ == "__main__":
    main()
