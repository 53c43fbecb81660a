"""What is checked in of the second city is what its layout and its demand's pattern give, and passes every check."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from robot_fleet.site.checking.check import check_site
from robot_fleet.site.demand import generate_day, read_csv, write_csv
from robot_fleet.site.load import load_site
from robot_fleet.site.worlds.check import check_world
from worlds.layout_khon_kaen_demo import write_site

ROOT = Path(__file__).resolve().parents[3]
SITE = ROOT / "config" / "sites" / "khon_kaen_demo"
WORLD = ROOT / "worlds" / "khon_kaen_demo.sdf"
DEMAND_SEED = 4


def test_layout_writes_the_files_that_are_checked_in(tmp_path: Path) -> None:
    write_site(tmp_path / WORLD.name, tmp_path)
    assert (tmp_path / WORLD.name).read_bytes() == WORLD.read_bytes()
    for name in ("places.yaml", "lanes.geojson", "map.yaml", "map.pgm"):
        same = (tmp_path / name).read_bytes() == (SITE / name).read_bytes()
        assert same, f"run python -m worlds.layout_khon_kaen_demo: {name}"


def test_the_site_and_its_world_pass_their_checks() -> None:
    assert check_site(SITE) == []
    assert check_world(WORLD) == []


def test_demand_is_what_the_pattern_gives_and_asks_for_every_service(tmp_path: Path) -> None:
    rows = generate_day(SITE, DEMAND_SEED)
    write_csv(rows, tmp_path / "demand.csv")
    assert (tmp_path / "demand.csv").read_bytes() == (SITE / "demand.csv").read_bytes()
    assert read_csv(SITE / "demand.csv") == rows
    assert len(rows) == 120
    assert Counter(row.service for row in rows).keys() == load_site(SITE).services.keys()


def test_it_is_another_city_than_the_first() -> None:
    first, second = load_site(ROOT / "config" / "sites" / "busan_edc"), load_site(SITE)
    assert not first.services.keys() & second.services.keys()
    assert (set(first.kinds), set(second.kinds)) == ({"care", "parking", "logistics"}, {"care", "courier", "porter"})
    assert set(first.languages) != set(second.languages)
