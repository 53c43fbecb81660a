from __future__ import annotations

import ast
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
QUICK_S = 0.3


def test_the_first_file_is_readable_by_old_pythons() -> None:
    ast.parse((ROOT / "bootstrap" / "entry.py").read_text(), feature_version=(3, 4))


def test_a_second_start_costs_next_to_nothing() -> None:
    command = [str(ROOT / "fleet"), "python", "-I", "-S", "-c", "pass"]
    subprocess.run(command, check=True, timeout=280)
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert usage.ru_utime + usage.ru_stime < QUICK_S


def test_it_starts_from_anywhere_and_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "fleet").symlink_to(ROOT / "fleet")
    script = "import os, robot_fleet; print(os.getcwd(), robot_fleet.__file__)"
    command = [str(tmp_path / "fleet"), "python", "-P", "-c", script]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=280, check=True)
    assert done.stdout.split() == [str(tmp_path), str(ROOT / "robot_fleet" / "__init__.py")]


@pytest.mark.parametrize("shim", [False, True], ids=["no python", "a shim that starts nothing"])
def test_without_any_python_it_says_so_in_one_line(tmp_path: Path, shim: bool) -> None:
    checkout, programs = tmp_path / "checkout", tmp_path / "bin"
    checkout.mkdir()
    programs.mkdir()
    shutil.copy2(ROOT / "fleet", checkout)
    for name in ("sh", "dirname", "readlink"):
        (programs / name).symlink_to(shutil.which(name) or "")
    if shim:
        (programs / "python3").write_text("#!/bin/sh\necho 'no such version' >&2\nexit 127\n")
        (programs / "python3").chmod(0o755)
    done = subprocess.run(
        [checkout / "fleet", "demo"],
        env={"PATH": str(programs)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 3
    (line,) = done.stderr.splitlines()
    assert "Python 3.11 or 3.12 is missing. Mend it: sudo apt-get install -y python3" in line
    assert list(checkout.iterdir()) == [checkout / "fleet"]
