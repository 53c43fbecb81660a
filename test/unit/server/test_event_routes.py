"""The city's platform at the doors of the API: what it may, and what it is told."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from robot_fleet.client import city as calls
from robot_fleet.client.client import FleetClient
from robot_fleet.core.errors import FleetError
from robot_fleet.server.webhooks.signing import signed_headers
from robot_fleet.site.load import load_site
from robot_fleet.stores.users.people import Role
from test.fakes.house import START_S, House
from test.fakes.moving_fleet import MovingFleet
from test.unit.core.test_city_rules import HOLD, with_city

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
KEY = b"k" * 32


def house_of(folder: Path) -> House:
    return House(folder, fleet=MovingFleet(with_city(load_site(TINY), HOLD), tasks=5))


def event(name: str = "e1", **changes: Any) -> dict[str, Any]:
    told = {"specversion": "1.0", "id": name, "source": "city", "type": "fire", "subject": "building:home"}
    return told | changes


def hand_in(client: httpx.Client, told: dict[str, Any], key: bytes = KEY, at_s: float = START_S) -> httpx.Response:
    body = json.dumps(told).encode()
    return client.post("/api/v1/events", content=body, headers=dict(signed_headers(key, told["id"], at_s, body)))


def test_a_platforms_account_hands_in_events_and_may_nothing_else(tmp_path: Path) -> None:
    with house_of(tmp_path) as house, house.client(Role.PLATFORM) as platform:
        first, again = hand_in(platform, event()), hand_in(platform, event(), at_s=START_S + 60.0)
        assert (first.status_code, first.json()) == (202, {"event": "city/e1"})
        assert (again.status_code, again.json()) == (202, first.json())
        for path in ("events", "robots", "tasks", "zones", "people", "audit"):
            assert platform.get(f"/api/v1/{path}").json()["error"]["code"] == "request_forbidden"
        assert platform.post("/api/v1/events/city/e1/end").json()["error"]["code"] == "request_forbidden"
        assert (house.users[Role.PLATFORM], "POST /api/v1/events", "city e1", "ok") in house.audit()
        with house.client(Role.VIEWER) as viewer:
            assert hand_in(viewer, event("e2")).json()["error"]["code"] == "request_forbidden"


@pytest.mark.parametrize(
    ("told", "key", "at_s", "status", "code"),
    [
        (event(), b"o" * 32, START_S, 403, "request_event_signature"),
        (event(source="stranger"), KEY, START_S, 403, "request_unknown_event_source"),
        (event(), KEY, START_S - 301.0, 409, "request_event_stale"),
        (event(type="comet"), KEY, START_S, 422, "request_unknown_event_type"),
        (event(subject="building:tower"), KEY, START_S, 422, "request_unknown_event_area"),
        (event(data={"resolves": "e0"}), KEY, START_S, 404, "request_unknown_event"),
        (event(specversion="2"), KEY, START_S, 422, "request_event_malformed"),
    ],
)
def test_each_refusal_has_its_status_and_does_nothing(
    tmp_path: Path, told: dict[str, Any], key: bytes, at_s: float, status: int, code: str
) -> None:
    with house_of(tmp_path) as house, house.client(Role.PLATFORM) as platform:
        refused = hand_in(platform, told, key, at_s)
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
        assert not house.fleet.desk.core.state.events


def test_people_see_an_event_and_say_that_it_is_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "time", SimpleNamespace(time=lambda: START_S))
    with house_of(tmp_path) as house, FleetClient(house.server.url, house.tokens[Role.OPERATOR]) as client:
        assert client.tell_event(event(), KEY).event == "city/e1"
        [row] = client.events()
        assert (row.id, row.state, row.area.en, row.exercise) == ("city/e1", "open", "text", False)
        assert client.end_event("city/e1", "false alarm").event == "city/e1"
        assert client.events()[0].end == "closed"
        with pytest.raises(FleetError) as over:
            client.end_event("city/e1")
        assert over.value.code == "request_event_over"
