"""The journal of steps: the little that an agent must still know after its computer lost power.

A journal is a list of entries (JSON objects) that only grows. What they mean is the logbook's business; here it is only
made sure that an entry that was synced is there afterwards, whole and in its place.

FileJournal keeps one entry per line. Of a power cut in mid-write it shows a last line that is torn; that line is left
out and goes with the next write, since nothing was done on the strength of it: the agent syncs before anything physical
starts and before a report shows a result. Damage anywhere else is no power cut, and the agent refuses to guess.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from robot_fleet.core.errors import OrderError

Entry = Mapping[str, Any]

BULKY_BYTES = 256 * 1024
"""Above this a journal is rewritten as what it amounts to."""
BULKY_ENTRIES = 2000
"""The same for a journal in memory."""


class Journal(Protocol):
    """Where the entries are kept."""

    def read(self) -> Sequence[Entry]:
        """Return every synced entry, oldest first; call it once, before anything else.

        Raises
        ------
        OrderError : `order_journal_corrupt`, `order_journal_busy` or `order_journal_unreadable`.
        """
        ...

    def append(self, entry: Entry) -> None:
        """Add an entry, to be kept from the next `sync` on.

        Raises
        ------
        OrderError : `order_malformed` if the entry cannot be written as JSON; nothing was added.
        """
        ...

    def sync(self) -> None:
        """Make everything appended so far survive a power cut; cheap when there is nothing new.

        Raises
        ------
        OrderError : `order_journal_unwritable`; what was appended is kept for the next try.
        """
        ...

    def bulky(self) -> bool:
        """Return whether it has grown so much that `rewrite` is worth its price."""
        ...

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """Replace everything, synced or not, by `entries`, durably; a power cut leaves either the old or the new.

        Raises
        ------
        OrderError : `order_journal_unwritable`; nothing is lost, the next `sync` or `rewrite` makes up for it.
        """
        ...


class MemoryJournal:
    """A journal for the virtual clock: it survives a simulated kill of its agent for as long as the object is kept.

    As on a disk, only what was synced is read again.
    """

    def __init__(self) -> None:
        self._kept: list[Entry] = []
        self._pending: list[Entry] = []
        self._bulky_at = BULKY_ENTRIES

    def read(self) -> Sequence[Entry]:
        """Forget what was not synced and return the rest (see Journal)."""
        self._pending.clear()
        return tuple(self._kept)

    def append(self, entry: Entry) -> None:
        """Add an entry (see Journal)."""
        self._pending.append(entry)

    def sync(self) -> None:
        """Keep what was appended (see Journal)."""
        self._kept += self._pending
        self._pending.clear()

    def bulky(self) -> bool:
        """Return whether a rewrite is worth it (see Journal)."""
        return len(self._kept) + len(self._pending) > self._bulky_at

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """Replace everything (see Journal)."""
        self._kept = list(entries)
        self._pending.clear()
        self._bulky_at = max(BULKY_ENTRIES, 2 * len(self._kept))


class FileJournal:
    """A journal in one file, locked so that no second agent can follow the same orders.

    Parameters
    ----------
    path : the file; its folder must exist. Nothing is opened before `read`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file = -1
        self._size_bytes = 0
        self._pending: list[bytes] = []
        self._suspect = False
        self._folder_stale = True
        self._bulky_at = BULKY_BYTES

    def read(self) -> Sequence[Entry]:
        """Open and lock the file and return its entries; a torn last line goes with the next write (see Journal)."""
        self.close()
        try:
            self._file = _open_locked(self._path)
            with open(self._file, "rb", closefd=False) as stream:
                content = stream.read()
        except BlockingIOError as error:
            raise OrderError(
                "order_journal_busy", "another agent has this journal open; stop it first", str(self._path)
            ) from error
        except OSError as error:
            raise OrderError(
                "order_journal_unreadable",
                f"expected a file that can be read and written ({error.strerror})",
                str(self._path),
            ) from error
        entries, self._size_bytes = _parse(content, str(self._path))
        self._suspect = self._size_bytes < len(content)
        return entries

    def append(self, entry: Entry) -> None:
        """Add an entry (see Journal)."""
        self._pending.append(_line(entry))

    def sync(self) -> None:
        """Write what was appended and wait for the disk (see Journal)."""
        if not self._pending and not self._folder_stale:
            return
        block = b"".join(self._pending)
        try:
            if self._suspect:
                # a torn line, or what an earlier try left behind
                os.ftruncate(self._file, self._size_bytes)
            self._suspect = True
            _write_all(self._file, block, self._size_bytes)
            os.fsync(self._file)
            if self._folder_stale:
                _sync_folder(self._path.parent)
        except OSError as error:
            raise self._unwritable(error) from error
        self._suspect = self._folder_stale = False
        self._size_bytes += len(block)
        self._pending.clear()

    def bulky(self) -> bool:
        """Return whether a rewrite is worth it (see Journal)."""
        return self._size_bytes > self._bulky_at

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """Write a new file beside the old one and put it in its place (see Journal)."""
        block = b"".join(_line(entry) for entry in entries)
        beside = self._path.with_name(self._path.name + ".new")
        try:
            # locked before it takes the journal's name, so that there is no moment without a lock
            fresh = _open_locked(beside)
            try:
                os.ftruncate(fresh, 0)
                _write_all(fresh, block, 0)
                os.fsync(fresh)
                os.replace(beside, self._path)
            except OSError:
                os.close(fresh)
                raise
            os.close(self._file)
            self._file, self._size_bytes, self._suspect = fresh, len(block), False
            self._bulky_at = max(BULKY_BYTES, 2 * len(block))
            self._pending.clear()
            self._folder_stale = True
            _sync_folder(self._path.parent)
            self._folder_stale = False
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """Close and unlock the file without syncing; harmless when it is closed already."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _unwritable(self, error: OSError) -> OrderError:
        return OrderError(
            "order_journal_unwritable",
            f"the journal of steps cannot be written ({error.strerror}), so nothing more is started; free the disk",
            str(self._path),
        )


def _line(entry: Entry) -> bytes:
    try:
        text = json.dumps(entry, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise OrderError(
            "order_malformed", f"expected values that JSON has: {error}", str(entry.get("e", ""))
        ) from error
    return text.encode() + b"\n"


def _parse(content: bytes, where: str) -> tuple[list[Entry], int]:
    """Return the entries and how many bytes they take; a torn last line counts for neither."""
    entries: list[Entry] = []
    size_bytes = 0
    lines = _lines(content)
    for number, line in enumerate(lines, start=1):
        try:
            entry = json.loads(line) if line.endswith(b"\n") else None
        except ValueError:
            entry = None
        if not isinstance(entry, dict):
            if number == len(lines):
                break
            raise OrderError(
                "order_journal_corrupt",
                f"line {number} is no JSON object; what this robot has done is not known any more: look at it, then "
                "move the journal aside",
                where,
            )
        entries.append(entry)
        size_bytes += len(line)
    return entries, size_bytes


def _lines(content: bytes) -> list[bytes]:
    parts = content.split(b"\n")
    return [part + b"\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _open_locked(path: Path) -> int:
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        raise
    return file


def _write_all(file: int, block: bytes, offset: int) -> None:
    written = 0
    while written < len(block):
        written += os.pwrite(file, block[written:], offset + written)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
