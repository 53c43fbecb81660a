"""The virtual environment and what pip installs into it, all at the versions of the lock files."""

from __future__ import annotations

import re

from bootstrap.host import Interpreter
from bootstrap.layout import Layout
from bootstrap.lock_files import lines, read_lock
from bootstrap.progress import Phase
from bootstrap.ros import HostRos
from bootstrap.steps import Steps

_INSTALLERS = ("pip", "setuptools")
# The interface packages' build needs these besides ROS, so they come first.
_BUILDERS = ("catkin-pkg", "cmake", "docutils", "empy", "ninja", "numpy", "packaging", "pyparsing", "python-dateutil")


def pins_for(layout: Layout, host: HostRos | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the pins of what builds interface packages, the ROS wheels among it, and those of everything else.

    They are the same beside an installed ROS, but for the wheels. Its message packages are compiled against numpy 1 and
    read only those fields of an array that stand in the same place in numpy 2.
    """
    rest = read_lock(layout.lock)
    first = {name: rest.pop(name) for name in _BUILDERS}
    return first if host else {**read_lock(layout.ros_lock), **first}, rest


def make_environment(steps: Steps, layout: Layout, interpreter: Interpreter, host: HostRos | None) -> None:
    """Make the environment, with pip and setuptools of the lock and a link to the checkout's own packages."""
    options = ["--system-site-packages"] if host else []
    steps.run("making the virtual environment", interpreter.executable, "-I", "-m", "venv", *options, layout.venv)
    pins = read_lock(layout.lock)
    install(steps, layout, {name: pins[name] for name in _INSTALLERS}, None)
    site_packages = layout.venv / "lib" / f"python{interpreter.version}" / "site-packages"
    (site_packages / "robot_fleet_checkout.pth").write_text(f"{layout.root}\n", encoding="utf-8")


def install(steps: Steps, layout: Layout, pins: dict[str, str], phase: Phase | None) -> None:
    """Install exactly ``pins``; the lock is complete, so nothing is resolved."""
    seen: set[str] = set()

    def count(line: str) -> None:
        match = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
        if phase is None or not (match or line.startswith("Installing")):
            return
        if match:
            seen.add(match[1])
            phase.detail = f"{len(seen)}/{len(pins)}"
        else:
            phase.detail = "unpacking"

    steps.run(
        "pip",
        *(layout.python, "-I", "-m", "pip", "install", "--no-deps", "--no-build-isolation", "--no-compile"),
        *("--no-input", "--disable-pip-version-check", "--no-warn-script-location", "--progress-bar", "off"),
        *lines(pins).split(),
        on_line=count,
    )
