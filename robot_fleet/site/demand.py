"""A day's requests: drawn for any site after its own pattern (`demand.yaml`), written and read as CSV.

The columns of a file are `request_id,at,service,params`; `at` is HH:MM:SS of the site's day, `params` a JSON object.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from robot_fleet.core.clock import format_clock, parse_clock
from robot_fleet.core.errors import LinesRefused, RequestError, SiteError, WrongLine
from robot_fleet.core.site import Site
from robot_fleet.site.load import load_site
from robot_fleet.site.models.demand_pattern import (
    NewItemDraw,
    NumberDraw,
    Pattern,
    PlaceDraw,
    RouteDraw,
    ServicePattern,
    SharesDraw,
    Store,
    StoreInDraw,
    StoreOutDraw,
    TimeDraw,
    read_pattern,
)

COLUMNS = ("request_id", "at", "service", "params")

_REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request of a day.

    Parameters
    ----------
    request_id : unique in the day; becomes the task's id.
    at_s : fleet time at which it is made.
    service : id of the service.
    params : as in the file; times as HH:MM:SS.
    """

    request_id: str
    at_s: float
    service: str
    params: Mapping[str, object]


@dataclass(slots=True)
class _Asked:
    """A request whose parameters are being drawn."""

    at_s: int
    service: str
    params: dict[str, object] = field(default_factory=dict)
    start_s: float = 0.0


def generate_day(site_dir: Path, seed: int, requests: int | None = None) -> list[RequestRow]:
    """Return a day of requests for a site, by time; the same arguments give the same day.

    Parameters
    ----------
    site_dir : a site folder with a `demand.yaml`.
    requests : how many, in the pattern's proportions; the pattern's own number by default.

    Raises
    ------
    SiteError : as `load_site` does; `site_demand_missing`, `site_demand_malformed`, `site_demand_unknown_service`,
        `site_demand_unknown_param`, `site_demand_no_choice` (nothing to draw from), `site_demand_store` (more taken out
        than there is, or put in than fits).
    RequestError : `request_count`, if `requests` is less than 1.
    """
    file = site_dir / "demand.yaml"
    pattern = read_pattern(file)
    site = load_site(site_dir)
    _check(pattern, site, file)
    count = pattern.requests if requests is None else requests
    if count < 1:
        raise RequestError("request_count", f"a day of {count} requests is none; expected at least 1", str(file))
    asked = _times(pattern, seed, count)
    for name, store in pattern.stores.items():
        _fill_store(asked, pattern, site, name, store, random.Random(f"{seed}/store/{name}"), file)
    drawer = _Drawer(site, file)
    for service, habits in pattern.services.items():
        drawer.draw(habits, [one for one in asked if one.service == service], random.Random(f"{seed}/{service}"))
    width = max(4, len(str(len(asked))))
    return [
        RequestRow(f"r{number:0{width}d}", float(one.at_s), one.service, one.params)
        for number, one in enumerate(asked, start=1)
    ]


def write_csv(rows: Iterable[RequestRow], path: Path) -> None:
    """Write requests in the order given; times are cut to whole seconds."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in rows:
            params = json.dumps(dict(row.params), ensure_ascii=False)
            writer.writerow((row.request_id, format_clock(row.at_s), row.service, params))


def read_csv(path: Path) -> list[RequestRow]:
    """Return the requests of a file, by time and then by their order in it; further columns are ignored.

    Raises
    ------
    RequestError : with file and line: `request_file_missing`, `request_file_malformed` (not UTF-8 or not CSV),
        `request_header_malformed`, `request_row_malformed` (too few cells), `request_id_malformed`,
        `request_id_twice`, `request_time_malformed`, `request_service_missing`, `request_params_malformed`.
    """
    if not path.is_file():
        raise RequestError("request_file_missing", "the file of requests is not there; expected a CSV file", str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RequestError("request_file_malformed", "expected a text in UTF-8", str(path)) from error
    try:
        rows = scan_csv(text)
    except LinesRefused as refused:
        first = refused.lines[0]
        raise RequestError(first.code, first.message, f"{path}:{first.line}" if first.line else str(path)) from refused
    return sorted(rows.values(), key=lambda row: row.at_s)


def scan_csv(text: str) -> dict[int, RequestRow]:
    """Return the requests of a text by their lines, in their order; further columns are ignored.

    Raises
    ------
    LinesRefused : with every line that is wrong, codes as for `read_csv`; line 0 stands for the whole text.
    """
    rows: dict[int, RequestRow] = {}
    wrong: list[WrongLine] = []
    seen: dict[str, int] = {}
    try:
        for line, header, cells in _records(io.StringIO(text.removeprefix("\ufeff"), newline="")):
            try:
                row = _row(header, cells)
                if row.request_id in seen:
                    message = f"the id {row.request_id!r} stands in line {seen[row.request_id]} too; expected each once"
                    raise RequestError("request_id_twice", message, row.request_id)
            except RequestError as error:
                wrong.append(WrongLine(line, error.code, error.message, error.where))
            else:
                seen[row.request_id] = line
                rows[line] = row
    except RequestError as error:
        wrong.insert(0, WrongLine(1, error.code, error.message, error.where))
    except csv.Error as error:
        wrong.insert(0, WrongLine(0, "request_file_malformed", f"expected CSV: {error}"))
    if wrong:
        raise LinesRefused(f"nothing was taken on: {len(wrong)} lines cannot be read", "", wrong)
    return rows


def _records(stream: Iterable[str]) -> Iterator[tuple[int, list[str], list[str]]]:
    """Yield (line, header, cells) of each row that is not blank."""
    reader = csv.reader(stream, strict=True)
    header = [name.strip() for name in next(reader, [])]
    missing = [name for name in COLUMNS if name not in header]
    if missing or len(set(header)) != len(header):
        expected = f"expected the columns {','.join(COLUMNS)}, each once; got {','.join(header) or 'nothing'}"
        raise RequestError("request_header_malformed", expected, "header")
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, header, cells


def _row(header: Sequence[str], values: Sequence[str]) -> RequestRow:
    if len(values) != len(header):
        message = f"expected {len(header)} cells as in the header, got {len(values)}"
        raise RequestError("request_row_malformed", message)
    cells = dict(zip(header, values, strict=True))
    request_id, service = cells["request_id"].strip(), cells["service"].strip()
    if not _REQUEST_ID.fullmatch(request_id):
        message = f"{request_id!r} is no request id; expected 1 to 64 letters, digits, '_', '.' or '-'"
        raise RequestError("request_id_malformed", message, "request_id")
    if not service:
        raise RequestError("request_service_missing", "the service is empty; expected the id of one", "service")
    try:
        at_s = parse_clock(cells["at"])
    except RequestError as error:
        raise RequestError(error.code, error.message, "at") from error
    try:
        params = json.loads(cells["params"], parse_constant=_no_number)
    except ValueError as error:
        raise RequestError("request_params_malformed", f"expected a JSON object: {error}", "params") from error
    if not isinstance(params, dict):
        raise RequestError("request_params_malformed", f"expected a JSON object, got {cells['params']!r}", "params")
    return RequestRow(request_id, at_s, service, params)


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON number")


def _check(pattern: Pattern, site: Site, file: Path) -> None:
    """Raise if the pattern speaks of services, parameters or stores that are not there."""
    for service, habits in pattern.services.items():
        if service not in site.services:
            offered = ", ".join(site.services)
            raise SiteError(
                "site_demand_unknown_service", f"no service {service!r}; expected one of {offered}", str(file)
            )
        known = {spec.name for spec in site.services[service].params} | {"earliest_at", "due_at", "priority"}
        needed = {spec.name for spec in site.services[service].params if spec.required}
        for name, draw in habits.params.items():
            key = f"{file}: services.{service}.params.{name}"
            if name not in known:
                raise SiteError("site_demand_unknown_param", f"{service!r} has no parameter {name!r}", key)
            if isinstance(draw, StoreInDraw | StoreOutDraw) and draw.store not in pattern.stores:
                raise SiteError("site_demand_store", f"no store {draw.store!r}; expected one of `stores`", key)
        missing = sorted(needed - set(habits.params))
        if missing:
            expected = f"{service!r} needs {', '.join(missing)}; expected how to draw it"
            raise SiteError("site_demand_unknown_param", expected, f"{file}: services.{service}.params")


def _times(pattern: Pattern, seed: int, count: int) -> list[_Asked]:
    """Return `count` requests with their times, by time and then by the order of services.

    Each window's requests are drawn one to an equal part of it, so that they spread and keep `apart_s` where they can.
    """
    cells = [(service, window) for service, habits in pattern.services.items() for window in habits.windows]
    shares = _shares([window.requests for _, window in cells], count)
    asked: list[_Asked] = []
    for number, ((service, window), share) in enumerate(zip(cells, shares, strict=True)):
        rng = random.Random(f"{seed}/{service}/{number}")
        start_s, end_s = parse_clock(window.start), parse_clock(window.end)
        part_s = (end_s - start_s) / max(share, 1)
        loose_s = max(part_s - pattern.services[service].apart_s, 0.0)
        asked += [_Asked(int(start_s + index * part_s + rng.random() * loose_s), service) for index in range(share)]
    order = {service: number for number, service in enumerate(pattern.services)}
    return sorted(asked, key=lambda one: (one.at_s, order[one.service]))


def _shares(weights: Sequence[int], count: int) -> list[int]:
    """Return whole shares of `count` in proportion to weights, by largest remainders (the first first)."""
    total = sum(weights)
    shares = [weight * count // total for weight in weights]
    remainders = sorted(range(len(weights)), key=lambda i: (-(weights[i] * count % total), i))
    for index in remainders[: count - sum(shares)]:
        shares[index] += 1
    return shares


def _fill_store(
    asked: Sequence[_Asked], pattern: Pattern, site: Site, name: str, store: Store, rng: random.Random, file: Path
) -> None:
    """Draw the items of the requests that fill and empty a store.

    A request that would find the store empty or full changes places with the next of the other sort.
    """
    into = _with_draw(pattern, StoreInDraw, name)
    out = _with_draw(pattern, StoreOutDraw, name)
    places = [place.id for place in site.places.values() if store.group in place.groups]
    since_s = {item.id: -math.inf for item in site.items.values() if item.at in places}
    freed_s: list[float] = []
    numbers = itertools.count(1)

    def possible(service: str, at_s: float) -> bool:
        if service in out:
            return any(settled_s <= at_s for settled_s in since_s.values())
        return len(since_s) + sum(free_s > at_s for free_s in freed_s) < len(places)

    waiting = [one for one in asked if one.service in into or one.service in out]
    for index, one in enumerate(waiting):
        if not possible(one.service, one.at_s):
            other = next((late for late in waiting[index + 1 :] if late.service != one.service), None)
            if other is None or not possible(other.service, one.at_s):
                state = "empty" if one.service in out else "full"
                message = (
                    f"the store {name!r} is {state} at {format_clock(one.at_s)}; expected as much to go in as comes out"
                )
                raise SiteError("site_demand_store", message, str(file))
            one.service, other.service = other.service, one.service
        if one.service in into:
            param, draw = into[one.service]
            item = next(new for new in (f"{draw.prefix}_{number:02d}" for number in numbers) if new not in site.items)
            since_s[item] = one.at_s + store.settle_s
        else:
            param, _ = out[one.service]
            item = rng.choice(sorted(item for item, settled_s in since_s.items() if settled_s <= one.at_s))
            del since_s[item]
            freed_s.append(one.at_s + store.free_s)
        one.params[param] = item


_StoreDraw = TypeVar("_StoreDraw", StoreInDraw, StoreOutDraw)


def _with_draw(pattern: Pattern, sort: type[_StoreDraw], store: str) -> dict[str, tuple[str, _StoreDraw]]:
    """Return service -> (parameter, draw) of those that draw from a store."""
    return {
        service: (name, draw)
        for service, habits in pattern.services.items()
        for name, draw in habits.params.items()
        if isinstance(draw, sort) and draw.store == store
    }


class _Drawer:
    """Draws parameters; remembers who is where, so that people are not visited twice at a time."""

    def __init__(self, site: Site, file: Path) -> None:
        self._site = site
        self._file = file
        self._busy: dict[str, list[tuple[float, float]]] = {}
        self._numbers: Counter[str] = Counter()

    def draw(self, habits: ServicePattern, asked: Sequence[_Asked], rng: random.Random) -> None:
        """Draw all parameters of a service's requests, times first: places depend on them."""
        for one in asked:
            one.start_s = float(one.at_s)
        for name, draw in sorted(habits.params.items(), key=lambda entry: not isinstance(entry[1], TimeDraw)):
            if isinstance(draw, TimeDraw):
                self._times(name, draw, asked, rng)
            elif isinstance(draw, PlaceDraw):
                self._places(name, draw, asked, rng)
            elif isinstance(draw, RouteDraw):
                self._routes(name, draw, asked, rng)
            elif isinstance(draw, SharesDraw):
                self._texts(name, draw, asked, rng)
            elif isinstance(draw, NumberDraw):
                low, high = (round(bound / draw.step) for bound in draw.between)
                for one in asked:
                    one.params[name] = round(rng.randint(low, max(low, high)) * draw.step, 6)
            elif isinstance(draw, NewItemDraw):
                for one in asked:
                    self._numbers[draw.prefix] += 1
                    one.params[name] = f"{draw.prefix}_{self._numbers[draw.prefix]:03d}"
        for one in asked:
            one.params = {name: one.params[name] for name in habits.params}

    def _times(self, name: str, draw: TimeDraw, asked: Sequence[_Asked], rng: random.Random) -> None:
        last_s = -math.inf
        for one in asked:
            drawn_s = one.at_s + rng.uniform(draw.after_s[0], max(draw.after_s))
            last_s = math.ceil(max(drawn_s, last_s + draw.apart_s))
            one.params[name] = format_clock(last_s)
            one.start_s = max(one.start_s, last_s)

    def _places(self, name: str, draw: PlaceDraw, asked: Sequence[_Asked], rng: random.Random) -> None:
        fitting = [
            place.id
            for place in self._site.places.values()
            if (not draw.kinds or place.kind in draw.kinds)
            and (not draw.groups or any(group in place.groups for group in draw.groups))
        ]
        used: Counter[str] = Counter()
        for one in asked:
            others = [place for place in fitting if place not in one.params.values()]
            if not others:
                raise self._nothing(name, "a place of these kinds and groups")
            span = (one.start_s - draw.busy_s[0], one.start_s + draw.busy_s[1])
            clash = {place: self._clash_s(place, span) for place in others}
            least = min((clash[place], used[place]) for place in others)
            place = rng.choice([place for place in others if (clash[place], used[place]) == least])
            used[place] += 1
            if span[1] > span[0]:
                self._busy.setdefault(place, []).append(span)
            one.params[name] = place

    def _clash_s(self, place: str, span: tuple[float, float]) -> float:
        """Return for how many seconds of a span a place is busy already."""
        return sum(
            max(0.0, min(span[1], end_s) - max(span[0], start_s)) for start_s, end_s in self._busy.get(place, ())
        )

    def _routes(self, name: str, draw: RouteDraw, asked: Sequence[_Asked], rng: random.Random) -> None:
        routes = [route for route in self._site.routes if not draw.routes or route in draw.routes]
        if not routes:
            raise self._nothing(name, "a route")
        for one in asked:
            one.params[name] = rng.choice(routes)

    def _texts(self, name: str, draw: SharesDraw, asked: Sequence[_Asked], rng: random.Random) -> None:
        counts = _shares(list(draw.of.values()), len(asked))
        texts = [text for text, count in zip(draw.of, counts, strict=True) for _ in range(count)]
        rng.shuffle(texts)
        for one, text in zip(asked, texts, strict=True):
            one.params[name] = text

    def _nothing(self, name: str, expected: str) -> SiteError:
        return SiteError(
            "site_demand_no_choice", f"there is nothing to draw {name!r} from; expected {expected}", str(self._file)
        )
