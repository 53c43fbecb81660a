"""Processes that a bench starts: awaited until they are ready, and ended whatever happens."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.runtime.processes.process import Child

START_WITHIN_S = 90.0


def await_ready(children: Sequence[Child], folder: Path) -> None:
    """Wait until all are ready; their logs are in the folder.

    Raises
    ------
    RuntimeFailure : `runtime_not_ready`.
    """
    until_s = time.monotonic() + START_WITHIN_S
    for child in children:
        while not child.is_ready():
            if time.monotonic() > until_s:
                log = (folder / f"{child.spec.name}.log").read_text(encoding="utf-8")[-2000:]
                raise RuntimeFailure(
                    "runtime_not_ready", f"did not come up in {START_WITHIN_S:g} s: {log}", child.spec.name
                )
            time.sleep(0.05)


def end(child: Child) -> None:
    """End one at once."""
    with suppress(ProcessLookupError):
        child.send(signal.SIGKILL)
    child.collect()
