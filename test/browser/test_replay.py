"""The past in a real browser: played, searched, gone through by events, and nothing of the present in it."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.browser.views import picture
from test.fakes.moving_fleet import MovingFleet
from test.fakes.recorded_run import BEGIN_S, END_S, SILENT, Recorded, record
from test.fakes.web_server import WebServer

WAIT_MS = 20_000


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    return record(tmp_path_factory.mktemp("replay"))


def seek(page: Page, at_s: float, clock: str) -> None:
    page.locator("#replay-slider").fill(str(round(at_s)))
    expect(page.locator("#replay-clock")).to_have_text(clock)
    expect(page.locator("#replay-what")).not_to_contain_text("Fetching")


def violations(page: Page) -> list[str]:
    """Return what axe finds on the page, in both themes."""
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for violation in Axe().run(page).response["violations"]:
            found += [f"{theme} {violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    return found


def figure(page: Page, words: str) -> Locator:
    return page.locator(f".figure:has-text('{words}') dd")


def test_the_past_is_played_searched_and_left_for_the_present(
    browser: Browser, recorded: Recorded, pytestconfig: pytest.Config
) -> None:
    out = pytestconfig.getoption("--pictures", None)
    fleet = MovingFleet(load_site(recorded.folder), tasks=8, pace=1.0, alarm=False)
    errors: list[str] = []
    with WebServer(create_app(fleet, replays=recorded.desk())) as server:
        size = {"width": 1440, "height": 900}
        page = browser.new_page(viewport=size, locale="en-US", reduced_motion="reduce")  # axe sees no colour in between
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(server.url)
        page.wait_for_selector("[data-task]")
        live = page.locator("[data-task]").first.get_attribute("data-task")

        # from the menu to the newest hour; the banner says it, and commands are gone
        page.locator("#menu-open").click()
        page.locator("#replay-open").click()
        banner = page.locator("#replay-banner")
        expect(banner).to_contain_text("Replay, not live")
        expect(page.locator("#replay-kept")).to_contain_text("kept for 31 days")
        expect(page.locator("[data-needs=operate]:visible")).to_have_count(0)
        expect(page.locator(f'[data-task="{live}"]')).to_have_count(0)

        # a period over midnight, played at 60 times
        page.goto(f"{server.url}/#/replay?from={BEGIN_S:.0f}&to={END_S:.0f}&speed=60")
        expect(page.locator("#replay-clock")).to_have_text(re.compile("Day 2, 00:0[1-9]"))
        page.locator("#replay-play").click()

        # any instant is as it was seen live then
        for at_s, clock in ((BEGIN_S + 245.0, "23:57:25"), (BEGIN_S + 350.0, "23:59:10"), (BEGIN_S + 70.0, "23:54:30")):
            seen = recorded.seen[min(recorded.seen, key=lambda each: abs(each - at_s))]
            still_open = [row for row in seen["tasks"] if row["ended_s"] is None]
            seek(page, at_s, clock)
            expect(page.locator("#tab-tasks .count")).to_have_text(str(len(still_open)))
            done = sum(row["state"] == "completed" for row in seen["tasks"])
            expect(figure(page, "done")).to_have_text(str(done))
            alarms = page.locator("#alarms-then [data-alarm]")
            expect(alarms).to_have_count(len(seen["alarms"]))

        # step by step through the events, by key
        page.locator("#replay-play").focus()
        page.keyboard.press("n")
        expect(page.locator("#replay-said")).to_have_text(re.compile("23:5.*Zone closed"))
        page.keyboard.press("p")
        expect(page.locator("#replay-said")).to_contain_text("Call for help")
        page.keyboard.press("End")
        expect(page.locator("#replay-clock")).to_have_text("Day 2, 00:13:20")

        # where nobody heard a robot, it says so
        page.locator("#tab-robots").click()
        seek(page, SILENT[1] + 60.0, "Day 2, 00:02:40")
        expect(page.locator('.row:has([data-robot="care_1"])')).to_contain_text("Not recorded")
        expect(page.locator('.row:has([data-robot="care_2"])')).not_to_contain_text("Not recorded")

        # what begins to ring live is announced, and is no part of what is shown
        server.do(lambda: fleet.desk.call_for_help("ring-1", "care_alarm", "home/r101"))
        expect(page.locator("#replay-live")).to_have_text("Ringing live now: 1")
        expect(page.locator("#announce")).to_contain_text("Room 101")
        expect(page.locator('#alarms [data-alarm="ring-1"]')).to_be_visible()
        expect(page.locator('#alarms-then [data-alarm="ring-1"]')).to_have_count(0)

        picture(page, out, "en", "replay")
        assert violations(page) == []

        # the address is enough to come back to the same instant, in the other language as well
        page.locator("#menu-open").click()
        page.locator('[data-language="ko"]').click()
        page.reload()
        expect(banner).to_contain_text("다시 보기 중 · 실시간 아님")
        expect(page.locator("#replay-clock")).to_contain_text("2일차 00:0")
        page.emulate_media(color_scheme="light")
        page.wait_for_function("() => window.robotFleet.painted")
        picture(page, out, "ko", "replay")
        assert violations(page) == []

        # back to the present, with its tasks and its commands
        page.locator("#replay-leave").click()
        expect(banner).to_be_hidden()
        expect(page.locator("#hold")).to_be_visible()
        page.locator("#tab-tasks").click()
        expect(page.locator(f'[data-task="{live}"]')).to_have_count(1)
        expect(page).to_have_url(re.compile("^((?!replay|from=).)*$"))

        # from a task to its own past
        page.locator(f'[data-task="{live}"]').click()
        page.locator(".row.task.open [data-replay]").click()
        expect(banner).to_be_visible()
        expect(page).to_have_url(re.compile(f"task={live}"))
        page.close()
    assert errors == []
