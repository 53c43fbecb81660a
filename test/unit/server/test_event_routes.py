"""The city's platform at the doors of the API: what it may, and what it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from robot_fleet.client.client import FleetClient
from robot_fleet.core.errors import FleetError
from robot_fleet.server.webhooks import cloud_events
from robot_fleet.server.webhooks.signing import signed_headers
from robot_fleet.site.load import load_site
from robot_fleet.stores.users.people import Role
from test.fakes.house import START_S, House
from test.fakes.moving_fleet import MovingFleet
from test.unit.core.test_city_rules import HOLD, with_city

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
KEY = b"k" * 32


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    site = with_city(load_site(TINY), HOLD)
    with House(tmp_path_factory.mktemp("house"), fleet=MovingFleet(site, tasks=5)) as opened:
        yield opened


def event(name: str = "e1", **changes: Any) -> dict[str, Any]:
    told = {"specversion": "1.0", "id": name, "source": "city", "type": "fire", "subject": "building:home"}
    return told | changes


def hand_in(client: httpx.Client, told: dict[str, Any], key: bytes = KEY, at_s: float = START_S) -> httpx.Response:
    body = json.dumps(told).encode()
    headers = dict(signed_headers(key, told["id"], at_s, body))
    return client.post("/api/v1/events", content=body, headers=headers, timeout=60.0)


def test_a_platforms_account_hands_in_events_and_may_nothing_else(house: House) -> None:
    with house.client(Role.PLATFORM) as platform:
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
        (event("e3", type="comet"), KEY, START_S, 422, "request_unknown_event_type"),
        (event("e3", subject="building:tower"), KEY, START_S, 422, "request_unknown_event_area"),
        (event("e3", data={"resolves": "e0"}), KEY, START_S, 404, "request_unknown_event"),
        (event(specversion="2"), KEY, START_S, 422, "request_event_malformed"),
    ],
)
def test_each_refusal_has_its_status_and_does_nothing(
    house: House, told: dict[str, Any], key: bytes, at_s: float, status: int, code: str
) -> None:
    before = dict(house.fleet.desk.core.state.events)
    with house.client(Role.PLATFORM) as platform:
        refused = hand_in(platform, told, key, at_s)
        assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)
    assert house.fleet.desk.core.state.events == before


def test_people_see_an_event_and_say_that_it_is_over(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cloud_events, "time", SimpleNamespace(time=lambda: START_S))
    with FleetClient(house.server.url, house.tokens[Role.OPERATOR]) as client:
        assert client.tell_event(event("e7"), KEY).event == "city/e7"
        row = client.events()[-1]
        assert (row.id, row.state, row.area.en, row.exercise) == ("city/e7", "open", "text", False)
        assert client.end_event("city/e7", "false alarm").event == "city/e7"
        assert client.events()[-1].end == "closed"
        with pytest.raises(FleetError) as over:
            client.end_event("city/e7")
        assert over.value.code == "request_event_over"
