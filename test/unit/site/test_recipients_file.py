"""The check reads `recipients.yaml`, and says where it is wrong before a manager does."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
PLACE = next(iter(load_site(TINY).places))


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (f"  {PLACE}: {{consents: [care_visit], avoids: [t7]}}", []),
        ("  no_such/place: {consents: [care_visit]}", [("site_unknown_place", 3)]),
        (f"  {PLACE}: {{consent: [care_visit]}}", [("site_unknown_key", 3)]),
        (f"  {PLACE}: {{consents: Care visits}}", [("site_wrong_type", 3)]),
        ("  [broken", [("site_yaml_malformed", 4)]),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, rows: str, found: list[tuple[str, int]]) -> None:
    site = tmp_path / "site"
    shutil.copytree(TINY, site)
    (site / "recipients.yaml").write_text(f"schema_version: 1\nrecipients:\n{rows}\n", encoding="utf-8")
    findings = check_site(site)
    assert [(finding.code, finding.line) for finding in findings] == found
    assert {finding.file for finding in findings} <= {"recipients.yaml"}
