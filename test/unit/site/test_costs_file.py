"""`costs.yaml`: read where there is one; what is wrong is told with its key."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from robot_fleet.core.errors import SiteError
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.reading.costs import read_costs
from test.unit.docs.texts import ROOT
from test.unit.reports.hand_made import COSTS

TINY = ROOT / "test" / "data" / "sites" / "tiny"
GOOD: dict[str, Any] = COSTS.model_dump(mode="json") | {"saved": {}}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(TINY, tmp_path / "site")
    return tmp_path / "site"


def write(folder: Path, **changed: Any) -> None:
    (folder / "costs.yaml").write_text(yaml.safe_dump({**GOOD, **changed}), encoding="utf-8")


def test_a_site_need_not_say_what_it_costs() -> None:
    assert read_costs(TINY) is None


def test_what_is_written_is_read(folder: Path) -> None:
    write(folder)
    read = read_costs(folder)
    assert read is not None
    assert read.kinds["logistics"].lease_won_per_month == 600_000.0
    assert check_site(folder) == []


@pytest.mark.parametrize(
    ("changed", "code", "key"),
    [
        ({"kinds": {"flying": GOOD["kinds"]["care"]}}, "site_unknown_kind", "kinds.flying"),
        (
            {"saved": {"laundry": {"minutes_per_task": 3.0, "source": {"ko": "가정", "en": "a"}}}},
            "site_unknown_service",
            "saved.laundry",
        ),
        ({"energy": {**GOOD["energy"], "bands": GOOD["energy"]["bands"][:1]}}, "site_bad_value", "energy"),
        ({"operators": {**GOOD["operators"], "won_per_hour": -1.0}}, "site_bad_value", "operators.won_per_hour"),
        ({"operators": {**GOOD["operators"], "won_a_day": 1.0}}, "site_unknown_key", "operators.won_a_day"),
    ],
)
def test_what_is_wrong_is_told(folder: Path, changed: dict[str, Any], code: str, key: str) -> None:
    write(folder, **changed)
    assert [(finding.code, finding.file, finding.key) for finding in check_site(folder)] == [(code, "costs.yaml", key)]


def test_a_price_without_a_source_is_no_price(folder: Path) -> None:
    write(folder, budget={"won_per_month": 1.0})
    with pytest.raises(SiteError) as raised:
        read_costs(folder)
    assert raised.value.code == "site_missing_key"
