"""Links and pictures in the texts lead somewhere, and nothing in them belongs to one machine."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from test.unit.docs.texts import DOCS, PAGES, ROOT, page, prose

_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|<(?:img|source)[^>]*?src(?:set)?=\"([^\"]+)\"")
_FOREIGN = re.compile(r"(?<![\w./])/(?:work|root|home)/|/tmp/(?!my_)")

names = [str(path.relative_to(ROOT)) for path in PAGES]


def links(text: str) -> list[str]:
    return [first or second for first, second in _LINK.findall(prose(text))]


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", prose(path.read_text(encoding="utf-8")), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", names)
def test_links_resolve(name: str) -> None:
    broken = []
    for link in links(page(name)):
        target, _, anchor = link.partition("#")
        if target.startswith(("https://", "http://127.0.0.1")):
            continue
        path = (ROOT / name).parent / target if target else ROOT / name
        if not path.exists() or (anchor and path.suffix == ".md" and anchor not in anchors(path)):
            broken.append(link)
    assert broken == []


def test_each_page_can_be_reached_from_the_index() -> None:
    indexed = {((DOCS / link.partition("#")[0]).resolve()) for link in links(page("docs/README.md"))}
    missing = [str(path.relative_to(ROOT)) for path in DOCS.rglob("*.md") if path.resolve() not in indexed]
    assert [name for name in missing if name != "docs/README.md"] == []


@pytest.mark.parametrize("name", names)
def test_no_path_of_one_machine_stands_in_a_text(name: str) -> None:
    assert _FOREIGN.search(page(name)) is None


def test_the_pictures_are_small_and_whole() -> None:
    for picture in (DOCS / "images").rglob("*.png"):
        assert picture.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
        assert picture.stat().st_size <= 300_000
    figure = ElementTree.parse(DOCS / "images" / "how_it_works.svg").getroot()
    assert figure.tag == "{http://www.w3.org/2000/svg}svg"
    # A figure that loads nothing and runs nothing can be shown anywhere.
    assert not [node for node in figure.iter() if node.tag.endswith(("script", "image", "foreignObject"))]
