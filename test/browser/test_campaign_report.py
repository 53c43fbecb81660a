"""The report of a campaign, opened from disk: axe finds nothing on it, it asks for nothing, and fits a narrow page."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Browser

from robot_fleet.reports.campaign.model import Campaign
from robot_fleet.reports.campaign.page import Told, page_text
from robot_fleet.reports.campaign.pictures import Gallery
from robot_fleet.reports.campaign.walls import walls
from robot_fleet.site.ground.maps import read_map
from test.unit.reports.campaign.made import (
    BEGIN_S,
    FIGURES,
    result,
    run,
    scenario,
    straight,
    trace_rows,
    write_trace,
)

MAP = Path(__file__).parents[2] / "test" / "data" / "sites" / "tiny" / "map.yaml"


def report(folder: Path, language: str) -> Path:
    """Write a report that has everything a report can have, and return its file."""
    way = straight((1.0, 1.0), (6.0, 3.0))
    write_trace(folder / "hard.1.csv", [*trace_rows("care_1", way), *trace_rows("care_1", way, "take:box", 300)])
    trace = {"file": "hard.1.csv", "bodies": None, "digest": "d", "map_id": "main"}
    fault = {"id": "dies", "fault": "robot_dies", "struck": True, "begin_s": BEGIN_S + 30.0, "end_s": None}
    faults = [{**fault, "robots": ["care_1"], "cause": "30 s after the beginning", "shape": None}]
    seeds = range(1, 8)
    late = [{**FIGURES, "late_max_s": 10.0 * seed, "soc_min_pct": 50.0 - seed} for seed in seeds]
    bad = [run(seed, seed > 4, trace=trace, faults=faults, figures=late[seed - 1]) for seed in seeds]
    now = result([scenario("hard", bad), scenario("quiet", [run(1)]), scenario("new", [run(1)], expected_to_fail=True)])
    last = result([scenario("hard", [run(seed) for seed in seeds]), scenario("gone", [run(1)])], without=["traffic"])
    gallery = Gallery(folder, {"tiny": walls(read_map(MAP))}, language)
    told = Told(Campaign.model_validate(now), "out.json", Campaign.model_validate(last), "last.json", gallery)
    path = folder / f"{language}.html"
    path.write_text(page_text(told), encoding="utf-8")
    return path


@pytest.mark.timeout(120)
@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_report_shuts_anybody_out(browser: Browser, tmp_path: Path, language: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page, axe = context.new_page(), Axe()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    url = report(tmp_path, language).as_uri()
    page.goto(url)
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    found = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)
        for violation in axe.run(page).response["violations"]:
            found += [f"{violation['id']}, {theme}: {node['html'][:160]}" for node in violation["nodes"]]
    assert found == []
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert asked == [url]
    context.close()


@pytest.mark.timeout(60)
def test_the_walls_of_a_picture_have_their_colour(browser: Browser, tmp_path: Path) -> None:
    """They stand once in the page, and what is drawn from there must still be matched by the rules of its look."""
    context = browser.new_context(viewport={"width": 1280, "height": 3000}, color_scheme="light")
    page = context.new_page()
    page.goto(report(tmp_path, "en").as_uri())
    shot = page.locator("svg.picture").first.screenshot()
    context.close()
    picture = Image.open(BytesIO(shot)).convert("RGB")
    colours = {colour for _, colour in picture.getcolors(maxcolors=1_000_000) or []}
    assert (0x6F, 0x7F, 0x86) in colours
    assert (0, 0, 0) not in colours
