"""`./fleet conformance` before it meets a robot; with one it is tried in `test/ros`."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.cli.app import run
from robot_fleet.runtime.conformance.checks import CHECKS
from test.unit.docs.texts import page


def test_the_checks_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["conformance", "--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [check.id for check in CHECKS]


def test_only_one_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["conformance", "--list", "--only", "path_free"]) == 0
    assert capsys.readouterr().out.startswith("path_free       (recommended) Whether")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ([], "request_namespace"),
        (["--namespace", "r 1"], "request_namespace"),
        (["--namespace", "/r1", "--only", "speed"], "request_unknown_check"),
        (["--namespace", "/r1", "--goal", "4"], "request_goal_malformed"),
        (["--namespace", "/r1", "--goal", "4,nan"], "request_goal_malformed"),
        (["--namespace", "/r1", "--json", "no/such/folder/out.json"], "request_no_folder"),
        (["--namespace", "/r1", "--map", "no_such_map.yaml"], "site_map_missing"),
    ],
)
def test_mistakes_are_told_before_anything_starts(
    words: list[str], code: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["conformance", *words]) == 1
    assert f"[{code}]" in capsys.readouterr().err


def test_the_page_has_every_check_as_it_is() -> None:
    text = page("docs/reference/conformance.md")
    for check in CHECKS:
        mandatory = "yes" if check.mandatory else "recommended"
        assert f"| `{check.id}` | {check.asks} | {mandatory} | {check.why} | {check.mend} |" in text
    assert text.count("\n| `") == len(CHECKS)
