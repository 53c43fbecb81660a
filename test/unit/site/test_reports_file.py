"""`reports.yaml`: read where there is one; what is wrong is told with its key, and no secret stands in it."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from robot_fleet.core.errors import SiteError
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.reading.reports import REPORT_MADE, read_reports, report_receivers
from test.fakes.receiver import KEY, SECRET
from test.unit.docs.texts import ROOT, fenced, page

TINY = ROOT / "test" / "data" / "sites" / "tiny"
OFFICE: dict[str, Any] = {"id": "office", "periods": ["day"], "folder": "/srv/reports"}
HOOK = {"url": "https://owner.example.org/fleet", "secret_env": "OWNER_SECRET"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "site")
    shutil.copy(ROOT / "config" / "sites" / "busan_edc" / "calendar.yaml", tmp_path / "site")
    return tmp_path / "site"


def write(folder: Path, *schedules: dict[str, Any]) -> None:
    body = {"schema_version": 1, "schedules": list(schedules)}
    (folder / "reports.yaml").write_text(yaml.safe_dump(body), encoding="utf-8")


def test_a_site_need_not_have_reports_sent(folder: Path) -> None:
    assert read_reports(folder) is None


def test_the_example_of_the_how_to_is_read(folder: Path) -> None:
    (example,) = fenced(page("docs/howto/have_reports_sent.md"), "yaml")
    (folder / "reports.yaml").write_text(example, encoding="utf-8")
    assert check_site(folder) == []
    file = read_reports(folder)
    assert file is not None
    office, owner = file.schedules
    assert (office.formats, office.languages, office.settle_s, office.catch_up_days) == (
        ["csv", "pdf"],
        ["ko"],
        1800.0,
        35,
    )
    (receiver,) = report_receivers(file, folder, {"OWNER_SECRET": SECRET})
    assert (receiver.id, receiver.key, receiver.events) == (owner.id, KEY, frozenset({REPORT_MADE}))


@pytest.mark.parametrize(
    ("changed", "code", "key"),
    [
        ({"folder": None}, "site_bad_value", "schedules[0]"),
        ({"periods": []}, "site_bad_value", "schedules[0].periods"),
        ({"periods": ["day", "day"]}, "site_bad_value", "schedules[0]"),
        ({"periods": ["year"]}, "site_bad_value", "schedules[0].periods[0]"),
        ({"formats": ["xlsx"]}, "site_bad_value", "schedules[0].formats[0]"),
        ({"catch_up_days": 93}, "site_bad_value", "schedules[0].catch_up_days"),
        ({"settle_s": -1.0}, "site_bad_value", "schedules[0].settle_s"),
        ({"secret": SECRET}, "site_unknown_key", "schedules[0].secret"),
        ({"webhook": {**HOOK, "url": "http://owner.example.org/"}}, "site_bad_value", "schedules[0].webhook"),
        ({"webhook": {**HOOK, "secret_env": None}}, "site_bad_value", "schedules[0].webhook"),
    ],
)
def test_what_is_wrong_is_told(folder: Path, changed: dict[str, Any], code: str, key: str) -> None:
    write(folder, {**OFFICE, **changed})
    found = [(finding.code, finding.file, finding.key.partition(" ")[0]) for finding in check_site(folder)]
    assert found == [(code, "reports.yaml", key)]


def test_two_schedules_of_one_id_are_refused(folder: Path) -> None:
    write(folder, OFFICE, OFFICE)
    with pytest.raises(SiteError) as raised:
        read_reports(folder)
    assert raised.value.code == "site_bad_value"


def test_without_a_calendar_nobody_knows_the_days(folder: Path) -> None:
    write(folder, OFFICE)
    (folder / "calendar.yaml").unlink()
    with pytest.raises(SiteError) as raised:
        read_reports(folder)
    assert raised.value.code == "site_reports_undated"


def test_a_missing_secret_keeps_the_fleet_from_starting_but_not_the_gateway(folder: Path) -> None:
    write(folder, {**OFFICE, "webhook": HOOK})
    file = read_reports(folder)
    assert file is not None
    with pytest.raises(SiteError) as raised:
        report_receivers(file, folder, {})
    assert raised.value.code == "site_webhook_secret"
    without: list[SiteError] = []
    assert report_receivers(file, folder, {}, without=without) == ()
    assert [error.where for error in without] == ["reports.yaml office"]
