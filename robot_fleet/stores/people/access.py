"""Reading the store: for a purpose, with a consent, written down first; in the clear only behind broken glass."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from robot_fleet.core.errors import RequestError, StoreError
from robot_fleet.core.site import Site
from robot_fleet.stores.people.audit import Audit, Reading, told
from robot_fleet.stores.people.counts import count_people
from robot_fleet.stores.people.masking import HIDDEN, mask_name, mask_phone, mask_plate, masked
from robot_fleet.stores.people.person import NEEDS, Consent, DataClass, Disclosure, Guardian, Person, Purpose
from robot_fleet.stores.people.small_groups import Told
from robot_fleet.stores.people.store import PeopleStore

REASON_LETTERS = 10
"""A reason for breaking the glass is a sentence, not a dot."""
GLASS_S = 900.0
"""How long the glass stays broken: one alarm."""
EMERGENCY = "emergency"
REFUSED = "refused"
LAW = "law"
NOBODY = "nobody"


def people_need_sign_in(site: Site, signed_in: bool) -> None:
    """Refuse to load data of people who are no inventions into a fleet that anybody at this machine can look into.

    Parameters
    ----------
    signed_in : whether everybody must sign in.

    Raises
    ------
    StoreError : `store_people_need_sign_in`.
    """
    if not (site.synthetic_people or signed_in):
        message = "the people of this site are real; make users first, or mark invented ones with synthetic_people"
        raise StoreError("store_people_need_sign_in", message, site.id)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: an opaque id, and where they are."""

    by: str
    origin: str


@dataclass(frozen=True, slots=True)
class Card:
    """What helpers must know of a place, for instance whoever calls 119.

    Parameters
    ----------
    door_policy : of the place; a person's own comes before it.
    people : who lives there, masked unless `opened_until_s` is told.
    withheld : how many live there besides whose consent does not cover the purpose.
    opened_until_s : until when (Unix time) the glass is broken.
    """

    place: str
    purpose: Purpose
    door_policy: str
    people: tuple[Person, ...] = field(repr=False)
    withheld: int = 0
    opened_until_s: float | None = None


class People:
    """The readers' way to a store.

    Parameters
    ----------
    store : the store.
    audit : is told of each reading before anything is shown; if it fails nothing is.
    doors : the site's places with their door policies.
    now_s : returns Unix time.
    """

    def __init__(
        self,
        store: PeopleStore,
        audit: Audit,
        doors: Mapping[str, str] = MappingProxyType({}),
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._audit = audit
        self._doors = doors
        self._now_s = now_s
        self._broken: dict[tuple[str, str, Purpose], float] = {}

    def masked(self, purpose: Purpose, reader: Reader) -> tuple[Person, ...]:
        """Return everybody whose consent covers a purpose, masked. Raises StoreError."""
        now_s = self._now_s()
        covered = [name for name in self._store.ids() if self._basis(name, purpose, now_s) != REFUSED]
        self._tell(reader, "list", tuple(covered), purpose, "masked")
        return tuple(mask(self._store.read(name, (DataClass.CONTACT,))) for name in covered)

    def counts(self, reader: Reader) -> Mapping[str, Told]:
        """Return how many people there are of which sort, small groups withheld. Raises StoreError."""
        self._tell(reader, "count", (), None, LAW)
        return count_people(self._store, self._now_s())

    def card(self, place: str, purpose: Purpose, reason: str, reader: Reader, given_to: str = "") -> Card:
        """Return what is known of a place and who lives there.

        Parameters
        ----------
        reason : breaks the glass, for `GLASS_S`; without one the card is masked unless it is broken already.
        given_to : whom a card in the clear is read out to, as their office; is written down with the people's data.

        Raises
        ------
        RequestError : `request_unknown_place`, `request_purpose_refused`, `request_reason_short`.
        StoreError : `store_people_not_audited`, and those of the store.
        """
        now_s = self._now_s()
        glass = (reader.by, place, purpose)
        names = self._store.living_at(place)
        if not names and place not in self._doors:
            raise RequestError("request_unknown_place", "the site has no such place, and nobody lives there", place)
        until_s = self._glass(glass, reason, now_s)
        bases = {name: self._basis(name, purpose, now_s) for name in names}
        for basis in sorted(set(bases.values())) or [NOBODY]:
            whose = tuple(name for name in names if bases[name] == basis)
            self._tell(reader, "card" if until_s is None else "open", whose, purpose, basis, reason)
        shown = tuple(name for name in names if bases[name] != REFUSED)
        if names and not shown:
            raise _refused(purpose, place)
        if until_s is not None:
            self._broken[glass] = until_s
        for name in shown if given_to and until_s is not None else ():
            self._store.disclose(name, Disclosure(now_s, given_to, purpose, reader.by))
        people = tuple(self._store.read(name, NEEDS[purpose]) for name in shown)
        if until_s is None:
            people = tuple(mask(person) for person in people)
        return Card(place, purpose, self._doors.get(place, ""), people, len(names) - len(shown), until_s)

    def person(self, name: str, purpose: Purpose, reason: str, reader: Reader) -> Person:
        """Return what is known of somebody: masked, or in the clear with a reason. Raises as `card` does."""
        now_s = self._now_s()
        self._store.read(name, ())
        until_s = self._glass((reader.by, name, purpose), reason, now_s)
        basis = self._basis(name, purpose, now_s)
        self._tell(reader, "card" if until_s is None else "open", (name,), purpose, basis, reason)
        if basis == REFUSED:
            raise _refused(purpose, name)
        if until_s is not None:
            self._broken[reader.by, name, purpose] = until_s
        known = self._store.read(name, NEEDS[purpose])
        return known if until_s is not None else mask(known)

    def all_of(self, name: str, reader: Reader) -> tuple[Person, tuple[Consent, ...], tuple[Disclosure, ...]]:
        """Return everything that is known of somebody, for themselves. Raises `request_unknown_person`, StoreError."""
        self._store.read(name, ())
        self._tell(reader, "export", (name,), None, LAW)
        return self._store.read(name, DataClass), self._store.consents(name), self._store.disclosures(name)

    def note(self, verb: str, people: tuple[str, ...], reader: Reader, purpose: Purpose | None = None) -> None:
        """Write down a change of the store, before it is made. Raises `store_people_not_audited`."""
        self._tell(reader, verb, people, purpose, LAW)

    def _glass(self, glass: tuple[str, str, Purpose], reason: str, now_s: float) -> float | None:
        """Return until when the glass is broken, by this reason or the one before; None if it is whole."""
        if reason:
            if sum(not sign.isspace() for sign in reason) < REASON_LETTERS:
                message = f"say in at least {REASON_LETTERS} letters why this must be read in the clear"
                raise RequestError("request_reason_short", message)
            return now_s + GLASS_S
        until_s = self._broken.get(glass)
        if until_s is not None and now_s >= until_s:
            self._broken.pop(glass, None)  # another thread may have been here
            return None
        return until_s

    def _basis(self, name: str, purpose: Purpose, now_s: float) -> str:
        """Return what allows a read."""
        for consent in reversed(self._store.consents(name)):
            if consent.purpose is purpose and consent.holds(now_s):
                return f"consent {consent.version}"
        return EMERGENCY if purpose is Purpose.CARE_EMERGENCY else REFUSED

    def _tell(
        self, reader: Reader, verb: str, people: tuple[str, ...], purpose: Purpose | None, basis: str, reason: str = ""
    ) -> None:
        wanted = purpose.value if purpose is not None else ""
        told(self._audit, Reading(self._now_s(), reader.by, reader.origin, verb, people, wanted, basis, reason))


def mask(person: Person) -> Person:
    """Return somebody as those see them who need not know who it is; the place and the door's policy stay."""
    guardian = person.guardian
    return Person(
        id=person.id,
        retention=person.retention,
        place=person.place,
        name=mask_name(person.name),
        phones=tuple(map(mask_phone, person.phones)),
        guardian=guardian and Guardian(mask_name(guardian.name), mask_phone(guardian.phone)),
        conditions=masked(person.conditions),
        door_policy=person.door_policy,
        door_code=HIDDEN if person.door_code else "",
        plates=tuple(map(mask_plate, person.plates)),
    )


def _refused(purpose: Purpose, where: str) -> RequestError:
    message = f"no consent covers {purpose.value} any more, or never did; only an emergency needs none"
    return RequestError("request_purpose_refused", message, where)
