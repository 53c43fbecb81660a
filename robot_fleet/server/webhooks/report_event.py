"""What a webhook is told when a report has been made: aggregates of a period, and nothing of any person."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from robot_fleet.core.health import Urgency
from robot_fleet.server.webhooks.event import BODY_VERSION, RANKS, event_id
from robot_fleet.site.reading.reports import REPORT_MADE


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A report as a file."""

    name: str
    form: str
    language: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReportEvent:
    """A report that has been made for somebody.

    Parameters
    ----------
    schedule : who has it sent; the receiver is called so, too.
    run : the run that it tells of (see `robot_fleet.runtime.processes.run_id`).
    edition : 1, and one more each time that somebody has it sent again.
    report : the report as JSON.
    files : its files.
    with_files : whether they are in the message.
    at_unix_s : when it was made.
    """

    schedule: str
    run: str
    edition: int
    report: Mapping[str, Any] = field(repr=False)
    files: tuple[ReportFile, ...]
    with_files: bool
    at_unix_s: float

    @property
    def id(self) -> str:
        """The id that receivers tell repetitions by: the same whenever this edition is made."""
        return event_id(self.report["site"], self.run, self.type, self.of, str(self.edition))

    @property
    def type(self) -> str:
        """What has happened."""
        return REPORT_MADE

    @property
    def of(self) -> str:
        """Which report it is."""
        return f"{self.schedule} {self.report['period']} {self.report['of']}"

    @property
    def urgency(self) -> Urgency:
        """How urgent it is."""
        return Urgency.LOW

    @property
    def rank(self) -> int:
        """Behind all that is more urgent."""
        return RANKS[self.urgency]

    def body(self) -> str:
        """Return the JSON that is sent. Raises ValueError, OverflowError for a time that is none."""
        same = ("site", "period", "of", "from_date", "to_date", "coverage")
        told = {
            "schema_version": BODY_VERSION,
            "type": self.type,
            "timestamp": datetime.fromtimestamp(self.at_unix_s, UTC).isoformat(timespec="milliseconds"),
            "data": {
                "id": self.schedule,
                "edition": self.edition,
                **{key: self.report[key] for key in same},
                "files": [self._file(each) for each in self.files],
            },
        }
        return json.dumps(told, ensure_ascii=False, allow_nan=False, separators=(",", ":"))

    def _file(self, file: ReportFile) -> dict[str, Any]:
        told = {
            "name": file.name,
            "format": file.form,
            "language": file.language,
            "bytes": len(file.content),
            "sha256": hashlib.sha256(file.content).hexdigest(),
        }
        return {**told, "content_base64": base64.b64encode(file.content).decode()} if self.with_files else told
