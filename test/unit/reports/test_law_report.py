"""The evidence log as CSV and PDF: dates, names, papers by their numbers, in Korean and English, as text."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from robot_fleet.core.facts import KeptOut, PaperRestored, PaperWithdrawn, ZoneEntered, ZoneLeft
from robot_fleet.core.law import Forbidden
from robot_fleet.reports.law.evidence import WHY, Evidence
from robot_fleet.reports.law.log import law_log, log_csv
from robot_fleet.reports.law.pdf import log_pdf
from robot_fleet.runtime.ports import calendar_for
from robot_fleet.site.load import load_site

SITE = load_site(Path(__file__).parents[3] / "config" / "sites" / "busan_edc")
HAD = {"certificate": "cert_logistics", "insurance": "insurance_2026", "permit": "sandbox_waterfront"}
LAW = "kr_outdoor_robot"
FACTS = (
    ZoneEntered("logistics_1", "promenade", LAW, 53.3, 4.167, HAD, "u_kim", 27_360.0),
    ZoneLeft("logistics_1", "promenade", 1.6, 27_380.0),
    PaperWithdrawn("sandbox_waterfront", "order of the city", "u_lee", 27_400.0),
    KeptOut("logistics_1", {"promenade": "no_permit"}, 27_400.0),
    ZoneEntered("care_1", "west_crossing", LAW, 45.0, 4.167, {"certificate": "cert_care"}, "", 27_410.0),
    ZoneLeft("care_1", "west_crossing", 4.5, 27_420.0),
    PaperRestored("sandbox_waterfront", "", "u_lee", 27_500.0),
    KeptOut("logistics_1", {}, 27_500.0),
    ZoneEntered("logistics_1", "promenade", LAW, 50.0, 4.167, HAD, "", 90_000.0),
)
LOG = law_log(FACTS)


def evidence(language: str) -> Evidence:
    return Evidence(SITE, calendar_for(SITE), language)


def text_of(language: str) -> str:
    pages = PdfReader(io.BytesIO(log_pdf(LOG, evidence(language)))).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def test_the_korean_report_reads_back_as_hangul() -> None:
    text = text_of("ko")
    for wanted in (
        "법규 구역 운행 기록",
        "수변 산책로",
        "서쪽 횡단로",
        "로봇의 서류",
        "유효한 허가 없음",
        "효력 정지",
        "효력 회복",
    ):
        assert wanted in text, wanted
    assert len(re.findall("[가-힣]", text)) > 150


def test_the_english_report_has_none_but_names() -> None:
    text = text_of("en")
    for wanted in (
        "Record of robots in zones with a law",
        "Promenade",
        "no valid permit",
        "order of the city",
        "u_lee",
    ):
        assert wanted in text, wanted


@pytest.mark.parametrize("language", ["ko", "en"])
def test_dates_numbers_and_limits_stand_in_it(language: str) -> None:
    text = text_of(language)
    for wanted in (
        "2026-11-02 07:36:00",
        "2026-11-03 01:00:00",
        "DEMO-2026-0102",
        "DEMO-SBX-2026-14",
        "15 km/h",
        "53.3",
    ):
        assert wanted in text, wanted


def test_it_says_first_how_many_were_too_fast_or_without_papers() -> None:
    told = dict(evidence("en").sums(LOG))
    assert told == {
        "period": "2026-11-02 07:36:00 – 2026-11-03 01:00:00",
        "robots": "2",
        "entries": "3",
        "still inside": "1",
        "entries above the limit": "1",
        "entries without valid papers": "1",
    }


def test_every_reason_has_words() -> None:
    assert set(WHY) == set(Forbidden)


def test_a_spreadsheet_has_the_seconds_and_the_local_times() -> None:
    rows = list(csv.DictReader(io.StringIO(log_csv(LOG, evidence("ko").at).decode("utf-8-sig"))))
    assert (rows[0]["entered_s"], rows[0]["entered_at"]) == ("27360.0", "2026-11-02 07:36:00")
    assert rows[-1]["left_at"] == "" and rows[0]["permit"] == "sandbox_waterfront"


def test_the_same_log_is_the_same_file_and_an_empty_one_is_a_report_too() -> None:
    assert log_pdf(LOG, evidence("ko")) == log_pdf(LOG, evidence("ko"))
    assert PdfReader(io.BytesIO(log_pdf(law_log(()), evidence("en")))).pages
