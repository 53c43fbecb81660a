"""The tables of a ledger, the version of their layout, and the way from an older one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    inspect,
    select,
    text,
    update,
)

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.seal import fact_seal, genesis, snapshot_seal

SCHEMA_VERSION = 2
"""Layout of the tables below. Raise it together with an entry in `MIGRATIONS`."""

CHUNK = 2000
"""Facts read at once, so that a slow reader never holds the write-ahead log back."""

Progress = Callable[[int, int], None]
"""Told how many facts are done, and of how many."""

METADATA = MetaData()
_Number = BigInteger().with_variant(Integer, "sqlite")  # the only kind of key that is SQLite's own row number

META = Table("meta", METADATA, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

FACTS = Table(
    "facts",
    METADATA,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    Column("turn", _Number, nullable=False),
    Column("at_s", Float(53), nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)

SNAPSHOTS = Table(
    "snapshots",
    METADATA,
    Column("seq", _Number, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("seal", LargeBinary, nullable=False),
)


def nothing_shown(done: int, of: int) -> None:
    """Show no progress."""


def _add_seals(connection: Connection, progress: Progress) -> None:
    """Layout 2: each fact and snapshot has a seal."""
    binary = FACTS.c.seal.type.compile(connection.dialect)
    for table in (FACTS, SNAPSHOTS):
        connection.execute(text(f"ALTER TABLE {table.name} ADD COLUMN seal {binary} NOT NULL DEFAULT ''"))
    site = connection.execute(select(META.c.value).where(META.c.key == "site")).scalar_one()
    count = connection.execute(select(func.count()).select_from(FACTS)).scalar_one()
    snapshots = {row.seq: row for row in connection.execute(select(SNAPSHOTS).order_by(SNAPSHOTS.c.version))}
    sealed = update(FACTS).where(FACTS.c.seq == bindparam("of")).values(seal=bindparam("seal"))
    connection.execute(delete(SNAPSHOTS))
    newest, seal, done = 0, genesis(site), 0
    while rows := connection.execute(
        select(FACTS).where(FACTS.c.seq > newest).order_by(FACTS.c.seq).limit(CHUNK)
    ).all():
        seals = []
        for row in rows:
            seal = fact_seal(seal, row.seq, row.turn, row.at_s, row.kind, row.version, row.body)
            seals.append({"of": row.seq, "seal": seal})
            if known := snapshots.get(row.seq):
                body = {"seq": known.seq, "version": known.version, "body": known.body}
                connection.execute(SNAPSHOTS.insert(), body | {"seal": snapshot_seal(seal, known.version, known.body)})
        connection.execute(sealed, seals)
        newest, done = rows[-1].seq, done + len(rows)
        progress(done, count)


Migration = Callable[[Connection, Progress], None]
MIGRATIONS: Mapping[int, Migration] = {1: _add_seals}
"""From version n to n + 1, for every n below SCHEMA_VERSION; each runs inside one transaction with all the others."""


def prepare(
    connection: Connection, where: str, site_id: str | None, *, read_only: bool, progress: Progress = nothing_shown
) -> str:
    """Check the tables, migrate them for a writer, and return the site, inside the caller's transaction.

    Raises
    ------
    LedgerError : `ledger_not_a_ledger`, `ledger_other_site`, `ledger_newer_version`, `ledger_older_version` (readers
        only).
    """
    check_tables(connection, where)
    found = connection.execute(select(META.c.value).where(META.c.key == "site")).scalar_one_or_none()
    if found is None:
        raise LedgerError("ledger_not_a_ledger", "its meta table names no site; give another path", where)
    if site_id is not None and found != site_id:
        message = f"holds the facts of site {found!r}, not of {site_id!r}; give another ledger"
        raise LedgerError("ledger_other_site", message, where)
    if read_only:
        require_current(connection, where)
    else:
        migrate(connection, where, progress=progress)
    return str(found)


def check_tables(connection: Connection, where: str) -> None:
    """Refuse a database that is no ledger.

    Raises
    ------
    LedgerError : `ledger_not_a_ledger`.
    """
    if not frozenset(inspect(connection).get_table_names()) >= {"meta", "facts"}:
        raise LedgerError("ledger_not_a_ledger", "a database without a ledger's tables; give another", where)


def missing(where: str) -> LedgerError:
    """Return the error of a ledger that is not there."""
    return LedgerError("ledger_missing", "there is no ledger; start a fleet first, or give its path", where)


def migrate(
    connection: Connection,
    where: str,
    migrations: Mapping[int, Migration] = MIGRATIONS,
    target: int = SCHEMA_VERSION,
    progress: Progress = nothing_shown,
) -> None:
    """Bring the tables to version `target`, inside the transaction that the caller has begun.

    Raises
    ------
    LedgerError : `ledger_newer_version`, or `ledger_not_a_ledger` if the version is no number.
    """
    version = layout(connection, where)
    if version > target:
        raise LedgerError(
            "ledger_newer_version",
            f"written with layout {version}, this robot_fleet reads up to {target}; install the newer version",
            where,
        )
    for step in range(version, target):
        migrations[step](connection, progress)
    if version < target:
        connection.execute(update(META).where(META.c.key == "schema_version").values(value=str(target)))


def require_current(connection: Connection, where: str) -> None:
    """Refuse tables of another version, which a reader cannot bring up to date.

    Raises
    ------
    LedgerError : `ledger_newer_version`, `ledger_older_version`, `ledger_not_a_ledger`.
    """
    version = layout(connection, where)
    if version < SCHEMA_VERSION:
        raise LedgerError(
            "ledger_older_version",
            f"written with layout {version}, this robot_fleet reads {SCHEMA_VERSION}; bring it up to date with"
            " ./fleet ledger migrate",
            where,
        )
    migrate(connection, where)


def layout(connection: Connection, where: str) -> int:
    """Return the version that the tables have.

    Raises
    ------
    LedgerError : `ledger_not_a_ledger` if the version is no number.
    """
    version = connection.execute(select(META.c.value).where(META.c.key == "schema_version")).scalar_one_or_none()
    if version is None or not version.isdecimal():
        raise LedgerError("ledger_not_a_ledger", f"its meta table names no schema version (found {version!r})", where)
    return int(version)
