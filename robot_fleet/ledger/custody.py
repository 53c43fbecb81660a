"""Who has had each item, and since when, out of the facts. Pure; nothing is left out that people have taken away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from robot_fleet.core.facts import Fact, ItemAppeared, ItemMoved, TaskRequested
from robot_fleet.core.site import ItemSpec


@dataclass(frozen=True, slots=True)
class HandOver:
    """An item passed to a holder (`place:<id>`, `robot:<id>`, `person:<id>`); `task` is the newest that names it."""

    at_s: float
    holder: str
    task: str


@dataclass(frozen=True, slots=True)
class Held:
    """An item and its hand-overs, oldest first: at least one, since somebody always has it."""

    item: str
    kind: str
    moves: tuple[HandOver, ...]

    @property
    def holder(self) -> str:
        """Who has it."""
        return self.moves[-1].holder

    @property
    def since_s(self) -> float:
        """Since when (fleet time)."""
        return self.moves[-1].at_s


def custody_of(items: Iterable[ItemSpec], facts: Iterable[tuple[float, Fact]]) -> dict[str, Held]:
    """Return every item that there was, by id, in the order in which they became known.

    Parameters
    ----------
    items : what the site has from the beginning.
    facts : all facts of a ledger with their fleet times, oldest first.
    """
    held = {each.id: Held(each.id, each.kind, (HandOver(0.0, f"place:{each.at}", ""),)) for each in items}
    asked: dict[str, str] = {}
    for at_s, fact in facts:
        if isinstance(fact, TaskRequested):
            asked.update(dict.fromkeys(_named(fact), fact.task))
        elif isinstance(fact, ItemAppeared):
            before = held.get(fact.item)
            move = HandOver(at_s, fact.holder, asked.get(fact.item, ""))
            held[fact.item] = Held(fact.item, fact.kind, (*(before.moves if before else ()), move))
        elif isinstance(fact, ItemMoved) and fact.item in held:
            before = held[fact.item]
            move = HandOver(fact.at_s, fact.holder, asked.get(fact.item, ""))
            held[fact.item] = replace(before, moves=(*before.moves, move))
    return held


def _named(request: TaskRequested) -> list[str]:
    return [item for stop in request.stops for item in (stop.item, *(act.item for act in stop.acts)) if item]
