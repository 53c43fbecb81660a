"""The requests that keep a fleet busy: a denser day than the site's own, with a crowd at its beginning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from robot_fleet.core.clock import format_clock, parse_clock
from robot_fleet.core.errors import SiteError
from robot_fleet.core.site import Site
from robot_fleet.site.demand import RequestRow, generate_day
from robot_fleet.site.models.demand_pattern import read_pattern

DENSITY = 1.6
"""So many times as many requests as the site's pattern of a day has, if its stores can give and take so much."""
WAY_S, PATIENCE_S = 90.0, 300.0
"""Fleet seconds that a way to a stop takes, and for which people wait beyond what cannot be helped."""
CROWD_APART_S = 3.0
"""Fleet seconds between two of the first requests, of which there are as many as robots."""


def load(folder: Path, site: Site, seed: int, lasts_s: float, drains_s: float) -> list[RequestRow]:
    """Return the requests of `lasts_s` fleet seconds, by time; as long as the site's day has any.

    The first ones come at once and are wanted at once; what a request says of times moves with it. Those that could not
    end within `drains_s` after the last one, however soon they were begun, are not made.

    Raises
    ------
    SiteError : see `generate_day`.
    """
    day = _dense_day(folder, seed)
    begin_s, crowd = day[0].at_s, len(site.robots)
    rows = [_moved(site, row, begin_s + CROWD_APART_S * number, hurried=True) for number, row in enumerate(day[:crowd])]
    if len(day) > crowd:
        next_s, after_s = rows[-1].at_s + CROWD_APART_S, day[crowd].at_s
        rows += [_moved(site, row, next_s + row.at_s - after_s) for row in day[crowd:]]
    until_s = begin_s + lasts_s
    made = [_wanted_soon(site, row) for row in rows if row.at_s < until_s]
    return [row for row in made if _ends_s(site, row) < until_s + drains_s]


def _dense_day(folder: Path, seed: int) -> list[RequestRow]:
    count = round(DENSITY * read_pattern(folder / "demand.yaml").requests)
    try:
        return generate_day(folder, seed, count)
    except SiteError as error:
        if error.code != "site_demand_store":
            raise
        return generate_day(folder, seed)


def _wanted_soon(site: Site, row: RequestRow) -> RequestRow:
    """Return a request that is due so soon that robots are not left idle for it; alarms are anyway."""
    if site.services[row.service].alarm:
        return row
    return replace(row, params={**row.params, "due_at": format_clock(_ends_s(site, row) + PATIENCE_S)})


def _ends_s(site: Site, row: RequestRow) -> float:
    """Return when a request could end: after its own times, its ways and its acts."""
    takes_s = 0.0
    for stop in site.services[row.service].stops:
        source, _, name = stop.where.partition(":")
        times = len(site.routes[str(row.params[name])]) if source == "route" else 1
        takes_s += times * (WAY_S + sum(act.expected_s for act in stop.acts))
    names = [name for name in _times(site, row) if name in row.params and name != "due_at"]
    at_s = [parse_clock(str(row.params[name])) for name in names]
    return max([row.at_s, *at_s]) + takes_s


def _times(site: Site, row: RequestRow) -> dict[str, bool]:
    """Return the parameters of a request that are times, and whether it must name them."""
    own = {spec.name: spec.required for spec in site.services[row.service].params if spec.type == "time"}
    return {"earliest_at": False, "due_at": False, **own}


def _moved(site: Site, row: RequestRow, at_s: float, hurried: bool = False) -> RequestRow:
    """Return a request made at another time; a hurried one does without the times that it need not name."""
    times = _times(site, row)
    params: dict[str, object] = {}
    for name, value in row.params.items():
        if name not in times:
            params[name] = value
        elif times[name] or not hurried:
            params[name] = format_clock(parse_clock(str(value)) + at_s - row.at_s)
    return replace(row, at_s=float(round(at_s)), params=params)


def asked(rows: list[RequestRow]) -> Mapping[str, str]:
    """Return the service of each request."""
    return {row.request_id: row.service for row in rows}
