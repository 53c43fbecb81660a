"""Facts about what is asked for, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from robot_fleet.core.facts.fact import Fact
from robot_fleet.core.site import ActTemplate, Expiry, Remedies


@dataclass(frozen=True, slots=True)
class TaskStop:
    """A stop of one task, its places resolved as far as the request says.

    Parameters
    ----------
    places : the alternatives; empty when the stop is wherever `item` stands.
    side : whether it is visited only where a branch of the flow leads to it.
    if_full : where the flow goes instead while no place of it has room; empty for nowhere else.
    if_gone : where it goes instead once a person has what was to be taken there; empty for nowhere else.
    expiry : when it is too late for it, and where the flow goes then; None for never.
    """

    id: str
    places: tuple[str, ...]
    item: str
    acts: tuple[ActTemplate, ...]
    side: bool = False
    if_full: str = ""
    if_gone: str = ""
    expiry: Expiry | None = None


@dataclass(frozen=True, slots=True)
class TaskRequested(Fact):
    """A request was accepted: the task with everything that its service said at that time.

    `failing` lists the outcomes of its flow that end it as failed, `partial` is the result if stops were left out.
    """

    task: str
    service: str
    params: Mapping[str, object]
    requester: str
    requested_s: float
    earliest_s: float
    due_s: float
    instant: str
    robot_kinds: tuple[str, ...]
    stops: tuple[TaskStop, ...]
    priority: int
    drop_penalty: float
    guarantee: str
    alarm: bool
    result: str
    remedies: Remedies = field(default_factory=Remedies)
    failing: tuple[str, ...] = ()
    partial: str = ""


@dataclass(frozen=True, slots=True)
class RequestRefused(Fact):
    """A well-formed request could not be taken on; it ended as rejected."""

    task: str
    service: str
    requester: str
    requested_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class TaskReleased(Fact):
    """A task not begun was taken from its robot and is open again."""

    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskHeldUp(Fact):
    """A task under way cannot go on for now, and why; with an empty reason it goes on.

    Parameters
    ----------
    about : what the reason is about: equipment out of order on its only way.
    """

    task: str
    reason: str
    at_s: float
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskSuspended(Fact):
    """A task under way was broken off at a safe point, or for something that went wrong.

    Parameters
    ----------
    asks : whether nobody does anything more before a person has answered.
    hands_over : whether the person is to take over what the robot has on board.
    tried : whether it counts as a try.
    only_on, not_on : the robot that is to go on with it, and one that is not; empty for no such wish.
    """

    task: str
    reason: str
    at_s: float
    asks: bool = False
    tried: bool = False
    only_on: str = ""
    not_on: str = ""
    hands_over: bool = False


@dataclass(frozen=True, slots=True)
class TaskAnswered(Fact):
    """A person said how a task that asked goes on: it is tried again, or ends by a fact of its own."""

    task: str
    answer: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AnswerAwaited(Fact):
    """A robot, or a task without one, waits at a stop for a person's answer, until a fleet time."""

    task: str
    act: str
    until_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class FlowMoved(Fact):
    """A flow went on elsewhere than in order: `act` ended with `word`, and so it goes on at a stop, from `begin` on.

    Parameters
    ----------
    stop : index of the stop at which it goes on.
    begin : id of the act there that comes next; empty for the first.
    by : who answered; empty where a robot or the clock did.
    named : opaque id of who takes over by that, if the wait asks for it.
    """

    task: str
    act: str
    word: str
    stop: int
    begin: str
    by: str
    at_s: float
    named: str = ""


@dataclass(frozen=True, slots=True)
class StopMissed(Fact):
    """A stop of a task was left out, and why; the task goes on with the next one."""

    task: str
    stop: int
    place: str
    reason: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskDeferred(Fact):
    """A task that nobody had begun was put off: it does not begin before `earliest_s`, and is due at `due_s`."""

    task: str
    reason: str
    earliest_s: float
    due_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class EndCounted(Fact):
    """A task has ended in a way that is counted for its service and place; `count` is how often in a row, 0 anew."""

    task: str
    service: str
    place: str
    count: int
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskRated(Fact):
    """Somebody for whom a task was done said how it was: 1 to 5 stars, and words that their site offers."""

    task: str
    stars: int
    words: tuple[str, ...]
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskPrioritised(Fact):
    """A person said how urgent a task is from now on: 0 to 100."""

    task: str
    priority: int
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskDirected(Fact):
    """A person said which robot is to do a task, or which is not; both empty where any may."""

    task: str
    only_on: str
    not_on: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskSequenced(Fact):
    """A person wants a task begun only after others have ended; none where it need not wait."""

    task: str
    after: tuple[str, ...]
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskHeld(Fact):
    """A person did not want a task begun that nobody is under way with."""

    task: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskResumed(Fact):
    """A person let a task that was held go on."""

    task: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskCompleted(Fact):
    """A task ended well. `lateness_s` is measured at the service's instant."""

    task: str
    result: str
    lateness_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskFailed(Fact):
    """A task ended without its purpose reached."""

    task: str
    reason: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskCancelled(Fact):
    """A person took a task back."""

    task: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskRejected(Fact):
    """A task was found to be impossible before anything was done for it."""

    task: str
    reason: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TasksRetired(Fact):
    """Tasks that ended long ago, and items that nobody asks for any more, left the live state."""

    tasks: tuple[str, ...]
    items: tuple[str, ...]
