"""One process in the supervisor's eyes: when it is started again, and whether somebody should look after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from robot_fleet.runtime.processes.process import Child, ProcessSpec

DOWN_AFTER_S = 15.0
"""A process that was ready and is so no more counts as down after so long; one in a crash loop does at once."""


@dataclass(frozen=True, slots=True)
class RestartPolicy:
    """When a process that has ended is started again.

    Parameters
    ----------
    first_s, longest_s : pause before the first restart; it doubles with each further one up to the longest.
    healthy_s : a process that has run for this long starts again from the first pause.
    loop_after : so many ends in a row without health are reported, once, as a crash loop.
    """

    first_s: float = 0.2
    longest_s: float = 5.0
    healthy_s: float = 30.0
    loop_after: int = 5

    def pause_s(self, failures: int) -> float:
        """Return the pause after the given number of ends in a row (1 or more)."""
        return min(self.first_s * 2.0 ** min(failures - 1, 30), self.longest_s)


@dataclass(slots=True)
class Watched:
    """A process, and how it has fared; times are steady."""

    spec: ProcessSpec
    log: Path
    child: Child | None = None
    ready: bool = False
    started_s: float = 0.0
    restarts: int = 0
    failures: int = 0
    looping: bool = False
    due_s: float = field(default=float("inf"))
    well_s: float | None = None
    pulse_ns: int = 0

    def is_down(self, now_s: float) -> bool:
        """Return whether somebody should look after it, and note how it is."""
        if self.child is not None and self.ready and self._beats():
            self.well_s = now_s
        return self.looping or (self.well_s is not None and now_s - self.well_s > DOWN_AFTER_S)

    def _beats(self) -> bool:
        """Return whether it has written its pulse since the last look; true where it has none."""
        if self.spec.pulse is None:
            return True
        before, self.pulse_ns = self.pulse_ns, _written_ns(self.spec.pulse)
        return self.pulse_ns != before


def _written_ns(path: Path) -> int:
    """Return when a file was written last, 0 if it is not there."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0
