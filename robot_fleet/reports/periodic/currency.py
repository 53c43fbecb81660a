"""In which currency prices are told: figures say `won` for money, and another currency is told by its code."""

from __future__ import annotations

from robot_fleet.reports.periodic.registry import Figure

KRW = "KRW"
MONEY = "won"
"""The unit of every figure that is an amount of money, and what outsiders read where the currency is the won."""

_SIGNS = {KRW: "₩"}


def unit_told(figure: Figure, currency: str) -> str:
    """Return a figure's unit as programs are told it: the currency's code for money, `won` for the won."""
    return currency if figure.unit == MONEY and currency != KRW else figure.unit


def unit_signed(unit: str) -> str:
    """Return a unit that programs are told as people write it."""
    return _SIGNS[KRW] if unit == MONEY else unit
