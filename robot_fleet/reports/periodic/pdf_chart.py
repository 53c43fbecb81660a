"""A chart of the PDF: how each row's time was shared among the states, as bars of one length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF

_COLOURS = (
    *((0, 114, 178), (230, 159, 0), (213, 94, 0), (204, 121, 167)),
    *((0, 158, 115), (60, 60, 60), (166, 206, 227), (222, 225, 229)),
)
"""Of Okabe and Ito, told apart by those who are colour-blind; unknown is the lightest."""
_BAR_MM, _STEP_MM, _LABEL_MM = 3.2, 4.6, 40.0


@dataclass(frozen=True, slots=True)
class Bars:
    """What is drawn.

    Parameters
    ----------
    names : of the bars.
    legend : of the parts of each bar.
    parts : for each bar the size of each part; bars are drawn as shares of their sum.
    """

    names: Sequence[str]
    legend: Sequence[str]
    parts: Sequence[Sequence[float]]


def height_mm(bars: int) -> float:
    """Return how much of the page so many bars and their legend take."""
    return _STEP_MM * (bars + 2)


def draw_bars(pdf: FPDF, family: str, bars: Bars) -> None:
    """Draw bars where the page stands, and go on below them."""
    pdf.set_font(family, "", 7)
    pdf.set_text_color(28, 32, 38)
    _legend(pdf, bars.legend)
    wide_mm = pdf.epw - _LABEL_MM
    for name, parts in zip(bars.names, bars.parts, strict=True):
        top = pdf.get_y()
        pdf.cell(_LABEL_MM, _STEP_MM, name)
        left, whole = pdf.l_margin + _LABEL_MM, sum(parts)
        for part, colour in zip(parts, _COLOURS, strict=True):
            share_mm = wide_mm * part / whole if whole else 0.0
            if share_mm > 0.0:
                pdf.set_fill_color(*colour)
                pdf.rect(left, top + (_STEP_MM - _BAR_MM) / 2.0, share_mm, _BAR_MM, style="F")
            left += share_mm
        pdf.set_xy(pdf.l_margin, top + _STEP_MM)


def _legend(pdf: FPDF, names: Sequence[str]) -> None:
    top = pdf.get_y() + 1.0
    left = pdf.l_margin
    for name, colour in zip(names, _COLOURS, strict=True):
        pdf.set_fill_color(*colour)
        pdf.rect(left, top + 0.7, 2.6, 2.6, style="F")
        pdf.set_xy(left + 3.2, top)
        wide_mm = pdf.get_string_width(name) + 3.0
        pdf.cell(wide_mm, 4.0, name)
        left += wide_mm + 4.5
    pdf.set_xy(pdf.l_margin, top + 5.0)
