"""Reads lock files: one `name==version` a line, names normalised, `#` begins a comment line."""

from __future__ import annotations

from pathlib import Path


def read_lock(path: Path) -> dict[str, str]:
    """Return version by name, in the order of the names."""
    text = path.read_text(encoding="utf-8")
    pins = [line.split("==") for line in text.splitlines() if line and not line.startswith("#")]
    return dict(sorted(pins))


def lines(pins: dict[str, str]) -> str:
    """Return the lines of a lock file, which are also what pip is asked for."""
    return "".join(f"{name}=={version}\n" for name, version in sorted(pins.items()))
