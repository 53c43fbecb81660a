"""A journal keeps what was synced, whole and in order, through kills, torn lines, full disks and rewrites."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from robot_fleet.agent import journal as journal_module
from robot_fleet.agent.journal import BULKY_BYTES, FileJournal, Journal, MemoryJournal
from robot_fleet.agent.logbook import Logbook
from robot_fleet.core.errors import OrderError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import StepResult, StepState
from test.unit.agent.rig import Rig, act, drive, order

Reopen = Callable[[], Journal]


@pytest.fixture(params=["memory", "file"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Reopen:
    """Return what stands for a kill: it gives a journal as a new process would find it."""
    kept = MemoryJournal()
    opened: list[FileJournal] = []

    def memory() -> Journal:
        return kept

    def file() -> Journal:
        if opened:
            opened.pop().close()
        opened.append(FileJournal(tmp_path / "steps.jsonl"))
        return opened[-1]

    return memory if request.param == "memory" else file


class TestEveryJournal:
    def test_a_new_one_is_empty(self, reopen: Reopen) -> None:
        assert list(reopen().read()) == []

    def test_what_was_synced_is_kept_and_the_rest_is_lost(self, reopen: Reopen) -> None:
        journal = reopen()
        journal.read()
        for number in range(3):
            journal.append({"n": number, "text": "복도"})
        journal.sync()
        journal.append({"n": 3})
        again = reopen()
        assert list(again.read()) == [{"n": number, "text": "복도"} for number in range(3)]
        again.append({"n": 4})
        again.sync()
        assert [entry["n"] for entry in reopen().read()] == [0, 1, 2, 4]

    def test_a_rewrite_replaces_everything(self, reopen: Reopen) -> None:
        journal = reopen()
        journal.read()
        journal.append({"n": 0})
        journal.sync()
        journal.append({"n": 1})
        journal.rewrite([{"n": 7}])
        journal.append({"n": 8})
        journal.sync()
        assert [entry["n"] for entry in reopen().read()] == [7, 8]

    def test_it_is_bulky_only_after_much_has_come_in(self, reopen: Reopen) -> None:
        journal = reopen()
        journal.read()
        assert not journal.bulky()
        for _ in range(3000):
            journal.append({"text": "x" * 100})
        journal.sync()
        assert journal.bulky()
        journal.rewrite([{"n": 1}])
        assert not journal.bulky()


class TestFile:
    def write(self, path: Path, *lines: bytes) -> Path:
        path.write_bytes(b"".join(lines))
        return path

    @pytest.mark.parametrize("tail", [b'{"n":', b'{"n":2}', b"\0\0\0\0", b"\xff\xfe\n", b"[1]\n"])
    def test_a_torn_last_line_is_ignored_and_cut_off(self, tmp_path: Path, tail: bytes) -> None:
        path = self.write(tmp_path / "j", b'{"n":0}\n{"n":1}\n', tail)
        journal = FileJournal(path)
        assert [entry["n"] for entry in journal.read()] == [0, 1]
        journal.append({"n": 5})
        journal.sync()
        journal.close()
        assert path.read_bytes() == b'{"n":0}\n{"n":1}\n{"n":5}\n'

    def test_damage_in_the_middle_is_an_error_that_says_where(self, tmp_path: Path) -> None:
        path = self.write(tmp_path / "j", b'{"n":0}\n{"n"\n{"n":2}\n')
        journal = FileJournal(path)
        with pytest.raises(OrderError) as caught:
            journal.read()
        assert caught.value.code == "order_journal_corrupt"
        assert "line 2" in caught.value.message
        assert str(path) == caught.value.where
        journal.close()
        assert path.read_bytes() == b'{"n":0}\n{"n"\n{"n":2}\n'

    def test_two_agents_cannot_use_one_journal(self, tmp_path: Path) -> None:
        first, second = FileJournal(tmp_path / "j"), FileJournal(tmp_path / "j")
        first.read()
        for _ in range(2):
            with pytest.raises(OrderError) as caught:
                second.read()
            assert caught.value.code == "order_journal_busy"
            first.rewrite([{"n": 1}])
        first.close()
        assert list(second.read()) == [{"n": 1}]
        second.close()

    def test_a_missing_folder_is_one_clear_error(self, tmp_path: Path) -> None:
        with pytest.raises(OrderError) as caught:
            FileJournal(tmp_path / "nowhere" / "j").read()
        assert caught.value.code == "order_journal_unreadable"

    def test_a_value_that_json_has_not_is_refused_before_it_is_added(self, tmp_path: Path) -> None:
        journal = FileJournal(tmp_path / "j")
        journal.read()
        for value in (float("nan"), object()):
            with pytest.raises(OrderError) as caught:
                journal.append({"n": value})
            assert caught.value.code == "order_malformed"
        journal.append({"n": 1})
        journal.sync()
        journal.close()
        assert (tmp_path / "j").read_bytes() == b'{"n":1}\n'

    @pytest.mark.parametrize("broken", ["pwrite", "fsync"])
    def test_a_full_disk_leaves_no_torn_line_in_the_middle(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
    ) -> None:
        path = tmp_path / "j"
        journal = FileJournal(path)
        journal.read()
        journal.append({"n": 0})
        journal.sync()
        whole = os.pwrite

        def half(file: int, block: bytes, offset: int) -> int:
            whole(file, block[:4], offset)
            raise OSError(28, "No space left on device")

        def unsynced(file: int) -> None:
            raise OSError(5, "Input/output error")

        journal.append({"n": 1})
        with monkeypatch.context() as patch:
            patch.setattr(journal_module.os, broken, half if broken == "pwrite" else unsynced)
            for _ in range(2):
                with pytest.raises(OrderError) as caught:
                    journal.sync()
                assert caught.value.code == "order_journal_unwritable"
        journal.append({"n": 2})
        journal.sync()
        journal.close()
        assert path.read_bytes() == b'{"n":0}\n{"n":1}\n{"n":2}\n'

    def test_a_rewrite_that_fails_leaves_the_journal_as_it_was(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        journal = FileJournal(tmp_path / "j")
        journal.read()
        journal.append({"n": 0})
        journal.sync()

        def refuse(old: Path, new: Path) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(journal_module.os, "replace", refuse)
            with pytest.raises(OrderError):
                journal.rewrite([{"n": 9}])
        journal.append({"n": 1})
        journal.sync()
        journal.close()
        again = FileJournal(tmp_path / "j")
        assert [entry["n"] for entry in again.read()] == [0, 1]
        again.close()


class TestLogbook:
    def filled(self, journal: Journal) -> Logbook:
        log = Logbook("care_1", journal)
        log.open()
        log.take(order(drive("x1", 1), name="o0"))
        log.take(order(act("a1", params={"items": ("p1", "p2")}), drive("d1", 4), drive("d2", 5), released=2))
        log.start_act("act-a1")
        log.end(StepResult("a1", StepState.DONE, "", {"answer": "well"}, 5.0))
        log.begin(drive("d1", 4), Pose(1.0, 2.0))
        log.sync()
        return log

    def memory(self, log: Logbook) -> tuple[object, ...]:
        return (log.order, log.results, log.begun, log.origin, log.cancelled, list(log.started), list(log.former))

    def test_it_is_the_same_after_a_restart_and_after_a_rewrite(self, reopen: Reopen) -> None:
        before = self.memory(self.filled(reopen()))
        journal = reopen()
        again = Logbook("care_1", journal)
        again.open()
        assert self.memory(again) == before
        for number in range(2500):
            again.take(order(*(again.order.steps if again.order else ()), update=number + 2, released=2))
            if number % 100 == 99:
                again.sync()
        before = self.memory(again)
        last = Logbook("care_1", reopen())
        last.open()
        assert self.memory(last) == before

    def test_a_journal_stays_small(self, tmp_path: Path) -> None:
        path = tmp_path / "j"
        journal = FileJournal(path)
        log = self.filled(journal)
        steps = log.order.steps if log.order else ()
        for number in range(100):
            more = tuple(drive(f"e{number}_{i}", 9) for i in range(60))
            log.take(order(*steps, *more, update=number + 2, released=2))
            log.sync()
        journal.close()
        assert path.stat().st_size < BULKY_BYTES + 10_000

    def test_a_plain_release_takes_one_short_entry(self, tmp_path: Path) -> None:
        path = tmp_path / "j"
        journal = FileJournal(path)
        log = self.filled(journal)
        before = path.stat().st_size
        log.take(order(*(log.order.steps if log.order else ()), update=2, released=3))
        log.sync()
        journal.close()
        assert path.stat().st_size - before < 100

    @pytest.mark.parametrize(
        ("entries", "code"),
        [
            ([{"e": "journal", "v": 1, "robot": "care_2"}], "order_journal_foreign"),
            ([{"e": "journal", "v": 99, "robot": "care_1"}], "order_version"),
            ([{"e": "journal", "v": 1, "robot": "care_1"}, {"e": "end", "result": {}}], "order_journal_corrupt"),
            ([{"e": "journal", "v": 1, "robot": "care_1"}, {"e": "dance"}], "order_journal_corrupt"),
            ([{"e": "journal", "v": 1, "robot": "care_1"}, {"e": "update", "update": 3}], "order_journal_corrupt"),
        ],
        ids=["foreign", "newer", "result of nothing", "unknown", "update of nothing"],
    )
    def test_a_journal_that_makes_no_sense_is_refused(self, entries: list[dict[str, object]], code: str) -> None:
        journal = MemoryJournal()
        journal.rewrite(entries)
        with pytest.raises(OrderError) as caught:
            Logbook("care_1", journal).open()
        assert caught.value.code == code

    def test_an_order_that_cannot_be_written_down_is_refused_whole(self, tmp_path: Path) -> None:
        journal = FileJournal(tmp_path / "j")
        rig = Rig(journal=journal)
        rig.send(order(act("a1", params={"x": float("inf")})))
        assert (rig.report().order, rig.report().conditions) == ("", ("order_malformed",))
        journal.close()

    def test_parameters_that_came_back_as_json_are_still_the_same_step(self, tmp_path: Path) -> None:
        path = tmp_path / "j"
        first = FileJournal(path)
        rig = Rig(journal=first)
        steps = (act("a1", params={"items": ("p1", "p2")}), drive("d1", 1))
        rig.send(order(*steps, released=1))
        first.close()
        second = FileJournal(path)
        again = Rig(rig.navigator, rig.actuator, second)
        again.send(order(*steps, update=2))
        assert again.report().conditions == ()
        again.run(10)
        assert again.ends() == ["a1:done", "d1:done"]
        second.close()
