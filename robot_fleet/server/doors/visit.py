"""Who is speaking to the server now, for whatever handles the request. Set by the doors, one per request."""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator

from robot_fleet.stores.passes.kinds import Pass
from robot_fleet.stores.users.people import Entrant

_ID = re.compile(r"[\w.:/@-]{1,96}", re.ASCII)


@dataclass(slots=True)
class Visit:
    """A request at the doors.

    Parameters
    ----------
    address : where it comes from.
    entrant : who was let in; None if nobody is signed in.
    guest : the pass by which somebody was let in who is no user.
    who, target : what the audit is to say; handlers may add what the doors cannot know.
    """

    address: str
    entrant: Entrant | None = None
    guest: Pass | None = None
    who: str = ""
    target: str = ""


_NOW: ContextVar[Visit | None] = ContextVar("visit", default=None)
enter = _NOW.set
leave = _NOW.reset


def visit() -> Visit:
    """Return the visit of the request that is being handled; an empty one where there are no doors."""
    return _NOW.get() or Visit("")


def concerns(*ids: str) -> None:
    """Tell the audit whom or what a command is about. What does not look like an id is not written down."""
    here = _NOW.get()
    if here is not None:
        here.target = " ".join(each if _ID.fullmatch(each) else "?" for each in ids if each)


def _speaker(claimed: str) -> str:
    """Return who gives a command: the user who is signed in, whatever the body says; without users what it says."""
    entrant = visit().entrant
    return claimed if entrant is None else entrant.user


By = Annotated[str, AfterValidator(_speaker)]
"""The type of each field of a body that says who asks. Give it `validate_default=True`."""
