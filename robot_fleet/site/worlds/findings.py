"""What a check of a world says: one finding for each thing that is wrong, or that a person should look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

from robot_fleet.site.worlds.tree import line_of


class Level(StrEnum):
    """How bad it is."""

    ERROR = "error"  # the world does not load, or does not do what it says
    WARNING = "warning"  # it may be meant so


@dataclass(frozen=True, slots=True, order=True)
class WorldFinding:
    """Something in a world that is wrong, or looks so.

    Parameters
    ----------
    file, line : where it stands; line 0 for the file as a whole.
    level : error or warning.
    code : stable code, `world_*`.
    message : what was found, and what was expected instead.
    """

    file: str
    line: int
    level: Level
    code: str
    message: str


@dataclass(slots=True)
class Report:
    """Collects the findings of one file."""

    file: Path
    findings: list[WorldFinding] = field(default_factory=list)

    def error(self, code: str, element: ElementTree.Element, message: str) -> None:
        """Note what keeps the world from doing what it says."""
        self.findings.append(WorldFinding(str(self.file), line_of(element), Level.ERROR, code, message))

    def warn(self, code: str, element: ElementTree.Element, message: str) -> None:
        """Note what a person should look at."""
        self.findings.append(WorldFinding(str(self.file), line_of(element), Level.WARNING, code, message))
