"""The API over a fleet that only looks alive: answers, errors, and who may ask."""

from __future__ import annotations

import json
import struct
import threading
import zlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.inputs import FleetWish
from robot_fleet.server.app import create_app
from robot_fleet.server.ports import CommandAnswer
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
VISIT = {"service": "care_visit", "params": {"place": "home/r101"}}


@pytest.fixture(scope="module")
def site() -> Any:
    return load_site(TINY)


@pytest.fixture
def fleet(site: Any) -> MovingFleet:
    return MovingFleet(site, tasks=5)


@pytest.fixture
def server(fleet: MovingFleet) -> Iterator[WebServer]:
    with WebServer(create_app(fleet)) as running:
        yield running


@pytest.fixture
def client(server: WebServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=10.0) as opened:
        yield opened


def test_the_view_can_be_read(client: httpx.Client) -> None:
    site = client.get("/api/v1/site").json()
    assert site["id"] == "tiny"
    assert site["map"] == {"width_px": 420, "height_px": 220, "resolution_m": 0.05, "origin": [-0.5, -0.5, 0.0]}
    assert {"ko", "en"} == site["places"][0]["name"].keys()
    robots = client.get("/api/v1/robots").json()
    assert [robot["id"] for robot in robots] == ["care_1", "care_2", "logistics_1"]
    assert {"x_m", "y_m", "yaw_rad", "length_m", "width_m", "soc_pct", "state", "link"} <= robots[0].keys()
    assert client.get("/api/v1/alarms").json()[0]["state"] == "active"
    assert client.get("/api/v1/health").json()["manager"] == "live"
    tasks = client.get("/api/v1/tasks").json()
    completed = client.get("/api/v1/tasks", params={"state": "completed"}).json()
    assert 0 < len(completed) < len(tasks)
    assert client.get(f"/api/v1/tasks/{tasks[0]['id']}").json() == tasks[0]


def test_the_map_is_a_png_with_the_first_row_on_top(client: httpx.Client) -> None:
    answer = client.get("/api/v1/map.png")
    assert answer.headers["content-type"] == "image/png"
    png = answer.content
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colour = struct.unpack(">IIBB", png[16:26])
    assert (width, height, depth, colour) == (420, 220, 8, 0)
    length = struct.unpack(">I", png[33:37])[0]
    pixels = zlib.decompress(png[41 : 41 + length])
    shade = pixels[(height - 1 - 80) * (width + 1) + 1 + 100]  # x = 4.5 m, y = 3.5 m: in the corridor
    assert shade == 254
    assert pixels[1] == 0  # the outer wall


def test_a_stream_that_breaks_is_told(fleet: MovingFleet, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken() -> AsyncIterator[Any]:
        yield fleet.snapshot()
        raise KeyError("something that no row was made for")

    monkeypatch.setattr(fleet, "frames", broken)
    told = threading.Event()
    with WebServer(create_app(fleet, given_up=told.set)):
        assert told.wait(10.0)


def test_a_task_is_taken_once_however_often_it_is_asked_for(client: httpx.Client, fleet: MovingFleet) -> None:
    first = client.post("/api/v1/tasks", json=VISIT, headers={"Idempotency-Key": "k1"})
    assert first.status_code == 202
    assert first.json()["command"] == first.json()["task"] == "k1"
    assert first.json()["robot"]
    again = client.post("/api/v1/tasks", json=VISIT, headers={"Idempotency-Key": "k1"})
    assert again.json() == first.json()
    assert fleet.commands == [("submit", "k1")]
    assert client.get("/api/v1/tasks/k1").json()["params"] == {"place": "home/r101"}


@pytest.mark.parametrize(
    ("body", "status", "code", "where"),
    [
        ({"service": "haircut"}, 422, "request_unknown_service", "k"),
        ({"service": "care_visit"}, 422, "request_param_missing", "place"),
        ({"service": "care_visit", "params": {"place": "moon"}}, 422, "request_unknown_place", "place"),
        ({"params": {}}, 422, "request_malformed", "body.service"),
        ({**VISIT, "colour": "red"}, 422, "request_malformed", "body.colour"),
    ],
)
def test_what_cannot_be_accepted_has_a_code_and_a_place(
    client: httpx.Client, fleet: MovingFleet, body: dict[str, Any], status: int, code: str, where: str
) -> None:
    answer = client.post("/api/v1/tasks", json=body, headers={"Idempotency-Key": "k"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["where"]) == (status, code, where)
    assert error["message"]
    assert fleet.commands == []


def test_a_task_without_a_key_is_refused(client: httpx.Client) -> None:
    answer = client.post("/api/v1/tasks", json=VISIT)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "request_key_missing")


def test_why_a_task_is_where_it_is_can_be_asked_in_both_languages(client: httpx.Client, fleet: MovingFleet) -> None:
    client.post("/api/v1/tasks", json=VISIT, headers={"Idempotency-Key": "k1"})
    korean, english = (client.get("/api/v1/tasks/k1/why", params={"lang": lang}).json() for lang in ("ko", "en"))
    unasked = client.get("/api/v1/tasks/k1/why").json()  # the robot may have gone on since
    assert [each["language"] for each in (korean, english, unasked)] == ["ko", "en", "ko"]
    assert unasked.keys() == korean.keys()
    assert (english["task"], english["robot"]) == ("k1", client.get("/api/v1/tasks/k1").json()["robot"])
    assert english["sentences"] != korean["sentences"]
    unknown = client.get("/api/v1/tasks/nothing/why")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "request_unknown_task")
    french = client.get("/api/v1/tasks/k1/why", params={"lang": "fr"})
    assert (french.status_code, french.json()["error"]["where"]) == (422, "query.lang")


def test_malformed_json_is_refused(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "k", "content-type": "application/json"}
    answer = client.post("/api/v1/tasks", content=b"{", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "request_malformed")


@pytest.mark.parametrize(("path", "status"), [("/api/v1/tasks/none", 404), ("/api/v1/nowhere", 404)])
def test_what_is_not_there_is_said_in_the_same_form(client: httpx.Client, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.json()["error"].keys() == {"code", "message", "where"}


def test_cancel_and_its_refusals(client: httpx.Client) -> None:
    client.post("/api/v1/tasks", json=VISIT, headers={"Idempotency-Key": "k1"})
    assert client.post("/api/v1/tasks/k1/cancel", json={"reason": "not needed"}).status_code == 202
    assert client.get("/api/v1/tasks/k1").json()["state"] == "cancelled"
    again = client.post("/api/v1/tasks/k1/cancel")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "request_task_ended")
    assert client.post("/api/v1/tasks/none/cancel").status_code == 404


def test_hold_and_resume_of_the_fleet_and_of_one_robot(client: httpx.Client, fleet: MovingFleet) -> None:
    assert client.post("/api/v1/hold").status_code == 202
    assert fleet.holding
    assert client.post("/api/v1/resume", json={}).status_code == 202
    assert not fleet.holding
    assert client.post("/api/v1/hold", json={"robot": "care_1"}).status_code == 202
    assert client.post("/api/v1/hold", json={"robot": "nobody"}).status_code == 404
    assert fleet.commands == [("hold", ""), ("resume", ""), ("hold", "care_1")]


def test_an_unreachable_manager_is_503(
    client: httpx.Client, fleet: MovingFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def unreachable(wish: FleetWish) -> CommandAnswer:
        raise RuntimeFailure("runtime_manager_unreachable", "the manager does not answer; it may be starting")

    monkeypatch.setattr(fleet, "carry_out", unreachable)
    answer = client.post("/api/v1/hold")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "runtime_manager_unreachable")


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": "http://evil.example"}, "request_foreign_page"),
        ({"Origin": "http://127.0.0.1:9999"}, "request_foreign_page"),
        ({"Origin": "null"}, "request_foreign_page"),
        ({"Host": "rebound.example"}, "request_foreign_host"),
    ],
)
def test_foreign_pages_and_hosts_are_kept_away(
    client: httpx.Client, fleet: MovingFleet, headers: dict[str, str], code: str
) -> None:
    answer = client.post("/api/v1/hold", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, code)
    assert not fleet.holding


def test_the_stream_is_for_our_own_page_only(server: WebServer) -> None:
    with pytest.raises(InvalidStatus) as caught:
        connect(server.url.replace("http", "ws") + "/api/v1/stream", origin="http://evil.example")
    assert caught.value.response.status_code == 403


def test_our_own_page_and_programs_are_let_in(client: httpx.Client, server: WebServer) -> None:
    assert client.post("/api/v1/hold", headers={"Origin": server.url}).status_code == 202
    assert client.post("/api/v1/hold").status_code == 202


def test_the_stream_begins_with_a_snapshot_and_goes_on_with_poses_and_patches(
    client: httpx.Client, server: WebServer, fleet: MovingFleet
) -> None:
    with connect(server.url.replace("http", "ws") + "/api/v1/stream", origin=server.url) as socket:  # type: ignore[arg-type]
        snapshot = json.loads(socket.recv(timeout=10.0))
        assert snapshot["type"] == "snapshot"
        assert snapshot.keys() >= {"t_s", "site", "robots", "tasks", "alarms", "items", "hold"}
        server.do(lambda: fleet.raise_alarm("home/r102"))
        client.post("/api/v1/tasks", json=VISIT, headers={"Idempotency-Key": "k1"})
        alarms: list[Any] = []
        tasks: dict[str, Any] = {}
        poses: list[Any] = []
        for _ in range(30):
            frame = json.loads(socket.recv(timeout=10.0))
            alarms = frame.get("alarms", alarms)
            tasks.update({task["id"]: task for task in frame.get("tasks", [])})
            poses.extend(frame.get("r", []))
            if len(alarms) == 2 and "k1" in tasks and poses:
                break
        assert alarms[-1]["place"] == "home/r102"
        assert tasks["k1"]["service"] == "care_visit"
        assert all(4 <= len(pose) <= 6 for pose in poses)
        assert client.get("/api/v1/health").json()["consoles"] == 1
        assert fleet.alarms_shown == ["alarm-1", "alarm-2"]


def test_the_page_brings_nothing_from_other_hosts(client: httpx.Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "default-src 'self'" in page.headers["content-security-policy"]
    for path in sorted((Path(__file__).parents[3] / "robot_fleet" / "console").rglob("*")):
        if path.suffix in (".html", ".js", ".css", ".json"):
            text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
            assert "http://" not in text, path
            assert "https://" not in text, path


def test_the_api_describes_itself(client: httpx.Client) -> None:
    description = client.get("/api/v1/openapi.json").json()
    assert {"/api/v1/tasks", "/api/v1/tasks/{task_id}/cancel", "/api/v1/hold", "/api/v1/resume"} <= description[
        "paths"
    ].keys()
    assert client.get("/docs").status_code == 404


def test_zones_are_told_and_changed(client: httpx.Client, fleet: MovingFleet) -> None:
    assert client.post("/api/v1/zones/annex/close").status_code == 202
    limited = client.post("/api/v1/zones/annex/limit", json={"speed_mps": 0.4, "reason": "many people"})
    assert limited.status_code == 202
    rows = {row["id"]: row for row in client.get("/api/v1/zones").json()}
    assert (rows["annex"]["closed"], rows["annex"]["speed_mps"], rows["annex"]["reason"]) == (True, 0.4, "many people")
    assert client.post("/api/v1/zones/annex/open", json={"reason": "over"}).status_code == 202
    assert client.get("/api/v1/zones").json()[0]["closed"] is False
    assert fleet.commands == [("close", "annex"), ("limit", "annex"), ("open", "annex")]


def test_zones_are_closed_together_or_not_at_all(client: httpx.Client, fleet: MovingFleet) -> None:
    wish = {"zones": ["annex", "north_lane"], "cause": "weather", "until_s": 80_000.0, "reason": "storm"}
    assert client.post("/api/v1/zones/close", json={**wish, "zones": ["annex", "moon"]}).status_code == 404
    assert not any(row["closed"] for row in client.get("/api/v1/zones").json())
    assert client.post("/api/v1/zones/close", json=wish).status_code == 202
    rows = client.get("/api/v1/zones").json()
    assert [(row["closed"], row["cause"], row["until_s"]) for row in rows] == [(True, "weather", 80_000.0)] * 2
    assert client.post("/api/v1/zones/close", json={**wish, "cause": "aliens"}).status_code == 422
    none = client.post("/api/v1/zones/open", json={"outdoor": True})
    assert (none.status_code, none.json()["error"]["code"]) == (422, "request_no_zone")
    assert client.post("/api/v1/zones/open", json={"zones": ["annex", "north_lane"]}).status_code == 202
    rows = client.get("/api/v1/zones").json()
    assert [(row["closed"], row["cause"], row["until_s"]) for row in rows] == [(False, "", None)] * 2


def test_a_shift_is_signed_and_taken_over(client: httpx.Client, fleet: MovingFleet) -> None:
    client.post("/api/v1/hold", json={"robot": "care_2"})
    now = client.get("/api/v1/shifts/open").json()
    assert "robot_held:care_2" in {item["key"] for item in now["items"]}
    assert client.get("/api/v1/shifts").json() == []
    stale = client.post("/api/v1/shifts", json={"seen": "0" * 64, "by": "op_7"})
    assert (stale.status_code, stale.json()["error"]["code"]) == (409, "request_shift_changed")
    wish = {"seen": now["digest"], "note": "calm", "notes": {"robot_held:care_2": "it squeaks"}, "by": "op_7"}
    shift = client.post("/api/v1/shifts", json=wish).json()["task"]
    assert fleet.snapshot()["shift"]["by"] == "op_7"
    row = client.get(f"/api/v1/shifts/{shift}").json()
    assert (row["state"], row["intact"], row["open"]) == ("signed", True, now["items"])
    take = {"digest": row["digest"], "by": "op_7"}
    assert client.post(f"/api/v1/shifts/{shift}/take", json=take).status_code == 409
    assert client.post(f"/api/v1/shifts/{shift}/take", json={**take, "by": "op_8"}).status_code == 202
    assert [each["state"] for each in client.get("/api/v1/shifts").json()] == ["taken"]
    assert fleet.snapshot()["shift"] is None
    assert client.get("/api/v1/shifts/shift-9").status_code == 404


def test_a_fleet_is_stopped_in_place_and_the_view_says_so(client: httpx.Client, fleet: MovingFleet) -> None:
    assert client.post("/api/v1/hold", json={"in_place": True, "by": "op_7"}).status_code == 202
    assert (fleet.snapshot()["hold"], fleet.snapshot()["in_place"]) == (True, True)
    heard = {row["robot"]: row for row in client.get("/api/v1/robots/heard").json()}
    assert heard.keys() == {"care_1", "care_2", "logistics_1"}


def test_what_no_zone_can_be_told_is_refused(client: httpx.Client) -> None:
    unknown = client.post("/api/v1/zones/moon/close")
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "request_unknown_zone")
    for body in ({}, {"speed_mps": "slow"}, {"speed_mps": 0.4, "colour": "red"}):
        malformed = client.post("/api/v1/zones/annex/limit", json=body)
        assert (malformed.status_code, malformed.json()["error"]["code"]) == (422, "request_malformed")
