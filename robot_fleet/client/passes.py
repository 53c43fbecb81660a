"""The client's wishes about passes, and what whoever holds one may do: its secret stands where a token would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robot_fleet.client.caller import Caller, body, new_key, path
from robot_fleet.server.guests.models import (
    AnswerWish,
    Asked,
    AskWish,
    CodeWish,
    MeAnswer,
    PassMade,
    PassRow,
    PassWish,
    RatingWish,
    Taken,
    TicketTaken,
    TicketWish,
)
from robot_fleet.stores.passes.kinds import PassKind


class PassCalls(Caller):
    """Makes passes and takes them back; with a pass: looks at what is its own, asks, answers, opens, rates."""

    def passes(self) -> list[PassRow]:
        """Return every pass that is known, by when they end; no secrets."""
        return [PassRow.model_validate(row) for row in self._connection.rows("/passes")]

    def new_pass(self, kind: PassKind | str, subject: str, days: float = 30.0) -> PassMade:
        """Make a pass for a place (`kiosk`, `resident`), a `task` or an `item`; its secret is told this once."""
        wish = body(PassWish, kind=kind, subject=subject, days=days)
        return PassMade.model_validate(self._connection.post("/passes", wish, new_key()))

    def revoke_pass(self, pass_id: str) -> PassRow:
        """Take a pass back; it lets nobody in any more."""
        return PassRow.model_validate(self._connection.post(path("passes", pass_id, "revoke"), {}, new_key()))

    def mine(self) -> MeAnswer:
        """Return what the client's pass is for: what may be asked for, what is coming, what a robot asks."""
        return MeAnswer.model_validate(self._connection.get("/me"))

    def ask_for(
        self,
        offer: str,
        *,
        choice: str = "",
        in_s: float = 0.0,
        confirmed: bool = False,
        plate: str = "",
        key: str = "",
    ) -> Asked:
        """Ask for something that the site offers to whoever has such a pass; `key` becomes the task's id."""
        wish = body(AskWish, offer=offer, choice=choice, in_s=in_s, confirmed=confirmed, plate=plate)
        return Asked.model_validate(self._connection.post("/me/requests", {**wish, "plate": plate}, key or new_key()))

    def reply(self, task: str, word: str, *, key: str = "") -> Taken:
        """Answer a robot that waits for a person."""
        return self._say("answers", body(AnswerWish, task=task, word=word), key)

    def open_by_code(self, task: str, code: str, *, key: str = "") -> Taken:
        """Open what a robot has brought by its four digits; three wrong ones lock it for a while."""
        return self._say("code", {**body(CodeWish, task=task, code=code), "code": code}, key)

    def rate(self, task: str, stars: int, words: Sequence[str] = (), *, key: str = "") -> Taken:
        """Say how a task was: 1 to 5 stars, and words out of the site's list."""
        return self._say("ratings", body(RatingWish, task=task, stars=stars, words=list(words)), key)

    def take_ticket(self, ticket: str) -> TicketTaken:
        """Get a pass for what was handed over at a kiosk, by its ticket of nine digits."""
        wish = {**body(TicketWish, ticket=ticket), "ticket": ticket}  # what is secret hides from whoever dumps it
        return TicketTaken.model_validate(self._connection.post("/me/tickets", wish, new_key()))

    def _say(self, what: str, wish: Mapping[str, Any], key: str) -> Taken:
        return Taken.model_validate(self._connection.post(f"/me/{what}", wish, key or new_key()))
