"""The incident desk over HTTP, answered by the real core: voice contact, verdicts, field jobs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.unit.server.test_alarm_routes import code

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
PLACE = "home/r101"


@pytest.fixture(scope="module")
def site() -> Any:
    return load_site(TINY)


@pytest.fixture
def fleet(site: Any) -> MovingFleet:
    """Somebody has called for help from a room, 25 s ago. Only `advance` lets time pass."""
    made = MovingFleet(site, tasks=0, alarm=False, pace=0.0)
    made.raise_alarm(PLACE)
    made.advance(25.0)
    return made


@pytest.fixture
def client(fleet: MovingFleet) -> Iterator[httpx.Client]:
    with WebServer(create_app(fleet)) as server, httpx.Client(base_url=server.url, timeout=10.0) as opened:
        yield opened


def post(client: httpx.Client, path: str, **body: Any) -> httpx.Response:
    return client.post(f"/api/v1/{path}", json=body)


def the_call(client: httpx.Client) -> dict[str, Any]:
    (incident,) = client.get("/api/v1/incidents").json()
    (call,) = incident["calls"]
    assert isinstance(call, dict)
    return call


def test_a_call_has_its_clocks_and_its_incident_the_story(client: httpx.Client, fleet: MovingFleet) -> None:
    begun_s = the_call(client)["raised_s"]
    assert (the_call(client)["place"], the_call(client)["on_site_due_s"]) == (PLACE, begun_s + 90.0)
    assert post(client, "alarms/alarm-1/voice", outcome="made", by="op_7").status_code == 202
    assert the_call(client)["silence_due_s"] == begun_s + 60.0
    fleet.advance(40.0)
    assert post(client, "alarms/alarm-1/voice", outcome="silent", by="op_7").status_code == 202
    assert post(client, "alarms/alarm-1/voice", outcome="escalated", by="op_7").status_code == 202
    call = the_call(client)
    assert call["silence_due_s"] is None
    assert (call["voice"], call["voice_s"], call["escalated_s"]) == ("silent", begun_s + 25.0, begun_s + 65.0)
    entries = client.get("/api/v1/incidents/incident:alarm-1").json()["entries"]
    assert [entry["what"] for entry in entries if entry["sort"] == "person"] == [
        "alarm_acknowledged", "voice_made", "voice_silent", "voice_escalated"
    ]  # fmt: skip


def test_an_incident_with_a_call_closes_with_a_verdict(client: httpx.Client) -> None:
    close = "incidents/incident:alarm-1/close"
    post(client, "alarms/alarm-1/voice", outcome="made")
    assert code(post(client, close, reason="over")) == (422, "request_verdict_missing")
    assert code(post(client, close, verdict="fine")) == (409, "request_call_unanswered")
    assert post(client, close, verdict="splendid").status_code == 422
    post(client, "alarms/alarm-1/voice", outcome="answered")
    assert post(client, close, verdict="fine", by="op_7").status_code == 202
    (incident,) = client.get("/api/v1/incidents").json()
    assert (incident["state"], incident["verdict"], incident["closed_by"]) == ("closed", "fine", "op_7")


def test_voice_contact_is_of_calls_for_help(client: httpx.Client, fleet: MovingFleet) -> None:
    fleet.desk.seen["stuck", "care_1"] = None
    for _ in range(5):
        fleet.advance(1.0)
    assert code(post(client, "alarms/stuck:1/voice", outcome="made")) == (409, "request_alarm_no_call")


def test_a_job_is_opened_taken_and_done(client: httpx.Client, fleet: MovingFleet) -> None:
    opened = post(client, "jobs", kind="fetch_robot", robot="care_1", due_in_s=600, text="by the lift", by="op_7")
    assert (opened.status_code, opened.json()["job"]) == (202, "job:1")
    later = post(client, "jobs", kind="look_after", alarm="alarm-1", due_in_s=300)
    first, second = client.get("/api/v1/jobs").json()
    assert (first["id"], first["place"], first["incident"]) == (later.json()["job"], PLACE, "incident:alarm-1")
    assert (second["robot"], second["due_s"], second["opened_by"]) == ("care_1", fleet.now_s + 600, "op_7")
    assert code(post(client, "jobs/job:1/done")) == (409, "request_job_state")
    assert post(client, "jobs/job:1/take", by="staff_3").status_code == 202
    assert post(client, "jobs/job:1/done", by="staff_3", text="charged").status_code == 202
    over = client.get("/api/v1/jobs").json()[-1]
    assert (over["state"], over["taken_by"], over["ended_with"]) == ("done", "staff_3", "charged")
    assert code(post(client, "jobs/job:9/take")) == (404, "request_unknown_job")
    assert post(client, "jobs/job:2/eat").status_code == 422


def test_a_robot_is_taken_over_and_given_back(client: httpx.Client) -> None:
    def held() -> bool:
        return bool(next(row for row in client.get("/api/v1/robots").json() if row["id"] == "care_1")["hold"])

    assert post(client, "jobs", kind="take_over", robot="care_1").status_code == 202
    assert held()
    assert code(post(client, "jobs", kind="take_over", robot="care_1")) == (409, "request_robot_taken_over")
    assert post(client, "jobs/job:1/withdraw").status_code == 202
    assert not held()


def test_a_console_hears_of_the_desks_limits_and_of_doors(client: httpx.Client) -> None:
    site = client.get("/api/v1/site").json()
    times = {"shown_s": 2.0, "voice_s": 30.0, "silence_s": 60.0, "closed_s": 1800.0}
    assert site["desk"] == {**times, "emergency_words": ["ambulance"], "staff_s": 300.0}
    assert {place["id"]: place["door"] for place in site["places"]}[PLACE] == "resident"
