"""The doors of one server: whether they are shut, who is let in, and how often.

Without users, and on this machine's own address alone, they stand open: whoever can reach them is an admin who goes by
whatever name a command gives. As soon as there is a user everybody signs in.

A browser holds a session in a cookie that scripts cannot read and that no other site's page can make it send
(`SameSite=Strict`). Against forged commands there is no token besides: browsers send the header `Origin` with whatever
is not mere reading, a page cannot forge it, and a command by cookie is refused without it (`origin_missing`) or with
another origin than ours (`robot_fleet.server.guard`). Reading changes nothing, and other pages cannot read the
answers. Programs hold a bearer token, which no browser sends by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable

from starlette.requests import HTTPConnection

from robot_fleet.core.errors import RequestError, StoreError
from robot_fleet.server.doors.address import Entrance
from robot_fleet.server.doors.limits import Buckets, Patience, Pauses, Rate, TooManyRequests
from robot_fleet.server.doors.visit import visit
from robot_fleet.stores.passes.kinds import Pass
from robot_fleet.stores.passes.passes import PASS_MARK, Passes
from robot_fleet.stores.users.accounts import folded
from robot_fleet.stores.users.people import AuditEntry, Entrant, User
from robot_fleet.stores.users.store import UserStore

LOG = logging.getLogger("robot_fleet.doors")

COMMANDS_OF_USER = Rate(burst=60.0, per_s=5.0)
COMMANDS_FROM_ADDRESS = Rate(burst=240.0, per_s=20.0)
"""Several people may sit behind one address."""
READINGS = Rate(burst=1.0, per_s=1 / 600.0)
"""A page that looks again and again is recorded once in ten minutes."""
SIGN_INS_OF_USER = Patience(free=3, first_s=1.0, longest_s=30.0)
"""Not longer, or anybody could keep anybody out."""
SIGN_INS_FROM_ADDRESS = Patience(free=10, first_s=1.0, longest_s=900.0)
_MOST_WAIT = 16
"""Sign-ins are looked at one after the other, since each takes 64 MB; more than so many do not wait."""


class Doors:
    """Decides who comes in.

    Parameters
    ----------
    store : the users; without them the doors stand open.
    entrance : where the server listens.
    passes : what lets people in who are no users, each to one thing; without them nobody is.
    now_s : returns Unix time, for sessions, tokens and the audit.
    steady_s : returns steady time, for how often.
    """

    def __init__(
        self,
        store: UserStore | None = None,
        entrance: Entrance | None = None,
        now_s: Callable[[], float] = time.time,
        steady_s: Callable[[], float] = time.monotonic,
        passes: Passes | None = None,
    ) -> None:
        self.store = store
        self.passes = passes
        self.entrance = entrance or Entrance()
        self.now_s = now_s
        self.steady_s = steady_s
        self._by_user = Buckets(COMMANDS_OF_USER, steady_s)
        self._by_address = Buckets(COMMANDS_FROM_ADDRESS, steady_s)
        self._users_failed = Pauses(SIGN_INS_OF_USER, steady_s)
        self._addresses_failed = Pauses(SIGN_INS_FROM_ADDRESS, steady_s)
        self._readings = Buckets(READINGS, steady_s)
        self._one_at_a_time = asyncio.Lock()
        self._waiting = 0
        self._shut = self.entrance.outside
        self._audit_fails = False

    async def are_shut(self) -> bool:
        """Return whether everybody signs in; once they do, that stays so. Raises StoreError."""
        if not self._shut and self.store is not None:
            self._shut = await asyncio.to_thread(self.store.accounts.any)
        return self._shut

    def cookie(self, connection: HTTPConnection) -> str:
        """Return the name of the cookie; browsers tell servers on one host apart by nothing else."""
        server = connection.scope.get("server") or ("", 0)
        return f"fleet_session_{server[1]}"

    def address(self, connection: HTTPConnection) -> str:
        """Return where a request comes from; behind a proxy, where the proxy says that it comes from."""
        if self.entrance.behind_proxy:
            told = connection.headers.getlist("x-forwarded-for")
            last = told[-1].rpartition(",")[2].strip() if told else ""
            if last:  # what stands before it was sent by whoever asked
                return last[:64]
        return connection.client.host if connection.client is not None else ""

    async def entrant(self, connection: HTTPConnection) -> Entrant | None:
        """Return who is asking, None if nobody is signed in. Raises StoreError."""
        if self.store is None:
            return None
        secret = _bearer(connection)
        if secret:
            return await asyncio.to_thread(self.store.keys.by_token, secret, self.now_s())
        session = connection.cookies.get(self.cookie(connection))
        if session is None:
            return None
        return await asyncio.to_thread(self.store.keys.by_session, session, self.now_s())

    async def guest(self, connection: HTTPConnection) -> Pass | None:
        """Return the pass by which somebody is asking, None if they have none.

        Raises
        ------
        RequestError : `request_pass_over`: it has one that is no longer good, or never was.
        StoreError
        """
        secret = _bearer(connection)
        if self.passes is None or not secret.startswith(PASS_MARK):
            return None
        found = await asyncio.to_thread(self.passes.by_secret, secret, self.now_s())
        if found is None:
            raise RequestError("request_pass_over", "this link is not good any more; ask for a new one")
        return found

    def check_pace(self, address: str, user: str) -> None:
        """Count a command. Raises TooManyRequests `request_too_many`."""
        after_s = self._by_user.take(user) or self._by_address.take(address)
        if after_s > 0.0:
            raise TooManyRequests("request_too_many", "too many commands; slow down", after_s)

    async def sign_in(self, name: str, password: str) -> User:
        """Return the user whose name and password these are.

        Raises
        ------
        RequestError : `request_no_users`, `request_sign_in_failed`.
        TooManyRequests : `request_too_many_sign_ins`.
        StoreError
        """
        here = visit()
        if self.store is None or not await self.are_shut():
            raise RequestError("request_no_users", "this fleet has no users yet; make some with ./fleet user init")
        user_key = folded(name)
        self._check_pauses(user_key, here.address)
        if self._waiting >= _MOST_WAIT:
            raise TooManyRequests("request_too_many_sign_ins", "too many sign in at the same time", 1.0)
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                self._check_pauses(user_key, here.address)  # others may have failed meanwhile
                found = await asyncio.to_thread(self.store.accounts.signed_in, name, password)
        finally:
            self._waiting -= 1
        if found is None:
            self._users_failed.failed(user_key)
            self._addresses_failed.failed(here.address)
            raise RequestError("request_sign_in_failed", "name and password do not belong together")
        self._users_failed.forget(user_key)
        here.who = found.id
        return found

    async def record(self, verb: str, outcome: str, *, reading: bool = False) -> None:
        """Write down what the visit at hand came to; of a reading that goes on, once in a while.

        A fleet whose audit cannot be written still takes commands: one may be the answer to a call for help.
        """
        if self.store is None or not self._shut:
            return
        here = visit()
        if reading and self._readings.take(f"{here.who} {verb} {here.target} {outcome}") > 0.0:
            return
        entry = AuditEntry(self.now_s(), here.who, here.address, verb, here.target, outcome)
        try:
            await asyncio.to_thread(self.store.audit.append, entry)
        except StoreError as error:
            if not self._audit_fails:
                LOG.error("audit event=failed error=%s commands go on without being recorded", error)
            self._audit_fails = True
        else:
            if self._audit_fails:
                LOG.warning("audit event=recovered")
            self._audit_fails = False

    def _check_pauses(self, user: str, address: str) -> None:
        left_s = max(self._users_failed.left_s(user), self._addresses_failed.left_s(address))
        if left_s > 0.0:
            message = "too many attempts that failed; wait, then try again"
            raise TooManyRequests("request_too_many_sign_ins", message, left_s)


def _bearer(connection: HTTPConnection) -> str:
    scheme, _, secret = connection.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def origin_missing(connection: HTTPConnection, entrant: Entrant | None) -> bool:
    """Return whether a command comes by a browser's cookie without saying from which page."""
    return entrant is not None and entrant.by_session and "origin" not in connection.headers
