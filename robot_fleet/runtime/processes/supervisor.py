"""Keeps a fleet's processes running: starts them, restarts what ends, and ends them all within five seconds."""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from types import FrameType, TracebackType
from typing import Self

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.process import Child, ProcessSpec, rotate_log
from robot_fleet.runtime.processes.run_directory import RunDirectory
from robot_fleet.runtime.processes.watched import RestartPolicy, Watched
from robot_fleet.runtime.ringing.ringer import Ringer

_log = logging.getLogger("robot_fleet.supervisor")

_READY_POLL_S = 0.02
"""How often a starting process is looked at; a file, a foreign port and a log line give no event to wait for."""

_ASK_S, _INSIST_S, _KILL_S = 0.0, 2.5, 4.0
"""When an ending process gets SIGINT, SIGTERM and SIGKILL, seconds after the wish to end."""

STATE_VERSION = 1
"""Form of the state file."""


class EventKind(StrEnum):
    """What the supervisor tells of a process."""

    STARTED = "started"
    READY = "ready"
    ENDED = "ended"
    CRASH_LOOP = "crash_loop"
    RECOVERED = "recovered"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class ProcessEvent:
    """Something that happened to a process, with a sentence for people."""

    kind: EventKind
    name: str
    sentence: str


class Supervisor:
    """Starts processes and keeps them running until told to stop.

    Everything happens inside `start`, `poll`, `wait_ready`, `run` and `stop`, on the thread that calls them. That must
    be one thread, which lives as long as the fleet (see `Child`). Use as a context manager: leaving it stops all.

    Parameters
    ----------
    run : the fleet's run directory, claimed by the caller.
    specs : the processes, in the order of starting.
    info : what else the state file shall tell (ports, domain, site), as JSON values.
    policy : when to restart.
    listener : told of every event; by default events are logged.
    ringer : has receivers told of what nobody else can tell; None where there are none.
    """

    def __init__(
        self,
        run: RunDirectory,
        specs: Sequence[ProcessSpec],
        *,
        info: Mapping[str, object] | None = None,
        policy: RestartPolicy | None = None,
        listener: Callable[[ProcessEvent], None] | None = None,
        ringer: Ringer | None = None,
    ) -> None:
        names = [spec.name for spec in specs]
        if len(set(names)) != len(names):
            raise ValueError(f"two processes of one name among {', '.join(names)}")
        self._run = run
        self._info = dict(info or {})
        self._policy = policy or RestartPolicy()
        self._listener = listener or _log_event
        self._ringer = ringer
        self._down: tuple[str, ...] = ()
        self._watched = {spec.name: Watched(spec, run.logs / f"{spec.name}.log") for spec in specs}
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._asked_to_stop = 0
        self._closed = False

    @property
    def stopping(self) -> bool:
        """Whether the wish to stop has come."""
        return self._asked_to_stop > 0

    @property
    def restarts(self) -> dict[str, int]:
        """How often each process has been started again."""
        return {name: watched.restarts for name, watched in self._watched.items()}

    def start(self) -> None:
        """Start every process; returns without waiting for any to be ready.

        Raises
        ------
        RuntimeFailure : `runtime_cannot_start`; those already started are ended.
        """
        self._run.logs.mkdir(parents=True, exist_ok=True)
        if self._ringer is not None:
            self._ringer.start()
        try:
            for watched in self._watched.values():
                rotate_log(watched.log)
                self._spawn(watched)
        except RuntimeFailure:
            self.stop()
            raise

    def request_stop(self) -> None:
        """Wish that all ends; may be called from a signal handler or another thread. `run` and `wait_ready` return."""
        self._asked_to_stop += 1
        try:
            os.write(self._wake_write, b"s")
        except BlockingIOError:
            return  # the pipe is full of wake-ups already

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to one process, if it runs."""
        child = self._watched[name].child
        if child is not None:
            child.send(number)

    @contextmanager
    def signals(self) -> Iterator[None]:
        """Take SIGINT, SIGTERM and SIGHUP as the wish to stop, for the time of the block. Main thread only."""

        def handle(_number: int, _frame: FrameType | None) -> None:
            self.request_stop()

        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, handle) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def poll(self, timeout_s: float) -> None:
        """Wait for at most `timeout_s` for something to happen, and do what is due."""
        wait_s = min([timeout_s, *(due_s - time.monotonic() for due_s in self._deadlines())])
        for key, _ in self._selector.select(max(wait_s, 0.0)):
            if key.data is None:
                os.read(self._wake_read, 4096)
            else:
                self._ended(self._watched[key.data])
        if self.stopping:
            return
        for watched in self._watched.values():
            self._tend(watched)
        self._ring()

    def wait_ready(self, timeout_s: float) -> bool:
        """Wait until every process is ready; False if the wish to stop came first.

        Raises
        ------
        RuntimeFailure : `runtime_not_ready`, with the processes that are not and their logs.
        """
        deadline_s = time.monotonic() + timeout_s
        while not self.stopping:
            late = [watched for watched in self._watched.values() if not watched.ready]
            if not late:
                return True
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                names = ", ".join(watched.spec.name for watched in late)
                message = f"not ready after {timeout_s:g} s: {names}; read the log"
                raise RuntimeFailure("runtime_not_ready", message, str(late[0].log))
            self.poll(left_s)
        return False

    def run(self, until: Callable[[], bool] = lambda: False, every_s: float = 0.5) -> None:
        """Keep all running until the wish to stop comes, or `until` (asked `every_s` seconds) returns true."""
        while not self.stopping and not until():
            self.poll(every_s)

    def stop(self) -> None:
        """End every process within five seconds: SIGINT, then SIGTERM, then SIGKILL to the group. Idempotent.

        A further wish to stop on the way (a second Ctrl-C) kills at once.
        """
        if self._closed:
            return
        if self._ringer is not None:
            self._ringer.stop()
        self._asked_to_stop = max(self._asked_to_stop, 1)
        asked = self._asked_to_stop
        began_s = time.monotonic()
        for after_s, signals in ((_ASK_S, signal.SIGINT), (_INSIST_S, signal.SIGTERM), (_KILL_S, None)):
            while (
                (left_s := began_s + after_s - time.monotonic()) > 0 and self._alive() and self._asked_to_stop == asked
            ):
                self.poll(left_s)
            for child in self._alive():
                child.kill_group() if signals is None else child.send(signals)
        while self._alive():
            self.poll(1.0)
        self._closed = True
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)
        self._run.processes.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def _alive(self) -> list[Child]:
        return [watched.child for watched in self._watched.values() if watched.child is not None]

    def _deadlines(self) -> Iterator[float]:
        if self.stopping:
            return
        for watched in self._watched.values():
            if watched.child is None:
                yield watched.due_s
            elif not watched.ready:
                yield time.monotonic() + _READY_POLL_S
            elif watched.looping:
                yield watched.started_s + self._policy.healthy_s

    def _tend(self, watched: Watched) -> None:
        """Start again what is due, notice what has become ready or healthy."""
        now_s = time.monotonic()
        if watched.child is None:
            if now_s >= watched.due_s:
                watched.restarts += 1
                try:
                    self._spawn(watched)
                except RuntimeFailure as failure:
                    self._failed(watched, failure.message)
            return
        if not watched.ready and watched.child.is_ready():
            watched.ready = True
            self._tell(EventKind.READY, watched, f"ready after {now_s - watched.started_s:.1f} s")
        if watched.looping and now_s - watched.started_s >= self._policy.healthy_s:
            watched.looping = False
            watched.failures = 0
            self._tell(EventKind.RECOVERED, watched, f"has run for {self._policy.healthy_s:g} s again")

    def _ring(self) -> None:
        """Note who is down, and have told what must be."""
        now_s = time.monotonic()
        down = tuple(name for name, watched in self._watched.items() if watched.is_down(now_s))
        if down != self._down:
            self._down = down
            self._write_state()
        if self._ringer is not None:
            self._ringer.look(down)

    def _spawn(self, watched: Watched) -> None:
        watched.child = Child(watched.spec, watched.log)
        watched.started_s = time.monotonic()
        watched.due_s = float("inf")
        watched.ready = watched.spec.ready is None
        self._selector.register(watched.child.pidfd, selectors.EVENT_READ, watched.spec.name)
        self._tell(EventKind.STARTED, watched, f"started as process {watched.child.pid}")

    def _ended(self, watched: Watched) -> None:
        assert watched.child is not None
        self._selector.unregister(watched.child.pidfd)
        code = watched.child.collect()
        watched.child = None
        watched.ready = False
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        if self.stopping:
            self._tell(EventKind.STOPPED, watched, how)
            return
        if time.monotonic() - watched.started_s >= self._policy.healthy_s:
            watched.failures = 0
        self._failed(watched, how)

    def _failed(self, watched: Watched, how: str) -> None:
        watched.failures += 1
        pause_s = self._policy.pause_s(watched.failures)
        watched.due_s = time.monotonic() + pause_s
        if not watched.looping:
            self._tell(EventKind.ENDED, watched, f"{how}; starts again in {pause_s:g} s")
        else:
            self._write_state()
        if watched.failures >= self._policy.loop_after and not watched.looping:
            watched.looping = True
            sentence = f"has ended {watched.failures} times in a row; goes on trying, see {watched.log}"
            self._tell(EventKind.CRASH_LOOP, watched, sentence)

    def _tell(self, kind: EventKind, watched: Watched, sentence: str) -> None:
        self._write_state()
        self._listener(ProcessEvent(kind, watched.spec.name, sentence))

    def _write_state(self) -> None:
        state = {
            "schema_version": STATE_VERSION,
            "fleet": self._run.name,
            "supervisor": os.getpid(),
            **self._info,
            "processes": [
                {
                    "name": watched.spec.name,
                    "role": watched.spec.role,
                    "pid": watched.child.pid if watched.child else None,
                    "ready": watched.ready,
                    "down": watched.spec.name in self._down,
                    "restarts": watched.restarts,
                    "started_steady_s": watched.started_s,
                }
                for watched in self._watched.values()
            ],
        }
        partial = self._run.processes.with_suffix(".part")
        try:
            partial.write_text(json.dumps(state, indent=1) + "\n", encoding="utf-8")
            partial.replace(self._run.processes)
        except OSError as error:  # a full disk; the fleet goes on, only who looks at it sees what was
            _log.error("event=state_not_written error=%s", error)


def _log_event(event: ProcessEvent) -> None:
    level = logging.ERROR if event.kind is EventKind.CRASH_LOOP else logging.INFO
    _log.log(level, "process=%s event=%s %s", event.name, event.kind, event.sentence)
