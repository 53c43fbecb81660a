"""Those whom a call for help wants reached, as a local stand-in for telephone, 119, guardian and door plays them.

Nothing is kept here: what comes of a wish, and when, follows from the seed and from since when it is wished.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from robot_fleet.core.desk import Contact, Voice
from robot_fleet.core.effects import ReachOut
from robot_fleet.sim.people import PLAIN
from robot_fleet.sim.world import SimWorld

_MEETS = {Contact.EMERGENCY: Voice.ESCALATED, Contact.GUARDIAN: Voice.GUARDIAN_TOLD, Contact.DOOR: Voice.DOOR_OPENED}
STAND_IN = "stand_in"
"""Who says so."""
CANNOT = "failed"
"""A result with which somebody cannot be reached just now, among those of a habit."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What came of a wish: a word of `core.desk.Voice`, and what was said."""

    outcome: str
    word: str = ""


def reply_key(wish: ReachOut, reply: Reply, now_s: float) -> str:
    """Return the key of the command that tells of a reply: the same for the same reply to the same wish."""
    return f"reach_{wish.kind}_{reply.outcome}_{round(now_s)}_{hashlib.sha256(wish.alarm.encode()).hexdigest()[:12]}"


def reply_now(world: SimWorld, wish: ReachOut) -> Reply | None:
    """Return what has come of a wish by now, None as long as nothing has."""
    contacts = world.people.habits.contacts
    truth = world.truth_of_request(wish.alarm)
    kind = Contact(wish.kind)
    if kind is Contact.LINE and wish.opened_s is not None:
        drawn = world.people.reached(world.seed, f"{wish.alarm}/answer", contacts.answer, truth)
        if world.now_s < wish.opened_s + drawn.duration_s:
            return None
        return Reply(Voice.ANSWERED.value, "" if drawn.result == PLAIN else drawn.result) if drawn.succeeds else _SILENT
    drawn = world.people.reached(world.seed, f"{wish.alarm}/{kind}", getattr(contacts, kind.value), truth)
    if world.now_s < wish.since_s + drawn.duration_s:
        return None
    if drawn.result == CANNOT:
        return Reply(Voice.FAILED.value)
    return Reply(Voice.MADE.value if kind is Contact.LINE else _MEETS[kind].value)


_SILENT = Reply(Voice.SILENT.value)
