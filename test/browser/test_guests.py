"""People who are no users, each on a screen of their own size, on one fleet that lives."""

from __future__ import annotations

import io
import logging
import re
from collections.abc import Iterator

import httpx
import pytest
import zxingcpp
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.site.reading.pages import read_pages
from robot_fleet.stores.passes.codes import FIRST_LOCK_S
from robot_fleet.stores.passes.kinds import PassKind
from robot_fleet.stores.passes.passes import PASS_MARK
from robot_fleet.stores.users.people import Role
from test.fakes.house import House
from test.fakes.living_fleet import LivingFleet
from test.guest_site import ROOM, guest_site

WAIT_MS = 60_000
PLATE = "123가 4568"
PACE = 400


class Patient(LivingFleet):
    """Time stands still while a robot waits for a person: they think for as long as they like."""

    def _go_on(self) -> None:
        services = self.site.services
        asked = [
            task.awaits.act in services[task.request.service].asked
            for task in self.played.host.fleet.state.open_tasks()
            if task.awaits is not None
        ]
        self.pace = 0 if any(asked) else PACE
        super()._go_on()


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    into = tmp_path_factory.mktemp("guests")
    logs = logging.FileHandler(into / "everything.log", encoding="utf-8")
    logging.getLogger().addHandler(logs)
    folder = guest_site(into / "site")
    fleet = Patient(folder, into, PACE)
    with House(into, fleet=fleet, pages=read_pages(folder, fleet.site.services, fleet.site.places)) as house:
        yield house
    fleet.close()
    logging.getLogger().removeHandler(logs)
    logs.close()


def opened(browser: Browser, house: House, kind: PassKind, subject: str, width: int, height: int) -> tuple[Page, str]:
    """Return the page of a new pass, and the code of what is delivered by it; whatever goes wrong fails the test."""
    with house.client(Role.OPERATOR) as client:
        client.timeout = httpx.Timeout(60.0)
        answer = client.post("/api/v1/passes", json={"kind": kind.value, "subject": subject})
        assert answer.status_code == 201, answer.text
        made = answer.json()
    page = browser.new_page(viewport={"width": width, "height": height}, locale="en-US")
    page.set_default_timeout(WAIT_MS)
    expect.set_options(timeout=WAIT_MS)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{house.server.url}/{made['page']}")
    return page, made["code"] or ""


def typed(page: Page, digits: str) -> None:
    for digit in digits:
        page.locator(f'[data-focus="key-{digit}"]').click()


def rate(page: Page, stars: int, word: str) -> None:
    page.locator(f'[data-stars="{stars}"]').click()
    page.locator(f'[data-rates="{word}"]').click()
    page.click("#rate")
    expect(page.locator("main")).to_contain_text("알려 주셔서 감사합니다")


def test_a_kiosk_takes_a_car_and_gives_it_back(browser: Browser, house: House) -> None:
    page, _ = opened(browser, house, PassKind.KIOSK, "deck/in_1", 1080, 1920)
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("#emergency")).to_contain_text("119")
    page.click('[data-offer="park"]')
    page.fill("#plate", PLATE)
    page.keyboard.press("Enter")
    page.click('[data-choice="small"]')
    expect(page.locator('[data-focus="next"]')).to_be_disabled()  # until everybody is out
    page.click('[data-confirms="0"]')
    page.click('[data-confirms="1"]')
    page.click('[data-focus="next"]')
    page.click('[data-focus="yes"]')
    ticket = page.locator("#ticket").inner_text()
    assert re.fullmatch(r"\d{3}-\d{3}-\d{3}", ticket)
    code = page.locator("#qr")
    expect(code).to_be_visible()
    scanned = zxingcpp.read_barcodes(Image.open(io.BytesIO(code.screenshot())))
    assert [re.fullmatch(r"http://[^/]+/mine\.html#rfp_[\w-]+", each.text) is not None for each in scanned] == [True]
    expect(page.locator("main")).to_contain_text("끝났습니다")
    page.click("#finish")
    expect(page.locator("main")).not_to_contain_text(ticket)

    # the same car cannot be left twice
    page.click('[data-offer="park"]')
    page.fill("#plate", PLATE.replace(" ", ""))
    page.keyboard.press("Enter")
    page.click('[data-choice="small"]')
    page.click('[data-confirms="0"]')
    page.click('[data-confirms="1"]')
    page.click('[data-focus="next"]')
    page.click('[data-focus="yes"]')
    expect(page.get_by_role("alert").last).to_contain_text("이미 맡겨져 있습니다")
    page.reload()

    # asked back by its number, in the other language
    page.click('[data-language="en"]')
    page.click("#take-back")
    typed(page, "000000000")
    expect(page.locator("main")).to_contain_text("nothing under this number")
    typed(page, ticket.replace("-", ""))
    expect(page.locator(".stands")).to_contain_text("slot")
    page.click('[data-offer="fetch"]')
    page.click('[data-in="600"]')
    page.click('[data-focus="yes"]')
    expect(page.locator(".stands")).to_contain_text("exit bay")
    page.click("#finish")
    expect(page.locator("html")).to_have_attribute("lang", "ko")
    expect(page.locator("main")).not_to_contain_text("출고 베이")
    page.close()


def test_a_recipient_follows_a_parcel_and_opens_by_code(browser: Browser, house: House) -> None:
    params = {"from": "hub/shelf_1", "to": "senior_apt/f305", "item": "parcel_1", "mass_kg": 2.0}
    with house.client(Role.OPERATOR) as client:
        client.timeout = httpx.Timeout(60.0)
        wish = {"service": "parcel_delivery", "params": params}
        assert client.post("/api/v1/tasks", json=wish, headers={"idempotency-key": "p1"}).status_code == 202
    page, code = opened(browser, house, PassKind.TASK, "p1", 390, 844)
    expect(page.locator("h1")).to_have_text("택배 배달")
    expect(page.locator(".guest-prompt")).to_contain_text("네 자리 번호")
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390
    typed(page, f"{(int(code) + 1) % 10_000:04d}")
    expect(page.locator(".guest-refused")).to_contain_text("2번 더")
    typed(page, f"{(int(code) + 2) % 10_000:04d}")
    expect(page.locator(".guest-refused")).to_contain_text("1번 더")
    typed(page, f"{(int(code) + 3) % 10_000:04d}")
    expect(page.locator(".guest-refused")).to_have_count(1)
    expect(page.locator(".guest-refused")).to_contain_text("잠겼습니다")
    expect(page.locator('[data-focus="key-1"]')).to_be_disabled()  # the robot has reminded them, and waits once more
    house.now_s += FIRST_LOCK_S + 1.0
    expect(page.locator('[data-focus="key-1"]')).to_be_enabled()
    typed(page, code)
    expect(page.locator("main")).to_contain_text("전달함")
    rate(page, 5, "quick")
    page.close()


def test_a_resident_asks_answers_and_says_how_it_was(browser: Browser, house: House) -> None:
    page, _ = opened(browser, house, PassKind.RESIDENT, ROOM, 820, 1180)
    expect(page.locator("#place")).not_to_be_empty()
    expect(page.locator("main")).to_contain_text("지금 오고 있는 것이 없습니다")
    page.click("#ask")
    page.click('[data-offer="laundry"]')
    page.click('[data-focus="yes"]')
    expect(page.locator(".guest-prompt")).to_have_text("빨래를 실어 주세요.")
    small = page.eval_on_selector_all(
        "button, a, input", "all => all.filter(e => e.offsetHeight < 48 || e.offsetWidth < 48).map(e => e.outerHTML)"
    )
    assert small == []
    page.click('[data-word="loaded"]')
    expect(page.locator("main")).to_contain_text("끝났습니다")
    rate(page, 4, "friendly")

    # whoever asks for a visit twice is told that it is on its way
    page.reload()
    page.click("#ask")
    page.click('[data-offer="visit"]')
    page.click('[data-in="7200"]')
    page.click('[data-focus="yes"]')
    expect(page.locator("h1")).to_have_text("돌봄 방문")
    page.reload()
    page.click("#ask")
    page.click('[data-offer="visit"]')
    page.click('[data-in="7200"]')
    page.click('[data-focus="yes"]')
    expect(page.get_by_role("alert").last).to_contain_text("이미")
    page.reload()

    # what is lost is said
    page.route("**/api/v1/me", lambda route: route.abort())
    expect(page.locator("#lost")).to_contain_text("연결이 끊겼습니다")
    page.unroute("**/api/v1/me")
    expect(page.locator("#lost")).to_be_hidden()

    # and a pass that was taken back lets nobody in
    with house.client(Role.OPERATOR) as client:
        client.timeout = httpx.Timeout(60.0)
        mine = [each["id"] for each in client.get("/api/v1/passes").json() if each["subject"] == ROOM]
        assert client.post(f"/api/v1/passes/{mine[0]}/revoke").status_code == 200
    expect(page.locator("h1")).to_contain_text("더 이상 쓸 수 없습니다")
    page.close()


def test_no_plate_and_no_pass_is_kept_anywhere(house: House) -> None:
    """Run last: the others have left what they leave."""
    folder = house.fleet.ledger.parent
    files = [path for path in folder.rglob("*") if path.is_file() and "site" not in path.parts]
    assert {"ledger.sqlite", "passes.sqlite", "users.sqlite", "everything.log"} <= {path.name for path in files}
    for form in (PLATE, PLATE.replace(" ", ""), PASS_MARK):
        assert [path.name for path in files if form.encode() in path.read_bytes()] == []
    with Ledger.open(house.fleet.ledger, registry(), site_id=house.fleet.site.id, read_only=True) as ledger:
        facts = [fact for _, _, fact in ledger.read(0)]
    rated = [(fact.stars, fact.words, fact.by[:2]) for fact in facts if type(fact).__name__ == "TaskRated"]
    assert rated == [(5, ("quick",), "p-"), (4, ("friendly",), "p-")]
