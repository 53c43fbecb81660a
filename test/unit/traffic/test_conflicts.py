import json
import math
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from robot_fleet.core.errors import SiteError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.site import Lane, Site
from robot_fleet.traffic.conflicts import Conflicts, build_conflicts, cache_home, resting_conflicts
from test.unit.traffic.cities import CARRIER, CART, City, aisle, grid, kind, passage


def street(apart: float, *kinds: object) -> Site:
    """Two opposed one-way lanes of 10 m, `apart` m from each other."""
    city = City(*kinds)  # type: ignore[arg-type]
    city.one_way(city.vertex("a0", 0.0, 0.0), city.vertex("a1", 10.0, 0.0))
    city.one_way(city.vertex("b0", 10.0, apart), city.vertex("b1", 0.0, apart))
    return city.site()


def lanes_meet(conflicts: Conflicts, a: str, b: str, class_a: str = "cart", class_b: str = "cart") -> bool:
    return conflicts.meet(conflicts.lane(class_a, a), conflicts.lane(class_b, b))


@pytest.mark.parametrize(("apart", "meet"), [(0.69, True), (0.71, False)])
def test_lanes_beside_each_other_meet_when_the_widths_and_two_margins_do(apart: float, meet: bool) -> None:
    conflicts = build_conflicts(street(apart))  # 0.5 m wide, 0.1 m margin each
    assert lanes_meet(conflicts, "a0>a1", "b0>b1") is meet


def test_margin_widens_the_footprint() -> None:
    site = street(0.9)
    assert not lanes_meet(build_conflicts(site), "a0>a1", "b0>b1")
    assert lanes_meet(build_conflicts(site, margin_m=0.25), "a0>a1", "b0>b1")


def test_a_lane_is_as_wide_as_its_corridor() -> None:
    site = street(0.9)
    wide = {name: replace(lane, corridor_m=0.25) for name, lane in site.lanes.items()}
    assert not lanes_meet(build_conflicts(site), "a0>a1", "b0>b1")
    assert lanes_meet(build_conflicts(replace(site, lanes=wide)), "a0>a1", "b0>b1")
    one_wide = {**site.lanes, "a0>a1": wide["a0>a1"]}
    assert not lanes_meet(build_conflicts(replace(site, lanes=one_wide)), "a0>a1", "b0>b1")


def test_a_load_counts_with_its_own_footprint() -> None:
    conflicts = build_conflicts(street(0.9, kind("cart", (0.7, 0.5), (1.2, 1.0))))
    assert not lanes_meet(conflicts, "a0>a1", "b0>b1")
    assert lanes_meet(conflicts, "a0>a1", "b0>b1", "cart+load")


def test_both_directions_of_a_stretch_meet() -> None:
    conflicts = build_conflicts(passage(resource=""))
    assert lanes_meet(conflicts, "w1>w2", "w2>w1")
    assert not lanes_meet(conflicts, "w0>w1", "w3>w4")


def test_lanes_of_a_resource_meet_wherever_they_are_and_so_do_vertices_inside_it() -> None:
    conflicts = build_conflicts(passage(resource="narrow"))
    assert lanes_meet(conflicts, "w0>w1", "w4>w3")
    assert conflicts.meet(conflicts.vertex("cart", "w1"), conflicts.lane("cart", "w4>w3"))
    assert not conflicts.meet(conflicts.vertex("cart", "w0"), conflicts.lane("cart", "w4>w3"))


def test_what_meets_meets_both_ways_and_every_element_meets_itself() -> None:
    conflicts = build_conflicts(grid())
    for a, mask in enumerate(conflicts.masks):
        assert mask >> a & 1
        for b in range(len(conflicts.masks)):
            assert (mask >> b & 1) == (conflicts.masks[b] >> a & 1)


def test_the_turning_circle_counts_only_where_a_robot_may_turn() -> None:
    city = City(kind("bus", (3.0, 0.5)))
    city.one_way(city.vertex("a", 0.0, 0.0), city.vertex("b", 10.0, 0.0), city.vertex("c", 20.0, 0.0))
    city.one_way(city.vertex("d", 0.0, 1.2), city.vertex("e", 20.0, 1.2))
    straight = build_conflicts(city.site())
    assert not straight.meet(straight.vertex("bus", "b"), straight.lane("bus", "d>e"))
    city.one_way("b", city.vertex("f", 10.0, -10.0))
    turning = build_conflicts(city.site())
    assert turning.meet(turning.vertex("bus", "b"), turning.lane("bus", "d>e"))
    assert turning.meet(turning.lane("bus", "b>f"), turning.lane("bus", "d>e"))
    assert not turning.meet(turning.lane("bus", "b>c"), turning.lane("bus", "d>e"))


def test_an_omnidirectional_robot_keeps_its_yaw_along_the_aisle() -> None:
    conflicts = build_conflicts(aisle())
    here = conflicts.vertex("carrier+load", "m3")  # 5 m across the aisle, 2 m along it
    assert not conflicts.meet(here, conflicts.vertex("carrier+load", "m4"))
    assert conflicts.meet(here, conflicts.lane("carrier+load", "m4>m3"))
    assert not conflicts.meet(conflicts.vertex("carrier+load", "slot_n3"), conflicts.lane("carrier+load", "m3>m4"))


def test_an_omnidirectional_robot_needs_its_turning_circle_where_a_place_has_another_yaw() -> None:
    city = City(CARRIER)
    city.two_way(city.vertex("m", 0.0, 0.0), city.place("straight", 0.0, 8.0, math.pi / 2.0))
    city.two_way("m", city.place("turned", 8.0, 0.0, 0.0))
    city.one_way(city.vertex("u", 2.0, 9.0), city.vertex("v", 2.0, 3.0))
    conflicts = build_conflicts(city.site(), margin_m=0.0)
    to_straight = conflicts.lane("carrier+load", "m>straight")
    to_turned = conflicts.lane("carrier+load", "m>turned")
    assert not conflicts.meet(to_straight, conflicts.lane("carrier", "u>v"))
    city.one_way(city.vertex("x", 0.0, 8.0), city.vertex("y", 0.0, 4.0))
    conflicts = build_conflicts(city.site(), margin_m=0.0)
    to_turned = conflicts.lane("carrier+load", "m>turned")
    assert conflicts.meet(to_turned, conflicts.lane("carrier+load", "x>y"))  # turns at m, 2.7 m around it


def test_kinds_have_no_element_where_they_may_not_drive() -> None:
    city = City(CART, kind("van"))
    city.one_way(city.vertex("a", 0.0, 0.0), city.vertex("b", 5.0, 0.0), kinds=("van",))
    conflicts = build_conflicts(replace(city.site(), kinds={"cart": CART, "van": kind("van", (0.9, 0.6))}))
    assert "a>b" in conflicts.lanes["van"]
    assert "a>b" not in conflicts.lanes["cart"]
    with pytest.raises(SiteError) as caught:
        conflicts.lane("cart", "a>b")
    assert caught.value.code == "site_lane_not_for_class"
    with pytest.raises(SiteError) as caught:
        conflicts.vertex("cart", "a")
    assert caught.value.code == "site_vertex_not_for_class"


def test_levels_do_not_meet_but_through_a_lift() -> None:
    site = street(0.0)
    upper = {
        name: replace(v, pose=replace(v.pose, map_id="upper")) if name.startswith("b") else v
        for name, v in site.vertices.items()
    }
    assert not lanes_meet(build_conflicts(replace(site, vertices=upper)), "a0>a1", "b0>b1")
    lift = {**site.lanes, "a1>b0": Lane("a1>b0", "a1", "b0", 3.0, 0.5, resource="lift")}
    conflicts = build_conflicts(replace(site, vertices=upper, lanes=lift))
    assert lanes_meet(conflicts, "a1>b0", "a0>a1")
    assert lanes_meet(conflicts, "a1>b0", "b0>b1")


def test_resting_conflicts_name_the_places_that_are_too_close() -> None:
    city = City(CART, kind("van", (2.0, 1.0)))
    hub = city.vertex("hub", 0.0, 0.0)
    for name, x in (("p1", 0.0), ("p2", 1.5), ("p3", 9.0)):
        city.two_way(hub, city.place(name, x, 5.0))
    (found,) = resting_conflicts(city.site())
    assert (found.place_a, found.place_b) == ("p1", "p2")
    assert "van" in (found.class_a + found.class_b)
    only_carts = {name: replace(p, kinds=("cart",)) for name, p in city.places.items()}
    assert resting_conflicts(replace(city.site(), places=only_carts)) == []


@pytest.mark.parametrize("site", [passage(), aisle(), grid()])
def test_hand_made_cities_have_no_resting_conflicts(site: Site) -> None:
    assert resting_conflicts(site) == []


def test_the_cache_gives_the_same_conflicts(tmp_path: Path) -> None:
    site = grid()
    built = build_conflicts(site, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    before = file.stat().st_mtime_ns
    assert build_conflicts(site, cache=tmp_path) == built == build_conflicts(site)
    assert file.stat().st_mtime_ns == before
    assert build_conflicts(site, margin_m=0.6, cache=tmp_path) != built
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("change", ["pose", "kind", "resource", "corridor", "place_yaw"])
def test_a_changed_site_is_not_answered_from_the_cache(tmp_path: Path, change: str) -> None:
    site = aisle() if change == "place_yaw" else passage(resource="")
    build_conflicts(site, cache=tmp_path)
    if change == "pose":
        moved = replace(site.vertices["a0"], pose=Pose(-3.0, -4.0))
        site = replace(site, vertices={**site.vertices, "a0": moved})
    elif change == "kind":
        site = replace(site, kinds={"cart": kind("cart", (1.0, 0.9))})
    elif change == "corridor":
        site = replace(site, lanes={name: replace(lane, corridor_m=2.0) for name, lane in site.lanes.items()})
    elif change == "resource":
        site = replace(site, lanes={name: replace(lane, resource="all") for name, lane in site.lanes.items()})
    else:
        turned = replace(site.places["slot_n3"], pose=replace(site.places["slot_n3"].pose, yaw_rad=0.0))
        site = replace(site, places={**site.places, "slot_n3": turned})
    assert build_conflicts(site, cache=tmp_path) == build_conflicts(site)
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize("broken", [b"", b"not a zip", b"PK\x03\x04 half"])
def test_a_broken_cache_file_is_made_anew(tmp_path: Path, broken: bytes) -> None:
    site = passage()
    built = build_conflicts(site, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(broken)
    assert build_conflicts(site, cache=tmp_path) == built
    assert file.read_bytes() == whole


def test_a_cache_file_of_another_form_is_made_anew(tmp_path: Path) -> None:
    site = passage()
    built = build_conflicts(site, cache=tmp_path)
    (file,) = tmp_path.iterdir()
    with file.open("wb") as stream:
        np.savez(stream, names=np.frombuffer(json.dumps({}).encode(), dtype=np.uint8))
    assert build_conflicts(site, cache=tmp_path) == built


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    assert build_conflicts(passage(), cache=tmp_path / "file") == build_conflicts(passage())


def test_cache_home_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_home() == tmp_path / "robot_fleet" / "conflicts"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_home() == Path.home() / ".cache" / "robot_fleet" / "conflicts"


def test_a_district_is_built_in_seconds_and_loaded_in_a_moment(tmp_path: Path) -> None:
    carts = kind("cart", (0.7, 0.5), (0.9, 0.7))
    vans = kind("van", (1.2, 0.7), (1.4, 0.8))
    carriers = kind("carrier", (1.9, 1.2), (2.4, 1.4), omni=True)
    site = replace(grid(6, 5), kinds={k.id: k for k in (carts, vans, carriers)})
    assert len(site.lanes) > 400
    start = time.process_time()
    built = build_conflicts(site, cache=tmp_path)
    middle = time.process_time()
    assert build_conflicts(site, cache=tmp_path) == built
    assert middle - start < 3.0
    assert time.process_time() - middle < 0.5
