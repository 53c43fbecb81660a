"""What pages say is found by the names of files: the product's tables, and those that a site brings."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from robot_fleet.core.errors import SiteError
from robot_fleet.server.texts import text_files
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site
from robot_fleet.site.texts import Texts, default_texts, product_tables, read_texts

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
BLANK = re.compile(r"\{\w+\}")
LAO = replace(load_site(TINY), languages=("lo", "en"), emergency_number="1195")
THAI = re.compile("[ก-๛]")


@pytest.fixture
def lao(tmp_path: Path) -> Path:
    """A site that speaks a language of which the product knows nothing."""
    site = tmp_path / "site"
    shutil.copytree(TINY, site)
    (site / "texts").mkdir()
    write(site, {key: f"ລາວ {words}" for key, words in product_tables()["en"].items() if key.startswith("guest_")})
    return site


def write(site: Path, table: object, name: str = "lo.json") -> None:
    (site / "texts" / name).write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")


def offered(texts: Texts) -> dict[str, tuple[bool, bool]]:
    return {row["code"]: (row["console"], row["guests"]) for row in texts.offered()["languages"]}


def asked(texts: Texts, *paths: str) -> list[httpx.Response]:
    """Return what the server answers."""

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(text_files(texts))
        async with httpx.AsyncClient(transport=transport, base_url="http://pages") as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(ask())


def test_a_page_is_offered_in_the_languages_that_say_all_of_it() -> None:
    assert offered(default_texts()) == {"ko": (True, True), "en": (True, True), "th": (False, True)}
    assert default_texts().offered()["site"] == ["ko", "en"]


def test_thai_says_all_that_guests_read_with_the_blanks_of_english() -> None:
    tables = product_tables()
    for key, words in tables["th"].items():
        assert THAI.search(words), key
        assert set(BLANK.findall(words)) == set(BLANK.findall(tables["en"][key])), key


def test_a_site_brings_a_language_of_its_own(lao: Path) -> None:
    texts = read_texts(lao, LAO)
    assert offered(texts)["lo"] == (False, False)  # what the language calls itself is still missing
    write(lao, {**texts.tables["lo"], "language": "ພາສາ", "language_name": "ລາວ"})
    texts = read_texts(lao, LAO)
    assert offered(texts)["lo"] == (False, True)
    listed, table, missing = asked(texts, "/languages.json", "/lo.json", "/xx.json")
    told = listed.json()
    assert (told["site"], told["emergency_number"]) == (["lo", "en"], "1195")
    assert {"code": "lo", "name": "ລາວ", "console": False, "guests": True} in told["languages"]
    assert table.json()["guest_yes"] == "ລາວ Yes, please"
    assert missing.status_code == 404


def test_what_a_site_says_goes_before_what_the_product_says(lao: Path) -> None:
    write(lao, {"guest_hello": "Welcome to the market"}, "en.json")
    texts = read_texts(lao, LAO)
    assert texts.tables["en"]["guest_hello"] == "Welcome to the market"
    assert texts.tables["en"]["guest_no"] == product_tables()["en"]["guest_no"]


@pytest.mark.parametrize(
    ("table", "name", "code", "key"),
    [
        ({"guest_helo": "x"}, "ko.json", "site_unknown_key", "guest_helo"),
        ({"guest_hello": 3}, "ko.json", "site_wrong_type", "guest_hello"),
        ({"guest_hello": "{name}!"}, "ko.json", "site_bad_value", "guest_hello"),
        (["guest_hello"], "ko.json", "site_wrong_type", ""),
        ({}, "Korean.json", "site_bad_value", ""),
    ],
)
def test_the_check_reads_a_sites_tables(tmp_path: Path, table: object, name: str, code: str, key: str) -> None:
    site = tmp_path / "site"
    shutil.copytree(TINY, site)
    (site / "texts").mkdir()
    write(site, table, name)
    [finding] = check_site(site)
    assert (finding.code, finding.file, finding.key) == (code, f"texts/{name}", key)
    with pytest.raises(SiteError):
        read_texts(site, load_site(TINY))


def test_a_language_that_the_site_does_not_speak_is_told(lao: Path) -> None:
    [finding] = check_site(lao)
    assert (finding.code, finding.file) == ("site_bad_value", "site.yaml")
    assert "texts/lo.json" in finding.expected
