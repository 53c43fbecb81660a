"""An operator walks through an alarm with a job for staff, a fire in a building, and a paper withdrawn and restored."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from robot_fleet.core.inputs import EndCityEvent, TakeCityEvent
from robot_fleet.stores.users.people import Role
from test.browser.test_days import opened
from test.browser.test_shift import sign_in
from test.browser.views import picture
from test.fakes.house import House
from test.fakes.living_fleet import LivingFleet
from test.integration.virtual_runs import BUSAN

PERMIT = "sandbox_waterfront"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The first site, its fleet alive."""
    fleet = LivingFleet(BUSAN, tmp_path, pace=10)
    with House(tmp_path, fleet=fleet, replays=fleet.replays()) as house:
        yield house
    fleet.close()


def test_operators_walk_through_alarm_event_and_papers(
    browser: Browser, house: House, request: pytest.FixtureRequest
) -> None:
    fleet, url = house.fleet, house.server.url
    pictures = request.config.getoption("--pictures")
    out = Path(pictures) if pictures else None
    errors: list[str] = []
    page = opened(browser, url, errors)
    dialog = page.locator("#dialog")
    sign_in(page, "operator")
    page.wait_for_function("() => window.robotFleet.painted")

    # somebody calls for help: four clocks, and staff are sent for besides
    house.server.do(lambda: fleet.call_for_help("help", "senior_apt/f311"))
    alarm, drawer = page.locator('.alarm[data-alarm="help"]'), page.locator("#incident")
    expect(alarm).to_be_visible()
    alarm.locator("[data-answer=send_staff]").click()
    dialog.locator("[value=yes]").click()
    page.keyboard.press("Alt+v")
    page.keyboard.press("Enter")
    expect(drawer.locator("[data-clock]")).to_have_count(4)
    expect(drawer.locator('[data-clock="voice"].met')).to_be_visible()
    picture(page, out, "walk", "alarm")
    page.locator("#incident-title").press("Escape")
    page.click("#tab-jobs")
    expect(page.locator("[data-job]")).to_have_count(1)

    # a fire in one building: its robots are held, those of the others go on
    fire = TakeCityEvent("fire-1", "local", "fire-1", "fire", "building:care_home", exercise=True)
    house.server.do(lambda: fleet.ask(fire))
    banner = page.locator('[id="banner-event-local/fire-1"]')
    expect(banner).to_be_visible()
    picture(page, out, "walk", "fire")
    held = {name for name, robot in fleet.played.host.fleet.state.robots.items() if robot.hold}
    assert len(held) < len(fleet.site.robots), "never the whole fleet"
    house.server.do(lambda: fleet.ask(EndCityEvent("end-1", "local/fire-1", "all clear", house.users[Role.MANAGER])))
    expect(banner).to_have_count(0)

    # a permit is withdrawn, with a reason and its id, and restored
    page.goto(f"{url}/papers.html")
    row = page.locator(f'[data-row="{PERMIT}"]')
    expect(row).to_contain_text("DEMO-SBX-2026-14")
    expect(row.locator(".paper-state.valid")).to_be_visible()
    row.get_by_role("button").click()
    dialog.locator("[name=reason]").fill("order of the city")
    expect(dialog.locator("[value=yes]")).to_be_disabled()
    dialog.locator("[name=typed]").fill(PERMIT)
    picture(page, out, "walk", "withdrawing")
    dialog.locator("[value=yes]").click()
    expect(row.locator(".paper-state.withdrawn")).to_be_visible()
    expect(row).to_contain_text("order of the city")
    expect(page.locator(".paper-note.bad")).to_be_visible()
    picture(page, out, "walk", "withdrawn")
    assert all(robot.kept_out for robot in fleet.played.host.fleet.state.robots.values() if robot.kind != "parking")
    row.get_by_role("button").click()
    dialog.locator("[name=reason]").fill("the city has agreed")
    dialog.locator("[name=typed]").fill(PERMIT)
    dialog.locator("[value=yes]").click()
    expect(row.locator(".paper-state.valid")).to_be_visible()
    assert errors == []
