"""The periodic report as JSON, CSV and PDF, read back as others read it."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pypdf import PdfReader

from robot_fleet.core.facts import RequestRefused
from robot_fleet.reports.calendar import Length
from robot_fleet.reports.periodic import words
from robot_fleet.reports.periodic.csv_file import COLUMNS, csv_bytes
from robot_fleet.reports.periodic.json_file import report_json
from robot_fleet.reports.periodic.pdf_file import pdf_bytes
from robot_fleet.reports.periodic.periodic import PeriodReport, period_report
from robot_fleet.reports.periodic.registry import SOURCES, figures
from test.unit.docs.texts import ROOT
from test.unit.reports.hand_made import FACTS, GROUND, past, period

HANGUL = re.compile("[가-힣]")


@pytest.fixture(scope="module")
def report() -> PeriodReport:
    return period_report(past(), GROUND, None, period(Length.MONTH, "2026-11"))


def rows(body: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_csv_opens_in_a_korean_excel_and_says_all_of_each_figure(report: PeriodReport) -> None:
    body = csv_bytes(report, "ko")
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.count(b"\r\n") == body.count(b"\n") > 900
    (won,) = [
        row for row in rows(body) if (row["table"], row["key"], row["figure"]) == ("cost", "fleet", "won_per_task")
    ]
    assert tuple(won) == COLUMNS
    assert (won["value"], won["unit"], won["figure_name"]) == ("19533.84", "won", "완료 작업당 비용")
    assert (won["formula"], won["facts_pct"], won["telemetry_pct"]) == ("총비용 ÷ 완료", "0.3", "")
    assert (won["from"], won["to"]) == ("2026-11-01", "2026-11-30")
    assert {row["name"] for row in rows(body) if row["key"] == "c1"} == {"돌봄 1호"}


def test_csv_parts_time_too(report: PeriodReport) -> None:
    robot = [row for row in rows(csv_bytes(report, "en")) if row["table"] == "utilisation_by_robot"]
    spent_s = sum(float(row["value"]) for row in robot if row["unit"] == "s" and row["figure"] != "robot_s")
    assert spent_s == pytest.approx(2 * 30 * 86_400, abs=1.0)


def test_no_spreadsheet_takes_a_name_for_a_formula() -> None:
    named = (*FACTS, (47_500.0, RequestRefused("t9", "=1+1", "op", 47_500.0, "too_heavy")))
    made = period_report(past(named), GROUND, None, period())
    assert {row["key"] for row in rows(csv_bytes(made, "en")) if row["table"] == "service"} >= {"'=1+1", "visit"}


@pytest.fixture(scope="module")
def pdfs(report: PeriodReport) -> dict[str, bytes]:
    return {language: pdf_bytes(report, language) for language in ("ko", "en")}


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_text_of_a_pdf_can_be_read(report: PeriodReport, pdfs: dict[str, bytes], language: str) -> None:
    reader = PdfReader(io.BytesIO(pdfs[language]))
    pages = [page.extract_text() for page in reader.pages]
    text = re.sub(r"\s+", " ", " ".join(pages))
    assert words.say(words.heading(report), language) in text
    for table in report.tables:
        assert words.say(words.title(table), language) in text
    assert all(re.sub(r"\s+", " ", words.coverage(report, language)) in re.sub(r"\s+", " ", page) for page in pages)
    assert "19,534" in text  # won per completed task
    assert "2026-11-01 – 2026-11-30" in text
    wanted = "완료 작업당 비용" if language == "ko" else "cost per completed task"
    assert wanted.replace(" ", "") in text.replace(" ", "")
    assert (len(HANGUL.findall(text)) > 1000) == (language == "ko")


def test_the_font_of_a_pdf_is_embedded(pdfs: dict[str, bytes]) -> None:
    reader = PdfReader(io.BytesIO(pdfs["ko"]))
    fonts = [font.get_object() for page in reader.pages for font in page["/Resources"]["/Font"].values()]  # type: ignore[index]
    names = {str(font["/BaseFont"]) for font in fonts}
    assert {name.partition("+")[2] for name in names} == {"NanumGothic", "NanumGothicBold"}
    for font in fonts:
        assert "/FontFile2" in font["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def test_the_same_report_is_the_same_file(report: PeriodReport, pdfs: dict[str, bytes]) -> None:
    assert pdf_bytes(report, "ko") == pdfs["ko"]
    assert csv_bytes(report, "ko") == csv_bytes(report, "ko")


def test_json_has_the_words_of_all_that_it_shows(report: PeriodReport) -> None:
    told = json.loads(json.dumps(report_json(report), allow_nan=False))
    schema = json.loads((ROOT / "docs/reference/schemas/period_report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(told)
    assert {name for table in told["tables"] for name in table["figures"]} == set(told["figures"])
    assert {name for figure in told["figures"].values() for name in figure["source"]} <= set(told["sources"])
    for table in told["tables"]:
        for row in table["rows"]:
            assert len(row["values"]) == len(table["figures"])
            assert set(row["name"]) == {"ko", "en"}


def test_each_figure_is_told_in_both_languages() -> None:
    for figure in figures().values():
        assert set(figure.source) <= set(SOURCES), figure.id
        for text in (figure.name, figure.formula):
            assert not HANGUL.search(text.en), figure.id
            assert HANGUL.search(text.ko) or figure.id == "minutes_per_task", figure.id
