"""Reports that are sent by themselves: when they are over, once, made up for, and said to fail where they do."""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import threading
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from robot_fleet.core.errors import LedgerError, RequestError, RuntimeFailure, SiteError
from robot_fleet.core.health import Level
from robot_fleet.reports.calendar import DAY_S
from robot_fleet.runtime.reports.desk import ReportDesk
from robot_fleet.runtime.reports.made import KEPT, MadeReport, ReportsMade
from robot_fleet.runtime.reports.rounds import ReportRounds
from robot_fleet.runtime.reports.sender import PATIENCE_S, UNSENT, Maker, ReportSender
from robot_fleet.server.webhooks.deliveries import Deliveries
from robot_fleet.server.webhooks.retry import Pace
from robot_fleet.site.models.reports import ReportsFile
from robot_fleet.site.reading.reports import REPORT_MADE
from robot_fleet.site.reading.webhooks import Endpoint
from test.fakes.receiver import Answer, endpoint, receiving
from test.fakes.report_ledger import write_ledger
from test.unit.docs.texts import ROOT
from test.unit.reports.hand_made import FACTS, GROUND

BEGAN = date(2026, 11, 1)
SETTLE_S = 1_800.0
MORNING_S = DAY_S + SETTLE_S
SCHEMA = json.loads((ROOT / "docs/reference/schemas/report_webhook.schema.json").read_text(encoding="utf-8"))


class Press:
    """Makes reports of a few letters, and fails when it is told to."""

    def __init__(self) -> None:
        self.made: list[tuple[str, str]] = []
        self.error: Exception | None = None
        self.mark = "1"

    def json(self, length: str, of: str, began: str) -> Mapping[str, Any]:
        assert began == BEGAN.isoformat()
        if self.error is not None:
            raise self.error
        self.made.append((length, of))
        dates = {"from_date": began, "to_date": began, "coverage": {"facts_pct": 99.5, "telemetry_pct": None}}
        return {"site": "hand", "period": length, "of": of, **dates}

    def file(self, form: str, length: str, of: str, began: str, language: str) -> bytes:
        return f"{form} {length} {of} {language} {self.mark}".encode()


class Rig:
    """A sender in a directory of its own; started anew it goes on from what is there."""

    def __init__(self, run: Path) -> None:
        self.run = run
        self.press = Press()
        self.unix_s = 1_800_000_000.0
        self.endpoints: tuple[Endpoint, ...] = ()
        self.open: list[Deliveries] = []

    def sender(self, maker: Maker | None = None, **schedule: Any) -> ReportSender:
        values = {"id": "office", "periods": ["day"], "formats": ["csv"], "folder": "reports", **schedule}
        file = ReportsFile.model_validate({"schema_version": 1, "schedules": [values]})
        pace = Pace(first_s=0.02, longest_s=0.05, try_s=10.0)
        deliveries = Deliveries(self.endpoints, self.run / "report_webhooks.sqlite", pace=pace)
        self.open.append(deliveries)
        return ReportSender(file, maker or self.press, self.run, "run", BEGAN, deliveries, lambda: self.unix_s)

    def close(self) -> None:
        for each in self.open:
            each.close(20.0)
        self.open.clear()

    def files(self) -> list[str]:
        folder = self.run / "reports"
        return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.close()


def test_a_day_is_sent_once_when_it_has_been_over_for_a_while(rig: Rig) -> None:
    sender = rig.sender()
    sender.look(MORNING_S - 1.0, 0.0)
    assert rig.files() == []
    (row,) = sender.rows(MORNING_S - 1.0)
    assert row["next"] == [{"period": "day", "of": "2026-11-01", "due_s": MORNING_S, "local": "2026-11-02T00:30"}]
    for turn in range(3):
        sender.look(MORNING_S + turn, float(turn))
    assert rig.files() == ["hand-day-2026-11-01.ko.csv"]
    assert rig.press.made == [("day", "2026-11-01")]
    (row,) = sender.rows(MORNING_S)
    assert [made["files"] for made in row["made"]] == [["hand-day-2026-11-01.ko.csv"]]
    assert (row["due"], row["error"], row["next"][0]["of"]) == ([], None, "2026-11-02")


def test_days_weeks_and_months_in_each_form_and_language(rig: Rig) -> None:
    sender = rig.sender(periods=["day", "week", "month"], formats=["csv", "pdf"], languages=["ko", "en"])
    sender.look(30 * DAY_S + SETTLE_S, 0.0)
    kinds = {name.split("-")[1] for name in rig.files()}
    assert kinds == {"day", "week", "month"}
    assert len(rig.files()) == (30 + 5 + 1) * 4
    assert "hand-month-2026-11.en.pdf" in rig.files()


def test_what_was_missed_while_the_fleet_was_off_is_made_up_for_once_and_in_bounds(rig: Rig) -> None:
    sender = rig.sender(catch_up_days=3)
    sender.look(MORNING_S, 0.0)
    later_s = 10 * DAY_S + SETTLE_S
    rig.sender(catch_up_days=3).look(later_s, 0.0)
    rig.sender(catch_up_days=3).look(later_s, 0.0)
    assert [of for _, of in rig.press.made] == ["2026-11-01", "2026-11-08", "2026-11-09", "2026-11-10"]


def test_a_kill_before_it_is_written_down_makes_the_same_again(rig: Rig) -> None:
    with receiving() as office:
        rig.endpoints = (endpoint("office", office.url, events=frozenset({REPORT_MADE})),)
        webhook = {"url": office.url, "secret_env": "SECRET"}
        rig.sender(webhook=webhook).look(MORNING_S, 0.0)
        office.until(lambda messages: len(messages) == 1)
        rig.close()
        (rig.run / "reports_made.json").unlink()
        again = rig.sender(webhook=webhook)
        again.look(MORNING_S, 0.0)
        assert rig.files() == ["hand-day-2026-11-01.ko.csv"]
        again.send("office", "day", "", "u1", "send-1", MORNING_S)
        office.until(lambda messages: {message.body["data"]["edition"] for message in messages} == {1, 2})
        assert len(set(office.ids)) == 2, "what is sent again by hand is a new message, the repetition was none"


def test_another_content_never_takes_the_place_of_what_was_sent(rig: Rig) -> None:
    sender = rig.sender()
    sender.look(MORNING_S, 0.0)
    rig.press.mark = "2"
    made = sender.send("office", "day", "2026-11-01", "u1", "send-1", MORNING_S)
    assert (made.edition, made.by, made.files) == (2, "u1", ("hand-day-2026-11-01.ko.2.csv",))
    assert rig.files() == ["hand-day-2026-11-01.ko.2.csv", "hand-day-2026-11-01.ko.csv"]
    assert sender.send("office", "day", "2026-11-01", "u1", "send-1", MORNING_S) == made, "the answer was lost, no more"
    assert sender.send("office", "day", "2026-11-01", "u1", "send-2", MORNING_S).edition == 3


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (LedgerError("ledger_damaged", "a fact is damaged"), "ledger_damaged"),
        (RuntimeFailure("runtime_report_failed", "the process ended"), "runtime_report_failed"),
        (ZeroDivisionError("a bug"), "runtime_report_failed"),
    ],
)
def test_what_fails_is_tried_again_ever_more_rarely_and_said(rig: Rig, error: Exception, code: str) -> None:
    sender = rig.sender()
    rig.press.error = error
    tried = []
    for second in range(0, 1_000, 10):
        before = sender._failing.get("office")
        sender.look(MORNING_S + second, float(second))
        if sender._failing.get("office") is not before:
            tried.append(second)
    assert tried == [0, 60, 180, 420, 900]
    (condition,) = sender.conditions(MORNING_S + 1_000.0)
    assert (condition.code, condition.subject, condition.level) == (UNSENT, "office", Level.WARNING)
    assert condition.since_s == MORNING_S
    (row,) = sender.rows(MORNING_S)
    assert (row["error"]["code"], row["due"]) == (code, [{"period": "day", "of": "2026-11-01"}])
    rig.press.error = None
    sender.look(MORNING_S + 3_600.0, 3_600.0)
    assert sender.conditions(MORNING_S) == ()
    assert rig.files() == ["hand-day-2026-11-01.ko.csv"]


def test_a_folder_that_cannot_be_written_is_said_and_mended(rig: Rig) -> None:
    sender = rig.sender(folder=str(rig.run / "disk" / "reports"))
    sender.look(MORNING_S, 0.0)
    (row,) = sender.rows(MORNING_S)
    assert row["error"]["code"] == "runtime_report_unwritable"
    (rig.run / "disk").mkdir()
    sender.look(MORNING_S + 60.0, 60.0)
    assert [path.name for path in (rig.run / "disk" / "reports").iterdir()] == ["hand-day-2026-11-01.ko.csv"]
    assert sender.conditions(MORNING_S) == ()


def test_a_webhook_is_told_what_the_files_are_and_nothing_else(rig: Rig) -> None:
    with receiving([Answer(500)]) as office:
        rig.endpoints = (endpoint("office", office.url, events=frozenset({REPORT_MADE})),)
        webhook = {"url": office.url, "secret_env": "SECRET", "with_files": True}
        sender = rig.sender(folder=None, webhook=webhook, formats=["csv", "pdf"])
        sender.look(MORNING_S, 0.0)
        office.until(lambda messages: len(messages) == 2)
        assert len(set(office.ids)) == 1, "tried again under one id"
        assert not office.forged
        body = office.messages[-1].body
        jsonschema.validate(body, SCHEMA)
        assert (body["type"], body["data"]["id"], body["data"]["of"]) == (REPORT_MADE, "office", "2026-11-01")
        for file in body["data"]["files"]:
            content = base64.b64decode(file["content_base64"])
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (file["sha256"], file["bytes"])
        assert [file["format"] for file in body["data"]["files"]] == ["csv", "pdf"]
        assert not (rig.run / "reports").exists()


def test_a_webhook_that_takes_nothing_is_said_after_a_while(rig: Rig) -> None:
    with receiving(default=Answer(503)) as office:
        rig.endpoints = (endpoint("office", office.url, events=frozenset({REPORT_MADE})),)
        rig.unix_s = 0.0
        sender = rig.sender(webhook={"url": office.url, "secret_env": "SECRET"})
        sender.look(MORNING_S, 0.0)
        (deliveries,) = rig.open
        office.until(lambda _: deliveries.standing["office"].failing_since_s)
        since_s = deliveries.standing["office"].failing_since_s
        assert since_s is not None
        rig.unix_s = since_s + PATIENCE_S - 1.0
        assert sender.conditions(MORNING_S + 5.0) == ()
        rig.unix_s = since_s + PATIENCE_S
        assert [each.since_s for each in sender.conditions(MORNING_S + 700.0)] == [MORNING_S + 700.0]
        assert [each.since_s for each in sender.conditions(MORNING_S + 800.0)] == [MORNING_S + 700.0]
        (row,) = sender.rows(MORNING_S)
        assert (row["open"], row["refused"], row["error"]) == (1, "http_503", None)


def test_without_its_secret_a_webhook_is_said_to_fail_and_the_folder_has_its_files(rig: Rig) -> None:
    sender = rig.sender(webhook={"url": "https://office.example.org/", "secret_env": "SECRET"})
    sender.look(MORNING_S, 0.0)
    assert rig.files() == ["hand-day-2026-11-01.ko.csv"]
    (row,) = sender.rows(MORNING_S)
    assert row["error"]["code"] == "site_webhook_secret"
    with pytest.raises(SiteError):
        sender.send("office", "day", "", "u1", "send-1", MORNING_S)


@pytest.mark.parametrize(
    ("schedule", "of", "code"),
    [
        ("nobody", "", "request_unknown_report_schedule"),
        ("office", "2026-11-02", "request_report_not_over"),
        ("office", "2026-11-03", "request_report_not_over"),
        ("office", "2026-10-31", "request_report_not_over"),
        ("office", "yesterday", "request_period_malformed"),
    ],
)
def test_what_cannot_be_sent_by_hand(rig: Rig, schedule: str, of: str, code: str) -> None:
    with pytest.raises(RequestError) as raised:
        rig.sender().send(schedule, "day", of, "u1", "send-1", 2 * DAY_S + SETTLE_S - 1.0)
    assert raised.value.code == code
    assert rig.files() == []


def test_what_is_remembered_is_bounded_and_survives_damage(tmp_path: Path) -> None:
    path = tmp_path / "reports_made.json"
    made = ReportsMade(path)
    for number in range(KEPT + 5):
        made.add(MadeReport("office", "day", f"d{number}", 1, 0.0, "", "", ("a",)))
    made.add(MadeReport("office", "month", "2026-11", 1, 0.0, "", "", ("a",)))
    kept = ReportsMade(path)
    assert len(kept.all()) == KEPT + 1
    assert (kept.find("office", "day", "d4"), kept.find("office", "day", "d5") is not None) == (None, True)
    path.write_text('{"made": [{"half": ', encoding="utf-8")
    assert ReportsMade(path).all() == ()


def test_the_real_desks_files_are_those_of_the_verb(rig: Rig) -> None:
    ledger = write_ledger(rig.run / "ledger.sqlite", "hand", FACTS)
    desk = ReportDesk(GROUND, ledger, None)
    rig.sender(desk, formats=["csv", "pdf"]).look(MORNING_S, 0.0)
    assert rig.files() == ["hand-day-2026-11-01.ko.csv", "hand-day-2026-11-01.ko.pdf"]
    for form in ("csv", "pdf"):
        sent = (rig.run / "reports" / f"hand-day-2026-11-01.ko.{form}").read_bytes()
        assert sent == desk.file(form, "day", "2026-11-01", "2026-11-01", "ko")


def test_rounds_look_by_themselves_and_end_while_a_report_is_being_made(rig: Rig) -> None:
    begun, may_end = threading.Event(), threading.Event()

    class Slow(Press):
        def json(self, length: str, of: str, began: str) -> Mapping[str, Any]:
            begun.set()
            assert may_end.wait(20.0)
            return super().json(length, of, began)

    slow = Slow()
    sender = rig.sender(slow)
    rounds = ReportRounds(sender, rig.open[0], lambda: 3 * DAY_S)
    assert begun.wait(20.0)
    assert rounds.rows()[0]["made"] == [], "whoever asks does not wait"
    assert rounds.conditions() == ()
    rounds.end()
    may_end.set()
    rounds.close()
    assert slow.made == [("day", "2026-11-01")], "the next one is left for the next start"
    shutil.rmtree(rig.run / "reports")
