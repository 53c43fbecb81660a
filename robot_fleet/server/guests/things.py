"""What of the fleet belongs to a pass, and how it is told. Pure: rows of the view in, models of the answer out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from robot_fleet.core.flow import answers
from robot_fleet.core.site import ActTemplate, Asked, Service, Site
from robot_fleet.core.text import Text
from robot_fleet.server.guests.models import (
    ChoiceShown,
    ItemShown,
    OfferShown,
    Phase,
    PromptShown,
    ReplyShown,
    ThingShown,
)
from robot_fleet.server.models.rows import TextRow
from robot_fleet.server.ports import Frame, Row
from robot_fleet.site.models.pages import OfferModel, PagesFile
from robot_fleet.stores.passes.kinds import Pass, PassKind

SHOWN_S = 3_600.0
"""What has ended is shown for so long (fleet seconds), so that it can be rated."""
_BEGUN = ("assigned", "underway", "suspended")


def told(text: Text) -> TextRow:
    """Return a text as the API tells it."""
    return TextRow(**text.words())


def sees(site: Site, holder: Pass, row: Row) -> bool:
    """Return whether a task belongs to a pass: it asked for it, is about its place, is it, or is about its item."""
    if holder.kind is PassKind.TASK:
        return bool(row["id"] == holder.subject)
    if holder.kind is PassKind.ITEM:
        return holder.subject in _named(site, row, "item")
    asked = row["requester"] == holder.id
    return asked or (holder.kind is PassKind.RESIDENT and holder.subject in _named(site, row, "place"))


def own(site: Site, holder: Pass, view: Frame) -> list[Row]:
    """Return the tasks that belong to a pass and are open, or ended a short while ago; the newest first."""
    since_s = view["t_s"] - SHOWN_S
    found = [
        row
        for row in view["tasks"]
        if (row["ended_s"] is None or row["ended_s"] >= since_s) and sees(site, holder, row)
    ]
    return sorted(found, key=lambda row: (row["ended_s"] is None, row["requested_s"], row["id"]), reverse=True)


def thing(site: Site, row: Row, view: Frame, locked_s: float) -> ThingShown:
    """Return a task as whoever it is done for sees it.

    Parameters
    ----------
    locked_s : for how long no code is looked at.
    """
    service = site.services.get(row["service"])
    ended = row["ended_s"] is not None
    awaits = row.get("awaits")
    robot = next((each["name"] for each in view["robots"] if each["id"] == row["robot"]), None)
    if ended:
        phase: Phase = "done" if row["outcome"] == "done" else "failed"
    elif awaits or row["reached"]:
        phase = "here"
    else:
        phase = "coming" if row["state"] in _BEGUN else "asked"
    return ThingShown(
        id=row["id"],
        service=TextRow(ko=row["service"], en=row["service"]) if service is None else told(service.name),
        phase=phase,
        expected_s=row["eta_s"] if row["eta_s"] is not None else None if ended else row["due_s"],
        ended_s=row["ended_s"],
        robot=None if robot is None else TextRow(**robot),
        prompt=None if ended or not awaits or service is None else _prompt(service, awaits, locked_s),
        outcome=_outcome(service, row) if ended else None,
        stars=row.get("stars", 0),
        may_rate=row["outcome"] == "done" and not row.get("stars", 0),
    )


def awaited(service: Service, awaits: Row) -> tuple[ActTemplate, Asked] | None:
    """Return the wait of a service's flow that a robot is in, and who is asked; None if nobody at the place is."""
    asked = service.asked.get(awaits["act"])
    act = next((act for stop in service.stops for act in stop.acts if act.id == awaits["act"]), None)
    return None if act is None or asked is None or not asked.person else (act, asked)


def choosable(act: ActTemplate, asked: Asked) -> tuple[str, ...]:
    """Return the answers that somebody at the place may give by choice: those of the code are not among them."""
    return tuple(word for word in answers(act) if word not in (asked.right, asked.wrong))


def item_of(site: Site, item: str, view: Frame) -> ItemShown:
    """Return where an item is."""
    holder = next((each["holder"] for each in view["items"] if each["id"] == item), "")
    kind, _, name = holder.partition(":")
    place = site.places.get(name) if kind == "place" else None
    return ItemShown(id=item, at=None if place is None else told(place.name), moving=kind == "robot")


def offers(site: Site, pages: PagesFile, holder: Pass, view: Frame) -> Iterator[OfferModel]:
    """Give what a pass may ask for now."""
    place = site.places.get(holder.subject)
    for offer in pages.offers:
        if offer.by != holder.kind.value:
            continue
        if holder.kind is PassKind.ITEM:
            stands = item_of(site, holder.subject, view).at is not None
            if not stands or any(row["ended_s"] is None for row in own(site, holder, view)):
                continue
        elif not _fits(site, offer, holder.subject, "" if place is None else place.kind):
            continue
        yield offer


def shown(offer: OfferModel) -> OfferShown:
    """Return an offer as the pages show it."""
    return OfferShown(
        id=offer.id,
        name=told(offer.name.value()),
        symbol=offer.symbol,
        choices=[
            ChoiceShown(
                id=each.id,
                name=told(each.name.value()),
                example=None if each.example is None else told(each.example.value()),
                symbol=each.symbol,
            )
            for each in offer.choices
        ],
        in_s=list(offer.in_s),
        confirm=[told(each.value()) for each in offer.confirm],
        plate=offer.plate,
        ticket=offer.ticket,
    )


def is_here(site: Site, view: Frame, item: str) -> bool:
    """Return whether the fleet knows an item: it is somewhere, or somebody has asked for something about it."""
    if any(each["id"] == item for each in view["items"]):
        return True
    return any(row["ended_s"] is None and item in _named(site, row, "item") for row in view["tasks"])


def asks_for_code(service: Service | None) -> bool:
    """Return whether a service has a wait that a code answers."""
    return service is not None and any(asked.right for asked in service.asked.values())


def _fits(site: Site, offer: OfferModel, place: str, kind: str) -> bool:
    if offer.places and place not in offer.places:
        return False
    specs = {spec.name: spec for spec in site.services[offer.service].params}
    kinds = specs[offer.place].place_kinds if offer.place else ()
    return not kinds or kind in kinds


def _named(site: Site, row: Row, sort: str) -> tuple[str, ...]:
    """Return the values of all parameters of a type."""
    service = site.services.get(row["service"])
    params: Mapping[str, object] = row["params"]
    specs = service.params if service is not None else ()
    return tuple(str(params[spec.name]) for spec in specs if spec.type == sort and spec.name in params)


def _prompt(service: Service, awaits: Row, locked_s: float) -> PromptShown | None:
    found = awaited(service, awaits)
    if found is None:
        return None
    act, asked = found
    text = service.texts.get(act.id)
    words = [(word, service.texts.get(f"{act.id}.{word}")) for word in choosable(act, asked)]
    return PromptShown(
        act=act.id,
        text=None if text is None else told(text),
        answers=[ReplyShown(word=word, text=None if said is None else told(said)) for word, said in words],
        until_s=awaits["until_s"],
        code=bool(asked.right),
        locked_s=round(locked_s, 1),
    )


def _outcome(service: Service | None, row: Row) -> TextRow | None:
    named = row["result"] or row["reason"]
    found = next((each for each in service.outcomes if each.id == named), None) if service is not None else None
    return None if found is None else told(found.name)
