"""A site made from a map nobody has surveyed: right by the check, and with enough to do."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from robot_fleet.core.errors import SiteError
from robot_fleet.core.site import Site
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.ground.maps import OCCUPIED, UNKNOWN, OccupancyMap, read_map, write_map
from robot_fleet.site.ground.roads import LaneRoads
from robot_fleet.site.load import load_site
from robot_fleet.site.making.new import new_site

# The map of a warehouse that Nav2 ships is not part of this repository; where it is missing, a drawn one stands in.
WAREHOUSE = Path(__file__).parents[4] / "shared" / "data" / "maps" / "warehouse.yaml"
WHICH = "nav2's map" if WAREHOUSE.is_file() else "drawn, since nav2's map is missing at ../shared/data/maps"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def drawn(folder: Path, name: str, width_m: float, height_m: float, walls: list[tuple[float, ...]]) -> Path:
    """Write a map with walls around and inside, the latter as (x0, y0, x1, y1[, value]) from its corner; return it."""
    grid = np.full((round(height_m / 0.05), round(width_m / 0.05)), OCCUPIED, dtype=np.int8)
    grid[2:-2, 2:-2] = 0
    for x0_m, y0_m, x1_m, y1_m, *value in walls:
        rows, columns = slice(round(y0_m / 0.05), round(y1_m / 0.05)), slice(round(x0_m / 0.05), round(x1_m / 0.05))
        grid[rows, columns] = value[0] if value else OCCUPIED
    path = folder / f"{name}.yaml"
    write_map(OccupancyMap(grid, 0.05, -7.5, 3.25), path)
    return path


def rooms(folder: Path) -> Path:
    """A corridor with six rooms on either side, some ground unknown."""
    walls: list[tuple[float, ...]] = [(0.0, 5.8, 30.0, 6.0), (0.0, 9.0, 30.0, 9.2), (12.0, 10.0, 13.0, 12.0, UNKNOWN)]
    walls += [(5.0 * n, 0.0, 5.0 * n + 0.2, 6.0) for n in range(1, 6)]
    walls += [(5.0 * n, 9.0, 5.0 * n + 0.2, 15.0) for n in range(1, 6)]
    walls += [(5.0 * n + 2.0, y_m, 5.0 * n + 3.4, y_m + 0.2, 0.0) for n in range(6) for y_m in (5.8, 9.0)]
    return drawn(folder, "Two Wings", 30.0, 15.0, walls)


def requests(folder: Path) -> list[tuple[str, dict[str, str]]]:
    with (folder / "demand.csv").open(encoding="utf-8", newline="") as stream:
        return [(row["service"], json.loads(row["params"])) for row in csv.DictReader(stream)]


def check_work(folder: Path, site: Site) -> None:
    """Twenty visits and more, to eight places and more, by robots that find a rest elsewhere when done."""
    visited = Counter(params["place"] for service, params in requests(folder) if service == "care_visit")
    assert sum(visited.values()) >= 20
    assert len(visited) >= 8
    assert visited.keys() <= site.places.keys()
    assert len(requests(folder)) >= 24
    assert Counter(robot.kind for robot in site.robots.values()) == {"care": 2, "logistics": 2}
    roads = LaneRoads.of(site)
    for kind in site.kinds:
        assert np.isfinite(roads.matrix(f"{kind}+load")).all()


def test_a_site_from_any_map_passes_the_check_and_has_work(tmp_path: Path) -> None:
    report = new_site(rooms(tmp_path), tmp_path / "made")
    assert check_site(tmp_path / "made") == []
    site = load_site(tmp_path / "made")
    assert site.id == "two_wings"
    assert (report.places, report.lanes, report.robots) == (len(site.places), len(site.lanes), 4)
    assert report.requests == len(requests(tmp_path / "made"))
    check_work(tmp_path / "made", site)
    # Places are spread: each room, 5 m wide, holds a robot.
    lefts = [place.pose.x_m + 7.5 for place in site.places.values()]
    assert {int(left // 5.0) for left in lefts} == set(range(6))
    blocked = read_map(tmp_path / "Two Wings.yaml").blocked
    assert (read_map(Path(site.map_file)).blocked == blocked).all()


def test_lanes_are_few_and_where_robots_cannot_pass_they_share_a_resource(tmp_path: Path) -> None:
    new_site(rooms(tmp_path), tmp_path / "made")
    site = load_site(tmp_path / "made")
    lengths = sorted(lane.length_m for lane in site.lanes.values())
    assert lengths[-1] <= 8.0
    assert lengths[len(lengths) // 2] > 1.5
    assert len(site.lanes) < 350
    for lane in site.lanes.values():
        back = site.lanes[f"{lane.end}>{lane.start}"]
        assert back.resource == lane.resource
    # A door of 1.4 m takes one robot at a time.
    low, high = 3.25 + 5.8, 3.25 + 6.0
    for lane in site.lanes.values():
        ends = sorted((site.vertices[lane.start].pose.y_m, site.vertices[lane.end].pose.y_m))
        at_place = site.vertices[lane.start].place or site.vertices[lane.end].place
        if ends[0] < low and ends[1] > high and not at_place:
            assert lane.resource


def test_the_same_map_gives_the_same_site(tmp_path: Path) -> None:
    made = [tmp_path / "a", tmp_path / "b"]
    for folder in made:
        new_site(rooms(tmp_path), folder)
    names = sorted(path.relative_to(made[0]) for path in made[0].rglob("*.*"))
    assert names == sorted(path.relative_to(made[1]) for path in made[1].rglob("*.*"))
    for name in names:
        assert (made[0] / name).read_bytes() == (made[1] / name).read_bytes()


def test_a_winding_passage_is_joined_from_end_to_end(tmp_path: Path) -> None:
    walls = [(4.0 * n, 0.0 if n % 2 else 3.0, 4.0 * n + 0.2, 17.0 if n % 2 else 20.0) for n in range(1, 6)]
    new_site(drawn(tmp_path, "winding", 24.0, 20.0, walls), tmp_path / "made")
    check_work(tmp_path / "made", load_site(tmp_path / "made"))


def test_what_cannot_become_a_site_is_refused_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(SiteError) as caught:
        new_site(drawn(tmp_path, "closet", 4.0, 4.0, []), tmp_path / "made")
    assert caught.value.code == "site_new_too_small"
    with pytest.raises(SiteError) as caught:
        new_site(drawn(tmp_path, "solid", 4.0, 4.0, [(0.0, 0.0, 4.0, 4.0)]), tmp_path / "made")
    assert caught.value.code == "site_new_too_small"
    with pytest.raises(SiteError) as caught:
        new_site(tmp_path / "none.yaml", tmp_path / "made")
    assert caught.value.code == "site_map_missing"
    assert not (tmp_path / "made").exists()


def test_a_folder_with_something_in_it_is_not_touched(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        new_site(rooms(tmp_path), taken)
    assert caught.value.code == "site_new_folder_taken"
    assert [path.name for path in taken.iterdir()] == ["notes.txt"]


def drawn_warehouse(folder: Path) -> Path:
    """A hall with five long racks and pillars, of the size and kind of Nav2's warehouse."""
    racks: list[tuple[float, ...]] = [(4.9, 3.0, 7.1, 21.0), (12.2, 3.0, 14.2, 21.0), (20.1, 3.0, 22.2, 21.0)]
    racks += [(4.8, 42.0, 22.8, 44.2), (9.6, 33.0, 27.6, 35.1)]
    racks += [(x_m, y_m, x_m + 0.5, y_m + 0.5) for x_m in (7.5, 22.5) for y_m in (10.0, 17.5, 25.0, 32.5, 40.0)]
    return drawn(folder, "warehouse", 30.2, 50.2, racks)


@pytest.mark.parametrize("draw", [lambda folder: WAREHOUSE] if WAREHOUSE.is_file() else [drawn_warehouse], ids=[WHICH])
def test_a_warehouse_becomes_a_site(tmp_path: Path, draw: Callable[[Path], Path]) -> None:
    new_site(draw(tmp_path), tmp_path / "made")
    assert check_site(tmp_path / "made") == []
    check_work(tmp_path / "made", load_site(tmp_path / "made"))
