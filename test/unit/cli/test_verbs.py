"""The command line as a whole: mistakes are one line with a code, help teaches, light verbs start light."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from robot_fleet.cli.app import INTERRUPTED, run
from robot_fleet.cli.demo import demo

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
VERBS = ("demo", "up", "submit", "tasks", "cancel", "robots", "hold", "resume", "report", "history")


def refused(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Return the one line that a verb ends with, its exit status being 1."""
    assert run(words) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = captured.err.splitlines()
    assert line.startswith("fleet: ")
    return line


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["demo", "--site", "/no/such/site"], "[site_folder_missing]"),
        (["demo", "--site", str(TINY), "--demand", "/no/such.csv"], "[request_file_missing]"),
        (["demo", "--site", str(TINY), "--json", "/no/such/folder/out.json"], "[runtime_file_unwritable]"),
        (["demo", "--site", str(TINY), "--link", "virtual", "--trace", "/"], "[runtime_file_unwritable]"),
        (["demo", "--site", str(TINY), "--link", "virtual", "--name", "No Name"], "[runtime_bad_name]"),
        (["demo", "--link", "pigeon"], "[usage]"),
        (["demo", "--requests", "0"], "[usage]"),
        (["demo", "--speed", "fast"], "[usage]"),
        (["demo", "--nonsense"], "[usage]"),
        (["nonsense"], "[usage]"),
        (["submit"], "[usage]"),
        (["submit", "care_visit"], "[runtime_no_fleet]"),
        (["submit", "care_visit", "--name", "other"], "[runtime_no_fleet]"),
        (["tasks", "--json"], "[runtime_no_fleet]"),
        (["robots"], "[runtime_no_fleet]"),
        (["cancel", "r0001", "--yes"], "[runtime_no_fleet]"),
        (["hold", "--yes"], "[runtime_no_fleet]"),
        (["resume"], "[runtime_no_fleet]"),
        (["report", "--ledger", "/no/such/ledger"], "[ledger_missing]"),
    ],
)
def test_a_mistake_is_one_line_with_its_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, words: list[str], code: str
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert refused(capsys, *words).endswith(code)


def test_without_a_fleet_the_way_to_one_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert "./fleet demo" in refused(capsys, "tasks")


OTHERS = ("ps", "down", "ledger export", "plan solve", "plan check", "plan why")
ANSWERS = (
    *(f"alarm {verb}" for verb in ("list", "ack", "shelve", "unshelve", "report")),
    *(f"incident {verb}" for verb in ("list", "show", "open", "note", "close")),
    *(f"maintenance {verb}" for verb in ("begin", "plan", "done")),
)
TASK = tuple(f"task {verb}" for verb in ("priority", "assign", "price", "hold", "resume", "import"))
SITE = ("site check", "site new", "site map", "site align", "site demand", "world check", "world robot", "what-if")


@pytest.mark.parametrize("verb", [*VERBS, *OTHERS, *ANSWERS, *TASK, *SITE])
def test_help_shows_an_example(capsys: pytest.CaptureFixture[str], verb: str) -> None:
    assert run([*verb.split(), "--help"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert re.search(rf"Example(: |s -+ )\./fleet {verb}", shown)


def test_no_verb_at_all_shows_them_all(capsys: pytest.CaptureFixture[str]) -> None:
    assert run([]) == 0
    shown = capsys.readouterr().out
    assert all(verb in shown for verb in (*VERBS, "ps", "down", "site", "plan", "ledger"))


def test_ctrl_c_is_exit_status_130(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setitem(demo.__globals__, "prepare", interrupted)
    assert run(["demo"]) == INTERRUPTED
    assert "Traceback" not in capsys.readouterr().err


def test_light_verbs_leave_the_heavy_libraries_alone() -> None:
    heavy = {"fastapi", "httpx", "numba", "numpy", "ortools", "rclpy", "scipy", "shapely", "sqlalchemy", "yaml"}
    for verb in (*VERBS, "task", "alarm", "incident", "maintenance", "ps", "down"):
        code = (
            "import sys; from robot_fleet.cli.app import build; "
            f"build([{verb!r}]); print(*sorted({heavy!r} & set(sys.modules)))"
        )
        loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert loaded.split() == [], verb
