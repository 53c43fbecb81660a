"""Facts come back in order and whole turns at a time, whatever happens to the writer."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.ledger.schema import META, migrate


@dataclass(frozen=True, slots=True)
class Counted:
    turn: int
    part: int


REGISTRY = FactRegistry([Counted])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "fleet ?#%" / "ledger.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    with Ledger.open(path, REGISTRY, site_id="busan") as opened:
        yield opened


def code_of(path: Path, *, site_id: str = "busan", read_only: bool = False) -> str:
    with pytest.raises(LedgerError) as caught:
        Ledger.open(path, REGISTRY, site_id=site_id, read_only=read_only)
    assert str(path) == caught.value.where
    return caught.value.code


def test_facts_come_back_in_order_with_their_times(ledger: Ledger) -> None:
    assert ledger.append([Counted(1, 0), Counted(1, 1)], at_s=10.0) == 2
    assert ledger.append([], at_s=11.0) == 2
    assert ledger.append([Counted(2, 0)], at_s=12.5) == 3
    assert list(ledger.read()) == [(1, 10.0, Counted(1, 0)), (2, 10.0, Counted(1, 1)), (3, 12.5, Counted(2, 0))]
    assert list(ledger.read(after_seq=2)) == [(3, 12.5, Counted(2, 0))]


def test_the_latest_time_of_any_fact(ledger: Ledger) -> None:
    assert ledger.newest_s() == 0.0
    ledger.append([Counted(1, 0)], at_s=12.5)
    ledger.append([Counted(2, 0)], at_s=11.0)
    assert ledger.newest_s() == 12.5


def test_reading_goes_on_over_many_chunks_while_facts_are_added(ledger: Ledger) -> None:
    ledger.append([Counted(1, part) for part in range(4100)], at_s=0.0)
    facts = ledger.read()
    assert next(facts)[0] == 1
    ledger.append([Counted(2, 0)], at_s=1.0)
    assert [seq for seq, _, _ in facts] == list(range(2, 4102))


def test_a_reopened_ledger_goes_on_where_it_stopped(path: Path) -> None:
    with Ledger.open(path, REGISTRY, site_id="busan") as first:
        first.append([Counted(1, 0)], at_s=1.0)
    with Ledger.open(path, REGISTRY, site_id="busan") as second:
        assert second.last_seq == 1
        assert second.append([Counted(2, 0)], at_s=2.0) == 2


def test_a_fact_that_cannot_be_written_takes_its_turn_with_it(ledger: Ledger) -> None:
    with pytest.raises(LedgerError):
        ledger.append([Counted(1, 0), Counted(1, "x")], at_s=0.0)  # type: ignore[arg-type]
    assert list(ledger.read()) == []
    assert ledger.append([Counted(1, 0)], at_s=0.0) == 1


def test_a_reader_sees_what_is_committed_beside_the_writer(ledger: Ledger, path: Path) -> None:
    ledger.append([Counted(1, 0)], at_s=0.0)
    with Ledger.open(path, REGISTRY, site_id=None, read_only=True) as reader:
        assert reader.site_id == "busan"
        assert [fact for _, _, fact in reader.read()] == [Counted(1, 0)]
        ledger.append([Counted(2, 0)], at_s=0.0)
        assert [fact for _, _, fact in reader.read(after_seq=1)] == [Counted(2, 0)]
        with pytest.raises(LedgerError) as caught:
            reader.append([Counted(3, 0)], at_s=0.0)
        assert caught.value.code == "ledger_write_failed"


def test_a_reader_opens_a_ledger_that_nobody_writes(path: Path) -> None:
    with Ledger.open(path, REGISTRY, site_id="busan") as writer:
        writer.append([Counted(1, 0)], at_s=0.0)
    with Ledger.open(path, REGISTRY, site_id="busan", read_only=True) as reader:
        assert len(list(reader.read())) == 1


def test_the_newest_snapshot_of_a_version_is_found(ledger: Ledger) -> None:
    assert ledger.latest_snapshot() is None
    for seq in (1, 2, 3):
        ledger.snapshot(seq, {"seq": seq})
    assert ledger.latest_snapshot() == (3, {"seq": 3})
    ledger.snapshot(3, {"again": True})
    assert ledger.latest_snapshot() == (3, {"again": True})
    ledger.snapshot(4, {"new": "form"}, version=2)
    assert ledger.latest_snapshot(version=1) == (3, {"again": True})
    with pytest.raises(LedgerError):
        ledger.snapshot(5, {"bad": {1, 2}})


def test_the_export_holds_every_fact_with_number_and_time(ledger: Ledger, tmp_path: Path) -> None:
    ledger.append([Counted(1, 0), Counted(1, 1)], at_s=10.0)
    out = tmp_path / "facts.json"
    assert ledger.export(out) == 2
    document = json.loads(out.read_text(encoding="utf-8"))
    assert document["schema_version"] == 1
    assert document["site"] == "busan"
    assert document["facts"][1] == {
        "seq": 2, "at_s": 10.0, "turn": 1, "kind": "Counted", "version": 1, "body": {"turn": 1, "part": 1},
    }  # fmt: skip
    with pytest.raises(LedgerError) as caught:
        ledger.export(tmp_path / "nowhere" / "facts.json")
    assert caught.value.code == "ledger_export_failed"


def test_an_empty_ledger_exports_as_an_empty_list(ledger: Ledger, tmp_path: Path) -> None:
    ledger.export(tmp_path / "facts.json")
    assert json.loads((tmp_path / "facts.json").read_text(encoding="utf-8"))["facts"] == []


def test_a_second_writer_is_refused(ledger: Ledger, path: Path) -> None:
    assert code_of(path) == "ledger_in_use"
    ledger.close()
    Ledger.open(path, REGISTRY, site_id="busan").close()


def test_a_forked_child_that_outlives_the_writer_does_not_keep_the_lock(path: Path) -> None:
    writer = Ledger.open(path, REGISTRY, site_id="busan")
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(write_end)
        os.read(read_end, 1)
        os._exit(0)
    os.close(read_end)
    writer.close()
    Ledger.open(path, REGISTRY, site_id="busan").close()
    os.close(write_end)
    assert os.waitpid(child, 0)[1] == 0


def test_errors_leave_the_file_as_it_was(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("these are not the facts you are looking for\n" * 200, encoding="utf-8")
    before = path.read_bytes()
    assert code_of(path) == "ledger_not_a_ledger"
    assert code_of(path, read_only=True) == "ledger_not_a_ledger"
    assert path.read_bytes() == before


def test_another_programs_database_is_not_a_ledger(path: Path) -> None:
    path.parent.mkdir()
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE songs(title)")
    other.close()
    before = path.read_bytes()
    assert code_of(path) == "ledger_not_a_ledger"
    assert path.read_bytes() == before


def test_a_missing_ledger_is_not_made_for_a_reader(path: Path) -> None:
    assert code_of(path, read_only=True) == "ledger_missing"
    assert not path.exists()


def test_another_sites_ledger_is_refused(path: Path) -> None:
    Ledger.open(path, REGISTRY, site_id="busan").close()
    before = path.read_bytes()
    assert code_of(path, site_id="seoul") == "ledger_other_site"
    assert path.read_bytes() == before


@pytest.mark.parametrize(("version", "code"), [("2", "ledger_newer_version"), ("two", "ledger_not_a_ledger")])
def test_a_newer_or_senseless_layout_is_refused(path: Path, version: str, code: str) -> None:
    Ledger.open(path, REGISTRY, site_id="busan").close()
    change = sqlite3.connect(path)
    change.execute("UPDATE meta SET value = ? WHERE key = 'schema_version'", (version,))
    change.commit()
    change.close()
    before = path.read_bytes()
    assert code_of(path) == code
    assert code_of(path, read_only=True) == code
    assert path.read_bytes() == before


def test_migrations_run_in_order_and_only_those_needed(ledger: Ledger) -> None:
    ran: list[int] = []

    def step(version: int) -> object:
        def run(connection: Connection) -> None:
            ran.append(version)

        return run

    connection = ledger._connection
    with connection.begin():
        migrate(connection, "", migrations={1: step(1), 2: step(2)}, target=3)  # type: ignore[dict-item]
        assert connection.execute(META.select().where(META.c.key == "schema_version")).one().value == "3"
        with pytest.raises(LedgerError):
            migrate(connection, "", migrations={}, target=1)
    assert ran == [1, 2]


def test_a_full_disk_has_a_code_and_nothing_is_half_written(ledger: Ledger) -> None:
    ledger.append([Counted(1, 0)], at_s=0.0)
    pages = ledger._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    ledger._connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
    ledger._connection.rollback()
    with pytest.raises(LedgerError) as caught:
        ledger.append([Counted(2, part) for part in range(5000)], at_s=1.0)
    assert caught.value.code == "ledger_write_failed"
    assert "make room" in caught.value.message
    assert [fact for _, _, fact in ledger.read()] == [Counted(1, 0)]
    assert ledger.last_seq == 1


WRITER = textwrap.dedent(
    """
    import sys
    from dataclasses import dataclass
    from robot_fleet.ledger.ledger import Ledger
    from robot_fleet.ledger.registry import FactRegistry

    @dataclass(frozen=True, slots=True)
    class Counted:
        turn: int
        part: int

    ledger = Ledger.open(sys.argv[1], FactRegistry([Counted]), site_id="busan")
    turn = ledger.last_seq // 7
    while True:
        ledger.append([Counted(turn, part) for part in range(7)], at_s=float(turn))
        print(turn, flush=True)
        turn += 1
    """
)


def test_a_killed_writer_leaves_whole_turns_and_loses_none_that_it_told_of(path: Path) -> None:
    told = -1
    for kill in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        assert writer.stdout is not None
        for _ in range(3 + 5 * kill):
            told = int(writer.stdout.readline())
        writer.send_signal(signal.SIGKILL)
        told = max(
            [told, *(int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n"))]
        )
        writer.wait(timeout=10)
        writer.stdout.close()
        with Ledger.open(path, REGISTRY, site_id="busan") as ledger:
            facts = [fact for _, _, fact in ledger.read()]
        assert len(facts) % 7 == 0
        assert facts == [Counted(index // 7, index % 7) for index in range(len(facts))]
        assert len(facts) // 7 - 1 >= told
