"""What is to be different, and the site with it: robots fewer or more, chargers more. Pure."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from robot_fleet.core.errors import RequestError
from robot_fleet.core.site import Place, RobotSpec, Site
from robot_fleet.core.text import Text

CHARGER, WAITING = "charger", "waiting"
CHARGING = ("tariff", "at_once")
EVERY_SERVICE = ""
"""Key of `Change.demand_pct` for all services that are not named."""
MOST_ROBOTS = 20
MOST_DEMAND_PCT = 500.0


@dataclass(frozen=True, slots=True)
class Change:
    """What is different from the day as it was; nothing at all for a day that is only played again.

    Parameters
    ----------
    robots : kind -> how many more, or (negative) fewer.
    chargers : kind -> how many more.
    charger_at : waiting places that get a charger, each for the kinds that may stand there.
    charging : `tariff` or `at_once`; empty as the site says.
    demand_pct : service -> per cent more, or (negative) fewer requests; EVERY_SERVICE for the services not named.
    """

    robots: Mapping[str, int] = field(default_factory=dict)
    chargers: Mapping[str, int] = field(default_factory=dict)
    charger_at: tuple[str, ...] = ()
    demand_pct: Mapping[str, float] = field(default_factory=dict)
    charging: str = ""

    @property
    def nothing(self) -> bool:
        """Whether everything stays as it was."""
        numbers = (*self.robots.values(), *self.chargers.values(), *self.demand_pct.values())
        return not any(numbers) and not self.charger_at and not self.charging


def check_change(site: Site, change: Change) -> None:
    """See that a change speaks of what the site has, in numbers that make sense.

    Raises
    ------
    RequestError : `request_what_if_kind`, `request_what_if_number`, `request_what_if_charging`,
        `request_unknown_service`, `request_unknown_place`.
    """
    for kind in (*change.robots, *change.chargers):
        if kind not in site.kinds:
            raise RequestError("request_what_if_kind", f"no kind {kind!r}; this site has {', '.join(site.kinds)}", kind)
    if change.charging and site.energy is None:
        message = f"{site.id} has no energy.yaml, which says what energy costs; give it one"
        raise RequestError("request_what_if_charging", message, change.charging)
    if change.charging not in ("", *CHARGING):
        message = f"expected {' or '.join(CHARGING)}, got {change.charging!r}"
        raise RequestError("request_what_if_charging", message, change.charging)
    for service in change.demand_pct:
        if service not in (EVERY_SERVICE, *site.services):
            message = f"no service {service!r}; this site offers {', '.join(site.services)}"
            raise RequestError("request_unknown_service", message, service)
    for place in change.charger_at:
        if place not in site.places:
            raise RequestError("request_unknown_place", f"no place {place!r} in {site.id}", place)
    wrong = [kind for kind, more in change.robots.items() if abs(more) > MOST_ROBOTS]
    wrong += [kind for kind, more in change.chargers.items() if not 0 <= more <= MOST_ROBOTS]
    wrong += [service for service, pct in change.demand_pct.items() if not -100.0 <= pct <= MOST_DEMAND_PCT]
    if wrong:
        message = (
            f"expected at most {MOST_ROBOTS} robots or chargers more or fewer (no fewer chargers), "
            f"and a demand of -100 to +{MOST_DEMAND_PCT:g} %"
        )
        raise RequestError("request_what_if_number", message, wrong[0])


def changed_site(site: Site, change: Change, asked: Collection[str]) -> Site:
    """Return the site with other robots and chargers.

    Robots leave from the end of the site's list of their kind. A new one begins at a charger that is nobody's start, or
    else at such a waiting place. A new charger stands where a waiting place was that is nobody's start and that no
    service asks for: first of all where only robots of its kind may wait, then nearest to their starts.

    Parameters
    ----------
    asked : services that are asked for on the day; each keeps a robot that can carry it out.

    Raises
    ------
    RequestError : as `check_change`; `request_what_if_too_few`, `request_what_if_last_robot`,
        `request_what_if_no_rest`, `request_what_if_no_charger_place`.
    """
    check_change(site, change)
    site = with_charging(replace(site, robots=_fewer(site, change)), change.charging)
    for service in asked:
        kinds = site.services[service].robot_kinds
        if not any(robot.kind in kinds for robot in site.robots.values()):
            message = f"no robot would be left for {service}, which is asked for on this day; leave one of its kind"
            raise RequestError("request_what_if_last_robot", message, service)
    for place in change.charger_at:
        site = _with_charger(site, _waiting(site, place), site.places[place].kinds)
    for kind, more in change.chargers.items():
        for _ in range(more):
            site = _with_charger(site, _place_for_charger(site, kind), (kind,))
    for kind, more in change.robots.items():
        for _ in range(more):
            site = _with_robot(site, kind)
    return site


def with_charging(site: Site, charging: str) -> Site:
    """Return the site with robots that can wait charging by `tariff` or `at_once`; as it is where this is empty."""
    if not charging or site.energy is None:
        return site
    return replace(site, energy=replace(site.energy, by_price=charging == CHARGING[0]))


def _fewer(site: Site, change: Change) -> dict[str, RobotSpec]:
    robots = dict(site.robots)
    for kind, more in change.robots.items():
        mine = [robot.id for robot in robots.values() if robot.kind == kind]
        if -more > len(mine):
            message = f"there are {len(mine)} robots of kind {kind} on this day; {-more} cannot be fewer"
            raise RequestError("request_what_if_too_few", message, kind)
        for name in mine[len(mine) + min(more, 0) :]:
            del robots[name]
    return robots


def _with_robot(site: Site, kind: str) -> Site:
    free = [*_free(site, kind, CHARGER), *_free(site, kind, WAITING)]
    if not free:
        message = f"no charger and no waiting place is free for one more robot of kind {kind}; add a place to the site"
        raise RequestError("request_what_if_no_rest", message, kind)
    number = next(number for number in range(1, len(site.robots) + 2) if f"{kind}_extra_{number}" not in site.robots)
    called = site.kinds[kind].name
    name = Text.of(
        {
            language: f"{said} 추가 {number}호" if language == "ko" else f"{said}, extra {number}"
            for language, said in called.words().items()
        }
    )
    robot = RobotSpec(f"{kind}_extra_{number}", kind, name, free[0].id, site.kinds[kind].charge_to_pct)
    return replace(site, robots={**site.robots, robot.id: robot})


def _waiting(site: Site, name: str) -> Place:
    """Return a waiting place that people named for a charger."""
    place = site.places[name]
    if place.kind != WAITING or name in _starts(site) or name in _served(site):
        message = f"{name} is no waiting place that stands free; expected one of {', '.join(_spare(site)) or 'none'}"
        raise RequestError("request_what_if_no_charger_place", message, name)
    return place


def _place_for_charger(site: Site, kind: str) -> Place:
    served = _served(site)
    free = [place for place in _free(site, kind, WAITING) if place.id not in served]
    if not free:
        message = f"no waiting place is left where a charger for {kind} could stand; add a place to the site"
        raise RequestError("request_what_if_no_charger_place", message, kind)
    starts = [site.places[robot.start].pose for robot in site.robots.values() if robot.kind == kind]

    def away_m(place: Place) -> float:
        return min(
            (place.pose.distance_m(start) for start in starts if start.map_id == place.pose.map_id), default=math.inf
        )

    return min(free, key=lambda place: (place.kinds != (kind,), away_m(place), place.id))


def _with_charger(site: Site, place: Place, kinds: tuple[str, ...]) -> Site:
    return replace(site, places={**site.places, place.id: replace(place, kind=CHARGER, kinds=kinds)})


def _free(site: Site, kind: str, sort: str) -> Iterator[Place]:
    taken = _starts(site)
    for place in site.places.values():
        if place.kind == sort and place.id not in taken and (not place.kinds or kind in place.kinds):
            yield place


def _spare(site: Site) -> list[str]:
    taken = {*_starts(site), *_served(site)}
    return [place.id for place in site.places.values() if place.kind == WAITING and place.id not in taken]


def _starts(site: Site) -> set[str]:
    return {robot.start for robot in site.robots.values()}


def _served(site: Site) -> set[str]:
    """Return the places at which services have something done, as far as they name them."""
    named: set[str] = set()
    for service in site.services.values():
        named.update(site.places_asked_for(service))
        for stop in service.stops:
            sort, _, name = stop.where.partition(":")
            if sort == "place":
                named.add(name)
            elif sort == "group":
                named.update(place.id for place in site.places.values() if name in place.groups)
    named.update(place for route in site.routes.values() for place in route)
    return named
