"""People over HTTP: masked, in the clear with a reason, never kept by a browser, and not there without a store."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from robot_fleet.stores.people.person import Purpose, Retention
from test.canaries import CANARIES, CANARY, consent, leaks
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer
from test.unit.stores.people.rig import REASON, Rig

SITE = load_site(Path(__file__).parents[2] / "data" / "sites" / "tiny")
CARD = "/api/v1/people/card"
EMERGENCY = {"place": "home/r101", "purpose": "care_emergency"}


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    made = Rig(tmp_path)
    made.store.put([(CANARY, [consent()])], 0.0)
    yield made
    made.store.close()


@pytest.fixture
def client(rig: Rig) -> Iterator[httpx.Client]:
    app = create_app(MovingFleet(SITE, tasks=0, alarm=False, pace=0.0), people=rig.people)
    with WebServer(app) as server, httpx.Client(base_url=server.url, timeout=10.0) as opened:
        yield opened


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_a_card_is_masked_until_somebody_says_why(client: httpx.Client, rig: Rig) -> None:
    masked = client.get(CARD, params=EMERGENCY)
    assert masked.json()["people"][0]["name"] == "까*리"
    assert masked.json()["opened_until_unix_s"] is None
    assert leaks(masked.content) == []
    opened = client.post(CARD, json={**EMERGENCY, "reason": REASON, "given_to": "119"})
    assert opened.status_code == 200
    assert set(leaks(opened.content)) == set(CANARIES) - set(CANARY.plates)
    assert opened.json()["opened_until_unix_s"] == 900.0
    assert client.get(CARD, params=EMERGENCY).json() == opened.json()
    assert {answer.headers["cache-control"] for answer in (masked, opened)} == {"no-store"}
    assert [(each.by, each.origin, each.verb) for each in rig.audit.readings] == [
        ("operator", "127.0.0.1", verb) for verb in ("card", "open", "open")
    ]


def test_everybody_is_listed_masked(client: httpx.Client) -> None:
    listed = client.get("/api/v1/people", params={"purpose": Purpose.CARE_VISIT.value})
    (row,) = listed.json()
    assert (row["name"], row["place"], row["door_code"]) == ("까*리", "home/r101", "")
    assert leaks(listed.content) == []
    assert listed.headers["cache-control"] == "no-store"


def test_counts_tell_of_groups_and_of_nobody(client: httpx.Client, rig: Rig) -> None:
    def counts() -> dict[str, tuple[dict[str, int | None], int | None]]:
        answer = client.get("/api/v1/people/counts")
        assert leaks(answer.content) == []
        return {row["by"]: (row["groups"], row["total"]) for row in answer.json()["counts"]}

    assert counts()["retention"] == ({"resident": None, "guest": None}, None), "one person is no group"
    guests = [(replace(CANARY, retention=Retention.GUEST), [])] * 6
    rig.store.put([*([(CANARY, [consent()])] * 7), *guests], 0.0)
    assert counts()["retention"] == ({"resident": 8, "guest": 6}, 14)
    assert counts()["agrees.care_visit"] == ({"yes": 8, "no": 6}, 14)
    assert counts()["agrees.parking"] == ({"yes": None, "no": None}, 14), "nor that there is nobody"
    assert {each.verb for each in rig.audit.readings} == {"count"}


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({**EMERGENCY, "reason": "so"}, (422, "request_reason_short")),
        ({**EMERGENCY, "reason": ""}, (422, "request_malformed")),
        ({**EMERGENCY, "purpose": "curiosity", "reason": REASON}, (422, "request_malformed")),
        ({**EMERGENCY, "purpose": "parking", "reason": REASON}, (403, "request_purpose_refused")),
        ({**EMERGENCY, "place": "home/r999", "reason": REASON}, (422, "request_unknown_place")),
    ],
)
def test_what_is_refused(client: httpx.Client, wish: dict[str, Any], expected: tuple[int, str]) -> None:
    assert code(client.post(CARD, json=wish)) == expected


def test_nothing_is_shown_that_cannot_be_written_down(client: httpx.Client, rig: Rig) -> None:
    rig.audit.fails = True
    assert code(client.get(CARD, params=EMERGENCY)) == (503, "store_people_not_audited")


def test_without_a_store_there_are_no_such_addresses(rig: Rig) -> None:
    fleet = MovingFleet(SITE, tasks=0, alarm=False, pace=0.0)
    bare, whole = (create_app(fleet, people=people).openapi()["paths"] for people in (None, rig.people))
    added = {f"{method.upper()} {path}" for path in whole.keys() - bare.keys() for method in whole[path]}
    assert added == {
        "GET /api/v1/people/counts",
        "GET /api/v1/people",
        "GET /api/v1/people/card",
        "POST /api/v1/people/card",
    }
