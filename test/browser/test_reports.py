"""The page of reports in a real browser: tables, formulas, coverage, languages, and a monthly report downloaded."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from robot_fleet.runtime.report_desk import ReportDesk
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.report_ledger import write_ledger
from test.fakes.sent_reports import SentReportsDouble
from test.fakes.web_server import WebServer
from test.unit.reports.hand_made import FACTS, GROUND

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
WAIT_MS = 60_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    path = write_ledger(tmp_path_factory.mktemp("reports") / "ledger.sqlite", "hand", FACTS)
    app = create_app(
        MovingFleet(load_site(TINY)), reports=ReportDesk(GROUND, path, None), sent_reports=SentReportsDouble()
    )
    with WebServer(app) as running:
        yield running


@pytest.fixture
def page(browser: Browser, server: WebServer, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The page in a browser of a language; what goes wrong in it fails the test."""
    errors: list[str] = []
    context = browser.new_context(locale=getattr(request, "param", "en-US"), viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    opened.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{server.url}/reports.html")
    opened.wait_for_selector("#report table")
    yield opened
    context.close()
    assert errors == []


def cell(page: Page, row: str, figure: str) -> str:
    return page.locator(f'tr[data-key="{row}"] td[data-figure="{figure}"]').inner_text()


def ask_for_november(page: Page) -> None:
    page.select_option("#length", "month")
    expect(page.locator("#coverage")).to_have_class(re.compile("bad"))  # no date of the first day yet
    page.fill("#began", "2026-11-01")
    expect(page.locator("#of")).to_have_value("2026-11")


def test_the_newest_day_is_shown_with_its_coverage(page: Page) -> None:
    expect(page.locator("#coverage")).to_contain_text("facts 9 %")
    expect(page.locator("#coverage")).to_contain_text("no history of telemetry")
    assert cell(page, "fleet", "robot_s") == "48.00"
    assert cell(page, "fleet", "utilisation_pct") == "11.4"
    page.click('[data-table="utilisation_by_robot"]')
    assert cell(page, "c1", "charging_s") == "1.88"  # 6,770 s
    assert page.locator(".chart rect").count() == 2 * 8


def test_formula_and_source_of_a_figure_are_one_click_away(page: Page) -> None:
    expect(page.locator("#explained")).to_have_count(0)
    page.click("#figure-availability_pct")
    expect(page.locator("#explained")).to_contain_text("100 × (robot time – unknown – out of service)")
    expect(page.locator("#explained")).to_contain_text("facts of the ledger")
    expect(page.locator("#figure-availability_pct")).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Enter")  # the focus stayed: by keys too
    expect(page.locator("#explained")).to_have_count(0)


def test_what_is_asked_for_stands_in_the_address(page: Page, server: WebServer) -> None:
    ask_for_november(page)
    page.click('[data-table="cost"]')
    page.click("#figure-won_per_task")
    assert cell(page, "fleet", "won_per_task") == "19,534"
    there = page.url
    page.goto(server.url)
    page.click("#menu-open")
    page.get_by_role("link", name="Reports").click()
    page.wait_for_selector("#report table")
    page.goto(there)
    expect(page.locator("#explained")).to_contain_text("total ÷ done")
    expect(page.locator("#of")).to_have_value("2026-11")


def test_what_is_refused_is_said(page: Page) -> None:
    page.fill("#of", "never")
    page.click('button[type="submit"]')
    expect(page.locator("#coverage")).to_contain_text("2026-W45")
    expect(page.locator("#report table")).to_have_count(0)


@pytest.mark.parametrize("page", ["ko-KR"], indirect=True)
def test_the_page_speaks_korean(page: Page) -> None:
    expect(page.locator("#report h2")).to_have_text("가동: 전체")
    page.click('[data-table="utilisation_by_robot"]')
    expect(page.locator('tr[data-key="c1"] th')).to_have_text("돌봄 1호")
    expect(page.locator('[data-sent="office"]')).to_contain_text("하루 2026-11-03 (2026-11-04 00:30 이후)")
    page.click('[data-language="en"]')
    expect(page.locator('[data-sent="office"]')).to_contain_text("all sent")
    expect(page.locator('[data-sent="owner"] .bad')).to_have_text("not taken (http_503); 2 wait")
    expect(page.locator("#report h2")).to_have_text("Utilisation: robot")
    expect(page.locator('tr[data-key="c1"] th')).to_have_text("Care 1")


@pytest.mark.parametrize("page", ["ko-KR"], indirect=True)
def test_a_monthly_report_is_downloaded_and_read_back(page: Page) -> None:
    ask_for_november(page)
    with page.expect_download() as loading:
        page.click("#pdf")
    assert loading.value.suggested_filename == "report-month-2026-11.pdf"
    text = " ".join(each.extract_text() for each in PdfReader(loading.value.path()).pages)
    assert "월간 보고서 2026-11" in text
    assert "돌봄 1호" in text
    assert "19,534" in text
    with page.expect_download() as loading:
        page.click("#csv")
    body = Path(loading.value.path()).read_bytes()
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
    assert {row["value"] for row in rows if row["figure"] == "won_per_task" and row["key"] == "fleet"} == {"19533.84"}
    assert next(row for row in rows if row["key"] == "c1")["name"] == "돌봄 1호"
