"""Addresses of people: masked for who watches over the fleet, in the clear for who says why."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from robot_fleet.server.models.commands import ErrorAnswer
from robot_fleet.server.pages import PAGED, Paged
from robot_fleet.stores.people.access import Card, Reader
from robot_fleet.stores.people.person import Guardian, Person, Purpose
from robot_fleet.stores.people.small_groups import Told

_ERRORS: dict[int | str, dict[str, Any]] = {status: {"model": ErrorAnswer} for status in (403, 404, 422, 500, 503)}


class PeoplePort(Protocol):
    """The people behind the server: `robot_fleet.stores.people.access.People`. Its methods wait for disks."""

    def masked(self, purpose: Purpose, reader: Reader) -> tuple[Person, ...]:
        """Return everybody whose consent covers a purpose, masked."""
        ...

    def counts(self, reader: Reader) -> Mapping[str, Told]:
        """Return how many people there are of which sort, small groups withheld."""
        ...

    def card(self, place: str, purpose: Purpose, reason: str, reader: Reader, given_to: str = "") -> Card:
        """Return what is known of a place and who lives there."""
        ...


class GuardianShown(BaseModel):
    """Who is told if something happens."""

    name: str
    phone: str


class PersonShown(BaseModel):
    """Somebody, masked or in the clear; what the purpose does not need is empty."""

    id: str
    place: str
    name: str
    phones: list[str]
    guardian: GuardianShown | None
    conditions: list[str]
    door_policy: str = Field(description="Their own; empty if it is the place's.")
    door_code: str
    plates: list[str]


class CardShown(BaseModel):
    """What helpers must know of a place."""

    place: str
    purpose: Purpose
    door_policy: str = Field(description="Of the place: open, resident, remote_unlock, staff; empty if it has no door.")
    people: list[PersonShown]
    withheld: int = Field(description="How many live there besides whose consent does not cover the purpose.")
    opened_until_unix_s: float | None = Field(description="Until when it is shown in the clear; null if masked.")


class Count(BaseModel):
    """How many people there are of each group; null where telling it could give somebody away."""

    by: str = Field(description="retention, agrees.PURPOSE or known.DATA")
    groups: dict[str, int | None]
    total: int | None


class Counts(BaseModel):
    """How many people there are, by several things."""

    counts: list[Count]


class OpenWish(BaseModel):
    """A wish to read a card in the clear."""

    model_config = ConfigDict(extra="forbid")

    place: str = Field(max_length=200, description="Id of the place.", examples=["home/r101"])
    purpose: Purpose
    reason: str = Field(
        min_length=1, max_length=500, description="Why, in ten letters at least. No data about people: it is kept."
    )
    given_to: str = Field(default="", max_length=64, description="Whom it is read out to, for instance 119.")


def nobody_signed_in(request: Request) -> Reader:
    """Return who reads where there are no users."""
    return Reader("operator", request.client.host if request.client is not None else "")


def people_routes(people: PeoplePort, who: Callable[[Request], Reader] = nobody_signed_in) -> APIRouter:
    """Return the addresses of people.

    Parameters
    ----------
    people : the people.
    who : returns who is asking; whether they may has been decided at the doors.
    """
    router = APIRouter(prefix="/api/v1/people", tags=["people"], responses=_ERRORS)

    @router.get("", responses=PAGED)
    async def masked(request: Request, answer: Response, page: Paged, purpose: Purpose) -> list[PersonShown]:
        """Everybody whose consent covers a purpose, masked, by place; each look is written down."""
        _keep_nowhere(answer)
        found = await asyncio.to_thread(people.masked, purpose, who(request))
        shown = page.cut(found, lambda person: (person.place, person.id))
        answer.headers.update(page.headers)
        return [_person(person) for person in shown]

    @router.get("/counts")
    async def counts(request: Request, answer: Response) -> Counts:
        """How many people there are of which sort, groups under five withheld: for who may not see anybody."""
        _keep_nowhere(answer)
        told = await asyncio.to_thread(people.counts, who(request))
        rows = [Count(by=by, groups=dict(each.groups), total=each.total) for by, each in told.items()]
        return Counts(counts=rows)

    @router.get("/card")
    async def card(
        request: Request, answer: Response, place: Annotated[str, Query(max_length=200)], purpose: Purpose
    ) -> CardShown:
        """The card of a place: masked, unless whoever asks has broken the glass a short while ago."""
        _keep_nowhere(answer)
        return _card(await asyncio.to_thread(people.card, place, purpose, "", who(request)))

    @router.post("/card")
    async def open_card(request: Request, answer: Response, wish: OpenWish) -> CardShown:
        """The card of a place in the clear, for a while; who, whose, what for and why is written down before."""
        _keep_nowhere(answer)
        reader = who(request)
        return _card(
            await asyncio.to_thread(people.card, wish.place, wish.purpose, wish.reason, reader, wish.given_to.strip())
        )

    return router


def _keep_nowhere(answer: Response) -> None:
    answer.headers["Cache-Control"] = "no-store"


def _card(card: Card) -> CardShown:
    return CardShown(
        place=card.place,
        purpose=card.purpose,
        door_policy=card.door_policy,
        people=[_person(person) for person in card.people],
        withheld=card.withheld,
        opened_until_unix_s=card.opened_until_s,
    )


def _person(person: Person) -> PersonShown:
    return PersonShown(
        id=person.id,
        place=person.place,
        name=person.name,
        phones=list(person.phones),
        guardian=_guardian(person.guardian),
        conditions=list(person.conditions),
        door_policy=person.door_policy,
        door_code=person.door_code,
        plates=list(person.plates),
    )


def _guardian(guardian: Guardian | None) -> GuardianShown | None:
    return GuardianShown(name=guardian.name, phone=guardian.phone) if guardian is not None else None
