"""Data of people are nowhere but in answers to who broke the glass.

Invented people are put into a store beside a fleet that is called for help at their door. Somebody opens the card,
somebody else is refused, and everything that was written, sent or shown meanwhile is searched for them, byte by byte.
"""

from __future__ import annotations

import csv
import json
import logging
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from mcap.writer import Writer
from typer.testing import CliRunner

from robot_fleet.cli import app as cli
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.reports.report import build_report
from robot_fleet.runtime.history import Follower, registry
from robot_fleet.runtime.people import open_people, people_audit
from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.runtime.recordings.incidents import incident_told
from robot_fleet.runtime.ringing.alarm_events import AlarmEvents
from robot_fleet.server.app import create_app
from robot_fleet.server.metrics import FleetMetrics
from robot_fleet.server.webhooks.event import WebhookEvent
from robot_fleet.stores.history.recorder import TelemetryRecorder
from robot_fleet.stores.people.store import PeopleStore
from robot_fleet.telemetry.overview import Overview
from test.alarm_site import alarm_site
from test.canaries import CANARIES, CANARY, consent, leaking_files, leaks
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.integration.virtual_runs import play

NAME = "test-canaries"
CALLS = (
    ("c1", "08:00:00", "care_alarm", {"place": CANARY.place, "signal": "help_button", "truth": "ambulance_needed"}),
    ("c2", "08:20:00", "care_visit", {"place": CANARY.place}),
    ("c3", "08:40:00", "care_alarm", {"place": CANARY.place, "signal": "no_motion", "truth": "false_alarm"}),
)
CARD = {"place": CANARY.place, "purpose": "care_emergency"}
REASON = "the button at this door was pressed"


@dataclass(frozen=True)
class Aftermath:
    """What there is after a run: everything that was written, and the answer in the clear."""

    folder: Path
    opened: bytes
    masked: bytes


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Aftermath:
    folder = tmp_path_factory.mktemp("canaries")
    written = folder / "written"
    written.mkdir()
    logs = logging.FileHandler(written / "everything.log", encoding="utf-8")
    logs.setLevel(logging.DEBUG)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(logs)
    root.setLevel(logging.DEBUG)
    store = PeopleStore.init(folder / "people", folder / "apart" / "people.key")
    try:
        store.put([(CANARY, [consent()])], 0.0)
        site_folder = alarm_site(folder / "site")
        _write_demand(site_folder)
        site = play(site_folder, written, NAME).site
        _write_what_others_read(site, written)
        opened, masked = _ask_over_http(site, store, written)
    finally:
        store.close()
        root.removeHandler(logs)
        root.setLevel(level)
        logs.close()
    return Aftermath(folder, opened, masked)


def test_the_card_in_the_clear_holds_what_the_search_looks_for(aftermath: Aftermath) -> None:
    assert set(leaks(aftermath.opened)) == set(CANARIES) - set(CANARY.plates)
    assert leaks(aftermath.masked) == []


def test_nothing_that_was_written_holds_anything_of_anybody(aftermath: Aftermath) -> None:
    searched = {path.name for path in (aftermath.folder / "written").iterdir()}
    assert searched >= {"facts.json", "report.json", "report.txt", "incidents.json", "webhooks.txt", "metrics.txt"}
    assert searched >= {"summary.json", "trace.csv", "telemetry.sqlite", "everything.log"}
    assert "reason" in (aftermath.folder / "people" / "audit.jsonl").read_text(encoding="utf-8")
    assert leaking_files(aftermath.folder) == {}
    assert leaking_files(run_directory(NAME).path) == {}


def test_the_calls_for_help_came_as_far_as_every_reader(aftermath: Aftermath) -> None:
    written = aftermath.folder / "written"
    told = {
        "facts.json": CANARY.place,
        "incidents.json": "incident:c1",
        "webhooks.txt": CANARY.place,
        "GET_api_v1_alarms.txt": "stuck",
        "GET_api_v1_tasks.txt": CANARY.place,
    }
    for name, text in told.items():
        assert text in (written / name).read_text(encoding="utf-8"), name


@pytest.mark.parametrize("form", [CANARY.name.encode(), json.dumps(CANARY.name).encode(), CANARY.name.encode("utf-16")])
def test_the_search_finds_a_leak_in_any_form(tmp_path: Path, form: bytes) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "leak.bin").write_bytes(b"\x00\xff" + form)
    assert leaking_files(tmp_path) == {"deep/leak.bin": [CANARY.name]}


@pytest.mark.parametrize("ended", [True, False])
def test_the_search_finds_a_leak_in_a_packed_recording(tmp_path: Path, ended: bool) -> None:
    with (tmp_path / "robot.mcap").open("wb") as file:
        writer = Writer(file, chunk_size=1)
        writer.start()
        channel = writer.register_channel("/care_1/state", "json", writer.register_schema("state", "jsonschema", b"{}"))
        told = json.dumps({"said": "so " * 99 + CANARY.door_code}).encode()
        writer.add_message(channel, 0, told, 0)
        if ended:
            writer.finish()
    assert leaks((tmp_path / "robot.mcap").read_bytes()) == []
    assert leaking_files(tmp_path) == {"robot.mcap": [CANARY.door_code]}


def _write_demand(folder: Path) -> None:
    with (folder / "demand.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("request_id", "at", "service", "params"))
        rows.writerows((*call[:3], json.dumps(call[3])) for call in CALLS)


def _write_what_others_read(site: Site, into: Path) -> None:
    """Write what exports, reports, webhooks, Prometheus and the history are told of the run."""
    run = run_directory(NAME)
    with Ledger.open(run.ledger, registry(), site_id=site.id, read_only=True) as ledger:
        ledger.export(into / "facts.json")
        report = build_report(((at_s, fact) for _, at_s, fact in ledger.read()), {}, {}, 1)
    (into / "report.json").write_text(json.dumps(report.to_dict(), ensure_ascii=False), encoding="utf-8")
    told = CliRunner().invoke(cli.build(["report"]), ["report", "--name", NAME, "--lang", "ko"])
    assert told.exit_code == 0
    (into / "report.txt").write_text(told.output, encoding="utf-8")

    follower = Follower(site, run.ledger)
    follower.refresh()
    state = follower.state
    follower.close()
    incidents = [incident_told(site, run.ledger, name, 0.0, float("inf")) for name in state.incidents]
    (into / "incidents.json").write_text(json.dumps(incidents, ensure_ascii=False), encoding="utf-8")
    events: list[WebhookEvent] = []
    AlarmEvents(site, "run1", events.append).tell(state, 0.0)
    (into / "webhooks.txt").write_text("\n".join(event.body() for event in events), encoding="utf-8")
    (into / "metrics.txt").write_bytes(FleetMetrics(state, Overview, lambda: None).text(1))

    recorder = TelemetryRecorder.open(into / "telemetry.sqlite")
    with (into / "trace.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if not row["event"]:
                pose = (float(row[key]) for key in ("t_s", "x_m", "y_m", "yaw_rad"))
                recorder.add_pose(row["robot"], *pose, row["map_id"])
    recorder.close(float(row["t_s"]))


def _ask_over_http(site: Site, store: PeopleStore, into: Path) -> tuple[bytes, bytes]:
    """Read every address of the API, be refused, and return the card in the clear and masked."""
    people = open_people(store, people_audit(into.parent / "people"), site, lambda: 0.0)
    fleet = MovingFleet(site, tasks=0, alarm=False)
    fleet.desk.seen["stuck", "care_1"] = None
    for _ in range(5):
        fleet.advance(1.0)
    app = create_app(fleet, people=people)
    paths = app.openapi()["paths"]
    with WebServer(app) as server, httpx.Client(base_url=server.url, timeout=10.0) as client:
        params = {"place": CANARY.place, "signal": "help_button"}
        asked = {"service": "care_alarm", "params": params}
        assert client.post("/api/v1/tasks", json=asked, headers={"Idempotency-Key": "call"}).status_code == 202
        opened = client.post("/api/v1/people/card", json={**CARD, "reason": REASON, "given_to": "119"})
        refused = client.post("/api/v1/people/card", json={**CARD, "purpose": "parking", "reason": REASON})
        assert (opened.status_code, refused.status_code) == (200, 403)
        (into / "refused.txt").write_bytes(refused.content)
        for path in ("/api/v1/openapi.json", *(path for path in paths if "get" in paths[path] and "{" not in path)):
            if "people" not in path:
                answer = client.get(path, params={"at": "09:00"} if path.endswith("/occurrences") else None)
                assert answer.status_code in (200, 409), path  # 409: there is no calendar here
                (into / f"GET{path.replace('/', '_')}.txt").write_bytes(answer.content)
        masked = client.get("/api/v1/people", params={"purpose": "care_visit"})
    return opened.content, masked.content
