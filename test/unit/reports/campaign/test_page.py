"""The page says what the result says, in both languages, and nothing in it loads, runs or breaks out."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.reports.campaign.model import Campaign
from robot_fleet.reports.campaign.page import Told, page_text
from robot_fleet.reports.campaign.pictures import Gallery
from robot_fleet.reports.campaign.words import _EXPECTATIONS, _FAULTS, _WORDS
from test.unit.reports.campaign.made import (
    BEGIN_S,
    FIGURES,
    contact,
    result,
    run,
    scenario,
    straight,
    trace_rows,
    write_trace,
)

VOID = {"meta", "br"}
NASTY = '</script><img src=x onerror="alert(1)">&amp;\x00'


class Page(HTMLParser):
    """What stands in a page: its elements, its words, and whether every element ends where it should."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words += f" {data}"

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def page(
    told: dict[str, Any], last: dict[str, Any] | None = None, folder: Path | None = None, language: str = "en"
) -> Page:
    before = None if last is None else Campaign.model_validate(last)
    gallery = Gallery(folder, {}, language)
    found = Page(page_text(Told(Campaign.model_validate(told), "out.json", before, "last.json", gallery)))
    assert found.open == []
    return found


def two() -> dict[str, Any]:
    return result([scenario("quiet", [run(1), run(2)]), scenario("hard", [run(1), run(2, passed=False)])])


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("last", [None, two()], ids=["alone", "against"])
def test_a_page_is_whole_and_loads_and_runs_nothing(language: str, last: dict[str, Any] | None, tmp_path: Path) -> None:
    made = page(two(), last, tmp_path, language)
    assert made.of("html") == [{"lang": language}]
    names = {tag for tag, _ in made.elements}
    assert not names & {"script", "link", "img", "iframe", "object", "image", "form"}
    assert not [name for _, attributes in made.elements for name in attributes if name.startswith("on")]
    targets = {value for _, attributes in made.elements for key, value in attributes.items() if key == "href"}
    ids = [attributes["id"] for _, attributes in made.elements if "id" in attributes]
    assert {f"#{name}" for name in ids} >= targets
    assert len(ids) == len(set(ids))
    assert "url(" not in made.words
    assert all(each.get("aria-label") for each in made.of("svg"))
    assert len(made.of("caption")) == len(made.of("table"))
    heads = [int(tag[1]) for tag, _ in made.elements if re.fullmatch(r"h[1-6]", tag)]
    assert heads[0] == 1
    assert all(low <= high + 1 for high, low in zip(heads, heads[1:], strict=False))


def test_every_figure_of_every_run_stands_in_the_page() -> None:
    values = {**FIGURES, "late_max_s": 77.7, "distance_m": 1234.5, "energy_wh": 98.76, "of_tomorrow": 3.125}
    made = page(result([scenario("quiet", [run(4, figures=values)])]))
    for shown in ("77.7", "1,234.5", "98.76", "3.125"):
        assert shown in made.words
    assert "of_tomorrow" in made.words


def test_the_head_says_what_ran() -> None:
    more = {"without": ["traffic", "charging"], "link": "ros", "speed": 5.0, "backend": "gazebo"}
    told = {**two(), **more, "program": {"version": "9.8.7", "commit": "c0ffee" * 6 + "abcd", "changed": True}}
    words = page(told).words
    for shown in ("9.8.7", "c0ffee" * 6 + "abcd", "not committed", "ros, ×5", "gazebo", "traffic, charging", "1, 2"):
        assert shown in words
    assert "1 of 2 scenarios ended otherwise than expected: 1 of 4 runs." in words
    unknown = {**told, "program": {"version": "9.8.7", "commit": None, "changed": None}}
    assert "no checkout" in page(unknown).words


def test_a_failure_comes_with_its_evidence_and_how_to_see_it_again() -> None:
    more = {
        "replay": "./fleet replay hard",
        "recordings": ["care_1.mcap"],
        "again": "./fleet scenario run hard.yaml --seed 2",
    }
    words = page(result([scenario("hard", [run(2, passed=False, **more)])])).words
    for shown in ("care_1 touches care_2", "1:15", "care_1, care_2", "-0.04 m", "0 m", "(6.25, 2.50) m"):
        assert shown in words
    for shown in (more["again"], more["replay"], "care_1.mcap"):
        assert shown in words


def test_pass_rates_stand_with_their_interval_as_the_result_has_them() -> None:
    told = result([scenario("hard", [run(seed, passed=seed > 2) for seed in range(1, 9)])])
    rate = told["scenarios"][0]["rate"]
    made = page(told)
    assert "6/8" in made.words
    assert f"{100 * rate['low']:.0f} – {100 * rate['high']:.0f} %" in made.words
    labels = [each["aria-label"] for each in made.of("svg")]
    assert (
        f"Scenario hard: pass rate 75 %, 95 % interval {100 * rate['low']:.0f} to {100 * rate['high']:.0f} %" in labels
    )


def test_texts_of_a_result_stay_texts() -> None:
    names = {"name": {"ko": NASTY, "en": NASTY}, "shows": {"ko": NASTY, "en": NASTY}, "file": NASTY}
    bad = run(1, passed=False, again=NASTY)
    bad["expectations"][1] |= {"sentence": NASTY, "evidence": [contact(what=NASTY, robot=NASTY)]}
    text = page_text(
        Told(
            Campaign.model_validate(result([scenario("hard", [bad], **names)])),
            NASTY,
            None,
            "",
            Gallery(None, {}, "en"),
        )
    )
    made = Page(text)
    assert made.open == []
    assert not made.of("img") + made.of("script")
    assert "\x00" not in text
    assert made.words.count(NASTY.replace("\x00", "\ufffd")) >= 6


def test_an_empty_campaign_has_a_page() -> None:
    words = page(result([]), result([])).words
    assert "This campaign has no scenario." in words
    assert "There are no figures." in words


def test_a_control_is_told_by_what_it_must_do() -> None:
    kept = scenario("fails", [run(1, passed=False)], expected_to_fail=True)
    missed = scenario("passes", [run(1)], expected_to_fail=True)
    words = page(result([kept, missed])).words
    assert "fails, as it must" in words
    assert "passed, but must fail; 1 of 1 runs passed" in words
    assert "1 of 2 scenarios ended otherwise than expected: 1 of 2 runs." in words


def test_changes_are_told_in_words() -> None:
    slow = {**FIGURES, "late_max_s": 14.5}
    seeds = range(1, 7)
    last = result([scenario("hard", [run(seed) for seed in seeds]), scenario("gone", [run(1)])])
    now = result([scenario("hard", [run(seed, figures=slow, passed=seed > 1) for seed in seeds])], without=["recovery"])
    words = page(now, last).words
    assert "New failures" in words
    assert "1 of 6 runs failed; last time 0 of 6 runs failed; newly broken: apart" in words
    assert "Scenario gone (gone)" in words
    assert "switched off: – → recovery" in words
    assert "Worse: +10.0 s (95 %: +10.0 to +10.0, 6 pairs)." in words
    assert "Of 6 pairs of runs of one scenario and seed, 6 are the same" in words


def test_few_runs_are_said_to_be_few() -> None:
    last = result([scenario("hard", [run(1), run(2)])])
    now = result([scenario("hard", [run(seed, figures={**FIGURES, "late_max_s": 90.0}) for seed in (1, 2)])])
    words = page(now, last).words
    assert "No figure has clearly changed" in words
    assert "Median +85.5 s (+85.5 to +85.5, 2 pairs): too few to be told from chance." in words
    others = result([scenario("hard", [run(8), run(9)])])
    assert "no difference of figures is claimed" in page(now, others).words


def test_pictures_are_drawn_of_runs_that_kept_their_trace(tmp_path: Path) -> None:
    write_trace(tmp_path / "hard.2.csv", trace_rows("care_1", straight((1.0, 1.0), (9.0, 4.0))))
    kept = {"file": "hard.2.csv", "bodies": None, "digest": "d", "map_id": "main"}
    told = result([scenario("hard", [run(1), run(2, passed=False, trace=kept)]), scenario("quiet", [run(1)])])
    made = page(told, folder=tmp_path)
    pictures = [each for each in made.of("svg") if each.get("class") == "picture"]
    assert [each["aria-label"] for each in pictures] == [
        "How robots drove, from above: Scenario hard · seed 2 · failed; care_1"
    ]
    assert "Drawn without walls, as the site was not found: tiny" in made.words


def test_faults_are_told_with_their_times() -> None:
    fault = {"id": "dies", "fault": "robot_dies", "struck": True, "begin_s": BEGIN_S + 61.0, "end_s": None}
    never = {"id": "box", "fault": "obstacle", "struck": False, "begin_s": None, "end_s": None}
    rest = {"robots": ["care_1"], "cause": "61 s after the beginning", "shape": None}
    words = page(result([scenario("hard", [run(1, faults=[{**fault, **rest}, {**never, **rest}])])])).words
    for shown in ("robot dies", "1:01", "to the end", "61 s after the beginning", "never came about"):
        assert shown in words


def test_each_word_is_there_in_both_languages() -> None:
    for words in (_WORDS, _EXPECTATIONS, _FAULTS):
        for key, text in words.items():
            assert text.ko and text.en, key
            assert set(re.findall(r"\{(\w+)\}", text.ko)) == set(re.findall(r"\{(\w+)\}", text.en)), key
