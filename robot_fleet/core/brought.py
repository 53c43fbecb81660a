"""An item that somebody brings along with a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BroughtItem:
    """What is to be taken up at a place, as its request describes it.

    Parameters
    ----------
    kind : `car` or `goods`.
    from_s : fleet time from which on it may be there.
    """

    item: str
    kind: str
    place: str
    mass_kg: float
    length_m: float
    width_m: float
    from_s: float
