"""What a ledger amounts to, and what its state alone does not say: orders sent, steps and acts done, dockings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from robot_fleet.core.facts import Fact, FlowMoved, OrderProgressed, OrderSent, StopMissed, TaskRequested
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.fleet.state import OrderRecord, TaskRecord
from robot_fleet.core.fleet.tasks.retired import EndedTask, find_ended
from robot_fleet.core.flow import DONE, passed
from robot_fleet.core.order import Step, StepKind, StepResult, StepState
from robot_fleet.core.site import ActTemplate, Site


@dataclass(slots=True)
class Way:
    """How a task went through its flow, as facts tell: how its acts ended, where it turned, which stops it missed."""

    ended: dict[tuple[int, str], str] = field(default_factory=dict)
    turned: dict[tuple[int, str], tuple[int, str]] = field(default_factory=dict)
    missed: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Replayed:
    """A ledger, read.

    Parameters
    ----------
    state : what it amounts to.
    requests : every task that was taken on, as it was asked for.
    orders : order -> robot.
    steps_done : order -> ids of its steps that are done.
    acts_done : act -> robot that did it.
    ways : task -> its way through its flow.
    docked : how often each robot has docked.
    """

    state: FleetState
    requests: Mapping[str, TaskRequested]
    orders: Mapping[str, str]
    steps_done: Mapping[str, frozenset[str]]
    acts_done: Mapping[str, str]
    ways: Mapping[str, Way]
    docked: Counter[str]

    def carried_out(self, name: str) -> Iterator[tuple[str, ActTemplate]]:
        """Yield the acts that a task must have carried out if it is done, each with the id of its stop."""
        stops, way = self.requests[name].stops, self.ways.get(name, Way())
        on_the_way = passed(stops, way.ended, way.turned)
        return ((stops[index].id, act) for index, act in on_the_way if index not in way.missed)

    def task(self, name: str) -> TaskRecord | EndedTask | None:
        """Return how a task stands, None if there is none."""
        return find_ended(self.state, name) or self.state.tasks.get(name)


def replay(site: Site, facts: Sequence[tuple[float, Fact]]) -> Replayed:
    """Return what the facts amount to.

    Raises
    ------
    FleetError : `lifecycle_rejected`, for a fact that cannot follow.
    """
    state = initial_state(site)
    requests: dict[str, TaskRequested] = {}
    orders: dict[str, str] = {}
    steps: dict[str, set[str]] = {}
    acts: dict[str, str] = {}
    ways: dict[str, Way] = {}
    docked: Counter[str] = Counter()
    for _, fact in facts:
        if isinstance(fact, TaskRequested):
            requests[fact.task] = fact
        elif isinstance(fact, OrderSent):
            orders[fact.order] = fact.robot
        elif isinstance(fact, OrderProgressed):
            robot = state.robots[fact.robot]
            order, was_docked = robot.order, robot.docked
            if order is not None and order.id == fact.order:
                tail = {step.id: step for step in order.tail}
                for result in fact.results:
                    if result.state is StepState.DONE:
                        steps.setdefault(fact.order, set()).add(result.step)
                        step = tail.get(result.step)
                        if step is not None and step.kind is StepKind.ACT:
                            acts[step.act_id] = fact.robot
                            _ended(ways, order, step, result)
            apply(state, fact)
            docked[fact.robot] += bool(robot.docked) and not was_docked
            continue
        elif isinstance(fact, FlowMoved):
            stop = state.tasks[fact.task].next_stop
            ways.setdefault(fact.task, Way()).turned[stop, fact.act] = (fact.stop, fact.begin)
        elif isinstance(fact, StopMissed):
            ways.setdefault(fact.task, Way()).missed.add(fact.stop)
        apply(state, fact)
    done = {name: frozenset(each) for name, each in steps.items()}
    return Replayed(state, requests, orders, done, acts, ways, docked)


def _ended(ways: dict[str, Way], order: OrderRecord, step: Step, result: StepResult) -> None:
    """Take down how an act of a task ended; where the flow turned after an earlier try of it counts no more."""
    if order.task:
        way, key = ways.setdefault(order.task, Way()), (order.stop, str(step.params["act"]))
        way.ended[key] = str(result.detail.get("result") or DONE)
        way.turned.pop(key, None)
