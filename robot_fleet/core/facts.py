"""Facts: what has happened, as the ledger keeps it for ever. Past tense; nothing in a fact is computed again at replay.

Fields may be added with a default; a changed meaning is a new version with an up-caster in the ledger.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from robot_fleet.core.order import Step, StepResult
from robot_fleet.core.plan import LeftOut, PlannedStop
from robot_fleet.core.site import ActTemplate, Remedies


@dataclass(frozen=True, slots=True)
class Fact:
    """Base of all facts."""


@dataclass(frozen=True, slots=True)
class TaskStop:
    """A stop of one task, its places resolved as far as the request says.

    Parameters
    ----------
    places : the alternatives; empty when the stop is wherever `item` stands.
    """

    id: str
    places: tuple[str, ...]
    item: str
    acts: tuple[ActTemplate, ...]


@dataclass(frozen=True, slots=True)
class TaskRequested(Fact):
    """A request was accepted: the task with everything that its service said at that time."""

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


@dataclass(frozen=True, slots=True)
class RequestRefused(Fact):
    """A well-formed request could not be taken on; it ended as rejected."""

    task: str
    service: str
    requester: str
    requested_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class ItemAppeared(Fact):
    """An object with custody became known. `holder` is `place:<id>`, `robot:<id>` or `person:<id>`."""

    item: str
    kind: str
    holder: str
    mass_kg: float
    length_m: float
    width_m: float


@dataclass(frozen=True, slots=True)
class ItemMoved(Fact):
    """Custody passed in one event."""

    item: str
    holder: str
    at_s: float


@dataclass(frozen=True, slots=True)
class PlanCommitted(Fact):
    """A checked plan took effect: the routes that changed, whole, and the tasks left out now."""

    by: str
    cost: float
    routes: Mapping[str, tuple[PlannedStop, ...]]
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class OrderSent(Fact):
    """A robot was given an order or an update of it.

    Parameters
    ----------
    purpose : task, home or clear.
    task, stop : for a task: which stop of it (-1 if none).
    place : where the order leads.
    undock : whether it begins by leaving a charger.
    lanes : the ways, as lane ids; each is one drive step, numbered after the undocking.
    tail : what is done at the place.
    """

    robot: str
    order: str
    update: int
    purpose: str
    task: str
    stop: int
    place: str
    undock: bool
    lanes: tuple[str, ...]
    tail: tuple[Step, ...]
    at_s: float


@dataclass(frozen=True, slots=True)
class StepsReleased(Fact):
    """The first `released` steps of an order may be carried out.

    Parameters
    ----------
    at_s : when; unknown (`inf`) in older ledgers.
    limits_mps : speed limit of each lane released so far, 0 for none, which does not change any more; empty in older
        ledgers.
    """

    robot: str
    order: str
    released: int
    at_s: float = inf
    limits_mps: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderProgressed(Fact):
    """Steps of an order ended, in order, as the agent reported them."""

    robot: str
    order: str
    results: tuple[StepResult, ...]
    at_s: float


@dataclass(frozen=True, slots=True)
class DriveObserved(Fact):
    """A robot drove a lane and nobody hindered it; see `core.drives` for what counts as the drive of a lane.

    Parameters
    ----------
    travel_class : `<kind>` or `<kind>+load`.
    expected_s : what the roads say without any correction.
    took_s : what it took.
    """

    robot: str
    travel_class: str
    lane: str
    expected_s: float
    took_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class LaneMeasured(Fact):
    """A robot's planner said how long its path along a lane is (`inf` for no path), which is drawn `drawn_m` long."""

    kind: str
    lane: str
    drawn_m: float
    length_m: float
    at_s: float


@dataclass(frozen=True, slots=True)
class OrderCancelAsked(Fact):
    """The agent was asked to give an order up."""

    robot: str
    order: str
    reason: str


@dataclass(frozen=True, slots=True)
class OrderEnded(Fact):
    """An order is over: finished, cancelled or failed."""

    robot: str
    order: str
    state: str
    reason: str
    at_s: float


@dataclass(frozen=True, slots=True)
class TaskReleased(Fact):
    """A task not begun was taken from its robot and is open again."""

    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class TaskHeldUp(Fact):
    """A task under way cannot go on for now, and why; with an empty reason it goes on."""

    task: str
    reason: str
    at_s: float


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
class ChargerDoubted(Fact):
    """A charger gave no current, or could not be docked at: it is not used before a fleet time."""

    place: str
    robot: str
    code: str
    until_s: float
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


@dataclass(frozen=True, slots=True)
class HoldSet(Fact):
    """A person stopped (or let go) one robot, or the whole fleet where `robot` is empty."""

    hold: bool
    robot: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class ZoneClosed(Fact):
    """A person closed a zone: no robot is led into it any more."""

    zone: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ZoneOpened(Fact):
    """A person opened a zone."""

    zone: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class ZoneLimited(Fact):
    """A person limited the speed in a zone, or lifted the limit with 0."""

    zone: str
    speed_mps: float
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class RobotLinkChanged(Fact):
    """A robot's link became live, stale or offline."""

    robot: str
    state: str
    at_s: float


@dataclass(frozen=True, slots=True)
class RobotFaulted(Fact):
    """A robot could not carry out a step; it gets nothing new before `until_s`."""

    robot: str
    code: str
    until_s: float
    at_s: float


@dataclass(frozen=True, slots=True)
class ChargeBegan(Fact):
    """A robot fell under its kind's threshold: it serves nothing (but alarms, if it must) until it is charged."""

    robot: str
    soc_pct: float
    at_s: float


@dataclass(frozen=True, slots=True)
class ChargeEnded(Fact):
    """A robot is charged as far as its kind asks for and serves again."""

    robot: str
    soc_pct: float
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmShown(Fact):
    """A console was sent the alarm whose id is `task` (a call for help has its task's id)."""

    task: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmRaised(Fact):
    """Something began that a person must answer.

    Parameters
    ----------
    members : `<condition>:<subject>` of all that it tells of; one outage is one alarm.
    count : how often it has come of late.
    """

    alarm: str
    condition: str
    members: tuple[str, ...]
    urgency: str
    at_s: float
    count: int = 1


@dataclass(frozen=True, slots=True)
class AlarmSpread(Fact):
    """An alarm tells of one more (`<condition>:<subject>`), or of the same again."""

    alarm: str
    member: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmReceded(Fact):
    """One of the things that an alarm tells of is gone; with the last one the alarm clears."""

    alarm: str
    member: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged(Fact):
    """A person took note of an alarm."""

    alarm: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmShelved(Fact):
    """A person put an alarm aside until a fleet time."""

    alarm: str
    until_s: float
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class AlarmUnshelved(Fact):
    """An alarm that was put aside rings again: a person wants it, or (`by` empty) its time was up."""

    alarm: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class IncidentOpened(Fact):
    """People have to deal with something. `by` is empty where the alarm opened it by itself."""

    incident: str
    alarm: str
    robots: tuple[str, ...]
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class IncidentJoined(Fact):
    """An alarm (if not empty) and robots turned out to belong to an open incident."""

    incident: str
    alarm: str
    robots: tuple[str, ...]
    at_s: float


@dataclass(frozen=True, slots=True)
class IncidentNoted(Fact):
    """A person wrote down what was done."""

    incident: str
    text: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class IncidentClosed(Fact):
    """A person closed an incident, and why."""

    incident: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class EmergencyStopped(Fact):
    """A robot's emergency stop was pressed; `stops` counts all of its life. It stands until a person lets it go on."""

    robot: str
    stops: int
    at_s: float


@dataclass(frozen=True, slots=True)
class MaintenanceBegan(Fact):
    """A robot was taken out of service."""

    robot: str
    reason: str
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class MaintenancePlanned(Fact):
    """A robot will be out of service between two fleet times; 0 and 0 takes that back."""

    robot: str
    from_s: float
    to_s: float
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class MaintenanceDone(Fact):
    """A robot is in service again; its distance and faults count from here."""

    robot: str
    odometer_m: float
    by: str
    at_s: float


@dataclass(frozen=True, slots=True)
class CommandTaken(Fact):
    """A command's idempotency key was used; the same key again gets the same answer."""

    key: str
    answer: Mapping[str, object] = field(default_factory=dict)


FACT_TYPES: tuple[type[Fact], ...] = (
    TaskRequested,
    RequestRefused,
    ItemAppeared,
    ItemMoved,
    PlanCommitted,
    OrderSent,
    StepsReleased,
    OrderProgressed,
    DriveObserved,
    LaneMeasured,
    OrderCancelAsked,
    OrderEnded,
    TaskReleased,
    TaskHeldUp,
    TaskSuspended,
    TaskAnswered,
    TaskPrioritised,
    TaskDirected,
    TaskHeld,
    TaskResumed,
    TaskCompleted,
    TaskFailed,
    TaskCancelled,
    TaskRejected,
    TasksRetired,
    HoldSet,
    ZoneClosed,
    ZoneOpened,
    ZoneLimited,
    RobotLinkChanged,
    RobotFaulted,
    ChargeBegan,
    ChargeEnded,
    ChargerDoubted,
    AlarmShown,
    AlarmRaised,
    AlarmSpread,
    AlarmReceded,
    AlarmAcknowledged,
    AlarmShelved,
    AlarmUnshelved,
    IncidentOpened,
    IncidentJoined,
    IncidentNoted,
    IncidentClosed,
    EmergencyStopped,
    MaintenanceBegan,
    MaintenancePlanned,
    MaintenanceDone,
    CommandTaken,
)
