"""A made-up site of any size for the whole core: rows of places along streets, and a deck of cars apart.

Streets run east, one above the other, joined at both ends; each of their points has a place to the north and one to the
south. Care and logistics robots share one such quarter; parking robots have another one with more room. Each kind has
chargers of its own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.generated import KINDS, kinds_of
from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import (
    ActTemplate,
    Due,
    ItemSpec,
    Lane,
    ParamSpec,
    Place,
    RobotKind,
    RobotSpec,
    Service,
    Site,
    StopTemplate,
    Vertex,
)
from robot_fleet.core.text import Text

PENALTY = 7200.0
"""Of leaving a task out, for each point of its priority."""
CAR = {"mass_kg": 1600.0, "length_m": 4.5, "width_m": 1.8}
SLOTS_OF_A_DECK = 30


@dataclass(frozen=True, slots=True)
class Quarter:
    """Where a quarter begins, how far its points and rows are apart, and how long the ways to its places are."""

    name: str
    kinds: tuple[str, ...]
    west_m: float
    apart_m: float
    rows_apart_m: float
    spur_m: float


TOWN = Quarter("town", ("care", "logistics"), 0.0, 2.5, 7.0, 2.0)
DECKS = Quarter("decks", ("parking",), 2000.0, 7.0, 22.0, 7.0)


def street_site(robots: int, decks: int) -> Site:
    """Return a site with so many robots and decks of cars; every second slot holds one."""
    fleet = {f"{kind}_{number:03d}": kind for number, kind in enumerate(kinds_of(robots), start=1)}
    in_town = [name for name, kind in fleet.items() if kind in TOWN.kinds]
    on_decks = [name for name, kind in fleet.items() if kind in DECKS.kinds]
    slots = [f"deck{deck}/slot{number:02d}" for deck in range(1, decks + 1) for number in range(1, SLOTS_OF_A_DECK + 1)]
    town = [
        *((f"home/{name}", "charger") for name in in_town),
        *((f"room/{number:03d}", "room") for number in range(1, len(in_town) + 1)),
        *((f"shop/{number:03d}", "shelf") for number in range(1, len(in_town) // 3 + 2)),
    ]
    cars = [
        *((f"home/{name}", "charger") for name in on_decks),
        *((slot, "slot") for slot in slots),
        *((f"bay/in{number}", "bay_in") for number in range(1, 3 * decks + 1)),
        *((f"bay/out{number}", "bay_out") for number in range(1, 3 * decks + 1)),
    ]
    places: dict[str, Place] = {}
    vertices: dict[str, Vertex] = {}
    lanes: dict[str, Lane] = {}
    for quarter, named in ((TOWN, town), (DECKS, cars)):
        for place in _placed(quarter, named):
            places[place.id] = place
        _connect(quarter, [places[name] for name, _ in named], vertices, lanes)
    return Site(
        id=f"streets_{robots}",
        name=_text("streets"),
        map_file="",
        places=places,
        vertices=vertices,
        lanes=lanes,
        kinds={kind: _kind(kind) for kind in KINDS},
        robots={name: RobotSpec(name, kind, _text(name), f"home/{name}", 95.0) for name, kind in fleet.items()},
        items={
            f"car_{slot.replace('/', '_')}": ItemSpec(f"car_{slot.replace('/', '_')}", "car", slot, **CAR)
            for slot in slots[::2]
        },
        services={service.id: service for service in _services(decks)},
    )


def _placed(quarter: Quarter, named: Sequence[tuple[str, str]]) -> Iterator[Place]:
    """Yield the places of a quarter: two at each point of a street, north and south of it."""
    points = math.ceil(len(named) / 2)
    columns = max(2, math.ceil(math.sqrt(points * quarter.rows_apart_m / quarter.apart_m)))
    for number, (name, kind) in enumerate(named):
        row, column = divmod(number // 2, columns)
        north = number % 2 == 0
        y_m = row * quarter.rows_apart_m + (quarter.spur_m if north else -quarter.spur_m)
        pose = Pose(quarter.west_m + column * quarter.apart_m, y_m, math.pi / 2.0 if north else -math.pi / 2.0)
        group = (f"{name.partition('/')[0]}_slots",) if kind == "slot" else ("exits",) if kind == "bay_out" else ()
        holds = 1 if kind in ("slot", "bay_out") else 1000 if kind in ("shelf", "bay_in") else 0
        kinds = (name.partition("/")[2].partition("_")[0],) if kind == "charger" else quarter.kinds
        yield Place(name, kind, pose, _text(name), groups=group, kinds=kinds, holds_items=holds)


def _connect(quarter: Quarter, places: Sequence[Place], vertices: dict[str, Vertex], lanes: dict[str, Lane]) -> None:
    """Join the places of a quarter to its streets, and its streets to one another."""
    streets: dict[float, dict[float, Vertex]] = {}
    for place in places:
        x_m = place.pose.x_m
        y_m = place.pose.y_m - math.copysign(quarter.spur_m, place.pose.yaw_rad)
        row = streets.setdefault(round(y_m, 3), {})
        corner = row.setdefault(x_m, _corner(quarter, x_m, y_m))
        vertices[corner.id] = corner
        vertices[place.id] = Vertex(place.id, place.pose, place.id)
        _both_ways(quarter, corner, vertices[place.id], lanes)
    # Streets are joined beyond their ends, where no place stands in the way.
    ends_m = [end_m for row in streets.values() for end_m in (min(row), max(row))]
    west_m, east_m = min(ends_m) - quarter.rows_apart_m, max(ends_m) + quarter.rows_apart_m
    rows: list[list[Vertex]] = []
    for y_m, row in sorted(streets.items()):
        for x_m in (west_m, east_m):
            row[x_m] = _corner(quarter, x_m, y_m)
            vertices[row[x_m].id] = row[x_m]
        rows.append([row[x_m] for x_m in sorted(row)])
    for row_of in rows:
        for west, east in zip(row_of, row_of[1:], strict=False):
            _both_ways(quarter, west, east, lanes)
    for south, north in zip(rows, rows[1:], strict=False):
        _both_ways(quarter, south[0], north[0], lanes)
        _both_ways(quarter, south[-1], north[-1], lanes)


def _corner(quarter: Quarter, x_m: float, y_m: float) -> Vertex:
    return Vertex(f"{quarter.name}_{x_m:g}_{y_m:g}", Pose(x_m, y_m))


def _both_ways(quarter: Quarter, a: Vertex, b: Vertex, lanes: dict[str, Lane]) -> None:
    for start, end in ((a, b), (b, a)):
        name = f"{start.id}>{end.id}"
        lanes[name] = Lane(name, start.id, end.id, start.pose.distance_m(end.pose), 0.2, kinds=quarter.kinds)


def _kind(name: str) -> RobotKind:
    like = KINDS[name]
    parking = name == "parking"
    return RobotKind(
        id=name,
        name=_text(name),
        footprint=Footprint(2.5, 1.9) if parking else Footprint(0.7, 0.6),
        loaded_footprint=Footprint(5.0, 2.0) if parking else Footprint(0.7, 0.6),
        mass_kg=800.0 if parking else 50.0,
        payload_kg=like.capacity_kg,
        speed_mps=like.speed_mps,
        loaded_speed_mps=like.speed_mps,
        acceleration_mps2=0.8,
        turn_radps=1.2,
        omnidirectional=parking,
        battery_wh=like.energy_wh,
        standing_w=like.standing_w,
        driving_w=like.driving_w,
        loaded_w=like.driving_w,
        charge_w=like.energy_wh / 4.0,
        dock_s=20.0,
        undock_s=10.0,
        reserve_pct=15.0,
        charge_below_pct=25.0,
        charge_to_pct=90.0,
    )


def _services(decks: int) -> Iterator[Service]:
    item = ParamSpec("item", "item")
    measures = [ParamSpec(name, "number") for name in CAR]
    visit = ActTemplate("visit", "visit", expected_s=600.0, interruptible=True)
    take = ActTemplate("take", "take", "item", expected_s=30.0)
    give = ActTemplate("give", "give", "item", "place", expected_s=30.0)
    hand_over = ActTemplate("give", "give", "item", "person", expected_s=60.0)
    yield _service(
        "visit", 30, "care", (ParamSpec("place", "place"),), (("room", "param:place", visit),), (1200.0, "room.arrived")
    )
    yield _service(
        "parcel",
        20,
        "logistics",
        (ParamSpec("from", "place"), ParamSpec("to", "place"), item, measures[0]),
        (("shop", "param:from", take), ("room", "param:to", hand_over)),
        (3000.0, "room.give"),
    )
    for deck in range(1, decks + 1):
        yield _service(
            f"park_{deck}",
            50,
            "parking",
            (ParamSpec("bay", "place"), item, *measures),
            (("bay", "param:bay", take), ("slot", f"group:deck{deck}_slots", give)),
            (480.0, "bay.departed"),
        )
    yield _service(
        "fetch",
        60,
        "parking",
        (item,),
        (("slot", "item:item", take), ("bay", "group:exits", give)),
        (900.0, "bay.give"),
    )


def _service(
    name: str,
    priority: int,
    kind: str,
    params: tuple[ParamSpec, ...],
    stops: tuple[tuple[str, str, ActTemplate], ...],
    due: tuple[float, str],
) -> Service:
    """Return a service with one act a stop, due so long after the earliest begin."""
    return Service(
        id=name,
        name=_text(name),
        robot_kinds=(kind,),
        params=params,
        stops=tuple(StopTemplate(stop, where, (act,)) for stop, where, act in stops),
        due=Due("earliest", *due),
        priority=priority,
        drop_penalty=PENALTY * priority,
    )


def _text(word: str) -> Text:
    return Text(word, word)
