"""Where recordings of incidents are kept: `incidents/<incident>/<robot>.mcap` under the run directory, and how many.

What a robot recorded by itself, before anybody gave it the name of an incident, is kept under `local:<robot>:<number>`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from urllib.parse import quote, unquote

from mcap.exceptions import McapError

from robot_fleet.runtime.recordings.recording_file import PART, SUFFIX, describe

FOLDER = "incidents"
MOST_RECORDINGS = 1000
"""Kept in one run directory, of all robots together."""
MOST_BYTES = 1024**3
MOST_LOCAL = 20
"""Kept of one robot without an incident."""
_LOCAL = "local"
_LOCAL_ID = re.compile(rf"{_LOCAL}:\w+:\d+")


class Recordings:
    """The recordings of one run directory.

    Parameters
    ----------
    run : the run directory; the folder is made when the first recording is.
    """

    def __init__(self, run: Path) -> None:
        self._folder = run / FOLDER

    def folder(self, incident: str) -> Path:
        """Return where an incident's recordings are, or would be."""
        return self._folder / quote(incident, safe="").replace(".", "%2E")

    def path(self, incident: str, robot: str) -> Path:
        """Return the file of a robot's recording of an incident."""
        return self.folder(incident) / f"{robot}{SUFFIX}"

    def part(self, incident: str, robot: str) -> Path:
        """Return the same while it is being written; its folder is made. Raises OSError."""
        folder = self.folder(incident)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{robot}{PART}"

    def of(self, incident: str) -> list[Path]:
        """Return an incident's recordings, those that are being written too, by name."""
        return sorted(path for path in self.folder(incident).glob("*") if path.name.endswith((SUFFIX, PART)))

    def parts(self, robots: Collection[str]) -> list[Path]:
        """Return the recordings of these robots that are not whole."""
        found = self._folder.glob(f"*/*{PART}")
        return sorted(path for path in found if path.name.removesuffix(PART) in robots)

    def incidents(self) -> list[str]:
        """Return the incidents that have recordings, what robots recorded by themselves included."""
        return sorted({unquote(path.parent.name) for path in self._folder.glob(f"*/*{SUFFIX}*")})

    def last_locals(self) -> dict[str, int]:
        """Return the highest number that each robot has given to an own recording, as far as there are any."""
        found: dict[str, int] = {}
        for name in filter(_is_local, self.incidents()):
            _, robot, number = name.split(":")
            found[robot] = max(found.get(robot, 0), int(number))
        return found

    def link(self, incident: str, robot: str, opened_s: float) -> None:
        """Put what a robot recorded by itself as an incident began beside the incident's recordings. Raises OSError."""
        for path in list(self._folder.glob(f"{quote(local_id(robot, ''))}*/{robot}{SUFFIX}")):
            try:
                found = describe(path)
            except McapError:
                continue
            if found.begin_s <= opened_s <= found.end_s:
                number = unquote(path.parent.name).rpartition(":")[2]
                self.folder(incident).mkdir(parents=True, exist_ok=True)
                path.rename(self.folder(incident) / f"{robot}.{_LOCAL}_{number}{SUFFIX}")
                self.tidy(path)

    def tidy(self, gone: Path) -> None:
        """Remove the folder of a recording that has left it, if it is empty. Raises OSError."""
        if not any(gone.parent.iterdir()):
            gone.parent.rmdir()

    def prune(self, open_incidents: Collection[str]) -> list[Path]:
        """Remove the oldest recordings beyond what is kept, and return them. Raises OSError.

        First go those without an incident, then those of closed incidents, then those of open ones.
        """
        ages = {path: path.stat() for path in self._folder.glob(f"*/*{SUFFIX}")}

        def worth(path: Path) -> tuple[bool, bool, float]:
            incident = unquote(path.parent.name)
            return not _is_local(incident), incident in open_incidents, ages[path].st_mtime

        oldest_first = sorted(ages, key=worth)
        gone = [*_beyond(oldest_first)]
        left = [path for path in oldest_first if path not in gone]
        size_bytes = sum(ages[path].st_size for path in left)
        while left and (len(left) > MOST_RECORDINGS or size_bytes > MOST_BYTES):
            size_bytes -= ages[left[0]].st_size
            gone.append(left.pop(0))
        for path in gone:
            path.unlink()
            self.tidy(path)
        return gone


def local_id(robot: str, number: int | str) -> str:
    """Return the id of what a robot recorded by itself."""
    return f"{_LOCAL}:{robot}:{number}"


def _is_local(incident: str) -> bool:
    return _LOCAL_ID.fullmatch(incident) is not None


def _beyond(oldest_first: Iterable[Path]) -> list[Path]:
    """Return the local recordings that are more than a robot may keep."""
    by_robot: dict[str, list[Path]] = {}
    for path in oldest_first:
        if _is_local(unquote(path.parent.name)):
            by_robot.setdefault(path.name, []).append(path)
    return [path for paths in by_robot.values() for path in paths[:-MOST_LOCAL]]
