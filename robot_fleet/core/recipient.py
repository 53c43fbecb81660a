"""What may be done for whoever lives at a place, in words that tell nothing of anybody."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whoever lives at a place, as far as a fleet has to know.

    Parameters
    ----------
    consents : purposes that they have agreed to, now.
    avoids : opaque tags of what must not be brought to them.
    """

    consents: frozenset[str] = frozenset()
    avoids: frozenset[str] = frozenset()
