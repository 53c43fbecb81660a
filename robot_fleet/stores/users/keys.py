"""What lets users in without a password: sessions of browsers, and tokens of programs. Times are Unix seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from robot_fleet.core.errors import RequestError
from robot_fleet.stores.users.database import Database
from robot_fleet.stores.users.people import Entrant, Role, Token
from robot_fleet.stores.users.schema import SESSIONS, TOKENS, USERS
from robot_fleet.stores.users.secrets import TOKEN_MARK, digest, new_id, new_secret

DAY_S = 86_400.0
LONGEST_TOKEN_DAYS = 366
_NOTED_EVERY_S = 60.0
"""A use that soon after another is not written down."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a session lasts: until it was not used for a while, and never longer than a shift."""

    idle_s: float = 3_600.0
    longest_s: float = 12 * 3_600.0


class Keys:
    """The sessions and tokens in a database."""

    def __init__(self, database: Database, terms: Terms) -> None:
        self.terms = terms
        self._database = database

    def open_session(self, user: str, now_s: float) -> str:
        """Return the secret of a new session; it is kept nowhere. Forgets the sessions that are over."""
        secret = new_secret()
        row = {"digest": digest(secret), "user": user, "created_s": now_s, "seen_s": now_s}
        over = (SESSIONS.c.created_s <= now_s - self.terms.longest_s) | (SESSIONS.c.seen_s <= now_s - self.terms.idle_s)
        with self._database.writing() as connection:
            connection.execute(delete(SESSIONS).where(over))
            connection.execute(insert(SESSIONS), row)
        return secret

    def end_session(self, secret: str) -> None:
        """End a session; one that is over already stays so."""
        with self._database.writing() as connection:
            connection.execute(delete(SESSIONS).where(SESSIONS.c.digest == digest(secret)))

    def by_session(self, secret: str, now_s: float) -> Entrant | None:
        """Return whom a session lets in, and note its use."""
        wanted = SESSIONS.c.digest == digest(secret)
        joined = select(SESSIONS.c.created_s, SESSIONS.c.seen_s, USERS).join(USERS, USERS.c.id == SESSIONS.c.user)
        with self._database.reading() as connection:
            row = connection.execute(joined.where(wanted, USERS.c.active)).first()
        if row is None or now_s >= row.created_s + self.terms.longest_s or now_s >= row.seen_s + self.terms.idle_s:
            return None
        if now_s >= row.seen_s + _NOTED_EVERY_S:
            with self._database.writing() as connection:
                connection.execute(update(SESSIONS).where(wanted).values(seen_s=now_s))
        return Entrant(row.id, row.name, Role(row.role), by_session=True)

    def new_token(self, user: str, name: str, role: Role, days: int, now_s: float) -> tuple[Token, str]:
        """Return a new token and its secret, which is kept nowhere.

        Parameters
        ----------
        user : id of whoever makes it.

        Raises
        ------
        RequestError : `request_token_role`, `request_token_days`, `request_unknown_user`.
        """
        if not 1 <= days <= LONGEST_TOKEN_DAYS:
            message = f"a token lasts 1 to {LONGEST_TOKEN_DAYS} days"
            raise RequestError("request_token_days", message, str(days))
        secret = new_secret(TOKEN_MARK)
        made = Token(new_id("t"), user, name, role, now_s + days * DAY_S, used_s=None, revoked_s=None)
        with self._database.writing() as connection:
            owner = connection.execute(select(USERS.c.role).where(USERS.c.id == user)).scalar_one_or_none()
            if owner is None:
                raise RequestError("request_unknown_user", "there is no such user", user)
            if role.rank > Role(owner).rank:
                message = f"its maker is {owner}; a token may do no more than that"
                raise RequestError("request_token_role", message, role.value)
            row = {field: getattr(made, field) for field in Token.__dataclass_fields__}
            connection.execute(insert(TOKENS), {**row, "role": role.value, "digest": digest(secret)})
        return made, secret

    def tokens(self) -> tuple[Token, ...]:
        """Return every token that was ever made, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(select(TOKENS).order_by(TOKENS.c.expires_s, TOKENS.c.id))
            return tuple(_token(row) for row in rows)

    def revoke(self, token: str, now_s: float) -> Token:
        """Take a token back, by its id. Raises RequestError `request_unknown_token`."""
        with self._database.writing() as connection:
            row = _of_id(connection, token)
            if row.revoked_s is None:
                connection.execute(update(TOKENS).where(TOKENS.c.id == token).values(revoked_s=now_s))
            return _token(_of_id(connection, token))

    def by_token(self, secret: str, now_s: float) -> Entrant | None:
        """Return whom a token lets in, and note its use. It may do what both it and its maker may."""
        fields = (TOKENS.c.id.label("token"), TOKENS.c.role.label("token_role"), TOKENS.c.used_s)
        usable = (TOKENS.c.digest == digest(secret)) & TOKENS.c.revoked_s.is_(None) & (TOKENS.c.expires_s > now_s)
        joined = select(*fields, USERS).join(USERS, USERS.c.id == TOKENS.c.user).where(usable, USERS.c.active)
        with self._database.reading() as connection:
            row = connection.execute(joined).first()
        if row is None:
            return None
        if row.used_s is None or now_s >= row.used_s + _NOTED_EVERY_S:
            with self._database.writing() as connection:
                connection.execute(update(TOKENS).where(TOKENS.c.id == row.token).values(used_s=now_s))
        role = min(Role(row.role), Role(row.token_role), key=lambda role: role.rank)
        return Entrant(row.id, row.name, role, by_session=False)


def _of_id(connection: Connection, token: str) -> Any:
    row = connection.execute(select(TOKENS).where(TOKENS.c.id == token)).first()
    if row is None:
        raise RequestError("request_unknown_token", "there is no such token; ./fleet user token list shows all", token)
    return row


def _token(row: Any) -> Token:
    values = {field: getattr(row, field) for field in Token.__dataclass_fields__}
    return Token(**{**values, "role": Role(row.role)})
