"""axe finds nothing on any page, in either language and theme; Korean is drawn by a font that has it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from robot_fleet.runtime.report_desk import ReportDesk
from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.browser.views import VIEWS, show
from test.fakes.moving_fleet import MovingFleet
from test.fakes.report_ledger import write_ledger
from test.fakes.web_server import WebServer
from test.unit.reports.hand_made import FACTS, GROUND

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
WAIT_MS = 30_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    path = write_ledger(tmp_path_factory.mktemp("reports") / "ledger.sqlite", "hand", FACTS)
    fleet = MovingFleet(load_site(TINY), tasks=8, pace=1.0)
    with WebServer(create_app(fleet, reports=ReportDesk(GROUND, path, None))) as running:
        yield running


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("language", ["ko-KR", "en-US"])
def test_no_page_shuts_anybody_out(browser: Browser, server: WebServer, language: str, theme: str) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, locale=language, color_scheme=theme, reduced_motion="reduce"
    )
    page, axe = context.new_page(), Axe()
    page.set_default_timeout(WAIT_MS)
    found: dict[str, list[str]] = {}
    for view in VIEWS:
        show(page, server.url, view)
        for violation in axe.run(page).response["violations"]:
            places = [f"{node['html'][:160]} ({node['failureSummary'][-200:]})" for node in violation["nodes"]]
            found.setdefault(f"{violation['id']}: {violation['help']}", []).extend(
                f"{view.name}: {each}" for each in places
            )
    context.close()
    assert found == {}
