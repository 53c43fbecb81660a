"""An operator's last minutes, and the first of the next one: weather, a robot that says nothing, the hand-over."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from robot_fleet.stores.users.people import Role
from test.browser.test_signing_in import Opened, console
from test.fakes.house import PASSWORD

__all__ = ["console"]


def sign_in(page: Page, name: str) -> None:
    page.fill("#sign-in-name", name)
    page.fill("#sign-in-password", PASSWORD)
    page.keyboard.press("Enter")


def close_for_the_weather(console: Opened) -> None:
    """Close a zone with a robot in it: its name has to be typed."""
    page, house = console.page, console.house
    site, caught = house.fleet.site, house.fleet.puppets[0]

    def put() -> None:
        """Let one robot stand in the zone, and the others where they began, while it is looked at."""
        for each in house.fleet.puppets:
            each.at = "annex/desk" if each is caught else site.robots[each.id].start
            pose = site.vertices[each.at].pose
            each.x_m, each.y_m, each.way, each.stops, each.hold = pose.x_m, pose.y_m, [], [], True

    house.server.do(put)
    page.wait_for_function(
        """([robot, place]) => {
            const [[x, y], [left, top]] = [robot, place].map(robotFleet.screenOf);
            return Math.hypot(left - x, top - y) < 2;
        }""",
        arg=[caught.id, caught.at],
    )
    page.click("#zones")
    expect(page.locator("#dialog")).to_contain_text("no safety function")
    expect(page.locator("#dialog")).to_contain_text("Robots inside: 1")
    page.check("#dialog [value=annex]")
    page.select_option("#dialog [name=cause]", "weather")
    page.fill("#dialog [name=until]", "23:30")
    page.click("#dialog button[value=yes]")
    expect(page.locator("#dialog button[value=yes]")).to_be_disabled()
    page.fill("#dialog [name=typed]", "annex")
    page.keyboard.press("Enter")
    expect(page.locator("#banner-zone-annex")).to_contain_text("Weather · until 23:30")
    house.server.do(lambda: [setattr(each, "hold", False) for each in house.fleet.puppets])


def test_a_shift_ends_and_another_person_takes_it_over(console: Opened) -> None:
    page, house = console.page, console.house
    sign_in(page, "operator")
    page.wait_for_selector("[data-task]")
    close_for_the_weather(console)
    expect(page.locator("[data-command]")).to_have_attribute("data-command", "confirmed")

    house.fleet.robots_heard = ("care_1", "logistics_1")  # one says nothing any more
    page.click("#hold")
    page.click("#ask-other")
    page.fill("#dialog [name=typed]", "tiny")
    page.keyboard.press("Enter")
    expect(page.locator("#banner-hold")).to_contain_text("stopped in place")
    expect(page.locator("[data-command=accepted]")).to_be_visible()
    house.server.do(lambda: house.fleet.advance(100.0))
    expect(page.locator("[data-command=overdue]")).to_contain_text("No word yet from Care 2")

    page.goto(f"{house.server.url}/shift.html")
    expect(page.locator('[data-open="fleet_held:"]')).to_be_visible()
    page.fill('[data-open="zone_closed:annex"] input', "opens by itself")
    page.fill("[name=signature]", "manager")
    page.click("#shift-sign")
    expect(page.locator("[role=alert]")).to_contain_text("Only operator")
    page.fill("[name=signature]", "operator")
    page.click("#shift-sign")
    expect(page.locator("#shift h2")).to_contain_text("waits")
    page.fill("[name=signature]", "operator")
    page.click("#shift-take")
    expect(page.locator("[role=alert]")).to_contain_text("Somebody else has to")

    page.click("#sign-out")
    sign_in(page, "manager")
    expect(page.locator("#shift")).to_contain_text("opens by itself")
    page.fill("[name=signature]", "manager")
    page.click("#shift-take")
    expect(page.locator("#shift h2")).to_contain_text("taken over")
    (record,) = house.fleet.desk.core.state.shifts.values()
    assert (record.signed.by, record.taken_by) == (house.users[Role.OPERATOR], house.users[Role.MANAGER])
    page.goto(house.server.url)
    expect(page.locator("#banner-hold")).to_be_visible()
    expect(page.locator("#banner-shift")).to_be_hidden()
