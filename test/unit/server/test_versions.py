"""Commands that name the version of what they change, over real HTTP."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from robot_fleet.server.app import create_app
from robot_fleet.server.ports import CommandAnswer
from robot_fleet.server.versions import VERSIONED
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"


@pytest.fixture
def fleet() -> MovingFleet:
    made = MovingFleet(load_site(TINY), tasks=5)
    made.holding = True
    return made


@pytest.fixture
def server(fleet: MovingFleet) -> Iterator[WebServer]:
    with WebServer(create_app(fleet)) as running:
        yield running


@pytest.fixture
def client(server: WebServer) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{server.url}/api/v1", timeout=10.0) as opened:
        yield opened


def open_task(client: httpx.Client) -> str:
    return str(next(row["id"] for row in client.get("/tasks").json() if row["outcome"] is None))


def changes(client: httpx.Client) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """Return what can be changed: where it is seen, where it is changed, and two changes."""
    task, incident = open_task(client), client.get("/incidents").json()[0]["id"]
    return [
        (f"/tasks/{task}", f"/tasks/{task}/priority", [{"priority": 50}, {"priority": 60}]),
        (f"/incidents/{incident}", f"/incidents/{incident}/notes", [{"text": "went there"}, {"text": "is well"}]),
        ("/zones/annex", "/zones/annex/limit", [{"speed_mps": 0.4}, {"speed_mps": 0.5}]),
        ("/robots/care_1", "/robots/care_1/maintenance", [{"change": "begin"}, {"change": "done"}]),
    ]


def test_only_who_has_seen_what_holds_changes_it(client: httpx.Client) -> None:
    for seen_at, changed_at, (first, second) in changes(client):
        looked = client.get(seen_at)
        old = {"If-Match": looked.headers["etag"]}
        assert client.post(changed_at, json=first, headers=old).status_code == 202, changed_at
        stale = client.post(changed_at, json=second, headers=old)
        assert (stale.status_code, stale.json()["error"]["code"]) == (412, "request_version_stale"), changed_at
        new = client.get(seen_at).headers["etag"]
        assert new != old["If-Match"]
        assert client.post(changed_at, json=second, headers={"If-Match": f'"other", {new}'}).status_code == 202
        assert client.post(changed_at, json=first, headers={"If-Match": "*"}).status_code == 202
        assert client.post(changed_at, json=second).status_code == 202  # whoever names none commands as ever


def test_the_time_of_arrival_is_no_part_of_a_version(
    client: httpx.Client, server: WebServer, fleet: MovingFleet
) -> None:
    task = open_task(client)
    before = client.get(f"/tasks/{task}").headers["etag"]
    server.do(lambda: fleet.picture.put_task({**fleet.picture.task(task), "eta_s": 1.0, "robot": "care_2"}))  # type: ignore[dict-item]
    assert client.get(f"/tasks/{task}").json()["eta_s"] == 1.0
    assert client.get(f"/tasks/{task}").headers["etag"] == before


def test_what_is_not_there_has_no_version(client: httpx.Client) -> None:
    for address in ("/tasks/none/priority", "/zones/none/close"):
        answer = client.post(address, json={"priority": 1} if "tasks" in address else {}, headers={"If-Match": '"x"'})
        assert answer.status_code == 404, address
    assert client.get("/robots/none").json()["error"]["code"] == "request_unknown_robot"
    assert client.get("/zones/none").json()["error"]["code"] == "request_unknown_zone"


def test_of_two_at_the_same_time_one_is_refused(
    client: httpx.Client, server: WebServer, fleet: MovingFleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, change = open_task(client), fleet.change_task
    both_wait: list[None] = []

    async def slow(wish: Any) -> CommandAnswer:
        both_wait.append(None)
        await asyncio.sleep(0.05)  # the manager takes its time; the other one has come by then
        return await change(wish)

    monkeypatch.setattr(fleet, "change_task", slow)
    headers = {"If-Match": client.get(f"/tasks/{task}").headers["etag"]}

    async def both() -> list[int]:
        async with httpx.AsyncClient(base_url=f"{server.url}/api/v1", timeout=10.0) as opened:
            wishes = [{"priority": 50}, {"priority": 60}]
            asked = [opened.post(f"/tasks/{task}/priority", json=wish, headers=headers) for wish in wishes]
            return [answer.status_code for answer in await asyncio.gather(*asked)]

    assert sorted(asyncio.run(both())) == [202, 412]
    assert len(both_wait) == 1


def test_nobody_is_kept_from_stopping_robots_by_an_old_version(client: httpx.Client) -> None:
    old = {"If-Match": client.get("/robots/care_1").headers["etag"]}
    for body in ({"robot": "care_1"}, {"robot": "care_1", "in_place": True}, {}):
        assert client.post("/hold", json=body, headers=old).status_code == 202
    assert client.get("/robots/care_1").headers["etag"] != old["If-Match"]


def test_the_console_says_what_was_changed_by_the_keys_that_make_versions() -> None:
    script = (Path(__file__).parents[3] / "robot_fleet" / "console" / "js" / "decisions.js").read_text(encoding="utf-8")
    by_itself = {"tasks": {"state", "stop"}, "robots": set(), "schedules": set()}
    for sort, own in (("tasks", "task_id"), ("robots", "robot"), ("schedules", "schedule")):
        told = re.search(rf"^  {sort}: {{\n(.*?)^  }},$", script, re.MULTILINE | re.DOTALL)
        assert told is not None
        assert set(re.findall(r"^    (\w+): ", told[1], re.MULTILINE)) == set(VERSIONED[own]) - by_itself[sort]
