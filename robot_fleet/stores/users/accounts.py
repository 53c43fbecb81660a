"""Users: who there is, what they are, and whether a password is theirs."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from robot_fleet.core.errors import RequestError
from robot_fleet.stores.users.database import Database
from robot_fleet.stores.users.people import Role, User
from robot_fleet.stores.users.schema import SESSIONS, USERS
from robot_fleet.stores.users.secrets import check_password, hashed, matches, new_id, outdated

_NAME = re.compile(r"(?!u-[0-9a-f]{8}$)(\w[\w.@ -]{0,62}\w|\w)")
"""None that looks like an id."""


class Accounts:
    """The users in a database.

    Each method that names a user raises RequestError `request_unknown_user` if there is none of that name or id.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def any(self) -> bool:
        """Return whether there is any user; from then on nobody comes in without signing in."""
        with self._database.reading() as connection:
            return connection.execute(select(USERS.c.id).limit(1)).first() is not None

    def all(self) -> tuple[User, ...]:
        """Return every user, by name."""
        with self._database.reading() as connection:
            return tuple(_user(row) for row in connection.execute(select(USERS).order_by(USERS.c.folded)))

    def named(self, name: str) -> User:
        """Return the user of a name."""
        with self._database.reading() as connection:
            return _user(_row(connection, name))

    def add(self, name: str, role: Role, password: str | None = None, *, first: bool = False) -> User:
        """Add a user; without a password they can use tokens, but not sign in.

        Parameters
        ----------
        first : only if there is no user yet.

        Raises
        ------
        RequestError : `request_user_exists`, `request_user_name_malformed`, `request_password_weak`,
            `request_users_exist`, `request_first_admin`.
        """
        if not _NAME.fullmatch(name):
            message = "a name has 1 to 64 letters, digits, blanks, `.`, `_`, `@` or `-`, at its ends a letter or digit"
            raise RequestError("request_user_name_malformed", message, name)
        if password is not None:
            check_password(password)
        kept = None if password is None else hashed(password)
        row = {
            "id": new_id("u"),
            "name": name,
            "folded": folded(name),
            "role": role.value,
            "password": kept,
            "active": True,
        }
        with self._database.writing() as connection:
            there = connection.execute(select(func.count()).select_from(USERS)).scalar_one()
            if first and there:
                message = "this fleet has users already; an admin adds more with ./fleet user add"
                raise RequestError("request_users_exist", message)
            if not there and role is not Role.ADMIN:
                raise RequestError("request_first_admin", "the first user is an admin; see ./fleet user init", name)
            if connection.execute(select(USERS.c.id).where(USERS.c.folded == row["folded"])).first():
                raise RequestError("request_user_exists", "there is a user of this name already", name)
            connection.execute(insert(USERS), row)
        return User(str(row["id"]), name, role, active=True, has_password=kept is not None)

    def set_role(self, name: str, role: Role) -> User:
        """Make a user something else. Raises RequestError `request_last_admin`."""
        return self._change(name, {"role": role.value})

    def set_active(self, name: str, active: bool) -> User:
        """Let a user in again, or not any more: sessions end, tokens rest. Raises RequestError `request_last_admin`."""
        return self._change(name, {"active": active}, ends_sessions=not active)

    def set_password(self, name: str, password: str) -> User:
        """Give a user a password, and end every session of theirs. Raises RequestError `request_password_weak`."""
        check_password(password)
        return self._change(name, {"password": hashed(password)}, ends_sessions=True)

    def signed_in(self, name: str, password: str) -> User | None:
        """Return the user whose name and password these are, None if they are nobody's who may come in."""
        with self._database.reading() as connection:
            row = connection.execute(select(USERS).where(USERS.c.folded == folded(name))).first()
        kept = None if row is None else row.password
        if not matches(password, kept) or row is None or not row.active:
            return None
        if outdated(row.password):
            with self._database.writing() as connection:
                same = (USERS.c.id == row.id) & (USERS.c.password == row.password)
                connection.execute(update(USERS).where(same).values(password=hashed(password)))
        return _user(row)

    def _change(self, name: str, values: dict[str, Any], *, ends_sessions: bool = False) -> User:
        with self._database.writing() as connection:
            found = _user(_row(connection, name))
            connection.execute(update(USERS).where(USERS.c.id == found.id).values(**values))
            admins = (USERS.c.role == Role.ADMIN.value) & USERS.c.active
            if connection.execute(select(USERS.c.id).where(admins).limit(1)).first() is None:
                message = "nobody could let anybody in any more; make another user an admin first"
                raise RequestError("request_last_admin", message, name)
            if ends_sessions:
                connection.execute(delete(SESSIONS).where(SESSIONS.c.user == found.id))
            return _user(connection.execute(select(USERS).where(USERS.c.id == found.id)).one())


def _row(connection: Connection, name: str) -> Any:
    row = connection.execute(select(USERS).where((USERS.c.folded == folded(name)) | (USERS.c.id == name))).first()
    if row is None:
        raise RequestError("request_unknown_user", "there is no such user; ./fleet user list shows all", name)
    return row


def folded(name: str) -> str:
    """Return a name as it is compared: Korean typed as syllables or as letters is the same, and so are capitals."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _user(row: Any) -> User:
    return User(row.id, row.name, Role(row.role), row.active, row.password is not None)
