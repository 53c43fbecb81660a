"""A run on the virtual clock in which parts are killed, and what must hold at its end all the same."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from robot_fleet.core.facts import (
    OrderProgressed,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskRejected,
)
from robot_fleet.core.fleet import FleetState, Ports, apply, initial_state
from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import Site
from robot_fleet.ledger.codec import value_codec
from robot_fleet.runtime.chaos.fleet import ChaosFleet
from robot_fleet.runtime.chaos.mortal import Moment
from robot_fleet.runtime.chaos.replayed import replay
from robot_fleet.runtime.ports import ports_for
from robot_fleet.sim.goals import Mode
from robot_fleet.sim.people import read_people
from robot_fleet.sim.robot import SimRobot
from robot_fleet.site.demand import RequestRow, read_csv
from robot_fleet.site.ground.maps import read_map
from robot_fleet.site.load import load_site
from test.trace_truth import contacts, custody, fastest_mps, read_trace

BUSAN = Path(__file__).resolve().parents[2] / "config" / "sites" / "busan_edc"
PASSAGE = "link_passage"
PATIENCE_S = 20.0
"""Kills at any moment are done when no forced one could be for this fleet time."""
ENDS_WITHIN_S = 3 * 3600.0
FASTEST_MPS = 2.0

Situation = Callable[["KilledRun"], bool]


@cache
def busan() -> tuple[Site, Ports]:
    site = load_site(BUSAN)
    return site, ports_for(site)


@dataclass(frozen=True)
class Kill:
    """What is killed together, in which situation, for how long; `unseen` before anybody saw what changed."""

    parts: tuple[str, ...]
    down_s: float
    situation: str = ""
    unseen: bool = False
    moment: Moment = Moment.BETWEEN_TURNS


class KilledRun:
    """Plays requests and kills.

    Parameters
    ----------
    rows : the requests.
    seed : of the world and of the moments of kills.
    trace : file for the trace.
    """

    def __init__(self, rows: list[RequestRow], seed: int, trace: Path) -> None:
        self.site, ports = busan()
        people = read_people(BUSAN / "people.yaml")
        self.fleet = ChaosFleet(self.site, ports, read_map(Path(self.site.map_file)), people, rows, seed, trace=trace)
        self.trace = trace
        self.random = random.Random(seed)
        self.forced: Counter[str] = Counter()
        self._tenths = 0
        self._acts_before = 0

    # --- time --------------------------------------------------------------------------------------------------------

    def tenth(self, kills: Sequence[Kill] = ()) -> Kill | None:
        """Let a tenth of a second pass; return the first of the kills whose situation had come, which was done."""
        fleet = self.fleet
        if self._tenths % 10 == 0:
            fleet.look()
        self._tenths += 1
        self._acts_before = len(fleet.world.physical_acts)
        fleet.move()
        kill = next((kill for kill in kills if fleet.all_up and SITUATIONS[kill.situation](self)), None)
        if kill is not None and kill.unseen:
            self._kill(kill)
        fleet.tell()
        if kill is not None and not kill.unseen:
            self._kill(kill)
        return kill

    def _kill(self, kill: Kill) -> None:
        self.forced[kill.situation] += 1
        for part in kill.parts:
            down_s = round(kill.down_s * self.random.uniform(0.7, 1.3), 1)
            if part == "manager":
                self.fleet.kill_manager(down_s, kill.moment)
            elif part == "agents":
                self.fleet.kill_agents(down_s)
            elif part == "sim":
                self.fleet.kill_sim(down_s)
            else:
                self.fleet.kill_agent(part, down_s)

    def play(self, kills: list[Kill], apart_s: float) -> None:
        """Do the kills one after the other, at random times or as soon as their situation comes, and run to the end."""
        forced = [kill for kill in kills if kill.situation]
        others = [kill for kill in kills if not kill.situation]
        pause = waited = 0
        for _ in range(int(ENDS_WITHIN_S * 10.0)):
            if self._tenths % 10 == 0 and self.over:
                break
            pause -= 1
            done = self.tenth(forced if waited < PATIENCE_S * 10.0 else forced + others) if pause <= 0 else None
            waited = 0 if pause > 0 or done is not None else waited + 1
            if done is not None:
                (forced if done in forced else others).remove(done)
                pause = int(self.random.uniform(0.3, 1.7) * apart_s * 10.0)
        assert not self.open, f"open after {ENDS_WITHIN_S} s: {self.open}"
        assert not forced and not others, f"not done: {forced + others}"

    @property
    def open(self) -> list[str]:
        return [task.id for task in self.state.open_tasks()]

    @property
    def over(self) -> bool:
        return self.fleet.all_up and self.fleet.callers.finished and not self.state.open_tasks()

    @property
    def state(self) -> FleetState:
        return self.fleet.host.fleet.state

    @property
    def robots(self) -> Mapping[str, SimRobot]:
        return self.fleet.world.robots

    def acted_just_now(self) -> bool:
        return len(self.fleet.world.physical_acts) > self._acts_before

    def acting(self, act: str = "") -> list[str]:
        acts = self.fleet.world.acts.by_id
        return [r.id for r in self.robots.values() if r.act_id and act in ("", acts[r.act_id].act)]

    def in_passage(self) -> bool:
        """Whether a robot drives inside the narrow passage."""
        for robot in self.robots.values():
            order = self.state.robots[robot.id].busy
            if order is None or robot.mode is not Mode.DRIVING:
                continue
            lanes = order.lanes[order.lanes_done : order.lanes_done + 1]
            if any(self.site.lanes[lane].resource == PASSAGE for lane in lanes):
                return True
        return False

    # --- what must hold ----------------------------------------------------------------------------------------------

    def check(self, rows: list[RequestRow]) -> None:
        self.check_ends(rows)
        self.check_acts()
        self.check_docks()
        self.check_custody()
        self.check_time()
        self.check_replay()
        self.check_trace()
        assert list(self.fleet.world.contacts) == []
        for name, link in self.fleet.mortal_links.items():
            assert link.agent.refusal is None, f"{name}: {link.agent.refusal}"

    def check_ends(self, rows: list[RequestRow]) -> None:
        """Every request ends exactly once, and as well as without kills."""
        ends = Counter(
            fact.task
            for _, fact in self.fleet.history.facts
            if isinstance(fact, TaskCompleted | TaskFailed | TaskCancelled | TaskRejected)
        )
        asked = {row.request_id for row in rows}
        assert ends == dict.fromkeys(asked, 1)
        assert {task.state.value for task in self.state.tasks.values()} == {"completed"}

    def check_acts(self) -> None:
        """Every act that takes or gives happened exactly once on the way that each completed task took, never twice."""
        world = self.fleet.world
        done = Counter(
            (act.id.rpartition("/")[0], act.act, act.item)
            for act in world.acts.by_id.values()
            if act.state is GoalState.SUCCEEDED and act.act in ("take", "give")
        )
        assert all(count == 1 for count in done.values()), done
        known = replay(self.site, self.fleet.history.facts)
        for task in self.state.tasks.values():
            if task.state.value == "completed":
                for stop, act in known.carried_out(task.id):
                    if act.act in ("take", "give"):
                        assert done[(f"{task.id}/{stop}/{act.id}", act.act, act.item)] == 1
        told = Counter(event for _, act, item in done for event in [f"{act}:{item}"])
        seen = Counter(":".join(done.event.split(":")[:2]) for done in world.physical_acts)
        assert {event: count for event, count in seen.items() if event[:4] in ("take", "give")} == dict(told)

    def check_docks(self) -> None:
        """Every docking that the ledger knows happened exactly once, and a robot docks and undocks in turns."""
        state = initial_state(self.site)
        docked: Counter[str] = Counter()
        for _, fact in self.fleet.history.facts:
            before = state.robots[fact.robot].docked if isinstance(fact, OrderProgressed) else ""
            apply(state, fact)
            if isinstance(fact, OrderProgressed) and state.robots[fact.robot].docked and not before:
                docked[fact.robot] += 1
        for name, robot in self.robots.items():
            events = [done.event.partition(":")[0] for done in self.fleet.world.physical_acts if done.robot == name]
            events = [event for event in events if event in ("dock", "undock")]
            assert events == ["dock", "undock"] * (len(events) // 2) + ["dock"] * (len(events) % 2), (name, events)
            not_told = robot.mode is Mode.DOCKED and not self.state.robots[name].docked
            assert events.count("dock") == docked[name] + not_told, name

    def check_custody(self) -> None:
        """Simulator and ledger agree on who has what."""
        items = self.fleet.world.custody.items
        for item in self.state.items.values():
            kind, _, holder = item.holder.partition(":")
            real = items[item.id]
            assert real.holder_kind == kind, f"{item.id}: {item.holder} and {real.holder_kind}:{real.holder}"
            if kind != "person":
                assert real.holder == holder, item.id

    def check_time(self) -> None:
        """Fleet time never runs backwards in the ledger."""
        times = [at_s for at_s, _ in self.fleet.history.facts]
        assert times == sorted(times)

    def check_replay(self) -> None:
        """The facts alone amount to the state that there is."""
        state = initial_state(self.site)
        for _, fact in self.fleet.history.facts:
            apply(state, fact)
        codec = value_codec(FleetState)
        assert codec.encode(state) == codec.encode(self.state)

    def check_trace(self) -> None:
        """The trace tells of the same acts, once each, of one chain of hands, and of neither contact nor jump."""
        self.fleet.world.close_trace()
        trace = read_trace(self.trace)
        done = self.fleet.world.physical_acts
        assert [(deed.t_s, deed.robot, deed.event) for deed in trace.deeds] == [
            (round(act.t_s, 1), act.robot, act.event) for act in done
        ]
        assert contacts(trace) == []
        assert max(fastest_mps(trace).values()) < FASTEST_MPS
        places = {place.id: (place.pose.x_m, place.pose.y_m) for place in self.site.places.values()}
        assert custody(trace.deeds, places, {item.id: item.at for item in self.site.items.values()}).broken == ()


SITUATIONS: dict[str, Situation] = {
    "": lambda run: True,
    "a car is lifted and driven": lambda run: any(
        robot.load and robot.kind.id == "parking" and robot.mode is Mode.DRIVING and robot.v_mps > 0.1
        for robot in run.robots.values()
    ),
    "a car is lowered": lambda run: any(run.robots[name].kind.id == "parking" for name in run.acting("give")),
    "a car is being lifted": lambda run: any(run.robots[name].kind.id == "parking" for name in run.acting("take")),
    "a robot docks": lambda run: any(robot.mode is Mode.DOCKING for robot in run.robots.values()),
    "a robot undocks": lambda run: any(robot.mode is Mode.UNDOCKING for robot in run.robots.values()),
    "a robot is in the passage": KilledRun.in_passage,
    "an act is under way": lambda run: bool(run.acting()),
    "an act has just ended": KilledRun.acted_just_now,
    "a robot drives": lambda run: any(robot.v_mps > 0.3 for robot in run.robots.values()),
}


def first_rows(count: int) -> list[RequestRow]:
    rows = sorted(read_csv(BUSAN / "demand.csv"), key=lambda row: (row.at_s, row.request_id))
    return rows[:count]
