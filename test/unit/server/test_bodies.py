"""Bodies that are too large or too slow, over a real socket."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI, Request

from robot_fleet.server import bodies
from robot_fleet.server.app import create_app
from robot_fleet.server.bodies import Bodies
from robot_fleet.site.load import load_site
from robot_fleet.stores.users.people import Role
from test.fakes.house import House
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
HEAD = b"POST /echo HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n"


@pytest.fixture
def echo() -> Iterator[WebServer]:
    app = FastAPI()
    app.add_middleware(Bodies, most_bytes=10, most_s=0.3)

    @app.post("/echo")
    async def told(request: Request) -> str:
        return (await request.body()).decode()

    with WebServer(app) as running:
        yield running


def test_a_body_comes_through_whole(echo: WebServer) -> None:
    assert httpx.post(f"{echo.url}/echo", content=(part for part in (b"in ", b"parts"))).json() == "in parts"
    assert httpx.post(f"{echo.url}/echo").json() == ""


def test_a_body_that_goes_on_and_on_is_refused(echo: WebServer) -> None:
    for body in (b"x" * 11, (b"x" for _ in range(11))):
        answer = httpx.post(f"{echo.url}/echo", content=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_body_large")


def test_a_body_that_does_not_come_is_not_waited_for(echo: WebServer) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), timeout=10.0) as slow:
        slow.sendall(HEAD + b"abc")
        answer = slow.recv(4_096)
        while b"\r\n\r\n" not in answer or not answer.rstrip().endswith(b"}"):
            answer += slow.recv(4_096)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "request_body_slow"
    with socket.create_connection(("127.0.0.1", echo.port), timeout=10.0) as leaves:
        leaves.sendall(HEAD + b"abc")
    assert httpx.post(f"{echo.url}/echo", content=b"next").json() == "next"


def test_the_app_refuses_what_is_too_large() -> None:
    with WebServer(create_app(MovingFleet(load_site(TINY)))) as server:
        answer = httpx.post(f"{server.url}/api/v1/tasks/import", json={"csv": "x" * bodies.MOST_BYTES}, timeout=60.0)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_body_large")


def test_whoever_may_not_come_in_is_not_listened_to(tmp_path: Path) -> None:
    with House(tmp_path) as house:
        for role, code in ((None, "request_sign_in_required"), (Role.VIEWER, "request_forbidden")):
            with house.client(role) as client:
                answer = client.post("/api/v1/tasks/import", content=b"x" * 1_000)
            assert answer.json()["error"]["code"] == code
