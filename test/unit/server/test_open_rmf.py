"""The fleet as Open-RMF's clients know one: what they send and read, over real HTTP."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from robot_fleet.core.lifecycles.task import OPEN_RMF_NAMES
from robot_fleet.server.app import create_app
from robot_fleet.server.open_rmf.routes import OpenRmf
from robot_fleet.site.checking.check import check_site
from robot_fleet.site.load import load_site
from robot_fleet.site.reading.open_rmf import read_open_rmf
from test.fakes.moving_fleet import START_S, MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
OPEN_RMF = TINY.parents[1] / "open_rmf"
MIDNIGHT_S = 1_790_000_000.0
PATROL = {"category": "patrol", "description": {"places": ["home/r101", "home/r102", "annex/desk"], "rounds": 1}}


@pytest.fixture
def fleet() -> MovingFleet:
    made = MovingFleet(load_site(TINY), tasks=0, alarm=False)
    made.holding = True
    return made


@pytest.fixture
def client(fleet: MovingFleet) -> Iterator[httpx.Client]:
    names = read_open_rmf(OPEN_RMF, fleet.site.services)
    assert names is not None
    app = create_app(fleet, open_rmf=OpenRmf(fleet.site, names, MIDNIGHT_S))
    with WebServer(app) as running, httpx.Client(base_url=f"{running.url}/api/v1/rmf", timeout=10.0) as opened:
        yield opened


def dispatch(client: httpx.Client, request: dict[str, Any], **headers: str) -> httpx.Response:
    body = {"type": "dispatch_task_request", "request": request}
    return client.post("/tasks/dispatch_task", json=body, headers=headers)


def delivery(sku: str = "soda", quantity: int = 1, start: str = "hub/shelf", end: str = "home/gate") -> dict[str, Any]:
    payload = [{"sku": sku, "quantity": quantity}]
    return {
        "category": "delivery",
        "description": {
            "pickup": {"place": start, "handler": "coke_dispenser", "payload": payload},
            "dropoff": {"place": {"waypoint": end, "orientation": 0.0}, "handler": "", "payload": payload},
        },
    }


def test_a_patrol_is_dispatched_and_can_be_followed(client: httpx.Client, fleet: MovingFleet) -> None:
    asked = {**PATROL, "unix_millis_request_time": 0, "labels": ["app=dashboard"], "requester": "dashboard-1"}
    answer = dispatch(client, asked)
    assert (answer.status_code, answer.json()["success"]) == (200, True)
    state = answer.json()["state"]
    name = state["booking"]["id"]
    assert name.startswith("patrol.dispatch-")
    assert (state["category"], state["detail"]) == ("patrol", PATROL["description"])
    assert state["booking"]["requester"] == "dashboard-1"
    asked_at = state["booking"]["unix_millis_request_time"]
    assert abs(asked_at - 1e3 * (MIDNIGHT_S + START_S)) < 60_000
    assert state["status"] in OPEN_RMF_NAMES.values()
    assert client.get(f"/tasks/{name}/state").json()["booking"] == state["booking"]
    row = fleet.task(name) or {}
    assert (row["service"], row["params"]) == ("patrol", {"route": "round"})


def test_a_delivery_goes_to_the_service_that_takes_its_places(client: httpx.Client, fleet: MovingFleet) -> None:
    state = dispatch(client, delivery()).json()["state"]
    params = (fleet.task(state["booking"]["id"]) or {})["params"]
    assert (params["from"], params["to"], params["mass_kg"]) == ("hub/shelf", "home/gate", 2.0)
    assert params["item"] == f"soda.{state['booking']['id']}"  # each can of it is a thing of its own
    assert state["detail"]["pickup"] == {"place": "hub/shelf", "payload": [{"sku": params["item"], "quantity": 1}]}
    assert state["assigned_to"] == {"group": "tiny", "name": "logistics_1"}
    assert state["phases"].keys() == {"1", "2"}
    assert (state["completed"], state["pending"], state.get("active")) == ([], [1, 2], None)
    there = dispatch(client, delivery("parcel_0001")).json()["state"]
    assert there["detail"]["pickup"]["payload"][0]["sku"] == "parcel_0001"  # an item that there is


def test_times_and_priority_come_through(client: httpx.Client, fleet: MovingFleet) -> None:
    later = {**PATROL, "unix_millis_earliest_start_time": round((MIDNIGHT_S + START_S + 3_600) * 1e3)}
    later["priority"] = {"type": "binary", "value": 1}
    params = (fleet.task(dispatch(client, later).json()["state"]["booking"]["id"]) or {})["params"]
    assert (params["earliest_at"], params["priority"]) == (START_S + 3_600, 35)
    before = {**PATROL, "unix_millis_earliest_start_time": 0, "priority": {"type": "binary", "value": 0}}
    assert (fleet.task(dispatch(client, before).json()["state"]["booking"]["id"]) or {})["params"] == {"route": "round"}


def test_a_key_makes_asking_twice_one_task(client: httpx.Client, fleet: MovingFleet) -> None:
    for _ in range(2):
        assert dispatch(client, PATROL, **{"Idempotency-Key": "mine"}).json()["state"]["booking"]["id"] == "mine"
    assert fleet.commands == [("submit", "mine")]


def test_one_robot_is_asked(client: httpx.Client, fleet: MovingFleet) -> None:
    body = {"type": "robot_task_request", "robot": "care_2", "fleet": "tiny", "request": PATROL}
    state = client.post("/tasks/robot_task", json=body).json()["state"]
    assert state["assigned_to"]["name"] == "care_2"
    assert (fleet.task(state["booking"]["id"]) or {})["only_on"] == "care_2"
    for wrong in ({"robot": "nobody"}, {"fleet": "other"}):
        refused = client.post("/tasks/robot_task", json={**body, **wrong})
        assert (refused.status_code, refused.json()["errors"][0]["reason"]) == (400, "request_unknown_robot")


@pytest.mark.parametrize(
    ("request_", "code", "category", "reason"),
    [
        ({"category": "clean", "description": {"zone": "a"}}, 4, "Unsupported type", "request_rmf_category"),
        ({**PATROL, "priority": {"type": "graded", "value": 3}}, 4, "Unsupported type", "request_rmf_category"),
        ({"category": "patrol", "description": {}}, 5, "Invalid request format", "request_rmf_malformed"),
        ({"category": "patrol", "description": {"places": [7]}}, 5, "Invalid request format", "request_rmf_malformed"),
        ({"category": "patrol"}, 5, "Invalid request format", "request_malformed"),
        ({"category": "patrol", "description": {"places": ["moon"]}}, 9, "Not feasible", "request_rmf_infeasible"),
        (
            {"category": "patrol", "description": {"places": ["round"], "rounds": 2}},
            9,
            "Not feasible",
            "request_rmf_infeasible",
        ),
        ({**PATROL, "fleet_name": "other"}, 9, "Not feasible", "request_rmf_infeasible"),
        (delivery(quantity=2), 9, "Not feasible", "request_rmf_infeasible"),
        (delivery(start="home/r101"), 9, "Not feasible", "request_rmf_infeasible"),
        (delivery(end="nowhere"), 9, "Not feasible", "request_rmf_infeasible"),
    ],
)
def test_what_cannot_be_done_is_refused_in_their_form(
    client: httpx.Client, fleet: MovingFleet, request_: dict[str, Any], code: int, category: str, reason: str
) -> None:
    answer = dispatch(client, request_)
    assert (answer.status_code, answer.json()["success"]) == (400, False)
    (error,) = answer.json()["errors"]
    assert (error["code"], error["category"], error["reason"]) == (code, category, reason)
    assert error["detail"]
    assert fleet.commands == []


def test_a_task_is_taken_back(client: httpx.Client) -> None:
    name = dispatch(client, PATROL).json()["state"]["booking"]["id"]
    body = {"type": "cancel_task_request", "task_id": name, "labels": ["no longer needed"]}
    assert client.post("/tasks/cancel_task", json=body).json() == {"success": True}
    state = client.get(f"/tasks/{name}/state").json()
    assert (state["status"], state["cancellation"]["labels"], state["pending"]) == ("canceled", [], [])
    again = client.post("/tasks/cancel_task", json=body)
    assert (again.status_code, again.json()["errors"][0]["reason"]) == (400, "request_task_ended")


def test_states_are_listed_and_chosen(client: httpx.Client) -> None:
    names = [dispatch(client, wish).json()["state"]["booking"]["id"] for wish in (PATROL, delivery(), PATROL)]
    client.post("/tasks/cancel_task", json={"type": "cancel_task_request", "task_id": names[2]})

    def ids(**asked: str) -> list[str]:
        return [state["booking"]["id"] for state in client.get("/tasks", params=asked).json()]

    assert set(ids()) == set(names)
    assert set(ids(category="patrol")) == {names[0], names[2]}
    assert ids(status="canceled,failed") == [names[2]]
    assert ids(assigned_to="logistics_1") == ids(task_id=names[1]) == [names[1]]
    assert ids(requester="nobody") == []
    first = client.get("/tasks", params={"limit": 2})
    assert len(first.json()) == 2
    assert len(client.get(first.links["next"]["url"]).json()) == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("service: patrol", "service: parade", "site_unknown_service"),
        ("route: route", "route: way", "site_unknown_param"),
        ("pickup: from", "pickup: item", "site_unknown_param"),
        ("mass_kg: 2.0", "colour: red", "site_unknown_param"),
        ("fleet: tiny", "flotte: tiny", "site_unknown_key"),
    ],
)
def test_a_file_that_does_not_fit_the_site_is_found_out(tmp_path: Path, old: str, new: str, code: str) -> None:
    folder = shutil.copytree(TINY, tmp_path / "site")
    text = (OPEN_RMF / "open_rmf.yaml").read_text(encoding="utf-8")
    (folder / "open_rmf.yaml").write_text(text.replace(old, new), encoding="utf-8")
    found = check_site(folder)
    assert code in [finding.code for finding in found]
    assert {finding.file for finding in found} == {"open_rmf.yaml"}
