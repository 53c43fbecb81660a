"""Every page in both languages and themes: axe finds nothing on it. Pictures for the docs come of the same walk.

`./fleet test test/browser/test_views.py --pictures docs/images/console` writes them, a folder for each language.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from robot_fleet.runtime.reports.desk import ReportDesk
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.browser.views import VIEWS, picture, show
from test.fakes.answered_question import AnsweredQuestion
from test.fakes.moving_fleet import MovingFleet
from test.fakes.report_ledger import write_ledger
from test.fakes.sent_reports import SentReportsDouble
from test.fakes.web_server import WebServer
from test.unit.reports.hand_made import FACTS, GROUND

SITE = Path(__file__).parents[2] / "config" / "sites" / "busan_edc"
DOCS = Path(__file__).parents[2] / "docs"
WAIT_MS = 60_000
FRAMES = 50
"""Frames that are drawn before the first picture: robots have left their chargers by then."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    path = write_ledger(tmp_path_factory.mktemp("reports") / "ledger.sqlite", "hand", FACTS)
    fleet = MovingFleet(load_site(SITE), tasks=14, pace=8.0, recurring=True)
    reports, what_ifs = ReportDesk(GROUND, path, None), AnsweredQuestion(fleet.site)
    app = create_app(fleet, reports=reports, sent_reports=SentReportsDouble(), what_ifs=what_ifs)
    with WebServer(app) as running:
        yield running


@pytest.mark.timeout(300)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_page_shuts_anybody_out(
    browser: Browser, server: WebServer, language: str, pytestconfig: pytest.Config
) -> None:
    size = {"width": 1280, "height": 800}
    context = browser.new_context(viewport=size, locale=language, color_scheme="light", reduced_motion="reduce")
    page, axe, out = context.new_page(), Axe(), pytestconfig.getoption("--pictures", None)
    page.set_default_timeout(WAIT_MS)
    page.goto(server.url)
    page.wait_for_function("n => window.robotFleet?.frames >= n", arg=FRAMES)
    found: dict[str, list[str]] = {}
    for view in VIEWS:
        page.emulate_media(color_scheme="light")
        show(page, server.url, view)
        picture(page, out, language, view.name)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            for violation in axe.run(page).response["violations"]:
                places = [f"{view.name}, {theme}: {node['html'][:160]}" for node in violation["nodes"]]
                found.setdefault(f"{violation['id']}: {violation['help']}", []).extend(places)
    context.close()
    assert found == {}


@pytest.mark.parametrize("name", [*(view.name for view in VIEWS), "replay"])
def test_the_docs_show_every_page_in_both_languages(name: str) -> None:
    shown = (DOCS / "reference" / "console_pages.md").read_text(encoding="utf-8")
    for language in ("ko", "en"):
        assert f"../images/console/{language}/{name}.png" in shown
        assert (DOCS / "images" / "console" / language / f"{name}.png").exists()
