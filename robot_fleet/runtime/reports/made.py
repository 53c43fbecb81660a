"""Which reports have been made and sent: a small file in the run directory, since it belongs to the ledger there."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.statefile import read_json, write_json

LOG = logging.getLogger("robot_fleet.reports")
VERSION = 1
KEPT = 120
"""Of each schedule and length of period, the newest: more than `catch_up_days` may ask for."""


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report that has been made and sent.

    Parameters
    ----------
    period, of : `day`, `week` or `month`, and which one.
    edition : 1, and one more each time that somebody has it sent again.
    at_unix_s : when.
    by : opaque id of who had it sent; empty if it was sent by itself.
    command : key of the wish to have it sent; empty if it was sent by itself.
    files : their names; in the folder, if it has one.
    """

    schedule: str
    period: str
    of: str
    edition: int
    at_unix_s: float
    by: str
    command: str
    files: tuple[str, ...]

    @property
    def which(self) -> tuple[str, str, str]:
        """Which report it is."""
        return (self.schedule, self.period, self.of)


class ReportsMade:
    """What has been made, the newest last.

    Parameters
    ----------
    path : the file; made when there is something to be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._made: tuple[MadeReport, ...] = self._read()

    def all(self) -> tuple[MadeReport, ...]:
        """Return all that are kept; of one that was sent again, the newest edition."""
        return self._made

    def find(self, schedule: str, period: str, of: str) -> MadeReport | None:
        """Return a report that has been made, None if it has not."""
        return next((each for each in self._made if each.which == (schedule, period, of)), None)

    def add(self, made: MadeReport) -> None:
        """Write down that a report has been made. Raises RuntimeFailure `runtime_report_unwritable`."""
        kept = tuple(_newest([*(each for each in self._made if each.which != made.which), made]))
        try:
            write_json(self._path, {"version": VERSION, "made": [asdict(each) for each in kept]}, durable=True)
        except OSError as error:
            message = f"it cannot be written down that the report has been made ({error.strerror})"
            raise RuntimeFailure("runtime_report_unwritable", message, str(self._path)) from error
        self._made = kept

    def _read(self) -> tuple[MadeReport, ...]:
        try:
            rows = (read_json(self._path) or {"made": ()})["made"]
            return tuple(MadeReport(**{**row, "files": tuple(row["files"])}) for row in rows)
        except (OSError, ValueError, TypeError, KeyError) as error:
            # what is in its folder is recognised, and receivers know the ids of what they have been told
            LOG.error("reports event=forgotten file=%s error=%s they are made again", self._path, error)
            return ()


def _newest(made: Iterable[MadeReport]) -> Iterable[MadeReport]:
    rows = list(made)
    left = Counter((each.schedule, each.period) for each in rows)
    for each in rows:
        if left[each.schedule, each.period] <= KEPT:
            yield each
        left[each.schedule, each.period] -= 1
