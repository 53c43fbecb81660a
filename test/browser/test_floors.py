"""Floors and lifts in a real browser: which level the map shows, and what an operator says of a lift."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from robot_fleet.core.site import GROUND_LEVEL
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.browser.test_console import Opened
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

SITE = Path(__file__).parents[2] / "config" / "sites" / "busan_edc"
WAIT_MS = 60_000
UPPER, LIFT = "upper", "care_home_lift"
CABIN = 6.4, 65.0
ROOM, BELOW = "care_home/r301", "care_home/r201"
"""A room of the upper floor, and the one right below it."""


@pytest.fixture(scope="module")
def opened(browser: Browser) -> Iterator[Opened]:
    fleet = MovingFleet(load_site(SITE), tasks=2, pace=4.0, alarm=False)
    with WebServer(create_app(fleet)) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        found = Opened(page, fleet, server)
        page.on("pageerror", lambda error: found.errors.append(str(error)))
        yield found
        context.close()


@pytest.fixture
def console(opened: Opened) -> Opened:
    """The map, with a robot that stands in the lift's cabin on the upper floor."""
    fleet = opened.fleet

    def ride() -> None:
        rider = next(puppet for puppet in fleet.puppets if puppet.id == "care_1")
        (rider.x_m, rider.y_m), rider.hold = CABIN, True
        fleet.picture.put_robot("care_1", level=UPPER)

    opened.server.do(ride)
    opened.page.goto(opened.server.url)
    opened.page.wait_for_selector("[data-task]")
    opened.page.wait_for_function("() => window.robotFleet.painted")
    return opened


def shows(page: Page, level: str) -> None:
    """See that the map shows a level: the switch says so."""
    page.click("#layers-open")
    expect(page.locator(f"#level-{level}")).to_be_checked()
    page.keyboard.press("Escape")


def choose(page: Page, level: str) -> None:
    page.click("#layers-open")
    page.check(f"#level-{level}")
    page.keyboard.press("Escape")


def point_at(page: Page, thing: str) -> None:
    """Move the mouse to where a place or robot is on the screen, whichever level is shown."""
    x, y = page.evaluate("id => robotFleet.screenOf(id)", thing)
    page.mouse.move(x + 40, y + 40)
    page.mouse.move(x, y)


def test_the_level_switch_shows_rooms_and_robots_of_one_floor_only(console: Opened) -> None:
    page, places = console.page, console.fleet.site.places
    above, below = places[ROOM], places[BELOW]
    assert (above.pose.x_m, above.pose.y_m) == (below.pose.x_m, below.pose.y_m)
    shows(page, GROUND_LEVEL)
    point_at(page, ROOM)
    expect(page.locator("#tip")).to_contain_text(below.name.en)
    point_at(page, "care_1")
    expect(page.locator("#tip")).not_to_contain_text("Care 1")
    choose(page, UPPER)
    point_at(page, ROOM)
    expect(page.locator("#tip")).to_contain_text(above.name.en)
    point_at(page, "care_1")
    expect(page.locator("#tip")).to_contain_text("Care 1")
    choose(page, GROUND_LEVEL)
    point_at(page, BELOW)
    expect(page.locator("#tip")).to_contain_text(below.name.en)
    assert console.errors == []


def test_whoever_follows_a_robot_goes_up_and_down_in_the_lift_with_it(console: Opened) -> None:
    page = console.page
    page.click("#tab-robots")
    page.click('[data-robot="care_1"]')
    shows(page, UPPER)
    choose(page, GROUND_LEVEL)
    page.click("#follow")
    shows(page, UPPER)
    console.server.do(lambda: console.fleet.picture.put_robot("care_1", level=GROUND_LEVEL))
    expect(page.locator(f"#level-{GROUND_LEVEL}")).to_be_checked()
    assert console.errors == []


def test_an_operator_says_that_a_lift_is_out_of_order_and_in_order_again(opened: Opened) -> None:
    page = opened.page
    page.goto(f"{opened.server.url}/inventory.html")
    row = page.locator("#equipment tr", has=page.locator(f'[data-equipment="{LIFT}"]'))
    expect(row).to_contain_text("Lift of the Mulbit Care Home")
    expect(row).to_contain_text("Ground floor, Mulbit Care Home, upper floor")
    expect(row).to_contain_text("free")
    row.locator("button").click()
    page.click("#dialog .ask-buttons button:first-child")
    assert opened.fleet.commands == [], "nothing is said before it is confirmed"
    row.locator("button").click()
    page.fill("#dialog [name=reason]", "the doors stick")
    page.click("#dialog [value=yes]")
    expect(row).to_contain_text("out of order by operator")
    expect(row).to_contain_text("the doors stick")
    row.locator("button").click()
    expect(page.locator("#dialog h2")).to_have_text("Is Lift of the Mulbit Care Home in order again?")
    page.click("#dialog [value=yes]")
    expect(row).to_contain_text("free")
    assert opened.fleet.commands == [("TakeEquipmentOut", LIFT), ("PutEquipmentBack", LIFT)]
    assert opened.errors == []
