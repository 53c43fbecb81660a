"""What people read, in the languages that the fleet speaks and in those of its site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("ko", "en")
"""What the fleet's own words are written in; a site may bring others for its own."""


@dataclass(frozen=True, slots=True)
class Text:
    """A name or sentence for people.

    Parameters
    ----------
    ko, en : in Korean and English, the languages of the fleet's own words; of a site that does not speak one of them,
        what stands in for it.
    more : the words in further languages, as (language, words).
    """

    ko: str
    en: str
    more: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, words: Mapping[str, str]) -> Text:
        """Return a text from the words in each language, at least one; English, else the first, stands in."""
        spare = words.get("en") or next(iter(words.values()))
        more = tuple((language, said) for language, said in words.items() if language not in LANGUAGES)
        return cls(words.get("ko", spare), words.get("en", spare), more)

    def said(self, language: str) -> str:
        """Return the words in a language; in English where there are none."""
        return self.ko if language == "ko" else dict(self.more).get(language, self.en)

    def filled(self, blank: str, words: str) -> Text:
        """Return the text with a blank, `{blank}` in its words, filled."""
        return Text.of({language: said.replace(f"{{{blank}}}", words) for language, said in self.words().items()})

    def after(self, beginning: Text) -> Text:
        """Return the text with a beginning put before it, in each language in which it is said."""
        return Text.of({language: beginning.said(language) + said for language, said in self.words().items()})

    def words(self) -> dict[str, str]:
        """Return the words by language, Korean and English always among them."""
        return {"ko": self.ko, "en": self.en, **dict(self.more)}
