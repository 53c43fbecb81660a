"""Packages robot_fleet for pip and, as an ament_python package, for colcon."""

import re
from pathlib import Path

from setuptools import find_packages, setup

NAME = "robot_fleet"
ROOT = Path(__file__).resolve().parent
SHARE = f"share/{NAME}"


def version() -> str:
    """Return the version that the package itself states."""
    match = re.search(r'^__version__ = "(.+)"$', (ROOT / NAME / "__init__.py").read_text(encoding="utf-8"), re.M)
    if match is None:
        raise SystemExit("robot_fleet/__init__.py states no __version__")
    return match[1]


def requirements() -> list[str]:
    """Return what the product imports, as requirements.in lists it."""
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def programs() -> list[str]:
    """Return the programs that are installed: the command line, and every node for `ros2 run robot_fleet NODE`."""
    nodes = sorted(path.stem for path in (ROOT / NAME / "nodes").glob("*.py"))
    runnable = [node for node in nodes if node not in ("__init__", "arguments")]
    return [f"{NAME} = {NAME}.cli.app:main", *(f"{node} = {NAME}.nodes.{node}:main" for node in runnable)]


def data_files() -> list[tuple[str, list[str]]]:
    """Return the files that are installed under `share`: the ament index, and the folders as they are."""
    found = {
        "share/ament_index/resource_index/packages": [f"resource/{NAME}"],
        SHARE: ["package.xml"],
    }
    for folder in ("config", "launch", "scenarios", "worlds"):
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                found.setdefault(f"{SHARE}/{path.parent}", []).append(str(path))
    return sorted(found.items())


setup(
    name=NAME,
    version=version(),
    description="A fleet of service robots for a city district: scheduling, right of way, health, and a console",
    license="Apache-2.0",
    maintainer="robot_fleet developers",
    maintainer_email="robot_fleet@example.com",
    python_requires=">=3.11",
    packages=find_packages(include=[NAME, f"{NAME}.*"]),
    package_data={NAME: ["console/**", "**/*.json", "**/*.yaml", "reports/fonts/*", "reports/campaign/*.css"]},
    data_files=data_files(),
    install_requires=requirements(),
    extras_require={"test": ["pytest"]},  # colcon test runs pytest where this says so
    entry_points={"console_scripts": programs()},
    zip_safe=False,
)
