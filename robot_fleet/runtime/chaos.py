"""The virtual fleet with parts that can be killed at any tenth of a second and come back after a while.

A killed process leaves what it had made durable and nothing else: the manager its facts, an agent its journal, the
simulator its checkpoint and its trace. What was on its way to it or from it is lost. The others go on meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import MemoryJournal
from robot_fleet.core.clock import Now
from robot_fleet.core.errors import RuntimeFailure
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet import Fleet, FleetState, Ports, apply, initial_state
from robot_fleet.core.order import Order
from robot_fleet.core.site import Site
from robot_fleet.ledger.codec import value_codec
from robot_fleet.runtime import history
from robot_fleet.runtime.host import MemoryLog
from robot_fleet.runtime.inprocess import InProcessLink
from robot_fleet.runtime.remote import RemoteActuator, RemoteNavigator, SimServer
from robot_fleet.runtime.virtual import STEPS_PER_S, VirtualFleet
from robot_fleet.sim import checkpoint
from robot_fleet.sim.callers import Callers, Request
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.maps import OccupancyMap

SNAPSHOT_EVERY = 300
"""Facts between two snapshots; fewer than a real manager waits for, so that a run uses some."""


class Moment(StrEnum):
    """When a manager dies: between two turns, or in its next turn that has facts, before or after they are kept."""

    BETWEEN_TURNS = "between_turns"
    BEFORE_FACTS = "before_facts"
    BEFORE_EFFECTS = "before_effects"


class _ManagerDied(Exception):
    """Ends the turn in which the manager is killed."""


class MortalLog(MemoryLog):
    """Facts as a ledger keeps them: what is read again after a kill has been through JSON."""

    def __init__(self) -> None:
        super().__init__()
        self.fatal = Moment.BETWEEN_TURNS
        self._registry = history.registry()
        self._kept: list[Fact] = []
        self._snapshot: tuple[int, dict[str, Any]] | None = None

    def append(self, facts: Sequence[object], at_s: float) -> int:
        """Keep the facts, unless the manager is to die first."""
        if self.fatal is Moment.BEFORE_FACTS:
            raise _ManagerDied
        count = super().append(facts, at_s)
        self._kept.extend(self._registry.decode(*self._registry.encode(fact)) for fact in facts)
        if self.fatal is Moment.BEFORE_EFFECTS:
            raise _ManagerDied
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


class MortalLink(InProcessLink):
    """A link to an agent that may be killed.

    Parameters
    ----------
    begin : makes the agent of the given life (1, 2, ...).
    located : whether the robot has measured its pose; an agent's process waits for that before it begins.
    clock : returns the present instant.
    """

    def __init__(self, begin: Callable[[int], Agent], located: Callable[[], bool], clock: Callable[[], Now]) -> None:
        super().__init__(begin(1), clock)
        self.alive = True
        self._begin = begin
        self._located = located
        self._life = 1
        self._started = False

    def start(self, now: Now) -> None:
        """Let the agent begin as soon as the pose is known."""
        if not self._started and self._located():
            self._started = True
            super().start(now)

    def send(self, order: Order) -> None:
        """Hand the order to the agent if it listens; the manager asks again until it is accepted."""
        if self.alive and self._started:
            super().send(order)

    def tick(self, now: Now) -> None:
        """Let the agent look at its robot."""
        if not self.alive:
            return
        self.start(now)
        if self._started:
            super().tick(now)

    def die(self) -> None:
        """Kill the agent; its reports on the way are lost."""
        self.alive = False
        self.reports()

    def revive(self) -> None:
        """Begin anew on what the journal kept."""
        self.alive = True
        self._life += 1
        self._started = False
        self._reported_s = float("-inf")
        self.agent = self._begin(self._life)


class ChaosFleet(VirtualFleet):
    """A virtual fleet whose manager, agents and simulator can be killed.

    Drive it with `second`, or in finer steps with `look`, `move` and `tell`. Fleet time stands still while the
    simulator is down; steady time goes on.

    Parameters
    ----------
    site, ports, occupancy, people, rows, seed, improving : see VirtualFleet.
    trace : the trace to write, none if None.

    Attributes
    ----------
    kills : what was killed so far, as (fleet time, part).
    """

    def __init__(
        self,
        site: Site,
        ports: Ports,
        occupancy: OccupancyMap | None,
        people: People,
        rows: Sequence[Request],
        seed: int,
        improving: bool = True,
        trace: Path | None = None,
    ) -> None:
        self.kills: list[tuple[float, str]] = []
        self._steps = 0
        self._back: dict[str, int] = {}
        self._fatal_down_s = 0.0
        self._journals = {name: MemoryJournal() for name in site.robots}
        self.server = SimServer(lambda: self.world, lambda: self.now.steady_s)
        self.history = MortalLog()
        self._world_of = site, occupancy, people, seed, 0.0
        self._rows = rows
        self._trace = trace
        self.mortal_links: dict[str, MortalLink] = {}
        super().__init__(site, ports, occupancy, people, rows, seed, self.history, improving)
        self.world.before_confirm = self._checkpoint
        if trace is not None:
            self.world.open_trace(trace)
        self._checkpoint()

    @property
    def now(self) -> Now:
        """The present instant."""
        return Now(self.world.now_s, self._steps / STEPS_PER_S)

    @property
    def manager_up(self) -> bool:
        """Whether there is a manager; `host` is a dead one's otherwise."""
        return "manager" not in self._back

    @property
    def all_up(self) -> bool:
        """Whether nothing is down or about to die."""
        return not self._back and self.history.fatal is Moment.BETWEEN_TURNS

    # --- kills -------------------------------------------------------------------------------------------------------

    def kill_manager(self, down_s: float, moment: Moment = Moment.BETWEEN_TURNS) -> None:
        """Kill the manager for a while, at once or in its next turn that has facts."""
        if not self.manager_up:
            return
        if moment is Moment.BETWEEN_TURNS:
            self._manager_dies(down_s)
        else:
            self.history.fatal, self._fatal_down_s = moment, down_s

    def kill_agent(self, robot: str, down_s: float) -> None:
        """Kill one robot's agent for a while; its robot's goals go on."""
        if robot not in self._back:
            self.kills.append((self.now.fleet_s, robot))
            self._agent_dies(robot, down_s)

    def kill_agents(self, down_s: float) -> None:
        """Kill all agents, as one process that holds them, for a while."""
        self.kills.append((self.now.fleet_s, "agents"))
        for robot in self.mortal_links:
            if robot not in self._back:
                self._agent_dies(robot, down_s)

    def kill_sim(self, down_s: float) -> None:
        """Kill the simulator for a while; the world goes back to its last checkpoint."""
        if "sim" not in self._back:
            self.kills.append((self.now.fleet_s, "sim"))
            self.server.die()
            self._down("sim", down_s)

    def _down(self, part: str, down_s: float) -> None:
        if down_s < 1.0 / STEPS_PER_S:
            raise RuntimeFailure("runtime_chaos", f"a kill lasts a tenth of a second at least, got {down_s}", part)
        self._back[part] = self._steps + round(down_s * STEPS_PER_S)

    def _agent_dies(self, robot: str, down_s: float) -> None:
        self.mortal_links[robot].die()
        self._down(robot, down_s)

    def _manager_dies(self, down_s: float) -> None:
        self.kills.append((self.now.fleet_s, "manager"))
        self.history.fatal = Moment.BETWEEN_TURNS
        self._jobs.clear()
        self._sensed.clear()
        self._down("manager", down_s)

    def _revive(self) -> None:
        """Begin anew whatever has been down for long enough."""
        for part in [part for part, step in self._back.items() if step <= self._steps]:
            del self._back[part]
            if part == "manager":
                self._manager_begins()
            elif part == "sim":
                self._sim_begins()
            else:
                self.mortal_links[part].revive()

    def _manager_begins(self) -> None:
        known = self.host.fleet
        for link in self.mortal_links.values():
            link.reports()  # nobody has listened
        state = self.history.state(known.site)
        self.host = self._host(Fleet(known.site, known.ports, state=state))
        self.host.new_alarms += [alarm.id for alarm in state.alarms.values() if alarm.shown_s is None]

    def _sim_begins(self) -> None:
        self.world.before_confirm = None
        self.world.close_trace()
        self.world = SimWorld(*self._world_of)
        self.callers = Callers(self.world, self._rows)
        state = json.loads(self._checkpointed)
        self.world.restore(state)
        self.world.before_confirm = self._checkpoint
        if self._trace is not None:
            self.world.open_trace(self._trace, state["trace_bytes"])
        checkpoint.live_on(self.world)
        self._checkpoint()
        self.server.begin()

    def _checkpoint(self) -> None:
        self._checkpointed = json.dumps(self.world.snapshot(), allow_nan=False)

    # --- what goes on meanwhile --------------------------------------------------------------------------------------

    def move(self) -> None:
        """Let a tenth of a second pass; nobody has seen what changed in it yet."""
        self._steps += 1
        self._revive()
        if self.server.up:
            super().move()
            if self.world.tick % STEPS_PER_S == 0:
                self._checkpoint()

    def tell(self) -> None:
        """Let everybody who lives see what has changed in the world."""
        if self.server.up:
            super().tell()

    def _plans_come(self) -> None:
        self._while_it_lives(super()._plans_come)

    def _people_ask(self) -> None:
        if self.server.up:
            self._while_it_lives(super()._people_ask)

    def _manager_ticks(self) -> None:
        self._while_it_lives(super()._manager_ticks)

    def _settle(self) -> None:
        self._while_it_lives(super()._settle)

    def _while_it_lives(self, work: Callable[[], None]) -> None:
        """Do the manager's work if there is a manager, until it dies of it."""
        if not self.manager_up:
            return
        try:
            work()
        except _ManagerDied:
            self._manager_dies(self._fatal_down_s)

    def _link(self, robot: str) -> InProcessLink:
        navigator: list[RemoteNavigator] = []

        def begin(life: int) -> Agent:
            navigator[:] = [RemoteNavigator(self.server, robot)]
            actuator = RemoteActuator(self.server, robot)
            return Agent(robot, navigator[0], actuator, self._journals[robot], f"b{life}", actuator_durable=True)

        link = MortalLink(begin, lambda: navigator[0].sensed() is not None, lambda: self.now)
        self.mortal_links[robot] = link
        return link
