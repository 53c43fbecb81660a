"""How many people there are of which sort, told so that nobody can be made out (see `small_groups`)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from robot_fleet.stores.people.person import DataClass, Purpose, Retention
from robot_fleet.stores.people.small_groups import Told, suppress_small
from robot_fleet.stores.people.store import PeopleStore

YES, NO = "yes", "no"


def count_people(store: PeopleStore, now_s: float) -> Mapping[str, Told]:
    """Return the counts of everybody: by sort of person, by what they agree to now, and by what is known of them.

    Each is a partition of everybody, so what is withheld in one cannot be reckoned from another. No data are opened.

    Parameters
    ----------
    now_s : Unix time.
    """
    held = store.held()
    agreed = {name: {each.purpose for each in store.consents(name) if each.holds(now_s)} for name in held}
    told = {"retention": _told(Retention, (sort.value for sort, _ in held.values()))}
    for purpose in Purpose:
        told[f"agrees.{purpose.value}"] = _told((YES, NO), (_word(purpose in given) for given in agreed.values()))
    for data in DataClass:
        told[f"known.{data.value}"] = _told((YES, NO), (_word(data in known) for _, known in held.values()))
    return told


def _word(holds: bool) -> str:
    return YES if holds else NO


def _told(groups: Iterable[str], found: Iterable[str]) -> Told:
    return suppress_small({**{str(group): 0 for group in groups}, **Counter(found)})
