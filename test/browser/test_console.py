"""The console in a real browser, over a fleet that only looks alive."""

from __future__ import annotations

import io
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image, ImageStat
from playwright.sync_api import Browser, Page, expect

from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
WAIT_MS = 20_000


@dataclass
class Opened:
    """A console in a page, the server behind it and what went wrong or away."""

    page: Page
    fleet: MovingFleet
    server: WebServer
    errors: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def free_place(self) -> str:
        """Return the place that is farthest from any robot, whose mark would be clicked instead."""
        taken = [(puppet.x_m, puppet.y_m) for puppet in self.fleet.puppets]
        places = [place for place in self.fleet.site.places.values() if place.kind in ("room", "shelf", "locker")]
        return max(places, key=lambda p: min(math.dist((p.pose.x_m, p.pose.y_m), xy) for xy in taken)).id

    def click_at(self, thing: str) -> None:
        click_at(self.page, thing)


def click_at(page: Page, thing: str) -> None:
    """Click on the map where a place or robot is, once the map stands still."""
    x, y = page.evaluate(
        """id => new Promise((told) => {
            const look = (before) => {
                const [x, y] = robotFleet.screenOf(id);
                if (robotFleet.painted && `${[x, y]}` === before) told([x, y]);
                else setTimeout(look, 50, `${[x, y]}`);
            };
            look();
        })""",
        thing,
    )
    page.mouse.click(x, y)


LIGHT, DARK = "rgb(233, 238, 236)", "rgb(15, 21, 23)"
BARRIER = (0xC6, 0x2F, 0x26)


def becomes(look: Callable[[], float], wanted: Callable[[float], bool]) -> None:
    """Wait until a look finds what is wanted: the map's painter draws in a thread of its own."""
    deadline = time.monotonic() + WAIT_MS / 1000
    while not wanted(found := look()):
        assert time.monotonic() < deadline, found


def lightness(page: Page) -> float:
    """Return how light the map's middle is."""
    shown = Image.open(io.BytesIO(page.screenshot(clip={"x": 60, "y": 300, "width": 300, "height": 300})))
    return ImageStat.Stat(shown.convert("L")).mean[0]


@pytest.fixture
def console(browser: Browser) -> Iterator[Opened]:
    fleet = MovingFleet(load_site(TINY), tasks=2, pace=20.0)
    with WebServer(create_app(fleet)) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        opened = Opened(page, fleet, server)
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.on("console", lambda line: opened.errors.append(line.text) if line.type == "error" else None)
        page.on("request", lambda asked: opened.asked.append(asked.url))
        page.goto(server.url)
        page.wait_for_selector("[data-task]")
        yield opened
        context.close()


def test_robots_move_and_nothing_comes_from_elsewhere(console: Opened) -> None:
    page = console.page
    expect(page.locator("#tab-robots .count")).to_have_text("3")
    first = page.evaluate("document.getElementById('actors').toDataURL()")
    page.wait_for_function("first => document.getElementById('actors').toDataURL() !== first", arg=first)
    before = page.locator("#clock").inner_text()
    expect(page.locator("#clock")).not_to_have_text(before)
    assert {url.split("/")[2] for url in console.asked if not url.startswith("blob:")} == {
        f"127.0.0.1:{console.server.port}"
    }
    assert console.errors == []


def test_what_is_missing_or_refused_is_said_at_the_field(console: Opened) -> None:
    page = console.page
    page.click("#new-request")
    page.select_option("#request-service", "care_visit")
    page.click("#request-send")
    expect(page.locator("#request-error")).to_have_text("This is needed: Place")
    expect(page.locator("#request-place")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#request")).to_be_hidden()
    assert console.fleet.commands == []


def test_a_cancel_is_asked_about_first(console: Opened) -> None:
    page = console.page
    task = "w1"
    console.server.do(lambda: setattr(console.fleet, "holding", True))
    console.server.do(lambda: console.fleet.leave_waiting(task, "care_visit", {"place": "home/r101"}))
    page.locator(f'[data-task="{task}"]').click()
    page.click(f'[data-cancel="{task}"]')
    page.locator("dialog").get_by_role("button", name="Back").click()
    expect(page.locator("dialog")).to_be_hidden()
    assert console.fleet.commands == []
    page.click(f'[data-cancel="{task}"]')
    page.locator("dialog").get_by_role("button", name="Cancel task").click()
    expect(page.locator(f'.row.task:has([data-task="{task}"]) .state-name')).to_have_text("Cancelled")
    assert console.fleet.commands == [("cancel", task)]


def test_a_theme_is_chosen_by_button_and_by_typing_and_every_page_keeps_it(console: Opened) -> None:
    page = console.page
    page.emulate_media(color_scheme="light")
    page.wait_for_function("() => window.robotFleet.painted")
    expect(page.locator("body")).to_have_css("background-color", LIGHT)
    becomes(lambda: lightness(page), lambda mean: mean > 200)
    page.click("#menu-open")
    dark = page.locator("#menu").get_by_role("group", name="Theme").get_by_role("button", name="Dark")
    dark.focus()
    page.keyboard.press("Enter")
    expect(dark).to_have_attribute("aria-pressed", "true")
    expect(dark).to_be_focused()
    expect(page.locator("body")).to_have_css("background-color", DARK)
    becomes(lambda: lightness(page), lambda mean: mean < 60)
    page.goto(f"{console.server.url}/shift.html")
    expect(page.locator("body")).to_have_css("background-color", DARK)
    page.get_by_role("button", name="System").click()
    expect(page.locator("body")).to_have_css("background-color", LIGHT)
    page.emulate_media(color_scheme="dark")
    expect(page.locator("body")).to_have_css("background-color", DARK)
    page.goto(console.server.url)
    page.wait_for_selector("[data-task]")
    page.keyboard.press("Control+k")
    page.keyboard.type("theme light")
    page.keyboard.press("Enter")
    expect(page.locator("body")).to_have_css("background-color", LIGHT)
    becomes(lambda: lightness(page), lambda mean: mean > 200)
    assert console.errors == []


def reds(page: Page, robot: str) -> int:
    """Return how many pixels below a robot are as red as a barrier."""
    x, y = page.evaluate("id => window.robotFleet.screenOf(id)", robot)
    shown = page.screenshot(clip={"x": x - 80, "y": y + 14, "width": 160, "height": 30})
    colours = Image.open(io.BytesIO(shown)).convert("RGB").getcolors(160 * 30) or []
    return sum(count for count, colour in colours if colour == BARRIER)


def test_a_way_that_a_robot_reports_as_blocked_is_marked_and_told(console: Opened) -> None:
    page, fleet = console.page, console.fleet
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    console.server.do(lambda: setattr(fleet, "holding", True))
    page.wait_for_function("() => window.robotFleet.painted")
    call = fleet.site.places[str(fleet.picture.alarms[0]["place"])].pose
    robot = max(fleet.puppets, key=lambda puppet: math.dist((call.x_m, call.y_m), (puppet.x_m, puppet.y_m))).id

    def block() -> None:
        since_s = round(fleet.now_s - 200.0, 1)
        fleet.told[robot] = {"obstacle": {"code": "nav_blocked", "since_s": since_s}, "conditions": ["nav_blocked"]}

    console.server.do(block)
    page.click("#tab-robots")
    row = page.locator(f'.row:has([data-robot="{robot}"])')
    expect(row.locator(".state-name")).to_contain_text("Way blocked · ")
    row.locator(".row-main").click()
    expect(row).to_contain_text("way blocked")
    becomes(lambda: reds(page, robot), lambda count: count > 0)
    expect(page.locator("#legend")).to_contain_text("Way blocked")
    page.click("#layers-open")
    page.uncheck("#layer-obstacles")
    page.keyboard.press("Escape")
    becomes(lambda: reds(page, robot), lambda count: count == 0)
    # of the past nothing is kept but what rang
    rang = """async (row) => (await import('/js/obstacles.js')).obstacleOf(
        {alarms: [{members: ['stuck:care_1', 'robot_faulted:park_1'], raised_s: 30}]}, row)"""
    assert page.evaluate(rang, {"id": "care_1", "fault": ""}) == {"code": "stuck", "since_s": 30}
    assert page.evaluate(rang, {"id": "park_1", "fault": "nav_208"}) == {"code": "nav_blocked", "since_s": 30}
    assert page.evaluate(rang, {"id": "park_1", "fault": "nav_203"}) is None


def test_an_alarm_comes_by_itself_and_it_is_known_that_it_was_shown(console: Opened) -> None:
    console.server.do(lambda: console.fleet.raise_alarm("home/r102"))
    expect(console.page.locator('.alarm[data-alarm="alarm-2"]')).to_contain_text("Room 102")
    assert console.fleet.alarms_shown == ["alarm-1", "alarm-2"]


def test_a_lost_connection_is_said_and_comes_back(console: Opened) -> None:
    page = console.page
    port = console.server.port
    with page.expect_websocket() as taken_up:
        console.server.cut_off()
    assert "after=" in taken_up.value.url  # it is sent what it has missed, and no more
    expect(page.locator("#hold")).to_be_enabled()
    console.server.stop()
    expect(page.locator("#banner-lost")).to_be_visible()
    expect(page.locator("#hold")).to_be_disabled()
    with WebServer(create_app(console.fleet), port):
        expect(page.locator("#banner-lost")).to_be_hidden()
        expect(page.locator("#hold")).to_be_enabled()
        page.close()


def test_everything_can_be_reached_by_keyboard(console: Opened) -> None:
    page = console.page
    reached: list[str] = []
    page.keyboard.press("Tab")
    for _ in range(24):
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        page.keyboard.press("Tab")
    assert {"hold", "actors", "zoom-in", "layers-open", "tab-tasks"} <= set(reached)
    page.focus("#tab-tasks")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-robots")).to_be_focused()
    page.focus('[data-robot="care_1"]')
    page.keyboard.press("Enter")
    expect(page.locator('.row.robot.open:has([data-robot="care_1"])')).to_be_visible()
    page.focus("#new-request")
    page.keyboard.press("Enter")
    expect(page.locator("#request-service")).to_be_focused()


def test_where_robots_are_going_is_shown_to_those_who_want_to_see_it(console: Opened) -> None:
    page = console.page
    assert not [url for url in console.asked if url.endswith("/api/v1/ways")]
    page.get_by_role("button", name="Map layers").click()
    with page.expect_response("**/api/v1/ways"):
        page.get_by_role("checkbox", name="Where robots are going").check()
    rows = page.evaluate(
        """async () => {
            for (;;) {
                const rows = await (await fetch('api/v1/ways')).json();
                if (rows.length) return rows;
                await new Promise(requestAnimationFrame);
            }
        }"""
    )
    assert all(len(row["points"]) > row["released"] > 0 for row in rows)
    drawn = page.evaluate("window.robotFleet.frames")
    page.wait_for_function("frames => window.robotFleet.frames > frames + 5", arg=drawn)
    page.get_by_role("checkbox", name="Where robots are going").uncheck()
    page.keyboard.press("Escape")
    expect(page.locator("#layers")).to_be_hidden()
    page.locator("#tab-robots").click()
    with page.expect_response("**/api/v1/ways"):
        page.locator("[data-robot]").first.click()
    assert console.errors == []
