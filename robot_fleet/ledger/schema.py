"""The tables of a ledger file, the version of their layout, and the way from an older one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import Column, Connection, Float, Integer, MetaData, Table, Text, select, update

from robot_fleet.core.errors import LedgerError

SCHEMA_VERSION = 1
"""Layout of the tables below. Raise it together with an entry in `MIGRATIONS`."""

Migration = Callable[[Connection], None]
MIGRATIONS: Mapping[int, Migration] = {}
"""From version n to n + 1, for every n below SCHEMA_VERSION; each runs inside one transaction with all the others."""

METADATA = MetaData()

META = Table("meta", METADATA, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

FACTS = Table(
    "facts",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("turn", Integer, nullable=False),
    Column("at_s", Float, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("seq", Integer, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)


def migrate(
    connection: Connection,
    where: str,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    target: int = SCHEMA_VERSION,
) -> None:
    """Bring the tables to version `target`, inside the transaction that the caller has begun.

    Raises
    ------
    LedgerError : `ledger_newer_version`, or `ledger_not_a_ledger` if the version is no number.
    """
    version = _version(connection, where)
    if version > target:
        raise LedgerError(
            "ledger_newer_version",
            f"written with layout {version}, this robot_fleet reads up to {target}; install the newer version",
            where,
        )
    for step in range(version, target):
        migrations[step](connection)
    if version < target:
        connection.execute(update(META).where(META.c.key == "schema_version").values(value=str(target)))


def require_current(connection: Connection, where: str) -> None:
    """Refuse tables of another version, which a reader cannot bring up to date.

    Raises
    ------
    LedgerError : `ledger_newer_version`, `ledger_older_version`, `ledger_not_a_ledger`.
    """
    version = _version(connection, where)
    if version < SCHEMA_VERSION:
        raise LedgerError(
            "ledger_older_version",
            f"written with layout {version}, this robot_fleet reads {SCHEMA_VERSION}; start its fleet once",
            where,
        )
    migrate(connection, where)


def _version(connection: Connection, where: str) -> int:
    text = connection.execute(select(META.c.value).where(META.c.key == "schema_version")).scalar_one_or_none()
    if text is None or not text.isdecimal():
        raise LedgerError("ledger_not_a_ledger", f"its meta table names no schema version (found {text!r})", where)
    return int(text)
