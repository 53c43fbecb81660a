"""`retention.yaml`: how long data of people are kept is the site's to say; what it leaves out is documented."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from robot_fleet.runtime.people import days_kept
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.reading.retention import read_retention
from robot_fleet.stores.people.person import DataClass, Retention
from test.unit.docs.texts import ROOT

TINY = ROOT / "test" / "data" / "sites" / "tiny"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "site")
    return tmp_path / "site"


def test_each_class_of_data_of_each_sort_of_person_has_its_days(folder: Path) -> None:
    text = "schema_version: 1\nguest: {contact: 3, care: 2, door: 0, vehicle: 5}\n"
    (folder / "retention.yaml").write_text(text, encoding="utf-8")
    assert check_site(folder) == []
    days = days_kept(read_retention(folder))
    assert {sort: set(each) for sort, each in days.items()} == {sort: set(DataClass) for sort in Retention}
    assert days[Retention.GUEST][DataClass.VEHICLE] == 5
    assert days[Retention.RESIDENT] == days_kept(read_retention(TINY))[Retention.RESIDENT], "it is left out"


@pytest.mark.parametrize(
    ("text", "code", "key"),
    [
        ("guest: {contact: 3, care: 2, door: 0}", "site_missing_key", "guest.vehicle"),
        ("guest: {contact: -1, care: 2, door: 0, vehicle: 5}", "site_bad_value", "guest.contact"),
        ("guest: {contact: 1.5, care: 2, door: 0, vehicle: 5}", "site_wrong_type", "guest.contact"),
        ("visitor: {contact: 3, care: 2, door: 0, vehicle: 5}", "site_unknown_key", "visitor"),
    ],
)
def test_what_is_wrong_is_told(folder: Path, text: str, code: str, key: str) -> None:
    (folder / "retention.yaml").write_text(f"schema_version: 1\n{text}\n", encoding="utf-8")
    assert [(each.code, each.file, each.key) for each in check_site(folder)] == [(code, "retention.yaml", key)]
