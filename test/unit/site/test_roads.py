"""Ways and times on small lane graphs whose figures can be worked out by hand."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.core.drives import ALL_LANES
from robot_fleet.core.errors import SiteError
from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.ports import RoadConditions
from robot_fleet.core.site import Lane, RobotKind, Vertex, Zone
from robot_fleet.core.text import Text
from robot_fleet.site.ground.lane_times import LANE_OVERHEAD_S
from robot_fleet.site.ground.roads import LaneRoads
from robot_fleet.site.load import load_site

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"

CART = RobotKind(
    id="cart",
    name=Text("수레", "Cart"),
    footprint=Footprint(0.8, 0.6),
    loaded_footprint=Footprint(0.8, 0.6),
    mass_kg=50.0,
    payload_kg=30.0,
    speed_mps=1.0,
    loaded_speed_mps=0.5,
    acceleration_mps2=1.0,
    turn_radps=math.pi / 4.0,  # a right angle takes 2 s
    omnidirectional=False,
    battery_wh=500.0,
    standing_w=20.0,
    driving_w=100.0,
    loaded_w=120.0,
    charge_w=150.0,
    dock_s=20.0,
    undock_s=10.0,
    reserve_pct=10.0,
    charge_below_pct=20.0,
    charge_to_pct=90.0,
)
TILE = replace(CART, id="tile", omnidirectional=True)


def graph(points: dict[str, tuple[float, float, float]], lanes: list[Lane], places: str = "") -> LaneRoads:
    vertices = {
        name: Vertex(name, Pose(x, y, yaw), name if name in places.split() else "")
        for name, (x, y, yaw) in points.items()
    }
    sized = {
        lane.id: replace(lane, length_m=vertices[lane.start].pose.distance_m(vertices[lane.end].pose)) for lane in lanes
    }
    return LaneRoads(vertices, sized, {"cart": CART, "tile": TILE})


def lane(start: str, end: str, **more: object) -> Lane:
    return replace(Lane(f"{start}>{end}", start, end, 0.0, 0.3), **more)


CORNER = {"a": (0.0, 0.0, 0.0), "b": (10.0, 0.0, 0.0), "c": (10.0, 5.0, math.pi)}


def test_time_is_length_over_speed_with_turns_at_corners_and_places() -> None:
    roads = graph(CORNER, [lane("a", "b"), lane("b", "c")], places="a c")
    # 15 m at 1 m/s; a right angle at the corner and another at the end to face west; two starts and two stops of half
    # a second each.
    assert roads.time_s("cart", "a", "c") == pytest.approx(15.0 + 2.0 + 2.0 + 2.0 + 2 * LANE_OVERHEAD_S)
    assert roads.time_s("cart+load", "a", "c") == pytest.approx(30.0 + 4.0 + 1.0 + 2 * LANE_OVERHEAD_S)
    assert roads.time_s("tile", "a", "c") == pytest.approx(15.0 + 2.0 + 2 * LANE_OVERHEAD_S)


def test_a_lane_limits_the_speed_but_does_not_raise_it() -> None:
    roads = graph(CORNER, [lane("a", "b", speed_mps=0.5), lane("b", "c", speed_mps=3.0)])
    assert roads.time_s("tile", "a", "b") == pytest.approx(20.0 + 0.5 + LANE_OVERHEAD_S)
    assert roads.time_s("tile", "b", "c") == pytest.approx(5.0 + 1.0 + LANE_OVERHEAD_S)


def test_a_gentle_bend_is_passed_without_a_stop() -> None:
    points = {"a": (0.0, 0.0, 0.0), "b": (10.0, 0.0, 0.0), "c": (20.0, 1.0, 0.0)}
    roads = graph(points, [lane("a", "b"), lane("b", "c")])
    assert roads.time_s("cart", "a", "c") == pytest.approx(10.0 + math.hypot(10.0, 1.0) + 1.0 + 2 * LANE_OVERHEAD_S)


def test_only_kinds_that_may_use_a_lane_do() -> None:
    roads = graph(CORNER, [lane("a", "b", kinds=("tile",)), lane("b", "c")])
    assert roads.route("tile", "a", "c") == ("a>b", "b>c")
    assert roads.route("cart", "a", "c") is None
    assert roads.time_s("cart", "a", "c") == math.inf


def test_fewer_turns_win_over_a_slightly_shorter_way() -> None:
    points = {
        "s": (0.0, 0.0, 0.0),
        "m": (10.0, 0.0, 0.0),
        "e": (20.0, 0.0, 0.0),
        "p": (0.0, 0.5, 0.0),
        "q": (20.0, 0.5, 0.0),
    }
    straight = [lane("s", "m"), lane("m", "e")]
    around = [lane("s", "p"), lane("p", "q", speed_mps=0.0), lane("q", "e")]
    roads = graph(points, [*straight, *around])
    assert roads.route("cart", "s", "e") == ("s>m", "m>e")


def test_no_way_leads_through_a_place_where_a_robot_may_rest() -> None:
    points = {"a": (0.0, 0.0, 0.0), "p": (5.0, 0.0, 0.0), "b": (10.0, 0.0, 0.0), "d": (5.0, 9.0, 0.0)}
    lanes = [lane("a", "p"), lane("p", "b"), lane("a", "d"), lane("d", "b")]
    assert graph(points, lanes).route("tile", "a", "b") == ("a>p", "p>b")
    roads = graph(points, lanes, places="a p b")
    assert roads.route("tile", "a", "b") == ("a>d", "d>b")
    assert roads.route("tile", "p", "b") == ("p>b",)


@pytest.mark.parametrize("avoided", ["a>p", "p", "gate"])
def test_lanes_vertices_and_resources_can_be_avoided(avoided: str) -> None:
    points = {"a": (0.0, 0.0, 0.0), "p": (5.0, 0.0, 0.0), "b": (10.0, 0.0, 0.0), "d": (5.0, 9.0, 0.0)}
    lanes = [lane("a", "p", resource="gate"), lane("p", "b"), lane("a", "d"), lane("d", "b")]
    roads = graph(points, lanes)
    assert roads.route("cart", "a", "b") == ("a>p", "p>b")
    assert roads.route("cart", "a", "b", frozenset({avoided})) == ("a>d", "d>b")
    assert roads.route("cart", "a", "b", frozenset({avoided, "d"})) is None


def test_start_and_end_are_not_avoided() -> None:
    roads = graph(CORNER, [lane("a", "b"), lane("b", "c")])
    assert roads.route("cart", "a", "c", frozenset({"a", "c"})) == ("a>b", "b>c")


def test_nowhere_is_an_empty_way_that_takes_no_time() -> None:
    roads = graph(CORNER, [lane("a", "b")], places="a")
    assert roads.route("cart", "a", "a") == ()
    assert roads.time_s("cart", "a", "a") == 0.0
    assert roads.route_time_s("cart", ()) == 0.0


def test_unknown_names_are_refused() -> None:
    roads = graph(CORNER, [lane("a", "b")])
    with pytest.raises(SiteError, match="travel class") as caught:
        roads.time_s("boat", "a", "b")
    assert caught.value.code == "site_unknown_travel_class"
    with pytest.raises(SiteError) as caught:
        roads.route("cart", "a", "z")
    assert caught.value.code == "site_unknown_vertex"


@pytest.mark.parametrize("travel_class", ["care", "logistics+load"])
def test_matrix_routes_and_times_of_a_site_agree(travel_class: str) -> None:
    site = load_site(TINY)
    roads = LaneRoads.of(site)
    places = roads.place_names(travel_class)
    matrix = roads.matrix(travel_class)
    assert sorted(places) == sorted(site.places)
    for row, start in enumerate(places):
        for column, end in enumerate(places):
            way = roads.route(travel_class, start, end)
            assert way is not None
            assert matrix[row, column] == pytest.approx(roads.time_s(travel_class, start, end))
            assert matrix[row, column] == pytest.approx(roads.route_time_s(travel_class, way))
            ends = [start, *(site.lanes[lane_id].end for lane_id in way)]
            assert [site.lanes[lane_id].start for lane_id in way] == ends[:-1]
            assert ends[-1] == end
            assert not any(site.vertices[vertex].place for vertex in ends[1:-1])


def test_distance_is_the_sum_of_the_lanes() -> None:
    roads = LaneRoads.of(load_site(TINY))
    assert roads.distance_m(("charger_1>e04", "e04>e06")) == pytest.approx(2.2 + 2.5)


def test_a_factor_corrects_all_that_belongs_to_its_lane() -> None:
    roads = graph(CORNER, [lane("a", "b"), lane("b", "c")], places="a c")
    slow = roads.under(RoadConditions({"cart": {"b>c": 2.0}}))
    # of the second lane: 5 m, the turn into it and the one at its end, a start and a stop, the overhead
    second_s = 5.0 + 2.0 + 2.0 + 1.0 + LANE_OVERHEAD_S
    assert slow.time_s("cart", "a", "c") == pytest.approx(roads.time_s("cart", "a", "c") + second_s)
    assert (
        slow.lane_s("cart", "b>c", "a>b", "", 0.0)
        == roads.lane_s("cart", "b>c", "a>b", "", 0.0)
        == pytest.approx(second_s)
    )
    assert slow.route_time_s("cart", ("a>b", "b>c")) == pytest.approx(slow.time_s("cart", "a", "c"))
    assert slow.time_s("cart+load", "a", "c") == roads.time_s("cart+load", "a", "c")


def test_lanes_without_a_factor_have_that_of_their_class() -> None:
    roads = graph(CORNER, [lane("a", "b"), lane("b", "c")])
    slow = roads.under(RoadConditions({"tile": {ALL_LANES: 3.0, "a>b": 1.0}}))
    assert slow.time_s("tile", "a", "b") == roads.time_s("tile", "a", "b")
    assert slow.time_s("tile", "b", "c") == pytest.approx(3.0 * roads.time_s("tile", "b", "c"))


def test_another_way_is_taken_where_the_first_has_become_slow() -> None:
    points = {"a": (0.0, 0.0, 0.0), "p": (5.0, 0.0, 0.0), "b": (10.0, 0.0, 0.0), "d": (5.0, 2.0, 0.0)}
    roads = graph(points, [lane("a", "p"), lane("p", "b"), lane("a", "d"), lane("d", "b")])
    assert roads.route("tile", "a", "b") == ("a>p", "p>b")
    assert roads.under(RoadConditions({"tile": {"p>b": 2.5}})).route("tile", "a", "b") == ("a>d", "d>b")


def test_matrices_are_the_same_objects_until_something_changes_for_their_class() -> None:
    roads = graph(CORNER, [lane("a", "b"), lane("b", "c"), lane("c", "b"), lane("b", "a")], places="a c")
    cart, tile = roads.matrix("cart"), roads.matrix("tile")
    assert roads.matrix("cart") is cart
    conditions = RoadConditions({"cart": {"a>b": 1.5}})
    changed = roads.under(conditions)
    assert changed.under(RoadConditions({"cart": {"a>b": 1.5}})) is changed
    assert changed.matrix("tile") is tile
    assert changed.matrix("cart") is not cart
    assert changed.matrix("cart")[0, 1] > cart[0, 1]
    assert changed.under(RoadConditions()).matrix("cart") == pytest.approx(cart)
    with pytest.raises(ValueError, match="read-only"):
        cart[0, 1] = 0.0


def test_a_row_for_a_robot_that_stands_on_a_lane() -> None:
    roads = graph(CORNER, [lane("a", "b"), lane("b", "c"), lane("c", "b"), lane("b", "a")], places="a c")
    assert roads.place_names("cart") == ("a", "c")
    assert list(roads.times_s("cart", "b")) == [roads.time_s("cart", "b", "a"), roads.time_s("cart", "b", "c")]
    assert list(roads.times_s("cart", "a")) == list(roads.matrix("cart")[0])


# A ladder: `a` and `b` are places; the upper way is the shorter one, the lower one goes round.
LADDER = {
    "a": (0.0, 0.0, 0.0),
    "w": (2.0, 0.0, 0.0),
    "n": (10.0, 1.0, 0.0),
    "s": (10.0, -9.0, 0.0),
    "e": (18.0, 0.0, 0.0),
    "b": (20.0, 0.0, 0.0),
}


def ladder(*zones: Zone) -> LaneRoads:
    pairs = [("a", "w"), ("w", "n"), ("n", "e"), ("w", "s"), ("s", "e"), ("e", "b")]
    lanes = [lane(*pair) for pair in pairs] + [lane(end, start) for start, end in pairs]
    roads = graph(LADDER, lanes, places="a b")
    return LaneRoads(roads._vertices, roads._lanes, roads._kinds, {zone.id: zone for zone in zones})


def box(name: str, x_m: float, y_m: float, half_m: float, **more: object) -> Zone:
    west, east, south, north = x_m - half_m, x_m + half_m, y_m - half_m, y_m + half_m
    return replace(Zone(name, Text(name, name), ((west, south), (east, south), (east, north), (west, north))), **more)


def shut(*names: str) -> RoadConditions:
    return RoadConditions(closed=frozenset(names))


def test_a_closed_zone_is_gone_round_and_opening_it_restores_the_way() -> None:
    roads = ladder(box("top", 10.0, 1.0, 1.0))
    assert roads.route("cart", "a", "b") == ("a>w", "w>n", "n>e", "e>b")
    closed = roads.under(shut("top"))
    assert closed.route("cart", "a", "b") == ("a>w", "w>s", "s>e", "e>b")
    assert closed.matrix("cart")[0, 1] == pytest.approx(closed.route_time_s("cart", closed.route("cart", "a", "b")))
    assert not closed.is_open("cart", ("a>w", "w>n", "n>e", "e>b"))
    assert closed.under(RoadConditions()).route("cart", "a", "b") == roads.route("cart", "a", "b")


def test_a_place_in_a_closed_zone_can_be_left_but_not_reached() -> None:
    closed = ladder(box("goal", 20.0, 0.0, 1.0)).under(shut("goal"))
    assert closed.route("cart", "a", "b") is None
    assert closed.time_s("cart", "a", "b") == math.inf
    assert closed.route("cart", "b", "a") == ("b>e", "e>n", "n>w", "w>a")
    assert closed.is_closed("cart", "b")
    assert not closed.is_closed("cart", "e")


def test_who_stands_inside_leaves_by_the_shortest_way_out() -> None:
    # From the zone around `n`, `w` is nearer than `e` once the zone is drawn out to the east; `b` lies to the east.
    wide = Zone("wide", Text("w", "w"), ((8.5, 0.0), (17.0, 0.0), (17.0, 2.0), (8.5, 2.0)))
    roads = graph({**LADDER, "n": (9.0, 1.0, 0.0)}, [], "a b")
    pairs = [("a", "w"), ("w", "n"), ("n", "e"), ("w", "s"), ("s", "e"), ("e", "b")]
    lanes = [lane(*pair) for pair in pairs] + [lane(end, start) for start, end in pairs]
    made = graph({**LADDER, "n": (9.0, 1.0, 0.0)}, lanes, places="a b")
    roads = LaneRoads(made._vertices, made._lanes, made._kinds, {"wide": wide})
    assert roads.route("cart", "n", "b") == ("n>e", "e>b")
    closed = roads.under(shut("wide"))
    way = closed.route("cart", "n", "b")
    assert way == ("n>w", "w>s", "s>e", "e>b")
    assert closed.is_open("cart", way)
    assert closed.time_s("cart", "n", "b") == pytest.approx(closed.route_time_s("cart", way))


def test_no_way_leaves_a_zone_to_enter_it_again() -> None:
    closed = ladder(box("west", 0.0, 0.0, 1.0), box("east", 18.0, 0.0, 1.0)).under(shut("west", "east"))
    assert closed.route("cart", "a", "b") is None
    assert closed.route("cart", "a", "w") == ("a>w",)


def test_a_lane_counts_as_closed_where_a_part_of_the_robot_would_touch() -> None:
    thin = Zone("thin", Text("t", "t"), ((0.5, 0.31), (1.5, 0.31), (1.5, 2.0), (0.5, 2.0)))
    near = Zone("near", Text("t", "t"), ((0.5, 0.29), (1.5, 0.29), (1.5, 2.0), (0.5, 2.0)))
    roads = ladder(thin, near)  # the cart is 0.6 m wide
    assert roads.under(shut("thin")).route("cart", "a", "w") == ("a>w",)
    assert roads.under(shut("near")).route("cart", "a", "w") is None


def test_a_zone_is_for_the_kinds_that_it_names() -> None:
    closed = ladder(box("top", 10.0, 1.0, 1.0, kinds=("tile",))).under(shut("top"))
    assert closed.route("tile", "a", "b") == ("a>w", "w>s", "s>e", "e>b")
    assert closed.route("cart", "a", "b") == ("a>w", "w>n", "n>e", "e>b")


def test_limits_of_zones_and_lanes_hold_together() -> None:
    slow, slower = box("slow", 10.0, 1.0, 1.0), box("slower", 11.0, 1.0, 1.0)
    limited = ladder(slow, slower).under(RoadConditions(limits_mps={"slow": 0.8, "slower": 0.4}))
    assert limited.limit_mps("cart", "w>n") == 0.4
    assert limited.limit_mps("cart", "w>s") == 0.0
    assert limited.lane_s("cart", "w>n", "a>w", "n>e", 0.4) > 2.0 * limited.lane_s("cart", "w>n", "a>w", "n>e", 0.0)


def test_nobody_comes_to_rest_where_it_is_kept_clear_loaded_or_not() -> None:
    roads = ladder(
        box("top", 10.0, 1.0, 1.0, no_stopping=True), box("far", 2.0, 0.0, 0.3, kinds=("bus",), no_stopping=True)
    )
    for travel_class in ("cart", "cart+load"):
        kept = [name for name in LADDER if not roads.may_stop_at(travel_class, name)]
        assert kept == ["n"]
        assert not roads.may_stop_on(travel_class, "w>n")
        assert roads.may_stop_on(travel_class, "w>s")
    closed = roads.under(shut("top"))
    assert not closed.may_stop_at("cart", "n"), "it is the same under all conditions"


def test_nobody_comes_to_rest_in_a_resource_or_on_a_marked_lane() -> None:
    roads = ladder()
    for more in ({"resource": "lift"}, {"no_stopping": True}):
        lanes = {
            name: replace(each, **more) if "n" in (each.start, each.end) else each  # type: ignore[arg-type]
            for name, each in roads._lanes.items()
        }
        marked = LaneRoads(roads._vertices, lanes, roads._kinds)
        assert [name for name in LADDER if not marked.may_stop_at("cart", name)] == ["n"]
        assert not marked.may_stop_on("cart", "n>e")
        assert marked.may_stop_on("cart", "s>e")


def test_roads_of_a_site_begin_as_its_zones_file_says(tmp_path: Path) -> None:
    site = load_site(TINY)
    zones = {name: replace(zone, closed=name == "annex") for name, zone in site.zones.items()}
    roads = LaneRoads.of(replace(site, zones=zones))
    assert roads.route("care", "home/r101", "annex/desk") is None
    assert LaneRoads.of(site).route("care", "home/r101", "annex/desk") is not None
