"""ASGI middleware that lets each request in by the table of permissions, or refuses it, and records what came of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from re import Pattern

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.requests import HTTPConnection
from starlette.routing import Mount, WebSocketRoute, compile_path
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from robot_fleet.core.errors import FleetError, RequestError
from robot_fleet.server.answers import error_answer
from robot_fleet.server.doors.doors import Doors, origin_missing
from robot_fleet.server.doors.permissions import ADDRESSES, GUESTS, OF_GUESTS, RECORDED_READS, ROLES, Permission
from robot_fleet.server.doors.visit import Visit, concerns, enter, leave

SESSION_ENDED = 4401
"""The code with which the stream is closed when whoever listens may not any more."""
_LOOK_AGAIN_S = 5.0
"""So often it is seen whether a listener of the stream is still signed in."""
_READING = ("GET", "FILES", "WS")


@dataclass(frozen=True, slots=True)
class Address:
    """One address of the app, as the table of permissions names it."""

    verb: str
    method: str
    pattern: Pattern[str]


def addresses(app: FastAPI) -> tuple[Address, ...]:
    """Return every address that an app answers at, in the order in which it looks for them."""
    found: list[Address] = []
    for context in iter_route_contexts(app.routes):
        path = context.path or "/"
        if isinstance(context.original_route, Mount):
            found.append(Address(f"FILES {path}", "FILES", compile_path(path.rstrip("/") + "/{path:path}")[0]))
            continue
        websocket = isinstance(context.original_route, WebSocketRoute)
        methods = {"WS"} if websocket else (context.methods or set()) - {"HEAD"}
        found += [Address(f"{method} {path}", method, compile_path(path)[0]) for method in sorted(methods)]
    return tuple(found)


class AtTheDoors:
    """The middleware.

    Parameters
    ----------
    app : what is behind it.
    served : the application whose addresses it guards.
    doors : decides who comes in.
    """

    def __init__(self, app: ASGIApp, served: FastAPI, doors: Doors) -> None:
        self._app = app
        self._served = served
        self._doors = doors
        self._addresses: tuple[Address, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        scope = {**scope, "root_path": ""}  # the app must look for the same address as the table
        connection = HTTPConnection(scope)
        here = Visit(self._doors.address(connection))
        before = enter(here)
        try:
            await self._visit(connection, here, receive, send)
        finally:
            leave(before)

    async def _visit(self, connection: HTTPConnection, here: Visit, receive: Receive, send: Send) -> None:
        doors, scope = self._doors, connection.scope
        address, target = self._wanted(scope)
        permission = ADDRESSES.get(address.verb)
        concerns(*target)
        commands = address.method not in _READING
        recorded = permission is not Permission.OPEN and (commands or permission in RECORDED_READS)
        shut = True
        try:
            shut = await doors.are_shut()
            here.entrant = await doors.entrant(connection) if shut else None
            here.who = here.entrant.user if here.entrant is not None else ""
            if permission in OF_GUESTS:
                here.guest = await doors.guest(connection)
                here.who = here.who if here.guest is None else here.guest.id
                self._check_guest(here, permission, commands)
            elif shut:
                self._check(connection, here, permission, commands)
        except FleetError as error:
            if permission is Permission.OPEN:  # whoever cannot be told apart may still see how the gateway fares
                await self._app(scope, receive, send)
                return
            if recorded and here.who and error.code != "request_too_many":
                await doors.record(address.verb, error.code, reading=not commands)
            await _refuse(connection, receive, send, error)
            return
        if scope["type"] == "websocket":
            await self._app(scope, receive, self._while_let_in(connection, permission, send) if shut else send)
        elif recorded or address.verb == "POST /api/v1/session":
            told = _Recorded(doors, address.verb, not commands, send)
            try:
                await self._app(scope, receive, told)
            except BaseException:
                await told.record("internal_error")
                raise
        else:
            await self._app(scope, receive, send)

    def _wanted(self, scope: Scope) -> tuple[Address, list[str]]:
        """Return the address that is asked for, and the ids in it."""
        if not self._addresses:
            self._addresses = addresses(self._served)
        method = "WS" if scope["type"] == "websocket" else scope["method"]
        for address in self._addresses:
            if address.method not in (method, "FILES"):
                continue
            found = address.pattern.match(scope["path"])
            if found is not None:
                return address, [] if address.method == "FILES" else list(found.groupdict().values())
        return Address("NONE", method, compile_path("/")[0]), []

    def _check(self, connection: HTTPConnection, here: Visit, permission: Permission | None, commands: bool) -> None:
        if permission is Permission.OPEN:
            return
        if here.entrant is None:
            raise RequestError("request_sign_in_required", "sign in first, or send a bearer token that is still good")
        if permission not in ROLES[here.entrant.role]:
            raise RequestError("request_forbidden", f"a user who is {here.entrant.role} may not do this")
        if commands:
            if origin_missing(connection, here.entrant):
                raise RequestError("request_foreign_page", "a command by a browser must say from which page it comes")
            self._doors.check_pace(here.address, here.entrant.user)

    def _check_guest(self, here: Visit, permission: Permission, commands: bool) -> None:
        """Let nobody in but whose pass is for this, be the doors shut or not."""
        if here.guest is None and here.entrant is None:
            raise RequestError("request_sign_in_required", "open the link that you were given; it holds a pass")
        if here.guest is None or permission not in GUESTS[here.guest.kind]:
            raise RequestError("request_forbidden", "your pass is not for this")
        if commands:
            self._doors.check_pace(here.address, here.guest.id)

    def _while_let_in(self, connection: HTTPConnection, permission: Permission | None, send: Send) -> Send:
        """Return a way to send that ends once whoever listens is not let in any more."""
        doors, looked_s, ended = self._doors, self._doors.steady_s(), False

        async def sending(message: Message) -> None:
            nonlocal looked_s, ended
            if ended:
                return
            if message["type"] == "websocket.send" and doors.steady_s() - looked_s >= _LOOK_AGAIN_S:
                looked_s = doors.steady_s()
                if not await self._still_in(connection, permission):
                    ended = True
                    message = {"type": "websocket.close", "code": SESSION_ENDED, "reason": "request_sign_in_required"}
            await send(message)

        return sending

    async def _still_in(self, connection: HTTPConnection, permission: Permission | None) -> bool:
        try:
            entrant = await self._doors.entrant(connection)
        except FleetError:
            return False
        return entrant is not None and permission in ROLES[entrant.role]


@dataclass(slots=True)
class _Recorded:
    """A way to send an answer that is recorded before it leaves; of an error, with its code."""

    doors: Doors
    verb: str
    reading: bool
    send: Send
    _start: Message | None = None
    _body: bytearray = field(default_factory=bytearray)
    _done: bool = False

    async def __call__(self, message: Message) -> None:
        if self._done:
            await self.send(message)
        elif message["type"] == "http.response.start":
            self._start = message
        else:
            assert self._start is not None
            self._body += message.get("body", b"")
            if self._start["status"] >= 400 and message.get("more_body"):
                return  # errors are short
            await self.record("ok" if self._start["status"] < 400 else _code(bytes(self._body)))
            await self.send(self._start)
            await self.send({**message, "body": bytes(self._body)})

    async def record(self, outcome: str) -> None:
        if not self._done:
            self._done = True
            if outcome != "request_too_many_sign_ins":  # whoever floods the door does not flood the audit
                await self.doors.record(self.verb, outcome, reading=self.reading)


def _code(body: bytes) -> str:
    try:
        told = json.loads(body)
        return str(told["error"]["code"] if "error" in told else told["errors"][0]["reason"])
    except (ValueError, LookupError, TypeError):
        return "internal_error"


async def _refuse(connection: HTTPConnection, receive: Receive, send: Send, error: FleetError) -> None:
    answer, scope = error_answer(error), connection.scope
    if scope["type"] == "http":
        await answer(scope, receive, send)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await WebSocket(scope, receive, send).send_denial_response(answer)
    else:
        await receive()
        await send({"type": "websocket.close", "code": SESSION_ENDED, "reason": error.code})
