"""`energy.yaml`: what is wrong in it, and between it and the site's other files, is told with where and what to do."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from robot_fleet.core.energy import DayKind, LoadPeriod
from robot_fleet.core.errors import SiteError
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site, site_digest
from test.property.test_core import BUSAN, TINY


def energy() -> dict[str, object]:
    hours = [{"from_hour": 22, "to_hour": 8}]
    return {
        "schema_version": 1,
        "keep_pct": {"care": 60.0},
        "tariff": {
            "source": {"ko": "시험", "en": "test"},
            "periods": [
                {"load": "light", "hours": hours, "price_per_kwh": 100.0},
                {"load": "peak", "hours": [{"from_hour": 8, "to_hour": 22}], "price_per_kwh": 200.0},
            ],
        },
        "groups": [
            {
                "id": "all",
                "name": {"ko": "모두", "en": "all"},
                "chargers": ["charger_1", "charger_2", "charger_3"],
                "max_kw": 0.4,
            }
        ],
    }


def folder_with(folder: Path, body: object) -> Path:
    shutil.copytree(TINY, folder / "tiny")
    (folder / "tiny" / "energy.yaml").write_text(yaml.safe_dump(body, allow_unicode=True), encoding="utf-8")
    return folder / "tiny"


def test_a_file_without_fault_is_read(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, energy())
    assert check_site(folder) == []
    spec = load_site(folder).energy
    assert spec is not None
    assert spec.periods[0] == LoadPeriod("light", 100.0, frozenset({22, 23, *range(8)}))
    assert (spec.by_price, spec.efficiency_pct, spec.groups[0].max_kw, spec.solar) == (True, 90.0, 0.4, ())
    assert load_site(TINY).energy is None
    assert site_digest(folder) != site_digest(TINY)


def test_the_first_site_has_prices_for_each_hour_of_the_year() -> None:
    spec = load_site(BUSAN).energy
    assert spec is not None
    for month in range(1, 13):
        for day in DayKind:
            for hour in range(24):
                assert sum(period.holds(month, day, hour) for period in spec.periods) == 1


FAULTS = {
    "an hour without a price": ("site_bad_value", "8:00 of a workday in month 1 has none"),
    "an hour with two prices": ("site_bad_value", "21:00 of a workday in month 1 has 2"),
    "an unknown charger": ("site_unknown_place", "there is no charger 'charger_9'"),
    "a charger in two groups": ("site_energy_group", "is in group 'all' already"),
    "a charger in no group": ("site_energy_group", "charger_3 is in none"),
    "a limit below one robot": ("site_energy_limit", "expected at least 0.18 kW"),
    "an unknown kind": ("site_unknown_kind", "there is no robot kind 'cook'"),
    "a level below the threshold": ("site_energy_keep", "charge_below_pct, 40, got 30"),
    "months without a calendar": ("site_energy_calendar", "expected a calendar.yaml"),
    "a forecast of 23 hours": ("site_bad_value", "24"),
    "an unknown key": ("site_unknown_key", "expected no such key"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults_are_told(fault: str, tmp_path: Path) -> None:
    body = energy()
    tariff, groups = body["tariff"], body["groups"]
    assert isinstance(tariff, dict)
    assert isinstance(groups, list)
    periods = tariff["periods"]
    match fault:
        case "an hour without a price":
            periods[1]["hours"][0]["from_hour"] = 9
        case "an hour with two prices":
            periods[0]["hours"][0]["from_hour"] = 21
        case "an unknown charger":
            groups[0]["chargers"].append("charger_9")
        case "a charger in two groups":
            groups.append(groups[0] | {"id": "more", "chargers": ["charger_1"]})
        case "a charger in no group":
            groups[0]["chargers"].remove("charger_3")
        case "a limit below one robot":
            groups[0]["max_kw"] = 0.1
        case "an unknown kind":
            body["keep_pct"] = {"cook": 60.0}
        case "a level below the threshold":
            body["keep_pct"] = {"care": 30.0}
        case "months without a calendar":
            winter = {"months": [12, 1, 2]}
            tariff["periods"] = [
                periods[0] | winter,
                periods[1] | winter,
                periods[0] | {"months": list(range(3, 12))},
                periods[1] | {"months": list(range(3, 12))},
            ]
        case "a forecast of 23 hours":
            body["solar"] = {"source": {"ko": "시험", "en": "test"}, "forecast": [{"kw": [0.0] * 23}]}
        case _:
            body["tarif"] = {}
    folder = folder_with(tmp_path, body)
    code, words = FAULTS[fault]
    found = [finding for finding in check_site(folder) if finding.file == "energy.yaml"]
    assert [finding.code for finding in found] == [code]
    assert words in found[0].expected
    with pytest.raises(SiteError) as raised:
        load_site(folder)
    assert raised.value.code == code
