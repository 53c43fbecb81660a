"""What a fleet has to know of whoever lives at a place before it comes: consents and tags, in opaque words.

What somebody must not be brought stands among their conditions as `avoid:TAG`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.stores.people.person import DataClass
from robot_fleet.stores.people.store import PeopleStore

AVOID = "avoid:"
"""How a condition begins that is a tag."""


@dataclass(frozen=True, slots=True)
class Flags:
    """Purposes to which all who live at a place agree, and tags of what any of them must avoid; both sorted."""

    consents: tuple[str, ...]
    avoids: tuple[str, ...]


def flags_of(store: PeopleStore, now_s: float) -> Mapping[str, Flags]:
    """Return the flags of each place where somebody lives, by place.

    Parameters
    ----------
    now_s : Unix time.
    """
    agreed: dict[str, set[str]] = {}
    avoids: dict[str, set[str]] = {}
    for name in store.ids():
        person = store.read(name, (DataClass.CONTACT, DataClass.CARE))
        if not person.place:
            continue
        held = {consent.purpose.value for consent in store.consents(name) if consent.holds(now_s)}
        agreed[person.place] = agreed.get(person.place, held) & held
        tags = {each.removeprefix(AVOID).strip() for each in person.conditions if each.startswith(AVOID)}
        avoids.setdefault(person.place, set()).update(tags)
    return {place: Flags(tuple(sorted(agreed[place])), tuple(sorted(avoids[place]))) for place in sorted(agreed)}
