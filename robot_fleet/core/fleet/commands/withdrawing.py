"""Commands about papers: an authority, or somebody here, withdraws one or lets it count again."""

from __future__ import annotations

from robot_fleet.core.effects import Answer
from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import CommandTaken, PaperRestored, PaperWithdrawn
from robot_fleet.core.fleet.commands.repeats import repeated
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.inputs import PaperChange, WithdrawPaper
from robot_fleet.core.wishes import check_key


def change(turn: Turn, wish: PaperChange) -> None:
    """Withdraw a paper or restore it; where robots may go follows in the same turn.

    Raises
    ------
    RequestError : `request_key_malformed`, `request_unknown_paper`.
    """
    check_key(wish.key)
    if repeated(turn, wish.key):
        return
    if wish.paper not in turn.site.law.papers:
        known = ", ".join(turn.site.law.papers) or "none"
        raise RequestError("request_unknown_paper", f"no paper {wish.paper!r}; this site has {known}", wish.paper)
    fact = PaperWithdrawn if isinstance(wish, WithdrawPaper) else PaperRestored
    turn.emit(fact(wish.paper, wish.reason, wish.by, turn.now.fleet_s))
    turn.emit(CommandTaken(wish.key, {"accepted": True}))
    turn.agenda.replan = turn.agenda.moved = True
    turn.effects.append(Answer(wish.key, True))
