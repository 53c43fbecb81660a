"""More or fewer requests than a day had, in its own pattern: times, places and sizes are those of the day. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from robot_fleet.core.fleet.commands.requests import brought
from robot_fleet.core.site import Service, Site
from robot_fleet.core.wishes import EVERY_SERVICE as EVERY_PARAM
from robot_fleet.runtime.what_if.change import EVERY_SERVICE, Change
from robot_fleet.runtime.what_if.past_day import PastRequest
from robot_fleet.sim.drivers import ENTRY_BAY, EXIT_BAY

CAR, GOODS = "car", "goods"
_NEAR_S = 600.0
"""A further request comes within so many seconds of the one whose time it has."""
_SETTLED_S = 2_400.0
"""So long after it was asked to be put away, an item can be asked for again."""


@dataclass(frozen=True, slots=True)
class Demand:
    """The requests of a changed day.

    Parameters
    ----------
    left_out : further requests that could not be made, since there was nothing left to ask for.
    """

    requests: tuple[PastRequest, ...]
    left_out: int = 0


def changed_demand(requests: Sequence[PastRequest], site: Site, change: Change, seed: int) -> Demand:
    """Return a day's requests with so many per cent more or fewer of each service.

    Who is left out, and whose time and wishes the further ones have, is drawn by the seed, service by service. A
    request for what a left-out one would have brought is left out, too. A further request that takes something away
    (a car) asks for one that nobody else asks for on the day.

    Parameters
    ----------
    requests : of the day, by time.
    site : as it is when the day begins, with the items that stand there.
    """
    found = list(requests)
    extra: list[PastRequest] = []
    for service in site.services.values():
        mine = [each for each in requests if each.service == service.id]
        pct = change.demand_pct.get(service.id, change.demand_pct.get(EVERY_SERVICE, 0.0))
        many = round(len(mine) * abs(pct) / 100.0)
        rng = random.Random(f"{seed}/demand/{service.id}")
        if pct < 0.0:
            gone = {each.request_id for each in rng.sample(mine, many)}
            found = [each for each in found if each.request_id not in gone]
        elif many:
            extra += _further(mine, service, many, rng)
    found = _without_orphans(found, site)
    extra, left_out = _with_items(extra, found, site)
    return Demand(tuple(sorted((*found, *extra), key=lambda each: (each.at_s, each.request_id))), left_out)


def _further(mine: Sequence[PastRequest], service: Service, many: int, rng: random.Random) -> Iterator[PastRequest]:
    """Yield requests, each at about the time of one of the day and with the wishes of another."""
    latest_s = max(each.at_s for each in mine)
    for number in range(many):
        when, what = rng.choice(mine), rng.choice(mine)
        at_s = float(round(min(max(when.at_s + rng.uniform(-_NEAR_S, _NEAR_S), mine[0].at_s), latest_s)))
        later_s = at_s - what.at_s
        times = {spec.name for spec in (*service.params, *EVERY_PARAM.values()) if spec.type == "time"}
        params = {
            name: value + later_s if name in times and isinstance(value, float) else value
            for name, value in what.params.items()
        }
        name = f"{what.request_id[:48]}.more{number + 1}"
        yield replace(what, request_id=name, at_s=at_s, stands_s=at_s, params=_own_items(params, service, name))


def _own_items(params: Mapping[str, object], service: Service, name: str) -> Mapping[str, object]:
    """Let a request bring an item of its own."""
    return {**params, **{param: name for param, _ in brought(service) if param in params}}


def _taken(service: Service) -> str:
    """Return the parameter that names what the service takes from wherever it stands, or an empty text."""
    return next((stop.where.partition(":")[2] for stop in service.stops if stop.where.startswith("item:")), "")


def _without_orphans(requests: Sequence[PastRequest], site: Site) -> list[PastRequest]:
    there = set(site.items)
    kept = []
    for each in requests:
        service = site.services[each.service]
        taken = _taken(service)
        if taken and each.params.get(taken) not in there:
            continue
        there.update(item for item, _ in _brought(each, service))
        kept.append(each)
    return kept


def _with_items(
    extra: Sequence[PastRequest], requests: Sequence[PastRequest], site: Site
) -> tuple[list[PastRequest], int]:
    """Give each further request for something that stands somewhere a thing of its own; leave out those without."""
    sorts = {item.id: item.kind for item in site.items.values()}
    free_s = {item.id: float("-inf") for item in site.items.values() if site.places[item.at].kind != EXIT_BAY}
    fetched = set()
    for each in (*requests, *extra):
        service = site.services[each.service]
        for item, place in _brought(each, service):
            sorts[item] = CAR if site.places[place].kind == ENTRY_BAY else GOODS
            if any(act.act == "give" and act.to == "place" for act in service.stops[-1].acts):
                free_s[item] = each.at_s + _SETTLED_S
    for each in requests:
        fetched.add(str(each.params.get(_taken(site.services[each.service]), "")))
    wanted = {sorts[item] for item in fetched if item in sorts}
    free_s = {item: at_s for item, at_s in free_s.items() if item not in fetched and sorts[item] in wanted}
    made, left_out = [], 0
    for each in sorted(extra, key=lambda each: (each.at_s, each.request_id)):
        taken = _taken(site.services[each.service])
        if not taken:
            made.append(each)
            continue
        found = next((item for item, at_s in sorted(free_s.items()) if at_s <= each.at_s), None)
        if found is None:
            left_out += 1
            continue
        del free_s[found]
        made.append(replace(each, params={**each.params, taken: found}))
    return made, left_out


def _brought(request: PastRequest, service: Service) -> Iterator[tuple[str, str]]:
    """Yield the items that a request brings along, and where they stand then."""
    for param, where in brought(service):
        if param in request.params and where in request.params:
            yield str(request.params[param]), str(request.params[where])
