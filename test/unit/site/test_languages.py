"""A site brings its own languages, currency and emergency number; every text of it has every language."""

from __future__ import annotations

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from robot_fleet.core.errors import SiteError
from robot_fleet.core.text import Text
from robot_fleet.server.site_view import site_view
from robot_fleet.site.calendar import SiteCalendar
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.costs import read_costs
from robot_fleet.site.reading.draft import default_health
from robot_fleet.site.reading.findings import Finding

ROOT = Path(__file__).parents[3]
TINY = ROOT / "test" / "data" / "sites" / "tiny"
KHON_KAEN = ROOT / "config" / "sites" / "khon_kaen_demo"


@pytest.fixture
def thai(tmp_path: Path) -> Path:
    shutil.copytree(KHON_KAEN, tmp_path / "site")
    change(tmp_path / "site" / "site.yaml", "world: ../../../worlds/khon_kaen_demo.sdf\n", "")
    return tmp_path / "site"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def found(site: Path) -> list[Finding]:
    return [finding for finding in check_site(site) if finding.code in ("site_missing_key", "site_unknown_key")]


def test_a_text_is_said_in_the_language_asked_for_else_in_english() -> None:
    thai = Text.of({"th": "ตลาด", "en": "Market"})
    assert [thai.said(language) for language in ("th", "en", "ko", "fr")] == ["ตลาด", "Market", "Market", "Market"]
    assert thai.words() == {"ko": "Market", "en": "Market", "th": "ตลาด"}
    alone = Text.of({"th": "ตลาด"})
    assert (alone.ko, alone.en) == ("ตลาด", "ตลาด")
    assert Text.of({"ko": "시장", "en": "Market"}) == Text("시장", "Market")
    assert Text.of({"th": "โทร {n}", "en": "call {n}"}).filled("n", "1669").words()["th"] == "โทร 1669"


def test_names_of_places_services_and_prompts_come_in_the_sites_languages() -> None:
    site = load_site(KHON_KAEN)
    assert site.languages == ("th", "en")
    assert site.places["clinic/nurses"].name.said("th") == "คลินิกชุมชน เคาน์เตอร์พยาบาล"
    service = site.services["medicine_delivery"]
    assert service.texts["code"].said("th") == "กรุณากดรหัสสี่หลักที่ได้รับ"
    row = site_view(site).row
    assert row["languages"] == ["th", "en"]
    assert {"ko", "en", "th"} == row["places"][0]["name"].keys() == row["services"][0]["name"].keys()


def test_a_language_that_a_text_lacks_is_named_with_its_line(thai: Path) -> None:
    change(thai / "robots.yaml", "{th: ดูแล 1, en: Care 1}", "{en: Care 1}")
    [finding] = found(thai)
    assert (finding.code, finding.file, finding.line) == ("site_missing_key", "robots.yaml", 4)
    assert "name.th" in finding.key


@pytest.mark.parametrize(
    ("file", "old", "new", "key"),
    [
        ("services/home_visit.yaml", "{th: ไม่อยู่บ้าน, en: Not at home}", "{en: Not at home}", "th"),
        ("zones.yaml", "{th: ถนนตลาด, en: The market's street}", "{th: ถนนตลาด}", "en"),
        ("calendar.yaml", "th: วันทำความสะอาดตลาด, ", "", "th"),
        ("costs.yaml", 'th: "สมมติฐาน: ค่าแรงรวมสวัสดิการ", ', "", "th"),
    ],
)
def test_texts_of_every_file_are_looked_over(thai: Path, file: str, old: str, new: str, key: str) -> None:
    change(thai / file, old, new)
    assert {(finding.code, finding.file, finding.key.split(" ")[0].rpartition(".")[2]) for finding in found(thai)} == {
        ("site_missing_key", file, key)
    }


def test_a_language_that_the_site_does_not_speak_is_refused(thai: Path) -> None:
    change(thai / "robots.yaml", "{th: ดูแล 1, en: Care 1}", "{th: ดูแล 1, en: Care 1, ko: 돌봄 1호}")
    [finding] = found(thai)
    assert (finding.code, finding.line) == ("site_unknown_key", 4)


def test_languages_are_named_once_and_by_their_codes(thai: Path) -> None:
    change(thai / "site.yaml", "languages: [th, en]", "languages: [th, en, th]")
    with pytest.raises(SiteError, match="each language once"):
        load_site(thai)


def test_a_site_that_says_nothing_speaks_korean_and_english() -> None:
    site = load_site(TINY)
    assert (site.languages, site.emergency_number) == (("ko", "en"), "119")


def test_alarms_name_the_number_that_is_dialled_there() -> None:
    alarms = load_site(KHON_KAEN).health.alarms
    assert "1669" in alarms["help_called"].action.said("en")
    assert "119" in load_site(TINY).health.alarms["help_called"].action.said("ko")
    texts = [text for alarm in alarms.values() for text in (alarm.cause, alarm.consequence, alarm.action)]
    assert not [text for text in texts if "119" in text.en or "{" in text.en]
    assert not [alarm for alarm in default_health().alarms.values() if "119" in alarm.action.ko]


def test_holidays_are_the_countrys_and_named_in_its_language() -> None:
    site = load_site(KHON_KAEN)
    assert site.calendar is not None
    calendar = SiteCalendar(site.calendar)
    assert calendar.zone.key == "Asia/Bangkok"
    fathers_day = calendar.holiday(date(2026, 12, 5))
    assert fathers_day is not None
    assert "วันพ่อแห่งชาติ" in fathers_day.said("th")
    assert "Father" in fathers_day.said("en")
    closed = calendar.holiday(date(2026, 11, 30))
    assert closed is not None
    assert closed.said("th") == "วันทำความสะอาดตลาด"


def test_prices_are_in_the_sites_currency_and_older_files_still_read(tmp_path: Path) -> None:
    costs = read_costs(KHON_KAEN)
    assert costs is not None
    assert (costs.currency, costs.kinds["porter"].lease_won_per_month) == ("THB", 19_000.0)
    text = (KHON_KAEN / "costs.yaml").read_text(encoding="utf-8")
    older = re.sub(r"\b(lease_|maintenance_|)per_(month|km|kwh|hour):", r"\1won_per_\2:", text)
    assert older.count("won_per_") == text.count("per_") - text.count("minutes_per_")
    (tmp_path / "costs.yaml").write_text(older, encoding="utf-8")
    assert read_costs(tmp_path) == costs
