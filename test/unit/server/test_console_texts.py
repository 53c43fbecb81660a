"""Both languages say everything that the console, the API and the core can ask of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from robot_fleet.agent.motion import BLOCKED
from robot_fleet.site.reading.draft import default_health

ROOT = Path(__file__).parents[3] / "robot_fleet"
CONSOLE = ROOT / "console"
LANGUAGES = ("ko", "en")
TABLES = {name: json.loads((CONSOLE / "i18n" / f"{name}.json").read_text(encoding="utf-8")) for name in LANGUAGES}
REACHES_THE_CONSOLE = re.compile(r'"(request_[a-z_]+|runtime_manager_unreachable)"')


def sources(*folders: str) -> str:
    files = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files)


def test_both_languages_have_the_same_keys_and_the_same_blanks() -> None:
    assert TABLES["ko"].keys() == TABLES["en"].keys()
    for key, korean in TABLES["ko"].items():
        assert set(re.findall(r"\{\w+\}", korean)) == set(re.findall(r"\{\w+\}", TABLES["en"][key])), key


@pytest.mark.parametrize("language", ["ko", "en"])
def test_no_text_is_empty_and_korean_is_korean(language: str) -> None:
    for key, text in TABLES[language].items():
        assert text.strip(), key
        assert bool(re.search("[가-힣]", text)) == (language == "ko"), key


def test_every_error_that_a_command_can_meet_has_its_text() -> None:
    codes = set(REACHES_THE_CONSOLE.findall(sources("core", "server")))
    assert "request_unknown_place" in codes
    assert not {code for code in codes if f"error.{code}" not in TABLES["en"]}


def test_every_condition_has_its_text() -> None:
    health = default_health()
    codes = {*health.rules, *health.alarms}
    assert not {code for code in codes if f"condition.{code}" not in TABLES["en"]}


def test_every_text_that_the_page_names_exists() -> None:
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in sorted((CONSOLE / "js").glob("*.js")))
    page = "\n".join(path.read_text(encoding="utf-8") for path in sorted(CONSOLE.glob("*.html")))
    named = set(re.findall(r'\btext\("([a-z_.]+)"', scripts))
    named |= set(re.findall(r'data-(?:text|label)="([a-z_]+)"', page))
    assert len(named) > 40
    assert not named - TABLES["en"].keys()


def test_it_says_that_it_is_no_medical_device_and_no_119() -> None:
    page = (CONSOLE / "index.html").read_text(encoding="utf-8")
    assert 'data-text="disclaimer"' in page
    assert "{emergency}" in TABLES["ko"]["disclaimer"]
    assert "{emergency}" in TABLES["en"]["disclaimer"]


def test_the_console_knows_every_code_of_a_blocked_way() -> None:
    (pattern,) = re.findall(r"NO_WAY_ON = /(.+)/;", (CONSOLE / "js" / "obstacles.js").read_text(encoding="utf-8"))
    every = {f"nav_{code}" for code in range(100, 1000)} | {"nav_failed", "nav_cancelled"}
    assert {code for code in every if re.search(pattern, code)} == BLOCKED


@pytest.mark.parametrize("page", sorted(CONSOLE.glob("*.html")), ids=lambda path: path.name)
def test_every_page_knows_its_theme_before_it_is_drawn(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.index('<script src="js/first.js"></script>') < text.index('<link rel="stylesheet"')
