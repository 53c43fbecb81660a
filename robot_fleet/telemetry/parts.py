"""The parts of one robot, as its diagnostics tell of them: each may be told by another program of the robot."""

from __future__ import annotations

from dataclasses import dataclass

OK, WARNING, ERROR, STALE = range(4)
"""Levels of `diagnostic_msgs/DiagnosticStatus`."""
SILENT_AFTER_S = 5.0
"""Steady seconds after which a part counts as silent: what diagnostic_aggregator takes."""
MOST_PARTS = 200
"""More of one robot are not followed."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a part said last, and when (steady seconds)."""

    level: int
    message: str
    heard_s: float


class Parts:
    """The newest word of each part."""

    def __init__(self) -> None:
        self._parts: dict[str, Part] = {}

    def note(self, name: str, level: int, message: str, steady_s: float) -> bool:
        """Take in what a part says; False if there are too many already."""
        if name not in self._parts and len(self._parts) >= MOST_PARTS:
            return False
        self._parts[name] = Part(level, message, steady_s)
        return True

    def worst(self, steady_s: float) -> tuple[int, str]:
        """Return the worst level, STALE for a part that is silent, and who says it with what words."""
        level, words = OK, ""
        for name, part in self._parts.items():
            silent = steady_s - part.heard_s > SILENT_AFTER_S
            own = STALE if silent else part.level
            if own > level:
                level, words = own, f"{name}: {'silent' if silent else part.message}"
        return level, words
