"""Passes as they are kept: by the digest of their secret. Times are Unix seconds."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select, update

from robot_fleet.core.errors import RequestError
from robot_fleet.stores.passes.kinds import DAY_S, Pass, PassKind
from robot_fleet.stores.passes.schema import PASSES
from robot_fleet.stores.private_file import PrivateFile
from robot_fleet.stores.users.secrets import digest, new_id, new_secret

LONGEST_PASS_S = 366 * DAY_S
PASS_MARK = "rfp_"  # noqa: S105, no secret: by it scanners find passes that were put where they do not belong
_NOTED_EVERY_S = 60.0
"""A use that soon after another is not written down."""
_KEPT_S = 90 * DAY_S
"""Passes that have ended are listed for so long."""


class Passes:
    """The passes in a database."""

    def __init__(self, database: PrivateFile) -> None:
        self._database = database

    def new(self, kind: PassKind, subject: str, made_by: str, lasts_s: float, now_s: float) -> tuple[Pass, str]:
        """Return a new pass and its secret, which is kept nowhere. Raises RequestError `request_pass_days`."""
        if not 0.0 < lasts_s <= LONGEST_PASS_S:
            message = f"a pass lasts longer than nothing and at most {LONGEST_PASS_S / DAY_S:g} days"
            raise RequestError("request_pass_days", message, f"{lasts_s / DAY_S:g}")
        secret = new_secret(PASS_MARK)
        made = Pass(new_id("p"), kind, subject, made_by, now_s + lasts_s)
        row = {field: getattr(made, field) for field in Pass.__dataclass_fields__}
        with self._database.writing() as connection:
            connection.execute(delete(PASSES).where(PASSES.c.expires_s < now_s - _KEPT_S))
            connection.execute(insert(PASSES), {**row, "kind": kind.value, "digest": digest(secret)})
        return made, secret

    def all(self) -> tuple[Pass, ...]:
        """Return every pass that is known, by when it ends."""
        with self._database.reading() as connection:
            return tuple(
                _pass(row) for row in connection.execute(select(PASSES).order_by(PASSES.c.expires_s, PASSES.c.id))
            )

    def revoke(self, name: str, now_s: float) -> Pass:
        """Take a pass back, by its id. Raises RequestError `request_unknown_pass`."""
        wanted = PASSES.c.id == name
        with self._database.writing() as connection:
            connection.execute(update(PASSES).where(wanted, PASSES.c.revoked_s.is_(None)).values(revoked_s=now_s))
            row = connection.execute(select(PASSES).where(wanted)).first()
        if row is None:
            raise RequestError("request_unknown_pass", "there is no such pass; ./fleet pass list shows all", name)
        return _pass(row)

    def by_secret(self, secret: str, now_s: float) -> Pass | None:
        """Return the pass of a secret if it is still good, and note its use."""
        wanted = PASSES.c.digest == digest(secret)
        with self._database.reading() as connection:
            row = connection.execute(select(PASSES).where(wanted)).first()
        found = None if row is None else _pass(row)
        if found is None or not found.is_good(now_s):
            return None
        if found.used_s is None or now_s >= found.used_s + _NOTED_EVERY_S:
            with self._database.writing() as connection:
                connection.execute(update(PASSES).where(wanted).values(used_s=now_s))
        return found


def _pass(row: Any) -> Pass:
    values = {field: getattr(row, field) for field in Pass.__dataclass_fields__}
    return Pass(**{**values, "kind": PassKind(row.kind)})
