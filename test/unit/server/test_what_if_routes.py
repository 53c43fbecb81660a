"""Questions about past days over HTTP: asked, looked at, given up, answered by a process of their own."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from robot_fleet.client import FleetClient
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.runtime.what_if.answer import Sources
from robot_fleet.runtime.what_if.desk import WhatIfDesk
from robot_fleet.server.app import create_app
from robot_fleet.sim.people import read_people
from robot_fleet.site.demand import read_csv
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
pytestmark = pytest.mark.xdist_group("what_if")
PATIENCE_S = 120.0
LOOK_EVERY_S = 0.2


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    path = tmp_path_factory.mktemp("what_if") / "ledger.sqlite"
    site = load_site(TINY)
    with Ledger.open(path, registry(), site_id=site.id) as ledger:
        people, rows = read_people(TINY / "people.yaml"), read_csv(TINY / "demand.csv")
        VirtualFleet(site, ports_for(site), read_map(Path(site.map_file)), people, rows, 1, ledger).run(Stop())
    desk = WhatIfDesk(site, Sources(TINY, path, None))
    app = create_app(MovingFleet(site), what_ifs=desk)
    try:
        with WebServer(app) as server, httpx.Client(base_url=f"{server.url}/api/v1", timeout=60.0) as opened:
            yield opened
    finally:
        desk.close()


def ended(client: httpx.Client, question: str) -> dict[str, Any]:
    """Look until a question is no longer being answered, as the page does."""
    until_s = time.monotonic() + PATIENCE_S
    progress_pct = 0.0
    while True:
        told: dict[str, Any] = client.get(f"/what-if/{question}").json()
        assert told["progress_pct"] >= progress_pct
        progress_pct = told["progress_pct"]
        if told["state"] != "running" or time.monotonic() > until_s:
            return told
        time.sleep(LOOK_EVERY_S)  # as the page does: who looks all the time takes what the answer needs


def test_a_question_is_answered_while_the_server_goes_on(client: httpx.Client) -> None:
    asked = client.post("/what-if", json={"of": "1", "demand_pct": {"care_visit": 100.0}, "robots": {"care": -1}})
    assert (asked.status_code, asked.json()["state"], asked.json()["result"]) == (202, "running", None)
    name = asked.json()["id"]
    with FleetClient(str(client.base_url).removesuffix("/api/v1/")) as program:  # the same question: no second one
        assert program.ask_what_if("1", robots={"care": -1}, demand_pct={"care_visit": 100.0}).id == name
        assert (program.what_if(name).id, [each.id for each in program.what_ifs()]) == (name, [name])
    busy = client.post("/what-if", json={})
    assert (busy.status_code, busy.json()["error"]["code"], busy.json()["error"]["where"]) == (
        409,
        "request_what_if_busy",
        name,
    )
    told = ended(client, name)
    assert (told["state"], told["progress_pct"], told["error"]) == ("done", 100.0, None)
    lines = {(line["table"], line["key"], line["figure"]): line for line in told["result"]["lines"]}
    visits = lines["service", "care_visit", "requests"]
    assert (visits["measured"], visits["baseline"], visits["changed"], visits["difference"]) == (3.0, 3.0, 6.0, 3.0)
    assert told["result"]["reproduced"] is True
    assert told["result"]["figures"]["utilisation_pct"]["formula"]["en"].startswith("100 × time with an order")
    (row,) = [row for row in client.get("/what-if").json() if row["id"] == name]
    assert "result" not in row
    again = client.post(f"/what-if/{name}/cancel").json()
    assert again["state"] == "done"


def test_a_question_is_given_up(client: httpx.Client) -> None:
    name = client.post("/what-if", json={"demand_pct": {"": 500.0}}).json()["id"]
    assert client.post(f"/what-if/{name}/cancel").json()["state"] == "cancelled"
    assert ended(client, name)["state"] == "cancelled"
    following = client.post("/what-if", json={"of": "9"}).json()["id"]  # the way is free, and there was no ninth day
    told = ended(client, following)
    assert (told["state"], told["error"]["code"]) == ("failed", "request_what_if_empty_day")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"robots": {"submarine": 1}}, 422, "request_what_if_kind"),
        ({"robots": {"care": -21}}, 422, "request_what_if_number"),
        ({"robots": {"care": 0.5}}, 422, "request_malformed"),
        ({"demand_pct": {"swim": 1.0}}, 422, "request_unknown_service"),
        ({"charger_at": ["moon"]}, 422, "request_unknown_place"),
        ({"of": "2026-11-02"}, 422, "request_date_unknown"),
        ({"of": "never"}, 422, "request_period_malformed"),
        ({"began": "yesterday"}, 422, "request_date_malformed"),
        ({"colour": "red"}, 422, "request_malformed"),
    ],
)
def test_what_cannot_be_asked_is_refused(client: httpx.Client, body: dict[str, Any], status: int, code: str) -> None:
    answer = client.post("/what-if", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_question_that_nobody_asked_is_not_known(client: httpx.Client) -> None:
    for answer in (client.get("/what-if/w0"), client.post("/what-if/w0/cancel")):
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "request_unknown_what_if")
