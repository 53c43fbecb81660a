"""The stream as an iterator that comes back by itself after a break, and goes on with the event after the last one."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import httpx
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

from robot_fleet.client.connection import PAUSE_S, Connection
from robot_fleet.core.errors import RequestError

_SILENCE_S = 5.0
"""Frames come ten times a second: a gateway that says nothing for so long hangs."""
_SESSION_ENDED = 4401
_MOST_BYTES = 64_000_000


def frames(connection: Connection, patience_s: float) -> Iterator[Mapping[str, Any]]:
    """Yield every event once and in order, and the newest motion, until whoever listens has enough.

    A `snapshot` among them says that all before it no longer counts.

    Parameters
    ----------
    patience_s : for so long it is tried to come back.

    Raises
    ------
    FleetError : what the gateway answers; `runtime_gateway_unreachable`, `request_sign_in_required`.
    """
    seen: dict[str, Any] = {}
    until_s: float | None = None
    while True:
        try:
            for frame in _frames_once(connection, seen):
                until_s = None
                seen |= {asked: frame[key] for key, asked in (("epoch", "epoch"), ("seq", "after")) if key in frame}
                yield frame
        except InvalidStatus as error:
            refused = error.response
            raise connection.error_of(httpx.Response(refused.status_code, content=bytes(refused.body))) from None
        except (ConnectionClosed, InvalidHandshake, OSError) as error:
            if isinstance(error, ConnectionClosed) and error.rcvd is not None and error.rcvd.code == _SESSION_ENDED:
                message = "sign in first, or send a bearer token that is still good"
                raise RequestError("request_sign_in_required", message) from None
            now_s = time.monotonic()
            until_s = now_s + patience_s if until_s is None else until_s
            if now_s >= until_s:
                raise connection.unreachable(error) from error
            time.sleep(PAUSE_S)


def _frames_once(connection: Connection, seen: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    secure = connection.url.scheme == "https"
    address = connection.url.copy_with(
        scheme="wss" if secure else "ws", path="/api/v1/stream", query=urlencode(seen).encode() or None
    )
    with connect(
        str(address),
        additional_headers=connection.headers,
        ssl=connection.tls if secure else None,
        max_size=_MOST_BYTES,
        proxy=None if connection.local else True,
    ) as socket:
        while True:
            yield json.loads(socket.recv(timeout=_SILENCE_S))
