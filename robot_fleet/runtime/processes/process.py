"""One child process: what it is started with, when it counts as ready, and that it never outlives its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure

_PR_SET_PDEATHSIG = 1
_LOGS_KEPT = 5
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """Ready once this file exists; it is removed before the start."""

    path: Path


@dataclass(frozen=True, slots=True)
class ReadyPort:
    """Ready once something accepts connections here."""

    port: int
    host: str = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class ReadyLine:
    """Ready once the process has written a line with this text since its start."""

    text: str


@dataclass(frozen=True, slots=True)
class ProcessSpec:
    """How a process is started.

    Parameters
    ----------
    name : unique in the fleet; its log is `<name>.log`.
    role : what kind of process it is, for instance `fleet_manager`.
    argv : program and arguments.
    env : variables on top of the supervisor's own.
    cwd : working directory, the supervisor's own if None.
    ready : what shows that it is ready; None counts as ready at once.
    pulse : a file that it writes every few seconds; when it has stopped doing so, it counts as down.
    """

    name: str
    role: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    ready: ReadyFile | ReadyPort | ReadyLine | None = None
    pulse: Path | None = None


def die_with_parent(parent_pid: int) -> None:
    """Have the kernel kill this process as soon as the thread that made it ends. For children, in the child.

    Parameters
    ----------
    parent_pid : the parent's process id; a child whose parent is gone by now ends at once.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(1)


class Child:
    """A started process, the head of a process group of its own.

    Call from a thread that lives as long as the child shall: the kernel kills the child when that thread ends.

    Raises
    ------
    RuntimeFailure : `runtime_cannot_start`.
    """

    def __init__(self, spec: ProcessSpec, log: Path) -> None:
        self.spec = spec
        self._log = log
        if isinstance(spec.ready, ReadyFile):
            spec.ready.path.unlink(missing_ok=True)
        parent = os.getpid()

        def in_child() -> None:
            die_with_parent(parent)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job would hand down SIG_IGN

        try:
            with log.open("ab") as out:
                self._log_start = out.tell()
                self._process = subprocess.Popen(
                    spec.argv,
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=subprocess.STDOUT,
                    cwd=spec.cwd,
                    env={**os.environ, **spec.env},
                    start_new_session=True,
                    preexec_fn=in_child,
                )
        except (OSError, subprocess.SubprocessError) as error:
            message = f"`{spec.argv[0]}` cannot be started: {getattr(error, 'strerror', None) or error}"
            raise RuntimeFailure("runtime_cannot_start", message, spec.name) from error
        self.pid = self._process.pid
        self.pidfd = os.pidfd_open(self.pid)

    def is_ready(self) -> bool:
        """Return whether what the spec waits for has come."""
        ready = self.spec.ready
        if ready is None:
            return True
        if isinstance(ready, ReadyFile):
            return ready.path.exists()
        if isinstance(ready, ReadyLine):
            with self._log.open("rb") as log:
                log.seek(self._log_start)
                return any(ready.text.encode() in line for line in log.read().split(b"\n")[:-1])
        try:
            socket.create_connection((ready.host, ready.port), timeout=0.2).close()
        except OSError:
            return False
        return True

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process alone; one that has ended takes none."""
        signal.pidfd_send_signal(self.pidfd, number)

    def kill_group(self) -> None:
        """Kill the process and whatever it has started in its group."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def collect(self) -> int:
        """Take in the exit code of a process that has ended, after killing what is left of its group."""
        os.waitid(os.P_PIDFD, self.pidfd, os.WEXITED | os.WNOWAIT)  # ended, but its id is not free for others yet
        self.kill_group()
        code = self._process.wait()
        os.close(self.pidfd)
        return code


def rotate_log(log: Path) -> None:
    """Move an earlier run's log aside: `x.log` to `x.log.1` and so on, the oldest is dropped."""
    for number in range(_LOGS_KEPT - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
