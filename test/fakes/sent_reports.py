"""Reports that are sent by themselves, as a page finds them: one schedule that goes well, one that fails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from robot_fleet.core.errors import RequestError

_MADE = {
    "period": "day",
    "of": "2026-11-02",
    "edition": 1,
    "at_unix_s": 1_793_633_400.0,
    "by": "",
    "files": ["hand-day-2026-11-02.ko.csv", "hand-day-2026-11-02.ko.pdf"],
}
_NEXT = {"period": "day", "of": "2026-11-03", "due_s": 261_000.0, "local": "2026-11-04T00:30"}
_OFFICE = {
    "id": "office",
    "periods": ["day"],
    "formats": ["csv", "pdf"],
    "languages": ["ko"],
    "folder": "reports",
    "webhook": False,
    "made": [_MADE],
    "due": [],
    "next": [_NEXT],
    "open": 0,
    "given_up": 0,
    "error": None,
    "refused": "",
}
_OWNER = {
    **_OFFICE,
    "id": "owner",
    "folder": None,
    "webhook": True,
    "made": [],
    "open": 2,
    "refused": "http_503",
}


class SentReportsDouble:
    """Shows the two and sends none."""

    def rows(self) -> list[Mapping[str, Any]]:
        return [_OFFICE, _OWNER]

    def send(self, schedule: str, length: str, of: str, by: str, command: str) -> Mapping[str, Any]:
        raise RequestError("request_report_not_over", f"{length} {of} is not over", schedule)
