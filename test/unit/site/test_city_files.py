"""`buildings.yaml` and `events.yaml`: what they may say, and what a check of the site says of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from robot_fleet.core.city import CityRules
from robot_fleet.core.errors import SiteError
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.checking.city import read_event_keys
from robot_fleet.site.load import load_site, site_digest

ROOT = Path(__file__).parents[3]
TINY = ROOT / "test" / "data" / "sites" / "tiny"
BUSAN = ROOT / "config" / "sites" / "busan_edc"
KHON_KAEN = Path(__file__).parents[3] / "config" / "sites" / "khon_kaen_demo"
SECRET = "whsec_" + "A" * 32

BUILDINGS = """schema_version: 1
buildings:
- {id: home, name: {ko: 집, en: Home}, outline: [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]}
- {id: all, name: {ko: 전부, en: All}, outline: [[-99.0, -99.0], [99.0, -99.0], [99.0, 99.0], [-99.0, 99.0]]}
"""
EVENTS = """schema_version: 1
sources: [{id: city, secret_env: CITY}]
types:
- id: fire
  name: {ko: 화재, en: Fire}
  urgency: critical
  respond_s: 60
  lasts_s: 600
  cause: {ko: 화재, en: Fire}
  consequence: {ko: 정지, en: They stop.}
  action: {ko: 확인, en: Look.}
rules:
- {id: one, type: fire, at: ["building:home"], %s}
"""


def site(folder: Path, rule: str, events: str = EVENTS) -> Path:
    shutil.copytree(TINY, folder)
    (folder / "buildings.yaml").write_text(BUILDINGS, encoding="utf-8")
    (folder / "events.yaml").write_text(events.replace("%s", rule), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("rule", "code", "key"),
    [
        ('hold: ["building:all"]', "site_event_whole_fleet", "hold"),
        ("hold: [$building]", "site_event_whole_fleet", "hold"),
        ('hold: ["building:tower"]', "site_unknown_building", "hold"),
        ('close: ["zone:moon"]', "site_unknown_zone", "close"),
        ('keep_free: ["zone:moon"]', "site_unknown_zone", "keep_free"),
        ('close: ["building:home"]', "site_bad_value", "close"),
        ("tasks: [{service: dance}]", "site_unknown_service", "service"),
        ("tasks: [{service: care_visit, params: {room: x}}]", "site_unknown_param", "room"),
        ("tasks: [{service: care_visit}]", "site_missing_key", "params"),
        ("open_for: [dance]", "site_unknown_service", "open_for"),
        ("speed: 1", "site_unknown_key", "speed"),
    ],
)
def test_a_rule_that_cannot_be_is_told_with_its_key(tmp_path: Path, rule: str, code: str, key: str) -> None:
    found = check_site(site(tmp_path / "site", rule))
    assert [(one.code, one.file) for one in found][:1] == [(code, "events.yaml")]
    assert key in found[0].key


def test_types_that_are_not_there_are_told(tmp_path: Path) -> None:
    events = EVENTS.replace("type: fire,", "type: comet,").replace(
        "secret_env: CITY", "secret_env: CITY, types: [rain]"
    )
    found = check_site(site(tmp_path / "site", "hold: []", events))
    assert [one.code for one in found] == ["site_unknown_event_type"] * 2


def test_the_name_of_the_fleets_own_source_is_taken(tmp_path: Path) -> None:
    found = check_site(site(tmp_path / "site", "hold: []", EVENTS.replace("id: city", "id: local")))
    assert [one.code for one in found] == ["site_bad_value"]


def test_a_site_without_these_files_has_no_rules() -> None:
    loaded = load_site(TINY)
    assert (loaded.buildings, loaded.city) == ({}, CityRules())


def test_rules_are_part_of_what_defines_a_site(tmp_path: Path) -> None:
    folder = site(tmp_path / "site", 'hold: ["building:home"]')
    before = site_digest(folder)
    (folder / "events.yaml").write_text(EVENTS.replace("%s", "hold: []"), encoding="utf-8")
    assert site_digest(folder) != before


def test_types_bring_their_alarms_and_those_of_drills(tmp_path: Path) -> None:
    alarms = load_site(site(tmp_path / "site", 'hold: ["building:home"]')).health.alarms
    assert alarms["city_fire"].cause.en == "Fire"
    assert alarms["city_fire_drill"].cause.ko == "[훈련] 화재"


def test_the_first_site_knows_every_type_that_a_city_tells_of() -> None:
    city = load_site(BUSAN).city
    assert set(city.types) == {"vital_sign", "fire", "flood", "quake", "crowd", "road_closed", "power_cut"}
    assert {rule.type for rule in city.rules.values()} == set(city.types)


def test_a_source_without_its_secret_is_left_out(tmp_path: Path) -> None:
    folder = site(tmp_path / "site", "hold: []")
    without: list[SiteError] = []
    assert read_event_keys(folder, {}, without=without) == {}
    assert [error.code for error in without] == ["site_webhook_secret"]
    assert read_event_keys(folder, {"CITY": SECRET}) == {"city": bytes(24)}
    with pytest.raises(SiteError):
        read_event_keys(folder, {"CITY": "whsec_short"})


def test_a_site_says_in_its_languages_what_is_an_exercise(tmp_path: Path) -> None:
    thai = 'drill: {ko: "[연습] ", en: "[Exercise] "}\n'
    alarms = load_site(site(tmp_path / "site", "hold: []", EVENTS + thai)).health.alarms
    assert (alarms["city_fire_drill"].cause.ko, alarms["city_fire"].cause.ko) == ("[연습] 화재", "화재")
    drill = load_site(KHON_KAEN).health.alarms["city_flood_drill"].cause
    assert drill.said("th") == "[ฝึกซ้อม] แพลตฟอร์มของเมืองแจ้งเหตุน้ำท่วม"
    assert drill.said("en").startswith("[Drill] ")
