"""Words that are said again until something comes of them."""

from __future__ import annotations


class Reminders:
    """Knows when each word is due.

    Parameters
    ----------
    again_s : fleet seconds between two tries.
    """

    def __init__(self, again_s: float) -> None:
        self._again_s = again_s
        self._due_s: dict[str, float] = {}

    def due(self, key: str, first_s: float, fleet_s: float) -> bool:
        """Return whether a word is due, `first_s` for the first time; if so it is due again after a while."""
        is_due = fleet_s >= self._due_s.setdefault(key, first_s)
        if is_due:
            self._due_s[key] = fleet_s + self._again_s
        return is_due
