"""The fleet's memory: facts in one SQLite file, whole turns or nothing, in the order in which they happened."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, delete, func, insert, select

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.file import is_there, make_engine, make_new, prepare, translated
from robot_fleet.ledger.lock import FileLock, holder
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.ledger.schema import FACTS, SNAPSHOTS

_CHUNK = 2000
"""Facts read per transaction, so that a slow reader never holds the write-ahead log back."""

_SNAPSHOTS_KEPT = 2
"""The newest snapshot, and the one before for the case that the newest cannot be used."""

EXPORT_VERSION = 1
"""Form of the file that `Ledger.export` writes."""

_INSERT_FACT = insert(FACTS)


class Ledger:
    """An open ledger; make one with `Ledger.open`. Belongs to one thread.

    Attributes
    ----------
    path : the SQLite file.
    site_id : the site whose facts it holds.
    last_seq : sequence number of the newest fact, 0 if there is none. A reader's is that of the moment it was opened.
    """

    def __init__(
        self,
        path: Path,
        registry: FactRegistry,
        site_id: str,
        engine: Engine,
        connection: Connection,
        lock: FileLock | None,
    ) -> None:
        self.path = path
        self.site_id = site_id
        self._registry = registry
        self._engine = engine
        self._connection = connection
        self._lock = lock
        with connection.begin():
            seq, turn = connection.execute(select(func.max(FACTS.c.seq), func.max(FACTS.c.turn))).one()
        self.last_seq: int = seq or 0
        self._turn: int = turn or 0

    @classmethod
    def open(
        cls,
        path: Path | str,
        registry: FactRegistry,
        *,
        site_id: str | None,
        read_only: bool = False,
        created: str = "",
    ) -> Ledger:
        """Open a ledger, or make a new one unless `read_only`.

        Parameters
        ----------
        path : the SQLite file; `<path>.lock` beside it is the writer's lock.
        registry : the kinds of facts.
        site_id : the site that the ledger must belong to; None (readers only) takes any.
        read_only : take no lock and write nothing; works beside the writer.
        created : when a new ledger was made, as text for people.

        Raises
        ------
        LedgerError : `ledger_in_use`, `ledger_newer_version`, `ledger_older_version` (readers only),
            `ledger_not_a_ledger`, `ledger_other_site`, `ledger_missing` (readers only), `ledger_write_failed`. The file
            is then as it was before.
        """
        path = Path(path)
        if read_only and not is_there(path):
            raise LedgerError("ledger_missing", "there is no ledger; start a fleet first, or give its path", str(path))
        if not read_only and site_id is None:
            raise ValueError("a writer must name its site")
        lock = None if read_only else _lock(path)
        engine = make_engine(path, read_only)
        try:
            with translated(path, "ledger_read_failed" if read_only else "ledger_write_failed"):
                if lock is not None and site_id is not None and not is_there(path):
                    make_new(path, site_id, created)
                connection = engine.connect()
                found = prepare(connection, path, site_id, read_only)
                return cls(path, registry, found, engine, connection, lock)
        except BaseException:
            engine.dispose()
            if lock is not None:
                lock.release()
            raise

    def append(self, facts: Sequence[object], at_s: float) -> int:
        """Write one turn's facts durably in one transaction, and return the newest sequence number.

        Parameters
        ----------
        facts : what happened, in order; none at all writes nothing.
        at_s : fleet time of the turn.

        Raises
        ------
        LedgerError : `ledger_write_failed`, `ledger_unknown_fact`, `ledger_fact_malformed`. Nothing is written then.
        """
        if not facts:
            return self.last_seq
        turn = self._turn + 1
        rows = []
        for seq, fact in enumerate(facts, start=self.last_seq + 1):
            kind, version, body = self._registry.encode(fact)
            rows.append({"seq": seq, "turn": turn, "at_s": at_s, "kind": kind, "version": version, "body": body})
        with translated(self.path, "ledger_write_failed"), self._connection.begin():
            self._connection.execute(_INSERT_FACT, rows)
        self._turn = turn
        self.last_seq += len(rows)
        return self.last_seq

    def newest_s(self) -> float:
        """Return the latest fleet time of any fact, 0 if there is none.

        Raises
        ------
        LedgerError : `ledger_read_failed`.
        """
        with translated(self.path, "ledger_read_failed"), self._connection.begin():
            return float(self._connection.execute(select(func.max(FACTS.c.at_s))).scalar_one() or 0.0)

    def read(self, after_seq: int = 0) -> Iterator[tuple[int, float, Any]]:
        """Yield (sequence number, fleet time, fact) of every fact after a sequence number, oldest first.

        Raises
        ------
        LedgerError : `ledger_unknown_fact`, `ledger_newer_version`, `ledger_fact_malformed`, `ledger_read_failed`.
        """
        decode = self._registry.decode
        for row in self._rows(after_seq):
            yield row.seq, row.at_s, decode(row.kind, row.version, row.body)

    def snapshot(self, seq: int, body: dict[str, Any], version: int = 1) -> None:
        """Keep a state from which reading may start, instead of from the first fact.

        Parameters
        ----------
        seq : the newest fact that the state has taken in.
        body : the state as JSON.
        version : of the body's form; a reader asks for the one it understands.

        Raises
        ------
        LedgerError : `ledger_write_failed`; `ledger_fact_malformed` if the body is no JSON.
        """
        try:
            text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        except (TypeError, ValueError) as error:
            raise LedgerError(
                "ledger_fact_malformed", f"a snapshot must be JSON: {error}", f"snapshot {seq}"
            ) from error
        newest = select(SNAPSHOTS.c.seq).order_by(SNAPSHOTS.c.seq.desc()).limit(_SNAPSHOTS_KEPT)
        with translated(self.path, "ledger_write_failed"), self._connection.begin():
            self._connection.execute(
                insert(SNAPSHOTS).prefix_with("OR REPLACE"), {"seq": seq, "version": version, "body": text}
            )
            self._connection.execute(delete(SNAPSHOTS).where(SNAPSHOTS.c.seq.not_in(newest)))

    def latest_snapshot(self, version: int = 1) -> tuple[int, dict[str, Any]] | None:
        """Return (sequence number, body) of the newest snapshot in a version, None if there is none.

        Raises
        ------
        LedgerError : `ledger_read_failed`.
        """
        newest = select(SNAPSHOTS).where(SNAPSHOTS.c.version == version).order_by(SNAPSHOTS.c.seq.desc()).limit(1)
        with translated(self.path, "ledger_read_failed"), self._connection.begin():
            row = self._connection.execute(newest).one_or_none()
        return None if row is None else (row.seq, json.loads(row.body))

    def export(self, path: Path | str) -> int:
        """Write every fact as JSON, one a line, as it stands in the ledger, and return how many there are.

        The file appears whole or not at all. Its form: `{"schema_version": 1, "site": ..., "facts": [{"seq", "at_s",
        "turn", "kind", "version", "body"}]}`.

        Raises
        ------
        LedgerError : `ledger_read_failed`, `ledger_export_failed`.
        """
        path = Path(path)
        partial = path.with_name(path.name + ".part")
        count = 0
        try:
            with partial.open("w", encoding="utf-8") as out:
                out.write(f'{{"schema_version": {EXPORT_VERSION}, "site": {json.dumps(self.site_id)}, "facts": [')
                for row in self._rows(0):
                    head = {
                        "seq": row.seq,
                        "at_s": row.at_s,
                        "turn": row.turn,
                        "kind": row.kind,
                        "version": row.version,
                    }
                    out.write(f'{"," if count else ""}\n{json.dumps(head)[:-1]}, "body": {row.body}}}')
                    count += 1
                out.write("\n]}\n")
            partial.replace(path)
        except OSError as error:
            partial.unlink(missing_ok=True)
            message = f"the export cannot be written: {error.strerror}"
            raise LedgerError("ledger_export_failed", message, str(path)) from error
        return count

    def close(self) -> None:
        """Close the file and give the lock up; a second call does nothing."""
        self._connection.close()
        self._engine.dispose()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self, after_seq: int) -> Iterator[Any]:
        while True:
            chunk = select(FACTS).where(FACTS.c.seq > after_seq).order_by(FACTS.c.seq).limit(_CHUNK)
            with translated(self.path, "ledger_read_failed"), self._connection.begin():
                rows = self._connection.execute(chunk).all()
            if not rows:
                return
            yield from rows
            after_seq = rows[-1].seq


def _lock(path: Path) -> FileLock:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return FileLock(path.with_name(path.name + ".lock"))
    except BlockingIOError:
        pid = holder(path.with_name(path.name + ".lock"))
        by = f"process {pid}" if pid is not None else "another process"
        raise LedgerError(
            "ledger_in_use", f"{by} writes to this ledger; stop that fleet or give another ledger", str(path)
        ) from None
    except OSError as error:
        message = f"the ledger cannot be written: {error.strerror}"
        raise LedgerError("ledger_write_failed", message, str(path)) from error
