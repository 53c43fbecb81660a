"""`./fleet report --period`: what it refuses, and which files it writes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from robot_fleet.cli.app import build
from robot_fleet.core.errors import FleetError
from robot_fleet.reports.periodic.residents import EVERYTHING
from test.fakes.report_ledger import write_ledger
from test.unit.docs.texts import ROOT
from test.unit.reports.hand_made import FACTS

TINY = ROOT / "test" / "data" / "sites" / "tiny"


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    return str(write_ledger(tmp_path / "ledger.sqlite", "tiny", FACTS))


def report(*words: str) -> str:
    told = CliRunner().invoke(build([]), ["report", "--period", "month", *words], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return told.output


def test_it_writes_the_files_that_are_asked_for(ledger: str, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "reports"
    asked = ("--of", "2026-11", "--from", "2026-11-01", "--ledger", ledger, "--site", str(TINY), "--out", str(out))
    told = report(*asked, "--format", "csv, json", "--lang", "ko")
    assert sorted(path.name for path in out.iterdir()) == ["tiny-month-2026-11.csv", "tiny-month-2026-11.json"]
    assert "로봇 시간 중 사실이 있는 비율" in told
    assert "완료 작업당" not in (out / "tiny-month-2026-11.csv").read_text(
        encoding="utf-8-sig"
    )  # the site has no prices


def test_of_two_rooms_in_which_real_people_live_nothing_is_told(ledger: str, tmp_path: Path) -> None:
    site, out = tmp_path / "site", tmp_path / "out"
    shutil.copytree(TINY, site)
    text = (site / "site.yaml").read_text(encoding="utf-8")
    (site / "site.yaml").write_text(text.replace("synthetic_people: true", "synthetic_people: false"), encoding="utf-8")
    asked = ("--of", "2026-11", "--from", "2026-11-01", "--ledger", ledger, "--site", str(site), "--out", str(out))
    assert EVERYTHING.en in report(*asked)
    rows = (out / "tiny-month-2026-11.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.partition(",")[0] for row in rows] == ["table", "note"]
    assert json.loads((out / "tiny-month-2026-11.json").read_text(encoding="utf-8"))["tables"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--format", "csv,xlsx", "--site", str(TINY)), "request_unknown_format"),
        (("--of", "2026-11", "--site", str(TINY)), "request_date_unknown"),
        (("--of", "November", "--from", "2026-11-01", "--site", str(TINY)), "request_period_malformed"),
        (("--from", "2026-11-31", "--site", str(TINY)), "request_date_malformed"),
        (("--name", "nobody"), "request_site_unknown"),
    ],
)
def test_what_cannot_be_reported_is_refused(
    ledger: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], code: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    with pytest.raises(FleetError) as raised:
        report("--ledger", ledger, "--out", str(tmp_path / "out"), *words)
    assert raised.value.code == code
    assert not (tmp_path / "out").exists()
