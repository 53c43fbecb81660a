"""Keeps pages of other origins away: a browser on this machine must not command the fleet for somebody else's page.

The host asked for must be this machine's loopback name (a foreign name that resolves to 127.0.0.1 is refused), unless
the server is there for others, who all sign in: a session's cookie is only for the name that it was given under. Where
a browser says which page is asking (the Origin header), commands and the WebSocket are for our own page only.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from robot_fleet.server.answers import error_body

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

_POLICY = "default-src 'self'; img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
_HEADERS = {
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}
_READING = ("GET", "HEAD", "OPTIONS")


class SameOrigin:
    """ASGI middleware: refuses foreign hosts and foreign pages, and sets the headers that keep our page to itself.

    Parameters
    ----------
    any_host : whether the server goes by other names than this machine's own.
    tls : whether browsers reach it over TLS alone.
    """

    def __init__(self, app: ASGIApp, any_host: bool = False, tls: bool = False) -> None:
        self._app = app
        self._any_host = any_host
        self._schemes = ("https",) if tls else ("http", "https")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        refusal = _refusal(scope, self._any_host, self._schemes)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008, "reason": refusal})
        else:
            body = json.dumps(error_body(refusal, "this page or host may not speak to the fleet")).encode()
            headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
            await send({"type": "http.response.start", "status": 403, "headers": headers})
            await send({"type": "http.response.body", "body": body})


def _refusal(scope: Scope, any_host: bool, schemes: Sequence[str]) -> str | None:
    headers = Headers(scope=scope)
    host = headers.get("host", "")
    name = host.rpartition(":")[0] if not host.endswith("]") and ":" in host else host
    if not any_host and name not in LOOPBACK:
        return "request_foreign_host"
    origin = headers.get("origin")
    changing = scope["type"] == "websocket" or scope["method"] not in _READING
    if changing and origin is not None and origin not in [f"{scheme}://{host}" for scheme in schemes]:
        return "request_foreign_page"
    return None


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            present = {name for name, _ in message["headers"]}
            extra = [
                (name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in present
            ]
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return sending
