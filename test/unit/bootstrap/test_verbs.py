from __future__ import annotations

import pytest

from bootstrap.verbs import command


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
