"""Why a task is where it is in a plan, as data: what words are made of, and what the checker replays.

All is said of one task in one valid plan of a problem, every other route as it is: same stops, same order, and no
charge added. Where the task is planned, it is first taken out of its robot's route, whose other stops then come as
early as they may; tasks that come after it keep their times. Costs are what the plan would cost more, in seconds of
`core.plan`, coverage apart.
"""

from __future__ import annotations

from dataclasses import dataclass

PLANNED = "planned"
"""Stands for the reason of a task that is not left out."""

KINDS = (
    "window",
    "working_time",
    "energy",
    "penalty",
    "payload",
    "units",
    "place",
    "resource",
    "precedence",
    "company",
    "contention",
    "skill",
    "robot",
)
"""What can be relaxed, in the order in which relaxations are told: first what a person can grant with a word."""

UNIT = {
    "window": 1.0,
    "working_time": 1.0,
    "energy": 1.0,
    "penalty": 1.0,
    "payload": 0.1,
    "units": 1.0,
    "resource": 1.0,
}
"""Steps in which an amount is told; one step less would not do."""


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop of the task on a robot's route: its number, its place, and the fleet times of its begin and end."""

    stop: int
    place: str
    begin_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Choice:
    """A robot that does the task, or could.

    Parameters
    ----------
    cost_s : by how much the plan costs more with the task on this robot than without it; None where the rest of the
        robot's route cannot be driven without the task.
    instant_s : fleet time of the instant at which its lateness is measured, None if there is none. late_s : lateness.
    visits : its stops there, in order.
    behind : tasks that the robot still serves stops of before the task's last one, in the order of the route.
    """

    robot: str
    cost_s: float | None
    instant_s: float | None
    late_s: float
    visits: tuple[Visit, ...]
    behind: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unable:
    """A robot that is named for the task and cannot do it: a reason code of `core.plan.LeftOut` for this robot alone.

    `skill_missing` names the skills in `skills`.
    """

    robot: str
    lacks: str
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BlockedPlace:
    """A place that a stop of the task might have and that is not free: claimed by the task `by`, or taken for good."""

    stop: int
    place: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Relaxation:
    """The smallest change of one kind with which the task would be served: possible, and cheaper than its penalty.

    Of equal ones it is the one with the fewest tasks and skills, then the one that costs least.

    Parameters
    ----------
    kind : one of `KINDS`:

        - `window`: every latest begin of the task `amount` seconds later.
        - `working_time`: every working time of the robot `amount` seconds longer.
        - `energy`: `amount` watt hours more.
        - `penalty`: leaving the task out costs `amount` seconds more.
        - `payload`, `units`: `amount` kilograms or compartments more.
        - `place`: `place`, which `tasks` (empty for one that is taken) hold, may be chosen.
        - `resource`: `amount` more users of the resource `name` at a time.
        - `precedence`: it need not wait for `tasks`; where these are left out, they have to be planned first.
        - `company`: it need not be on the same robot as `tasks`, or apart from them.
        - `contention`: `tasks` of the robot's route give way, so that their penalties, `amount` seconds together, are
          paid: one task, or where none alone will do several, none of which could stay.
        - `skill`: the robot has `skills` as well.
        - `robot`: the task, which names nobody, names this robot.
    choice : the robot that would then do it at the least cost, penalties apart.
    """

    kind: str
    choice: Choice
    amount: float = 0.0
    tasks: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    place: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class NextTime:
    """The next time at which a task left out could begin.

    Parameters
    ----------
    at_s : the first whole second of fleet time by which its first stop to come could begin, its latest begins and its
        penalty overlooked, on any robot that has the skills.
    robot : who could; `after_charge` if only after a charge to full that is put into its route.
    """

    at_s: float
    robot: str
    after_charge: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a task is where it is.

    Parameters
    ----------
    asked_s : the problem's instant.
    reason : `planned`, or the reason code of a task left out (see `core.plan.LeftOut`).
    planned : who does it, None if nobody.
    alternatives : the other robots that could do it, cheapest first.
    unable : robots named for it that cannot, in the problem's order.
    absent : robots named for it that are not in the problem.
    others : how many robots of the problem it does not name.
    blocked : places of its stops that are not free.
    relaxations : of a task left out, the smallest of each kind that serves it, in the order of `KINDS`.
    next_time : of a task left out, when it could begin all the same; None where waiting does not mend it.
    """

    task: str
    asked_s: float
    due_s: float
    reason: str
    drop_penalty: float
    pinned: str = ""
    planned: Choice | None = None
    alternatives: tuple[Choice, ...] = ()
    unable: tuple[Unable, ...] = ()
    absent: tuple[str, ...] = ()
    others: int = 0
    blocked: tuple[BlockedPlace, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    next_time: NextTime | None = None


@dataclass(frozen=True, slots=True)
class Why:
    """What a running fleet says of a task: where it stands and, where that is a matter of the plan, an explanation.

    Parameters
    ----------
    state : of the task (`lifecycles.task`).
    robot : who has it, or had it last, empty if nobody.
    begun_s, ended_s : fleet times, None before.
    late_s : of a task that is completed, None otherwise.
    reason : why it is in no plan, cannot go on, or ended as it did: a code.
    about : what that is about: ids of equipment that is out of order.
    absent : robot named for it -> why plans do without it: `offline`, `fault`, `held`, `recharging` or `unknown`.
    only_on, not_on : the robot that a person wants to do it, and the one that is not to; empty for no such wish.
    explanation : None for a task that is under way or ended, or that cannot even be planned (`reason` says why not).
    """

    task: str
    service: str
    state: str
    robot: str = ""
    begun_s: float | None = None
    ended_s: float | None = None
    late_s: float | None = None
    reason: str = ""
    about: tuple[str, ...] = ()
    absent: tuple[tuple[str, str], ...] = ()
    only_on: str = ""
    not_on: str = ""
    explanation: Explanation | None = None
