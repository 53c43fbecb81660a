"""Addresses at which people sign in and out, see who they are, and read what was done."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Annotated, TypedDict

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from robot_fleet.core.errors import RequestError
from robot_fleet.server.answers import ERRORS
from robot_fleet.server.doors.doors import Doors
from robot_fleet.server.doors.models import AuditRow, Colleague, PasswordWish, SessionAnswer, SignIn
from robot_fleet.server.doors.permissions import ROLES
from robot_fleet.server.doors.visit import visit
from robot_fleet.server.pages import MOST_ROWS, PAGED, Paged
from robot_fleet.stores.users.accounts import folded
from robot_fleet.stores.users.people import Role
from robot_fleet.stores.users.store import UserStore

_WORD = Query(max_length=200)


def session_routes(doors: Doors) -> APIRouter:
    """Return the addresses of people's own sessions."""
    router = APIRouter(prefix="/api/v1/session", tags=["session"], responses=ERRORS)

    @router.get("")
    async def who() -> SessionAnswer:
        """Who is signed in, and what they may do."""
        return await _answer()

    @router.post("")
    async def sign_in(wish: SignIn, request: Request, response: Response) -> SessionAnswer:
        """Sign in; the session is in a cookie. Slow after failures."""
        user = await doors.sign_in(wish.name, wish.password.get_secret_value())
        return await _let_in(request, response, user.id)

    @router.delete("")
    async def sign_out(request: Request, response: Response) -> SessionAnswer:
        """Sign out: the session ends."""
        secret = request.cookies.get(doors.cookie(request))
        if secret is not None:
            await asyncio.to_thread(_store(doors).keys.end_session, secret)
        response.delete_cookie(doors.cookie(request), path="/", samesite="strict", httponly=True)
        visit().entrant = None
        return await _answer()

    @router.post("/password")
    async def change_password(wish: PasswordWish, request: Request, response: Response) -> SessionAnswer:
        """Change one's own password: every session ends, and a new one begins here."""
        entrant = visit().entrant
        store = _store(doors)
        assert entrant is not None
        user = await doors.sign_in(entrant.name, wish.old.get_secret_value())
        await asyncio.to_thread(store.accounts.set_password, user.id, wish.new.get_secret_value())
        return await _let_in(request, response, user.id)

    async def _let_in(request: Request, response: Response, user: str) -> SessionAnswer:
        """Begin a session: a secret that nobody had before, so that none can be foisted on anybody."""
        store = _store(doors)
        secret = await asyncio.to_thread(store.keys.open_session, user, doors.now_s())
        name, secure = doors.cookie(request), doors.entrance.secure
        response.set_cookie(name, secret, path="/", samesite="strict", httponly=True, secure=secure)
        visit().entrant = await asyncio.to_thread(store.keys.by_session, secret, doors.now_s())
        return await _answer()

    async def _answer() -> SessionAnswer:
        entrant = visit().entrant
        if not await doors.are_shut():
            return SessionAnswer(users=False, signed_in=False, role=Role.ADMIN, may=sorted(ROLES[Role.ADMIN]))
        if entrant is None:
            return SessionAnswer(users=True, signed_in=False)
        may = sorted(ROLES[entrant.role])
        return SessionAnswer(
            users=True, signed_in=True, user=entrant.user, name=entrant.name, role=entrant.role, may=may
        )

    return router


def account_routes(doors: Doors) -> APIRouter:
    """Return the addresses that tell of users and of what they did."""
    router = APIRouter(prefix="/api/v1", tags=["session"], responses=ERRORS)

    @router.get("/users", response_model=list[Colleague], responses=PAGED)
    async def users(page: Paged) -> Response:
        """The users by id, to show names where `by` is an id; ordered by name."""
        known = () if doors.store is None else await asyncio.to_thread(doors.store.accounts.all)
        shown = page.cut(known, lambda each: (folded(each.name), each.id))
        return JSONResponse([{"id": each.id, "name": each.name} for each in shown], headers=page.headers)

    @router.get("/audit", response_model=list[AuditRow], responses=PAGED)
    async def audit(
        page: Paged,
        who: Annotated[str, _WORD] = "",
        verb: Annotated[str, _WORD] = "",
        target: Annotated[str, _WORD] = "",
        outcome: Annotated[str, _WORD] = "",
        since_s: Annotated[float, Query(allow_inf_nan=False)] = 0.0,
        until_s: Annotated[float | None, Query(allow_inf_nan=False)] = None,
        newest: Annotated[int, Query(ge=1, le=1_000)] = 100,
    ) -> Response:
        """What was done, the newest last; times are Unix seconds. With `limit` or `after` from the oldest on."""
        if doors.store is None:
            return JSONResponse([])
        store = doors.store
        wanted = _Wanted(who=who, verb=verb, target=target, outcome=outcome, since_s=since_s, until_s=until_s)
        if page.limit is None and not page.after:
            entries = await asyncio.to_thread(lambda: store.audit.entries(newest=newest, **wanted))
            return JSONResponse([asdict(each) for each in entries])
        begun, most = (page.after or (0,))[0], page.limit or MOST_ROWS
        if not isinstance(begun, int) or begun.bit_length() > 63:
            raise page.malformed()
        found = await asyncio.to_thread(lambda: store.audit.following(begun, most + 1, **wanted))
        shown = page.cut(found, lambda each: (each[0],))
        return JSONResponse([asdict(entry) for _, entry in shown], headers=page.headers)

    return router


class _Wanted(TypedDict):
    who: str
    verb: str
    target: str
    outcome: str
    since_s: float
    until_s: float | None


def _store(doors: Doors) -> UserStore:
    if doors.store is None:
        raise RequestError("request_no_users", "this fleet has no users yet; make some with ./fleet user init")
    return doors.store
