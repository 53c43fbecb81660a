"""The virtual fleet with parts that can be killed, stopped and out of disk at any tenth of a second, and come back.

A killed process leaves what it had made durable and nothing else: the manager its facts, an agent its journal, the
simulator its checkpoint and its trace. What was on its way to it or from it is lost. A stopped one does nothing for a
while and then takes in what has come meanwhile. The others go on.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from robot_fleet.agent.agent import Agent
from robot_fleet.core.clock import Now
from robot_fleet.core.errors import LedgerError, RuntimeFailure
from robot_fleet.core.fleet import Fleet, Ports
from robot_fleet.core.inputs import AnswerTask, Input
from robot_fleet.core.recipient import Recipient
from robot_fleet.core.site import Site
from robot_fleet.runtime.chaos.faults import AGENTS, MANAGER, SIM
from robot_fleet.runtime.chaos.messages import CALM, DisturbedLink
from robot_fleet.runtime.chaos.mortal import FillableJournal, ManagerDied, Moment, MortalLink, MortalLog
from robot_fleet.runtime.chaos.navigator import FOUND, MisledNavigator
from robot_fleet.runtime.chaos.passing import Passing
from robot_fleet.runtime.host import Host
from robot_fleet.runtime.inprocess import InProcessLink
from robot_fleet.runtime.remote import RemoteActuator, RemoteEquipment, RemoteNavigator, SimServer
from robot_fleet.runtime.runs.virtual import STEPS_PER_S, VirtualFleet
from robot_fleet.sim import checkpoint
from robot_fleet.sim.callers import Callers, Request
from robot_fleet.sim.mishaps import fail_action
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.ground.maps import OccupancyMap
from robot_fleet.telemetry.board import Board

RESTART_S = 0.5
"""Steady seconds until a manager that has ended over a full disk is started again."""


class ChaosFleet(VirtualFleet):
    """A virtual fleet in which things fail.

    Drive it with `second`, or in finer steps with `look`, `move` and `tell`. Fleet time stands still while the
    simulator is down or stopped, or cannot keep its checkpoint; steady time goes on.

    Parameters
    ----------
    site, ports, occupancy, people, rows, seed, improving, start_s, recipients : see VirtualFleet.
    trace : the trace to write, none if None.

    Attributes
    ----------
    kills : what was killed so far, as (fleet time, part).
    network, astray : by robot, how its messages fare and where it believes to be.
    full : by process, whether its disk is full: a manager that has a fact to keep ends of it, again and again; agents
        start nothing; the simulator's world stands still.
    ahead_s : by how much the manager's fleet time runs ahead; it stands still until the others have caught up then.
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
        start_s: float | None = None,
        recipients: Mapping[str, Recipient] | None = None,
    ) -> None:
        self.kills: list[tuple[float, str]] = []
        self._checked_before = self._broken_before = 0  # by managers that are gone
        self._steps = 0
        self._back: dict[str, int] = {}
        self._asleep: dict[str, int] = {}
        self._fatal_down_s = self._torn_down_s = 0.0
        self._manager_s = 0.0
        self._as_manager = False
        self.network = Passing(CALM, self._steady_s)
        self.astray = Passing(FOUND, self._steady_s)
        self.ahead_s = Passing(0.0, self._steady_s)
        self.full = Passing(False, self._steady_s)
        self.journals = {name: FillableJournal(lambda: self.full.of(AGENTS)) for name in site.robots}
        self.server = SimServer(lambda: self.world, lambda: self.now.steady_s)
        self.history = MortalLog(lambda: self.full.of(MANAGER))
        self._world_of = site, occupancy, people, seed, 0.0
        self._rows = rows
        self._trace = trace
        self.mortal_links: dict[str, MortalLink] = {}
        self.disturbed: dict[str, DisturbedLink] = {}
        super().__init__(
            site,
            ports,
            occupancy,
            people,
            rows,
            seed,
            self.history,
            improving,
            start_s=start_s,
            recipients=recipients,
        )
        self.world.before_confirm = self._checkpoint
        if trace is not None:
            self.world.open_trace(trace)
        self._checkpoint()

    @property
    def now(self) -> Now:
        """The present instant; the manager's own clock may run ahead, and never runs backwards."""
        steady_s = self._steady_s()
        if self._as_manager:
            self._manager_s = max(self._manager_s, self.world.now_s + self.ahead_s.of(MANAGER))
            return Now(self._manager_s, steady_s)
        return Now(self.world.now_s, steady_s)

    @property
    def plans_checked(self) -> int:
        """How many plans were judged, by all managers together."""
        return self._checked_before + super().plans_checked

    @property
    def plans_broken(self) -> int:
        """How many broken rules were found in them."""
        return self._broken_before + super().plans_broken

    @property
    def manager_up(self) -> bool:
        """Whether there is a manager; `host` is a dead one's otherwise."""
        return "manager" not in self._back

    @property
    def all_up(self) -> bool:
        """Whether nothing is down, stopped or about to die."""
        dying = self.history.fatal is not Moment.BETWEEN_TURNS or self._torn_down_s > 0.0
        return not self._back and not self._asleep and not dying

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

    def kill_agents_in_write(self, down_s: float) -> None:
        """Kill all agents for a while as soon as one of them writes its journal; its record is torn."""
        self._torn_down_s = down_s
        for journal in self.journals.values():
            journal.fatal = True

    def _agents_torn(self) -> None:
        for journal in self.journals.values():
            journal.fatal = False
        self.kill_agents(self._torn_down_s)
        self._torn_down_s = 0.0

    def kill_sim(self, down_s: float) -> None:
        """Kill the simulator for a while; the world goes back to its last checkpoint."""
        if "sim" not in self._back:
            self.kills.append((self.now.fleet_s, "sim"))
            self._asleep.pop("sim", None)
            self.server.die()
            self._down("sim", down_s)

    def _down(self, part: str, down_s: float) -> None:
        if down_s < 1.0 / STEPS_PER_S:
            raise RuntimeFailure("runtime_chaos", f"a kill lasts a tenth of a second at least, got {down_s}", part)
        self._back[part] = self._in(down_s)

    def _agent_dies(self, robot: str, down_s: float) -> None:
        self.mortal_links[robot].die()
        self._down(robot, down_s)

    def _manager_dies(self, down_s: float) -> None:
        self.kills.append((self.now.fleet_s, "manager"))
        self.history.fatal = Moment.BETWEEN_TURNS
        self._asleep.pop("manager", None)
        self._jobs.clear()
        self._sensed.clear()
        self._down("manager", down_s)

    # --- other faults ------------------------------------------------------------------------------------------------

    def stop_manager(self, for_s: float) -> None:
        """Let the manager's process stand still for a while; what is sent to it waits."""
        if self.manager_up:
            self._asleep["manager"] = self._in(for_s)

    def stop_agents(self, for_s: float) -> None:
        """Let the process of all agents stand still for a while."""
        for link in self.mortal_links.values():
            link.asleep = link.alive
        self._asleep["agents"] = self._in(for_s)

    def stop_sim(self, for_s: float) -> None:
        """Let the simulator's process stand still for a while."""
        if self.server.up:
            self.server.sleep()
            self._asleep["sim"] = self._in(for_s)

    def abort(self, robot: str) -> str:
        """Let what a robot does fail; return what that was, empty if it does nothing that can."""
        return fail_action(self.world, robot) if self.server.runs and not self.full.of(SIM) else ""

    def have_tried_again(self, key: str, task: str) -> None:
        """Let a person say that a task that asks is tried again."""

        def say() -> None:
            self.host.feed(AnswerTask(key, task, "retry", by="attendant"), self.now)

        self._while_it_lives(say)

    def command(self, wish: Input) -> bool:
        """Let a person command something; return whether there was a manager to hear it."""
        if not self.manager_up or "manager" in self._asleep:
            return False

        def say() -> None:
            self.host.feed(wish, self.now)

        self._while_it_lives(say)
        return self.manager_up

    def _in(self, seconds: float) -> int:
        return self._steps + round(seconds * STEPS_PER_S)

    # --- coming back -------------------------------------------------------------------------------------------------

    def _revive(self) -> None:
        """Let what has been stopped go on, and begin anew whatever has been down, for long enough."""
        for part in [part for part, step in self._asleep.items() if step <= self._steps]:
            del self._asleep[part]
            if part == "agents":
                for link in self.mortal_links.values():
                    link.wake()
            elif part == "sim":
                self.server.wake()
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
        self._checked_before, self._broken_before = self.plans_checked, self.plans_broken
        for name, link in self.mortal_links.items():
            link.reports()  # nobody has listened
            self.disturbed[name].forget()
        state = self.history.state(known.site)
        before = self.host
        self._manager_s = self.history.newest_s
        self.board, self._looked_s = Board(known.site), float("-inf")
        self.host = self._host(Fleet(known.site, known.ports, state=state))
        self.host.rollups, self.host.plans_by = before.rollups, before.plans_by
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
        if self.server.runs and not self.full.of(SIM):
            super().move()
            if self.world.tick % STEPS_PER_S == 0:
                self._checkpoint()

    def tell(self) -> None:
        """Let everybody who lives see what has changed in the world."""
        if self.server.runs:
            super().tell()

    def _plans_come(self) -> None:
        self._while_it_lives(super()._plans_come)

    def _people_ask(self) -> None:
        if self.server.runs:
            self._while_it_lives(super()._people_ask)

    def _manager_ticks(self) -> None:
        self._while_it_lives(super()._manager_ticks)

    def _settle(self) -> None:
        self._while_it_lives(super()._settle)

    def _while_it_lives(self, work: Callable[[], None]) -> None:
        """Do the manager's work if there is a manager that runs, until it dies of it."""
        if not self.manager_up or "manager" in self._asleep:
            return
        outer, self._as_manager = self._as_manager, True
        try:
            work()
        except ManagerDied:
            self._manager_dies(self._fatal_down_s)
        except LedgerError:
            self._manager_dies(RESTART_S)
        finally:
            self._as_manager = outer

    def _host(self, fleet: Fleet) -> Host:
        for name, link in self.mortal_links.items():
            if name not in self.disturbed:
                self.disturbed[name] = DisturbedLink(
                    link,
                    self._steady_s,
                    f"{self._seed}/messages/{name}",
                    lambda name=name: self.network.of(name),  # type: ignore[misc]
                )
        improve, answer = self._asked_to_improve, self._answered
        return Host(
            fleet,
            self.log,
            self.disturbed,
            improve,
            answer,
            time.perf_counter,
            board=self.board,
            equipment=RemoteEquipment(self.server),
            reach=self._reach_out,
            supply=lambda wish: self.world.supply(wish.held),
        )

    def _link(self, robot: str) -> InProcessLink:
        navigator: list[MisledNavigator] = []

        def begin(life: int) -> Agent:
            remote = RemoteNavigator(self.server, robot)
            navigator[:] = [MisledNavigator(remote, lambda: self.astray.of(robot))]
            actuator = RemoteActuator(self.server, robot)
            return Agent(robot, navigator[0], actuator, self.journals[robot], f"b{life}", actuator_durable=True)

        link = MortalLink(begin, lambda: navigator[0].sensed() is not None, self._others_now, self._agents_torn)
        self.mortal_links[robot] = link
        return link

    def _steady_s(self) -> float:
        return self._steps / STEPS_PER_S

    def _others_now(self) -> Now:
        return Now(self.world.now_s, self._steady_s())
