"""What a request costs from the command to the durable plan: the real core with its real ports and a ledger on disk.

Robots say once that they are there, take orders and report nothing more, so that all work of the manager's process is
that of the requests themselves. They come one after the other, or all at once, at one instant of the day, for the hours
ahead: each one is taken in by `Host.feed`, which validates it, inserts it into the plan, has the plan checked, gives
orders and right of way, and returns when the facts are in the ledger (SQLite, one transaction a turn, synchronous).
"""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path

from bench.generated import SPREAD_S
from bench.streets import CAR, SLOTS_OF_A_DECK, street_site
from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer
from robot_fleet.core.fleet import Fleet
from robot_fleet.core.inputs import ReportReceived, SubmitTask, Tick
from robot_fleet.core.order import Order, RobotReport
from robot_fleet.core.site import Site
from robot_fleet.runtime.history import open_for_writing
from robot_fleet.runtime.host import Host
from robot_fleet.runtime.pauses import avoid_pauses
from robot_fleet.runtime.ports import ports_for
from robot_fleet.runtime.runs.summary import percentiles

NOW_S = 8 * 3600.0
TICK_S = 0.1
"""The manager looks at what changes without notice this often."""
_SHARES = {"visit": 18, "parcel": 66, "park": 8, "fetch": 8}
_KINDS = {"visit": "care", "parcel": "logistics", "park": "parking", "fetch": "parking"}


@dataclass(frozen=True, slots=True)
class FleetDay:
    """What came of a day's requests.

    Parameters
    ----------
    event_to_plan_ms : wall milliseconds of each request, in order.
    cpu_ms : CPU milliseconds of each.
    took_s : wall seconds from the first request until the last one was planned or explained.
    refused : requests that were not accepted.
    unplanned : tasks that the last plan left out.
    checked, violations : plans that the checker has seen, and rules that they broke (none of these is committed).
    """

    asked: int
    event_to_plan_ms: tuple[float, ...]
    cpu_ms: tuple[float, ...]
    took_s: float
    refused: int
    unplanned: int
    orders: int
    checked: int
    violations: int
    facts: int
    ledger_mb: float
    set_up_s: float
    peak_rss_mb: float

    def summary(self) -> dict[str, object]:
        """Return what `--json` writes of it."""
        tail = self.event_to_plan_ms[-max(len(self.event_to_plan_ms) // 10, 1) :]
        return {
            "asked": self.asked,
            "events": len(self.event_to_plan_ms),
            "event_to_plan_ms": percentiles(self.event_to_plan_ms),
            "event_to_plan_ms_last_tenth": percentiles(tail),
            "event_cpu_ms": percentiles(self.cpu_ms),
            "took_s": round(self.took_s, 3),
            "refused": self.refused,
            "unplanned": self.unplanned,
            "orders": self.orders,
            "plans_checked": self.checked,
            "violations": self.violations,
            "facts": self.facts,
            "ledger_mb": round(self.ledger_mb, 3),
            "set_up_s": round(self.set_up_s, 3),
            "peak_rss_mb": round(self.peak_rss_mb, 1),
        }


class SilentLink:
    """A robot that takes orders and reports nothing."""

    def __init__(self) -> None:
        self.orders: set[str] = set()

    def send(self, order: Order) -> None:
        """Take an order."""
        self.orders.add(order.id)

    def reports(self) -> tuple[RobotReport, ...]:
        """Return nothing."""
        return ()


def play_day(
    robots: int, tasks: int, seed: int, most_s: float, progress: Callable[[int], None], at_once: bool = False
) -> FleetDay:
    """Ask for so many tasks and return what came of it.

    Parameters
    ----------
    most_s : no request is made after so many wall seconds.
    progress : called with the number of requests made.
    at_once : whether everybody asks at once, while the clock ticks as it does in the manager; else each request comes
        seconds after the one before.

    Raises
    ------
    LedgerError : the ledger cannot be written.
    """
    began_s = time.perf_counter()
    decks = max(1, ceil(tasks * _SHARES["park"] / 100.0 / (SLOTS_OF_A_DECK / 3.0)))
    site = street_site(robots, decks)
    links = {name: SilentLink() for name in site.robots}
    answers: list[Answer] = []
    now = Now(NOW_S, time.perf_counter() if at_once else 0.0)
    with tempfile.TemporaryDirectory(prefix="fleet_day_") as folder:
        ledger, state = open_for_writing(site, Path(folder) / "ledger.db")
        with ledger:
            fleet = Fleet(site, ports_for(site), state=state)
            host = Host(fleet, ledger, links, lambda wish: None, answers.append, time.perf_counter)
            for report in _first_reports(site):
                host.feed(ReportReceived(report), now)
            asked = tuple(_requests(site, decks, tasks, random.Random(seed)))
            avoid_pauses()
            set_up_s = time.perf_counter() - began_s
            wall_ms: list[float] = []
            cpu_ms: list[float] = []
            first_s = ticked_s = time.perf_counter()
            for number, wish in enumerate(asked, start=1):
                event_s, event_cpu_s = time.perf_counter(), time.process_time()
                host.feed(wish, Now(NOW_S, event_s if at_once else float(number)))
                if at_once and time.perf_counter() - ticked_s >= TICK_S:
                    ticked_s = time.perf_counter()
                    host.feed(Tick(), Now(NOW_S, ticked_s))
                wall_ms.append(1000.0 * (time.perf_counter() - event_s))
                cpu_ms.append(1000.0 * (time.process_time() - event_cpu_s))
                progress(number)
                if time.perf_counter() - began_s - set_up_s > most_s:
                    break
            if fleet.agenda.replan:
                host.feed(Tick(), Now(NOW_S, ticked_s + TICK_S))
            took_s = time.perf_counter() - first_s
            facts = ledger.last_seq
            size = sum(path.stat().st_size for path in Path(folder).iterdir())
    return FleetDay(
        asked=len(asked),
        event_to_plan_ms=tuple(wall_ms),
        cpu_ms=tuple(cpu_ms),
        took_s=took_s,
        refused=sum(not answer.accepted for answer in answers),
        unplanned=len(fleet.state.left_out),
        orders=sum(len(link.orders) for link in links.values()),
        checked=fleet.agenda.checked,
        violations=len(fleet.agenda.violations),
        facts=facts,
        ledger_mb=size / 2**20,
        set_up_s=set_up_s,
        peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024.0,
    )


def _first_reports(site: Site) -> Iterator[RobotReport]:
    for robot in site.robots.values():
        yield RobotReport(
            robot=robot.id,
            boot="b1",
            seq=1,
            at_s=NOW_S,
            order="",
            update=0,
            released=0,
            results=(),
            state="idle",
            pose=site.places[robot.start].pose,
            speed_mps=0.0,
            soc_pct=robot.start_soc_pct,
            charging=True,
            docked_at=robot.start,
            odometer_m=0.0,
            loaded_m=0.0,
            energy_wh=0.0,
        )


def _requests(site: Site, decks: int, tasks: int, rng: random.Random) -> Iterator[SubmitTask]:
    """Yield requests in order of the time for which they are made."""
    by_kind: dict[str, list[str]] = {}
    for place in site.places.values():
        by_kind.setdefault(place.kind, []).append(place.id)
    cars = list(site.items)
    rng.shuffle(cars)
    times = sorted(NOW_S + rng.uniform(0.0, SPREAD_S) for _ in range(tasks))
    able = {robot.kind for robot in site.robots.values()}
    shares = {name: share for name, share in _SHARES.items() if _KINDS[name] in able}
    for number, at_s in enumerate(times, start=1):
        service = rng.choices(list(shares), list(shares.values()))[0]
        item = f"i{number:04d}"
        if service == "fetch" and not cars:
            service = "park"
        if service == "visit":
            params: dict[str, object] = {"place": rng.choice(by_kind["room"])}
        elif service == "parcel":
            params = {"from": rng.choice(by_kind["shelf"]), "to": rng.choice(by_kind["room"]), "item": item}
            params["mass_kg"] = round(rng.uniform(0.5, 9.0), 1)
        elif service == "fetch":
            params = {"item": cars.pop()}
        else:
            service = f"park_{rng.randrange(decks) + 1}"
            params = {"bay": rng.choice(by_kind["bay_in"]), "item": item, **CAR}
        yield SubmitTask(f"t{number:04d}", service, {**params, "earliest_at": round(at_s, 1)})
