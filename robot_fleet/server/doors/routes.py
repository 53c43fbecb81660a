"""Addresses at which people sign in and out, see who they are, and read what was done."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from robot_fleet.core.errors import RequestError
from robot_fleet.server.answers import ERRORS
from robot_fleet.server.doors.doors import Doors
from robot_fleet.server.doors.models import AuditRow, Colleague, PasswordWish, SessionAnswer, SignIn
from robot_fleet.server.doors.permissions import ROLES
from robot_fleet.server.doors.visit import visit
from robot_fleet.stores.users.people import Role
from robot_fleet.stores.users.store import UserStore


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

    @router.get("/users")
    async def users() -> list[Colleague]:
        """The users by id, to show names where `by` is an id."""
        if doors.store is None:
            return []
        return [Colleague(id=each.id, name=each.name) for each in await asyncio.to_thread(doors.store.accounts.all)]

    @router.get("/audit")
    async def audit(
        who: str = "",
        verb: str = "",
        target: str = "",
        outcome: str = "",
        since_s: float = 0.0,
        until_s: float | None = None,
        newest: Annotated[int, Query(ge=1, le=1_000)] = 100,
    ) -> list[AuditRow]:
        """What was done, the newest last; times are Unix seconds."""
        if doors.store is None:
            return []
        entries = await asyncio.to_thread(
            lambda: _store(doors).audit.entries(
                who=who,
                verb=verb,
                target=target,
                outcome=outcome,
                since_s=since_s,
                until_s=until_s,
                newest=newest,
            )
        )
        return [AuditRow.model_validate(each, from_attributes=True) for each in entries]

    return router


def _store(doors: Doors) -> UserStore:
    if doors.store is None:
        raise RequestError("request_no_users", "this fleet has no users yet; make some with ./fleet user init")
    return doors.store
