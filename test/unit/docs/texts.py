"""The project's own texts for people, as the tests of the documentation read them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])

_FENCE = re.compile(r"^```.*?^```$", re.M | re.S)


def page(name: str) -> str:
    """Return a page by its path under the checkout."""
    return (ROOT / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    """Return a page without its fenced code."""
    return _FENCE.sub("", text)


def fenced(text: str, language: str) -> list[str]:
    """Return the fenced pieces of a page that are marked with a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.M | re.S)


def section(text: str, heading: str) -> str:
    """Return what stands under a heading up to the next one of its level or above; empty if there is none."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text, re.M)
    if found is None:
        return ""
    rest = text[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.M)
    return rest[: end.start()] if end else rest
