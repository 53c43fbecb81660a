"""The addresses that direct open tasks and take many requests on, over a fleet that only looks alive."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from robot_fleet.server.app import create_app
from robot_fleet.site.load import load_site
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
HEADER = "request_id,at,service,params\n"
GOOD = HEADER + 'd1,14:00,care_visit,"{""place"": ""home/r101""}"\nd2,14:30,care_visit,"{""place"": ""home/r102""}"\n'


@pytest.fixture
def fleet() -> MovingFleet:
    return MovingFleet(load_site(TINY), tasks=5)


@pytest.fixture
def client(fleet: MovingFleet) -> Iterator[httpx.Client]:
    with WebServer(create_app(fleet)) as running, httpx.Client(base_url=running.url, timeout=10.0) as opened:
        yield opened


def open_task(client: httpx.Client) -> str:
    rows = client.get("/api/v1/tasks").json()
    return str(next(row["id"] for row in rows if row["outcome"] is None))


@pytest.mark.parametrize(("given", "kept"), [("high", 35), ("background", 0), (77, 77)])
def test_a_priority_is_a_number_or_a_class(client: httpx.Client, given: str | int, kept: int) -> None:
    task = open_task(client)
    answer = client.post(f"/api/v1/tasks/{task}/priority", json={"priority": given})
    assert (answer.status_code, answer.json()["task"]) == (202, task)
    assert client.get(f"/api/v1/tasks/{task}").json()["priority"] == kept


@pytest.mark.parametrize(
    ("body", "code"), [({"priority": 101}, "request_priority_malformed"), ({"priority": "soon"}, "request_malformed")]
)
def test_a_priority_out_of_bounds_is_refused(client: httpx.Client, body: dict[str, object], code: str) -> None:
    answer = client.post(f"/api/v1/tasks/{open_task(client)}/priority", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)


def test_a_task_is_priced_and_then_given_to_a_robot(client: httpx.Client, fleet: MovingFleet) -> None:
    task = open_task(client)
    price = client.get(f"/api/v1/tasks/{task}/price", params={"robot": "care_2"}).json()
    assert (price["task"], price["then_on"], price["more_s"]) == (task, "care_2", 42.0)
    assert price["later"] == [{"task": "t2", "by_s": 60.0}]
    assert client.post(f"/api/v1/tasks/{task}/assign", json={"robot": "care_2"}).status_code == 202
    row = client.get(f"/api/v1/tasks/{task}").json()
    assert (row["robot"], row["only_on"]) == ("care_2", "care_2")
    assert client.get("/api/v1/tasks/none/price").status_code == 404


def test_a_task_is_held_and_resumed(client: httpx.Client) -> None:
    task = open_task(client)
    assert client.post(f"/api/v1/tasks/{task}/hold", json={"reason": "guests"}).status_code == 202
    assert client.get(f"/api/v1/tasks/{task}").json()["held"]
    again = client.post(f"/api/v1/tasks/{task}/hold")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "request_task_held")
    assert client.post(f"/api/v1/tasks/{task}/resume").status_code == 202
    assert client.post(f"/api/v1/tasks/{task}/resume").json()["error"]["code"] == "request_task_not_held"


def test_of_many_each_is_taken_back_or_refused_by_itself(client: httpx.Client, fleet: MovingFleet) -> None:
    fleet.holding = True
    rows = client.get("/api/v1/tasks").json()
    still_open = [row["id"] for row in rows if row["outcome"] is None]
    ended = next(row["id"] for row in rows if row["outcome"] is not None)
    wish, key = {"tasks": [*still_open, ended, "none", ended]}, {"idempotency-key": "k" * 64}
    answer = client.post("/api/v1/tasks/cancel", json=wish, headers=key)
    assert (answer.status_code, answer.json()["cancelled"]) == (202, still_open)
    assert [(each["task"], each["code"]) for each in answer.json()["refused"]] == [
        (ended, "request_task_ended"),
        ("none", "request_unknown_task"),
    ]
    assert {row["state"] for row in client.get("/api/v1/tasks").json() if row["id"] in still_open} == {"cancelled"}
    assert client.post("/api/v1/tasks/cancel", json={"tasks": []}).status_code == 422


def test_a_file_is_taken_on_whole(client: httpx.Client) -> None:
    before = len(client.get("/api/v1/tasks").json())
    dry = client.post("/api/v1/tasks/import", json={"csv": GOOD, "dry_run": True})
    assert (dry.status_code, dry.json()) == (202, {"taken": False, "tasks": ["d1", "d2"]})
    assert len(client.get("/api/v1/tasks").json()) == before
    assert client.post("/api/v1/tasks/import", json={"csv": GOOD}).json() == {"taken": True, "tasks": ["d1", "d2"]}
    assert len(client.get("/api/v1/tasks").json()) == before + 2


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            HEADER + 'x,late,care_visit,{}\n\ny,14:00,care_visit,"{"\nx,14:00\n',
            [(2, "request_time_malformed"), (4, "request_params_malformed"), (5, "request_row_malformed")],
        ),
        ("at,service\n", [(1, "request_header_malformed")]),
        (HEADER + 'x,14:00,care_visit,"{}', [(0, "request_file_malformed")]),
        (
            GOOD + 'd3,14:00,care_visit,"{""place"": ""nowhere""}"\nd4,14:00,bus,{}\n',
            [(4, "request_unknown_place"), (5, "request_unknown_service")],
        ),
    ],
)
def test_a_file_with_mistakes_is_refused_by_line(client: httpx.Client, text: str, lines: list[tuple[int, str]]) -> None:
    before = client.get("/api/v1/tasks").json()
    answer = client.post("/api/v1/tasks/import", json={"csv": text})
    assert answer.status_code == 422
    body = answer.json()
    assert body["error"]["code"] == "request_some_refused"
    assert [(line["line"], line["code"]) for line in body["lines"]] == lines
    assert all(line["message"] for line in body["lines"])
    assert len(client.get("/api/v1/tasks").json()) == len(before)
