from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.verbs import command, main


def test_a_verb_of_the_product_is_handed_over_as_it_is() -> None:
    assert command(["demo", "--speed", "10"], 2) == ["-P", "-m", "robot_fleet.cli", "demo", "--speed", "10"]
    assert command([], 2) == ["-P", "-m", "robot_fleet.cli"]


def test_python_gets_its_words() -> None:
    assert command(["python", "-m", "pip", "--version"], 2) == ["-m", "pip", "--version"]


def test_tests_leave_out_the_slow_ones_unless_all_are_asked_for() -> None:
    assert command(["test"], 2)[-2:] == ["-m", "not slow"]
    words = command(["test", "--all", "test/unit", "-k", "plan"], 2)
    assert "not slow" not in words
    assert words[-3:] == ["test/unit", "-k", "plan"]
    assert "--all" not in words


@pytest.mark.parametrize(("cpus", "processes"), [(1, "1"), (2, "2"), (64, "4")])
def test_tests_run_side_by_side_as_far_as_there_are_processors(cpus: int, processes: str) -> None:
    words = command(["test"], cpus)
    assert words[words.index("-n") + 1] == processes


@pytest.mark.parametrize("verb", ["setup", "test", "python", "clean"])
def test_help_teaches_and_changes_nothing(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(str(tmp_path), [verb, "--help"]) == 0
    assert f"usage: ./fleet {verb}" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["setup", "now"], ["setup", "--bench", "now"], ["clean", "all"]])
def test_words_that_nobody_knows_are_refused_and_change_nothing(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(str(tmp_path), words) == 2
    assert f"see ./fleet {words[0]} --help" in capsys.readouterr().err
    assert [path for path in tmp_path.iterdir() if path.name != ".venv"] == []
