"""Tables and lists of the page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from robot_fleet.reports.campaign.markup import Child, h

Cell = Child | Sequence[Child]


def table(caption: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]], numbers: Iterable[int] = ()) -> Element:
    """Return a table with a caption; the first cell of each row names it.

    Parameters
    ----------
    numbers : indices of columns that hold numbers.
    """
    right = set(numbers)

    def css(index: int) -> str | None:
        return "n" if index in right else None

    head = h("tr", {}, *(h("th", {"scope": "col", "class": css(index)}, each) for index, each in enumerate(columns)))
    body = [
        h(
            "tr",
            {},
            *(
                h("td" if index else "th", {"scope": None if index else "row", "class": css(index)}, *_children(cell))
                for index, cell in enumerate(row)
            ),
        )
        for row in rows
    ]
    made = h("table", {}, h("caption", {}, caption), h("thead", {}, head), h("tbody", {}, *body))
    # what can be scrolled can be reached by the keyboard
    return h("div", {"class": "scroll", "tabindex": "0", "role": "region", "aria-label": caption}, made)


def facts(rows: Iterable[tuple[str, Cell]]) -> Element:
    """Return a list of names and what they are."""
    return h("dl", {}, *(each for name, cell in rows for each in (h("dt", {}, name), h("dd", {}, *_children(cell)))))


def folded(summary: str, *children: Child, shown: bool = False) -> Element:
    """Return what is shown when asked for."""
    return h("details", {"open": "open" if shown else None}, h("summary", {}, summary), *children)


def english(text: str, language: str) -> Element:
    """Return a sentence that the result has in English."""
    return h("span", {"lang": "en" if language != "en" else None}, text)


def _children(cell: Cell) -> Sequence[Child]:
    return (cell,) if cell is None or isinstance(cell, (str, Element)) else cell
