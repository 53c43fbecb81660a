"""The pages of people without an account speak the languages of their site: in the second city Thai, then English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from robot_fleet.site.load import load_site
from robot_fleet.site.reading.pages import read_pages
from robot_fleet.site.texts import read_texts
from robot_fleet.stores.passes.kinds import PassKind
from robot_fleet.stores.users.people import Role
from test.browser.views import picture
from test.fakes.house import House
from test.fakes.moving_fleet import MovingFleet

KHON_KAEN = Path(__file__).parents[2] / "config" / "sites" / "khon_kaen_demo"
WAIT_MS = 60_000
KIOSK, TABLET = (1080, 1920), (820, 1180)
THAI = re.compile("[ก-๛]")
OTHERS = re.compile("[가-힣]|[A-Za-z]{3}")
"""Hangul, or words in Latin letters: nothing of a page in Thai is left in another language."""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    site = load_site(KHON_KAEN)
    pages, texts = read_pages(KHON_KAEN, site.services, site.places), read_texts(KHON_KAEN, site)
    fleet = MovingFleet(site, tasks=0, alarm=False, pace=0.0)
    with House(tmp_path_factory.mktemp("thai"), fleet=fleet, pages=pages, texts=texts) as house:
        yield house


def opened(browser: Browser, house: House, kind: PassKind, subject: str, size: tuple[int, int]) -> Page:
    with house.client(Role.OPERATOR) as client:
        client.timeout = httpx.Timeout(60.0)
        made = client.post("/api/v1/passes", json={"kind": kind.value, "subject": subject})
        assert made.status_code == 201, made.text
    width, height = size
    page = browser.new_page(viewport={"width": width, "height": height}, locale="ko-KR", reduced_motion="reduce")
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{house.server.url}/{made.json()['page']}")
    page.wait_for_selector("main .guest-button")
    return page


def in_thai(page: Page) -> None:
    expect(page.locator("html")).to_have_attribute("lang", "th")
    for part in ("main", "#place", "#emergency"):
        said = page.locator(part).inner_text()
        assert THAI.search(said), said
        assert not OTHERS.search(said), said


def test_a_kiosk_of_the_second_city_speaks_thai_and_on_a_touch_english(
    browser: Browser, house: House, pytestconfig: pytest.Config
) -> None:
    page = opened(browser, house, PassKind.KIOSK, "hub/platform_1", KIOSK)
    out = pytestconfig.getoption("--pictures", None)
    assert page.locator("[data-language]").evaluate_all("all => all.map(e => e.dataset.language)") == ["th", "en"]
    in_thai(page)
    expect(page.locator("main")).to_contain_text("ขนกระเป๋าไปจุดจอดแท็กซี่")
    expect(page.locator("#emergency")).to_contain_text("1669")
    expect(page.locator("#take-back")).to_have_count(0)  # nothing is kept here for whoever has a number
    picture(page, out, "th", "kiosk")
    page.click("[data-offer=to_taxi]")
    in_thai(page)
    page.click("[data-choice=large]")
    in_thai(page)
    page.click('[data-language="en"]')
    expect(page.locator("h1")).to_have_text("Please confirm")
    page.reload()  # somebody has chosen here
    expect(page.locator("h1")).to_have_text("What can we do for you?")
    page.close()


def test_a_resident_of_the_second_city_asks_in_thai(
    browser: Browser, house: House, pytestconfig: pytest.Config
) -> None:
    page = opened(browser, house, PassKind.RESIDENT, "village/h3", TABLET)
    in_thai(page)
    page.click("#ask")
    in_thai(page)
    picture(page, pytestconfig.getoption("--pictures", None), "th", "home")
    page.click("[data-offer=visit]")
    in_thai(page)
    page.click('[data-in="1800"]')
    in_thai(page)
    expect(page.locator("main")).to_contain_text("ดำเนินการตามนี้ไหมคะ")
    page.close()


def test_operators_are_offered_the_languages_that_say_all_of_the_console(browser: Browser, house: House) -> None:
    page = browser.new_page(locale="th-TH")
    page.set_default_timeout(WAIT_MS)
    page.goto(house.server.url)
    page.wait_for_selector("[data-language]", state="attached")  # in a menu that nobody has opened
    languages = page.locator("[data-language]").evaluate_all("all => [...new Set(all.map(e => e.dataset.language))]")
    assert languages == ["ko", "en"]
    expect(page.locator("html")).to_have_attribute("lang", "en")  # Thai is not there, and the site speaks English too
    page.close()
