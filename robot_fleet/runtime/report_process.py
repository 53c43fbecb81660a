"""Makes reports in a process of its own, so that who shows the fleet and rings alarms is never held up by one.

The process starts with the first report, keeps what it has read, and is started anew if it dies. A pipe and nothing
else joins the two.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

from robot_fleet.core.errors import FleetError, LedgerError, RequestError, RuntimeFailure
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.reports.past import Ground
from robot_fleet.runtime.process import die_with_parent
from robot_fleet.runtime.report_desk import Language, ReportDesk
from robot_fleet.stores.history.database import Target

_NICER = 10
"""How much the process stands back behind the fleet's own."""
_ERRORS: Mapping[str, type[FleetError]] = {each.__name__: each for each in (LedgerError, RequestError)}


def _work(pipe: Connection, owner: int, *of_the_desk: Any) -> None:
    """Answer one question after the other: (True, answer), or (False, what was wrong)."""
    die_with_parent(owner)
    os.nice(_NICER)
    desk = ReportDesk(*of_the_desk)
    with suppress(EOFError, BrokenPipeError, KeyboardInterrupt):
        while True:
            method, arguments = pipe.recv()
            try:
                pipe.send((True, getattr(desk, method)(*arguments)))
            except FleetError as error:
                pipe.send((False, (type(error).__name__, error.code, error.message, error.where)))


class ReportProcess:
    """The desk of a process of its own. One question at a time, each of which blocks; threads may ask.

    Parameters
    ----------
    ground, ledger, telemetry, began : see `ReportDesk`.
    """

    def __init__(self, ground: Ground, ledger: LedgerTarget, telemetry: Target | None, began: str = "") -> None:
        self._of_the_desk = (ground, ledger, telemetry, began)
        self._asking = threading.Lock()
        self._worker: BaseProcess | None = None
        self._pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The process's id, None while there is none."""
        return None if self._worker is None else self._worker.pid

    def json(self, length: str, of: str, began: str) -> Mapping[str, Any]:
        """Return a report as JSON. Raises as `ReportDesk.report`; RuntimeFailure `runtime_report_failed`."""
        found: Mapping[str, Any] = self._ask("json", length, of, began)
        return found

    def file(self, form: str, length: str, of: str, began: str, language: Language) -> bytes:
        """Return a report as a file, `csv` or `pdf`. Raises as `json`."""
        found: bytes = self._ask("file", form, length, of, began, language)
        return found

    def close(self) -> None:
        """End the process without waiting for a report; who waits for one is told that it failed."""
        if self._worker is not None:
            self._worker.kill()
            self._worker.join()

    def _ask(self, method: str, *arguments: str) -> Any:
        with self._asking:
            pipe = self._pipe or self._start()
            try:
                pipe.send((method, arguments))
                made, answer = pipe.recv()
            except (EOFError, BrokenPipeError, ConnectionResetError) as error:
                self.close()
                pipe.close()
                self._worker = self._pipe = None
                message = "the process that makes reports ended; ask again"
                raise RuntimeFailure("runtime_report_failed", message) from error
        if made:
            return answer
        kind, code, text, where = answer
        raise _ERRORS.get(kind, RuntimeFailure)(code, text, where)

    def _start(self) -> Connection:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        words = (theirs, os.getpid(), *self._of_the_desk)
        self._worker = context.Process(target=_work, args=words, name="reports", daemon=True)
        self._worker.start()
        theirs.close()
        return self._pipe
