"""What stands in the Busan Eco Delta City district: walls, furniture, plants and what is only painted on the ground.

Edges of what robots could touch lie on multiples of 5 cm, the cells of the occupancy map.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from worlds.sdf_text import Block, Colour, Round, Shape

SIZE_M = (120.0, 80.0)

CONCRETE: Colour = (0.72, 0.72, 0.70)
PLASTER: Colour = (0.93, 0.90, 0.82)
WOOD: Colour = (0.62, 0.46, 0.30)
STEEL: Colour = (0.45, 0.50, 0.56)
GREEN: Colour = (0.20, 0.50, 0.22)
FABRIC: Colour = (0.55, 0.65, 0.80)
ASPHALT: Colour = (0.25, 0.25, 0.27)
PAINT: Colour = (0.95, 0.95, 0.95)
SIGNAL: Colour = (0.95, 0.75, 0.10)

_INNER_M = 2.6  # height of inner walls
_HALF_WALL_M = 0.1

UPPER_M = 3.2
"""Height of the upper floor of the care home above the ground."""

Gap = tuple[float, float]

LIFT_DOOR: Gap = (64.35, 65.65)


def models() -> list[tuple[str, list[Shape]]]:
    """Return (model name, shapes) of the whole district, in the order of the world file."""
    named: list[tuple[str, list[Shape]]] = [
        ("perimeter", _perimeter()),
        ("care_home", _home()),
        ("senior_apt", _apartments()),
        ("link_passage", _passage()),
        ("parking_deck", _deck()),
        ("logistics_hub", _hub()),
        ("care_home_furniture", _home_furniture()),
        ("senior_apt_furniture", _apartments_furniture()),
    ]
    for number, x_m in enumerate((72.0, 77.0, 82.0, 87.0, 92.0, 97.0), start=1):
        named.append((f"rack_{number}", [Block(x_m - 2.0, 24.0, x_m + 2.0, 25.0, 0.0, 2.4, STEEL)]))
    named += [
        ("store_racks", [Block(70.0, y_m, 100.0, y_m + 0.8, 0.0, 2.4, STEEL) for y_m in (26.6, 28.4)]),
        ("sorting_line", [Block(72.0, 11.0, 98.0, 12.2, 0.0, 0.9, STEEL)]),
        ("charger_posts", _charger_posts()),
        ("delivery_truck", [Block(109.0, 18.0, 116.0, 20.4, 0.0, 3.0, PLASTER)]),
        ("lockers", [Block(44.5, 54.0, 45.0, 56.0, 0.0, 1.8, SIGNAL), Block(53.0, 54.5, 53.5, 56.5, 0.0, 1.8, SIGNAL)]),
        ("planters", [Round(x_m, y_m, 0.6, 0.8, GREEN) for x_m, y_m in _PLANTERS]),
        ("trees", [Round(x_m, y_m, 0.2, 4.0, WOOD) for x_m, y_m in _TREES]),
        ("bollards", [Round(x_m, y_m, 0.1, 0.9, SIGNAL) for x_m in (59.5, 64.5, 101.5, 106.5) for y_m in (35.5, 44.5)]),
        ("benches", [Block(x_m, 52.5, x_m + 1.8, 53.0, 0.0, 0.45, WOOD) for x_m in (22.0, 32.0, 72.0, 84.0, 96.0)]),
        ("markings", _markings()),
        ("care_home_upper", _home_upper()),
        ("care_home_lift", _lift_shaft()),
    ]
    return named


_PLANTERS = (
    *((46.0, 57.5), (52.0, 57.5), (46.0, 62.4), (52.0, 62.4), (47.0, 68.0), (51.0, 68.0), (49.0, 71.0), (49.0, 74.0)),
    *((x_m, 34.0) for x_m in (10.0, 14.0, 18.0, 39.0, 43.0, 47.0)),
    *((x_m, 33.0) for x_m in (72.0, 78.0, 84.0, 90.0, 96.0)),
)
_TREES = (
    *((float(x_m), 54.0) for x_m in (18, 27, 37, 62, 70, 78, 86, 94, 102)),
    *((float(x_m), 77.5) for x_m in (10, 22, 34, 46, 58, 70, 82, 94, 106)),
    *((54.0, float(y_m)) for y_m in (12, 20, 28)),
    *((112.0, float(y_m)) for y_m in (10, 28, 58, 66)),
    *((100.0, float(y_m)) for y_m in (60, 70)),
)


def _wall(
    axis: Literal["x", "y"], at_m: float, start_m: float, end_m: float, gaps: Iterable[Gap] = (), floor_m: float = 0.0
) -> list[Shape]:
    """Return the boxes of a wall along an axis, its centre line at `at_m`, left open at the gaps."""
    pieces: list[Shape] = []
    begin = start_m
    for gap_start, gap_end in (*sorted(gaps), (end_m, end_m)):
        if gap_start > begin:
            low, high = at_m - _HALF_WALL_M, at_m + _HALF_WALL_M
            box = (begin, low, gap_start, high) if axis == "x" else (low, begin, high, gap_start)
            pieces.append(Block(*box, floor_m, floor_m + _INNER_M, PLASTER))
        begin = max(begin, gap_end)
    return pieces


def _doors(centres_m: Iterable[float]) -> list[Gap]:
    """Return openings 1.1 m wide."""
    return [(round(centre - 0.55, 3), round(centre + 0.55, 3)) for centre in centres_m]


def _double_loaded(x0_m: float, x1_m: float, north: Iterable[float], south: Iterable[float], mouth: Gap) -> list[Shape]:
    """Return a building of six 6 m modules on both sides of a corridor at y 65; its lobby opens to it at `mouth`."""
    modules = [x0_m + 6.0 * number for number in range(1, 6)]
    walls = _wall("x", 74.0, x0_m - 0.1, x1_m + 0.1) + _wall("x", 56.0, x0_m - 0.1, x1_m + 0.1)
    walls += _wall("x", 66.6, x0_m, x1_m, _doors(north)) + _wall("x", 63.4, x0_m, x1_m, [*_doors(south), mouth])
    for x_m in modules:
        walls += _wall("y", x_m, 66.7, 73.9) + _wall("y", x_m, 56.1, 63.3)
    return walls


def _home() -> list[Shape]:
    north = (11.0, 17.0, 23.0, 29.0, 35.0, 40.3)
    south = (11.0, 17.0, 21.2, 23.0, 24.8, 29.0, 35.0)
    walls = _double_loaded(8.0, 44.0, north, south, (39.3, 42.7))
    return (
        walls + _wall("y", 8.0, 56.1, 73.9, [LIFT_DOOR]) + _wall("y", 44.0, 56.1, 73.9, [(58.3, 61.7), (64.35, 65.65)])
    )


def _home_upper() -> list[Shape]:
    """Return the upper floor, above the western half of the home: six modules on both sides of a corridor."""
    z_m = UPPER_M
    doors = _doors((11.0, 17.0, 23.0))
    walls = _wall("x", 74.0, 7.9, 26.1, floor_m=z_m) + _wall("x", 56.0, 7.9, 26.1, floor_m=z_m)
    walls += _wall("x", 66.6, 8.0, 26.0, doors, z_m) + _wall("x", 63.4, 8.0, 26.0, doors, z_m)
    walls += _wall("y", 8.0, 56.1, 73.9, [LIFT_DOOR], z_m) + _wall("y", 26.0, 56.1, 73.9, floor_m=z_m)
    for x_m in (14.0, 20.0):
        walls += _wall("y", x_m, 66.7, 73.9, floor_m=z_m) + _wall("y", x_m, 56.1, 63.3, floor_m=z_m)
    slab = Block(7.9, 55.9, 26.1, 74.1, z_m - 0.2, z_m, CONCRETE)
    beds = [Block(x_m + 1.2, 71.6, x_m + 2.2, 73.6, z_m, z_m + 0.6, FABRIC) for x_m in (11.0, 17.0, 23.0)]
    beds += [Block(x_m + 1.2, 56.4, x_m + 2.2, 58.4, z_m, z_m + 0.6, FABRIC) for x_m in (11.0, 17.0)]
    return [slab, *walls, *beds]


def _lift_shaft() -> list[Shape]:
    """Return the walls about the lift's car, 2 x 1.8 m, west of the home; the car and its doors are no part of it."""
    top_m = UPPER_M + _INNER_M
    return [
        Block(5.2, 63.9, 7.9, 64.1, 0.0, top_m, CONCRETE),
        Block(5.2, 65.9, 7.9, 66.1, 0.0, top_m, CONCRETE),
        Block(5.2, 64.1, 5.4, 65.9, 0.0, top_m, CONCRETE),
    ]


def _apartments() -> list[Shape]:
    north = (57.7, 63.0, 69.0, 75.0, 81.0, 87.0)
    walls = _double_loaded(54.0, 90.0, north, north[1:], (55.3, 58.7))
    return walls + _wall("y", 90.0, 56.1, 73.9) + _wall("y", 54.0, 56.1, 73.9, [(58.3, 61.7), (64.35, 65.65)])


def _passage() -> list[Shape]:
    """The covered way between the corridors, 1.3 m wide; its roof is above every robot."""
    return [
        Block(44.1, 64.15, 53.9, 64.35, 0.0, 2.3, PLASTER),
        Block(44.1, 65.65, 53.9, 65.85, 0.0, 2.3, PLASTER),
        Block(44.1, 64.15, 53.9, 65.85, 2.3, 2.4, CONCRETE),
    ]


def _deck() -> list[Shape]:
    walls = _wall("x", 9.8, 7.8, 49.8) + _wall("x", 32.2, 7.8, 49.8, [(23.7, 33.9)])
    walls += _wall("y", 7.8, 9.7, 32.3) + _wall("y", 49.8, 9.7, 32.3)
    for x_m in (23.6, 34.0):
        walls += _wall("y", x_m, 26.6, 32.1) + _wall("y", x_m, 9.9, 15.4)
    walls.append(Block(23.6, 32.1, 34.0, 32.3, 2.3, 2.5, SIGNAL))  # height bar over the bays
    return walls


def _hub() -> list[Shape]:
    return (
        _wall("x", 8.0, 67.9, 108.1)
        + _wall("x", 30.0, 67.9, 108.1, [(102.2, 105.8)])
        + _wall("y", 68.0, 8.1, 29.9, [(18.4, 21.6)])
        + _wall("y", 108.0, 8.1, 29.9, [(17.3, 21.3)])
    )


def _perimeter() -> list[Shape]:
    """A fence around the district, open where the street passes."""
    width_m, height_m = SIZE_M
    fence: list[tuple[float, float, float, float]] = [
        (0.0, 0.0, width_m, 0.2),
        (0.0, height_m - 0.2, width_m, height_m),
    ]
    for x_m in (0.0, width_m - 0.2):
        fence += [(x_m, 0.2, x_m + 0.2, 36.0), (x_m, 44.0, x_m + 0.2, height_m - 0.2)]
    return [Block(*box, 0.0, 2.0, CONCRETE) for box in fence]


def _bed(x_m: float, y_m: float) -> Shape:
    return Block(x_m + 1.2, y_m, x_m + 2.2, y_m + 2.0, 0.0, 0.6, FABRIC)


def _table(x_m: float, y_m: float) -> Shape:
    return Block(x_m - 2.4, y_m, x_m - 1.4, y_m + 0.8, 0.0, 0.75, WOOD)


def _furnish(north: Iterable[float], south: Iterable[float]) -> list[Shape]:
    """Return a bed and a table for the room around each centre line."""
    shapes: list[Shape] = []
    for x_m in north:
        shapes += [_bed(x_m, 71.6), _table(x_m, 72.8)]
    for x_m in south:
        shapes += [_bed(x_m, 56.4), _table(x_m, 56.4)]
    return shapes


def _home_furniture() -> list[Shape]:
    shapes = _furnish((11.0, 17.0, 23.0, 29.0, 35.0, 41.0), (11.0, 17.0, 29.0, 35.0))
    shapes += [
        Block(20.4, 59.6, 25.6, 60.2, 0.0, 0.9, STEEL),  # serving counter of the kitchen
        Block(20.4, 56.2, 25.6, 57.0, 0.0, 0.9, STEEL),  # cookers
        Block(39.2, 56.2, 41.2, 56.8, 0.0, 1.1, WOOD),  # staff desk
    ]
    return shapes


def _apartments_furniture() -> list[Shape]:
    shapes = _furnish((57.0, 63.0, 69.0, 75.0, 81.0, 87.0), (63.0, 69.0, 75.0, 81.0, 87.0))
    shapes.append(Block(56.8, 56.2, 58.8, 56.8, 0.0, 1.1, WOOD))  # caretaker's desk
    return shapes


def _charger_posts() -> list[Shape]:
    posts: list[tuple[float, float, float, float]] = [
        (x_m, y_m - 0.2, x_m + 0.1, y_m + 0.2) for x_m in (38.1, 59.8) for y_m in (59.3, 60.7)
    ]
    posts += [(x_m - 0.2, 15.8, x_m + 0.2, 16.0) for x_m in (72.0, 77.0, 82.0, 87.0, 92.0)]
    posts += [(x_m - 0.3, 9.9, x_m + 0.3, 10.1) for x_m in (24.9, 27.5, 30.1)]
    return [Block(*post, 0.0, 0.6, SIGNAL) for post in posts]


def _markings() -> list[Shape]:
    """What is painted on the ground: seen, not touched."""
    flat: list[Shape] = [
        Block(0.0, 36.0, 120.0, 44.0, 0.0, 0.01, ASPHALT, solid=False),
        Block(7.9, 9.9, 49.7, 36.0, 0.0, 0.01, ASPHALT, solid=False),
    ]
    for x_m in (62.0, 104.0):
        flat += [Block(x_m - 2.0, y_m, x_m + 2.0, y_m + 0.5, 0.01, 0.02, PAINT, solid=False) for y_m in range(36, 44)]
    for number in range(17):
        x_m = round(8.0 + 2.6 * number, 2)
        for y0_m, y1_m in ((10.0, 15.5), (26.5, 32.0)):
            flat.append(Block(x_m - 0.05, y0_m, x_m + 0.05, y1_m, 0.01, 0.02, PAINT, solid=False))
    return flat
