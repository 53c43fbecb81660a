"""What ./fleet does itself (setup, test, python, clean); every other verb goes to the product."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from bootstrap import clean, ros, set_up
from bootstrap.errors import BootstrapError, Refused
from bootstrap.layout import Layout

_MAX_TEST_PROCESSES = 4
_SETUP_OPTIONS = ("--bench", "--full-nav2")
_HELP = {
    "setup": """usage: ./fleet setup [--bench] [--full-nav2]

Makes the environment in .venv: Python packages and ROS 2 Jazzy at the versions of the lock files, and the interface
packages. Every other verb does it too where it is needed. An interrupted set-up goes on where it stopped.
ROBOT_FLEET_PYTHON names the Python to use. --bench installs the rivals of ./fleet bench, too. --full-nav2 builds every
interface that nav2_simple_commander imports, which takes some minutes once; it holds until ./fleet clean.
For instance: ./fleet setup --full-nav2""",
    "test": """usage: ./fleet test [--all] [WORDS FOR PYTEST ...]

Runs the quick tests; --all runs every test. For instance: ./fleet test -k ledger""",
    "python": """usage: ./fleet python [WORDS FOR PYTHON ...]

Runs the environment's Python with every variable that ROS needs. For instance: ./fleet python -m mypy""",
    "clean": """usage: ./fleet clean [--yes]

Says what ./fleet has made in the checkout and in the XDG folders, asks, and removes it: the environment, the caches,
and the ledgers and logs of all your fleets. --yes does not ask. It refuses while a fleet runs.""",
}


def main(root: str, arguments: Sequence[str]) -> int:
    """Carry out one ./fleet command; return its exit status where it does not become another program."""
    layout = Layout.of(Path(root), os.environ)
    if len(arguments) == 2 and arguments[0] in _HELP and arguments[1] in ("--help", "-h"):
        print(_HELP[arguments[0]])
        return 0
    try:
        if arguments[:1] == ["clean"]:
            return _clean(layout, arguments[1:])
        for word in arguments[1:] if arguments[:1] == ["setup"] else ():
            if word not in _SETUP_OPTIONS:
                raise Refused(f"{word!r} is nothing that ./fleet setup knows; see ./fleet setup --help")
        full_nav2 = arguments[:1] == ["setup"] and "--full-nav2" in arguments
        host = ros.find_host(os.environ)
        if not set_up.is_complete(layout, host, full_nav2):
            set_up.run(layout, host, os.environ, full_nav2)
        if arguments[:1] == ["setup"]:
            if "--bench" in arguments:
                set_up.add_rivals(layout, host, os.environ)
            print("robot_fleet is set up.")
            return 0
        environment = ros.environment(os.environ, layout, host)
        words = command(arguments, os.cpu_count() or 1)
        if arguments[:1] == ["test"]:
            os.chdir(layout.root)
        sys.stdout.flush()
        os.execve(layout.python, [str(layout.python), *words], environment)
    except BootstrapError as error:
        for line in str(error).splitlines():
            print(f"fleet: {line}", file=sys.stderr)
        return error.status
    except OSError as error:
        print(f"fleet: {error}. Mend it: see that there is room and that the folder can be written", file=sys.stderr)
        return 4
    except KeyboardInterrupt:
        print("\nfleet: interrupted; the next start goes on", file=sys.stderr)
        return 130


def command(arguments: Sequence[str], cpus: int) -> list[str]:
    """Return what the environment's Python is started with for the verb and its arguments."""
    verb, rest = (arguments[0], list(arguments[1:])) if arguments else ("", [])
    if verb == "python":
        return rest
    if verb == "test":
        options = [] if "--all" in rest else ["-m", "not slow"]
        processes = str(max(1, min(cpus, _MAX_TEST_PROCESSES)))
        asked = [word for word in rest if word != "--all"]
        return ["-m", "pytest", "-n", processes, "--dist", "loadgroup", *options, *asked]
    return ["-P", "-m", "robot_fleet.cli", *arguments]


def _clean(layout: Layout, arguments: Sequence[str]) -> int:
    if not set(arguments) <= {"--yes", "-y"}:
        raise Refused("nothing was removed; see ./fleet clean --help")
    with set_up.locked(layout):
        clean.run(layout, bool(arguments), clean.terminal_question())
    return 0
