"""Keeps Python's collector from stopping a fleet's manager for a tenth of a second in the middle of an event."""

from __future__ import annotations

import gc

THRESHOLDS = (10_000, 50, 100)
"""Of the generations. Nearly all that a turn leaves behind is freed by its reference count; to look for the rest among
all that a large fleet knows takes 0.1 s each time."""


def begin_loading() -> None:
    """Look for no cycles until `avoid_pauses`: what is loaded stays, and there is much of it."""
    gc.disable()


def avoid_pauses() -> None:
    """Look for cycles among old objects hardly ever, and never among those that are there now."""
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
    gc.enable()


__all__ = ["avoid_pauses", "begin_loading"]
