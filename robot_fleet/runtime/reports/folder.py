"""Puts a report into a folder: whole or not at all, and never in the place of another content."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure

_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS)
"""What file systems without hard links say."""


def put(folder: Path, name: str, content: bytes) -> str:
    """Return the name under which a content is in a folder now.

    What is there already stays: with this content it is left, with another one the new file gets the next free number
    (`report.2.pdf`). The folder is made, but not what it is to be in: that may be a disk that is not there.

    Raises
    ------
    RuntimeFailure : `runtime_report_unwritable`.
    """
    try:
        folder.mkdir(exist_ok=True)
        part = folder / f".{name}.part"
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        try:
            return _named(folder, name, part, content)
        finally:
            part.unlink(missing_ok=True)
            _sync(folder)
    except OSError as error:
        message = f"expected a folder on a disk with room, and the right to write ({error.strerror})"
        raise RuntimeFailure("runtime_report_unwritable", message, str(folder)) from error


def _named(folder: Path, name: str, part: Path, content: bytes) -> str:
    stem, dot, ending = name.rpartition(".")
    number = 1
    while True:
        named = name if number == 1 else f"{stem}.{number}{dot}{ending}"
        if _claimed(part, folder / named) or (folder / named).read_bytes() == content:
            return named
        number += 1


def _claimed(part: Path, target: Path) -> bool:
    """Give a file its name unless another one has it."""
    try:
        os.link(part, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        if target.exists():
            return False
        part.rename(target)
    return True


def _sync(folder: Path) -> None:
    """See that the name outlives a loss of power, too."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
