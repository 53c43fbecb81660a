"""What killed ROS processes leave in shared memory, and how a fleet takes it away.

Fast DDS gives every process a segment of half a megabyte under a random name and one for each port that it listens on.
The process holds a lock (flock) on a file beside each of them, so what nobody holds any more is nobody's: that is how
`fastdds shm clean` tells them, too. Processes that are killed leave theirs behind for ever.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 (it is no temporary file that is put there)
YOUNG_S = 2.0
"""A lock file younger than this may be about to be locked by the process that made it."""
_SEGMENT = re.compile(r"fastrtps_[0-9a-f]{16}")
_PORT = re.compile(r"fastrtps_port([0-9]+)")
_FIRST_PORT, _PORTS_PER_DOMAIN = 7400, 250  # DDSI-RTPS 2.2, section 9.6.1


def sweep(domain: int, folder: Path = SHARED_MEMORY) -> int:
    """Remove segments of processes that have ended, and ports of a domain that nobody listens on; return how many.

    What may be in the making is looked at once more when it is old enough, so this takes up to YOUNG_S.

    Parameters
    ----------
    domain : a ROS_DOMAIN_ID that the caller has claimed, so that no process starts in it meanwhile.
    folder : where shared memory is.
    """
    began_s = time.time()
    removed = 0
    young: dict[str, float] = {}
    for name in dict.fromkeys(_candidates(domain, folder)):  # each by its own name and that of its lock
        made_s = _made_s(folder, name)
        if made_s is not None and made_s > began_s - YOUNG_S:
            young[name] = made_s
        else:
            removed += _removed(folder, name)
    if young:
        time.sleep(max(0.0, min(max(young.values()) + YOUNG_S - time.time(), YOUNG_S)))
        removed += sum(_removed(folder, name) for name in young)
    return removed


def _candidates(domain: int, folder: Path) -> Iterator[str]:
    first = _FIRST_PORT + _PORTS_PER_DOMAIN * domain
    for name in sorted(os.listdir(folder)) if folder.is_dir() else ():
        name = name.removesuffix("_el")
        port = _PORT.fullmatch(name)
        if port is not None and first <= int(port[1]) < first + _PORTS_PER_DOMAIN or _SEGMENT.fullmatch(name):
            yield name


def _lock(folder: Path, name: str) -> Path:
    lock = folder / f"{name}_el"
    if _PORT.fullmatch(name) and not lock.exists():
        lock = folder / name  # made by somebody who wrote to a port on which nobody listened any more
    return lock


def _made_s(folder: Path, name: str) -> float | None:
    try:
        return _lock(folder, name).stat().st_mtime
    except OSError:
        return None  # removed by now


def _removed(folder: Path, name: str) -> bool:
    try:
        descriptor = os.open(_lock(folder, name), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False  # removed by now, or another user's
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        for left in (name, f"sem.{name}_mutex", f"{name}_el"):
            (folder / left).unlink(missing_ok=True)
    except OSError:
        return False  # its process lives, or it is another user's
    finally:
        os.close(descriptor)
    return True
