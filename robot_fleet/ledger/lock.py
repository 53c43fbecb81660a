"""One writer at a time, held by the operating system: the lock ends with the process, however that ends."""

from __future__ import annotations

import fcntl
import os
import struct
import weakref
from pathlib import Path

_FLOCK = struct.Struct("hhqqi4x")  # type, whence, start, length, pid of Linux' struct flock on 64-bit machines
_WHOLE_FILE = _FLOCK.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
_NO_MORE = _FLOCK.pack(fcntl.F_UNLCK, os.SEEK_SET, 0, 0, 0)


class FileLock:
    """An exclusive lock on a file, which names its holder's process id inside.

    Linux' locks of open files are used, since these alone can be asked about without being taken.

    The lock belongs to this process alone: a child made by fork closes its copy at once, so that a worker that outlives
    a killed parent does not keep the lock.

    Raises
    ------
    BlockingIOError : another process, or another FileLock of this one, holds it.
    OSError : the file cannot be made or opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.fcntl(descriptor, fcntl.F_OFD_SETLK, _WHOLE_FILE)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BaseException:
            os.close(descriptor)
            raise
        self._descriptor: int | None = descriptor
        _held.add(self)

    def release(self) -> None:
        """Give the lock up; the file stays, since removing it would let two processes lock two files of one name."""
        if self._descriptor is not None:
            fcntl.fcntl(self._descriptor, fcntl.F_OFD_SETLK, _NO_MORE)  # also for a child that is just being forked
            self.forget()

    def forget(self) -> None:
        """Close this process's copy; the lock is still held while another process, the one it is from, has one."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
            _held.discard(self)


def holder(path: Path) -> int | None:
    """Return the process id that holds the lock on `path`, None if nobody does."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        found = fcntl.fcntl(descriptor, fcntl.F_OFD_GETLK, _WHOLE_FILE)
        if _FLOCK.unpack(found)[0] == fcntl.F_UNLCK:
            return None
        text = os.pread(descriptor, 32, 0).decode(errors="replace").strip()
    finally:
        os.close(descriptor)
    return int(text) if text.isdecimal() else None


_held: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _release_in_child() -> None:
    for lock in list(_held):
        lock.forget()


os.register_at_fork(after_in_child=_release_in_child)
