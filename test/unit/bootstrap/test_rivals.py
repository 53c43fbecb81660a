"""Rivals of the benchmarks are installed when they are asked for, at the versions of their lock, and once."""

from __future__ import annotations

from pathlib import Path

import pytest

from bootstrap.errors import StepFailed
from bootstrap.layout import Layout
from bootstrap.set_up import add_rivals

PYTHON = """#!/bin/sh
echo "$@" >> {asked}
echo "Collecting pyvrp"
exit {status}
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout.of(tmp_path, {"HOME": str(tmp_path / "home")})
    layout.bench_lock.write_text("# words\npyvroom==1.0\npyvrp==2.0\n", encoding="utf-8")
    return layout


def answers(layout: Layout, status: int) -> Path:
    """Put a Python into the environment that notes what it is asked for."""
    asked = layout.root / "asked"
    layout.python.parent.mkdir(parents=True, exist_ok=True)
    layout.python.write_text(PYTHON.format(asked=asked, status=status), encoding="utf-8")
    layout.python.chmod(0o755)
    return asked


def test_they_are_installed_once_for_a_lock(layout: Layout, capfd: pytest.CaptureFixture[str]) -> None:
    asked = answers(layout, 0)
    for _ in range(2):
        add_rivals(layout, None, {})
    (line,) = asked.read_text().splitlines()
    assert "-m pip install --no-deps" in line
    assert line.endswith("pyvroom==1.0 pyvrp==2.0")
    assert "2 packages (rivals of the benchmarks)" in capfd.readouterr().err
    layout.bench_lock.write_text("pyvrp==2.1\n", encoding="utf-8")
    add_rivals(layout, None, {})
    assert asked.read_text().splitlines()[1].endswith("--progress-bar off pyvrp==2.1")


def test_what_failed_is_tried_again(layout: Layout) -> None:
    answers(layout, 1)
    with pytest.raises(StepFailed, match="pip failed"):
        add_rivals(layout, None, {})
    asked = answers(layout, 0)
    add_rivals(layout, None, {})
    assert len(asked.read_text().splitlines()) == 2
