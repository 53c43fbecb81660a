"""What the pages say, by language: tables that are found by their names, the product's own and a site's.

`<language>.json` maps keys to words, with blanks such as `{n}`. The English table is whole; others say of it what they
can, and English stands in for the rest, key by key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from robot_fleet.core.site import Site
from robot_fleet.core.text import LANGUAGES
from robot_fleet.site.reading.findings import Finding
from robot_fleet.site.reading.source import read_json

TEXTS_FOLDER = "texts"
"""Where a site keeps tables of its own; what they say goes before what the product's say."""
PRODUCT = Path(__file__).resolve().parents[1] / "console" / "i18n"
WHOLE = "en"
OWN_NAME = "language_name"
"""The key of what a language calls itself."""
GUESTS = ("guest_", "language")
"""How keys begin that pages of people without an account cannot do without."""
_FILE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\.json")
_BLANK = re.compile(r"\{\w+\}")

Table = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Texts:
    """The tables of a site's pages, by language.

    Parameters
    ----------
    spoken : the site's languages, the first first.
    emergency_number : what people there dial for an ambulance: pages say it before they know anything else.
    """

    tables: Mapping[str, Table]
    spoken: tuple[str, ...] = LANGUAGES
    emergency_number: str = "119"

    def offered(self) -> dict[str, Any]:
        """Return which pages are offered in which language, as the pages ask for it."""
        whole = self.tables[WHOLE].keys()
        needed = {key for key in whole if key.startswith(GUESTS)}
        return {
            "site": list(self.spoken),
            "emergency_number": self.emergency_number,
            "languages": [
                {
                    "code": language,
                    "name": table.get(OWN_NAME, language),
                    "console": whole <= table.keys(),
                    "guests": needed <= table.keys(),
                }
                for language, table in self.tables.items()
            ],
        }


@cache
def product_tables() -> Mapping[str, Table]:
    """Return the product's own tables, Korean and English first."""
    paths = sorted(PRODUCT.glob("*.json"), key=lambda path: (path.stem not in LANGUAGES, path.stem != "ko", path.stem))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def read_texts(folder: Path, site: Site) -> Texts:
    """Return what the pages of a site say.

    Parameters
    ----------
    folder : the site's.

    Raises
    ------
    SiteError : the first thing that is wrong with a table of the site's.
    """
    findings: list[Finding] = []
    tables = {**product_tables()}
    for language, table in _own(folder, site.languages, findings):
        tables[language] = {**tables.get(language, {}), **table}
    if findings:
        raise findings[0].error()
    return Texts(tables, site.languages, site.emergency_number)


def check_texts(folder: Path, spoken: tuple[str, ...]) -> list[Finding]:
    """Return what is wrong with a site's tables."""
    findings: list[Finding] = []
    for _ in _own(folder, spoken, findings):
        pass
    return findings


def default_texts() -> Texts:
    """Return the product's tables for a site of which nothing is known."""
    return Texts(product_tables())


def _own(folder: Path, spoken: tuple[str, ...], findings: list[Finding]) -> Iterator[tuple[str, Table]]:
    """Yield each table of a site as far as it is right, with its language; what is wrong is added to `findings`."""
    if not (folder / TEXTS_FOLDER).is_dir():
        return
    for path in sorted((folder / TEXTS_FOLDER).iterdir()):
        name = f"{TEXTS_FOLDER}/{path.name}"
        if path.is_symlink() or not _FILE.fullmatch(path.name):
            expected = "expected tables alone, named after a language's code: th.json"
            findings.append(Finding("site_bad_value", name, "", expected))
            continue
        if path.stem not in spoken:
            expected = f"the site does not speak {path.stem!r}; expected one of {', '.join(spoken)}, or name it there"
            findings.append(Finding("site_bad_value", "site.yaml", "languages", f"{name}: {expected}"))
            continue
        said = read_json(folder, name, findings).data
        if said is not None:
            yield path.stem, _right(said, name, findings)


def _right(said: object, name: str, findings: list[Finding]) -> Table:
    if not isinstance(said, dict):
        findings.append(Finding("site_wrong_type", name, "", "expected a mapping of keys to words"))
        return {}
    english = product_tables()[WHOLE]
    table = {}
    for key, words in said.items():
        if key not in english:
            findings.append(Finding("site_unknown_key", name, key, "no page says anything under this key"))
        elif not isinstance(words, str) or not words.strip():
            findings.append(Finding("site_wrong_type", name, key, "expected words"))
        elif set(_BLANK.findall(words)) - set(_BLANK.findall(english[key])):
            expected = f"expected no other blanks than English has: {english[key]!r}"
            findings.append(Finding("site_bad_value", name, key, expected))
        else:
            table[key] = words
    return table
