"""What a check of a site says: one finding for each thing that is wrong."""

from __future__ import annotations

from dataclasses import dataclass

from robot_fleet.core.errors import SiteError


@dataclass(frozen=True, slots=True)
class Finding:
    """One error in a site's files.

    Parameters
    ----------
    code : stable code, `site_*`.
    file : the file, relative to the site's folder.
    key : path of the key in the file, the id of the object behind it in brackets; empty for the file itself.
    expected : one sentence: what was found and what was expected instead.
    line : line in the file, counted from 1; 0 where it is not known.
    """

    code: str
    file: str
    key: str
    expected: str
    line: int = 0

    @property
    def where(self) -> str:
        """`file:line key` for people."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place} {self.key}".rstrip()

    def error(self) -> SiteError:
        """Return the finding as the error that loading the site raises."""
        return SiteError(self.code, self.expected, self.where)
