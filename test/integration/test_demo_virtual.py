"""`./fleet demo --link virtual` from the command line: same seed, same bytes, and files that agree with one another."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from robot_fleet.cli import virtual_run
from robot_fleet.cli.app import run
from robot_fleet.core.facts import FACT_TYPES, RobotLinkChanged
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.verify import verify
from robot_fleet.reports.report import build_report
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.processes.claims import FleetClaim
from robot_fleet.runtime.processes.run_directory import run_directory

TINY = Path(__file__).parents[1] / "data" / "sites" / "tiny"
SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"
VISIT = 'r1,08:00:00,care_visit,"{""place"": ""home/r101""%s}"\n'
HEADER = "request_id,at,service,params\n"


@dataclass(frozen=True, slots=True)
class Played:
    """What one run left."""

    summary: bytes
    trace: bytes
    ledger: bytes
    told: str
    state: Path


def play(folder: Path, hash_seed: str) -> Played:
    """Run in a process of its own, with an order of sets of its own."""
    folder.mkdir()
    files = {name: folder / name for name in ("out.json", "trace.csv", "facts.json")}
    env = {**os.environ, "PYTHONHASHSEED": hash_seed, "XDG_STATE_HOME": str(folder / "state")}
    fleet = [sys.executable, "-m", "robot_fleet.cli"]
    demo = ["demo", "--link", "virtual", "--site", str(TINY), "--requests", "3", "--until-idle"]
    written = ["--json", str(files["out.json"]), "--trace", str(files["trace.csv"])]
    told = subprocess.run([*fleet, *demo, *written], env=env, check=True, capture_output=True, text=True).stdout
    subprocess.run([*fleet, "ledger", "export", "--json", str(files["facts.json"])], env=env, check=True)
    summary, trace, ledger = (path.read_bytes() for path in files.values())
    return Played(summary, trace, ledger, told, folder / "state")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    return play(tmp_path_factory.mktemp("virtual") / "first", "1")


@pytest.fixture(scope="module")
def summary(played: Played) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(played.summary)
    return loaded


def demand(folder: Path, rows: str) -> list[str]:
    """Return the words that play these rows on the tiny site under a name of its own."""
    path = folder / "demand.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    out = folder / "out.json"
    words = ["demo", "--link", "virtual", "--site", str(TINY), "--demand", str(path), "--json", str(out)]
    return [*words, "--name", "odd"]


def test_the_same_seed_gives_the_same_bytes(played: Played, tmp_path: Path) -> None:
    again = play(tmp_path / "second", "2")
    assert again.summary == played.summary
    assert again.trace == played.trace
    assert again.ledger == played.ledger


def hold_against(schema: str, body: object) -> None:
    Draft202012Validator(json.loads((SCHEMAS / schema).read_text(encoding="utf-8"))).validate(body)


def test_the_summary_follows_its_schema(summary: dict[str, Any]) -> None:
    hold_against("summary.schema.json", summary)
    assert [entry["outcome"] for entry in summary["requests"]] == ["done"] * 3
    assert [robot["id"] for robot in summary["robots"]] == ["care_1", "care_2", "logistics_1"]
    wall = {key: summary[key] for key in ("wall_s", "speed_asked", "speed_reached", "latency_ms")}
    assert wall == dict.fromkeys(wall)
    assert summary["plans"]["violations"] == 0
    assert summary["contacts"] == []
    assert summary["fleet_time_s"] > 0


def test_people_are_told_how_it_went(played: Played) -> None:
    assert played.told.startswith("3 requests: 3 done")


def test_the_trace_bears_the_summary_out(played: Played, summary: dict[str, Any]) -> None:
    lines = played.trace.decode().splitlines()
    rows = list(csv.DictReader(lines))
    assert lines[0] == "t_s,robot,map_id,x_m,y_m,yaw_rad,length_m,width_m,mass_kg,load,soc_pct,event"
    poses = [row for row in rows if not row["event"]]
    assert float(poses[-1]["t_s"]) - float(poses[0]["t_s"]) == pytest.approx(summary["fleet_time_s"])
    assert len(poses) == 3 * (round(summary["fleet_time_s"] * 10) + 1)
    events = [row["event"] for row in rows if row["event"]]
    assert events.count("take:parcel_0001") == 1
    assert sum(event.startswith("give:parcel_0001:") for event in events) == 1


def test_the_report_agrees_with_the_summary(played: Played, summary: dict[str, Any]) -> None:
    path = run_directory(environ={"XDG_STATE_HOME": str(played.state)}).ledger
    with Ledger.open(path, registry(), site_id="tiny", read_only=True) as ledger:
        facts = [(at_s, fact) for _, at_s, fact in ledger.read()]
    assert all(isinstance(fact, FACT_TYPES) for _, fact in facts)
    report = build_report(facts)
    services = {row.service: row for row in report.services}
    assert {name: (row.requests, row.done) for name, row in services.items()} == {
        "care_visit": (2, 2),
        "parcel_delivery": (1, 1),
    }
    assert {robot.id: robot.tasks for robot in report.robots} == {
        robot["id"]: robot["tasks"] for robot in summary["robots"]
    }
    for robot in report.robots:
        assert robot.utilisation_pct is not None and robot.home_pct is not None and robot.idle_pct is not None
        assert (robot.utilisation_pct > 0.0) == (robot.tasks > 0)
        assert robot.utilisation_pct + robot.home_pct + robot.idle_pct == pytest.approx(100.0, abs=0.2)


def test_the_report_verb_reads_the_ledger_of_the_run(
    played: Played, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(played.state))
    monkeypatch.setenv("COLUMNS", "160")
    assert run(["report", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    hold_against("report.schema.json", report)
    assert report["site"] == "tiny"
    assert [(kind["kind"], kind["robots"]) for kind in report["kinds"]] == [("care", 2), ("logistics", 1)]
    assert run(["report", "--lang", "ko"]) == 0
    assert "서비스" in capsys.readouterr().out


def test_a_refused_request_is_rejected_and_no_failure_of_the_run(tmp_path: Path) -> None:
    words = demand(tmp_path, VISIT % "" + 'r2,08:00:05,care_visit,"{""place"": ""nowhere""}"\n')
    assert run(words) == 0
    done, refused = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["requests"]
    assert (done["id"], done["outcome"]) == ("r1", "done")
    assert (refused["id"], refused["outcome"]) == ("r2", "rejected")
    hold_against("summary.schema.json", json.loads((tmp_path / "out.json").read_text(encoding="utf-8")))
    assert refused["reason"] == "request_unknown_place"


def test_a_request_without_an_end_is_named_and_the_exit_status_is_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(virtual_run, "DRAIN_S", 120.0)
    assert run(demand(tmp_path, VISIT % ', ""earliest_at"": ""23:00:00""')) == 1
    assert "1 requests did not end: r1" in capsys.readouterr().err
    (entry,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["requests"]
    assert entry["outcome"] is None


def test_after_the_duration_nobody_asks_any_more(tmp_path: Path) -> None:
    late = (VISIT % "").replace("r1,08:00", "r2,08:30")
    assert run([*demand(tmp_path, VISIT % "" + late), "--duration", "600", "--until-idle"]) == 0
    (entry,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["requests"]
    assert entry["id"] == "r1"


def test_the_facts_are_kept_where_they_are_asked_to_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = tmp_path / "elsewhere.sqlite"
    words = [*demand(tmp_path, VISIT % ""), "--ledger", f"sqlite:///{elsewhere}"]
    assert run(words) == 0
    assert verify(elsewhere).facts > 10
    assert run(words) == 1
    assert "[ledger_not_empty]" in capsys.readouterr().err
    assert run([*words[:-1], "mysql://here/there"]) == 1
    assert "[ledger_bad_url]" in capsys.readouterr().err


def test_beside_a_running_fleet_it_needs_another_name_or_keeps_no_ledger(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = demand(tmp_path, VISIT % "")
    with FleetClaim("odd"):
        assert run(words) == 1
        assert "[runtime_fleet_running]" in capsys.readouterr().err
    with FleetClaim() as claim:
        assert run(words[:-2]) == 0
        assert not claim.run.ledger.exists()


FAULTS = """
schema_version: 1
name: {ko: 시험, en: Test}
shows: {ko: 시험, en: Test}
site: %s
begins: "08:00:00"
lasts_s: 7200
faults:
- {fault: robot_dies, robot: care_2, at_s: 5}
- {id: never, fault: lidar_blind, robot: care_2, lasts_s: 5, when: {event: picks_up, item: nothing}}
expect: [{expect: no_contact}]
"""


def test_the_faults_beside_a_demand_strike_while_the_day_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = demand(tmp_path, VISIT % "")
    (tmp_path / "demand.faults.yaml").write_text(FAULTS % TINY, encoding="utf-8")
    assert run(words) == 0
    told = capsys.readouterr().out
    assert "2 faults of this scenario may strike" in told
    assert "fault robot_dies: struck at 08:00:05" in told and "fault never: did not strike" in told
    summary = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    hold_against("summary.schema.json", summary)
    assert [(fault["id"], fault["struck"]) for fault in summary["faults"]] == [("robot_dies", True), ("never", False)]
    (entry,) = summary["requests"]
    assert (entry["outcome"], entry["robot"]) == ("done", "care_1")
    with Ledger.open(run_directory("odd").ledger, registry(), site_id="tiny", read_only=True) as ledger:
        silent = [f.robot for _, _, f in ledger.read() if isinstance(f, RobotLinkChanged) and f.state == "offline"]
    assert silent == ["care_2"]
    assert run([*words, "--faults", "none"]) == 0
    assert "faults" not in json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("wrong", "right", "key"),
    [
        (str(TINY), "busan_edc", "site"),
        ("faults:", "robots: [{id: care_1}]\nfaults:", "robots"),
    ],
)
def test_faults_of_another_site_or_fleet_are_refused(
    wrong: str, right: str, key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other.yaml"
    other.write_text((FAULTS % TINY).replace(wrong, right), encoding="utf-8")
    assert run([*demand(tmp_path, VISIT % ""), "--faults", str(other)]) == 1
    told = capsys.readouterr().err
    assert "[scenario_other_site]" in told and f"other.yaml: {key}" in told
