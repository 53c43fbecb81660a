"""What it would cost to have a task done by another robot, or after others: the plan as it is and as it would be.

Both are made from copies of what the wish would change, by the facts that it would lead to.
"""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from robot_fleet.core.facts import Fact, TaskDirected, TaskReleased, TaskSequenced
from robot_fleet.core.fleet.apply import apply
from robot_fleet.core.fleet.commands.directing import REASSIGNED, check_direction, check_sequence
from robot_fleet.core.fleet.planning import UNREACHABLE, cause, current_plan
from robot_fleet.core.fleet.posing.problem import build_problem
from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.fleet.turn import Agenda, Turn
from robot_fleet.core.inputs import DirectTask, SequenceTask
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.plan import Plan, Problem
from robot_fleet.core.price import Price

TOLD_FROM_S = 1.0
"""Smaller shifts of other tasks are not told."""


def price(turn: Turn, wish: DirectTask | SequenceTask) -> Price:
    """Return what a wish about who is to do a task, or after what, would cost; nothing changes by it.

    A robot on its way to the task's first stop is released from it in both plans, so that they count the same.

    Raises
    ------
    RequestError : see `directing.check_direction` and `directing.check_sequence`.
    """
    now_s = turn.now.fleet_s
    as_it_is: list[Fact] = []
    as_wished: list[Fact]
    if isinstance(wish, SequenceTask):
        task = check_sequence(turn, wish)
        as_wished = [TaskSequenced(task.id, wish.after, wish.by, now_s)]
    else:
        task = check_direction(turn, wish)
        as_wished = [TaskDirected(task.id, wish.only_on, wish.not_on, wish.by, now_s)]
    robot = task.robot
    if task.state is TaskState.ASSIGNED:
        released = TaskReleased(task.id, REASSIGNED)
        as_it_is = [released, TaskDirected(task.id, robot, "", wish.by, now_s)]
        as_wished.insert(0, released)
    before, after = _planned(turn, task.id, as_it_is), _planned(turn, task.id, as_wished)
    instants = before.instants_s
    shifts = ((name, round(at_s - instants[name], 1)) for name, at_s in after.instants_s.items() if name in instants)
    later = tuple((name, by_s) for name, by_s in shifts if abs(by_s) >= TOLD_FROM_S and name != task.id)
    return Price(
        task=task.id,
        now_on=before.robots.get(task.id, ""),
        then_on=after.robots.get(task.id, ""),
        now_cost=before.plan.cost,
        then_cost=after.plan.cost,
        now_s=instants.get(task.id),
        then_s=after.instants_s.get(task.id),
        reason=after.reason,
        later=later,
        dropped=tuple(name for name in instants if name not in after.instants_s and name != task.id),
    )


class _Planned:
    """A plan, and when and by whom each of its tasks reaches the instant at which its lateness is measured."""

    def __init__(self, problem: Problem, plan: Plan, reason: str) -> None:
        self.plan = plan
        self.reason = reason
        self.robots: dict[str, str] = {}
        self.instants_s: dict[str, float] = {}
        counted = {(t.task, s.stop): s.counts_offset_s for t in problem.tasks for s in t.stops if s.counts}
        for robot, route in plan.routes.items():
            for stop in route:
                self.robots.setdefault(stop.task, robot)
                offset_s = counted.get((stop.task, stop.stop))
                if offset_s is not None:
                    self.instants_s[stop.task] = stop.begin_s + offset_s


def _planned(turn: Turn, task: str, facts: list[Fact]) -> _Planned:
    """Return the plan by insertion after some facts about one task, which are not kept."""
    trial = Turn(turn.site, turn.ports_now, _copied(turn.state, task), turn.seen, Agenda(), turn.now)
    for fact in facts:
        apply(trial.state, fact)
    problem, waiting = build_problem(trial)
    plan = turn.ports.planner.insert(problem, current_plan(trial))
    left_out = {left.task: left.reason for left in (*plan.left_out, *waiting)}
    reason = left_out.get(task, "")
    return _Planned(problem, plan, cause(trial, trial.state.tasks[task])[0] if reason == UNREACHABLE else reason)


def _copied(state: FleetState, task: str) -> FleetState:
    """Return a state in which facts about one task may be tried: what they change is copied, the rest is shared."""
    tasks = {**state.tasks, task: copy(state.tasks[task])}
    return replace(state, tasks=tasks, routes=dict(state.routes))
