"""Reports of a ledger that grows, with and without telemetry, and held against what a virtual run knows of itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from robot_fleet.cli.app import build
from robot_fleet.core.errors import RequestError
from robot_fleet.reports.folds.past import Past
from robot_fleet.reports.periodic.periodic import PeriodReport
from robot_fleet.runtime.reports.desk import ReportDesk
from robot_fleet.stores.history.recorder import TelemetryRecorder
from test.fakes.report_ledger import write_ledger
from test.unit.reports.hand_made import FACTS, GROUND

DAY = "2026-11-01"
TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"


def figure(report: PeriodReport, table: str, name: str, key: str = "fleet") -> float | None:
    return next(row.values[name] for each in report.tables if each.id == table for row in each.rows if row.key == key)


def test_only_what_is_new_is_read_and_a_report_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    take = Past.take

    def counting(self: Past, seq: int, at_s: float, fact: object) -> None:
        taken.append(seq)
        take(self, seq, at_s, fact)  # type: ignore[arg-type]

    monkeypatch.setattr(Past, "take", counting)
    path = write_ledger(tmp_path / "ledger.sqlite", "hand", FACTS[:9])
    desk = ReportDesk(GROUND, path, None)
    first = desk.report("day", DAY, DAY)
    assert figure(first, "service", "done") == 1
    assert desk.report("day", DAY, DAY) is first
    write_ledger(path, "hand", FACTS[9:])
    second = desk.report("day", DAY, DAY)
    assert figure(second, "service", "done") == 2
    assert taken == list(range(1, len(FACTS) + 1))


def test_a_backup_put_in_place_of_the_ledger_is_read_anew(tmp_path: Path) -> None:
    path = write_ledger(tmp_path / "ledger.sqlite", "hand", FACTS)
    desk = ReportDesk(GROUND, path, None)
    assert figure(desk.report("day", DAY, DAY), "service", "done") == 2
    for each in tmp_path.iterdir():
        each.unlink()
    write_ledger(path, "hand", FACTS[:9])
    assert figure(desk.report("day", DAY, DAY), "service", "done") == 1


@pytest.mark.parametrize(
    ("length", "began", "of"),
    [
        ("day", DAY, "2026-11-01"),
        ("week", DAY, "2026-W44"),
        ("month", DAY, "2026-11"),
        ("day", "", "1"),
        ("week", "", "1"),
    ],
)
def test_the_newest_period_needs_no_name(tmp_path: Path, length: str, began: str, of: str) -> None:
    desk = ReportDesk(GROUND, write_ledger(tmp_path / "ledger.sqlite", "hand", FACTS), None)
    assert desk.report(length, "", began).period.of == of


def test_a_desk_may_know_when_the_fleet_began(tmp_path: Path) -> None:
    path = write_ledger(tmp_path / "ledger.sqlite", "hand", FACTS)
    assert ReportDesk(GROUND, path, None, DAY).report("month", "2026-11", "").period.days == 30
    with pytest.raises(RequestError) as raised:
        ReportDesk(GROUND, path, None).report("month", "2026-11", "1 November")
    assert raised.value.code == "request_date_malformed"


def test_energy_is_measured_where_telemetry_is_kept(tmp_path: Path) -> None:
    ledger = write_ledger(tmp_path / "ledger.sqlite", "hand", FACTS)
    recorder = TelemetryRecorder.open(tmp_path / "telemetry.sqlite")
    # 10 min at 25 V and 2 A out of the battery: 50 W, 8.333 Wh; then 10 min at 4 A into it
    for second in range(1200):
        current_a = -2.0 if second < 600 else 4.0
        recorder.add("c1", 28_800.0 + second, {"current_a": current_a, "voltage_v": 25.0})
    recorder.close(28_800.0 + 1200)
    made = ReportDesk(GROUND, ledger, tmp_path / "telemetry.sqlite").report("day", DAY, DAY)
    assert figure(made, "effort", "energy_wh") == pytest.approx(8.333, abs=0.1)
    assert figure(made, "effort", "energy_wh", "logistics") is None
    assert made.telemetry_pct == 0.7  # 1,200 of 172,800 s
    # too little to stand for all of the known time: what is reckoned counts
    assert figure(made, "effort", "wh_per_task") == 48.9


def test_a_virtual_run_is_reported_as_it_knows_itself(tmp_path: Path) -> None:
    ledger, summary = tmp_path / "run.sqlite", tmp_path / "run.json"
    runner = CliRunner()
    run = ["demo", "--site", str(TINY), "--link", "virtual", "--headless", "--until-idle", "--ledger", str(ledger)]
    told = runner.invoke(build([]), [*run, "--json", str(summary)], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    of = ["--site", str(TINY), "--ledger", str(ledger), "--out", str(tmp_path), "--format", "json"]
    made = runner.invoke(build([]), ["report", "--period", "day", "--of", "1", *of], catch_exceptions=False)
    assert made.exit_code == 0, made.output
    found = json.loads((tmp_path / "tiny-day-1.json").read_text(encoding="utf-8"))
    tables = {table["id"]: table for table in found["tables"]}
    use = tables["utilisation_by_robot"]
    known = json.loads(summary.read_text(encoding="utf-8"))
    for robot in known["robots"]:
        values = next(row["values"] for row in use["rows"] if row["key"] == robot["id"])
        spent = dict(zip(use["figures"], values, strict=True))
        # the summary's times are of what the simulated robots themselves reported
        assert spent["working_s"] + spent["driving_loaded_s"] == pytest.approx(robot["working_s"], abs=1.0)
        assert spent["driving_empty_s"] == pytest.approx(robot["driving_empty_s"], abs=1.0)
        assert spent["waiting_s"] == pytest.approx(robot["waiting_s"], abs=1.0)
        assert spent["charging_s"] + spent["idle_s"] == pytest.approx(robot["charging_s"] + robot["idle_s"], abs=1.0)
    effort = dict(zip(tables["effort"]["figures"], tables["effort"]["rows"][0]["values"], strict=True))
    assert effort["distance_m"] == pytest.approx(sum(robot["distance_m"] for robot in known["robots"]), rel=0.01)
    used_wh = sum(robot["energy_wh"] for robot in known["robots"])
    assert effort["energy_reckoned_wh"] == pytest.approx(used_wh, rel=0.01)
    assert effort["done"] == sum(entry["outcome"] == "done" for entry in known["requests"])
