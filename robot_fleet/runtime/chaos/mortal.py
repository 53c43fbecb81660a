"""Log, journal and robot link of processes that may be killed, stopped or out of disk, on the virtual clock."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import Entry, MemoryJournal
from robot_fleet.core.clock import Now
from robot_fleet.core.errors import LedgerError, OrderError
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.order import Order
from robot_fleet.core.site import Site
from robot_fleet.ledger.codec import value_codec
from robot_fleet.runtime import history
from robot_fleet.runtime.host import MemoryLog
from robot_fleet.runtime.inprocess import InProcessLink

SNAPSHOT_EVERY = 300
"""Facts between two snapshots; fewer than a real manager waits for, so that a run uses some."""


class Moment(StrEnum):
    """When a manager dies: between two turns, or in its next turn that has facts, before or after they are kept."""

    BETWEEN_TURNS = "between_turns"
    BEFORE_FACTS = "before_facts"
    BEFORE_EFFECTS = "before_effects"


class ManagerDied(Exception):
    """Ends the turn in which the manager is killed."""


class AgentDied(Exception):
    """Ends what an agent does when it is killed in the middle of writing its journal."""


class MortalLog(MemoryLog):
    """Facts as a ledger keeps them: what is read again after a kill has been through JSON.

    Parameters
    ----------
    full : returns whether there is no room for further facts.

    Attributes
    ----------
    fatal : when the manager is to die.
    """

    def __init__(self, full: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self.fatal = Moment.BETWEEN_TURNS
        self._full = full
        self._registry = history.registry()
        self._kept: list[Fact] = []
        self._snapshot: tuple[int, dict[str, Any]] | None = None

    @property
    def newest_s(self) -> float:
        """Fleet time of the newest fact, 0 before the first."""
        return self.facts[-1][0] if self.facts else 0.0

    def append(self, facts: Sequence[object], at_s: float) -> int:
        """Keep the facts, unless the manager is to die first or there is no room.

        Raises
        ------
        LedgerError : `ledger_write_failed`.
        """
        if self._full():
            raise LedgerError("ledger_write_failed", "the ledger cannot be written: the disk is full")
        if self.fatal is Moment.BEFORE_FACTS:
            raise ManagerDied
        count = super().append(facts, at_s)
        self._kept.extend(self._registry.decode(*self._registry.encode(fact)) for fact in facts)
        if self.fatal is Moment.BEFORE_EFFECTS:
            raise ManagerDied
        return count

    def state(self, site: Site) -> FleetState:
        """Return the state that a manager which begins anew reads: the newest snapshot and the facts since."""
        codec = value_codec(FleetState)
        first, state = 0, initial_state(site)
        if self._snapshot is not None:
            first, state = self._snapshot[0], codec.decode(self._snapshot[1])
        for fact in self._kept[first:]:
            apply(state, fact)
        if len(self._kept) - first >= SNAPSHOT_EVERY:
            self._snapshot = len(self._kept), json.loads(json.dumps(codec.encode(state)))
        return state


class FillableJournal(MemoryJournal):
    """A journal whose disk may be full, and whose agent may die in mid-write.

    Parameters
    ----------
    full : returns whether there is no room.

    Attributes
    ----------
    fatal : whether the agent dies when it writes next; the torn record is as good as none.
    everything : all that was ever kept.
    """

    def __init__(self, full: Callable[[], bool] = lambda: False) -> None:
        super().__init__()
        self._full = full
        self.fatal = False
        self.everything: list[Entry] = []
        self._new: list[Entry] = []

    def append(self, entry: Entry) -> None:
        """Add an entry (see Journal)."""
        super().append(entry)
        self._new.append(entry)

    def read(self) -> Sequence[Entry]:
        """Forget what was not synced and return the rest (see Journal)."""
        self._new.clear()
        return super().read()

    def sync(self) -> None:
        """Keep what was appended, if there is room (see Journal)."""
        self._may_write()
        super().sync()
        self._note()

    def rewrite(self, entries: Sequence[Entry]) -> None:
        """Replace everything, if there is room (see Journal)."""
        self._may_write()
        super().rewrite(entries)
        self._note()

    def _note(self) -> None:
        self.everything += self._new
        self._new.clear()

    def _may_write(self) -> None:
        if self.fatal and self._new:
            raise AgentDied
        if self._full():
            raise OrderError("order_journal_unwritable", "the journal of steps cannot be written: the disk is full")


class MortalLink(InProcessLink):
    """A link to an agent that may be killed or stopped.

    Parameters
    ----------
    begin : makes the agent of the given life (1, 2, ...).
    located : whether the robot has measured its pose; an agent's process waits for that before it begins.
    clock : returns the present instant.
    died : called when the agent has died in mid-write.

    Attributes
    ----------
    alive : whether there is an agent.
    asleep : whether its process is stopped: it hears nothing for now, and nothing of what it remembers is lost.
    """

    def __init__(
        self,
        begin: Callable[[int], Agent],
        located: Callable[[], bool],
        clock: Callable[[], Now],
        died: Callable[[], None],
    ) -> None:
        super().__init__(begin(1), clock)
        self._died = died
        self.alive = True
        self.asleep = False
        self._begin = begin
        self._located = located
        self._life = 1
        self._started = False
        self._unheard: Order | None = None

    def start(self, now: Now) -> None:
        """Let the agent begin as soon as the pose is known."""
        if not self._started and self._located():
            try:
                super().start(now)
            except OrderError as error:
                if error.code != "order_journal_unwritable":
                    raise
                return  # as an agent's process does: it is tried again
            self._started = True

    def send(self, order: Order) -> None:
        """Hand the order to the agent if it listens; the manager asks again until it is accepted."""
        if self.alive and self.asleep:
            self._unheard = order
        elif self.alive and self._started:
            with self._mortal():
                super().send(order)

    def tick(self, now: Now) -> None:
        """Let the agent look at its robot."""
        if not self.alive or self.asleep:
            return
        with self._mortal():
            self.start(now)
            if self._started:
                super().tick(now)

    @contextmanager
    def _mortal(self) -> Iterator[None]:
        try:
            yield
        except AgentDied:
            self._died()

    def die(self) -> None:
        """Kill the agent; its reports on the way are lost."""
        self.alive = False
        self._unheard = None
        self.reports()

    def revive(self) -> None:
        """Begin anew on what the journal kept."""
        self.alive = True
        self.asleep = False
        self._life += 1
        self._started = False
        self._reported_s = float("-inf")
        self.agent = self._begin(self._life)

    def wake(self) -> None:
        """Go on after a stop, with the newest order that came meanwhile."""
        self.asleep = False
        order, self._unheard = self._unheard, None
        if order is not None:
            self.send(order)
