"""What is checked in is what the layout, the world and the demand's pattern give."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from robot_fleet.site.demand import generate_day, read_csv, write_csv
from robot_fleet.site.worlds.occupancy import build_map
from worlds.layout_busan_edc import write_site

ROOT = Path(__file__).resolve().parents[3]
SITE = ROOT / "config" / "sites" / "busan_edc"
WORLD = ROOT / "worlds" / "busan_edc.sdf"
DEMAND_SEED = 2


def test_layout_writes_the_files_that_are_checked_in(tmp_path: Path) -> None:
    write_site(tmp_path / "busan_edc.sdf", tmp_path)
    assert (tmp_path / "busan_edc.sdf").read_bytes() == WORLD.read_bytes()
    for name in ("places.yaml", "lanes.geojson", "map.yaml", "map.pgm"):
        assert (tmp_path / name).read_bytes() == (SITE / name).read_bytes(), (
            f"run python -m worlds.layout_busan_edc: {name}"
        )


def test_map_is_what_the_world_gives(tmp_path: Path) -> None:
    report = build_map(WORLD, tmp_path / "map", strict=True)
    assert (report.columns, report.rows) == (2400, 1600)
    assert (tmp_path / "map.yaml").read_bytes() == (SITE / "map.yaml").read_bytes()
    assert (tmp_path / "map.pgm").read_bytes() == (SITE / "map.pgm").read_bytes()


def test_demand_is_what_the_pattern_gives(tmp_path: Path) -> None:
    rows = generate_day(SITE, DEMAND_SEED)
    write_csv(rows, tmp_path / "demand.csv")
    assert (tmp_path / "demand.csv").read_bytes() == (SITE / "demand.csv").read_bytes()
    assert read_csv(SITE / "demand.csv") == rows


@pytest.mark.skipif(shutil.which("ign") is None, reason="ign is missing: Debian's sdformat-sdf and ignition-tools")
def test_world_is_valid_sdf() -> None:
    check = subprocess.run(["ign", "sdf", "-k", str(WORLD)], capture_output=True, text=True, timeout=120, check=False)
    assert check.returncode == 0, check.stderr[-2000:]
    assert "Valid." in check.stdout


def test_world_is_ready_for_gazebo_harmonic() -> None:
    root = ElementTree.parse(WORLD).getroot()
    assert root.get("version") == "1.9"
    plugins = {plugin.get("filename") for plugin in root.iter("plugin")}
    assert {f"gz-sim-{part}-system" for part in ("physics", "user-commands", "scene-broadcaster", "sensors")} <= plugins
    world = root.find("world")
    assert world is not None
    names = [model.get("name") for model in world.findall("model")]
    assert len(names) == len(set(names))
    assert all(model.findtext("static") == "true" for model in world.findall("model"))
