"""What is written down before data of people are shown: who reads whose, from where, what for and why."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from robot_fleet.core.errors import StoreError
from robot_fleet.stores.people.sealing import unusable


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody wants to see data of people, or changed them.

    Parameters
    ----------
    at_s : Unix time.
    by : opaque id of who it is.
    origin : where they are: an address, or the terminal.
    verb : `list`, `card`, `open`, `export`, `add`, `consent`, `withdraw`, `erase`, `purge`, `flags`.
    people : opaque ids of those whose data it is about.
    purpose : what for; empty where there is none.
    basis : what allows it: `consent` with its version; `emergency`, which asks for none; `masked`, a list of masks;
        `law`, such as somebody's right to see their own; `nobody`, of a place where no one lives; or `refused`.
    reason : what somebody gave for breaking the glass.
    """

    at_s: float
    by: str
    origin: str
    verb: str
    people: tuple[str, ...]
    purpose: str
    basis: str
    reason: str = ""


class Audit(Protocol):
    """Where readings are written down."""

    def record(self, reading: Reading) -> None:
        """Write a reading down for good, or raise: then nothing is shown."""
        ...


class FileAudit:
    """An audit in a file of JSON lines, which is only ever added to.

    Parameters
    ----------
    path : the file; its folder must be there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def record(self, reading: Reading) -> None:
        """Add a line; it is on disk when this returns. Raises `store_people_unusable`."""
        line = json.dumps(asdict(reading), ensure_ascii=False) + "\n"
        try:
            number = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
            with open(number, "ab") as file:  # noqa: PTH123 - a descriptor
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise unusable(error, self._path) from error


def told(audit: Audit, reading: Reading) -> None:
    """Have a reading written down.

    Raises
    ------
    StoreError : `store_people_not_audited`, whatever kept the audit from it.
    """
    try:
        audit.record(reading)
    except Exception as error:  # whatever it is: what is not written down is not shown
        message = f"nothing is shown, since the reading cannot be written down ({type(error).__name__})"
        raise StoreError("store_people_not_audited", message) from error
