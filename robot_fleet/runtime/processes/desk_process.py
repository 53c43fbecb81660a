"""A desk in a process of its own, so that who shows the fleet and rings alarms is never held up by what takes long.

The process starts with the first question, keeps what it has read, and is started anew if it dies. A pipe and nothing
else joins the two.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from robot_fleet.core.errors import FleetError, LedgerError, RequestError, RuntimeFailure, StoreError
from robot_fleet.runtime.processes.process import die_with_parent

_NICER = 10
"""How much the process stands back behind the fleet's own."""
_ERRORS: Mapping[str, type[FleetError]] = {each.__name__: each for each in (LedgerError, RequestError, StoreError)}


def _work(pipe: Connection, owner: int, make: Callable[..., object], *of_the_desk: Any) -> None:
    """Answer one question after the other: (True, answer), or (False, what was wrong)."""
    die_with_parent(owner)
    os.nice(_NICER)
    desk = make(*of_the_desk)
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            method, arguments = pipe.recv()
            try:
                pipe.send((True, getattr(desk, method)(*arguments)))
            except FleetError as error:
                pipe.send((False, (type(error).__name__, error.code, error.message, error.where)))


class DeskProcess:
    """The process. One question at a time, each of which blocks; threads may ask.

    Parameters
    ----------
    name : of the process.
    died : code of the RuntimeFailure by which whoever asks hears that the process ended.
    make, of_the_desk : makes the desk, in the process; both must be fit to be sent there.
    """

    def __init__(self, name: str, died: str, make: Callable[..., object], *of_the_desk: Any) -> None:
        self._name = name
        self._died = died
        self._of_the_desk = (make, *of_the_desk)
        self._asking = threading.Lock()
        self._worker: BaseProcess | None = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        return None if self._worker is None else self._worker.pid

    def ask(self, method: str, *arguments: object) -> Any:
        """Return what a method of the desk returns. Raises as the method, and RuntimeFailure with the code `died`."""
        with self._asking:
            pipe = self._pipe or self._start()
            try:
                pipe.send((method, arguments))
                made, answer = pipe.recv()
            except (EOFError, BrokenPipeError, ConnectionResetError) as error:
                self.close()
                pipe.close()
                self._worker = self._pipe = None
                raise RuntimeFailure(self._died, f"the process of {self._name} ended; ask again") from error
        if made:
            return answer
        kind, code, text, where = answer
        raise _ERRORS.get(kind, RuntimeFailure)(code, text, where)

    def close(self) -> None:
        """End the process without waiting for an answer; who waits for one is told that it failed."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.join()

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        words = (theirs, os.getpid(), *self._of_the_desk)
        self._worker = context.Process(target=_work, args=words, name=self._name, daemon=True)
        self._worker.start()
        theirs.close()
        return self._pipe
