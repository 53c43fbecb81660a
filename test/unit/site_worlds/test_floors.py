"""The small worlds: written by their script, and nobody walks or stands in a wall."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from robot_fleet.site.worlds.occupancy import draw_world
from worlds.floors import Floor, floors, write_floors

WORLDS = Path(__file__).parents[3] / "worlds"
HALF_M = {"person": 0.225, "parcel": 0.15, "car": 0.9}


def test_the_files_that_are_kept_are_those_of_the_script(tmp_path: Path) -> None:
    for file in write_floors(tmp_path):
        assert file.read_bytes() == (WORLDS / file.name).read_bytes(), "run python -m worlds.floors"


@pytest.mark.parametrize("floor", floors(), ids=lambda floor: floor.name)
def test_what_moves_has_room(floor: Floor) -> None:
    occupancy, shapes, warnings = draw_world(WORLDS / f"{floor.name}.sdf", 0.05, strict=True)
    assert (warnings, shapes > 5) == ([], True)
    for thing in floor.placed:
        if thing.model not in HALF_M or thing.z_m:
            continue  # it stands fast, or on something
        spots = [(thing.x_m, thing.y_m)]
        way = (*thing.way_m, *thing.way_m[:1])
        for (x0, y0), (x1, y1) in zip(way, way[1:], strict=False):
            steps = math.ceil(math.hypot(x1 - x0, y1 - y0) / 0.1) or 1
            spots += [(x0 + (x1 - x0) * n / steps, y0 + (y1 - y0) * n / steps) for n in range(steps)]
        for x_m, y_m in spots:
            assert occupancy.clearance_m[occupancy.cell(x_m, y_m)] >= HALF_M[thing.model], (thing.name, x_m, y_m)
