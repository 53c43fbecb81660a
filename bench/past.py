"""A ledger with a long past: one shift of a fleet, played by the real core, and then again and again by its facts.

Playing 100,000 tasks takes hours, so one shift is played (`punctual`) that ends as it began: nobody has anything to do,
and all robots stand docked. Its facts are true once more a while later, with other ids for tasks and items, and with
robots of the same kind in each other's roles, since each of them stands docked where another one began.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from bench.punctual import PunctualFleet
from bench.streets import CAR
from robot_fleet.core.clock import Now
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet import Fleet, FleetState, Ports, apply
from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.core.site import Site
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.host import MemoryLog

BEGIN_S = 8 * 3600.0
TASKS = 60
"""Of a shift. Every car that is parked is asked for again."""
ASKED_EVERY_S = 7.0
REST_S = 100.0
"""Between two shifts."""
_OPEN = re.compile(
    r"(?<!home/)(?P<robot>(?:care|logistics|parking)_\d{3})(?:\.(?P<order>\d+))?"
    r"|(?P<thing>(?:task|item)-\d{4})"
    r'|(?P<key>"(?:requested|earliest|due|arrive|begin|end|until|at)_s":)(?P<time>\d[\d.]*)'
)
"""What is another word in each shift: a robot or one of its orders, a task or item, an instant."""


class Shift:
    """The facts of a shift, with the words left open that are others each time.

    Parameters
    ----------
    site, ports : of a fleet on which nothing has happened yet.

    Attributes
    ----------
    opening : the facts before it: robots come, and dock.
    tasks : how many tasks it has.
    """

    def __init__(self, site: Site, ports: Ports) -> None:
        log = MemoryLog()
        fleet = PunctualFleet(site, ports, log, BEGIN_S)
        fleet.run(partial(_all_docked, fleet.state))
        self.opening: tuple[Fact, ...] = tuple(fact for _, fact in log.facts)
        before = {name: record.orders for name, record in fleet.state.robots.items()}
        self._began_s = fleet.now_s
        _ask_for_a_shift(site, fleet)
        asked_by_s = fleet.now_s + 2.0 * TASKS * ASKED_EVERY_S
        fleet.run(lambda: fleet.now_s > asked_by_s and not fleet.state.open_tasks() and _all_docked(fleet.state))
        self.tasks = len(fleet.state.tasks)
        self._lasts_s = fleet.now_s - self._began_s + REST_S
        self._orders = {name: (before[name], record.orders) for name, record in fleet.state.robots.items()}
        self._ends_at = {name: record.docked.removeprefix("home/") for name, record in fleet.state.robots.items()}
        self._registry = registry()
        encoded = [self._registry.encode(fact) for _, fact in log.facts[len(self.opening) :]]
        self._kinds = [(kind, version) for kind, version, _ in encoded]
        text = "\n".join(body for _, _, body in encoded)
        found = list(_OPEN.finditer(text))
        self._words = dict.fromkeys(match.group() for match in found)
        bounds = [0, *(edge for match in found for edge in match.span()), len(text)]
        self._pieces = [text[begin:end] for begin, end in zip(bounds, bounds[1:], strict=False)]

    def again(self, times: int) -> Iterator[tuple[float, list[Fact]]]:
        """Yield the facts of so many shifts, and the fleet time at the end of each."""
        roles = {name: name for name in self._ends_at}
        orders = {name: first for name, (first, _) in self._orders.items()}
        for number in range(times):
            later_s = number * self._lasts_s
            words = {word: self._word(word, number, later_s, roles, orders) for word in self._words}
            pieces = list(self._pieces)
            pieces[1::2] = [words[piece] for piece in pieces[1::2]]
            bodies = "".join(pieces).split("\n")
            facts = [
                self._registry.decode(kind, version, body)
                for (kind, version), body in zip(self._kinds, bodies, strict=True)
            ]
            yield self._began_s + later_s + self._lasts_s, facts
            for name, (first, last) in self._orders.items():
                orders[roles[name]] += last - first
            roles = {self._ends_at[name]: robot for name, robot in roles.items()}

    def _word(self, word: str, number: int, later_s: float, roles: dict[str, str], orders: dict[str, int]) -> str:
        match = _OPEN.fullmatch(word)
        assert match is not None
        robot, order, thing, key, time = match.group("robot", "order", "thing", "key", "time")
        if thing is not None:
            return f"s{number:05d}-{thing}"
        if key is not None:
            return f"{key}{round(float(time) + later_s, 3)}"
        now = roles[robot]
        return now if order is None else f"{now}.{int(order) - self._orders[robot][0] + orders[now]}"


def write_past(
    site: Site,
    ports: Ports,
    ledger: Ledger,
    state: FleetState,
    shift: Shift,
    finished: int,
    say: Callable[[int], None],
) -> float:
    """Write a past of so many finished tasks (and a few more) into a new ledger, and return the fleet time at its end.

    Between two shifts the core itself says which tasks leave the live state.

    Parameters
    ----------
    state : that of a fleet on which nothing has happened yet; brought up to the end.
    say : told how many tasks there are.
    """
    _keep(ledger, state, shift.opening, BEGIN_S)
    at_s = BEGIN_S
    done = 0
    for at_s, facts in shift.again(-(-finished // shift.tasks)):
        _keep(ledger, state, facts, at_s)
        ledger.append(Fleet(site, ports, state=state).decide(Tick(), Now(at_s, 0.0)).facts, at_s)
        done += shift.tasks
        say(done)
    return at_s


def _keep(ledger: Ledger, state: FleetState, facts: Sequence[Fact], at_s: float) -> None:
    ledger.append(facts, at_s)
    for fact in facts:
        apply(state, fact)


def requests(site: Site, prefix: str, count: int, seed: int, shares: tuple[float, float]) -> Iterator[SubmitTask]:
    """Yield requests of visits, parcels and cars to park; `shares` are those of the first two."""
    rng = random.Random(seed)
    of_kind: dict[str, list[str]] = {}
    for place in site.places.values():
        of_kind.setdefault(place.kind, []).append(place.id)
    decks = sum(name.startswith("park_") for name in site.services)
    for number in range(count):
        key, item = f"{prefix}task-{number:04d}", f"{prefix}item-{number:04d}"
        drawn = rng.random()
        if drawn < shares[0]:
            yield SubmitTask(key, "visit", {"place": rng.choice(of_kind["room"])})
        elif drawn < sum(shares):
            where = {"from": rng.choice(of_kind["shelf"]), "to": rng.choice(of_kind["room"])}
            yield SubmitTask(key, "parcel", {**where, "item": item, "mass_kg": round(rng.uniform(0.5, 9.0), 1)})
        else:
            bay = rng.choice(of_kind["bay_in"])
            yield SubmitTask(key, f"park_{rng.randrange(decks) + 1}", {"bay": bay, "item": item, **CAR})


def _ask_for_a_shift(site: Site, fleet: PunctualFleet) -> None:
    rng = random.Random(2)
    lasts_s = TASKS * ASKED_EVERY_S
    for number, wish in enumerate(requests(site, "", TASKS, 1, (0.2, 0.64))):
        at_s = rng.uniform(0.0, lasts_s)
        fleet.after(at_s, partial(fleet.ask, wish))
        if wish.service.startswith("park_"):
            fetch = SubmitTask(f"task-{TASKS + number:04d}", "fetch", {"item": wish.params["item"]})
            fleet.after(at_s + lasts_s, partial(fleet.ask, fetch))


def _all_docked(state: FleetState) -> bool:
    return all(robot.docked for robot in state.robots.values())


__all__ = ["BEGIN_S", "Shift", "requests", "write_past"]
