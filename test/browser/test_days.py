"""The whole day of each of two people in one session: an operator's on a fleet that lives, a manager's on its books."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pypdf import PdfReader

from robot_fleet.core.inputs import SignShift
from robot_fleet.runtime.reports.desk import ReportDesk
from robot_fleet.stores.users.people import Role
from test.alarm_site import alarm_site
from test.browser.test_console import click_at
from test.browser.test_shift import sign_in
from test.fakes.house import House
from test.fakes.living_fleet import LivingFleet
from test.fakes.report_ledger import write_ledger
from test.fakes.sent_reports import SentReportsDouble
from test.unit.reports.hand_made import FACTS, GROUND

WAIT_MS = 60_000
VISITS = """request_id,at,service,params
d1,07:02,care_visit,"{""place"": ""home/r101""}"
d2,07:03,care_visit,"{""place"": ""home/r102""}"
"""


def opened(browser: Browser, url: str, errors: list[str], language: str = "en-US") -> Page:
    """Return a page at an address; what goes wrong in it is written down."""
    page = browser.new_page(viewport={"width": 1440, "height": 900}, locale=language)
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(url)
    return page


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A fleet that lives, whose manager has just signed the shift before."""
    fleet = LivingFleet(alarm_site(tmp_path / "site"), tmp_path)
    with House(tmp_path, fleet=fleet, replays=fleet.replays()) as house:
        house.server.do(lambda: fleet.ask(SignShift("before", house.users[Role.MANAGER], note="parcel shelf is full")))
        yield house
    fleet.close()


def test_operators_day(browser: Browser, house: House) -> None:
    fleet, url = house.fleet, house.server.url
    errors: list[str] = []
    page = opened(browser, url, errors)
    dialog = page.locator("#dialog")
    sign_in(page, "operator")

    # the shift is taken
    page.locator("#banner-shift").get_by_role("button").click()
    expect(page.locator("#shift")).to_contain_text("parcel shelf is full")
    page.fill("[name=signature]", "operator")
    page.click("#shift-take")
    expect(page.locator("#shift h2")).to_contain_text("taken over")
    page.goto(url)
    expect(page.locator("#tab-robots .count")).to_have_text("3")
    expect(page.locator("#banner-shift")).to_have_count(0)
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "false")  # until it is wanted
    page.click("#sound")
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "true")

    # a visit by a click on the map
    click_at(page, "home/r101")
    page.select_option("#request-service", "care_visit")
    expect(page.locator("#request-place")).to_have_value("home/r101")
    page.click("#request-send")
    dialog.get_by_role("button", name="Send request").click()
    expect(page.locator(".row.task.open")).to_contain_text("Care visit")

    # a parcel by the form
    page.click("#new-request")
    page.select_option("#request-service", "parcel_delivery")
    page.select_option("#request-from", "hub/shelf")
    page.select_option("#request-to", "home/gate")
    page.click("#request-send")
    dialog.get_by_role("button", name="Send request").click()
    expect(page.locator(".row.task.open")).to_contain_text("Parcel shelf → Gate")

    # two visits by a file
    page.click("#plan-open")
    page.click("#import")
    page.set_input_files("#import-file", {"name": "d.csv", "mimeType": "text/csv", "buffer": VISITS.encode()})
    page.click("#import-take")
    expect(page.locator('[data-task="d1"]')).to_be_visible()
    expect(page.locator('[data-task="d2"]')).to_be_visible()
    page.click("#plan-close")

    # a patrol by the palette
    page.keyboard.press("Control+k")
    page.keyboard.type("request patrol")
    page.keyboard.press("Enter")
    expect(page.locator("#request-service")).to_have_value("patrol")
    page.click("#request-send")
    dialog.get_by_role("button", name="Send request").click()
    expect(page.locator(".row.task.open")).to_contain_text("Patrol")

    # all five are carried out
    expect(page.locator(".row.task .state-name", has_text="Completed")).to_have_count(5)

    # somebody calls for help: time waits for what is looked at here, and for nothing else
    fleet.pace = 0
    house.server.do(lambda: fleet.call_for_help("help", "home/r102"))
    drawer, alarm = page.locator("#incident"), page.locator('.alarm[data-alarm="help"]')
    expect(alarm).to_contain_text("Room 102")
    page.keyboard.press("Alt+v")
    expect(page.locator("[data-voice=answered]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(drawer.locator(".voice-said")).to_contain_text("answered")
    expect(drawer.locator('[data-clock="voice"].met')).to_be_visible()
    fleet.pace = 40
    expect(drawer.locator('[data-clock="on_site"].met')).to_be_visible()
    fleet.pace = 0
    drawer.locator("#close-verdict").select_option("helped")
    drawer.get_by_role("button", name="Close incident").click()
    expect(drawer.locator('[data-clock="closed"].met')).to_be_visible()
    page.locator("#incident-title").press("Escape")
    expect(drawer).to_be_hidden()
    fleet.pace = 40

    # everybody is held, and goes on once the site's name was typed
    page.click("#hold")
    expect(dialog).to_contain_text("no safety function")
    dialog.get_by_role("button", name="Hold", exact=True).click()
    expect(page.locator("#banner-hold")).to_be_visible()
    expect(page.locator("#hold")).to_have_text("Resume fleet")
    expect(page.locator("[data-command]").last).to_have_attribute("data-command", "confirmed")
    page.click("#hold")
    page.keyboard.type("tin")
    expect(dialog.get_by_role("button", name="Resume", exact=True)).to_be_disabled()
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.type("y")
    page.keyboard.press("Enter")
    expect(page.locator("#banner-hold")).to_be_hidden()

    # a robot is heard no more, and comes back
    page.click("#tab-robots")
    page.click('[data-robot="care_2"]')
    fleet.played.radios["care_2"].silent = True
    expect(page.locator('.row.robot.away:has([data-robot="care_2"]) .state-name')).to_have_text("Offline")
    expect(page.locator("#figures .figure").first).to_contain_text("2/3")
    fleet.played.radios["care_2"].silent = False
    expect(page.locator("#figures .figure").first).to_contain_text("3/3")
    expect(page.locator(".command:is(.accepted, .overdue)")).to_have_count(0)  # it has heard that it may go on

    # the last hour once more: the call is in it, and nothing of it can be commanded
    called_s = house.server.do(lambda: fleet.task("help")["requested_s"])
    page.click("#menu-open")
    page.click("#replay-open")
    expect(page.locator("#replay-banner")).to_contain_text("Replay, not live")
    page.locator("#replay-slider").fill(str(round(called_s + 5.0)))
    expect(page.locator('#alarms-then [data-alarm="help"]')).to_contain_text("Room 102")
    expect(page.locator("[data-needs=operate]:visible")).to_have_count(0)
    page.click("#replay-leave")
    expect(page.locator("#hold")).to_be_visible()

    # in the other language, and dark
    page.click("#menu-open")
    page.click("[data-language=ko]")
    page.click("[data-chooses=dark]")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.locator("#hold")).to_have_text("전체 멈춤")
    expect(page.locator("#site-name")).to_have_text("작은 시험장")
    expect(page.locator(".disclaimer")).to_contain_text("119")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    page.keyboard.press("Control+k")
    page.keyboard.type("전체")
    expect(page.locator("#commands-0")).to_have_text("전체 멈춤")
    page.keyboard.press("Escape")

    # the shift is handed over
    page.goto(f"{url}/shift.html")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.fill("[name=note]", "102호 방문 필요")
    page.fill("[name=signature]", "operator")
    page.click("#shift-sign")
    expect(page.locator("#shift")).to_contain_text("102호 방문 필요")
    page.click("#sign-out")
    sign_in(page, "manager")
    page.fill("[name=signature]", "manager")
    page.click("#shift-take")
    expect(page.locator("#shift h2")).to_contain_text("인수됨")
    operator, manager = house.users[Role.OPERATOR], house.users[Role.MANAGER]
    handed_over = [(each["signed_by"], each["taken_by"]) for each in house.server.do(fleet.shifts)]
    assert handed_over == [(operator, manager), (manager, operator)]
    page.close()
    assert errors == []


def cell(page: Page, row: str, figure: str) -> Locator:
    return page.locator(f'tr[data-key="{row}"] td[data-figure="{figure}"]')


def test_managers_day(browser: Browser, tmp_path: Path) -> None:
    books = write_ledger(tmp_path / "ledger.sqlite", "hand", FACTS)
    errors: list[str] = []
    with House(tmp_path, reports=ReportDesk(GROUND, books, None), sent_reports=SentReportsDouble()) as house:
        page = opened(browser, house.server.url, errors, "ko-KR")
        sign_in(page, "manager")
        expect(page.locator("#hold")).to_have_text("전체 멈춤")
        page.click("#menu-open")
        page.get_by_role("link", name="보고서").click()

        # the newest day, how much of it is known, and how the fleet was used
        expect(page.locator("#report h2")).to_have_text("가동: 전체")
        expect(page.locator('[data-sent="office"]')).to_contain_text("하루 2026-11-03 (2026-11-04 00:30 이후)")
        page.click('[data-language="en"]')
        expect(page.locator('[data-sent="office"]')).to_contain_text("all sent")
        expect(page.locator('[data-sent="owner"] .bad')).to_have_text("not taken (http_503); 2 wait")
        expect(page.locator("#coverage")).to_contain_text("facts 9 %")
        expect(page.locator("#coverage")).to_contain_text("no history of telemetry")
        expect(cell(page, "fleet", "robot_s")).to_have_text("48.00")
        expect(cell(page, "fleet", "utilisation_pct")).to_have_text("11.4")
        page.click('[data-table="utilisation_by_robot"]')
        expect(page.locator("#report h2")).to_have_text("Utilisation: robot")
        expect(page.locator('tr[data-key="c1"] th')).to_have_text("Care 1")
        expect(cell(page, "c1", "charging_s")).to_have_text("1.88")  # 6,770 s
        expect(page.locator(".chart rect")).to_have_count(2 * 8)

        # where a figure comes from, by one click, and by keys
        page.click("#figure-availability_pct")
        expect(page.locator("#explained")).to_contain_text("100 × (robot time – unknown – out of service)")
        expect(page.locator("#explained")).to_contain_text("facts of the ledger")
        expect(page.locator("#figure-availability_pct")).to_have_attribute("aria-expanded", "true")
        page.keyboard.press("Enter")  # the focus stayed
        expect(page.locator("#explained")).to_have_count(0)

        # how well people were served
        page.click('[data-table="service"]')
        for figure, value in (("requests", "5"), ("done", "2"), ("on_time_pct", "50.0"), ("wait_p95_s", "260.0")):
            expect(cell(page, "fleet", figure)).to_have_text(value)

        # what is refused is said
        page.fill("#of", "never")
        page.click('button[type="submit"]')
        expect(page.locator("#coverage")).to_contain_text("2026-W45")
        expect(page.locator("#report table")).to_have_count(0)

        # what it cost, over a month: what is asked for stands in the address
        page.select_option("#length", "month")
        expect(page.locator("#coverage")).to_have_class(re.compile("bad"))  # no date of the first day yet
        page.fill("#began", "2026-11-01")
        expect(page.locator("#of")).to_have_value("2026-11")
        page.click('[data-table="cost"]')
        page.click("#figure-won_per_task")
        expect(page.locator("#explained")).to_contain_text("total ÷ done")
        expect(cell(page, "fleet", "won_per_task")).to_have_text("19,534")
        expect(page).to_have_url(re.compile("of=2026-11.*figure=won_per_task"))
        page.reload()
        expect(page.locator("#explained")).to_contain_text("total ÷ done")
        expect(page.locator("#of")).to_have_value("2026-11")

        # the month's report, to be taken away: read back as Excel and as people would
        page.click('[data-language="ko"]')
        expect(page.locator("#csv")).to_have_attribute("href", re.compile("lang=ko"))
        with page.expect_download() as loading:
            page.click("#pdf")
        assert loading.value.suggested_filename == "report-month-2026-11.pdf"
        text = " ".join(each.extract_text() for each in PdfReader(loading.value.path()).pages)
        assert all(words in text for words in ("월간 보고서 2026-11", "돌봄 1호", "19,534"))
        with page.expect_download() as loading:
            page.click("#csv")
        body = Path(loading.value.path()).read_bytes()
        assert body.startswith(b"\xef\xbb\xbf")  # without it Korean Excel shows no Hangul
        rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline="")))
        won = {row["value"] for row in rows if row["figure"] == "won_per_task" and row["key"] == "fleet"}
        assert won == {"19533.84"}
        assert next(row for row in rows if row["key"] == "c1")["name"] == "돌봄 1호"

        page.close()
    assert errors == []
