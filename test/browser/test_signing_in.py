"""Signing in at the console in a real browser: who may what, and what becomes of a page whose session has ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from robot_fleet.stores.users.people import Role
from test.browser.test_console import WAIT_MS
from test.fakes.house import PASSWORD, House


@dataclass
class Opened:
    """A console in a page, not signed in yet."""

    page: Page
    house: House
    errors: list[str] = field(default_factory=list)

    def sign_in(self, name: str, password: str = PASSWORD) -> None:
        self.page.fill("#sign-in-name", name)
        self.page.fill("#sign-in-password", password)
        self.page.keyboard.press("Enter")


@pytest.fixture
def console(browser: Browser, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    language = getattr(request, "param", "en-US")
    with House(tmp_path) as house:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale=language)
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        expect.set_options(timeout=WAIT_MS)
        opened = Opened(page, house)
        page.on("pageerror", lambda error: opened.errors.append(str(error)))
        page.goto(house.server.url)
        yield opened
        assert opened.errors == []
        context.close()


def test_a_person_signs_in_by_keyboard_commands_and_signs_out(console: Opened) -> None:
    page = console.page
    expect(page.locator("#sign-in-name")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#sign-in")).to_be_visible()  # there is nothing behind it
    assert page.locator("[data-task]").count() == 0
    console.sign_in("operator", "not it")
    expect(page.locator("#sign-in-error")).to_have_text("Name and password do not belong together.")
    expect(page.locator("#sign-in-password")).to_be_focused()
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-task]")
    expect(page.locator("#person-name")).to_contain_text("operator")
    expect(page.locator("#person-name")).to_contain_text("Operator")
    page.click("[data-answer=acknowledge]")
    expect(page.locator(".alarm-facts")).to_contain_text("acknowledged by operator")  # the name, not the id
    page.click("#sign-out")
    expect(page.locator("#sign-in")).to_be_visible()
    expect(page.locator("[data-task]")).to_have_count(0)
    operator = console.house.users[Role.OPERATOR]
    assert [entry for entry in console.house.audit() if entry[3] == "ok"] == [
        (operator, "POST /api/v1/session", "", "ok"),
        (operator, "POST /api/v1/alarms/{alarm}/acknowledge", "alarm-1", "ok"),
        (operator, "DELETE /api/v1/session", "", "ok"),
    ]


@pytest.mark.parametrize("console", ["ko-KR"], indirect=True)
def test_a_viewer_sees_and_is_not_offered_to_command(console: Opened) -> None:
    page = console.page
    expect(page.locator("#sign-in-title")).to_have_text("관제 화면 로그인")
    page.locator("#sign-in").get_by_role("button", name="English").click()
    expect(page.locator("#sign-in-title")).to_have_text("Sign in to the fleet")
    page.locator("#sign-in").get_by_role("button", name="한국어").click()
    console.sign_in("viewer")
    page.wait_for_selector("[data-task]")
    expect(page.locator("#person-name")).to_contain_text("열람자")
    for sign in ("#hold", "#new-request", "#tab-incidents", "[data-answer=acknowledge]"):
        expect(page.locator(sign).first).to_be_hidden()
    page.click("#tab-robots")
    page.click('[data-robot="care_1"]')
    expect(page.locator('[data-focus="care_1-hold"]')).to_be_hidden()
    page.focus("#tab-robots")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-jobs")).to_be_focused()  # past what is hidden
    assert console.house.fleet.commands == []


def test_a_session_that_ended_says_so_and_the_page_goes_on(console: Opened) -> None:
    page = console.page
    console.sign_in("operator")
    page.wait_for_selector("[data-task]")
    page.click('[data-task="r0001"]')
    page.route("**/api/v1/ways", lambda route: route.abort())  # asked every second: the command is to find out first
    console.house.store.accounts.set_password("operator", PASSWORD)  # ends every session
    page.click("#hold")
    page.locator("dialog#dialog").get_by_role("button", name="Hold", exact=True).click()
    expect(page.locator("#sign-in-why")).to_have_text("Your session has ended. Sign in again to go on.")
    expect(page.locator("#sign-in-name")).to_have_value("operator")
    expect(page.locator("#sign-in-password")).to_be_focused()
    assert console.house.fleet.commands == []
    console.sign_in("operator")
    expect(page.locator("#sign-in")).to_be_hidden()
    expect(page.locator('.row.task.open:has([data-task="r0001"])')).to_be_visible()  # as it was left
    page.click("#hold")
    page.locator("dialog#dialog").get_by_role("button", name="Hold", exact=True).click()
    expect(page.locator("#banner-hold")).to_be_visible()


def test_the_stream_of_a_session_that_ended_is_taken_up_after_signing_in(console: Opened) -> None:
    page, house = console.page, console.house
    console.sign_in("viewer")
    page.wait_for_selector("[data-task]")
    house.store.accounts.set_password("viewer", PASSWORD)
    house.steady_s += 60.0
    expect(page.locator("#sign-in-why")).to_be_visible()
    expect(page.locator("#banner-lost")).to_be_visible()
    console.sign_in("viewer")
    expect(page.locator("#banner-lost")).to_be_hidden()
    house.server.do(lambda: house.fleet.raise_alarm("home/r102"))
    expect(page.locator(".alarm", has_text="Room 102")).to_be_visible()


def test_a_password_is_changed_at_the_console(console: Opened) -> None:
    page = console.page
    console.sign_in("manager")
    page.wait_for_selector("[data-task]")
    page.click("#person-name")
    page.fill("[name=old]", PASSWORD)
    page.fill("[name=new]", PASSWORD[::-1])
    page.locator("dialog#dialog").get_by_role("button", name="Change password").click()
    expect(page.locator(".toast.good")).to_be_visible()
    assert console.house.store.accounts.signed_in("manager", PASSWORD[::-1]) is not None
