"""Brings faults about in a fleet of real processes: by signals, by limits on their files, by the file they follow."""

from __future__ import annotations

import resource
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from robot_fleet.runtime.chaos.control import Orders, done_file
from robot_fleet.runtime.chaos.faults import (
    ASTRAY_M,
    CLOCK_AHEAD_S,
    DISTURBANCES,
    MANAGER,
    Fault,
    FaultKind,
    between,
)
from robot_fleet.runtime.chaos.messages import CALM
from robot_fleet.runtime.chaos.navigator import FOUND, Astray
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.running import processes
from robot_fleet.runtime.processes.statefile import read_json
from robot_fleet.runtime.processes.supervisor import Supervisor

ABORT_WITHIN_S = 2.0
"""Steady seconds in which a robot must have done something that could fail."""
_TORN_BYTES = b"\x37\x7f\x06\x82" * 30
"""What a power cut may leave of a frame in SQLite's write-ahead log."""
_TORN_LINE = b'{"e":"end","result":{"st'
_FULL_BYTES = 1
"""No file of a process may grow beyond this: the disk is full for it."""


class Strikes:
    """Brings faults about and ends them when their time is over.

    Parameters
    ----------
    run : the fleet's directory.
    supervisor : of its processes.
    chaos : the file that the processes follow.
    """

    def __init__(self, run: RunDirectory, supervisor: Supervisor, chaos: Path) -> None:
        self._run = run
        self._supervisor = supervisor
        self._chaos = chaos
        self._orders = Orders(chaos)
        self._ends: list[tuple[float, Callable[[], object]]] = []
        self._missed: list[Fault] = []

    def look(self) -> None:
        """End what has lasted for long enough."""
        now_s = time.monotonic()
        due = [end for end_s, end in self._ends if end_s <= now_s]
        self._ends = [each for each in self._ends if each[0] > now_s]
        for end in due:
            end()

    def end(self) -> bool:
        """End everything at once."""
        ends, self._ends = self._ends, []
        for _, end in ends:
            end()
        return True

    def missed(self) -> list[Fault]:
        """Return and forget the faults that turned out not to have struck."""
        missed, self._missed = self._missed, []
        return missed

    def strike(self, fault: Fault) -> bool:
        """Bring a fault about; return whether that was possible."""
        disturbance = DISTURBANCES.get(fault.kind)
        if disturbance is not None:
            self._orders.disturb(fault.target, disturbance)
            self._later(fault.lasts_s, lambda: self._orders.disturb(fault.target, CALM))
            return True
        match fault.kind:
            case FaultKind.PROCESS_KILLED:
                self._supervisor.signal(fault.target, signal.SIGKILL)
            case FaultKind.PROCESS_STOPPED:
                self._supervisor.signal(fault.target, signal.SIGSTOP)
                self._later(fault.lasts_s, lambda: self._supervisor.signal(fault.target, signal.SIGCONT))
            case FaultKind.RECORD_TORN:
                self._tear(fault.target)
            case FaultKind.DISK_FULL:
                return self._fill(fault)
            case FaultKind.CLOCK_JUMPED:
                self._orders.jump(between(CLOCK_AHEAD_S, fault.size))
                self._later(fault.lasts_s, lambda: self._orders.jump(0.0))
            case FaultKind.LOCALISATION_LOST:
                self._orders.mislead(fault.target, Astray.by(between(ASTRAY_M, fault.size), fault.size))
                self._later(fault.lasts_s, lambda: self._orders.mislead(fault.target, FOUND))
            case FaultKind.ACTION_ABORTED:
                self._orders.abort(fault.target, fault.number)
                self._later(ABORT_WITHIN_S, lambda: self._aborted(fault))
        return True

    def _later(self, seconds: float, end: Callable[[], object]) -> None:
        self._ends.append((time.monotonic() + seconds, end))

    def _aborted(self, fault: Fault) -> None:
        done = read_json(done_file(self._chaos)) or {"done": []}
        self._orders.abort(fault.target, 0)
        if fault.number not in done["done"]:
            self._missed.append(fault)

    def _tear(self, name: str) -> None:
        """Kill a process and leave half a record behind what it has written, as a power cut does."""
        self._supervisor.signal(name, signal.SIGSTOP)
        if name == MANAGER:
            torn, files = _TORN_BYTES, [self._run.ledger.with_name(f"{self._run.ledger.name}-wal")]
        else:
            torn, files = _TORN_LINE, sorted((self._run.path / "agents").glob("*.journal"))
        for file in files:
            if file.exists():
                with file.open("ab") as out:
                    out.write(torn)
        self._supervisor.signal(name, signal.SIGKILL)

    def _fill(self, fault: Fault) -> bool:
        """Leave a process no room on the disk until it has ended of it, or for a while."""
        pid = next((row.pid for row in processes(self._run) if row.name == fault.target), None)
        if pid is None:
            return False
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)

        def make_room() -> None:
            with suppress(ProcessLookupError, PermissionError):
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))

        with suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (_FULL_BYTES, most))
            self._later(fault.lasts_s, make_room)
            return True
        return False
