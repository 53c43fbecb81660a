"""An outbox that never fails its users: in its file while that can be written, in memory from then on.

Somebody may be waiting for help while the disk is full. What is in memory then is lost with the process, but what the
file still holds is sent again by the next one.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.stores.outbox import Limits, Outbox

LOG = logging.getLogger("robot_fleet.webhooks")

T = TypeVar("T")


class SafeOutbox:
    """An outbox to do things with.

    Parameters
    ----------
    path : its file.
    limits : how much is kept.
    now_s : returns Unix time.

    Attributes
    ----------
    durable : whether what is kept survives the end of the process.
    """

    def __init__(self, path: Path, limits: Limits | None, now_s: Callable[[], float]) -> None:
        self.durable = True
        self._limits = limits
        self._now_s = now_s
        try:
            self._outbox = Outbox(path, limits)
        except RuntimeFailure as failure:
            self._outbox = self._in_memory(failure)

    def do(self, action: Callable[[Outbox], T]) -> T:
        """Return what an action on the outbox returns; if the file fails, of the same action on what is in memory."""
        try:
            return action(self._outbox)
        except RuntimeFailure as failure:
            if not self.durable:
                raise
            failed, self._outbox = self._outbox, self._in_memory(failure)
            with contextlib.suppress(RuntimeFailure):  # what cannot be read either is sent after the next start
                self._outbox.restore(failed.open_deliveries(), self._now_s())
            with contextlib.suppress(RuntimeFailure):
                failed.close()
            return action(self._outbox)

    def close(self) -> None:
        """Close the file."""
        self._outbox.close()

    def _in_memory(self, failure: RuntimeFailure) -> Outbox:
        LOG.error("webhooks event=outbox_failed error=%s until the next start it is kept in memory", failure)
        self.durable = False
        return Outbox(None, self._limits)
