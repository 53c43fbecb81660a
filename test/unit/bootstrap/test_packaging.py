from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from robot_fleet import __version__

ROOT = Path(__file__).resolve().parents[3]
OWN = ("config", "interfaces", "launch", "resource", "robot_fleet", "scenarios", "worlds")
FILES = ("LICENSE", "MANIFEST.in", "package.xml", "pyproject.toml", "requirements.in", "setup.cfg", "setup.py")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of what is packaged, since building writes beside the sources."""
    target = tmp_path / "checkout"
    target.mkdir()
    for name in OWN:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy2(ROOT / name, target)
    return target


def colcon(cwd: Path, home: Path, *words: str) -> str:
    program = Path(sys.executable).with_name("colcon")
    environ = {**os.environ, "COLCON_HOME": str(home), "HOME": str(home)}
    done = subprocess.run(
        [program, "--log-base", os.devnull, *words],
        cwd=cwd,
        env=environ,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_colcon_finds_the_product_and_its_own_interfaces(tmp_path: Path) -> None:
    listed = colcon(ROOT, tmp_path, "list", "--base-paths", ".", "interfaces")
    rows = sorted(tuple(row.split("\t")) for row in listed.splitlines())
    assert rows == [
        ("robot_fleet", ".", "(ros.ament_python)"),
        ("robot_fleet_interfaces", "interfaces/robot_fleet_interfaces", "(ros.ament_cmake)"),
    ]


def test_both_manifests_state_the_version_of_the_package() -> None:
    version = ElementTree.parse(ROOT / "package.xml").findtext("version")
    assert version == __version__
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)


def test_the_wheel_holds_what_the_product_needs_at_run_time(copy: Path, tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--no-deps",
        "--no-build-isolation",
        "-q",
        "-w",
        str(tmp_path),
        ".",
    ]
    done = subprocess.run(command, cwd=copy, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    metadata = next(name for name in names if name.endswith("/entry_points.txt"))
    with zipfile.ZipFile(wheel) as archive:
        assert "robot_fleet = robot_fleet.cli.app:main" in archive.read(metadata).decode()
    share = f"robot_fleet-{__version__}.data/data/share/"
    assert f"{share}ament_index/resource_index/packages/robot_fleet" in names
    assert f"{share}robot_fleet/package.xml" in names
    for folder in ("config", "launch", "scenarios", "worlds"):
        for path in sorted((copy / folder).rglob("*")):
            if path.is_file():
                assert f"{share}robot_fleet/{path.relative_to(copy)}" in names
    for path in sorted((copy / "robot_fleet").rglob("*")):
        if path.is_file():
            assert str(path.relative_to(copy)) in names
    assert not [name for name in names if name.startswith(("bootstrap/", "test/"))]


@pytest.mark.slow
def test_colcon_builds_the_product(copy: Path, tmp_path: Path) -> None:
    colcon(copy, tmp_path, "build", "--base-paths", ".", "--packages-select", "robot_fleet")
    prefix = copy / "install/robot_fleet"
    assert (prefix / "share/robot_fleet/package.xml").is_file()
    assert (prefix / "lib/robot_fleet/robot_fleet").is_file()
    assert list(prefix.glob("lib/python3.*/site-packages/robot_fleet/core"))
