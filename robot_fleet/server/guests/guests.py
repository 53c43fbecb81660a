"""What is done for whoever comes with a pass. Every look at the fleet is through what belongs to it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from robot_fleet.core.errors import RequestError
from robot_fleet.core.inputs import RateTask
from robot_fleet.core.site import ActTemplate, Asked, Site
from robot_fleet.server.answers import taken
from robot_fleet.server.doors.limits import Patience, Pauses, TooManyRequests
from robot_fleet.server.guests import models, things
from robot_fleet.server.guests.qr import qr_svg
from robot_fleet.server.ports import FleetPort, Frame, Row
from robot_fleet.site.models.pages import OfferModel, PagesFile
from robot_fleet.stores.passes.codes import Tried
from robot_fleet.stores.passes.kinds import DAY_S, Pass, PassKind
from robot_fleet.stores.passes.store import PassStore

LOG = logging.getLogger("robot_fleet.doors")

TICKETS_WRONG = Patience(free=5, first_s=10.0, longest_s=600.0)
"""Of one kiosk; a thousand million tickets are not guessed so."""
TICKET_PASS_S = 12 * 3_600.0
"""A pass that a ticket gives is good for so long."""
SLIP_PASS_S = 7 * DAY_S
"""A link that a kiosk shows to whoever hands something over is good for so long; their number is, for ever."""
_PAGES = {
    PassKind.KIOSK: "kiosk.html",
    PassKind.RESIDENT: "home.html",
    PassKind.TASK: "mine.html",
    PassKind.ITEM: "mine.html",
}


@dataclass(frozen=True, slots=True)
class Guests:
    """What it takes to let people in who are no users.

    Parameters
    ----------
    site : the site.
    pages : what it offers to them.
    store : their passes, codes and tickets.
    now_s, steady_s : Unix and steady time.
    """

    site: Site
    pages: PagesFile
    store: PassStore
    now_s: Callable[[], float]
    steady_s: Callable[[], float]
    _failed: Pauses = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nobody having failed."""
        object.__setattr__(self, "_failed", Pauses(TICKETS_WRONG, self.steady_s))

    async def look(self, fleet: FleetPort, holder: Pass) -> models.MeAnswer:
        """Return what somebody's pass is for, now."""
        view, site = _seen(fleet), self.site
        rows = things.own(site, holder, view)
        coded = [row["id"] for row in rows if row.get("awaits")]
        now_s = self.now_s()
        locked = await asyncio.to_thread(lambda: {task: self.store.codes.locked_s(task, now_s) for task in coded})
        place = site.places.get(holder.subject)
        return models.MeAnswer(
            kind=holder.kind,
            subject=holder.subject,
            place=None if place is None else things.told(place.name),
            now_s=view["t_s"],
            live=fleet.health().get("manager") == "live",
            emergency_number=site.emergency_number,
            offers=[things.shown(offer) for offer in things.offers(site, self.pages, holder, view)],
            things=[things.thing(site, row, view, locked.get(row["id"], 0.0)) for row in rows],
            item=things.item_of(site, holder.subject, view) if holder.kind is PassKind.ITEM else None,
            words=[
                models.WordShown(id=word.id, name=things.told(word.name.value())) for word in self.pages.rating_words
            ],
        )

    async def ask(
        self, fleet: FleetPort, holder: Pass, key: str, wish: models.AskWish, entrance: str = ""
    ) -> models.Asked:
        """Ask for what a site offers.

        Parameters
        ----------
        entrance : the address at which whoever asks has reached the server; pages are below it.

        Raises
        ------
        RequestError : `request_unknown_offer`, `request_choice_missing`, `request_not_confirmed`,
            `request_already_asked`, `request_plate_malformed`, `request_plate_here`, and as the manager refuses it.
        """
        view = _seen(fleet)
        again = any(row["id"] == key and row["requester"] == holder.id for row in view["tasks"])
        offer = self._offer(holder, view, wish.offer, again)
        params = self._params(offer, holder, wish, view["t_s"])
        ticket: str | None = None
        if offer.item and holder.kind is not PassKind.ITEM:
            plate = wish.plate.get_secret_value() if offer.plate else ""
            if offer.plate and not plate.strip():
                raise RequestError("request_plate_malformed", "a plate is needed", "plate")
            made = await asyncio.to_thread(
                self.store.tickets.make,
                offer.item_mark,
                plate,
                f"{holder.id} {key}",
                self.now_s(),
                lambda item: things.is_here(self.site, view, item),
            )
            params[offer.item] = made[0]
            ticket = made[1] if offer.ticket else None
        if not again and holder.kind is PassKind.RESIDENT:
            self._check_new(offer, holder, view)
        told = await fleet.submit(key, offer.service, params, holder.id)
        if not told.accepted and ticket is not None and not again:
            await asyncio.to_thread(self.store.tickets.forget, str(params[offer.item]))
        answer = taken(key, told)
        code: str | None = None
        if things.asks_for_code(self.site.services.get(offer.service)) and holder.kind is PassKind.RESIDENT:
            code = await asyncio.to_thread(self.store.codes.make, answer.task, self.now_s())
        page: str | None = None
        if ticket is not None:
            _, secret = await asyncio.to_thread(
                self.store.passes.new, PassKind.ITEM, str(params[offer.item]), holder.id, SLIP_PASS_S, self.now_s()
            )
            page = page_of(PassKind.ITEM, secret)
        return models.Asked(
            task=answer.task,
            expected_at_s=answer.expected_at_s,
            ticket=ticket,
            code=code,
            page=page,
            qr_svg=None if page is None else qr_svg(f"{entrance}/{page}"),
        )

    async def reply(self, fleet: FleetPort, holder: Pass, key: str, wish: models.AnswerWish) -> models.Taken:
        """Answer a robot that waits.

        Raises
        ------
        RequestError : `request_unknown_task`, `request_task_asks_not`, `request_wrong_answer`.
        """
        act, asked = self._waiting(fleet, holder, wish.task)
        words = things.choosable(act, asked)
        if wish.word not in words:
            raise RequestError("request_wrong_answer", f"expected {', '.join(words)}, got {wish.word!r}", "word")
        taken(key, await fleet.answer_task(key, wish.task, wish.word, "", holder.id))
        return models.Taken(task=wish.task)

    async def open(self, fleet: FleetPort, holder: Pass, key: str, wish: models.CodeWish) -> models.Taken:
        """Open what a robot has brought, by its code.

        Raises
        ------
        RequestError : `request_unknown_task`, `request_task_asks_not`, `request_code_wrong`, `request_code_unknown`.
        TooManyRequests : `request_code_locked`.
        """
        _, asked = self._waiting(fleet, holder, wish.task)
        if not asked.right:
            raise RequestError("request_task_asks_not", "no code is asked for now", wish.task)
        tried = await asyncio.to_thread(self.store.codes.attempt, wish.task, wish.code.get_secret_value(), self.now_s())
        match tried.came:
            case Tried.RIGHT:
                taken(key, await fleet.answer_task(key, wish.task, asked.right, "", holder.id))
                return models.Taken(task=wish.task)
            case Tried.NONE:
                raise RequestError("request_code_unknown", "nobody has been given a code for this", wish.task)
            case Tried.WRONG:
                raise RequestError("request_code_wrong", f"not the code; {tried.left} more tries", str(tried.left))
            case Tried.LOCKS:
                LOG.warning("code event=locked task=%s by=%s for_s=%.0f", wish.task, holder.id, tried.locked_s)
                await fleet.answer_task(key, wish.task, asked.wrong, "", holder.id)
        raise TooManyRequests("request_code_locked", "too many wrong codes; wait, then try again", tried.locked_s)

    async def rate(self, fleet: FleetPort, holder: Pass, key: str, wish: models.RatingWish) -> models.Taken:
        """Take down how a task was.

        Raises
        ------
        RequestError : `request_unknown_task`, `request_rating_malformed`, and as the manager refuses it.
        """
        self._own(fleet, holder, wish.task)
        known = [word.id for word in self.pages.rating_words]
        if any(word not in known for word in wish.words):
            raise RequestError("request_rating_malformed", f"expected words out of {', '.join(known)}", "words")
        taken(key, await fleet.carry_out(RateTask(key, wish.task, wish.stars, tuple(wish.words), holder.id)))
        return models.Taken(task=wish.task)

    async def take_ticket(self, holder: Pass, wish: models.TicketWish) -> models.TicketTaken:
        """Give a pass for what a ticket stands for.

        Raises
        ------
        RequestError : `request_ticket_unknown`.
        TooManyRequests : `request_too_many`.
        """
        left_s = self._failed.left_s(holder.id)
        if left_s > 0.0:
            raise TooManyRequests("request_too_many", "too many numbers that are none; wait, then try again", left_s)
        item = await asyncio.to_thread(self.store.tickets.item_of, wish.ticket.get_secret_value())
        if item is None:
            self._failed.failed(holder.id)
            raise RequestError("request_ticket_unknown", "there is nothing under this number")
        made, secret = await asyncio.to_thread(
            self.store.passes.new, PassKind.ITEM, item, holder.id, TICKET_PASS_S, self.now_s()
        )
        return models.TicketTaken(secret=secret, item=item, expires_s=made.expires_s)

    async def make(self, fleet: FleetPort, wish: models.PassWish, by: str, entrance: str = "") -> models.PassMade:
        """Make a pass, and of a delivery its code.

        Parameters
        ----------
        entrance : as in `ask`.

        Raises
        ------
        RequestError : `request_unknown_place`, `request_unknown_task`.
        """
        service = ""
        if wish.kind in (PassKind.KIOSK, PassKind.RESIDENT) and wish.subject not in self.site.places:
            raise RequestError("request_unknown_place", "the site has no such place", wish.subject)
        if wish.kind is PassKind.TASK:
            fleet.refresh()
            row = fleet.task(wish.subject)
            if row is None:
                raise RequestError("request_unknown_task", "there is no such task", wish.subject)
            service = row["service"]
        store, now_s = self.store, self.now_s()
        made, secret = await asyncio.to_thread(store.passes.new, wish.kind, wish.subject, by, wish.days * DAY_S, now_s)
        code: str | None = None
        if things.asks_for_code(self.site.services.get(service)):
            code = await asyncio.to_thread(store.codes.make, wish.subject, now_s)
        page = page_of(made.kind, secret)
        return models.PassMade(**row_of(made), secret=secret, page=page, code=code, qr_svg=qr_svg(f"{entrance}/{page}"))

    def _offer(self, holder: Pass, view: Frame, name: str, again: bool) -> OfferModel:
        given = self.pages.offers if again else things.offers(self.site, self.pages, holder, view)
        offer = next((offer for offer in given if offer.id == name and offer.by == holder.kind.value), None)
        if offer is None:
            raise RequestError("request_unknown_offer", "this cannot be asked for here and now", name)
        return offer

    def _params(self, offer: OfferModel, holder: Pass, wish: models.AskWish, now_s: float) -> dict[str, object]:
        params: dict[str, object] = dict(offer.params)
        if offer.choices:
            choice = next((each for each in offer.choices if each.id == wish.choice), None)
            if choice is None:
                expected = f"expected one of {', '.join(each.id for each in offer.choices)}"
                raise RequestError("request_choice_missing", expected, "choice")
            params.update(choice.params)
        if offer.confirm and not wish.confirmed:
            raise RequestError("request_not_confirmed", "confirm what the page asks you to", "confirmed")
        if offer.place:
            params[offer.place] = holder.subject
        if offer.item and holder.kind is PassKind.ITEM:
            params[offer.item] = holder.subject
        if offer.when:
            if wish.in_s not in offer.in_s:
                raise RequestError("request_choice_missing", "expected one of the offer's times from now", "in_s")
            params[offer.when] = round(now_s + wish.in_s, 1)
        return params

    def _check_new(self, offer: OfferModel, holder: Pass, view: Frame) -> None:
        """See that somebody who presses twice does not get two."""
        for row in view["tasks"]:
            if row["ended_s"] is None and row["requester"] == holder.id and row["service"] == offer.service:
                raise RequestError("request_already_asked", "it was asked for already, and is on its way", row["id"])

    def _own(self, fleet: FleetPort, holder: Pass, task: str) -> Row:
        """Return a task that belongs to a pass; of others nobody learns whether there are any."""
        fleet.refresh()
        row = fleet.task(task)
        if row is None or not things.sees(self.site, holder, row):
            raise RequestError("request_unknown_task", "there is no such task of yours", task)
        return row

    def _waiting(self, fleet: FleetPort, holder: Pass, task: str) -> tuple[ActTemplate, Asked]:
        row = self._own(fleet, holder, task)
        service, awaits = self.site.services.get(row["service"]), row.get("awaits")
        found = things.awaited(service, awaits) if service is not None and awaits else None
        if found is None:
            raise RequestError("request_task_asks_not", "nothing is asked now", task)
        return found


def row_of(made: Pass) -> dict[str, Any]:
    """Return a pass as a row."""
    return {name: getattr(made, name) for name in Pass.__dataclass_fields__}


def page_of(kind: PassKind, secret: str) -> str:
    """Return the page of a pass, relative to the server; browsers send nothing of what stands behind the `#`."""
    return f"{_PAGES[kind]}#{secret}"


def _seen(fleet: FleetPort) -> Frame:
    fleet.refresh()
    return fleet.snapshot()
