"""What this machine offers for a set-up, and one line for each thing that is missing."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bootstrap.entry import SUPPORTED
from bootstrap.errors import Unready
from bootstrap.ros import HostRos

# Run by each candidate; the base executable since an active virtual environment may vanish.
_PROBE = """
import importlib.util as u, json, os, sys, sysconfig
print(json.dumps({
    "executable": os.path.realpath(getattr(sys, "_base_executable", None) or sys.executable),
    "version": "%d.%d" % sys.version_info[:2],
    "venv": all(u.find_spec(name) for name in ("venv", "ensurepip")),
    "headers": os.path.exists(os.path.join(sysconfig.get_paths()["include"], "Python.h")),
}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One Python of this machine and whether an environment and extensions can be made with it."""

    executable: str
    version: str
    venv: bool
    headers: bool


@dataclass(frozen=True, slots=True)
class Machine:
    """The facts that a set-up depends on.

    Parameters
    ----------
    system, processor
        As ``platform.system()`` and ``platform.machine()`` name them.
    glibc
        Version of the C library, None with another one.
    has_c, has_cxx
        Whether a compiler of the language is there.
    interpreters
        In the order of preference.
    """

    system: str
    processor: str
    glibc: tuple[int, int] | None
    has_c: bool
    has_cxx: bool
    interpreters: tuple[Interpreter, ...]


def choose(machine: Machine, host: HostRos | None) -> Interpreter:
    """Return the interpreter to make the environment with.

    The first one with everything is taken; on a Jazzy machine only the version that its rclpy was built for counts.

    Raises
    ------
    Unready
        With a line for each thing that is missing.
    """
    lines = []
    if (machine.system, machine.processor) != ("Linux", "x86_64"):
        found = f"{machine.system} on {machine.processor}"
        lines.append(f"Linux on x86-64 is needed, this is {found}. Mend it: use an x86-64 Linux machine")
    elif host is None and (machine.glibc is None or machine.glibc < (2, 28)):
        lines.append("glibc 2.28 or newer is needed for the ROS wheels. Mend it: use Debian 12, Ubuntu 22.04 or newer")
    versions = [host.python_version] if host else [f"{major}.{minor}" for major, minor in reversed(SUPPORTED)]
    usable = [each for each in machine.interpreters if each.version in versions]
    complete = [each for each in usable if each.venv and each.headers]
    if not usable:
        why = "the Python that the sourced ROS was built for" if host else "or 3.11"
        wanted = versions[0]
        lines.append(
            f"Python {wanted} ({why}) is missing. Mend it: sudo apt-get install -y "
            f"python{wanted} python{wanted}-venv python{wanted}-dev"
        )
    elif not complete:
        best = usable[0]
        if not best.venv:
            lines.append(
                f"Python {best.version} has no venv module. Mend it: sudo apt-get install -y python{best.version}-venv"
            )
        if not best.headers:
            lines.append(
                f"the headers of Python {best.version} are missing. "
                f"Mend it: sudo apt-get install -y python{best.version}-dev"
            )
    compilers = [(machine.has_c, "C", "gcc"), (machine.has_cxx, "C++", "g++")]
    for language, package in [(language, package) for there, language, package in compilers if not there]:
        lines.append(f"a {language} compiler is missing. Mend it: sudo apt-get install -y {package}")
    if lines:
        raise Unready("\n".join(lines))
    return complete[0]


def survey(environ: Mapping[str, str], own_executable: str) -> Machine:
    """Look at this machine; ``ROBOT_FLEET_PYTHON`` in ``environ`` leaves no choice of interpreter."""
    chosen = environ.get("ROBOT_FLEET_PYTHON")
    names = [chosen] if chosen else ["python3.12", "python3.11", "python3", own_executable]
    return Machine(
        system=platform.system(),
        processor=platform.machine(),
        glibc=_glibc(),
        has_c=_has(environ, "CC", ("cc", "gcc", "clang")),
        has_cxx=_has(environ, "CXX", ("c++", "g++", "clang++")),
        interpreters=tuple(_unique(names, _probe)),
    )


def _unique(names: Sequence[str], probe: Callable[[str], Interpreter | None]) -> list[Interpreter]:
    found: list[Interpreter] = []
    for interpreter in map(probe, names):
        if interpreter is not None and interpreter not in found:
            found.append(interpreter)
    return found


def _probe(name: str) -> Interpreter | None:
    """Return what ``name`` is, None if it does not start (a missing program, or a shim of a version manager)."""
    try:
        done = subprocess.run([name, "-I", "-c", _PROBE], capture_output=True, text=True, timeout=30, check=True)
        return Interpreter(**json.loads(done.stdout))
    except (OSError, subprocess.SubprocessError, ValueError, TypeError):
        return None


def _has(environ: Mapping[str, str], variable: str, names: Sequence[str]) -> bool:
    candidates = [environ[variable].split()[0]] if environ.get(variable, "").strip() else names
    return any(shutil.which(name) for name in candidates)


def _glibc() -> tuple[int, int] | None:
    try:
        words = (os.confstr("CS_GNU_LIBC_VERSION") or "").split()
    except (ValueError, OSError):
        return None
    if len(words) != 2 or words[0] != "glibc":
        return None
    major, minor = words[1].split(".")[:2]
    return int(major), int(minor)
