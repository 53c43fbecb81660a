"""`ledger export` writes the facts of the named ledger, or says what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from robot_fleet.cli.ledger import app
from robot_fleet.core.errors import LedgerError
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.registry import FactRegistry
from robot_fleet.runtime.run_directory import run_directory

SCHEMA = Path(__file__).resolve().parents[3] / "docs" / "reference" / "schemas" / "ledger_export.schema.json"


@dataclass(frozen=True, slots=True)
class Greeted:
    robot: str


def write(path: Path) -> None:
    with Ledger.open(path, FactRegistry([Greeted]), site_id="busan") as ledger:
        ledger.append([Greeted("care_1")], at_s=27000.0)


def test_a_given_ledger_is_exported(tmp_path: Path) -> None:
    write(tmp_path / "given.db")
    out = tmp_path / "out.json"
    result = CliRunner().invoke(app, ["export", "--json", str(out), "--ledger", str(tmp_path / "given.db")])
    assert result.exit_code == 0
    assert "1 facts" in result.stdout
    exported = json.loads(out.read_text(encoding="utf-8"))
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(exported)
    (fact,) = exported["facts"]
    assert (fact["seq"], fact["at_s"], fact["kind"], fact["body"]) == (1, 27000.0, "Greeted", {"robot": "care_1"})


def test_the_fleets_own_ledger_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    write(run_directory().ledger)
    out = tmp_path / "out.json"
    assert CliRunner().invoke(app, ["export", "--json", str(out)]).exit_code == 0
    assert out.exists()


def test_a_missing_ledger_is_one_clear_error(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", "--json", str(tmp_path / "o"), "--ledger", str(tmp_path / "none.db")])
    assert isinstance(result.exception, LedgerError)
    assert result.exception.code == "ledger_missing"
    assert not (tmp_path / "o").exists()
