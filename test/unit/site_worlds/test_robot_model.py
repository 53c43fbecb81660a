"""Robots for Gazebo out of a site's figures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from robot_fleet.cli.world import app
from robot_fleet.core.errors import RequestError
from robot_fleet.core.site import RobotKind
from robot_fleet.site.load import load_site
from robot_fleet.site.worlds.check import check_world
from robot_fleet.site.worlds.robot_model import robot_model
from robot_fleet.site.worlds.sdformat import check_with_sdformat

ROOT = Path(__file__).parents[3]
BUSAN = ROOT / "config" / "sites" / "busan_edc"
KINDS = load_site(BUSAN).kinds


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.id)
def test_a_robot_is_well_made_and_as_heavy_and_large_as_its_kind(kind: RobotKind, tmp_path: Path) -> None:
    file = tmp_path / "robot.sdf"
    file.write_text(robot_model(kind, "r_1"), encoding="utf-8")
    assert check_world(file) == []
    assert check_with_sdformat(file) == []
    root = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    assert sum(float(mass.text or "") for mass in root.iter("mass")) == pytest.approx(kind.mass_kg, abs=0.01)
    length_m, width_m, _ = map(float, (root.findtext(".//link[@name='base_link']//box/size") or "").split())
    assert (length_m, width_m) == (kind.footprint.length_m, kind.footprint.width_m)
    battery = next(each for each in root.iter("plugin") if each.get("name", "").endswith("LinearBatteryPlugin"))
    stored_wh = float(battery.findtext("capacity") or "") * float(battery.findtext("voltage") or "")
    assert stored_wh == pytest.approx(kind.battery_wh, rel=0.001)
    topics = [each.text for each in root.iter("topic")]
    assert {"/r_1/scan", "/r_1/imu", "/r_1/cmd_vel"} <= set(topics)


@pytest.mark.parametrize(("height_m", "mass_kg"), [(0.11, 20.0), (0.3, 12.0), (2.0, 300.0)])
def test_low_and_tall_robots_stand_on_their_wheels(height_m: float, mass_kg: float, tmp_path: Path) -> None:
    kind = replace(KINDS["care"], height_m=height_m, mass_kg=mass_kg)
    file = tmp_path / "robot.sdf"
    file.write_text(robot_model(kind, "r_1"), encoding="utf-8")
    assert check_world(file) == []
    for link in ElementTree.fromstring(file.read_text(encoding="utf-8")).iter("link"):
        radius, z_m = link.findtext("collision//radius"), (link.findtext("pose") or "0 0 0").split()[2]
        if "wheel" in link.get("name", "") or "caster" in link.get("name", ""):
            assert float(radius or "") == float(z_m)  # each touches the ground


def test_the_models_that_are_kept_are_those_of_the_district() -> None:
    for kind in KINDS.values():
        kept = (ROOT / "worlds" / "models" / kind.id / "model.sdf").read_text(encoding="utf-8")
        assert kept == robot_model(kind, kind.id)


def test_the_verb_writes_a_model_and_knows_its_kinds(tmp_path: Path) -> None:
    file = tmp_path / "care_1.sdf"
    run = CliRunner().invoke(app, ["robot", "care", "--site", str(BUSAN), "--name", "care_1", "-o", str(file)])
    assert (run.exit_code, file.read_text(encoding="utf-8")) == (0, robot_model(KINDS["care"], "care_1"))
    with pytest.raises(RequestError) as caught:
        CliRunner().invoke(app, ["robot", "tank", "--site", str(BUSAN), "-o", str(file)], catch_exceptions=False)
    assert caught.value.code == "request_unknown_kind"
