"""Which places are free: for a robot to go to, and for an item to be put down."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from robot_fleet.core.fleet.state import ItemRecord, RobotRecord
from robot_fleet.core.fleet.turn import Turn
from robot_fleet.core.site import ActTemplate, Place

EXCLUSIVE_KINDS = ("slot", "locker")
"""Places that an item occupies until somebody asks for it: two tasks in one plan must not choose the same."""


def items_at(turn: Turn, place: str) -> list[ItemRecord]:
    """Return the items that the fleet believes to stand at a place."""
    holder = f"place:{place}"
    return [item for item in turn.state.items.values() if item.holder == holder]


def robot_may_go(turn: Turn, robot: RobotRecord, place: str) -> bool:
    """Return whether no other robot rests at the place, heads for it or is on its way out of it.

    A robot that stands in the way, where it cannot rest, comes before those that have not set out yet. Nobody goes to a
    place that is out of use.
    """
    if place in turn.state.out:
        return False
    in_the_way = is_in_the_way(turn, robot)
    lanes = turn.site.lanes
    for other in turn.state.robots.values():
        if other is robot:
            continue
        order = other.busy
        if order is None:
            if other.at == place or (other.stranded_on and lanes[other.stranded_on].end == place):
                return False
            continue
        if (
            other.at != place and order.place != place
        ):  # only the end of its way, as far as it is released, may be there
            released = min(order.released - order.first_lane, len(order.lanes))
            if released > 0 and lanes[order.lanes[released - 1]].end == place and released > order.lanes_done:
                return False
            continue
        released, done = order.lanes_released, order.lanes_done
        if other.at == place and (done == 0 or released == done):
            return False
        if in_the_way and released == 0 and not order.arrived:
            continue
        if released > done and lanes[order.lanes[released - 1]].end == place:
            return False
        if order.place == place and (not order.task or turn.state.serves(other, order)):
            return False
    return True


def is_in_the_way(turn: Turn, robot: RobotRecord) -> bool:
    """Return whether a robot without an order stands where it cannot rest: on a lane or at a vertex without a place."""
    return robot.busy is None and (bool(robot.stranded_on) or not turn.site.vertices[robot.at].place)


def item_is_there(turn: Turn, item_id: str, place: str) -> bool:
    """Return whether an item can be taken at a place now: believed to be there, and seen there where a sensor looks."""
    item = turn.state.items.get(item_id)
    if item is None or item.holder != f"place:{place}":
        return False
    sensed = turn.seen.places.get(place)
    return sensed is None or item_id in sensed


def item_fits(turn: Turn, item: ItemRecord, place: Place) -> bool:
    """Return whether the place is large and strong enough for the item."""
    strong = not place.max_kg or item.mass_kg <= place.max_kg
    long_enough = not place.length_m or item.length_m <= place.length_m
    return strong and long_enough and (not place.width_m or item.width_m <= place.width_m)


def has_room(turn: Turn, place: Place, for_task: str) -> bool:
    """Return whether the place can take one more item, with what other robots are on their way to put there counted."""
    if place.id in turn.state.out:
        return False
    if not place.holds_items:
        return True
    count = max(len(items_at(turn, place.id)), len(turn.seen.places.get(place.id, ())))
    for robot in turn.state.robots.values():
        order = robot.busy
        if order is None or order.place != place.id or order.task in ("", for_task):
            continue
        stop = turn.state.tasks[order.task].request.stops[order.stop]
        count += any(puts_down(act) for act in stop.acts)
    return count < place.holds_items


def full_places(turn: Turn, places: Collection[str]) -> frozenset[str]:
    """Return those of the places that cannot take one more item; see `has_room`."""
    standing: Counter[str] = Counter()
    for item in turn.state.items.values():
        if item.holder.startswith("place:"):
            standing[item.holder[6:]] += 1
    for place, seen in turn.seen.places.items():
        standing[place] = max(standing[place], len(seen))
    for robot in turn.state.robots.values():
        order = robot.busy
        if order is not None and order.task and order.place in places:
            stop = turn.state.tasks[order.task].request.stops[order.stop]
            standing[order.place] += any(puts_down(act) for act in stop.acts)
    full = {place for place in places if place in turn.state.out}
    for place in places:
        most = turn.site.places[place].holds_items
        if most and standing[place] >= most:
            full.add(place)
    return frozenset(full)


def puts_down(act: ActTemplate) -> bool:
    """Return whether an act leaves an item at its place."""
    return act.act == "give" and act.to == "place"


def free_places(turn: Turn, robot: RobotRecord, start: str, kinds: tuple[str, ...]) -> list[str]:
    """Return the free places of these kinds that the robot can reach from a vertex, the nearest first."""
    travel_class = turn.travel_class(robot)
    found = []
    for number, place in enumerate(turn.site.places.values()):
        if place.kind not in kinds or (place.kinds and robot.kind not in place.kinds):
            continue
        if turn.ports.roads.is_closed(travel_class, place.id):
            continue
        time_s = turn.ports.roads.time_s(travel_class, start, place.id)
        if time_s < float("inf") and robot_may_go(turn, robot, place.id):
            found.append((time_s, number, place.id))
    return [name for _, _, name in sorted(found)]
