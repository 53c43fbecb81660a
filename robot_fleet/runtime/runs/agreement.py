"""Whether ledger and world agree on where each item is: at the end of a run, whatever has happened in it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.fleet.state import ItemRecord

PERSON = "person"
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Misplaced:
    """An item that the ledger believes to be elsewhere than it is; both as `place:<id>`, `robot:<id>` or `person`."""

    item: str
    ledger: str
    world: str


def misplaced(items: Iterable[ItemRecord], holders: Mapping[str, str]) -> list[Misplaced]:
    """Return the items on which they do not agree.

    Parameters
    ----------
    items : as the ledger has them.
    holders : item -> who really has it: `place:<id>`, `robot:<id>` or `person`. What is not among them a person has, as
        a car that its driver has not brought yet.
    """
    found = []
    for item in items:
        believed, real = item.holder, holders.get(item.id, PERSON)
        if (PERSON if believed.startswith(PERSON) else believed) != real:
            found.append(Misplaced(item.id, believed, real))
    return found


def disagreement(found: list[Misplaced]) -> RuntimeFailure | None:
    """Return the error that names the items, None if there are none."""
    if not found:
        return None
    words = [f"{each.item} (ledger: {each.ledger}, really: {each.world})" for each in found]
    shown = ", ".join(words[:_SHOWN]) + (f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else "")
    return RuntimeFailure("runtime_custody", f"ledger and world do not agree where {len(words)} items are: {shown}")
