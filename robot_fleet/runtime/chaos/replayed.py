"""What a ledger amounts to, and what its state alone does not say: orders sent, steps and acts done, dockings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from robot_fleet.core.facts import Fact, OrderProgressed, OrderSent, TaskRequested
from robot_fleet.core.fleet import FleetState, apply, initial_state
from robot_fleet.core.fleet.retired import EndedTask, find_ended
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.order import StepKind, StepState
from robot_fleet.core.site import Site


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
    docked : how often each robot has docked.
    """

    state: FleetState
    requests: Mapping[str, TaskRequested]
    orders: Mapping[str, str]
    steps_done: Mapping[str, frozenset[str]]
    acts_done: Mapping[str, str]
    docked: Counter[str]

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
            apply(state, fact)
            docked[fact.robot] += bool(robot.docked) and not was_docked
            continue
        apply(state, fact)
    return Replayed(state, requests, orders, {name: frozenset(done) for name, done in steps.items()}, acts, docked)
