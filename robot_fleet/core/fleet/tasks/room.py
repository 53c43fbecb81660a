"""Whether one more item has a place for good: what stands there counts, and what others bring or may bring back.

A car is refused before the bay rather than turned round in front of a full deck. Who does not come for a car that was
fetched finds it parked again: a slot is kept for it until it has left.
"""

from __future__ import annotations

from collections.abc import Iterator

from robot_fleet.core.fleet.state import ItemRecord
from robot_fleet.core.fleet.tasks import booking
from robot_fleet.core.fleet.turn import Turn


def has_room_for(turn: Turn, item: ItemRecord, places: tuple[str, ...]) -> bool:
    """Return whether one of some places stays free for an item, whatever becomes of the tasks that are open."""
    free = {name: turn.site.places[name].holds_items for name in places}
    for name in turn.state.out:
        free.pop(name, None)
    for held in turn.state.items.values():
        name = held.holder.removeprefix("place:")
        if name in free:
            free[name] -= 1
    among: dict[str, list[str]] = {}
    return all(_find(turn, each, free, among, set()) for each in (*_expected(turn, places), item))


def keeps(turn: Turn, places: tuple[str, ...]) -> bool:
    """Return whether items stay at these places until somebody asks for them."""
    return bool(places) and all(turn.site.places[name].kind in booking.EXCLUSIVE_KINDS for name in places)


def _expected(turn: Turn, places: tuple[str, ...]) -> Iterator[ItemRecord]:
    """Give the items which open tasks bring to these places, or may have to."""
    for task in turn.state.open_tasks():
        for stop in task.request.stops:
            if stop.places != places:
                continue
            for act in stop.acts:
                item = turn.state.items.get(act.item)
                if booking.puts_down(act) and item is not None and item.holder.removeprefix("place:") not in places:
                    yield item


def _find(turn: Turn, item: ItemRecord, free: dict[str, int], among: dict[str, list[str]], tried: set[str]) -> bool:
    """Give an item a place, moving others that were given theirs where that helps; return whether it has one."""
    for name, room in free.items():
        if name in tried or not booking.item_fits(turn, item, turn.site.places[name]):
            continue
        tried.add(name)
        given = among.setdefault(name, [])
        if len(given) < room:
            given.append(item.id)
            return True
        for other in list(given):
            if _find(turn, turn.state.items[other], free, among, tried):
                given[given.index(other)] = item.id
                return True
    return False


__all__ = ["has_room_for", "keeps"]
