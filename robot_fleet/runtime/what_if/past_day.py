"""A day out of a ledger, as it can be played again: what was asked for and commanded, and how the fleet stood."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import Fact, RequestRefused, TaskRequested
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.inputs import BeginMaintenance, Input, SetHold
from robot_fleet.core.site import ItemSpec, Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.reports.calendar import Period
from robot_fleet.reports.folds.past import Ground, Past
from robot_fleet.reports.periodic.periodic import PeriodReport, period_report
from robot_fleet.runtime.what_if.commanded import Outages, wish_of
from robot_fleet.runtime.what_if.remembered import Memory, RememberedPeople
from robot_fleet.sim.people import People

Batteries = Callable[[str, float], float | None]
"""Returns how full a robot's battery was at a fleet time, None where nobody knows."""
_SAY_EVERY = 20_000
_LEARNED = ("drives", "totals", "news", "measured", "factors", "revised_s", "zones", "roads", "doubted")
"""What of a fleet's state goes on from one day to the next."""


@dataclass(frozen=True, slots=True)
class PastRequest:
    """A request of the day.

    Parameters
    ----------
    request_id : the task's id.
    at_s : when the fleet heard of it (fleet time).
    params : as the core keeps them, times in seconds.
    stands_s : since when it stands: earlier for an alarm that was held up, later for what was asked for ahead.
    """

    request_id: str
    at_s: float
    service: str
    params: Mapping[str, object]
    stands_s: float


@dataclass(frozen=True, slots=True)
class PastDay:
    """A day that has been.

    Parameters
    ----------
    measured : its report, out of facts alone.
    begin_s, end_s : what of it is played (fleet time): from the ledger's first fact, if that is later than midnight, to
        its last one, if that is earlier.
    whole : whether the day was over when the ledger was read.
    requests : by time; those that were open before stand at its begin.
    carried : of the tasks that were open before, since when each stood (fleet time).
    refused : requests that were refused; facts do not tell what exactly they were.
    commands : what people (and outages of robots) did, with the fleet time, by time.
    stops : (fleet time, robot, whether it was pressed) of emergency stops, by time.
    people : what people did and how long it took.
    site : the site as the day began: where robots stood, how full they were, which items were where.
    before : the fleet's state as the day began.
    assumed : robots of which nobody knows how full they were.
    seq : number of the last fact that was read.
    """

    period: Period
    measured: PeriodReport
    begin_s: float
    end_s: float
    whole: bool
    requests: tuple[PastRequest, ...]
    carried: Mapping[str, float]
    refused: tuple[tuple[float, RequestRefused], ...]
    commands: tuple[tuple[float, Input], ...]
    stops: tuple[tuple[float, str, bool], ...]
    people: RememberedPeople
    site: Site
    before: FleetState
    assumed: tuple[str, ...]
    seq: int


@dataclass(slots=True)
class _Read:
    """What is gathered while facts are read."""

    begin_s: float | None = None
    end_s: float = 0.0
    whole: bool = False
    seq: int = 0
    requests: list[PastRequest] = field(default_factory=list)
    refused: list[tuple[float, RequestRefused]] = field(default_factory=list)
    commands: list[tuple[float, Input]] = field(default_factory=list)


def read_day(
    ledger: Ledger,
    site: Site,
    ground: Ground,
    period: Period,
    habits: People,
    batteries: Batteries,
    say: Callable[[int, int], None] = lambda read, of: None,
) -> PastDay:
    """Return a day of a ledger.

    Parameters
    ----------
    period : one day.
    habits : of the site's people, for what the facts do not tell.
    batteries : asked where the ledger had begun before the day; on its first day robots are as the site says.
    say : told how many facts were read, and how many there are.

    Raises
    ------
    RequestError : `request_what_if_empty_day` when nothing was asked for on the day; `request_unknown_service` when
        the site has not got every service of the day any more.
    LedgerError : as `Ledger.read`.
    """
    past, before, memory, outages, read = Past(ground), initial_state(site), Memory(site), Outages(), _Read()
    last_seq = ledger.last_seq
    fresh = True
    for seq, at_s, fact in ledger.read():
        if at_s >= period.to_s:
            read.whole = True
            break
        if seq % _SAY_EVERY == 0:
            say(seq, last_seq)
        past.take(seq, at_s, fact)
        outages.take(at_s, fact)
        read.seq = seq
        if at_s < period.from_s:
            fresh = False
            apply(before, fact)
            memory.take(at_s, fact)
            continue
        _gather(read, at_s, fact, memory)
    begin_s = period.from_s if not fresh else read.begin_s
    if begin_s is None or not read.requests:
        message = f"nothing was asked for on day {period.of}; choose a day of which the report shows requests"
        raise RequestError("request_what_if_empty_day", message, period.of)
    gone = next((each.service for each in read.requests if each.service not in site.services), "")
    if gone:
        message = (
            f"the site has no service {gone!r} any more, which was asked for on the day; play it on the site as it was"
        )
        raise RequestError("request_unknown_service", message, gone)
    end_s = period.to_s if read.whole else read.end_s
    carried = {} if fresh else {task.id: task.request.requested_s for task in before.open_tasks()}
    stood, assumed = (site, ()) if fresh else _stood(site, before, begin_s, batteries)
    commands = [*_in_force(before, begin_s), *read.commands, *outages.commands(begin_s, end_s)]
    return PastDay(
        period=period,
        measured=period_report(past, ground, None, period),
        begin_s=begin_s,
        end_s=end_s,
        whole=read.whole,
        requests=(*_carried(before, begin_s), *read.requests),
        carried=carried,
        refused=tuple(read.refused),
        commands=tuple(sorted(commands, key=lambda each: each[0])),
        stops=outages.stops(begin_s, end_s),
        people=memory.people(habits),
        site=stood,
        before=before,
        assumed=assumed,
        seq=read.seq,
    )


def _gather(read: _Read, at_s: float, fact: Fact, memory: Memory) -> None:
    if read.begin_s is None:
        read.begin_s = at_s
        memory.begin()
    read.end_s = at_s
    memory.take(at_s, fact)
    if isinstance(fact, TaskRequested):
        read.requests.append(PastRequest(fact.task, at_s, fact.service, fact.params, fact.requested_s))
        ready_s = fact.params.get("ready_at")
        if isinstance(ready_s, float):
            memory.wants(str(fact.params.get("item", "")), ready_s)
    elif isinstance(fact, RequestRefused):
        read.refused.append((at_s, fact))
    else:
        wish = wish_of(fact, f"again-{read.seq}")
        if wish is not None:
            read.commands.append((at_s, wish))


def _carried(before: FleetState, begin_s: float) -> list[PastRequest]:
    """Return what was asked for before the day and is open: it is asked for again when the day begins."""
    found = []
    for task in before.open_tasks():
        asked = task.request
        params = {**asked.params, "due_at": max(asked.due_s, begin_s), "earliest_at": max(asked.earliest_s, begin_s)}
        found.append(PastRequest(task.id, begin_s, asked.service, params, asked.requested_s))
    return found


def _in_force(before: FleetState, begin_s: float) -> list[tuple[float, Input]]:
    """Return the commands that hold when the day begins."""
    found: list[tuple[float, Input]] = []
    if before.hold:
        found.append((begin_s, SetHold("before-hold", True)))
    for robot in before.robots.values():
        if robot.maintenance:
            found.append((begin_s, BeginMaintenance(f"before-maintenance-{robot.id}", robot.id)))
        if robot.hold:
            found.append((begin_s, SetHold(f"before-hold-{robot.id}", True, robot.id)))
    return found


def _stood(site: Site, before: FleetState, begin_s: float, batteries: Batteries) -> tuple[Site, tuple[str, ...]]:
    """Return the site with its robots and items where they were, and the robots of whose battery nobody knows."""
    robots, assumed, taken = {}, [], set()
    for spec in site.robots.values():
        record = before.robots.get(spec.id)
        start = spec.start if record is None else record.docked or site.vertices[record.at].place or spec.start
        if start in taken:
            start = spec.start
        taken.add(start)
        soc_pct = batteries(spec.id, begin_s)
        if soc_pct is None:
            assumed.append(spec.id)
            kind = site.kinds[spec.kind]
            charged = record is not None and bool(record.docked) and not record.must_charge
            soc_pct = kind.charge_to_pct if charged else (kind.charge_below_pct + kind.charge_to_pct) / 2.0
        robots[spec.id] = replace(spec, start=start, start_soc_pct=soc_pct)
    items = {}
    for item in before.items.values():
        sort, _, holder = item.holder.partition(":")
        place = holder if sort == "place" else _taken_at(before, item.id) if sort == "robot" else ""
        if place in site.places:
            items[item.id] = ItemSpec(item.id, item.kind, place, item.mass_kg, item.length_m, item.width_m)
    return replace(site, robots=robots, items=items), tuple(assumed)


def _taken_at(before: FleetState, item: str) -> str:
    """Return where a task that is open takes an item: what is on board when the day begins is there again."""
    for task in before.open_tasks():
        for stop in task.request.stops:
            if stop.places and any(act.act == "take" and act.item == item for act in stop.acts):
                return stop.places[0]
    return ""


def learned(state: FleetState, before: FleetState) -> FleetState:
    """Return a new state with what a fleet had learned of its roads before, and been told of its zones."""
    for name in _LEARNED:
        setattr(state, name, copy.deepcopy(getattr(before, name)))
    return state
