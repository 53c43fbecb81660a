"""The record of who did what. Rows are added and read, never changed."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, insert, select

from robot_fleet.stores.users.database import Database
from robot_fleet.stores.users.people import AuditEntry
from robot_fleet.stores.users.schema import AUDIT

_FIELDS = tuple(AuditEntry.__dataclass_fields__)


class Audit:
    """The audit in a database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, entry: AuditEntry) -> None:
        """Add an entry; it is on disk when this returns."""
        with self._database.writing() as connection:
            connection.execute(insert(AUDIT), asdict(entry))

    def entries(
        self,
        *,
        who: str = "",
        verb: str = "",
        target: str = "",
        outcome: str = "",
        since_s: float = 0.0,
        until_s: float | None = None,
        newest: int = 100,
    ) -> tuple[AuditEntry, ...]:
        """Return the newest entries that fit, oldest first.

        Parameters
        ----------
        who, target, outcome : exactly these; empty for any.
        verb : a part of it, whatever the case.
        since_s, until_s : Unix times, the second not included.
        """
        wanted = _wanted(who, verb, target, outcome, since_s, until_s)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(AUDIT.c.id.desc()).limit(newest)).all()
        return tuple(AuditEntry(*row[1:]) for row in reversed(rows))

    def following(
        self,
        number: int,
        most: int,
        *,
        who: str = "",
        verb: str = "",
        target: str = "",
        outcome: str = "",
        since_s: float = 0.0,
        until_s: float | None = None,
    ) -> tuple[tuple[int, AuditEntry], ...]:
        """Return the first entries that fit after the one of a number, with their numbers; the rest as `entries`."""
        wanted = _wanted(who, verb, target, outcome, since_s, until_s).where(AUDIT.c.id > number)
        with self._database.reading() as connection:
            rows = connection.execute(wanted.order_by(AUDIT.c.id).limit(most)).all()
        return tuple((row[0], AuditEntry(*row[1:])) for row in rows)


def _wanted(
    who: str, verb: str, target: str, outcome: str, since_s: float, until_s: float | None
) -> Select[tuple[Any, ...]]:
    wanted = select(AUDIT.c.id, *(AUDIT.c[field] for field in _FIELDS)).where(AUDIT.c.at_s >= since_s)
    for column, value in ((AUDIT.c.who, who), (AUDIT.c.target, target), (AUDIT.c.outcome, outcome)):
        wanted = wanted.where(column == value) if value else wanted
    if verb:
        wanted = wanted.where(AUDIT.c.verb.icontains(verb, autoescape=True))
    return wanted if until_s is None else wanted.where(AUDIT.c.at_s < until_s)
