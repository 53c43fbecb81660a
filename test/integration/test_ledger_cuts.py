"""A busy hour whose ledger is cut at every record: what was written before is there, and the fleet goes on.

The hour is the first of the Busan site's day, on the virtual clock, written to a real ledger file. After every turn the
power fails on a copy of the file and its log, somewhere inside the turn. At some turns it fails in earnest: the manager
begins anew on what is left and goes on with the same robots and people.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Answer
from robot_fleet.core.facts import (
    Fact,
    ItemAppeared,
    ItemMoved,
    OrderEnded,
    OrderSent,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskRejected,
    TaskRequested,
)
from robot_fleet.core.fleet import Fleet, FleetState, Ports, apply, initial_state
from robot_fleet.core.inputs import SubmitTask, Tick
from robot_fleet.core.site import Site
from robot_fleet.ledger.codec import value_codec
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.ledger.verify import verify
from robot_fleet.runtime import history
from robot_fleet.runtime.runs.virtual import Stop, VirtualFleet
from robot_fleet.sim.people import read_people
from robot_fleet.site.ground.maps import read_map
from test.integration.virtual_runs import BUSAN, demand, site_of

pytestmark = pytest.mark.slow

SEED = 4
HOUR_S = 3600.0
POWER_FAILS = 12
"""So often in the hour, in earnest."""
TURNS_A_LOG = 30
"""Turns after which the write-ahead log is taken into the file, before SQLite does so by itself after a few hundred."""
OPENED = 40
"""Prefixes of the hour on which a fleet is opened and decides."""
ENDS = (TaskCompleted, TaskFailed, TaskCancelled, TaskRejected)


class PowerFailed(Exception):
    """Ends the turn in which the power fails: nothing that it wanted has left."""


class CutLedger:
    """A ledger that is cut in a copy after every turn, and sometimes in earnest."""

    def __init__(self, site: Site, folder: Path, seed: int) -> None:
        self.path = folder / "ledger.sqlite"
        self.cuts = self.turns = self.fails = 0
        self._copy = folder / "cut" / "ledger.sqlite"
        self._copy.parent.mkdir()
        self._site = site
        self._random = random.Random(seed)
        self.state = self.begin()

    def begin(self) -> FleetState:
        """Open the ledger as a manager does that begins."""
        self.ledger, state = history.open_for_writing(self._site, self.path)
        self._take_log_in()
        return state

    def append(self, facts: Sequence[object], at_s: float) -> int:
        """Write a turn; cut copies of it; and fail if it is time to."""
        before = self.ledger.last_seq, self.ledger.last_seal
        if self.turns % TURNS_A_LOG == 0:
            self._take_log_in()
        start = self._log.stat().st_size if self._log.exists() else 0
        self.ledger.append(facts, at_s)
        self.turns += 1
        log = self._log.read_bytes()
        self._cut(log[: self._random.randrange(start, len(log))], before)
        last = len(log.rstrip(b"\0")) - 1  # zeros that are lost are no loss: zeros stand in their place
        torn = self._random.choice((start, self._random.randrange(start, last), last))
        self._cut(log[:torn] + bytes(len(log) - torn), before)
        if self.turns % 10 == 0:
            self._cut(log, (self.ledger.last_seq, self.ledger.last_seal))
        if self._random.random() < POWER_FAILS / 900:
            self._fail(log[:torn])
        return self.ledger.last_seq

    @property
    def _log(self) -> Path:
        return self.path.with_name(self.path.name + "-wal")

    def _take_log_in(self) -> None:
        """Empty the log, so that what is appended to it next is the next turn."""
        raw = self.ledger.store.connect().connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        assert raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0

    def _cut(self, log: bytes, left: tuple[int, bytes]) -> None:
        """Check that what is left of a copy whose log ends so holds these turns, and nothing of any other."""
        self.cuts += 1
        self._lay(self._copy, log)
        with Ledger.open(self._copy, history.registry(), site_id=self._site.id, read_only=True) as cut:
            assert (cut.last_seq, cut.last_seal) == left

    def _fail(self, log: bytes) -> None:
        self.fails += 1
        self._lay(self._copy, log)
        self.ledger.close()
        self._lay(self.path, log, self._copy.read_bytes())
        self.state = self.begin()
        raise PowerFailed

    def _lay(self, path: Path, log: bytes, database: bytes | None = None) -> None:
        path.write_bytes(self.path.read_bytes() if database is None else database)
        path.with_name(path.name + "-shm").unlink(missing_ok=True)
        path.with_name(path.name + "-wal").write_bytes(log)


class ManagedHour(VirtualFleet):
    """A virtual fleet whose manager begins anew when the power has failed."""

    def __init__(self, site: Site, ports: Ports, rows: Sequence[object], log: CutLedger) -> None:
        people = read_people(BUSAN / "people.yaml")
        super().__init__(site, ports, read_map(Path(site.map_file)), people, rows, SEED, log, improving=True)  # type: ignore[arg-type]
        self.cut_ledger = log
        for link in self.links.values():
            link.start(self.now)

    def second(self) -> None:
        """Let a second pass; of one in which the power fails, a part."""
        try:
            super().second()
        except PowerFailed:
            known = self.host.fleet
            self._jobs.clear()
            self._sensed.clear()
            self.host = self._host(Fleet(known.site, known.ports, state=self.cut_ledger.state))
            self.host.new_alarms += [task for task, alarm in known.state.alarms.items() if alarm.shown_s is None]


@dataclass
class Account:
    """What the facts so far say, kept apart from the state."""

    site: Site
    requested: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    orders: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.items.update({item.id: f"place:{item.at}" for item in self.site.items.values()})

    def take(self, fact: Fact) -> None:
        """Take a fact in."""
        match fact:
            case TaskRequested():
                self.requested[fact.task] += 1
            case OrderSent():
                self.orders[fact.robot] = fact.order
            case OrderEnded():
                assert self.orders.pop(fact.robot) == fact.order
            case ItemAppeared() | ItemMoved():
                self.items[fact.item] = fact.holder
            case _ if isinstance(fact, ENDS):
                self.ended[fact.task] += 1

    def check(self, state: FleetState) -> None:
        """Hold a state against it: each request once, each order known, each item in one pair of hands."""
        assert set(self.requested.values()) <= {1}
        assert set(self.ended.values()) <= {1}
        assert state.tasks.keys() == self.requested.keys()
        assert {task.id for task in state.tasks.values() if task.ended} == self.ended.keys()
        bound = {robot.id: robot.busy.id for robot in state.robots.values() if robot.busy is not None}
        assert bound == self.orders
        assert {item.id: item.holder for item in state.items.values()} == self.items
        loads = [f"{robot.id} {item}" for robot in state.robots.values() for item in robot.load]
        held = [f"{holder[6:]} {item}" for item, holder in self.items.items() if holder.startswith("robot:")]
        assert sorted(loads) == sorted(held)
        planned = Counter(stop.task for route in state.routes.values() for stop in {s.task: s for s in route}.values())
        assert set(planned.values()) <= {1}
        assert not planned.keys() & self.ended.keys()


@pytest.fixture(scope="module")
def hour(tmp_path_factory: pytest.TempPathFactory) -> CutLedger:
    """Play the hour, and on until all that was asked for has ended."""
    site, ports = site_of(BUSAN)
    rows = demand(BUSAN)
    rows = [row for row in rows if row.at_s < rows[0].at_s + HOUR_S]
    ledger = CutLedger(site, tmp_path_factory.mktemp("hour"), SEED)
    fleet = ManagedHour(site, ports, rows, ledger)
    fleet.run(Stop())
    assert {task.state.value for task in fleet.host.fleet.state.tasks.values()} == {"completed"}
    assert len(fleet.host.fleet.state.tasks) == len(rows)
    codec = value_codec(FleetState)
    again = initial_state(site)
    for _, _, fact in ledger.ledger.read():
        apply(again, fact)
    assert codec.encode(again) == codec.encode(fleet.host.fleet.state)
    ledger.ledger.close()
    return ledger


def test_after_every_turn_a_cut_loses_that_turn_and_nothing_else(hour: CutLedger) -> None:
    assert hour.cuts > 2 * hour.turns > 1000
    assert hour.fails >= 5, "the power failed in earnest, too, and every request was carried out all the same"
    assert verify(hour.path, history.registry()).turns == hour.turns - hour.fails


def test_every_record_leaves_a_state_in_which_nothing_is_lost_or_doubled(hour: CutLedger) -> None:
    site, ports = site_of(BUSAN)
    draw = random.Random(SEED)
    with Ledger.open(hour.path, history.registry(), site_id=site.id, read_only=True) as ledger:
        opened = set(draw.sample(range(1, ledger.last_seq + 1), OPENED))
        state, account = initial_state(site), Account(site)
        account.check(state)
        for seq, at_s, fact in ledger.read():
            apply(state, fact)
            account.take(fact)
            account.check(state)
            if seq in opened:
                goes_on(site, ports, state, account, at_s)
    assert sum(account.requested.values()) == sum(account.ended.values()) > 20


def goes_on(site: Site, ports: Ports, known: FleetState, account: Account, at_s: float) -> None:
    """Check that a fleet which begins on this state decides: robots stay silent, people ask, and nothing is lost."""
    codec = value_codec(FleetState)
    fleet = Fleet(site, ports, state=codec.decode(codec.encode(known)))
    after = Account(site, +account.requested, +account.ended, dict(account.orders), dict(account.items))
    after.items = dict(account.items)
    answers: list[Answer] = []
    for second in range(40):
        now = Now(at_s + second, float(second))
        news = SubmitTask("late", "care_visit", {"place": "care_home/r203"}, "test") if second == 5 else Tick()
        outcome = fleet.decide(news, now)
        answers += [effect for effect in outcome.effects if isinstance(effect, Answer)]
        for fact in outcome.facts:
            after.take(fact)
    after.check(fleet.state)
    assert [(answer.key, answer.accepted) for answer in answers] == [("late", True)]


def test_a_log_cut_at_any_byte_leaves_whole_turns(hour: CutLedger, tmp_path: Path) -> None:
    """The last minutes again, cut at each boundary of a page and between."""
    path = tmp_path / "ledger.sqlite"
    with Ledger.open(hour.path, history.registry(), site_id=None, read_only=True) as source:
        facts = list(source.read())[-60:]
    turns: list[tuple[int, int, bytes]] = []
    with Ledger.open(path, history.registry(), site_id="busan_edc") as ledger:
        log = path.with_name(path.name + "-wal")
        for _, at_s, fact in facts:
            turns.append((log.stat().st_size if log.exists() else 0, ledger.last_seq, ledger.last_seal))
            ledger.append([fact, fact], at_s)
        database, written = path.read_bytes(), log.read_bytes()
        turns.append((len(written), ledger.last_seq, ledger.last_seal))
    page = 4096 + 24
    ends = {*range(32, len(written), page), *random.Random(SEED).sample(range(len(written)), 300)}
    for number, end in enumerate(sorted(ends)):
        cut = tmp_path / f"cut_{number}.sqlite"
        cut.write_bytes(database)
        cut.with_name(cut.name + "-wal").write_bytes(written[:end])
        whole = max(turn for turn in turns if turn[0] <= end or turn[1] == 0)
        with Ledger.open(cut, history.registry(), site_id="busan_edc", read_only=True) as ledger:
            assert (ledger.last_seq, ledger.last_seal) == whole[1:], end
        with closing(sqlite3.connect(cut)) as raw:
            assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
