"""`./fleet scenario report` and `picture`: what they write and what they refuse."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from robot_fleet.cli.app import build
from robot_fleet.core.errors import FleetError
from test.unit.docs.texts import ROOT
from test.unit.reports.campaign.made import result, run, scenario, straight, trace_rows, write, write_trace

TINY = ROOT / "test" / "data" / "sites" / "tiny"
WALL = 'class="map-wall"'


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A folder with a result, the last one, and the trace of one run."""
    trace = {"file": "hard.2.csv", "bodies": None, "digest": "d", "map_id": "main"}
    told = result([scenario("hard", [run(1), run(2, passed=False, trace=trace)])])
    write(tmp_path / "out.json", told)
    write(tmp_path / "last.json", result([scenario("hard", [run(1), run(2)])]))
    write_trace(tmp_path / "hard.2.csv", trace_rows("care_1", straight((1.0, 1.0), (6.0, 3.0))))
    return tmp_path


def fleet(*words: object) -> str:
    told = CliRunner().invoke(build([]), ["scenario", *map(str, words)], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return told.output


def test_it_writes_a_page_with_pictures_on_the_sites_map(kept: Path) -> None:
    page = kept / "page.html"
    told = fleet(
        "report", kept / "out.json", "--against", kept / "last.json", "--traces", kept, "--site", TINY, "-o", page
    )
    assert told.strip() == str(page)
    text = page.read_text(encoding="utf-8")
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert "last time 0 of 2 runs failed" in text
    assert text.count(WALL) == 1
    assert '<use href="#walls-tiny">' in text


def test_without_traces_it_says_why_there_are_no_pictures(kept: Path) -> None:
    fleet("report", kept / "out.json", "--lang", "ko", "--out", kept / "page.html")
    text = (kept / "page.html").read_text(encoding="utf-8")
    assert '<html lang="ko">' in text
    assert "궤적 파일이 없어 그림이 없습니다." in text
    assert 'class="picture"' not in text


def test_the_same_result_gives_the_same_bytes(kept: Path) -> None:
    for name in ("one.html", "two.html"):
        fleet("report", kept / "out.json", "--traces", kept, "-o", kept / name)
    assert (kept / "one.html").read_bytes() == (kept / "two.html").read_bytes()


def test_it_draws_the_run_that_failed(kept: Path) -> None:
    fleet("picture", kept / "out.json", "--scenario", "hard", "--traces", kept, "--site", TINY, "-o", kept / "a.svg")
    root = ElementTree.parse(kept / "a.svg").getroot()
    assert root.get("aria-label") == "How robots drove, from above: Scenario hard · seed 2 · failed; care_1"
    assert WALL in (kept / "a.svg").read_text(encoding="utf-8")


def test_a_site_that_is_not_found_leaves_walls_out(kept: Path) -> None:
    fleet("picture", kept / "out.json", "--scenario", "hard", "--traces", kept, "-o", kept / "a.svg")
    assert WALL not in (kept / "a.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "code", "where"),
    [
        (("--scenario", "soft"), "scenario_result_unknown", "--scenario"),
        (("--scenario", "hard", "--seed", "9"), "scenario_result_unknown", "--seed"),
        (("--scenario", "hard", "--seed", "1"), "scenario_no_trace", "hard"),
        (("--scenario", "hard", "--traces", "elsewhere"), "scenario_trace_missing", "elsewhere/hard.2.csv"),
        (("--scenario", "hard", "-o", "no/where.svg"), "runtime_file_unwritable", "--out"),
    ],
)
def test_what_cannot_be_drawn_is_said(kept: Path, words: tuple[str, ...], code: str, where: str) -> None:
    usual = ["--traces", str(kept), "-o", str(kept / "a.svg")]
    with pytest.raises(FleetError) as caught:
        fleet("picture", kept / "out.json", *usual, *words)
    assert (caught.value.code, caught.value.where) == (code, where)
    assert not (kept / "a.svg").exists()
