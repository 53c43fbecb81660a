"""A third city from a template: a copy with an id, a world and a README of its own, right at once, or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from robot_fleet.cli.site import app
from robot_fleet.core.errors import SiteError
from robot_fleet.runtime.shipped import shipped_sites
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site
from robot_fleet.site.making.template import site_from_template, templates

runner = CliRunner(env={"COLUMNS": "200"})


def test_every_shipped_site_is_a_template() -> None:
    assert list(templates(shipped_sites())) == ["busan_edc", "khon_kaen_demo"]
    assert runner.invoke(app, ["new", "--list"]).stdout.split() == ["busan_edc", "khon_kaen_demo"]


def test_a_site_from_a_template_is_right_at_once_and_its_own(tmp_path: Path) -> None:
    made = tmp_path / "cities" / "Chiang Rai-2"
    result = runner.invoke(app, ["new", "--template", "khon_kaen_demo", str(made)])
    assert result.exit_code == 0, result.output
    assert check_site(made) == []
    site = load_site(made)
    assert (site.id, site.name.said("en"), site.languages) == ("chiang_rai_2", "Chiang rai 2", ("th", "en"))
    assert '<world name="chiang_rai_2">' in (made / "chiang_rai_2.sdf").read_text(encoding="utf-8")
    for path in made.rglob("*"):
        if path.suffix in (".yaml", ".sdf", ".geojson", ".csv"):
            assert "khon_kaen_demo" not in path.read_text(encoding="utf-8"), path
    readme = (made / "README.md").read_text(encoding="utf-8")
    assert f"./fleet site check {made}" in readme
    assert f"./fleet site map {made}/chiang_rai_2.sdf" in readme
    assert [path.name for path in made.parent.iterdir()] == [made.name]


def test_a_template_that_is_wrong_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = tmp_path / "templates" / "broken"
    site_from_template("khon_kaen_demo", templates(shipped_sites()), broken)
    robots = (broken / "robots.yaml").read_text(encoding="utf-8")
    (broken / "robots.yaml").write_text(robots.replace("kind: porter", "kind: nobody"), encoding="utf-8")
    with pytest.raises(SiteError) as caught:
        site_from_template("broken", templates(tmp_path / "templates"), tmp_path / "made")
    assert caught.value.code == "site_unknown_kind"
    assert [path.name for path in tmp_path.iterdir()] == ["templates"]


def test_a_folder_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("kept", encoding="utf-8")
    result = runner.invoke(app, ["new", "--template", "khon_kaen_demo", str(tmp_path)])
    assert isinstance(result.exception, SiteError)
    assert result.exception.code == "site_new_folder_taken"
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--template", "atlantis", "DIR"], "site_new_unknown_template"),
        (["DIR"], "site_new_from"),
        (["--template", "khon_kaen_demo", "--map", "map.yaml", "DIR"], "site_new_from"),
        (["--template", "khon_kaen_demo"], "site_new_from"),
    ],
)
def test_what_cannot_be_made_is_said_with_what_can(tmp_path: Path, arguments: list[str], code: str) -> None:
    made = tmp_path / "made"
    result = runner.invoke(app, ["new", *(str(made) if each == "DIR" else each for each in arguments)])
    assert isinstance(result.exception, SiteError)
    assert result.exception.code == code
    assert code != "site_new_unknown_template" or "khon_kaen_demo" in result.exception.message
    assert not made.exists()


def test_the_site_yaml_of_a_copy_keeps_every_other_key(tmp_path: Path) -> None:
    site_from_template("khon_kaen_demo", templates(shipped_sites()), tmp_path / "copy")
    said = [
        yaml.safe_load((folder / "site.yaml").read_text(encoding="utf-8"))
        for folder in (shipped_sites() / "khon_kaen_demo", tmp_path / "copy")
    ]
    for site in said:
        for key in ("id", "name", "world"):
            del site[key]
    assert said[0] == said[1]
