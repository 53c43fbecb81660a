"""Codes of four digits that open what a robot has brought: few tries, then a growing pause. Times are Unix seconds."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import delete, insert, select, update

from robot_fleet.stores.passes.keyed import keyed
from robot_fleet.stores.passes.schema import CODES
from robot_fleet.stores.private_file import PrivateFile

DIGITS = 4
TRIES = 3
"""So many wrong ones in a row lock a code."""
FIRST_LOCK_S, LONGEST_LOCK_S = 60.0, 3_600.0
"""Each further lock of a code is twice as long."""
_KEPT_S = 14 * 86_400.0


class Tried(StrEnum):
    """What came of typing a code."""

    RIGHT = "right"
    WRONG = "wrong"
    LOCKS = "locks"
    """Wrong, and once too often."""
    LOCKED = "locked"
    """Not even looked at."""
    NONE = "none"
    """There is no code for this."""


@dataclass(frozen=True, slots=True)
class Try:
    """A try: what came of it, how many are left, and for how long it is locked."""

    came: Tried
    left: int = 0
    locked_s: float = 0.0


class Codes:
    """The codes of tasks. A code follows from the task and a key; the database knows who has one, and the tries.

    Parameters
    ----------
    key : 32 bytes.
    """

    def __init__(self, database: PrivateFile, key: bytes) -> None:
        self._database = database
        self._key = key

    def make(self, task: str, now_s: float) -> str:
        """Return a task's code, the same whenever it is asked for; it follows from the key, and is kept nowhere."""
        row = {"task": task, "made_s": now_s, "wrong": 0, "locks": 0, "locked_until_s": 0.0}
        with self._database.writing() as connection:
            connection.execute(delete(CODES).where(CODES.c.made_s < now_s - _KEPT_S))
            connection.execute(insert(CODES).prefix_with("OR IGNORE"), row)
        return self._code(task)

    def locked_s(self, task: str, now_s: float) -> float:
        """Return for how long a task's code is locked, 0 if it is not."""
        with self._database.reading() as connection:
            until_s = connection.execute(
                select(CODES.c.locked_until_s).where(CODES.c.task == task)
            ).scalar_one_or_none()
        return max(0.0, (until_s or 0.0) - now_s)

    def attempt(self, task: str, code: str, now_s: float) -> Try:
        """Look whether a code is a task's; it is counted before anybody is told."""
        wanted = CODES.c.task == task
        with self._database.writing() as connection:
            row = connection.execute(select(CODES).where(wanted)).first()
            if row is None:
                return Try(Tried.NONE)
            if now_s < row.locked_until_s:
                return Try(Tried.LOCKED, 0, row.locked_until_s - now_s)
            if hmac.compare_digest(self._code(task), code):
                connection.execute(update(CODES).where(wanted).values(wrong=0))
                return Try(Tried.RIGHT)
            wrong = row.wrong + 1
            if wrong < TRIES:
                connection.execute(update(CODES).where(wanted).values(wrong=wrong))
                return Try(Tried.WRONG, TRIES - wrong)
            lock_s = min(FIRST_LOCK_S * 2.0**row.locks, LONGEST_LOCK_S)
            locked = {"wrong": 0, "locks": row.locks + 1, "locked_until_s": now_s + lock_s}
            connection.execute(update(CODES).where(wanted).values(**locked))
            return Try(Tried.LOCKS, 0, lock_s)

    def _code(self, task: str) -> str:
        return f"{int.from_bytes(keyed(self._key, 'code', task)) % 10**DIGITS:0{DIGITS}d}"
