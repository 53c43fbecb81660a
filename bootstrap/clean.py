"""Removes what ./fleet has made: in the checkout, and in this user's caches and state."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bootstrap.errors import Refused
from bootstrap.layout import Layout

_MADE_HERE = (
    ".venv",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "build",
    "install",
    "log",
    "robot_fleet.egg-info",
)
_COMPILED = "__pycache__"
_SOURCES = ("bench", "bootstrap", "robot_fleet", "test", "worlds")


def run(layout: Layout, yes: bool, ask: Callable[[str], str] | None) -> None:
    """Say what goes, ask, and remove it.

    Parameters
    ----------
    yes
        Do not ask.
    ask
        Puts a question to the user; None where nobody can answer.

    Raises
    ------
    Refused
        If a fleet is running or the answer is not yes. Nothing was removed.
    """
    running = [path.parent.name for path in sorted(layout.state.glob("fleets/*/fleet.lock")) if _is_held(path)]
    if running:
        raise Refused(f"a fleet is running ({', '.join(running)}), so nothing was removed. Mend it: ./fleet down")
    found = list(made(layout))
    if not found:
        print("Nothing to remove.")
        return
    print("These go:")
    for path, what in found:
        if path.name != _COMPILED:
            print(f"  {path}  ({what}, {size_mb(path):.0f} MB)")
    compiled = sum(path.name == _COMPILED for path, _ in found)
    if compiled:
        print(f"  {compiled} folders named {_COMPILED} in {layout.root}")
    if not yes:
        if ask is None:
            raise Refused("nobody can be asked here, so nothing was removed. Mend it: ./fleet clean --yes")
        if ask("Remove them? [y/N] ").strip().lower() not in ("y", "yes"):
            raise Refused("nothing was removed")
    for path, _ in found:
        _remove(path)
    print("Removed.")


def made(layout: Layout) -> Iterator[tuple[Path, str]]:
    """Yield each file or folder that exists and that ./fleet has made, with what it is."""
    places = [(layout.root / name, "made again at the next start") for name in _MADE_HERE]
    for name in _SOURCES:
        places += [(path, "compiled Python") for path in sorted((layout.root / name).rglob(_COMPILED))]
    places.append((layout.cache, "cache shared by all checkouts, made again when needed"))
    places.append((layout.state, "ALL LEDGERS AND LOGS of your fleets, of every checkout"))
    for path, what in places:
        if os.path.lexists(path):
            yield path, what


def size_mb(path: Path) -> float:
    """Return the size of a file or of all files in a folder, in megabytes."""
    paths = [path, *path.rglob("*")] if path.is_dir() and not path.is_symlink() else [path]
    return sum(each.lstat().st_size for each in paths) / 1e6


def terminal_question() -> Callable[[str], str] | None:
    """Return how to ask the user, or None without a terminal."""
    return input if sys.stdin.isatty() else None


def _is_held(lock: Path) -> bool:
    with lock.open("r+b") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
