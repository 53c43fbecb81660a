"""`./fleet site …` as a person or a program meets it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from robot_fleet.cli.site import app
from robot_fleet.core.errors import RequestError, SiteError
from robot_fleet.site.load import load_site

ROOT = Path(__file__).parents[3]
TINY = ROOT / "test" / "data" / "sites" / "tiny"

runner = CliRunner(env={"COLUMNS": "200"})


def test_a_right_site_checks_with_exit_code_0() -> None:
    result = runner.invoke(app, ["check", str(TINY)])
    assert (result.exit_code, result.stdout) == (0, f"{TINY}: no errors found.\n")
    result = runner.invoke(app, ["check", str(TINY), "--json"])
    assert json.loads(result.stdout) == {"schema_version": 1, "findings": []}


def test_errors_are_lines_or_json_and_exit_code_1(tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(TINY, site)
    text = (site / "robots.yaml").read_text(encoding="utf-8")
    (site / "robots.yaml").write_text(text.replace("start: charger_2", "start: '[red]'"), encoding="utf-8")
    result = runner.invoke(app, ["check", str(site)])
    assert result.exit_code == 1
    first, last = result.stdout.splitlines()
    assert first.startswith("robots.yaml:4 robots[1].start (care_2): expected")
    assert first.endswith("[site_bad_value]")
    assert last == f"{site}: 1 error(s)."
    result = runner.invoke(app, ["check", str(site), "--json"])
    assert result.exit_code == 1
    [finding] = json.loads(result.stdout)["findings"]
    assert (finding["code"], finding["file"], finding["line"]) == ("site_bad_value", "robots.yaml", 4)


def test_a_new_site_and_a_day_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made, day = tmp_path / "made", tmp_path / "day.csv"
    result = runner.invoke(app, ["new", "--map", str(TINY / "map.yaml"), str(made), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["places"] == len(load_site(made).places)
    result = runner.invoke(app, ["demand", str(made), "--seed", "7", "--requests", "12", "--out", str(day), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"schema_version": 1, "out": str(day), "requests": 12}
    assert len(day.read_text(encoding="utf-8").splitlines()) == 13


def test_a_users_mistake_is_an_error_with_a_code(tmp_path: Path) -> None:
    result = runner.invoke(app, ["new", "--map", str(tmp_path / "none.yaml"), str(tmp_path / "made")])
    assert isinstance(result.exception, SiteError)
    assert result.exception.code == "site_map_missing"


def test_a_map_is_drawn_from_a_world(tmp_path: Path) -> None:
    world = tmp_path / "w.sdf"
    world.write_text(
        '<sdf version="1.9"><world name="w"><model name="wall"><static>true</static><pose>2 1 0.5 0 0 0</pose>'
        '<link name="l"><collision name="c"><geometry><box><size>4 2 1</size></box></geometry></collision></link>'
        "</model></world></sdf>",
        encoding="utf-8",
    )
    result = runner.invoke(app, ["map", str(world), "-o", str(tmp_path / "m"), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["shapes"] == 1
    assert (tmp_path / "m.pgm").is_file()


def test_the_files_for_ros_are_written_for_the_robots_that_are_named(tmp_path: Path) -> None:
    out = tmp_path / "ros"
    result = runner.invoke(app, ["ros", str(TINY), "-o", str(out), "--robot", "care_2", "--wall-time", "--json"])
    assert result.exit_code == 0, result.output
    made = {str(Path(path).relative_to(out)) for path in json.loads(result.stdout)["files"]}
    own = {"nav2/care_2.yaml", "docks/care_2.yaml", "models/care_2.sdf", "rviz/care_2.rviz"}
    assert made == own | {"bridge.yaml", "rviz/fleet.rviz"}
    assert all((out / name).is_file() for name in made)
    assert "use_sim_time: false" in (out / "nav2/care_2.yaml").read_text(encoding="utf-8")
    result = runner.invoke(app, ["ros", str(TINY), "-o", str(out)])
    assert result.stdout == f"{out}: 14 files for care_1, care_2, logistics_1.\n"
    result = runner.invoke(app, ["ros", str(TINY), "-o", str(out), "--robot", "care_9"])
    assert isinstance(result.exception, RequestError) and result.exception.code == "request_unknown_robot"
