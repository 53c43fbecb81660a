"""Passes: what lets somebody in who is no user, for one thing alone."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

DAY_S = 86_400.0


class PassKind(StrEnum):
    """What a pass is for, and so what its subject is."""

    KIOSK = "kiosk"
    """A screen at a place where things are handed over and asked back; it sees what it has asked for itself."""
    RESIDENT = "resident"
    """Whoever lives or works at a place: its services, deliveries and prompts."""
    TASK = "task"
    """One task, for whoever it is done for."""
    ITEM = "item"
    """One thing that was handed over, such as a car."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass, without its secret.

    Parameters
    ----------
    subject : id of the place, task or item that it is for.
    made_by : id of whoever made it: a user, `os:<uid>` of the command line, or another pass.
    expires_s, used_s, revoked_s : None if it was never used or revoked.
    """

    id: str
    kind: PassKind
    subject: str
    made_by: str
    expires_s: float
    used_s: float | None = None
    revoked_s: float | None = None

    def is_good(self, now_s: float) -> bool:
        """Return whether it lets anybody in."""
        return self.revoked_s is None and now_s < self.expires_s
