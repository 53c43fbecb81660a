"""What the listening socket gives to the connections that it takes in."""

from __future__ import annotations

import socket

import httpx
from fastapi import FastAPI

from test.fakes.web_server import WebServer


def test_answers_do_not_wait_for_the_acknowledgement_of_what_went_before() -> None:
    app = FastAPI()

    @app.get("/")
    async def without_delay() -> list[int]:
        return [each.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for each in server.connections()]

    with WebServer(app) as server, httpx.Client(base_url=server.url) as client:
        assert client.get("/").json() == [1]
