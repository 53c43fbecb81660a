"""`./fleet scenario`: what it lists, checks and refuses. What runs stands in the integration tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.cli import app
from robot_fleet.runtime.scenarios import campaign


def told(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    status = app.run(["scenario", *words])
    out, err = capsys.readouterr()
    return status, out, err


def test_it_lists_what_comes_with_the_program(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = told(["list"], capsys)
    assert status == 0
    assert len(out.splitlines()) > 25
    assert "A quiet morning" in out


def test_it_checks_a_file_and_runs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = told(["check", "quiet_morning", "nobody_is_left"], capsys)
    assert status == 0
    assert out.count(": ok") == 2


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["run", "atlantis"], "scenario_missing"),
        (["run", "quiet_morning", "--backend", "gazebo"], "scenario_link"),
        (["run", "quiet_morning", "--speed", "3"], "scenario_link"),
        (["run", "quiet_morning", "--link", "ros", "--without", "traffic"], "scenario_link"),
        (["run", "quiet_morning", "--json", "nowhere/out.json"], "runtime_file_unwritable"),
        (["run", "quiet_morning", "--without", "gravity"], "usage"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_starts(
    words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, err = told(words, capsys)
    assert status == 1
    assert err.count("\n") == 1
    assert f"[{code}]" in err
    assert not out


def test_without_gazebo_it_names_what_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign.shutil, "which", lambda name: None)
    status, _, err = told(["run", "quiet_morning", "--link", "ros", "--backend", "gazebo"], capsys)
    assert status == 1
    assert "gz" in err
    assert "[scenario_no_gazebo]" in err


def test_a_short_one_is_run_and_its_exit_status_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    json_file, junit = tmp_path / "out.json", tmp_path / "out.xml"
    files = ["--json", str(json_file), "--junit", str(junit)]
    status, out, err = told(["run", "fault_that_never_comes", *files], capsys)
    assert (status, "FAILED" in out, "[scenario_failed]" in err) == (1, True, True)
    assert "<failure" in junit.read_text(encoding="utf-8")
    assert '"passed": false' in json_file.read_text(encoding="utf-8")
    status, out, _ = told(["run", "fault_that_never_comes", "--expect-failure"], capsys)
    assert (status, "as expected" in out) == (0, True)
