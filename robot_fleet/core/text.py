"""What people read, in the languages that the fleet speaks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A name or sentence for people, in Korean and English."""

    ko: str
    en: str
