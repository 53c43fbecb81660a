"""The manager's look into the raisers' journal: what is there is taken in, and cleared once the ledger knows it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import LedgerError
from robot_fleet.core.inputs import SubmitTask
from robot_fleet.stores.raised import RaisedAlarm, RaisedAlarms

LOG = logging.getLogger("robot_fleet")
LOOK_EVERY_S = 1.0
AFTER_BUG_S = 60.0
"""An alarm that the fleet fails at is not handed in again before that: each failure costs a reading of the ledger."""


class RaisedIntake:
    """Takes alarms in that their raisers could not hand in, or did a moment ago: the same wish twice is one.

    Parameters
    ----------
    journal : what was raised.
    submit : hands a wish to the fleet and returns its answer; with a code `runtime_…` the fleet cannot tell yet. An
        answer says that the facts are in the ledger.
    """

    def __init__(self, journal: RaisedAlarms, submit: Callable[[SubmitTask], Answer]) -> None:
        self._journal = journal
        self._submit = submit
        self._failed_s: dict[str, float] = {}

    def look(self) -> None:
        """Take in what is there, oldest first; one that fails does not keep the others.

        Raises
        ------
        LedgerError : the ledger cannot be written; the process must end.
        """
        if not self._journal.kept():
            return
        whole, damaged = self._journal.read()
        for key in damaged:
            aside = self._journal.put_aside(key)
            LOG.error("alarm=%s event=damaged file=%s look whether somebody needs help", key, aside)
        for alarm in whole:
            if time.monotonic() - self._failed_s.get(alarm.key, float("-inf")) < AFTER_BUG_S:
                continue
            try:
                self._take_in(alarm)
            except LedgerError:
                raise
            except Exception:
                self._failed_s[alarm.key] = time.monotonic()
                LOG.exception("alarm=%s event=failed it is handed in again in %g s", alarm.key, AFTER_BUG_S)

    def _take_in(self, alarm: RaisedAlarm) -> None:
        requester = alarm.requester or "operator"
        answer = self._submit(SubmitTask(alarm.key, alarm.service, alarm.params, requester, alarm.raised_s))
        if not answer.accepted and answer.code.startswith("runtime_"):
            return
        if not answer.accepted:
            LOG.error("alarm=%s event=refused code=%s subject=%s", alarm.key, answer.code, alarm.subject)
        self._journal.clear(alarm.key)
