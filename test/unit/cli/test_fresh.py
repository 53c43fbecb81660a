"""What a run finds in its run directory, and what of an earlier one is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.cli.fresh import empty, last_run, note_run
from robot_fleet.runtime.processes.run_directory import RunDirectory


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    made = RunDirectory("test", tmp_path / "fleets" / "test")
    (made.path / "agents").mkdir(parents=True)
    (made.path / "agents" / "care_1.journal").write_text("x", encoding="utf-8")
    made.logs.mkdir()
    for path in (made.ledger, made.lock, made.logs / "gateway.log"):
        path.write_text("x", encoding="utf-8")
    return made


def test_a_demo_leaves_nothing_of_the_demo_before_but_logs_and_locks(run: RunDirectory) -> None:
    note_run(run, verb="demo", site="tiny")
    assert empty(run) is None
    assert sorted(path.name for path in run.path.iterdir()) == [run.lock.name, "logs"]
    assert (run.logs / "gateway.log").exists()
    assert last_run(run) is None


def test_the_ledger_of_a_fleet_that_was_up_is_kept_aside(run: RunDirectory) -> None:
    note_run(run, verb="up", site="tiny")
    kept = empty(run)
    assert kept is not None
    assert (kept / run.ledger.name).exists()
    assert (kept / "agents" / "care_1.journal").exists()
    assert not run.ledger.exists()
    assert empty(run) is None
    assert (kept / run.ledger.name).exists()


def test_a_ledger_that_a_backup_replaced_is_left_where_it_is(run: RunDirectory) -> None:
    replaced = run.path / "ledger.sqlite.replaced-20261126-073000"
    replaced.write_text("x", encoding="utf-8")
    note_run(run, verb="demo", site="tiny")
    empty(run)
    assert replaced.exists()


def test_a_first_run_finds_nothing(tmp_path: Path) -> None:
    run = RunDirectory("new", tmp_path / "new")
    assert empty(run) is None
    assert run.path.is_dir()
