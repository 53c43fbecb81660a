"""The periodic report as PDF, with a Korean font embedded, so that its text can be found and copied."""

from __future__ import annotations

import io
import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import FontFace

from robot_fleet.reports.folds.robot_clock import State
from robot_fleet.reports.periodic import words
from robot_fleet.reports.periodic.pdf_chart import Bars, draw_bars, height_mm
from robot_fleet.reports.periodic.periodic import PeriodReport, Table
from robot_fleet.reports.periodic.registry import figures

FONTS = Path(__file__).parents[1] / "fonts"
_FAMILY = "NanumGothic"
_MARGIN_MM = 12.0
_INK, _FAINT, _HEAD = (28, 32, 38), (96, 104, 114), (236, 239, 243)
_ROWS_CHARTED = 24
_COLUMNS = 13
"""Figures beside each other; a wider table goes on below."""

logging.getLogger("fontTools").setLevel(logging.ERROR)  # it tells of every table of a font that it makes smaller


class _Pages(FPDF):
    def __init__(self, title: str, below: str) -> None:
        super().__init__("landscape", "mm", "A4")
        self._below = below
        self.add_font(_FAMILY, "", FONTS / "NanumGothic.ttf")
        self.add_font(_FAMILY, "B", FONTS / "NanumGothicBold.ttf")
        self.set_title(title)
        self.set_creator("robot_fleet")
        self.set_creation_date(datetime(2000, 1, 1, tzinfo=UTC))  # the same report is the same file
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(True, _MARGIN_MM + 6.0)

    def footer(self) -> None:
        """Write what each page has at its foot."""
        self.set_y(-_MARGIN_MM)
        self.put(self._below, 7, faint=True, stay=True)
        self.set_x(_MARGIN_MM)
        self.cell(0, 4, f"{self.page_no()}", align="R")

    def put(self, text: str, size: int, *, bold: bool = False, faint: bool = False, stay: bool = False) -> None:
        """Write a paragraph."""
        self.set_font(_FAMILY, "B" if bold else "", size)
        self.set_text_color(*(_FAINT if faint else _INK))
        below = YPos.TOP if stay else YPos.NEXT
        self.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=below)


def pdf_bytes(report: PeriodReport, language: str) -> bytes:
    """Return the report as a PDF file in `ko` or `en`."""
    heading, covered = words.say(words.heading(report), language), words.coverage(report, language)
    pages = _Pages(f"{report.site} {heading}", f"{report.site} · {heading} · {covered}")
    pages.add_page()
    pages.put(heading, 20, bold=True)
    pages.put(f"{report.site} · {words.dates(report, language)}", 11, faint=True)
    pages.put(f"{words.say(words.WORDS['coverage'], language)}: {covered}", 10)
    for note in report.notes:
        pages.put(words.say(note, language), 10)
    for table in report.tables:
        if table.rows:
            _table(pages, table, covered, language, report.currency)
    _assumptions(pages, report, language)
    _formulas(pages, report, language)
    out = io.BytesIO()
    pages.output(out)
    return out.getvalue()


Grid = tuple[str, Sequence[str], Sequence[Sequence[str]], Sequence[int]]
"""Its title, its headings (empty ones for none), its rows, and how wide its columns are to each other."""


def grid_pdf_bytes(title: str, below: str, grids: Sequence[Grid], note: str = "") -> bytes:
    """Return a PDF of grids one below the other, a note under its title."""
    pages = _Pages(title, below)
    pages.add_page()
    pages.put(title, 20, bold=True)
    pages.put(below, 10, faint=True)
    if note:
        pages.put(note, 9)
    for heading, heads, rows, widths in grids:
        if pages.will_page_break(24.0):  # no title without a row below it
            pages.add_page()
        pages.ln(4)
        pages.put(heading, 13, bold=True)
        _grid(pages, heads, rows, widths)
    out = io.BytesIO()
    pages.output(out)
    return out.getvalue()


def _table(pages: _Pages, table: Table, covered: str, language: str, currency: str) -> None:
    names = [words.say(words.row_name(table, row), language) for row in table.rows]
    charted = table.id.startswith("utilisation_by_") and len(names) <= _ROWS_CHARTED
    if pages.will_page_break(30.0 + (height_mm(len(names)) if charted else 0.0)):
        pages.add_page()
    pages.ln(4)
    pages.put(words.say(words.title(table), language), 13, bold=True)
    pages.put(covered, 7, faint=True)
    if charted:
        states = [f"{state.value}_s" for state in State]
        legend = [words.say(figures()[name].name, language) for name in states]
        parts = [[row.values.get(name) or 0.0 for name in states] for row in table.rows]
        draw_bars(pages, _FAMILY, Bars(names, legend, parts))
    for begin in range(0, len(table.figures), _COLUMNS):
        shown = [figures()[name] for name in table.figures[begin : begin + _COLUMNS]]
        units = [words.unit_shown(figure, currency) for figure in shown]
        heads = [
            words.say(each.name, language) + (f" ({unit})" if unit else "")
            for each, unit in zip(shown, units, strict=True)
        ]
        rows = [
            [name, *(words.MARK if row.withheld else words.cell(each, row.values.get(each.id)) for each in shown)]
            for name, row in zip(names, table.rows, strict=True)
        ]
        _grid(pages, [words.say(words.by_word(table), language), *heads], rows)


def _grid(pages: _Pages, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[int] = ()) -> None:
    pages.set_font(_FAMILY, "", 7)
    pages.set_text_color(*_INK)
    pages.set_fill_color(255, 255, 255)
    pages.set_draw_color(200, 206, 213)
    pages.ln(1)
    with pages.table(
        headings_style=FontFace(emphasis="BOLD", fill_color=_HEAD),
        borders_layout="HORIZONTAL_LINES",
        line_height=4.4,
        col_widths=tuple(widths) or (2, *(1 for _ in heads[1:])),
        text_align=("LEFT", *("LEFT" if widths else "RIGHT" for _ in heads[1:])),
        width=None if widths or len(heads) > 6 else 40.0 + 32.0 * (len(heads) - 1),
        align="LEFT",
    ) as made:
        for row in (heads, *rows):
            made.row(row)


def _assumptions(pages: _Pages, report: PeriodReport, language: str) -> None:
    if not report.assumptions:
        return
    pages.add_page()
    pages.put(words.say(words.WORDS["assumptions"], language), 13, bold=True)
    rows = [[key, words.say(source, language)] for key, source in report.assumptions]
    _grid(pages, ["costs.yaml", words.say(words.WORDS["source"], language)], rows, (1, 4))


def _formulas(pages: _Pages, report: PeriodReport, language: str) -> None:
    pages.ln(4)
    pages.put(words.say(words.WORDS["figures"], language), 13, bold=True)
    heads = [words.say(words.WORDS[name], language) for name in ("figure", "formula", "source")]
    rows = [
        [words.say(each.name, language), words.say(each.formula, language), words.source(each, language)]
        for each in words.used(report)
    ]
    _grid(pages, heads, rows, (2, 6, 2))
