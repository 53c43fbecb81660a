"""`./fleet history` shows the newest such period, with gaps as gaps, or says what to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from robot_fleet.cli.app import run
from robot_fleet.runtime.processes.run_directory import run_directory
from robot_fleet.stores.history.recorder import TelemetryRecorder

HOUR_S = 3_600


def keep(name: str, *periods: tuple[int, int]) -> None:
    """Keep the charge of a robot, which is the hour of the day, each ten seconds of some hours."""
    recorder = TelemetryRecorder.open(run_directory(name).telemetry)
    for from_h, to_h in periods:
        for at_s in range(from_h * HOUR_S, to_h * HOUR_S, 10):
            recorder.add("care_1", at_s, {"soc_pct": at_s // HOUR_S % 24})
        recorder.flush(to_h * HOUR_S)
    recorder.close(periods[-1][1] * HOUR_S)


@pytest.fixture(autouse=True)
def _own_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def told(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, list[float | None]]:
    assert run(["history", "care_1", "soc_pct", *words, "--json"]) == 0
    found: dict[str, list[float | None]] = json.loads(capsys.readouterr().out)
    return found


def test_a_period_is_a_table_and_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    keep("main", (8, 9), (10, 11))
    assert run(["history", "care_1", "soc_pct", "--from", "08:00", "--to", "11:00", "--points", "3"]) == 0
    shown = capsys.readouterr().out
    assert "care_1 soc_pct in %, day 1, 3600 s a row" in shown
    rows = [line.split() for line in shown.splitlines() if line.strip()[:2].isdecimal()]
    assert rows == [
        ["08:00:00", "360", "8.0", "8.0", "8.0"],
        ["09:00:00", "0", "-", "-", "-"],
        ["10:00:00", "360", "10.0", "10.0", "10.0"],
    ]
    assert "▁" * 20 + "·" * 20 + "█" * 20 in shown


def test_other_programs_get_gaps_as_null(capsys: pytest.CaptureFixture[str]) -> None:
    keep("main", (8, 9), (10, 11))
    found = told(capsys, "--from", "08:30", "--to", "10:30", "--points", "4")
    assert (found["unit"], found["width_s"]) == ("%", 1_800)
    assert found["start_s"] == [30_600, 32_400, 34_200, 36_000]
    assert found["count"] == [180, 0, 0, 180]
    assert found["min"] == found["mean"] == found["max"] == found["last"] == [8.0, None, None, 10.0]


@pytest.mark.parametrize(
    ("words", "period_h"),
    [
        ((), (30, 31)),
        (("--from", "05:00"), (29, 31)),
        (("--from", "20:00", "--to", "22:00"), (20, 22)),
        (("--from", "23:00", "--to", "01:00"), (23, 25)),
        (("--from", "05:00", "--to", "06:00", "--day", "1"), (5, 6)),
        (("--from", "22:00", "--day", "1"), (22, 24)),
        (("--from", "25:00", "--to", "26:00"), (25, 26)),
    ],
)
def test_the_newest_such_period_is_meant(
    words: tuple[str, ...], period_h: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    keep("main", (1, 31))
    found = told(capsys, *words)
    from_s, to_s = (float(str(found[name])) for name in ("from_s", "to_s"))
    assert from_s == pytest.approx(period_h[0] * HOUR_S, abs=10.0)
    assert to_s == pytest.approx(period_h[1] * HOUR_S, abs=10.0)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("care_9", "soc_pct"), "request_unknown_robot"),
        (("care_1", "smell"), "request_unknown_signal"),
        (("care_1", "soc_pct", "--from", "9 o'clock"), "request_time_malformed"),
        (("care_1", "soc_pct", "--day", "3", "--from", "12:00"), "request_period_malformed"),
        (("care_1", "soc_pct", "--points", "1000000"), "request_period_malformed"),
        (("care_1", "soc_pct", "--day", "0"), "usage"),
        (("care_1", "soc_pct", "--store", "mysql://h/d"), "store_bad_url"),
        (("care_1", "soc_pct", "--name", "other"), "store_missing"),
    ],
)
def test_a_mistake_is_one_line(words: tuple[str, ...], code: str, capsys: pytest.CaptureFixture[str]) -> None:
    keep("main", (8, 9))
    assert run(["history", *words]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert error.endswith(f"[{code}]\n")


def test_without_a_history_it_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["history", "care_1", "soc_pct"]) == 1
    assert "start a fleet first [store_missing]" in capsys.readouterr().err
