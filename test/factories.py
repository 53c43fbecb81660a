"""Small sites made in code, for tests of everything that needs one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

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


def text(word: str) -> Text:
    """The same word in both languages."""
    return Text(word, word)


def make_kind(kind_id: str = "logistics", **changes: object) -> RobotKind:
    """A robot kind with round figures: 1 m/s, 0.5 m/s loaded, 0.5 m/s2, 1 rad/s, 100 Wh."""
    values: dict[str, object] = {
        "id": kind_id,
        "name": text(kind_id),
        "footprint": Footprint(0.8, 0.6),
        "loaded_footprint": Footprint(0.8, 0.6),
        "mass_kg": 50.0,
        "payload_kg": 30.0,
        "speed_mps": 1.0,
        "loaded_speed_mps": 0.5,
        "acceleration_mps2": 0.5,
        "turn_radps": 1.0,
        "omnidirectional": False,
        "battery_wh": 100.0,
        "standing_w": 36.0,
        "driving_w": 144.0,
        "loaded_w": 180.0,
        "charge_w": 360.0,
        "dock_s": 20.0,
        "undock_s": 10.0,
        "reserve_pct": 10.0,
        "charge_below_pct": 25.0,
        "charge_to_pct": 95.0,
    }
    return RobotKind(**(values | changes))  # type: ignore[arg-type]


def make_parking_kind(**changes: object) -> RobotKind:
    """A pair of parking robots that moves in every direction and lifts cars."""
    values: dict[str, object] = {
        "footprint": Footprint(1.9, 1.2),
        "loaded_footprint": Footprint(5.0, 2.0),
        "mass_kg": 400.0,
        "payload_kg": 3400.0,
        "loaded_speed_mps": 0.6,
        "omnidirectional": True,
        "battery_wh": 3000.0,
    }
    return make_kind("parking", **(values | changes))


def make_place(place_id: str, x_m: float, y_m: float = 0.0, kind: str = "waiting", **changes: object) -> Place:
    """A place at a point, facing along x unless told otherwise."""
    values: dict[str, object] = {"pose": Pose(x_m, y_m), "name": text(place_id)}
    return Place(place_id, kind, **(values | changes))  # type: ignore[arg-type]


def corridor_places() -> tuple[Place, ...]:
    """Along the x axis: `a` (a shelf) at 0, `b` (a room) at 10, `c` (a charger) at 20."""
    return (
        make_place("a", 0.0, kind="shelf", holds_items=10),
        make_place("b", 10.0, kind="room", door="open", holds_items=2),
        make_place("c", 20.0, kind="charger"),
    )


def both_ways(start: Place, end: Place, corridor_m: float = 1.0, resource: str = "") -> tuple[Lane, Lane]:
    """The two lanes between two places."""
    length_m = start.pose.distance_m(end.pose)
    return (
        Lane(f"{start.id}>{end.id}", start.id, end.id, length_m, corridor_m, resource=resource),
        Lane(f"{end.id}>{start.id}", end.id, start.id, length_m, corridor_m, resource=resource),
    )


def delivery_service() -> Service:
    """Fetch an item at `from`, hand it over at `to` within ten minutes."""
    return Service(
        id="delivery",
        name=text("delivery"),
        robot_kinds=("logistics",),
        params=(
            ParamSpec("from", "place"),
            ParamSpec("to", "place"),
            ParamSpec("item", "item"),
            ParamSpec("mass_kg", "number", minimum=0.0),
            ParamSpec("truth", "text", required=False, hidden=True),
        ),
        stops=(
            StopTemplate("fetch", "param:from", (ActTemplate("load", "take", item="item", expected_s=10.0),)),
            StopTemplate("bring", "param:to", (ActTemplate("hand", "give", item="item", to="place", expected_s=10.0),)),
        ),
        due=Due("requested", 600.0, "bring.hand"),
    )


def make_site(
    places: Sequence[Place] | None = None,
    robots: Mapping[str, str] | None = None,
    kinds: Sequence[RobotKind] | None = None,
    items: Sequence[ItemSpec] = (),
    services: Sequence[Service] | None = None,
    lanes: Sequence[Lane] | None = None,
    soc_pct: float = 80.0,
) -> Site:
    """A site of the given parts; by default the straight corridor with one logistics robot `log_1` at `a`.

    Parameters
    ----------
    robots : robot id -> `<start place>`, or `<start place>/<kind>` for another kind than the first.
    lanes : by default both ways between each place and the next one.
    """
    spots = tuple(places) if places is not None else corridor_places()
    sorts = tuple(kinds) if kinds is not None else (make_kind(),)
    if lanes is None:
        lanes = [lane for a, b in zip(spots, spots[1:], strict=False) for lane in both_ways(a, b)]
    offered = tuple(services) if services is not None else (delivery_service(),)
    specs = {}
    for robot, at in (robots or {"log_1": spots[0].id}).items():
        start, _, kind = at.partition("/")
        specs[robot] = RobotSpec(robot, kind or sorts[0].id, text(robot), start, soc_pct)
    return Site(
        id="corridor",
        name=text("corridor"),
        map_file="map.yaml",
        places={place.id: place for place in spots},
        vertices={place.id: Vertex(place.id, place.pose, place.id) for place in spots},
        lanes={lane.id: lane for lane in lanes},
        kinds={kind.id: kind for kind in sorts},
        robots=specs,
        items={item.id: item for item in items},
        services={service.id: service for service in offered},
    )
