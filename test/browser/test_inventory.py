"""The page of what stands where, while robots carry things and operators take places out of use."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser, expect

from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

SITE = Path(__file__).parents[2] / "config" / "sites" / "busan_edc"
WAIT_MS = 60_000


def test_what_a_robot_carries_is_listed_with_the_robots_name_and_a_slot_is_taken_out_and_mended(
    browser: Browser,
) -> None:
    fleet = MovingFleet(load_site(SITE), tasks=0, pace=0.0, alarm=False)
    errors: list[str] = []
    robot = next(row for row in fleet.snapshot()["robots"] if row["id"] == "parking_1")
    slot = next(place.id for place in fleet.site.places.values() if place.kind == "slot")
    with WebServer(create_app(fleet)) as server:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        page.on("pageerror", lambda error: errors.append(str(error)))
        carried = next(row for row in fleet.snapshot()["items"] if row["kind"] == "car")
        server.do(lambda: fleet.picture.put_item({**carried, "holder": "robot:parking_1", "task": "t1"}))
        page.goto(f"{server.url}/inventory.html")
        row = page.locator("tr", has_text=carried["id"])
        expect(row).to_contain_text(robot["name"]["en"])
        page.click(f'[data-slot="{slot}"]')
        page.click(f'#chosen [data-place="{slot}"]')
        expect(page.locator(f'[data-slot="{slot}"] .cross')).to_have_count(1)
        page.click(f'#chosen [data-place="{slot}"]')
        expect(page.locator(f'[data-slot="{slot}"] .cross')).to_have_count(0)
        assert fleet.commands == [("TakePlaceOut", slot), ("MendPlace", slot)]
        page.close()
    assert errors == []
