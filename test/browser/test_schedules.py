"""What recurs, in a real browser: made in the form of a request, looked after in the panel; and templates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from robot_fleet.core.recurrence import Every, OnHolidays, Recurrence
from robot_fleet.core.site import CalendarSpec
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
KOREA = CalendarSpec("Asia/Seoul", "KR", "", {}, (), "2026-12-21")
WAIT_MS = 20_000


@pytest.fixture
def fleet() -> MovingFleet:
    """A fleet on Monday 21 December 2026."""
    return MovingFleet(replace(load_site(TINY), calendar=KOREA), tasks=2, pace=1.0, alarm=False)


@pytest.fixture
def page(browser: Browser, fleet: MovingFleet) -> Iterator[Page]:
    errors: list[str] = []
    with WebServer(create_app(fleet)) as server:
        opened = browser.new_page(viewport={"width": 1440, "height": 900}, locale="ko-KR")
        opened.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        opened.on("pageerror", lambda error: errors.append(str(error)))
        opened.goto(server.url)
        opened.wait_for_selector("[data-task]")
        yield opened
        opened.close()
    assert errors == []


def test_a_request_is_made_to_recur_and_looked_after(page: Page, fleet: MovingFleet) -> None:
    def say_yes() -> None:
        page.click('#dialog button[value="yes"]')

    # a rule, and what it comes to: Friday is Christmas
    page.click("#new-request")
    page.select_option("#request-service", "care_visit")
    page.select_option("#request-place", "home/r101")
    page.select_option("#rule-how", "week")
    expect(page.locator("#rule-mon")).to_have_attribute("aria-pressed", "true")
    page.locator("#rule-fri").press("Space")
    page.fill("#rule-at", "14:30")
    page.select_option("#rule-holidays", "skip")
    days = page.locator("#rule-days li")
    expect(days).to_have_count(8)  # New Year is a Friday, too
    expect(days.nth(1)).to_have_class("out")
    expect(days.nth(1)).to_contain_text("기독탄신일")
    page.click("#request-send")
    expect(page.locator("#rule-name")).to_have_attribute("aria-invalid", "true")
    page.fill("#rule-name", "오후 방문")

    # kept as a template, too
    page.click("#request-keep")
    page.fill('#dialog [name="name"]', "방문 서식")
    say_yes()
    expect(page.locator("#request-template option")).to_have_count(0)  # the form stays as it is until it is opened anew
    page.click("#request-send")
    expect(page.locator("#dialog dd").last).to_contain_text("월 · 금 14:30")
    say_yes()

    # in the panel: skipped once, paused with a reason, and on again
    row = page.locator('[data-arranged^="s:"]')
    expect(row).to_contain_text("오후 방문")
    (record,) = fleet.desk.core.state.schedules.values()
    assert record.editions[0].rule == Recurrence(
        "14:30", "2026-12-21", Every.WEEK, weekdays=("mon", "fri"), holidays=OnHolidays.SKIP
    )
    row.press("Enter")
    first = page.locator('.row.schedule [data-local="2026-12-21T14:30"]')
    first.get_by_role("button").press("Enter")
    expect(first).to_have_class("out")
    expect(row).to_contain_text("12월 28일")
    page.click('[data-does="pause"]')
    page.fill('#dialog [name="reason"]', "병동 공사")
    say_yes()
    expect(row).to_contain_text("멈춤")
    page.click('[data-does="resume"]')
    expect(row).to_contain_text("진행 중")

    # changed from a later date on
    page.click('[data-does="edit"]')
    expect(page.locator("#rule-how option")).to_have_count(4)
    page.fill("#rule-begins", "2027-01-04")
    page.select_option("#rule-how", "weekdays")
    page.click("#request-send")
    say_yes()
    expect(page.locator(".row.schedule .pairs")).to_contain_text("평일마다 14:30")
    assert [edition.rule.begins for edition in record.editions] == ["2026-12-21", "2027-01-04"]

    # the template fills the form in, gets another name and goes
    page.click('[data-arranged^="t:"]')
    page.click('[data-does="use"]')
    expect(page.locator("#request-place")).to_have_value("home/r101")
    page.keyboard.press("Escape")
    page.click("#tab-schedules")
    page.click('[data-does="rename"]')
    page.fill('#dialog [name="name"]', "방문")
    say_yes()
    expect(page.locator('[data-arranged^="t:"] strong')).to_have_text("방문")
    page.click('[data-does="delete"]')
    say_yes()
    expect(page.locator('[data-arranged^="t:"]')).to_have_count(0)

    page.click('[data-arranged^="s:"]')
    page.click('[data-does="end"]')
    say_yes()
    expect(page.locator(".row.schedule.over")).to_have_count(1)
    assert record.state == "ended"
