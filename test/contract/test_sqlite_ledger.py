"""The ledger's contract suite on SQLite, and what holds there alone."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.transfer import backup, restore
from robot_fleet.ledger.verify import verify
from test.contract.ledger_contract import REGISTRY, Counted, LedgerContract, code_of, facts_of


class SqlitePlace:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._others = 0
        self.path = folder / "fleet ?#%" / "ledger.db"
        self.target = self.shown = str(self.path)

    def change(self, *statements: str) -> None:
        self.path.parent.mkdir(exist_ok=True)
        with closing(sqlite3.connect(self.path)) as raw:
            for statement in statements:
                raw.execute(statement)
            raw.commit()

    def contents(self) -> object:
        return self.path.read_bytes() if self.path.exists() else b""

    def another(self) -> str:
        self._others += 1
        return f"sqlite:///{self._folder / f'other_{self._others}.db'}"

    def kept(self, told: str) -> str:
        return told


class TestSqliteLedger(LedgerContract):
    @pytest.fixture
    def place(self, tmp_path: Path) -> SqlitePlace:
        return SqlitePlace(tmp_path)

    def test_a_forked_child_that_outlives_the_writer_does_not_keep_the_lock(self, place: SqlitePlace) -> None:
        writer = Ledger.open(place.target, REGISTRY, site_id="busan")
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(write_end)
            os.read(read_end, 1)
            os._exit(0)
        os.close(read_end)
        writer.close()
        Ledger.open(place.target, REGISTRY, site_id="busan").close()
        os.close(write_end)
        assert os.waitpid(child, 0)[1] == 0

    def test_a_file_of_something_else_is_left_as_it_was(self, place: SqlitePlace) -> None:
        place.path.parent.mkdir()
        place.path.write_text("these are not the facts you are looking for\n" * 200, encoding="utf-8")
        self.refused(place, "ledger_not_a_ledger")
        self.refused(place, "ledger_not_a_ledger", read_only=True)

    def test_a_full_disk_has_a_code_and_nothing_is_half_written(self, ledger: Ledger) -> None:
        ledger.append([Counted(1, 0)], at_s=0.0)
        with ledger.store.connect().begin():
            pages = ledger.store.connect().exec_driver_sql("PRAGMA page_count").scalar_one()
            ledger.store.connect().exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(LedgerError, match="make room") as caught:
            ledger.append([Counted(2, part) for part in range(5000)], at_s=1.0)
        assert caught.value.code == "ledger_write_failed"
        assert [fact for _, _, fact in ledger.read()] == [Counted(1, 0)]
        assert ledger.last_seq == 1

    def test_damage_to_the_files_pages_is_told_with_the_first_fact_lost(self, place: SqlitePlace) -> None:
        with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger:
            ledger.append([Counted(1, part) for part in range(3000)], at_s=1.0)
        with closing(sqlite3.connect(place.path)) as raw:
            (page,) = raw.execute("PRAGMA page_size").fetchone()
            raw.execute("PRAGMA journal_mode=DELETE")
        contents = bytearray(place.path.read_bytes())
        at = contents.index(b'"part":2000}')
        start = at - at % page
        contents[start : start + page] = os.urandom(page)
        place.path.write_bytes(contents)
        with pytest.raises(LedgerError) as caught:
            verify(place.target, REGISTRY)
        assert caught.value.code == "ledger_damaged"
        named = int(caught.value.where.rpartition(" ")[2])
        assert 1900 < named <= 2001, "the page held a hundred facts"
        with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger:  # the newest facts can be read still
            assert code_of(lambda: list(ledger.read())) == "ledger_damaged"

    def test_damage_where_there_are_no_facts_is_found_too(self, place: SqlitePlace) -> None:
        with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger:
            ledger.append([Counted(1, part) for part in range(3000)], at_s=1.0)
        place.change("PRAGMA journal_mode=DELETE", "CREATE TABLE more(x)", "CREATE INDEX of_more ON more(x)")
        place.change(*(f"INSERT INTO more VALUES ({number})" for number in range(100)))
        with closing(sqlite3.connect(place.path)) as raw:
            (page,) = raw.execute("PRAGMA page_size").fetchone()
            (root,) = raw.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'of_more'").fetchone()
        with place.path.open("r+b") as file:
            file.seek((root - 1) * page + 100)
            file.write(bytes(page - 200))
        with pytest.raises(LedgerError, match="all facts are whole, but the database is not") as caught:
            verify(place.target, REGISTRY)
        assert (caught.value.code, caught.value.where) == ("ledger_damaged", place.shown)
        made = backup(place.target, place.path.with_name("b"))
        assert restore(place.path.with_name("b"), place.target)[0] == made == verify(place.target, REGISTRY)

    def test_a_restored_ledger_meets_no_log_of_the_one_before(self, place: SqlitePlace, tmp_path: Path) -> None:
        path = tmp_path / "kept.sqlite"
        with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger:
            ledger.append([Counted(1, 0)], at_s=1.0)
            backup(place.target, path)
            ledger.append([Counted(2, 0)], at_s=2.0)
            left = {file.name: file.read_bytes() for file in place.path.parent.iterdir() if file.suffix != ".lock"}
        for name, contents in left.items():  # as a killed writer leaves them
            (place.path.parent / name).write_bytes(contents)
        assert f"{place.path.name}-wal" in left
        with closing(sqlite3.connect(f"{place.path.as_uri()}?mode=ro", uri=True)) as held:
            held.execute("SELECT count(*) FROM facts").fetchone()  # whoever looks on keeps the log from being taken in
            _, kept = restore(path, place.target)
        assert facts_of(place.target) == [(1, 1.0, Counted(1, 0))]
        assert [seq for seq, _, _ in facts_of(kept)] == [1, 2]

    def test_a_backup_does_not_replace_a_ledger_that_is_in_use(self, ledger: Ledger, place: SqlitePlace) -> None:
        ledger.append([Counted(1, 0)], at_s=1.0)
        assert code_of(lambda: backup(place.target, place.path)) == "ledger_backup_failed"
        assert len(list(ledger.read())) == 1

    def test_a_backup_is_read_where_nothing_can_be_written(
        self, ledger: Ledger, place: SqlitePlace, tmp_path: Path
    ) -> None:
        ledger.append([Counted(1, 0)], at_s=1.0)
        folder = tmp_path / "medium"
        folder.mkdir()
        backup(place.target, folder / "b")
        before = sorted(folder.iterdir())
        verify(folder / "b")
        assert sorted(folder.iterdir()) == before, "and leaves nothing there"
        shutil.rmtree(folder)
