"""CI fails on a skip that nobody agreed to; elsewhere a skip stays a skip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[2] / "conftest.py"

CASES = """
import pytest

@pytest.mark.skip(reason="needs Gazebo: gz is not installed")
def test_allowed(): ...

@pytest.mark.skip(reason="no browser")
def test_not_agreed(): ...

def test_skips_itself():
    pytest.skip("needs a network")

@pytest.fixture
def broken():
    pytest.skip("no fixture today")

def test_by_its_fixture(broken): ...

@pytest.mark.xfail(reason="known", strict=True)
def test_known():
    assert False
"""
MODULE = """
import pytest
pytest.importorskip("no_such_module")
"""


@pytest.mark.parametrize(
    ("ci", "closing_line"),
    [
        ("true", "1 failed, 1 skipped, 1 xfailed, 3 errors"),  # a skip outside the test's own body is an error
        ("", "5 skipped, 1 xfailed"),
    ],
    ids=["CI", "elsewhere"],
)
def test_only_the_agreed_skips_pass_in_ci(tmp_path: Path, ci: str, closing_line: str) -> None:
    for name, text in (("conftest", CONFTEST.read_text()), ("test_cases", CASES), ("test_module", MODULE)):
        (tmp_path / f"{name}.py").write_text(text)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--continue-on-collection-errors"]
    environ = {**os.environ, "CI": ci}
    done = subprocess.run(
        [*command, "--rootdir", str(tmp_path)],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )
    assert closing_line in done.stdout.splitlines()[-1]
