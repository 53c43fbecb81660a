"""The fleet's memory: facts in one database, whole turns or nothing, in the order in which they happened."""

from __future__ import annotations

import json
import logging
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import delete, func, insert, select

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.ledger.opening import open_store
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.ledger.rows import sealed_rows
from robot_fleet.ledger.schema import CHUNK, FACTS, SNAPSHOTS, Progress, nothing_shown
from robot_fleet.ledger.seal import fact_seal, genesis, snapshot_seal
from robot_fleet.ledger.store import Store

LOG = logging.getLogger("robot_fleet")

_SNAPSHOTS_KEPT = 2
"""The newest snapshot, and the one before for the case that the newest cannot be used."""

EXPORT_VERSION = 1
"""Form of the file that `Ledger.export` writes."""

_INSERT_FACT = insert(FACTS)


class Ledger:
    """An open ledger; make one with `Ledger.open`. Belongs to one thread.

    Attributes
    ----------
    store : the database under it.
    site_id : the site whose facts it holds.
    last_seq : sequence number of the newest fact, 0 if there is none. A reader's is that of the moment it was opened.
    last_seal : the seal of that fact, which covers all facts.
    """

    def __init__(self, store: Store, registry: FactRegistry, site_id: str) -> None:
        self.store = store
        self.site_id = site_id
        self._registry = registry
        self._connection = connection = store.connect()
        newest = select(FACTS.c.seq, FACTS.c.turn, FACTS.c.seal).order_by(FACTS.c.seq.desc()).limit(1)
        with store.translated("ledger_read_failed"), connection.begin():
            row = connection.execute(newest).one_or_none()
        self.last_seq: int = row.seq if row else 0
        self.last_seal: bytes = row.seal if row else genesis(site_id)
        self._turn: int = row.turn if row else 0

    @classmethod
    def open(
        cls,
        target: LedgerTarget,
        registry: FactRegistry,
        *,
        site_id: str | None,
        read_only: bool = False,
        created: str = "",
        progress: Progress = nothing_shown,
    ) -> Ledger:
        """Open a ledger, or make a new one unless `read_only`.

        Parameters
        ----------
        target : the SQLite file, `<file>.lock` beside it is the writer's lock; or the URL of a PostgreSQL database.
        registry : the kinds of facts.
        site_id : the site that the ledger must belong to; None takes any, but makes none.
        read_only : take no lock and write nothing; works beside the writer.
        created : when a new ledger was made, as text for people.
        progress : told how far an older layout is brought up to date.

        Raises
        ------
        LedgerError : `ledger_bad_url`, `ledger_unreachable`, `ledger_in_use`, `ledger_newer_version`,
            `ledger_older_version` (readers only), `ledger_not_a_ledger`, `ledger_other_site`, `ledger_missing` (unless
            one may be made), `ledger_damaged`, `ledger_write_failed`. The ledger is then as it was before.
        """
        store, found = open_store(target, site_id=site_id, read_only=read_only, created=created, progress=progress)
        try:
            return cls(store, registry, found)
        except BaseException:
            store.close()
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
        turn, seal = self._turn + 1, self.last_seal
        at_s = float(at_s) + 0.0  # SQLite forgets the sign of -0.0
        rows = []
        for seq, fact in enumerate(facts, start=self.last_seq + 1):
            kind, version, body = self._registry.encode(fact)
            seal = fact_seal(seal, seq, turn, at_s, kind, version, body)
            row = {"seq": seq, "turn": turn, "at_s": at_s, "kind": kind, "version": version, "body": body}
            rows.append({**row, "seal": seal})
        with self.store.translated("ledger_write_failed"), self._connection.begin():
            self._connection.execute(_INSERT_FACT, rows)
        self._turn, self.last_seal = turn, seal
        self.last_seq += len(rows)
        return self.last_seq

    def newest_s(self) -> float:
        """Return the latest fleet time of the newest facts, 0 if there are none.

        Raises
        ------
        LedgerError : `ledger_read_failed`.
        """
        with self.store.translated("ledger_read_failed"), self._connection.begin():
            newest = select(func.max(FACTS.c.at_s)).where(FACTS.c.seq > self.last_seq - CHUNK)
            return float(self._connection.execute(newest).scalar_one() or 0.0)

    def read(self, after_seq: int = 0) -> Iterator[tuple[int, float, Any]]:
        """Yield (sequence number, fleet time, fact) of every fact after a sequence number, oldest first.

        Raises
        ------
        LedgerError : `ledger_unknown_fact`, `ledger_newer_version`, `ledger_fact_malformed`, `ledger_damaged`,
            `ledger_read_failed`.
        """
        decode = self._registry.decode
        for seq, _, at_s, kind, version, body, _ in sealed_rows(self.store, self.site_id, after_seq):
            yield seq, at_s, decode(kind, version, body)

    def seq_before(self, at_s: float) -> int:
        """Return the number of the last fact that was written before a fleet time, 0 if none was: read on from there.

        Fleet time never runs backwards, so the place is found by halving, without reading what lies before it.

        Raises
        ------
        LedgerError : `ledger_read_failed`.
        """

        def written_s(seq: int) -> float:
            following = select(FACTS.c.at_s).where(FACTS.c.seq >= seq).order_by(FACTS.c.seq).limit(1)
            return float(self._connection.execute(following).scalar_one())

        with self.store.translated("ledger_read_failed"), self._connection.begin():
            newest = self._connection.execute(select(func.max(FACTS.c.seq))).scalar_one() or 0
            return bisect_left(range(1, newest + 1), at_s, key=written_s)

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
        whole = SNAPSHOTS.c.version > 0
        newest = select(SNAPSHOTS.c.seq).where(whole).order_by(SNAPSHOTS.c.seq.desc()).limit(_SNAPSHOTS_KEPT)
        with self.store.translated("ledger_write_failed"), self._connection.begin():
            self._keep(seq, version, text)
            self._connection.execute(delete(SNAPSHOTS).where(whole & SNAPSHOTS.c.seq.not_in(newest)))

    def snapshot_part(self, seq: int, text: str, version: int, after_seq: int) -> None:
        """Keep what does not change any more and belongs to all later snapshots of a version.

        Parameters
        ----------
        seq : the newest fact that it follows from.
        after_seq : the part that it comes after (0 for none); later ones go, and those of other versions.

        Raises
        ------
        LedgerError : `ledger_write_failed`.
        """
        others = (SNAPSHOTS.c.version != -version) | (SNAPSHOTS.c.seq > after_seq)
        with self.store.translated("ledger_write_failed"), self._connection.begin():
            self._connection.execute(delete(SNAPSHOTS).where((SNAPSHOTS.c.version < 0) & others))
            self._keep(seq, -version, text)

    def snapshot_parts(self, version: int) -> list[tuple[int, str]]:
        """Return (sequence number, text) of the parts of a version's snapshots, oldest first, until one is damaged.

        Raises
        ------
        LedgerError : `ledger_read_failed`.
        """
        parts = select(SNAPSHOTS).where(SNAPSHOTS.c.version == -version).order_by(SNAPSHOTS.c.seq)
        found: list[tuple[int, str]] = []
        with self.store.translated("ledger_read_failed"), self._connection.begin():
            for row in self._connection.execute(parts).all():
                if row.seal != snapshot_seal(self._seal_of(row.seq), -version, row.body):
                    LOG.warning("ledger=%s snapshot_part=%d event=damaged it is not used", self.store.where, row.seq)
                    break
                found.append((row.seq, row.body))
        return found

    def _keep(self, seq: int, version: int, text: str) -> None:
        """Put a snapshot or a part of some in, in the caller's transaction."""
        seal = snapshot_seal(self._seal_of(seq), version, text)
        same = (SNAPSHOTS.c.seq == seq) & (SNAPSHOTS.c.version == version)
        self._connection.execute(delete(SNAPSHOTS).where(same))
        self._connection.execute(insert(SNAPSHOTS), {"seq": seq, "version": version, "body": text, "seal": seal})

    def latest_snapshot(self, version: int = 1) -> tuple[int, dict[str, Any]] | None:
        """Return (sequence number, body) of the newest whole snapshot in a version, None if there is none.

        Raises
        ------
        LedgerError : `ledger_read_failed`, `ledger_damaged`.
        """
        newest = select(SNAPSHOTS).where(SNAPSHOTS.c.version == version).order_by(SNAPSHOTS.c.seq.desc()).limit(1)
        with self.store.translated("ledger_read_failed"), self._connection.begin():
            for older in range(_SNAPSHOTS_KEPT):
                row = self._connection.execute(newest.offset(older)).one_or_none()
                if row is None:
                    break
                if row.seal == snapshot_seal(self._seal_of(row.seq), version, row.body):
                    return row.seq, json.loads(row.body)
                LOG.warning("ledger=%s snapshot=%d event=damaged it is not used", self.store.where, row.seq)
        return None

    def export(self, path: Path | str) -> int:
        """Write every fact as JSON, one a line, as it stands in the ledger, and return how many there are.

        The file appears whole or not at all. Its form: `{"schema_version": 1, "site": ..., "facts": [{"seq", "at_s",
        "turn", "kind", "version", "body"}]}`.

        Raises
        ------
        LedgerError : `ledger_read_failed`, `ledger_damaged`, `ledger_export_failed`.
        """
        path = Path(path)
        partial = path.with_name(path.name + ".part")
        count = 0
        try:
            with partial.open("w", encoding="utf-8") as out:
                out.write(f'{{"schema_version": {EXPORT_VERSION}, "site": {json.dumps(self.site_id)}, "facts": [')
                for row in sealed_rows(self.store, self.site_id):
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
            message = f"the export cannot be written: {error.strerror}"
            raise LedgerError("ledger_export_failed", message, str(path)) from error
        finally:
            partial.unlink(missing_ok=True)
        return count

    def compact(self) -> None:
        """Give room that is not used back to the machine; for the one writer.

        Raises
        ------
        LedgerError : `ledger_write_failed`.
        """
        with self.store.translated("ledger_write_failed"):
            self.store.compact()

    def close(self) -> None:
        """Close the database and give the lock up; a second call does nothing."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _seal_of(self, seq: int) -> bytes:
        """Return the seal of a fact; where there is none, what fits no snapshot but one of no facts."""
        known = self._connection.execute(select(FACTS.c.seal).where(FACTS.c.seq == seq)).scalar_one_or_none()
        return known if known is not None else genesis(self.site_id)
