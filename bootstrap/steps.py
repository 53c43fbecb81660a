"""Runs the programs of the set-up: everything they print goes to one log, what went wrong comes back as an error."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bootstrap.errors import StepFailed

_TAIL_LINES = 15


class Steps:
    """Starts programs, several at once if need be, and ends those that still run when the set-up is given up.

    Parameters
    ----------
    log
        Gets all their output.
    environ
        Their variables.
    lock_fd
        A locked file that the programs inherit: the lock lasts as long as any of them, even if this process dies.
    """

    def __init__(self, log: Path, environ: Mapping[str, str], lock_fd: int) -> None:
        self._log = log
        self._environ = dict(environ)
        self._lock_fd = lock_fd
        self._mutex = threading.Lock()
        self._running: list[subprocess.Popen[str]] = []
        self._stopped = False

    def run(self, what: str, *command: str | Path, on_line: Callable[[str], None] = lambda line: None) -> None:
        """Run ``command`` to its end, handing each line of its output to ``on_line``.

        Raises
        ------
        StepFailed
            If it cannot be started or ends with an error; ``what`` names it for the user.
        """
        words = [str(word) for word in command]
        tail: deque[str] = deque(maxlen=_TAIL_LINES)
        with self._log.open("a", encoding="utf-8") as log:
            print("$", *words, file=log, flush=True)
            with self._start(what, words) as process:
                assert process.stdout is not None
                for line in process.stdout:
                    log.write(line)
                    tail.append(line)
                    on_line(line.rstrip("\n"))
        with self._mutex:
            self._running.remove(process)
        if process.returncode != 0:
            outcome = f"{what} failed (exit status {process.returncode}); the whole log: {self._log}"
            raise StepFailed("\n".join([outcome, *(line.rstrip("\n") for line in tail)]))

    def stop(self) -> None:
        """End what still runs, and start nothing more."""
        with self._mutex:
            self._stopped = True
            running = list(self._running)
        for process in running:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)  # with what it has started itself
        for process in running:
            process.wait()

    def _start(self, what: str, words: list[str]) -> subprocess.Popen[str]:
        with self._mutex:
            if self._stopped:
                raise StepFailed(f"{what} was not started since the set-up was given up")
            try:
                process = subprocess.Popen(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    env=self._environ,
                    text=True,
                    errors="replace",
                    pass_fds=(self._lock_fd,),
                    process_group=0,
                )
            except OSError as error:
                raise StepFailed(f"{what} could not be started: {error}") from error
            self._running.append(process)
            return process
