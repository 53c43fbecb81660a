"""Definitions of message types as recordings carry them, read from the packages that are installed."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

from ament_index_python.packages import get_package_share_directory

from robot_fleet.runtime.recordings.recording_file import MessageType

_SEPARATOR = "=" * 80
_FIELD = re.compile(r"^\s*((?:\w+/)?[A-Za-z]\w*)(?:<=\d+)?(?:\[[^\]]*\])?\s+[a-z]\w*", re.M)
_PLAIN = frozenset(
    ["bool", "byte", "char", "float32", "float64", "string", "wstring"]
    + [f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)


def message_type(kind: Any) -> MessageType:
    """Return name and definition of a message's class, the definitions of all types in it after its own.

    Raises
    ------
    OSError : a package is installed without its definitions.
    """
    package, name = kind.__module__.partition(".")[0], kind.__name__
    texts: dict[str, str] = {}
    _collect(f"{package}/{name}", texts)
    first, *others = texts
    parts = [texts[first], *(f"{_SEPARATOR}\nMSG: {other}\n{texts[other]}" for other in others)]
    return MessageType(f"{package}/msg/{name}", "\n".join(part.rstrip("\n") for part in parts) + "\n")


def _collect(name: str, texts: dict[str, str]) -> None:
    if name in texts:
        return
    texts[name] = text = _read(name)
    package = name.partition("/")[0]
    for field in _FIELD.findall(text):
        if field not in _PLAIN:
            _collect(field if "/" in field else f"{package}/{field}", texts)


@functools.cache
def _read(name: str) -> str:
    package, _, kind = name.partition("/")
    return (Path(get_package_share_directory(package)) / "msg" / f"{kind}.msg").read_text(encoding="utf-8")
