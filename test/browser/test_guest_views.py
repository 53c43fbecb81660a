"""The pages of people who are no users, on the screens that they are for: axe finds nothing, and nothing is cut off.

`./fleet test test/browser/test_guest_views.py --pictures docs/images/console` writes the pictures for the docs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route

from robot_fleet.server.app import create_app
from robot_fleet.server.guests import things
from robot_fleet.server.guests.qr import qr_svg
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.pages import read_pages
from robot_fleet.stores.passes.kinds import Pass, PassKind
from test.browser.views import picture
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.guest_site import BUSAN

DOCS = Path(__file__).parents[2] / "docs"
WAIT_MS = 60_000
NOW_S = 30_600.0
KIOSK, WIDE, PHONE, TABLET = (1080, 1920), (1280, 800), (390, 844), (820, 1180)
CODE = {"act": "code", "until_s": NOW_S + 90.0}


def thing(name: str, service: str, **more: Any) -> dict[str, Any]:
    row = {"id": name, "service": service, "state": "underway", "robot": "log_1", "reached": False, "params": {}}
    row |= {
        "due_s": NOW_S + 900.0,
        "eta_s": NOW_S + 480.0,
        "ended_s": None,
        "outcome": None,
        "result": "",
        "reason": "",
    }
    return {**row, **more}


COMING = thing("t1", "meal_delivery")
AT_THE_DOOR = thing("t2", "parcel_delivery", awaits=CODE)
PARKING = thing("t4", "park_car", robot="")
LINK = "mine.html#rfp_" + "a" * 43
OVER = thing("t3", "parcel_delivery", ended_s=NOW_S, outcome="done", result="handed_over")


@dataclass(frozen=True)
class GuestView:
    """A page, whose pass it has, what is known there, and what is done until it is to be seen."""

    name: str
    path: str
    kind: PassKind
    subject: str
    size: tuple[int, int]
    rows: tuple[dict[str, Any], ...] = ()
    open: Callable[[Page], None] = lambda page: None


def _clicks(*selectors: str) -> Callable[[Page], None]:
    def way(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()

    return way


def _choice(page: Page) -> None:
    page.click("[data-offer=park]")
    page.fill("#plate", "123가 4568")
    page.click("[data-focus=next]")
    page.wait_for_selector("[data-choice]")


def _slip(page: Page) -> None:
    """Hand a car over: the number, and the code for the phone."""
    asked = {"task": "t4", "expected_at_s": NOW_S + 300.0, "ticket": "482915307", "code": None, "page": LINK}
    told = json.dumps({**asked, "qr_svg": qr_svg(f"https://fleet.example.org/{LINK}")})
    page.route("**/api/v1/me/requests", lambda route: route.fulfill(body=told, content_type="application/json"))
    _choice(page)
    page.click("[data-choice=small]")
    page.click('[data-confirms="0"]')
    page.click('[data-confirms="1"]')
    page.click("[data-focus=next]")
    page.click("[data-focus=yes]")
    page.wait_for_selector("#qr")


VIEWS = (
    GuestView("kiosk", "kiosk.html", PassKind.KIOSK, "deck/in_1", KIOSK),
    GuestView("kiosk_choice", "kiosk.html", PassKind.KIOSK, "deck/in_1", KIOSK, open=_choice),
    GuestView("slip", "kiosk.html", PassKind.KIOSK, "deck/in_1", KIOSK, (PARKING,), _slip),
    GuestView("home", "home.html", PassKind.RESIDENT, "care_home/r201", TABLET, (AT_THE_DOOR, COMING)),
    GuestView("mine", "mine.html", PassKind.TASK, "t2", PHONE, (AT_THE_DOOR,)),
    GuestView("rating", "mine.html", PassKind.TASK, "t3", PHONE, (OVER,), _clicks('[data-stars="4"]')),
)
SHUT = (
    GuestView("kiosk, wide", "kiosk.html", PassKind.KIOSK, "deck/in_1", WIDE),
    GuestView("choice, wide", "kiosk.html", PassKind.KIOSK, "deck/in_1", WIDE, open=_choice),
    GuestView("slip, wide", "kiosk.html", PassKind.KIOSK, "deck/in_1", WIDE, (PARKING,), _slip),
    GuestView("ticket", "kiosk.html", PassKind.KIOSK, "deck/in_1", KIOSK, open=_clicks("#take-back")),
    GuestView("ticket, wide", "kiosk.html", PassKind.KIOSK, "deck/in_1", WIDE, open=_clicks("#take-back")),
    GuestView("offers", "home.html", PassKind.RESIDENT, "care_home/r201", PHONE, (), _clicks("#ask")),
    GuestView(
        "when", "home.html", PassKind.RESIDENT, "care_home/r201", PHONE, (), _clicks("#ask", "[data-offer=meal]")
    ),
    GuestView(
        "confirm", "home.html", PassKind.RESIDENT, "care_home/r201", PHONE, (), _clicks("#ask", "[data-offer=help]")
    ),
)


def _me(view: GuestView) -> str:
    """Return what the page is told, as the server makes it of such rows."""
    site = load_site(BUSAN)
    pages = read_pages(BUSAN, site.services, site.places)
    names: Mapping[str, str] = {"ko": "물류 1호", "en": "Logistics 1"}
    rows = [{**row, "requester": "x", "requested_s": 0.0} for row in view.rows]
    frame = {"t_s": NOW_S, "tasks": rows, "items": [], "robots": [{"id": "log_1", "name": names}]}
    holder = Pass("p-1", view.kind, view.subject, "u-1", 0.0)
    place = site.places.get(view.subject)
    told = {
        "kind": view.kind,
        "subject": view.subject,
        "place": None if place is None else {"ko": place.name.ko, "en": place.name.en},
        "now_s": NOW_S,
        "live": True,
        "emergency_number": site.emergency_number,
        "offers": [things.shown(each).model_dump() for each in things.offers(site, pages, holder, frame)],
        "things": [things.thing(site, each, frame, 0.0).model_dump() for each in rows],
        "item": None,
        "words": [{"id": each.id, "name": each.name.model_dump()} for each in pages.rating_words],
    }
    return json.dumps(told, ensure_ascii=False)


def _answering(told: str) -> Callable[[Route], None]:
    return lambda route: route.fulfill(body=told, content_type="application/json")


@pytest.fixture(scope="module")
def server() -> Any:
    with WebServer(create_app(MovingFleet(load_site(BUSAN), tasks=0))) as running:
        yield running


@pytest.mark.timeout(300)
def test_no_page_of_a_guest_shuts_anybody_out(browser: Browser, server: WebServer, pytestconfig: pytest.Config) -> None:
    axe, out = Axe(), pytestconfig.getoption("--pictures", None)
    found: dict[str, list[str]] = {}
    for view in (*VIEWS, *SHUT):
        width, height = view.size
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce"
        )
        page.set_default_timeout(WAIT_MS)
        page.route("**/api/v1/me", _answering(_me(view)))
        page.goto(f"{server.url}/{view.path}#rfp_shown")
        page.wait_for_selector("main .guest-button")
        view.open(page)
        for language in ("ko", "en"):
            page.click(f'[data-language="{language}"]')
            page.wait_for_selector(f'html[lang="{language}"]')
            if view in VIEWS:
                picture(page, out, language, view.name)
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                for violation in axe.run(page).response["violations"]:
                    places = [f"{view.name}, {language}, {theme}: {node['html'][:160]}" for node in violation["nodes"]]
                    found.setdefault(f"{violation['id']}: {violation['help']}", []).extend(places)
            page.emulate_media(color_scheme="light")
            if page.evaluate("() => document.documentElement.scrollWidth > innerWidth"):
                found.setdefault("cut off", []).append(f"{view.name}, {language}")
            small = (
                "all => all.filter(e => e.offsetHeight < 48 || e.offsetWidth < 48).map(e => e.outerHTML.slice(0, 160))"
            )
            found.setdefault("too small", []).extend(page.eval_on_selector_all("button, a, input", small))
        page.close()
    assert {sort: places for sort, places in found.items() if places} == {}


@pytest.mark.parametrize("name", [view.name for view in VIEWS])
def test_the_docs_show_every_page_of_a_guest_in_both_languages(name: str) -> None:
    shown = (DOCS / "reference" / "console_pages.md").read_text(encoding="utf-8")
    for language in ("ko", "en"):
        assert f"../images/console/{language}/{name}.png" in shown
        assert (DOCS / "images" / "console" / language / f"{name}.png").exists()


def test_the_call_that_is_being_touched_stays_where_it_is(browser: Browser, server: WebServer) -> None:
    """A page looks again every other second; between finger down and finger up nothing may be exchanged."""
    view = VIEWS[0]
    page = browser.new_page(viewport={"width": view.size[0], "height": view.size[1]})
    page.set_default_timeout(WAIT_MS)
    page.route("**/api/v1/me", _answering(_me(view)))
    page.goto(f"{server.url}/{view.path}#rfp_shown")
    page.wait_for_selector("main .guest-button")
    call = page.wait_for_selector("#emergency a")
    assert call is not None
    for _ in range(2):
        with page.expect_response("**/api/v1/me"):
            pass
    assert call.evaluate("link => link.isConnected")
    page.close()
