"""What the supervisor does about alarms that nobody else can tell of: it looks once a second, and starts who tells.

Two things make it start the process `robot_fleet.runtime.ringing.telling`: an alarm that has stayed in the raisers'
journal for some seconds, since no manager has taken it, and processes that are down while the manager is. While the
manager lives it tells of both itself, so the ids that it gives to alarms are the ones that people see.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.process import Child, ProcessSpec, rotate_log
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.statefile import read_json, write_json
from robot_fleet.stores.raised import RaisedAlarms

_log = logging.getLogger("robot_fleet.supervisor")
LOOK_EVERY_S = 1.0
PATIENCE_S = 5.0
"""An alarm that no manager has taken after so long rings by itself."""
PROCESS_DOWN = "process_down"
"""Code of the condition."""
TELLS = "fleet_manager"
"""The process that tells receivers of processes that are down, while it is up itself."""
_AFTER_FAILURE_S = 5.0


@dataclass(frozen=True, slots=True)
class DownAlarm:
    """A process that was found down while nobody else could tell of it; times are Unix times."""

    name: str
    raised_unix_s: float
    cleared_unix_s: float | None = None

    @property
    def id(self) -> str:
        """The alarm's id."""
        return f"{PROCESS_DOWN}.{self.name}.{int(self.raised_unix_s)}"


def down_alarms(path: Path) -> list[DownAlarm]:
    """Return what a ringer has written down last."""
    return [DownAlarm(**entry) for entry in read_json(path) or ()]


class Ringer:
    """Looks whether somebody must be told of something, and has it told. Nothing here waits for anything.

    Parameters
    ----------
    run : the fleet's run directory.
    spec : the process that tells; it ends with 0 when all receivers know, or are given up.
    listener : told, in a sentence, when it is started.
    patience_s : how long the manager has to take an alarm.
    """

    def __init__(
        self,
        run: RunDirectory,
        spec: ProcessSpec,
        *,
        listener: Callable[[str], None] = _log.warning,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._run = run
        self._spec = spec
        self._listener = listener
        self._patience_s = patience_s
        self._journal = RaisedAlarms(run.raised)
        self._seen_s: dict[str, float] = {}
        self._down: dict[str, DownAlarm] = {}
        self._told: set[str] = set()
        self._announced: set[str] = set()
        self._telling: set[str] = set()
        self._child: Child | None = None
        self._next_s = 0.0
        self._rests_until_s = 0.0

    def start(self) -> None:
        """Begin a new log, and forget what an earlier supervisor wrote down."""
        rotate_log(self._log)
        write_json(self._run.ringing, [])

    def look(self, down: Collection[str]) -> None:
        """Do what is due; cheap when nothing is.

        Parameters
        ----------
        down : names of the processes that are down now.
        """
        now_s = time.monotonic()
        if now_s < self._next_s:
            return
        self._next_s = now_s + LOOK_EVERY_S
        self._collect(now_s)
        try:
            wanted = self._overdue(now_s) | self._told_of_processes(down)
        except OSError as error:
            _log.error("ringer event=failed error=%s", error)
            return
        self._told &= wanted
        self._announced &= wanted
        new = wanted - self._told
        if new and self._child is None and now_s >= self._rests_until_s:
            self._begin(new, now_s)

    def stop(self) -> None:
        """End the process that tells; what it has not delivered it goes on with when it is started again."""
        if self._child is not None:
            self._child.kill_group()
            self._child.collect()
            self._child = None

    @property
    def _log(self) -> Path:
        return self._run.logs / f"{self._spec.name}.log"

    def _overdue(self, now_s: float) -> set[str]:
        self._seen_s = {key: self._seen_s.get(key, now_s) for key in self._journal.kept()}
        return {key for key, seen_s in self._seen_s.items() if now_s - seen_s >= self._patience_s}

    def _told_of_processes(self, down: Collection[str]) -> set[str]:
        """Note who is down and who is so no more, and return what is to be told of it."""
        before = dict(self._down)
        for name in down if TELLS in down else ():
            if name not in self._down or self._down[name].cleared_unix_s is not None:
                self._down[name] = DownAlarm(name, time.time())
        for name, alarm in self._down.items():
            if name not in down and alarm.cleared_unix_s is None:
                self._down[name] = replace(alarm, cleared_unix_s=time.time())
        if self._down != before:
            write_json(self._run.ringing, [asdict(alarm) for alarm in self._down.values()])
        return {f"{alarm.id} {alarm.cleared_unix_s or ''}".strip() for alarm in self._down.values()}

    def _begin(self, new: set[str], now_s: float) -> None:
        first = sorted(new - self._announced)
        self._announced |= new
        try:
            self._child = Child(self._spec, self._log)
            sentence = f"receivers are told of {', '.join(first)} (log: {self._log})"
        except (RuntimeFailure, OSError) as failure:
            self._rests_until_s = now_s + _AFTER_FAILURE_S
            sentence = f"receivers cannot be told of {', '.join(first)}: {failure}"
        self._telling = new
        if first:
            self._listener(sentence)

    def _collect(self, now_s: float) -> None:
        child = self._child
        if child is None or os.waitid(os.P_PIDFD, child.pidfd, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            return
        self._child = None
        if child.collect() == 0:
            self._told |= self._telling
        else:
            self._rests_until_s = now_s + _AFTER_FAILURE_S
