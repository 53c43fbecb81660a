"""What a ledger must do in whatever database it is. Subclass it, and give the fixture `place`."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from sqlalchemy import Connection

from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.ledger.schema import META, Progress, migrate
from robot_fleet.ledger.transfer import backup, move, restore
from robot_fleet.ledger.verify import verify


@dataclass(frozen=True, slots=True)
class Counted:
    turn: int
    part: int


REGISTRY = FactRegistry([Counted])
NUMBER, TEXT = "INTEGER", "TEXT"


class LedgerPlace(Protocol):
    """Somewhere for one ledger, where there is nothing yet."""

    target: str
    shown: str

    def change(self, *statements: str) -> None:
        """Change the database behind the ledger's back."""
        ...

    def contents(self) -> object:
        """Return all that is there, for comparing."""
        ...

    def another(self) -> str:
        """Return the address of a further place where there is nothing."""
        ...

    def kept(self, told: str) -> str:
        """Return the address of the ledger that was replaced, as `restore` tells where it is kept."""
        ...


# The tables as layout 1 made them, in both dialects.
LAYOUT_1 = (
    "CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    "CREATE TABLE facts (seq INTEGER NOT NULL PRIMARY KEY, turn INTEGER NOT NULL, at_s FLOAT NOT NULL,"
    " kind TEXT NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL)",
    "CREATE TABLE snapshots (seq INTEGER NOT NULL, version INTEGER NOT NULL, body TEXT NOT NULL,"
    " PRIMARY KEY (seq, version))",
    "INSERT INTO meta VALUES ('schema_version', '1'), ('site', 'busan'), ('created', 'long ago')",
    """INSERT INTO facts VALUES (1, 1, 10.0, 'Counted', 1, '{"turn":1,"part":0}'),"""
    """ (2, 1, 10.0, 'Counted', 1, '{"turn":1,"part":1}'), (3, 2, 12.5, 'Counted', 1, '{"turn":2,"part":0}')""",
    """INSERT INTO snapshots VALUES (2, 1, '{"parts":2}'), (9, 1, '{"of":"no fact"}')""",
)

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


def code_of(call: Callable[[], object]) -> str:
    """Return the code of the error that a call raises."""
    with pytest.raises(LedgerError) as caught:
        call()
    return caught.value.code


def facts_of(target: str) -> list[tuple[int, float, object]]:
    with Ledger.open(target, REGISTRY, site_id=None, read_only=True) as ledger:
        return list(ledger.read())


class LedgerContract:
    """The suite."""

    @pytest.fixture
    def ledger(self, place: LedgerPlace) -> Iterator[Ledger]:
        with Ledger.open(place.target, REGISTRY, site_id="busan", created="today") as opened:
            yield opened

    def refused(self, place: LedgerPlace, code: str, *, site_id: str = "busan", read_only: bool = False) -> None:
        """Check that a ledger cannot be opened, and that nothing of it has changed."""
        before = place.contents()
        with pytest.raises(LedgerError) as caught:
            Ledger.open(place.target, REGISTRY, site_id=site_id, read_only=read_only)
        assert (caught.value.code, caught.value.where) == (code, place.shown)
        assert place.contents() == before

    # --- facts -------------------------------------------------------------------------------------------------------

    def test_the_latest_time_of_any_fact(self, ledger: Ledger) -> None:
        assert ledger.newest_s() == 0.0
        ledger.append([Counted(1, 0)], at_s=12.5)
        ledger.append([Counted(2, 0)], at_s=11.0)
        assert ledger.newest_s() == 12.5

    def test_facts_come_back_in_order_with_their_times(self, ledger: Ledger) -> None:
        assert ledger.append([Counted(1, 0), Counted(1, 1)], at_s=10.0) == 2
        assert ledger.append([], at_s=11.0) == 2
        assert ledger.append([Counted(2, 0)], at_s=12.1) == 3
        assert list(ledger.read()) == [(1, 10.0, Counted(1, 0)), (2, 10.0, Counted(1, 1)), (3, 12.1, Counted(2, 0))]
        assert list(ledger.read(after_seq=2)) == [(3, 12.1, Counted(2, 0))]
        assert list(ledger.read(after_seq=3)) == list(ledger.read(after_seq=4)) == []

    @pytest.mark.parametrize("at_s", [-0.0, 0.1 + 0.2, 86_399.999999999, 1e300])
    def test_times_come_back_to_the_last_digit(self, ledger: Ledger, at_s: float) -> None:
        ledger.append([Counted(1, 0)], at_s=at_s)
        assert [when for _, when, _ in ledger.read()] == [at_s]

    def test_reading_begins_at_a_fleet_time(self, ledger: Ledger) -> None:
        assert ledger.seq_before(10.0) == 0
        for turn in range(50):
            ledger.append([Counted(turn, 0), Counted(turn, 1)], at_s=float(turn // 2))
        for at_s in (-1.0, 0.0, 0.5, 7.0, 24.0, 24.5, 1e9):
            told = [found for found in ledger.read() if found[1] >= at_s]
            assert list(ledger.read(ledger.seq_before(at_s))) == told

    def test_reading_goes_on_over_many_chunks_while_facts_are_added(self, ledger: Ledger) -> None:
        ledger.append([Counted(1, part) for part in range(4100)], at_s=0.0)
        facts = ledger.read()
        assert next(facts)[0] == 1
        ledger.append([Counted(2, 0)], at_s=1.0)
        assert [seq for seq, _, _ in facts] == list(range(2, 4102))

    def test_a_reopened_ledger_goes_on_where_it_stopped(self, place: LedgerPlace) -> None:
        with Ledger.open(place.target, REGISTRY, site_id="busan") as first:
            first.append([Counted(1, 0)], at_s=1.0)
        with Ledger.open(place.target, REGISTRY, site_id="busan") as second:
            assert (second.last_seq, second.last_seal) == (1, first.last_seal)
            assert second.append([Counted(2, 0)], at_s=2.0) == 2
        assert verify(place.target, REGISTRY).facts == 2

    def test_a_fact_that_cannot_be_written_takes_its_turn_with_it(self, ledger: Ledger) -> None:
        with pytest.raises(LedgerError):
            ledger.append([Counted(1, 0), Counted(1, "x")], at_s=0.0)  # type: ignore[arg-type]
        assert list(ledger.read()) == []
        assert ledger.append([Counted(1, 0)], at_s=0.0) == 1

    def test_a_database_that_refuses_a_turn_has_none_of_it(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.append([Counted(1, 0)], at_s=0.0)
        place.change("INSERT INTO facts VALUES (4, 9, 0.0, 'Counted', 1, '{}', '')")
        assert code_of(lambda: ledger.append([Counted(2, part) for part in range(3)], 1.0)) == "ledger_write_failed"
        place.change("DELETE FROM facts WHERE seq = 4")
        assert [seq for seq, _, _ in ledger.read()] == [1]
        assert ledger.append([Counted(2, part) for part in range(3)], 1.0) == 4
        assert verify(place.target, REGISTRY).turns == 2

    def test_a_reader_sees_what_is_committed_beside_the_writer(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.append([Counted(1, 0)], at_s=0.0)
        with Ledger.open(place.target, REGISTRY, site_id=None, read_only=True) as reader:
            assert reader.site_id == "busan"
            assert [fact for _, _, fact in reader.read()] == [Counted(1, 0)]
            ledger.append([Counted(2, 0)], at_s=0.0)
            assert [fact for _, _, fact in reader.read(after_seq=1)] == [Counted(2, 0)]
            assert code_of(lambda: reader.append([Counted(3, 0)], at_s=0.0)) == "ledger_write_failed"

    def test_a_reader_opens_a_ledger_that_nobody_writes(self, place: LedgerPlace) -> None:
        with Ledger.open(place.target, REGISTRY, site_id="busan") as writer:
            writer.append([Counted(1, 0)], at_s=0.0)
        assert len(facts_of(place.target)) == 1

    def test_a_killed_writer_leaves_whole_turns_and_loses_none_that_it_told_of(self, place: LedgerPlace) -> None:
        told = -1
        for kill in range(4):
            writer = subprocess.Popen(
                [sys.executable, "-c", WRITER, place.target], stdout=subprocess.PIPE, text=True, start_new_session=True
            )
            assert writer.stdout is not None
            for _ in range(3 + 5 * kill):
                told = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().splitlines(keepends=True)
            told = max([told, *(int(line) for line in rest if line.endswith("\n"))])
            writer.wait(timeout=10)
            writer.stdout.close()
            facts = [fact for _, _, fact in facts_of(place.target)]
            assert len(facts) % 7 == 0
            assert facts == [Counted(index // 7, index % 7) for index in range(len(facts))]
            assert len(facts) // 7 - 1 >= told
        assert verify(place.target, REGISTRY).facts % 7 == 0

    # --- snapshots and the export ------------------------------------------------------------------------------------

    def test_the_newest_snapshot_of_a_version_is_found(self, ledger: Ledger) -> None:
        ledger.append([Counted(1, part) for part in range(4)], at_s=0.0)
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

    def test_a_snapshot_of_no_fact_is_one(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.snapshot(0, {"nothing": "yet"})
        assert ledger.latest_snapshot() == (0, {"nothing": "yet"})
        assert verify(place.target).snapshots == 1

    def test_a_damaged_snapshot_is_not_used(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.append([Counted(1, 0), Counted(1, 1)], at_s=0.0)
        ledger.snapshot(1, {"parts": 1})
        ledger.snapshot(2, {"parts": 2})
        place.change("""UPDATE snapshots SET body = '{"parts":3}' WHERE seq = 2""")
        assert ledger.latest_snapshot() == (1, {"parts": 1})
        with pytest.raises(LedgerError) as caught:
            verify(place.target)
        assert (caught.value.code, caught.value.where) == ("ledger_damaged", f"{place.shown}: snapshot 2")

    def test_parts_of_snapshots_stay_until_others_take_their_place(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.append([Counted(1, part) for part in range(9)], at_s=0.0)
        for seq, after in ((1, 0), (2, 1), (3, 2)):
            ledger.snapshot_part(seq, f"part {seq}", 2, after)
            ledger.snapshot(seq, {"seq": seq}, version=2)
        assert ledger.snapshot_parts(2) == [(1, "part 1"), (2, "part 2"), (3, "part 3")]
        assert ledger.snapshot_parts(1) == []
        assert ledger.latest_snapshot(2) == (3, {"seq": 3})
        assert verify(place.target).snapshots == 2
        ledger.snapshot_part(4, "anew", 2, 1)
        assert ledger.snapshot_parts(2) == [(1, "part 1"), (4, "anew")]
        ledger.snapshot_part(5, "of another form", 3, 0)
        assert (ledger.snapshot_parts(2), ledger.snapshot_parts(3)) == ([], [(5, "of another form")])

    def test_a_damaged_part_and_those_after_it_are_not_used(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.append([Counted(1, part) for part in range(3)], at_s=0.0)
        for seq in (1, 2, 3):
            ledger.snapshot_part(seq, f"part {seq}", 1, seq - 1)
        place.change("UPDATE snapshots SET body = 'other' WHERE seq = 2")
        assert ledger.snapshot_parts(1) == [(1, "part 1")]

    def test_a_snapshot_of_facts_that_are_gone_is_not_used(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.append([Counted(1, 0), Counted(1, 1)], at_s=0.0)
        ledger.snapshot(2, {"parts": 2})
        place.change("DELETE FROM facts WHERE seq = 2")
        assert ledger.latest_snapshot() is None

    def test_the_export_holds_every_fact_with_number_and_time(self, ledger: Ledger, tmp_path: Path) -> None:
        ledger.append([Counted(1, 0), Counted(1, 1)], at_s=10.0)
        out = tmp_path / "facts.json"
        assert ledger.export(out) == 2
        document = json.loads(out.read_text(encoding="utf-8"))
        assert document["schema_version"] == 1
        assert document["site"] == "busan"
        assert document["facts"][1] == {
            "seq": 2, "at_s": 10.0, "turn": 1, "kind": "Counted", "version": 1, "body": {"turn": 1, "part": 1},
        }  # fmt: skip
        assert code_of(lambda: ledger.export(tmp_path / "nowhere" / "facts.json")) == "ledger_export_failed"

    def test_an_empty_ledger_exports_as_an_empty_list(self, ledger: Ledger, tmp_path: Path) -> None:
        ledger.export(tmp_path / "facts.json")
        assert json.loads((tmp_path / "facts.json").read_text(encoding="utf-8"))["facts"] == []

    # --- what is no ledger, or not this one --------------------------------------------------------------------------

    def test_a_second_writer_is_refused(self, ledger: Ledger, place: LedgerPlace) -> None:
        with pytest.raises(LedgerError) as caught:
            Ledger.open(place.target, REGISTRY, site_id="busan")
        assert (caught.value.code, caught.value.where) == ("ledger_in_use", place.shown)
        ledger.close()
        Ledger.open(place.target, REGISTRY, site_id="busan").close()

    def test_another_programs_database_is_not_a_ledger(self, place: LedgerPlace) -> None:
        place.change("CREATE TABLE songs(title TEXT)")
        self.refused(place, "ledger_not_a_ledger")

    def test_a_missing_ledger_is_not_made_for_a_reader(self, place: LedgerPlace) -> None:
        self.refused(place, "ledger_missing", read_only=True)

    def test_another_sites_ledger_is_refused(self, place: LedgerPlace) -> None:
        Ledger.open(place.target, REGISTRY, site_id="busan").close()
        self.refused(place, "ledger_other_site", site_id="seoul")

    @pytest.mark.parametrize(("version", "code"), [("3", "ledger_newer_version"), ("two", "ledger_not_a_ledger")])
    def test_a_newer_or_senseless_layout_is_refused(self, place: LedgerPlace, version: str, code: str) -> None:
        Ledger.open(place.target, REGISTRY, site_id="busan").close()
        place.change(f"UPDATE meta SET value = '{version}' WHERE key = 'schema_version'")
        self.refused(place, code)
        self.refused(place, code, read_only=True)

    # --- layouts -----------------------------------------------------------------------------------------------------

    def test_migrations_run_in_order_and_only_those_needed(self, ledger: Ledger) -> None:
        ran: list[int] = []

        def step(version: int) -> Callable[[Connection, Progress], None]:
            return lambda connection, progress: ran.append(version)

        connection = ledger.store.connect()
        with connection.begin():
            migrate(connection, "", migrations={2: step(2), 3: step(3)}, target=4)
            assert connection.execute(META.select().where(META.c.key == "schema_version")).one().value == "4"
            with pytest.raises(LedgerError):
                migrate(connection, "", migrations={}, target=1)
        assert ran == [2, 3]

    def test_a_ledger_of_layout_1_gets_its_seals_and_keeps_its_facts(self, place: LedgerPlace) -> None:
        place.change(*LAYOUT_1)
        self.refused(place, "ledger_older_version", read_only=True)
        steps: list[tuple[int, int]] = []
        with Ledger.open(
            place.target, REGISTRY, site_id="busan", progress=lambda done, of: steps.append((done, of))
        ) as ledger:
            assert list(ledger.read()) == [(1, 10.0, Counted(1, 0)), (2, 10.0, Counted(1, 1)), (3, 12.5, Counted(2, 0))]
            assert ledger.latest_snapshot() == (2, {"parts": 2})
            assert ledger.append([Counted(3, 0)], at_s=13.0) == 4
        assert steps == [(3, 3)]
        sound = verify(place.target, REGISTRY)
        assert (sound.facts, sound.turns, sound.snapshots) == (4, 3, 1)

    # --- damage ------------------------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "damage",
        [
            "UPDATE facts SET at_s = 1.0000001 WHERE seq = 3",
            "UPDATE facts SET turn = 3 WHERE seq = 3",
            "UPDATE facts SET kind = 'Countex' WHERE seq = 3",
            "UPDATE facts SET version = 2 WHERE seq = 3",
            """UPDATE facts SET body = '{"turn":2,"part":1}' WHERE seq = 3""",
            "UPDATE facts SET seal = (SELECT seal FROM facts WHERE seq = 2) WHERE seq = 3",
            "DELETE FROM facts WHERE seq = 3",
            "UPDATE meta SET value = 'busam' WHERE key = 'site'",
        ],
    )
    def test_the_first_damaged_fact_is_named(self, place: LedgerPlace, damage: str) -> None:
        with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger:
            for turn in (1, 2, 3):
                ledger.append([Counted(turn, 0), Counted(turn, 1)], at_s=1.0)
        assert verify(place.target, REGISTRY).facts == 6
        place.change(damage)
        seq = 1 if "meta" in damage else 3
        for look in (lambda: verify(place.target, REGISTRY), lambda: facts_of(place.target)):
            with pytest.raises(LedgerError) as caught:
                look()
            assert caught.value.code == "ledger_damaged"
            assert caught.value.where == f"{place.shown}: fact {seq}"
            assert "./fleet ledger restore" in caught.value.message

    def test_reading_after_a_fact_that_is_gone_is_damage_too(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.append([Counted(1, part) for part in range(3)], at_s=1.0)
        place.change("DELETE FROM facts WHERE seq = 2")
        assert code_of(lambda: list(ledger.read(after_seq=2))) == "ledger_damaged"

    def test_a_fact_that_nobody_understands_is_named(self, ledger: Ledger, place: LedgerPlace) -> None:
        ledger.append([Counted(1, 0), Counted(1, 1)], at_s=1.0)
        with pytest.raises(LedgerError) as caught:
            verify(place.target, FactRegistry([]))
        assert caught.value.code == "ledger_unknown_fact"
        assert caught.value.where == f"{place.shown}: fact 1, Counted"

    # --- backups, and the way elsewhere ------------------------------------------------------------------------------

    def test_a_backup_beside_the_writer_holds_what_was_written_before(
        self, ledger: Ledger, place: LedgerPlace, tmp_path: Path
    ) -> None:
        ledger.append([Counted(1, part) for part in range(4100)], at_s=1.5)
        ledger.snapshot(4000, {"parts": 4000})
        path = tmp_path / "kept.sqlite"

        def meanwhile(done: int, of: int) -> None:
            ledger.append([Counted(2, done)], at_s=2.0)

        made = backup(place.target, path, meanwhile)
        assert (made.facts, made.turns, made.snapshots) == (4100, 1, 1)
        assert verify(path, REGISTRY) == made
        assert sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("kept")) == [path.name]
        assert facts_of(str(path)) == list(ledger.read())[:4100]
        assert verify(place.target).facts > 4100
        assert backup(place.target, path).facts == ledger.last_seq, "a backup replaces an older one"

    def test_of_a_damaged_ledger_no_backup_is_made(self, ledger: Ledger, place: LedgerPlace, tmp_path: Path) -> None:
        ledger.append([Counted(1, 0), Counted(1, 1)], at_s=1.0)
        path = tmp_path / "kept.sqlite"
        backup(place.target, path)
        before = path.read_bytes()
        place.change("UPDATE facts SET at_s = 2.0 WHERE seq = 1")
        assert code_of(lambda: backup(place.target, path)) == "ledger_damaged"
        assert path.read_bytes() == before
        assert not path.with_name(path.name + ".part").exists()

    def test_a_backup_that_cannot_be_written_says_so(self, ledger: Ledger, place: LedgerPlace, tmp_path: Path) -> None:
        assert code_of(lambda: backup(place.target, tmp_path / "nowhere" / "b")) == "ledger_backup_failed"

    def test_a_restored_ledger_is_the_backup_and_what_was_there_is_kept(
        self, place: LedgerPlace, tmp_path: Path
    ) -> None:
        path = tmp_path / "kept.sqlite"
        with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger:
            ledger.append([Counted(1, 0)], at_s=1.0)
            ledger.snapshot(1, {"parts": 1})
            made = backup(place.target, path)
            ledger.append([Counted(2, 0)], at_s=2.0)
            assert code_of(lambda: restore(path, place.target)) == "ledger_in_use"
        now, kept = restore(path, place.target)
        assert now == made == verify(place.target, REGISTRY)
        assert [seq for seq, _, _ in facts_of(place.kept(kept))] == [1, 2]
        with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger:
            assert ledger.latest_snapshot() == (1, {"parts": 1})
            assert ledger.append([Counted(3, 0)], at_s=3.0) == 2

    def test_a_ledger_that_is_lost_or_damaged_can_be_restored(self, place: LedgerPlace, tmp_path: Path) -> None:
        path = tmp_path / "kept.sqlite"
        with Ledger.open(place.target, REGISTRY, site_id="busan") as ledger:
            ledger.append([Counted(1, 0)], at_s=1.0)
        backup(place.target, path)
        place.change("UPDATE facts SET at_s = 2.0", "UPDATE meta SET value = 'x' WHERE key = 'schema_version'")
        assert restore(path, place.target)[1]
        assert len(facts_of(place.target)) == 1
        elsewhere = place.another()
        assert restore(path, elsewhere)[1] == ""
        assert len(facts_of(elsewhere)) == 1

    def test_what_may_not_be_restored_changes_nothing(self, place: LedgerPlace, tmp_path: Path) -> None:
        Ledger.open(place.target, REGISTRY, site_id="busan").close()
        other, spoilt = tmp_path / "other.sqlite", tmp_path / "spoilt.sqlite"
        with Ledger.open(tmp_path / "seoul.sqlite", REGISTRY, site_id="seoul") as ledger:
            ledger.append([Counted(1, 0)], at_s=1.0)
        backup(tmp_path / "seoul.sqlite", other)
        with Ledger.open(tmp_path / "ours.sqlite", REGISTRY, site_id="busan") as ledger:
            ledger.append([Counted(1, 0)], at_s=1.0)
        backup(tmp_path / "ours.sqlite", spoilt)
        spoilt.write_bytes(spoilt.read_bytes().replace(b'"part":0', b'"part":1'))
        before = place.contents()
        assert code_of(lambda: restore(other, place.target)) == "ledger_other_site"
        assert code_of(lambda: restore(spoilt, place.target)) == "ledger_damaged"
        assert code_of(lambda: restore(tmp_path / "none", place.target)) == "ledger_missing"
        assert place.contents() == before

    def test_a_ledger_moves_to_another_place_and_back(self, place: LedgerPlace, tmp_path: Path) -> None:
        with Ledger.open(place.target, REGISTRY, site_id="busan", created="today") as ledger:
            ledger.append([Counted(1, part) for part in range(2100)], at_s=0.1)
            ledger.snapshot(2000, {"parts": 2000})
            assert code_of(lambda: move(place.target, tmp_path / "moved")) == "ledger_in_use"
        made = move(place.target, tmp_path / "moved")
        assert made == verify(place.target, REGISTRY)
        back = place.another()
        assert move(tmp_path / "moved", back) == made
        assert code_of(lambda: move(tmp_path / "moved", back)) == "ledger_not_empty"
        with Ledger.open(back, REGISTRY, site_id="busan") as ledger:
            assert ledger.latest_snapshot() == (2000, {"parts": 2000})
            assert ledger.append([Counted(2, 0)], at_s=1.0) == 2101
        assert verify(back, REGISTRY).facts == 2101

    def test_a_compacted_ledger_holds_the_same(self, ledger: Ledger, place: LedgerPlace) -> None:
        for turn in range(200):
            ledger.append([Counted(turn, 0)], at_s=1.0)
            ledger.snapshot(turn + 1, {"much": "x" * 5000})
        before, size = list(ledger.read()), ledger.store.size()
        ledger.compact()
        assert ledger.store.size() < size
        assert list(ledger.read()) == before
        assert ledger.append([Counted(200, 0)], at_s=1.0) == 201
        assert verify(place.target, REGISTRY).facts == 201
