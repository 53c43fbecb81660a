"""Alarms, incidents and maintenance over HTTP, answered by the real core."""

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

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
STUCK = "/api/v1/alarms/stuck:1"


@pytest.fixture(scope="module")
def site() -> Any:
    return load_site(TINY)


@pytest.fixture
def fleet(site: Any) -> MovingFleet:
    """One alarm rings: care_1 is stuck. Only `advance` lets time pass."""
    made = MovingFleet(site, tasks=0, alarm=False, pace=0.0)
    made.desk.seen["stuck", "care_1"] = None
    let_pass(made, 5.0)
    return made


@pytest.fixture
def client(fleet: MovingFleet) -> Iterator[httpx.Client]:
    with WebServer(create_app(fleet)) as server, httpx.Client(base_url=server.url, timeout=10.0) as opened:
        yield opened


def let_pass(fleet: MovingFleet, seconds: float) -> None:
    for _ in range(round(seconds)):
        fleet.advance(1.0)


def the_alarm(client: httpx.Client) -> dict[str, Any]:
    (row,) = client.get("/api/v1/alarms").json()
    assert isinstance(row, dict)
    return row


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_an_alarm_says_all_that_a_person_needs(client: httpx.Client) -> None:
    row = the_alarm(client)
    assert (row["id"], row["state"], row["urgency"], row["count"]) == ("stuck:1", "active", "high", 1)
    assert (row["members"], row["subjects"], row["respond_s"]) == (["stuck:care_1"], ["care_1"], 300.0)
    for told in ("cause", "consequence", "action"):
        assert row[told]["ko"]
        assert row[told]["en"]


def test_an_alarm_is_acknowledged_put_aside_and_taken_up_again(client: httpx.Client, fleet: MovingFleet) -> None:
    assert client.post(f"{STUCK}/acknowledge", json={"by": "op_7"}).status_code == 202
    assert (the_alarm(client)["state"], the_alarm(client)["acknowledged_by"]) == ("acknowledged", "op_7")
    shelved = client.post(f"{STUCK}/shelve", json={"duration_s": 600, "reason": "being looked at"})
    assert shelved.status_code == 202
    row = the_alarm(client)
    assert (row["state"], row["shelved_for"], row["shelved_until_s"]) == (
        "shelved",
        "being looked at",
        fleet.now_s + 600,
    )
    assert code(client.post(f"{STUCK}/acknowledge")) == (409, "request_alarm_shelved")
    assert client.post(f"{STUCK}/unshelve").status_code == 202
    assert the_alarm(client)["state"] == "active"
    assert code(client.post(f"{STUCK}/unshelve")) == (409, "request_alarm_not_shelved")


def test_the_same_key_is_the_same_answer(client: httpx.Client) -> None:
    asked = {"headers": {"Idempotency-Key": "k1"}, "json": {"alarm": "stuck:1"}}
    first, again = (client.post("/api/v1/incidents", **asked).json() for _ in range(2))
    assert first == again
    assert first["incident"] == "incident:stuck:1"


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        ("alarms/nothing:9/acknowledge", {}, 404, "request_unknown_alarm"),
        ("alarms/stuck:1/shelve", {"duration_s": 59, "reason": "x"}, 422, "request_duration_malformed"),
        ("alarms/stuck:1/shelve", {"duration_s": 28801, "reason": "x"}, 422, "request_duration_malformed"),
        ("alarms/stuck:1/shelve", {"duration_s": 600, "reason": " "}, 422, "request_reason_missing"),
        ("alarms/stuck:1/shelve", {"duration_s": 600}, 422, "request_malformed"),
        ("alarms/stuck:1/acknowledge", {"by": ""}, 422, "request_malformed"),
        ("alarms/stuck:1/acknowledge", {"who": "me"}, 422, "request_malformed"),
        ("incidents", {"alarm": "nothing:9"}, 404, "request_unknown_alarm"),
        ("incidents/incident:none/notes", {"text": "x"}, 404, "request_unknown_incident"),
        ("incidents/incident:none/close", {"reason": "x"}, 404, "request_unknown_incident"),
        ("robots/nobody/maintenance", {"change": "begin"}, 404, "request_unknown_robot"),
        ("robots/care_1/maintenance", {"change": "done"}, 422, "request_maintenance_malformed"),
        ("robots/care_1/maintenance", {"change": "plan", "from_s": 9, "to_s": 3}, 422, "request_maintenance_malformed"),
        ("robots/care_1/maintenance", {"change": "wash"}, 422, "request_malformed"),
    ],
)
def test_what_cannot_be_has_a_code(
    client: httpx.Client, fleet: MovingFleet, path: str, body: dict[str, Any], status: int, said: str
) -> None:
    assert code(client.post(f"/api/v1/{path}", json=body)) == (status, said)
    assert fleet.commands == []


def test_an_incident_has_notes_a_story_and_an_end(client: httpx.Client, fleet: MovingFleet) -> None:
    opened = client.post("/api/v1/incidents", json={"alarm": "stuck:1"}).json()["incident"]
    assert the_alarm(client)["incident"] == opened
    assert client.post(f"/api/v1/incidents/{opened}/notes", json={"text": "a cart, moved"}).status_code == 202
    assert code(client.post(f"/api/v1/incidents/{opened}/close", json={"reason": "x"})) == (409, "request_alarm_active")
    client.post(f"{STUCK}/acknowledge")
    assert client.post(f"/api/v1/incidents/{opened}/close", json={"reason": "way is clear"}).status_code == 202
    (row,) = client.get("/api/v1/incidents").json()
    assert (row["state"], row["reason"], row["notes"], row["robots"]) == ("closed", "way is clear", 1, ["care_1"])
    story = client.get(f"/api/v1/incidents/{opened}").json()
    assert (story["schema_version"], story["id"], story["closed_by"]) == (1, opened, "operator")
    assert [entry["what"] for entry in story["entries"] if entry["what"] != "alarm_shown"] == [
        "alarm_raised",
        "incident_opened",
        "incident_noted",
        "alarm_acknowledged",
        "incident_closed",
    ]
    assert code(client.get("/api/v1/incidents/incident:none")) == (404, "request_unknown_incident")


def test_maintenance_is_quiet_and_over_when_it_is_done(client: httpx.Client, fleet: MovingFleet) -> None:
    begun = client.post("/api/v1/robots/care_2/maintenance", json={"change": "begin", "reason": "wheels"})
    assert begun.status_code == 202
    fleet.desk.seen["stuck", "care_2"] = None
    let_pass(fleet, 10.0)
    assert the_alarm(client)["members"] == ["stuck:care_1"]
    rows = {row["id"]: row for row in client.get("/api/v1/robots").json()}
    assert rows["care_2"]["maintenance"]
    plan = {"change": "plan", "from_s": fleet.now_s + 60, "to_s": fleet.now_s + 120}
    assert client.post("/api/v1/robots/care_1/maintenance", json=plan).status_code == 202
    assert client.post("/api/v1/robots/care_2/maintenance", json={"change": "done"}).status_code == 202
    let_pass(fleet, 5.0)
    rows = {row["id"]: row for row in client.get("/api/v1/robots").json()}
    assert (rows["care_2"]["maintenance"], rows["care_1"]["maintenance_s"]) == (False, [plan["from_s"], plan["to_s"]])


def test_the_time_to_act_begins_anew_when_an_alarm_rings_again(client: httpx.Client, fleet: MovingFleet) -> None:
    first_s = the_alarm(client)["rang_s"]
    client.post(f"{STUCK}/shelve", json={"duration_s": 60, "reason": "being looked at"})
    let_pass(fleet, 61.0)
    row = the_alarm(client)
    assert (row["state"], row["raised_s"]) == ("active", first_s)
    assert row["rang_s"] >= first_s + 60.0
