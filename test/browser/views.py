"""Every page of the console and what can stand open on it: how to get there, for pictures and for axe."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page

COLOURS = 255

Way = Callable[[Page], None]


@dataclass(frozen=True)
class View:
    """Something that can be seen: where it is, and what is done there until it can be.

    `path` is of the server; `ready` a selector that is there once it is to be seen; `open` what is done before.
    """

    name: str
    path: str = ""
    ready: str = "[data-task]"
    open: Way = lambda page: None


def _clicks(*selectors: str) -> Way:
    def way(page: Page) -> None:
        for selector in selectors:
            page.locator(selector).first.click()

    return way


def _robot(page: Page) -> None:
    _clicks("#tab-robots", '#list-robots [data-robot^="care"]')(page)


CALL = '[data-alarm="alarm-1"]'
"""The call for help that the fleet of these pictures has; other alarms come and go."""


def _alarm(answer: str, *then: str) -> Way:
    """Answer the call for help; its row is open by itself only while nobody has taken note of it."""

    def way(page: Page) -> None:
        row = page.locator(f"{CALL} .alarm-main")
        if row.get_attribute("aria-expanded") == "false":
            row.click()
        _clicks(f"{CALL} [data-answer={answer}]", *then)(page)

    return way


def _jobs(page: Page) -> None:
    _alarm("send_staff", "#dialog [value=yes]", "#tab-jobs", "[data-job]")(page)


def _palette(page: Page) -> None:
    page.wait_for_selector("[data-task]")
    page.keyboard.press("Control+k")
    page.keyboard.type("care 1")


def _marked(page: Page) -> None:
    _clicks("#mark", "#mark-all", "#mark-cancel")(page)


def _recurring(page: Page) -> None:
    page.click("#new-request")
    page.select_option("#request-service", "care_visit")
    page.select_option("#rule-how", "week")


def _explained(page: Page) -> None:
    page.wait_for_selector("#report table")
    page.select_option("#length", "month")
    page.fill("#began", "2026-11-01")
    page.click('[data-table="cost"]')
    page.click("#figure-won_per_task")


def _slot(page: Page) -> None:
    _clicks(".slot.held")(page)


def _compared(page: Page) -> None:
    page.click('[data-line="service:fleet:on_time_pct"] button')


VIEWS = (
    View("map"),
    View("task", open=_clicks("[data-task]")),
    View("robot", ready=".row.robot.open", open=_robot),
    View("incidents", open=_clicks("#tab-incidents"), ready="[data-incident]"),
    View("incident", open=_alarm("see_incident"), ready="#timeline li"),
    View("desk", open=_alarm("voice", "[data-card=look]"), ready="[data-card=none]"),
    View("jobs", open=_jobs, ready=".row.job.open"),
    View("request", open=_clicks("#new-request"), ready="#request-send"),
    View("recurring", open=_recurring, ready="#rule-days li"),
    View("schedules", open=_clicks("#tab-schedules", "[data-arranged^='s:']"), ready=".row.schedule .days li"),
    View("template", open=_clicks("#tab-schedules", "[data-arranged^='t:']"), ready=".row.template .directs"),
    View("cancel", open=_clicks("[data-task]", "[data-cancel]"), ready="#dialog[open]"),
    View("hold", open=_clicks("#hold"), ready="#dialog[open]"),
    View("zones", open=_clicks("#zones"), ready="#dialog[open]"),
    View("plan", "#/plan"),
    View("board", "#/board", "#board [data-card]"),
    View("marking", "#/board", "#dialog[open] [name=typed]", _marked),
    View("commands", open=_palette, ready="#commands-0"),
    View("layers", open=_clicks("#layers-open"), ready="#layer-lanes"),
    View("menu", open=_clicks("#menu-open"), ready="#menu:popover-open"),
    View("shift", "shift.html", "#shift-sign"),
    View("inventory", "inventory.html", "#chosen [data-place]", _slot),
    View("papers", "papers.html", "[data-row] [data-paper]"),
    View("paper", "papers.html", "#dialog[open] [name=typed]", _clicks("[data-paper]")),
    View("reports", "reports.html", "#report table"),
    View("report_explained", "reports.html", "#explained", _explained),
    View("what_if", "what_if.html", "#explained", _compared),
)


def picture(page: Page, out: Path | None, language: str, name: str) -> None:
    """Take a picture for the docs, if a folder for it is given; a palette keeps it small."""
    if out is None:
        return
    (out / language).mkdir(parents=True, exist_ok=True)
    taken = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
    taken.quantize(COLOURS, dither=Image.Dither.NONE).save(out / language / f"{name}.png", optimize=True)


def show(page: Page, url: str, view: View) -> None:
    """Bring a page to a view."""
    page.goto("about:blank")  # an address that differs behind `#` alone would load nothing anew
    page.goto(f"{url}/{view.path}")
    if not view.path.endswith(".html"):
        page.wait_for_selector("[data-task]")  # before, the console knows nothing that could be named
        page.wait_for_function("() => window.robotFleet.painted")
    view.open(page)
    page.wait_for_selector(view.ready)
    page.evaluate("() => document.fonts.ready.then(() => null)")
