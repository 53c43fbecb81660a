"""The verbs of `./fleet ledger`: what they do, what they say, and what they refuse while a fleet runs."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from robot_fleet.cli.fresh import note_run
from robot_fleet.cli.ledger import app
from robot_fleet.core.errors import FleetError
from robot_fleet.core.facts import HoldSet
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.verify import verify
from robot_fleet.runtime import history
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import RunDirectory, run_directory

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = ROOT / "docs" / "reference" / "schemas" / "ledger_export.schema.json"
LAYOUT_1 = ROOT / "test" / "data" / "ledgers" / "layout_1.sqlite"
TINY = ROOT / "test" / "data" / "sites" / "tiny"
HELD = HoldSet(True, "", "", "a test")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunDirectory:
    """Return the directory of the default fleet, which has run and left a ledger of three facts."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = run_directory()
    write(made.ledger)
    return made


def write(path: Path, site: str = "tiny", facts: int = 3) -> None:
    with Ledger.open(path, history.registry(), site_id=site) as ledger:
        for turn in range(facts):
            ledger.append([HELD], at_s=27000.0 + turn)


def ask(*words: object, answer: str = "") -> Result:
    """Run a verb that must do what it was asked for."""
    result = CliRunner().invoke(app, [str(word) for word in words], input=answer)
    assert result.exception is None, result.exception
    return result


def refused(*words: object, answer: str = "") -> str:
    """Run a verb that must refuse, and return the code of its error."""
    result = CliRunner().invoke(app, [str(word) for word in words], input=answer)
    assert isinstance(result.exception, FleetError), result.output
    return result.exception.code


def spoil(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE facts SET at_s = 1.0 WHERE seq = 2")
        raw.commit()


# --- export ----------------------------------------------------------------------------------------------------------


def test_a_given_ledger_is_exported(tmp_path: Path) -> None:
    write(tmp_path / "given.db")
    out = tmp_path / "out.json"
    assert "3 facts" in ask("export", "--json", out, "--ledger", tmp_path / "given.db").stdout
    exported = json.loads(out.read_text(encoding="utf-8"))
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(exported)
    fact = exported["facts"][0]
    assert (fact["seq"], fact["at_s"], fact["kind"], fact["body"]["by"]) == (1, 27000.0, "HoldSet", "a test")


def test_the_fleets_own_ledger_is_the_default(run: RunDirectory, tmp_path: Path) -> None:
    ask("export", "--json", tmp_path / "out.json")
    assert len(json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["facts"]) == 3


def test_a_fleet_that_keeps_its_ledger_elsewhere_is_asked_there(run: RunDirectory, tmp_path: Path) -> None:
    write(tmp_path / "elsewhere.db", facts=5)
    note_run(run, verb="up", site="tiny", ledger=str(tmp_path / "elsewhere.db"))
    assert "5 facts" in ask("verify").stdout


def test_a_missing_ledger_is_one_clear_error(tmp_path: Path) -> None:
    assert refused("export", "--json", tmp_path / "o", "--ledger", tmp_path / "none.db") == "ledger_missing"
    assert not (tmp_path / "o").exists()
    for verb in ("verify", "compact", "migrate"):
        assert refused(verb, "--ledger", tmp_path / "none.db") == "ledger_missing"
    assert refused("backup", tmp_path / "o", "--ledger", tmp_path / "none.db") == "ledger_missing"
    assert refused("verify", "--ledger", "mysql://here/there") == "ledger_bad_url"


# --- verify ----------------------------------------------------------------------------------------------------------


def test_a_whole_ledger_is_told_with_what_it_holds(run: RunDirectory) -> None:
    assert "whole; 3 facts of site tiny in 3 turns" in ask("verify").stdout
    told = json.loads(ask("verify", run.ledger, "--json").stdout)
    assert (told["whole"], told["facts"], told["ledger"]) == (True, 3, str(run.ledger))
    assert told["seal"] == verify(run.ledger).seal


def test_damage_is_told_and_ends_with_1(run: RunDirectory) -> None:
    spoil(run.ledger)
    assert refused("verify") == "ledger_damaged"
    result = CliRunner().invoke(app, ["verify", "--json"])
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["whole"] is False
    assert told["error"]["code"] == "ledger_damaged"
    assert told["error"]["where"] == f"{run.ledger}: fact 2"


# --- what may not meet a running fleet -------------------------------------------------------------------------------


def test_while_the_fleet_runs_it_is_backed_up_and_verified_and_nothing_else(run: RunDirectory, tmp_path: Path) -> None:
    with FleetClaim(), Ledger.open(run.ledger, history.registry(), site_id="tiny") as ledger:
        ask("backup", tmp_path / "b")
        ask("verify")
        before = run.ledger.read_bytes()
        for words in (("compact",), ("restore", tmp_path / "b", "--yes"), ("migrate",), ("migrate", tmp_path / "m")):
            assert refused(*words) == "runtime_fleet_running"
            assert refused(*words, "--ledger", run.ledger) == "ledger_in_use"
        ledger.append([HELD], at_s=28000.0)
        assert run.ledger.read_bytes() == before
    assert verify(tmp_path / "b").facts == 3


def test_a_fleet_cannot_start_while_its_ledger_is_restored(run: RunDirectory, tmp_path: Path) -> None:
    """Its name is taken for as long as somebody is asked."""
    ask("backup", tmp_path / "b")
    codes: list[str] = []

    def confirmed(*_: object, **__: object) -> bool:
        with pytest.raises(FleetError) as caught:
            FleetClaim()
        codes.append(caught.value.code)
        return True

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.confirm", confirmed)
        ask("restore", tmp_path / "b")
    assert codes == ["runtime_fleet_running"]


# --- compact ---------------------------------------------------------------------------------------------------------


def test_compacting_takes_a_snapshot_of_a_site_that_is_known(run: RunDirectory) -> None:
    assert "no snapshot taken" in ask("compact").stdout
    assert "snapshot taken at fact 3" in ask("compact", "--site", TINY).stdout
    note_run(run, verb="up", site="tiny", site_dir=str(TINY))
    assert "its newest fact has a snapshot" in ask("compact").stdout
    assert verify(run.ledger).snapshots == 1


# --- backup and restore ----------------------------------------------------------------------------------------------


def test_a_backup_asks_before_it_replaces_another_and_replaces_nothing_else(run: RunDirectory, tmp_path: Path) -> None:
    ask("backup", tmp_path / "b")
    assert refused("backup", tmp_path / "b", answer="n\n") == "request_not_confirmed"
    assert refused("backup", tmp_path / "b") == "request_not_confirmed"
    ask("backup", tmp_path / "b", answer="y\n")
    ask("backup", tmp_path / "b", "--yes")
    (tmp_path / "thesis").write_text("of years", encoding="utf-8")
    assert refused("backup", tmp_path / "thesis", "--yes") == "ledger_backup_failed"
    assert refused("backup", run.ledger, "--yes") == "ledger_backup_failed"
    assert (tmp_path / "thesis").read_text(encoding="utf-8") == "of years"
    assert verify(run.ledger).facts == 3


def test_a_restored_ledger_leaves_the_one_before_beside_it(run: RunDirectory, tmp_path: Path) -> None:
    ask("backup", tmp_path / "b")
    write(run.ledger, facts=2)
    assert refused("restore", tmp_path / "b", answer="n\n") == "request_not_confirmed"
    assert verify(run.ledger).facts == 5
    assert "3 facts of site tiny restored" in ask("restore", tmp_path / "b", answer="y\n").stdout
    assert verify(run.ledger).facts == 3
    (kept,) = run.path.glob("ledger.sqlite.replaced-*")
    assert verify(kept).facts == 5


def test_a_damaged_or_foreign_backup_is_refused_before_anybody_is_asked(run: RunDirectory, tmp_path: Path) -> None:
    ask("backup", tmp_path / "b")
    spoil(tmp_path / "b")
    write(tmp_path / "seoul", site="seoul")
    assert refused("restore", tmp_path / "b") == "ledger_damaged"
    assert refused("restore", tmp_path / "seoul", "--yes") == "ledger_other_site"
    assert not list(run.path.glob("*.replaced-*"))


def test_a_lost_ledger_is_restored(run: RunDirectory, tmp_path: Path) -> None:
    ask("backup", tmp_path / "b")
    shutil.rmtree(run.path)
    assert "kept" not in ask("restore", tmp_path / "b", "--yes").stdout
    assert verify(run.ledger).facts == 3


# --- migrate ---------------------------------------------------------------------------------------------------------


def test_a_ledger_of_layout_1_is_brought_up_to_date_or_only_tried(tmp_path: Path) -> None:
    """The file was written by the code of layout 1: a tiny site's first minutes, with a snapshot."""
    old = Path(shutil.copy(LAYOUT_1, tmp_path / "old.sqlite"))
    assert refused("verify", old) == "ledger_older_version"
    before = old.read_bytes()
    assert "would be brought from layout 1 to 2" in ask("migrate", "--ledger", old, "--dry-run").stdout
    assert old.read_bytes() == before
    assert "brought from layout 1 to 2" in ask("migrate", "--ledger", old).stdout
    assert "up to date" in ask("migrate", "--ledger", old).stdout
    assert "whole; 93 facts of site tiny in 40 turns, snapshots: 1" in ask("verify", old).stdout


def test_a_ledger_is_copied_to_an_empty_place_and_stays(run: RunDirectory, tmp_path: Path) -> None:
    assert "3 facts of site tiny would be copied" in ask("migrate", tmp_path / "m", "--dry-run").stdout
    assert not (tmp_path / "m").exists()
    ask("migrate", f"sqlite:///{tmp_path / 'm'}")
    assert refused("migrate", tmp_path / "m") == refused("migrate", tmp_path / "m", "--dry-run") == "ledger_not_empty"
    assert verify(tmp_path / "m") == verify(run.ledger)
