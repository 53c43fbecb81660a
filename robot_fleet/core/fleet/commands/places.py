"""Commands about places: take one out of use, say that it is in order again. `outages` says what follows."""

from __future__ import annotations

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.tasks import outages
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import PlaceChange, TakePlaceOut
from robot_fleet.core.wishes import check_key

BY_PERSON = "out_by_person"
"""Code of a place that a person has taken out without a word of their own."""


def change(turn: Turn, wish: PlaceChange) -> None:
    """Take a place out of use, or put it back.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_place`, `request_place_state`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    if wish.place not in turn.site.places:
        raise RequestError("request_unknown_place", f"no place {wish.place!r}", wish.place)
    out = wish.place in turn.state.out
    if isinstance(wish, TakePlaceOut):
        if out:
            raise RequestError("request_place_state", "the place is out of use already", wish.place)
        outages.take_out(turn, wish.place, wish.reason or BY_PERSON, by=wish.by)
    else:
        if not out:
            raise RequestError("request_place_state", "the place is in use; nothing is to be mended", wish.place)
        outages.mended(turn, wish.place, wish.by)
    turn.emit(CommandTaken(wish.key, {"accepted": True, "task": wish.place}))
    turn.effects.append(Answer(wish.key, True, wish.place))
