"""Pieces of evidence, in the order of how much they say."""

from __future__ import annotations

from collections.abc import Sequence

Piece = dict[str, object]
SHOWN = 10


def worst(broken: Sequence[tuple[float, Piece]], kept: Sequence[tuple[float, Piece]]) -> list[Piece]:
    """Return the worst pieces of what broke an expectation, or of what kept it the one that came nearest.

    Parameters
    ----------
    broken, kept : each with how bad it is; the larger the worse.
    """
    ordered = sorted(broken or kept, key=lambda each: -each[0])
    return [piece for _, piece in ordered[: SHOWN if broken else 1]]
