"""What people look like to those who need not know who they are."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

STAR = "*"
HIDDEN = STAR * 4
"""Of what not even the length is told."""
_SYLLABIC = ("HANGUL", "CJK", "HIRAGANA", "KATAKANA")
_PHONE_SHOWS = 4
_LONG_ENOUGH = 8
"""Of a shorter number, four digits would be half."""
_PLATE_SHOWS = 2


def mask_name(name: str) -> str:
    """Return a name's mask: the outer syllables of a Korean one (`김*희`), the initials of others (`J*** D**`)."""
    composed = unicodedata.normalize("NFC", name).strip()
    letters = [sign for sign in composed if not sign.isspace()]
    if letters and all(_is_syllable(sign) for sign in letters):
        return _mask_syllables(letters)
    return " ".join(word[0] + STAR * (len(word) - 1) if len(word) > 1 else STAR for word in composed.split())


def _mask_syllables(letters: list[str]) -> str:
    if len(letters) == 1:
        return STAR
    if len(letters) == 2:
        return letters[0] + STAR
    return letters[0] + STAR * (len(letters) - 2) + letters[-1]


def _is_syllable(sign: str) -> bool:
    return unicodedata.name(sign, "").startswith(_SYLLABIC)


def mask_phone(phone: str) -> str:
    """Return a phone number of which only the last four digits can be read: `***-****-5678`."""
    digits = sum(sign.isdigit() for sign in phone)
    return _mask_but_last(phone, _PHONE_SHOWS if digits >= _LONG_ENOUGH else 0)


def mask_plate(plate: str) -> str:
    """Return a car's plate of which only the last two signs can be read: `*****67`."""
    return _mask_but_last(plate, _PLATE_SHOWS if len(plate) > 2 * _PLATE_SHOWS else 0)


def _mask_but_last(text: str, shown: int) -> str:
    """Cover letters and digits but the last ones; what stands between them stays."""
    covered: list[str] = []
    left = shown
    for sign in reversed(text):
        readable = not sign.isalnum() or left > 0
        left -= sign.isalnum()
        covered.append(sign if readable else STAR)
    return "".join(reversed(covered))


def masked(texts: Iterable[str]) -> tuple[str, ...]:
    """Return as many hidden texts as there are."""
    return tuple(HIDDEN for _ in texts)
