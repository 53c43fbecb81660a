"""Lists in portions, and what is asked for of them: over real HTTP, and with rows that come and go."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.core.errors import RequestError
from robot_fleet.server.app import create_app
from robot_fleet.server.pages import Page
from robot_fleet.site.load import load_site
from robot_fleet.stores.users.people import Role
from test.fakes.house import House
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"


@pytest.fixture(scope="module")
def fleet() -> MovingFleet:
    made = MovingFleet(load_site(TINY), tasks=23)
    made.holding = True  # nothing ends while we look
    return made


@pytest.fixture(scope="module")
def client(fleet: MovingFleet) -> Iterator[httpx.Client]:
    with WebServer(create_app(fleet)) as running, httpx.Client(base_url=running.url, timeout=10.0) as opened:
        yield opened


def pages(client: httpx.Client, address: str, **asked: Any) -> list[list[Any]]:
    """Follow the links of a list to its end."""
    answer = client.get(address, params=asked)
    found = [answer.json()]
    while "next" in answer.links:
        answer = client.get(answer.links["next"]["url"])
        assert answer.status_code == 200, answer.text
        found.append(answer.json())
    return found


@pytest.mark.parametrize("address", ["tasks", "robots", "alarms", "incidents", "zones", "ways", "users"])
def test_the_portions_of_a_list_are_the_list(client: httpx.Client, address: str) -> None:
    whole = client.get(f"/api/v1/{address}")
    assert "link" not in whole.headers
    portions = pages(client, f"/api/v1/{address}", limit=2)
    assert [row for portion in portions for row in portion] == whole.json()
    assert all(len(portion) <= 2 for portion in portions)


def test_tasks_are_chosen_by_what_they_are(client: httpx.Client) -> None:
    def ids(**asked: Any) -> list[str]:
        return [row["id"] for portion in pages(client, "/api/v1/tasks", limit=3, **asked) for row in portion]

    rows = client.get("/api/v1/tasks").json()
    assert rows == sorted(rows, key=lambda row: row["requested_s"])
    for wish, chosen in (
        ({"state": ["completed", "assigned"]}, lambda row: row["state"] in ("completed", "assigned")),
        ({"service": "care_visit"}, lambda row: row["service"] == "care_visit"),
        ({"robot": "care_1"}, lambda row: row["robot"] == "care_1"),
        ({"requester": "operator", "state": "requested"}, lambda row: row["state"] == "requested"),
        ({"requester": "nobody"}, lambda row: False),
        ({"min_priority": 40, "max_priority": 40}, lambda row: row["priority"] == 40),
        ({"min_priority": 41}, lambda row: row["priority"] > 40),
        (
            {"since_s": rows[5]["requested_s"], "until_s": rows[9]["requested_s"]},
            lambda row: rows[5]["requested_s"] <= row["requested_s"] < rows[9]["requested_s"],
        ),
    ):
        assert ids(**wish) == [row["id"] for row in rows if chosen(row)], wish
    unknown = client.get("/api/v1/tasks", params={"state": "asleep"})
    assert (unknown.status_code, unknown.json()["error"]["code"]) == (422, "request_malformed")


def test_robots_alarms_and_incidents_are_chosen_too(client: httpx.Client) -> None:
    def count(address: str, **asked: Any) -> int:
        return len(client.get(f"/api/v1/{address}", params=asked).json())

    assert count("robots", kind="care") == 2
    assert count("robots", link="live", maintenance=False) == 3
    assert count("robots", maintenance=True) == count("robots", health="error") == 0
    assert count("alarms", urgency="critical", state="active") == 1
    assert count("alarms", robot="logistics_1") == count("alarms", until_s=0.0) == 0
    assert count("incidents", state="open") == count("incidents")
    assert count("incidents", state="closed") == count("incidents", robot="logistics_1") == 0


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "ÿ",
        base64.b64encode(b"7").decode(),
        base64.b64encode(b"[]").decode(),
        base64.b64encode(json.dumps(["/api/v1/robots", 1.0]).encode()).decode(),
        base64.b64encode(json.dumps(["/api/v1/tasks", "r1", 1.0]).encode()).decode(),
        base64.b64encode(json.dumps(["/api/v1/tasks", None]).encode()).decode(),
    ],
)
def test_what_is_no_cursor_of_the_list_is_refused(client: httpx.Client, cursor: str) -> None:
    answer = client.get("/api/v1/tasks", params={"after": cursor})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "request_cursor_malformed")


@pytest.mark.parametrize("limit", ["0", "1001", "x"])
def test_a_portion_has_its_bounds(client: httpx.Client, limit: str) -> None:
    answer = client.get("/api/v1/tasks", params={"limit": limit})
    assert (answer.status_code, answer.json()["error"]["where"]) == (422, "query.limit")


def test_the_audit_can_be_read_to_its_end_while_it_grows(tmp_path: Path) -> None:
    with House(tmp_path) as house, house.client(Role.ADMIN) as client:
        for robot in ("care_1", "care_2", "care_1"):
            assert client.post("/api/v1/hold", json={"robot": robot}).status_code == 202
        held = {"verb": "hold"}
        portions = pages(client, "/api/v1/audit", limit=2, **held)
        assert [[row["target"] for row in portion] for portion in portions] == [["care_1", "care_2"], ["care_1"]]
        newest = client.get("/api/v1/audit", params={"newest": 2, **held}).json()
        assert [row["target"] for row in newest] == ["care_2", "care_1"]
        assert "/api/v1/audit" in house.audit()[-1][1]  # whoever reads it is in it
        assert [len(portion) for portion in pages(client, "/api/v1/users", limit=3)] == [3, 2]
        for number in ('"x"', "1" + 20 * "0"):
            wrong = base64.urlsafe_b64encode(f'["/api/v1/audit",{number}]'.encode()).decode()
            assert client.get("/api/v1/audit", params={"after": wrong}).status_code == 422


def page(limit: int | None, after: str = "") -> Page:
    scope = {"type": "http", "path": "/list", "headers": [], "query_string": b"", "server": ("127.0.0.1", 80)}
    return Page(Request(scope), limit, after)


@given(
    rows=st.sets(st.tuples(st.integers(0, 9), st.text("ab", max_size=3))),
    gone=st.sets(st.integers(0, 30)),
    come=st.sets(st.tuples(st.integers(0, 9), st.text("ab", max_size=3))),
    limit=st.integers(1, 7),
)
def test_rows_that_stay_are_seen_once_whatever_comes_and_goes(
    rows: set[tuple[int, str]], gone: set[int], come: set[tuple[int, str]], limit: int
) -> None:
    before = sorted(rows)
    after_change = {row for number, row in enumerate(before) if number not in gone} | come
    seen: list[tuple[int, str]] = []
    after, current = "", rows
    while True:
        wanted = page(limit, after)
        seen += wanted.cut(current, lambda row: row)
        if not wanted.headers:
            break
        after = wanted.headers["link"].partition("after=")[2].partition(">")[0].partition("&")[0].replace("%3D", "=")
        current = after_change
    assert len(seen) == len(set(seen))
    assert set(seen) >= rows & after_change
    assert seen == sorted(seen)


def test_a_cursor_that_is_deeply_nested_is_refused() -> None:
    with pytest.raises(RequestError):
        _ = page(1, base64.b64encode(b"[" * 200).decode()).after
