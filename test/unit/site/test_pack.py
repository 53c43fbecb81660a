"""A site as one file: the same bytes each time, and nothing of a package that is not wholly right reaches the disk."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from robot_fleet.cli.site import app
from robot_fleet.core.errors import SiteError
from robot_fleet.site.load import load_site, site_digest
from robot_fleet.site.making import pack
from robot_fleet.site.making.pack import pack_site, unpack_site

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
runner = CliRunner(env={"COLUMNS": "200"})


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose world lies elsewhere, and which says where its messages go."""
    shutil.copytree(TINY, tmp_path / "cities" / "tiny")
    (tmp_path / "worlds").mkdir()
    (tmp_path / "worlds" / "tiny.sdf").write_text("<sdf/>", encoding="utf-8")
    with (tmp_path / "cities" / "tiny" / "site.yaml").open("a", encoding="utf-8") as stream:
        stream.write("world: ../../worlds/tiny.sdf\n")
    return tmp_path / "cities" / "tiny"


def repacked(package: Path, change: Callable[[dict[str, bytes]], None], honest: bool = True) -> Path:
    """Write a package anew with other contents; an honest one lists what it holds."""
    with zipfile.ZipFile(package) as opened:
        contents = {name: opened.read(name) for name in opened.namelist()}
    change(contents)
    if honest:
        manifest = json.loads(contents[pack.MANIFEST])
        rest = {name: content for name, content in contents.items() if name != pack.MANIFEST}
        manifest["files"] = {name: hashlib.sha256(content).hexdigest() for name, content in rest.items()}
        contents[pack.MANIFEST] = json.dumps(manifest).encode()
    with zipfile.ZipFile(package, "w") as made:
        for name, content in contents.items():
            made.writestr(name, content)
    return package


def refused(package: Path, into: Path) -> SiteError:
    with pytest.raises(SiteError) as caught:
        unpack_site(package, into)
    assert not into.exists()
    assert not [path for path in into.parent.iterdir() if path.name.startswith(".")]
    return caught.value


def test_a_site_comes_out_as_it_went_in_with_its_world(site: Path, tmp_path: Path) -> None:
    result = runner.invoke(app, ["pack", str(site), "-o", str(tmp_path / "tiny.zip")])
    assert result.exit_code == 0, result.output
    result = runner.invoke(app, ["unpack", str(tmp_path / "tiny.zip"), str(tmp_path / "other"), "--json"])
    assert json.loads(result.stdout)["site"] == "tiny"
    assert (tmp_path / "other" / "tiny.sdf").read_text(encoding="utf-8") == "<sdf/>"
    there, here = load_site(tmp_path / "other"), load_site(site)
    assert (there.places, there.services, there.robots) == (here.places, here.services, here.robots)
    again = pack_site(tmp_path / "other", tmp_path / "again.zip")
    assert again.path.read_bytes() == (tmp_path / "tiny.zip").read_bytes()


def test_the_same_site_gives_the_same_bytes(site: Path, tmp_path: Path) -> None:
    pack_site(site, tmp_path / "a.zip")
    shutil.copytree(site, tmp_path / "cities" / "copied")  # other times, other order on disk
    pack_site(tmp_path / "cities" / "copied", tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_where_messages_go_stays_here(site: Path, tmp_path: Path) -> None:
    text = 'schema_version: 1\nschedules:\n- {id: day, periods: [day], folder: "out"}\n'
    dates = 'schema_version: 1\ntime_zone: Asia/Bangkok\nsimulated_from: "2026-11-02"\n'
    (site / "calendar.yaml").write_text(dates, encoding="utf-8")
    (site / "reports.yaml").write_text(text, encoding="utf-8")
    pack_site(site, tmp_path / "tiny.zip")
    with zipfile.ZipFile(tmp_path / "tiny.zip") as opened:
        assert "reports.yaml" not in opened.namelist()


def test_a_site_that_fails_the_check_is_not_packed(site: Path, tmp_path: Path) -> None:
    (site / "items.yaml").unlink()
    with pytest.raises(SiteError, match=r"items\.yaml"):
        pack_site(site, tmp_path / "tiny.zip")
    assert not (tmp_path / "tiny.zip").exists()


@pytest.mark.parametrize(
    "name",
    ["../outside.yaml", "/etc/outside.yaml", "a/../../outside.yaml", "..\\outside.yaml", "run.sh", "webhooks.yaml"],
)
def test_a_name_that_leads_outside_or_is_no_file_of_a_site_is_refused(site: Path, tmp_path: Path, name: str) -> None:
    pack_site(site, tmp_path / "tiny.zip")
    repacked(tmp_path / "tiny.zip", lambda contents: contents.update({name: b"x: 1\n"}))
    assert refused(tmp_path / "tiny.zip", tmp_path / "made").code == "site_pack_unsafe"
    assert not (tmp_path / "outside.yaml").exists()


def test_a_link_is_refused(site: Path, tmp_path: Path) -> None:
    pack_site(site, tmp_path / "tiny.zip")
    with zipfile.ZipFile(tmp_path / "tiny.zip", "a") as package:
        link = zipfile.ZipInfo("secret.yaml")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        package.writestr(link, "/etc/passwd")
    assert refused(tmp_path / "tiny.zip", tmp_path / "made").code == "site_pack_unsafe"
    (site / "linked.yaml").symlink_to(site / "site.yaml")
    with pytest.raises(SiteError, match="link"):
        pack_site(site, tmp_path / "linked.zip")


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("site.yaml", b"world: tiny.sdf", b"world: ../../../etc/passwd"),
        ("site.yaml", b"schema_version: 1", b"schema_version: 1\nlanes: ../../lanes.geojson"),
        ("map.yaml", b"image: map.pgm", b"image: /dev/zero"),
    ],
)
def test_a_site_that_names_files_of_others_is_refused(
    site: Path, tmp_path: Path, file: str, old: bytes, new: bytes
) -> None:
    pack_site(site, tmp_path / "tiny.zip")

    def change(contents: dict[str, bytes]) -> None:
        assert old in contents[file]
        contents[file] = contents[file].replace(old, new)

    repacked(tmp_path / "tiny.zip", change)
    assert refused(tmp_path / "tiny.zip", tmp_path / "made").code == "site_pack_unsafe"


def test_what_was_changed_on_the_way_is_noticed(site: Path, tmp_path: Path) -> None:
    pack_site(site, tmp_path / "tiny.zip")
    repacked(tmp_path / "tiny.zip", lambda contents: contents.update({"robots.yaml": b"{}"}), honest=False)
    error = refused(tmp_path / "tiny.zip", tmp_path / "made")
    assert (error.code, "robots.yaml" in error.message) == ("site_pack_damaged", True)


def test_a_package_that_would_fill_the_disk_is_refused(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pack_site(site, tmp_path / "tiny.zip")
    monkeypatch.setattr(pack, "MOST_BYTES", 1_000)
    assert refused(tmp_path / "tiny.zip", tmp_path / "made").code == "site_pack_too_large"
    monkeypatch.setattr(pack, "MOST_BYTES", 1_000_000_000)
    monkeypatch.setattr(pack, "MOST_FILES", 3)
    assert refused(tmp_path / "tiny.zip", tmp_path / "made").code == "site_pack_too_large"


def test_any_other_file_is_told_as_none_of_ours(site: Path, tmp_path: Path) -> None:
    (tmp_path / "text.zip").write_text("no archive", encoding="utf-8")
    assert refused(tmp_path / "text.zip", tmp_path / "made").code == "site_pack_malformed"
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as package:
        package.writestr("site.yaml", "schema_version: 1\n")
    assert refused(tmp_path / "other.zip", tmp_path / "made").code == "site_pack_malformed"
    assert site_digest(site)  # the site itself was only read


SECRET = "whsec_" + "k" * 44
EVENTS = "schema_version: 1\nsources:\n- {id: city, secret_file: %s}\n"


@pytest.mark.parametrize("name", ["secrets/city.txt", "city.key", "./items_secret.yaml"])
def test_a_secret_is_never_packed_and_stays_in_its_place(site: Path, tmp_path: Path, name: str) -> None:
    (site / "events.yaml").write_text(EVENTS % name, encoding="utf-8")
    (site / name).parent.mkdir(exist_ok=True)
    (site / name).write_text(SECRET, encoding="utf-8")
    pack_site(site, tmp_path / "tiny.zip")
    with zipfile.ZipFile(tmp_path / "tiny.zip") as opened:
        assert Path(name).as_posix() not in opened.namelist()
        assert not [each for each in opened.namelist() if b"whsec_" in opened.read(each)]
    assert (site / name).read_text(encoding="utf-8") == SECRET
    unpack_site(tmp_path / "tiny.zip", tmp_path / "other")  # whoever unpacks it puts a secret of their own there
    assert name in (tmp_path / "other" / "events.yaml").read_text(encoding="utf-8")


def test_secrets_of_files_that_stay_here_stay_here_too(site: Path, tmp_path: Path) -> None:
    hook = "{id: desk, url: https://desk.example/hook, secret_file: desk.txt}"
    (site / "webhooks.yaml").write_text(f"schema_version: 1\nendpoints:\n- {hook}\n", encoding="utf-8")
    (site / "desk.txt").write_text(SECRET, encoding="utf-8")
    pack_site(site, tmp_path / "tiny.zip")
    with zipfile.ZipFile(tmp_path / "tiny.zip") as opened:
        assert not {"desk.txt", "webhooks.yaml"} & set(opened.namelist())


def test_a_secret_that_nothing_names_is_told_before_it_is_packed(site: Path, tmp_path: Path) -> None:
    (site / "old_secret.txt").write_text(SECRET, encoding="utf-8")
    with pytest.raises(SiteError, match="secret") as caught:
        pack_site(site, tmp_path / "tiny.zip")
    assert (caught.value.code, caught.value.where) == ("site_pack_unsafe", "old_secret.txt")
    assert "kkkk" not in str(caught.value)
    assert not (tmp_path / "tiny.zip").exists()


@pytest.mark.parametrize("outside", ["/etc/robot_fleet/city.txt", "../city.txt"])
def test_a_secret_outside_of_the_folder_is_neither_packed_nor_unpacked(
    site: Path, tmp_path: Path, outside: str
) -> None:
    (site / "events.yaml").write_text(EVENTS % "city.txt", encoding="utf-8")
    pack_site(site, tmp_path / "tiny.zip")
    repacked(tmp_path / "tiny.zip", lambda contents: contents.update({"events.yaml": (EVENTS % outside).encode()}))
    error = refused(tmp_path / "tiny.zip", tmp_path / "made")
    assert (error.code, error.where) == ("site_pack_unsafe", "events.yaml")
    (site / "events.yaml").write_text(EVENTS % outside, encoding="utf-8")
    with pytest.raises(SiteError, match="secret_env"):
        pack_site(site, tmp_path / "again.zip")


def test_a_package_that_brings_its_own_secret_is_refused(site: Path, tmp_path: Path) -> None:
    (site / "events.yaml").write_text(EVENTS % "city.txt", encoding="utf-8")
    pack_site(site, tmp_path / "tiny.zip")
    repacked(tmp_path / "tiny.zip", lambda contents: contents.update({"city.txt": SECRET.encode()}))
    assert refused(tmp_path / "tiny.zip", tmp_path / "made").code == "site_pack_unsafe"


def test_who_lives_where_is_no_part_of_a_package(site: Path, tmp_path: Path) -> None:
    (site / "recipients.yaml").write_text("schema_version: 1\nrecipients: {}\n", encoding="utf-8")
    pack_site(site, tmp_path / "tiny.zip")
    with zipfile.ZipFile(tmp_path / "tiny.zip") as opened:
        assert "recipients.yaml" not in opened.namelist()
    repacked(tmp_path / "tiny.zip", lambda contents: contents.update({"recipients.yaml": b"schema_version: 1\n"}))
    assert refused(tmp_path / "tiny.zip", tmp_path / "made").code == "site_pack_unsafe"
