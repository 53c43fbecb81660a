"""Checks that everything a site's files name exists and fits: ids, parameters, items, resting places."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from robot_fleet.core.site import ParamSpec, Place, Service, StopTemplate, Zone
from robot_fleet.site.checking.city import check_city
from robot_fleet.site.checking.equipping import check_equipment
from robot_fleet.site.checking.flows import check_flow
from robot_fleet.site.checking.lawfulness import check_law
from robot_fleet.site.checking.manners import check_manners
from robot_fleet.site.reading.draft import Draft

if TYPE_CHECKING:
    from robot_fleet.site.ground.zone_ground import ZoneGround

RESTING_KINDS = ("charger", "dock", "waiting")


def check_references(draft: Draft) -> None:
    """Add a finding for every dangling reference and every object that cannot be what it says."""
    for place in draft.places.values():
        _check_kinds(draft, "place", place.id, ("kinds",), place.kinds)
        if not draft.knows("vertex", place.id):
            expected = f"no vertex of the lane graph is named {place.id!r}; expected one at every place"
            draft.report("site_place_off_lanes", "place", place.id, (), expected)
    for route, places in draft.routes.items():
        for index, name in enumerate(places):
            if not draft.knows("place", name):
                draft.report("site_unknown_place", "route", route, (index,), _unknown("place", name))
    for lane in draft.lanes.values():
        _check_kinds(draft, "lane", lane.id, ("properties", "metadata", "kinds"), lane.kinds)
    _check_robots(draft)
    _check_items(draft)
    for service in draft.services.values():
        _check_service(draft, service)
    _check_zones(draft)
    check_law(draft)
    check_city(draft, draft.events)
    check_equipment(draft)
    _check_resting(draft)


def stands(place: Place, kind: str) -> bool:
    """Return whether robots of a kind may stand at a place."""
    return not place.kinds or kind in place.kinds


def places_of(draft: Draft, service: Service, stop: StopTemplate) -> tuple[Place, ...] | None:
    """Return the places that a stop may be at, as far as the files tell; None where any place may be named."""
    sort, _, name = stop.where.partition(":")
    if sort == "place":
        return tuple(place for place in draft.places.values() if place.id == name)
    if sort == "group":
        return tuple(place for place in draft.places.values() if name in place.groups)
    param = next((entry for entry in service.params if entry.name == name), None)
    if sort == "param" and param is not None and param.place_kinds:
        return tuple(place for place in draft.places.values() if place.kind in param.place_kinds)
    return None


def _unknown(sort: str, name: str) -> str:
    return f"there is no {sort} {name!r}; expected the id of one that is defined"


def _check_kinds(draft: Draft, sort: str, name: str, key: tuple[str | int, ...], kinds: tuple[str, ...]) -> None:
    for index, kind in enumerate(kinds):
        if not draft.knows("kind", kind):
            draft.report("site_unknown_kind", sort, name, (*key, index), _unknown("robot kind", kind))


def _check_robots(draft: Draft) -> None:
    starts: dict[str, str] = {}
    for robot in draft.robots.values():
        if not draft.knows("kind", robot.kind):
            draft.report("site_unknown_kind", "robot", robot.id, ("kind",), _unknown("robot kind", robot.kind))
        if not draft.knows("place", robot.start):
            draft.report("site_unknown_place", "robot", robot.id, ("start",), _unknown("place", robot.start))
        elif robot.start in draft.places and not stands(draft.places[robot.start], robot.kind):
            expected = f"robots of kind {robot.kind!r} may not stand at {robot.start!r}; expected a place of theirs"
            draft.report("site_start_not_allowed", "robot", robot.id, ("start",), expected)
        if robot.start in starts:
            expected = f"{starts[robot.start]} starts at {robot.start!r} too; expected a place of its own"
            draft.report("site_start_taken", "robot", robot.id, ("start",), expected)
        starts.setdefault(robot.start, robot.id)
        services = draft.services.values()
        unsure = any(sort in ("service", "kind") for sort, _ in draft.broken)
        if not unsure and not any(robot.kind in service.robot_kinds for service in services):
            expected = f"no service is carried out by robots of kind {robot.kind!r}; expected at least one"
            draft.report("site_robot_serves_nothing", "robot", robot.id, ("kind",), expected)


def _check_items(draft: Draft) -> None:
    count: Counter[str] = Counter()
    for item in draft.items.values():
        if not draft.knows("place", item.at):
            draft.report("site_unknown_place", "item", item.id, ("at",), _unknown("place", item.at))
            continue
        place = draft.places.get(item.at)
        if place is None:
            continue
        count[item.at] += 1
        reason = ""
        if count[item.at] > place.holds_items:
            reason = f"{place.id!r} holds {place.holds_items} item(s), and this is number {count[item.at]}"
        elif place.max_kg and item.mass_kg > place.max_kg:
            reason = f"{item.mass_kg} kg are more than the {place.max_kg} kg that {place.id!r} bears"
        elif place.length_m and item.length_m > place.length_m or place.width_m and item.width_m > place.width_m:
            reason = f"{item.length_m} x {item.width_m} m do not fit into {place.length_m} x {place.width_m} m"
        if reason:
            draft.report("site_item_misplaced", "item", item.id, ("at",), f"{reason}; expected a place that holds it")


def _check_service(draft: Draft, service: Service) -> None:
    def report(code: str, key: tuple[str | int, ...], expected: str) -> None:
        draft.report(code, "service", service.id, key, expected)

    _check_kinds(draft, "service", service.id, ("robot_kinds",), service.robot_kinds)
    params = {param.name: param for param in service.params}
    _check_once(draft, service, "params", [param.name for param in service.params])
    _check_once(draft, service, "stops", [stop.id for stop in service.stops])
    _check_once(draft, service, "acts", [act.id for stop in service.stops for act in stop.acts])
    if service.earliest and (service.earliest not in params or params[service.earliest].type != "time"):
        report("site_unknown_param", ("earliest",), f"expected the name of a time parameter, got {service.earliest!r}")
    for number, stop in enumerate(service.stops):
        _check_where(draft, service, number, stop, params)
        for index, act in enumerate(stop.acts):
            key = ("stops", number, "acts", index)
            if act.item and (act.item not in params or params[act.item].type != "item"):
                expected = f"expected the name of an item parameter, got {act.item!r}"
                report("site_unknown_param", (*key, "item"), expected)
            if act.act in ("take", "give") and not act.item:
                expected = f"{act.act!r} moves an item; expected the parameter that names it"
                report("site_missing_key", (*key, "item"), expected)
            if act.act == "give" and not act.to:
                expected = "expected `place` or `person`: who holds the item afterwards"
                report("site_missing_key", (*key, "to"), expected)
            if act.act != "give" and act.to:
                report("site_bad_value", (*key, "to"), f"only `give` has a receiver; expected none for {act.act!r}")
    _check_due(draft, service, params)
    check_flow(service, report)
    check_manners(service, report)
    if not draft.broken and not any(robot.kind in service.robot_kinds for robot in draft.robots.values()):
        expected = f"no robot is of kind {' or '.join(service.robot_kinds)}; expected at least one"
        report("site_service_unserved", ("robot_kinds",), expected)


def _check_once(draft: Draft, service: Service, key: str, names: list[str]) -> None:
    for name, count in Counter(names).items():
        if count > 1:
            expected = f"{name!r} stands {count} times among the {key}; expected each once in a service"
            draft.report("site_duplicate_id", "service", service.id, ("stops" if key == "acts" else key,), expected)


def _check_where(draft: Draft, service: Service, number: int, stop: StopTemplate, params: dict[str, ParamSpec]) -> None:
    sort, _, name = stop.where.partition(":")
    types = {"param": "place", "item": "item", "route": "route"}
    code, expected = "", ""
    if sort in types:
        if name not in params or params[name].type != types[sort]:
            code, expected = "site_unknown_param", f"expected the name of a {types[sort]} parameter, got {name!r}"
        elif not params[name].required and sort == "param":
            code = "site_optional_stop"
            expected = f"a stop needs its place; expected the parameter {name!r} to be required"
    elif sort == "place" and not draft.knows("place", name):
        code, expected = "site_unknown_place", _unknown("place", name)
    elif sort == "group" and not any(name in place.groups for place in draft.places.values()):
        code, expected = "site_unknown_group", f"no place belongs to the group {name!r}; expected at least one"
    if not code and not any(broken == "place" for broken, _ in draft.broken):
        places = places_of(draft, service, stop)
        if places is not None and not any(stands(place, kind) for place in places for kind in service.robot_kinds):
            code = "site_service_unserved"
            expected = f"no place of {stop.where!r} may be used by {' or '.join(service.robot_kinds)}; expected one"
    if code:
        draft.report(code, "service", service.id, ("stops", number, "where"), expected)


def _check_due(draft: Draft, service: Service, params: dict[str, ParamSpec]) -> None:
    base = service.due.base
    if base.startswith("param:"):
        param = params.get(base.removeprefix("param:"))
        if param is None or param.type != "time":
            expected = f"expected `requested`, `earliest` or `param:` and a time parameter, got {base!r}"
            draft.report("site_unknown_param", "service", service.id, ("due", "base"), expected)
    stop_id, _, event = service.due.instant.partition(".")
    stop = next((stop for stop in service.stops if stop.id == stop_id), None)
    if stop is None:
        expected = f"there is no stop {stop_id!r}; expected `<stop id>.` and an instant"
        draft.report("site_unknown_stop", "service", service.id, ("due", "instant"), expected)
    elif event not in ("arrived", "done", "departed") and event not in {act.id for act in stop.acts}:
        expected = f"stop {stop_id!r} has no act {event!r}; expected arrived, done, departed or an act's id"
        draft.report("site_unknown_act", "service", service.id, ("due", "instant"), expected)


def _check_zones(draft: Draft) -> None:
    for zone in draft.zones.values():
        _check_kinds(draft, "zone", zone.id, ("kinds",), zone.kinds)
    if not draft.zones:
        return
    import shapely  # slow to import, and many sites have no zones

    from robot_fleet.site.ground.zone_ground import ZoneGround

    ground = ZoneGround(draft.zones, draft.vertices, draft.lanes)
    for zone in draft.zones.values():
        if not shapely.Polygon(zone.outline).is_valid:
            expected = "expected an outline that does not cross itself"
            draft.report("site_zone_outline", "zone", zone.id, ("outline",), expected)
        elif not draft.broken and not any(ground.touched(zone.id, kind, True) for kind in draft.kinds.values()):
            expected = "no robot touches it on any lane that it may use; expected a zone on some lane"
            draft.report("site_zone_off_lanes", "zone", zone.id, ("outline",), expected)
        elif zone.no_stopping:
            _check_kept_clear(draft, zone, ground)


def _check_kept_clear(draft: Draft, zone: Zone, ground: ZoneGround) -> None:
    """No robot may rest by plan where not even a hold brings one to rest."""
    for kind in draft.kinds.values():
        near = ground.near(zone.id, kind, False)
        over = [p.id for p in draft.places.values() if p.kind in RESTING_KINDS and p.id in near and stands(p, kind.id)]
        if over:
            expected = f"{kind.id!r} rests at {over[0]} and would touch it; expected a zone clear of resting places"
            draft.report("site_zone_over_resting_place", "zone", zone.id, ("no_stopping",), expected)
            return


def _check_resting(draft: Draft) -> None:
    """Every robot needs a resting place of its own when all are idle: a matching in a bipartite graph."""
    if draft.broken:
        return
    robots = list(draft.robots.values())
    places = [place for place in draft.places.values() if place.kind in RESTING_KINDS]
    starts = {robot.start for robot in robots} & {place.id for place in places}
    if len(starts) == len(robots):  # each can rest where it starts
        return
    import numpy as np  # slow to import all of it, and most sites never need it
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_bipartite_matching

    fits = np.array([[stands(place, robot.kind) for place in places] or [False] for robot in robots], dtype=np.int8)
    matched = maximum_bipartite_matching(csr_array(fits), perm_type="column")
    for row, column in enumerate(matched):
        if column < 0:
            robot = robots[row]
            expected = (
                f"no {', '.join(RESTING_KINDS)} place is left for it when all robots rest ({len(places)} such places); "
                f"expected at least as many that {robot.kind!r} may use as there are robots"
            )
            draft.report("site_too_few_resting_places", "robot", robot.id, (), expected)
