"""What stands in the Khon Kaen demonstration site: houses, walls, stalls, plants and what is painted on the ground.

Edges of what robots could touch lie on multiples of 5 cm, the cells of the occupancy map.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from worlds.places_khon_kaen_demo import (
    CARE_CHARGERS_M,
    COURIER_CHARGERS_M,
    HOUSE_ROWS_M,
    PLATFORMS_M,
    PORTER_CHARGERS_M,
    STALLS_M,
    WARD_DOORS_M,
)
from worlds.sdf_text import Block, Colour, Round, Shape

SIZE_M = (86.0, 64.0)

TEAK: Colour = (0.52, 0.36, 0.22)
PLASTER: Colour = (0.95, 0.92, 0.84)
ROOF: Colour = (0.70, 0.32, 0.22)
STEEL: Colour = (0.45, 0.50, 0.56)
GREEN: Colour = (0.20, 0.50, 0.22)
WATER: Colour = (0.45, 0.65, 0.80)
PAVING: Colour = (0.80, 0.74, 0.64)
ASPHALT: Colour = (0.25, 0.25, 0.27)
SILK: Colour = (0.72, 0.20, 0.42)
SIGNAL: Colour = (0.95, 0.75, 0.10)

_HALF_WALL_M = 0.1
Gap = tuple[float, float]


def models() -> list[tuple[str, list[Shape]]]:
    """Return (model name, shapes) of the whole site, in the order of the world file."""
    named: list[tuple[str, list[Shape]]] = [("perimeter", _perimeter())]
    for number in range(8):
        named.append((f"house_{number + 1}", _house(HOUSE_ROWS_M[number % 4], east=number >= 4)))
    named += [
        ("care_station", _care_station()),
        ("clinic", _clinic()),
        ("clinic_furniture", _clinic_furniture()),
        ("walkway_roof", _walkway()),
    ]
    for number in range(8):
        named.append((f"stall_{number + 1}", _stall(STALLS_M[number % 4], north=number < 4)))
    named += [
        ("bus_hub", _hub()),
        ("buses", [Block(x_m - 1.25, 0.5, x_m + 1.25, 10.5, 0.35, 3.2, ROOF) for x_m in PLATFORMS_M]),
        ("charger_posts", _charger_posts()),
        ("pond", [Round(23.5, 35.0, 3.2, 0.05, WATER, solid=False), *_pond_edge()]),
        ("trees", [Round(x_m, y_m, 0.2, 4.5, TEAK) for x_m, y_m in _TREES]),
        ("planters", [Round(x_m, y_m, 0.5, 0.7, GREEN) for x_m, y_m in _PLANTERS]),
        ("benches", [Block(26.9, y_m, 27.4, y_m + 1.8, 0.0, 0.45, TEAK) for y_m in (27.0, 31.5, 43.0)]),
        ("markings", _markings()),
    ]
    return named


_TREES = (
    *((float(x_m), 60.5) for x_m in (6, 12, 18, 24, 30)),
    *((22.5, float(y_m)) for y_m in (21, 27, 44)),
    *((3.0, float(y_m)) for y_m in (14, 56)),
    *((82.5, float(y_m)) for y_m in (24, 32, 40)),
    *((75.0, float(y_m)) for y_m in (26, 34, 42)),
)
_PLANTERS = ((36.0, 28.5), (36.0, 40.5), (61.5, 28.5), (61.5, 40.5), (70.5, 22.0), (62.5, 22.0), (36.0, 44.5))


def _wall(axis: Literal["x", "y"], at_m: float, start_m: float, end_m: float, gaps: Iterable[Gap] = ()) -> list[Shape]:
    """Return the boxes of a wall along an axis, its centre line at `at_m`, left open at the gaps."""
    pieces: list[Shape] = []
    begin = start_m
    for gap_start, gap_end in (*sorted(gaps), (end_m, end_m)):
        if gap_start > begin:
            low, high = at_m - _HALF_WALL_M, at_m + _HALF_WALL_M
            box = (begin, low, gap_start, high) if axis == "x" else (low, begin, high, gap_start)
            pieces.append(Block(*box, 0.0, 2.8, PLASTER))
        begin = max(begin, gap_end)
    return pieces


def _doors(centres_m: Iterable[float]) -> list[Gap]:
    """Return openings 1.2 m wide."""
    return [(round(centre - 0.6, 3), round(centre + 0.6, 3)) for centre in centres_m]


def _house(y_m: float, east: bool) -> list[Shape]:
    """Return a house beside its lane: walls, a roof that juts out above the robots, and a rail along the porch."""
    x0_m, x1_m = (14.5, 20.0) if east else (1.0, 5.5)
    low_m, high_m = y_m - 2.2, y_m + 2.2
    porch_m = x0_m if east else x1_m
    rail = (porch_m - 0.1, porch_m) if east else (porch_m, porch_m + 0.1)
    return [
        Block(x0_m, low_m, x1_m, high_m, 0.0, 2.6, TEAK),
        Block(x0_m - 0.6, low_m - 0.3, x1_m + 0.6, high_m + 0.3, 2.6, 3.4, ROOF),
        Block(rail[0], low_m, rail[1], y_m - 0.8, 0.0, 0.9, TEAK),
        Block(rail[0], y_m + 0.8, rail[1], high_m, 0.0, 0.9, TEAK),
    ]


def _care_station() -> list[Shape]:
    """Return an open pavilion: a back wall, two end walls and a roof on posts."""
    walls = _wall("x", 57.0, 12.0, 27.0) + _wall("y", 12.0, 54.6, 56.9) + _wall("y", 27.0, 54.6, 56.9)
    return [*walls, Block(11.8, 54.4, 27.2, 57.2, 2.8, 3.2, ROOF)]


def _clinic() -> list[Shape]:
    walls = _wall("x", 61.0, 38.0, 80.0) + _wall("x", 46.0, 38.0, 80.0, [(63.6, 68.4)])
    walls += _wall("y", 38.0, 46.1, 60.9, [(49.9, 54.1)]) + _wall("y", 80.0, 46.1, 60.9)
    walls += _wall("x", 54.1, 38.0, 80.0, _doors(WARD_DOORS_M))
    walls += _wall("x", 49.9, 38.0, 80.0, [(40.5, 49.5), (52.5, 69.0), (70.5, 76.5)])
    for x_m in (47.5, 54.5, 61.5, 68.5):
        walls += _wall("y", x_m, 54.2, 60.9)
    for x_m in (51.0, 63.5, 68.5):
        walls += _wall("y", x_m, 46.1, 49.8)
    return walls


def _clinic_furniture() -> list[Shape]:
    beds: list[Shape] = [Block(x_m - 1.6, 58.4, x_m - 0.4, 60.4, 0.0, 0.6, PLASTER) for x_m in WARD_DOORS_M]
    lockers: list[Shape] = [Block(x_m + 0.7, 59.9, x_m + 1.2, 60.4, 0.0, 0.8, TEAK) for x_m in WARD_DOORS_M]
    counter = Block(40.5, 46.8, 49.5, 47.4, 0.0, 1.1, TEAK)
    return [*beds, *lockers, counter, Block(70.0, 46.8, 73.5, 47.4, 0.0, 1.1, TEAK)]


def _walkway() -> list[Shape]:
    """Return the covered walkway's roof and its posts beside the lanes."""
    posts: list[Shape] = [
        Block(x_m, y_m, x_m + 0.1, y_m + 0.1, 0.0, 2.6, STEEL)
        for x_m in (29.6, 34.3)
        for y_m in (20.0, 26.0, 32.0, 38.2, 44.0)
    ]
    return [*posts, Block(29.4, 19.0, 34.6, 46.0, 2.6, 2.8, ROOF)]


def _stall(x_m: float, north: bool) -> list[Shape]:
    """Return a stall: a counter, two posts and an awning."""
    y0_m = 38.4 if north else 28.8
    return [
        Block(x_m - 2.0, y0_m, x_m + 2.0, y0_m + 0.8, 0.0, 0.9, TEAK),
        Block(x_m - 2.4, y0_m - 0.4, x_m + 2.4, y0_m + 1.6, 2.3, 2.4, SILK),
    ]


def _hub() -> list[Shape]:
    """Return the hub: a hall's back wall with niches to the north, a canopy, and lines of posts between platforms."""
    back: list[Shape] = list(_wall("x", 21.0, 42.0, 63.5)) + list(_wall("x", 21.0, 68.4, 80.0))
    lockers: list[Shape] = [Block(x_m - 1.2, 20.1, x_m + 1.2, 20.8, 0.0, 1.8, SIGNAL) for x_m in (52.0, 55.2)]
    desk = Block(46.5, 20.1, 49.5, 20.7, 0.0, 1.1, TEAK)
    posts: list[Shape] = [Block(x_m, 11.0, x_m + 0.2, 11.2, 0.0, 3.4, STEEL) for x_m in (48.0, 56.0, 66.0, 75.0, 81.0)]
    return [*back, *lockers, desk, *posts, Block(42.0, 10.8, 81.4, 21.2, 3.4, 3.6, ROOF)]


def _charger_posts() -> list[Shape]:
    posts: list[Shape] = [Block(x_m - 0.25, 56.2, x_m + 0.25, 56.5, 0.0, 1.0, GREEN) for x_m in CARE_CHARGERS_M]
    posts += [Block(x_m - 0.25, 47.2, x_m + 0.25, 47.5, 0.0, 1.0, GREEN) for x_m in COURIER_CHARGERS_M]
    return posts + [Block(x_m - 0.25, 20.3, x_m + 0.25, 20.6, 0.0, 1.0, GREEN) for x_m in PORTER_CHARGERS_M]


def _pond_edge() -> list[Shape]:
    """A low wall around the water, as a ring of stones."""
    stones = ((23.5, 38.4), (26.0, 37.4), (26.9, 35.0), (26.0, 32.6), (23.5, 31.6), (21.2, 32.8), (21.2, 37.2))
    return [Round(x_m, y_m, 0.4, 0.5, STEEL) for x_m, y_m in stones]


def _perimeter() -> list[Shape]:
    """A hedge around the site, open to the south where the buses come in."""
    width_m, height_m = SIZE_M
    return [
        Block(0.0, height_m - 0.2, width_m, height_m, 0.0, 1.4, GREEN),
        Block(0.0, 0.0, 40.0, 0.2, 0.0, 1.4, GREEN),
        Block(0.0, 0.2, 0.2, height_m - 0.2, 0.0, 1.4, GREEN),
        Block(width_m - 0.2, 0.2, width_m, height_m - 0.2, 0.0, 1.4, GREEN),
    ]


def _markings() -> list[Shape]:
    def flat(x0_m: float, y0_m: float, x1_m: float, y1_m: float, colour: Colour) -> Block:
        return Block(x0_m, y0_m, x1_m, y1_m, 0.0, 0.02, colour, solid=False)

    return [
        flat(40.0, 0.2, 85.0, 11.0, ASPHALT),
        flat(8.0, 14.0, 82.0, 18.0, PAVING),
        flat(8.0, 18.0, 12.0, 50.0, PAVING),
        flat(8.0, 50.0, 38.0, 54.0, PAVING),
        flat(30.0, 18.0, 34.0, 50.0, PAVING),
        flat(34.0, 32.0, 64.0, 36.0, PAVING),
        flat(64.0, 18.0, 68.0, 46.0, PAVING),
    ]
