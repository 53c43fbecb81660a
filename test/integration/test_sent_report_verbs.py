"""`./fleet report schedule` and `send`, over real HTTP to a fleet whose reports are made by the real desk."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from robot_fleet.cli.app import run
from robot_fleet.reports.calendar import DAY_S
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.statefile import write_json
from robot_fleet.runtime.reports.desk import ReportDesk
from robot_fleet.runtime.reports.rounds import ReportRounds
from robot_fleet.runtime.reports.sender import ReportSender
from robot_fleet.server.app import create_app
from robot_fleet.server.webhooks.deliveries import Deliveries
from robot_fleet.site.load import load_site
from robot_fleet.site.models.reports import ReportsFile
from test.fakes.moving_fleet import MovingFleet
from test.fakes.report_ledger import write_ledger
from test.fakes.web_server import WebServer
from test.unit.reports.hand_made import FACTS, GROUND

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
FILE = {
    "schema_version": 1,
    "schedules": [
        {"id": "office", "periods": ["day"], "formats": ["csv"], "folder": "reports"},
        {"id": "lost", "periods": ["month"], "folder": "/no/such/disk"},
    ],
}


@contextmanager
def rounds_of(folder: Path) -> Iterator[ReportRounds]:
    """Give the rounds of a fleet that began on the first of November, on the second of December."""
    desk = ReportDesk(GROUND, write_ledger(folder / "ledger.sqlite", "hand", FACTS), None)
    deliveries = Deliveries((), folder / "outbox.sqlite")
    sender = ReportSender(ReportsFile.model_validate(FILE), desk, folder, "run", date(2026, 11, 1), deliveries)
    made = ReportRounds(sender, deliveries, lambda: 31 * DAY_S)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture
def says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Speak to a running fleet by the name of main, as far as others can see."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    def said(*words: str, status: int = 0) -> str:
        assert run(("report", *words)) == status, capsys.readouterr().err
        captured = capsys.readouterr()
        return captured.out if status == 0 else captured.err

    fleet = MovingFleet(load_site(TINY), tasks=1, alarm=False, pace=0.0)
    with (
        rounds_of(tmp_path) as rounds,
        FleetClaim() as claim,
        WebServer(create_app(fleet, sent_reports=rounds)) as served,
    ):
        write_json(claim.run.processes, {"port": served.port, "processes": []})
        yield said


def test_what_was_sent_is_shown_and_sent_again(says: Any, tmp_path: Path) -> None:
    pause = threading.Event()
    while not all(row["made"] and not row["due"] for row in rows(says)[:1]) or not rows(says)[1]["error"]:
        pause.wait(0.05)
    table = says("schedule")
    assert "2026-11-30" in table and "2026-12-01 at 2026-12-02 00:30" in table
    assert "runtime_report_unwritable" in table
    assert len(list((tmp_path / "reports").iterdir())) == 30
    told = says("send", "office", "--period", "month", "--by", "u1")
    assert told == "office: month 2026-11 is sent: hand-month-2026-11.ko.csv\n"
    again = json.loads(says("send", "office", "--period", "month", "--of", "2026-11", "--json"))
    assert (again["edition"], again["files"]) == (2, ["hand-month-2026-11.ko.csv"])
    assert rows(says)[0]["made"][0]["of"] == "2026-11"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("nobody", "--period", "day"), "request_unknown_report_schedule"),
        (("office", "--period", "month", "--of", "2026-12"), "request_report_not_over"),
        (("office", "--period", "year"), "request_malformed"),
        (("lost", "--period", "month"), "runtime_report_unwritable"),
    ],
)
def test_what_cannot_be_sent_is_refused(says: Any, words: tuple[str, ...], code: str) -> None:
    assert f"[{code}]" in says("send", *words, status=1)


def rows(says: Any) -> list[dict[str, Any]]:
    """Return the schedules as JSON, the office first."""
    found: list[dict[str, Any]] = json.loads(says("schedule", "--json"))
    return sorted(found, key=lambda row: row["id"] != "office")
