"""How large a request's body may be, and how long it may take to come: nobody fills the memory or ties up a command."""

from __future__ import annotations

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from robot_fleet.core.errors import RequestError
from robot_fleet.server.answers import error_answer

MOST_BYTES = 4_000_000
"""A file of a thousand requests has about 200,000."""
MOST_S = 10.0
"""Steady seconds from the head of a request to the end of its body."""
_READING = ("GET", "HEAD", "OPTIONS")


class Bodies:
    """ASGI middleware: takes a command's body in before the command is looked at, or refuses it."""

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_BYTES, most_s: float = MOST_S) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._most_s = most_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on with its whole body."""
        if scope["type"] != "http" or scope["method"] in _READING:
            await self._app(scope, receive, send)
            return
        try:
            async with asyncio.timeout(self._most_s):
                body = await self._body(receive)
        except TimeoutError:
            error = RequestError("request_body_slow", f"expected the body within {self._most_s:g} s")
            await error_answer(error)(scope, receive, send)
            return
        except RequestError as error:
            await error_answer(error)(scope, receive, send)
            return
        if body is not None:
            await self._app(scope, _told(body, receive), send)

    async def _body(self, receive: Receive) -> bytes | None:
        """Return the body, None if whoever sent it has left.

        What is too much is read and thrown away: many clients look for an answer only when they have sent it all.
        """
        body, too_large = bytearray(), False
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            if len(body) > self._most_bytes:
                body.clear()
                too_large = True
            if not message.get("more_body"):
                break
        if too_large:
            raise RequestError("request_body_large", f"expected a body of at most {self._most_bytes} bytes")
        return bytes(body)


def _told(body: bytes, receive: Receive) -> Receive:
    """Return what gives the body first, and then whatever else comes."""
    first: Message | None = {"type": "http.request", "body": body, "more_body": False}

    async def receiving() -> Message:
        nonlocal first
        if first is None:
            return await receive()
        message, first = first, None
        return message

    return receiving
