"""What became of the tasks, folded from facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from robot_fleet.core.facts import (
    AlarmShown,
    Fact,
    OrderProgressed,
    OrderSent,
    RequestRefused,
    TaskCancelled,
    TaskCompleted,
    TaskFailed,
    TaskRated,
    TaskRejected,
    TaskReleased,
    TaskRequested,
    TaskSuspended,
)
from robot_fleet.core.order import StepState

OPEN, DONE, FAILED, CANCELLED, REJECTED = "open", "done", "failed", "cancelled", "rejected"


@dataclass(slots=True)
class TaskStory:
    """A task, as far as a report asks.

    Attributes
    ----------
    wanted_s : the later of its request and the earliest time that it asked for.
    robot : who had an order for it last.
    robot_s : when a robot first had an order for it.
    stars : how whoever it was done for has found it, 1 to 5; 0 if they have not said.
    shown_s, on_site_s : of an alarm: when a console had it, when a robot was at its first stop.
    """

    id: str
    service: str
    alarm: bool
    requested_s: float
    wanted_s: float
    kinds: tuple[str, ...]
    outcome: str = OPEN
    result: str = ""
    reason: str = ""
    robot: str = ""
    robot_s: float | None = None
    lateness_s: float | None = None
    shown_s: float | None = None
    on_site_s: float | None = None
    ended_s: float | None = None
    stars: int = 0


@dataclass(slots=True)
class _Order:
    """A robot's newest order: `drives` steps lead to its place, `done` of all are done."""

    id: str
    task: str
    stop: int
    drives: int
    done: int = 0


class TaskStories:
    """Folds facts into the tasks' stories, and which kinds of robots each robot can be one of."""

    def __init__(self) -> None:
        self.tasks: dict[str, TaskStory] = {}
        self._orders: dict[str, _Order] = {}
        self._kinds: dict[str, tuple[str, ...]] = {}

    def take(self, at_s: float, fact: Fact) -> None:
        """Take a fact in; facts come in order."""
        match fact:
            case TaskRequested():
                wanted_s = max(fact.requested_s, fact.earliest_s)
                self.tasks[fact.task] = TaskStory(
                    fact.task, fact.service, fact.alarm, fact.requested_s, wanted_s, fact.robot_kinds
                )
            case RequestRefused():
                self.tasks[fact.task] = TaskStory(
                    fact.task,
                    fact.service,
                    False,
                    fact.requested_s,
                    fact.requested_s,
                    (),
                    REJECTED,
                    reason=fact.reason,
                    ended_s=fact.requested_s,
                )
            case OrderSent():
                self._sent(at_s, fact)
            case OrderProgressed():
                self._progressed(fact)
            case TaskReleased() | TaskSuspended():
                self.tasks[fact.task].robot = ""
            case TaskCompleted():
                task = self.tasks[fact.task]
                task.outcome, task.result, task.lateness_s, task.ended_s = DONE, fact.result, fact.lateness_s, at_s
            case TaskFailed():
                self._ended(fact.task, FAILED, fact.reason, at_s)
            case TaskCancelled():
                self._ended(fact.task, CANCELLED, fact.reason, at_s)
            case TaskRejected():
                self._ended(fact.task, REJECTED, fact.reason, at_s)
            case TaskRated():
                self.tasks[fact.task].stars = fact.stars
            case AlarmShown() if fact.task in self.tasks:  # the other alarms are no tasks
                task = self.tasks[fact.task]
                task.shown_s = at_s if task.shown_s is None else task.shown_s
            case _:
                pass

    def kinds(self) -> Mapping[str, str]:
        """Return each robot's kind as far as its tasks tell: the one that could do all of them, else empty."""
        return {robot: kinds[0] if len(kinds) == 1 else "" for robot, kinds in self._kinds.items()}

    def _sent(self, at_s: float, fact: OrderSent) -> None:
        drives = int(fact.undock) + len(fact.lanes)
        known = self._orders.get(fact.robot)
        done = known.done if known is not None and known.id == fact.order else 0
        self._orders[fact.robot] = _Order(fact.order, fact.task, fact.stop, drives, done)
        task = self.tasks.get(fact.task)
        if task is None:
            return
        task.robot = fact.robot
        task.robot_s = at_s if task.robot_s is None else task.robot_s
        before = self._kinds.get(fact.robot, task.kinds)
        self._kinds[fact.robot] = tuple(kind for kind in before if kind in task.kinds)
        if done >= drives:
            self._arrived(self._orders[fact.robot], at_s)

    def _progressed(self, fact: OrderProgressed) -> None:
        order = self._orders.get(fact.robot)
        if order is None or order.id != fact.order:
            return
        for result in fact.results:
            if result.state is StepState.DONE:
                order.done += 1
                if order.done == order.drives:
                    self._arrived(order, result.at_s)

    def _arrived(self, order: _Order, at_s: float) -> None:
        task = self.tasks.get(order.task)
        if task is not None and order.stop == 0 and task.on_site_s is None and task.ended_s is None:
            task.on_site_s = at_s

    def _ended(self, task_id: str, outcome: str, reason: str, at_s: float) -> None:
        task = self.tasks[task_id]
        task.outcome, task.reason, task.ended_s = outcome, reason, at_s
