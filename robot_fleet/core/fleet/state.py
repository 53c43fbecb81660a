"""The fleet's state: what the facts so far amount to, and beside it what is merely observed.

`FleetState` is owned by one Fleet and changed by `apply` alone; replaying the same facts gives an equal state.
`Observations` are never ledgered: newest reports and readings, lost at a restart and soon there again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf

from robot_fleet.core.desk import JobKind
from robot_fleet.core.drives import Ratios
from robot_fleet.core.equipment import EquipmentReport
from robot_fleet.core.facts import PaperWithdrawn, ShiftSigned, TaskRequested, ZoneEntered
from robot_fleet.core.fleet.alarming.cases import AlarmRecord, IncidentRecord, JobRecord
from robot_fleet.core.fleet.city.city_state import CityEventRecord
from robot_fleet.core.fleet.tasks.schedule_state import ScheduleRecord, TemplateRecord
from robot_fleet.core.health import Condition
from robot_fleet.core.lifecycles.equipment import EquipmentState
from robot_fleet.core.lifecycles.flow import FlowState
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import ENDED, TaskState
from robot_fleet.core.order import RobotReport, Step
from robot_fleet.core.plan import PlannedStop
from robot_fleet.core.recipient import Recipient

_BINDING = (OrderState.ACTIVE, OrderState.CANCELLING)
_BROKEN = (OrderState.FAILED, OrderState.CANCELLED)
AWAITS = "awaits_other"
"""Reason of a task that a person wants begun only after others, which have not ended."""
UNATTENDED = "unattended"
"""Reason of a task that goes on without a robot: somebody is to come for what was brought, or to answer."""
HELD = "held"
"""Reason of a task that a person does not want begun."""
Purpose = str  # "task", "home" or "clear" (to wait aside)


@dataclass(frozen=True, slots=True)
class Awaited:
    """A wait for a person's answer: the act's id, since when and until when (fleet times)."""

    act: str
    since_s: float
    until_s: float


@dataclass(slots=True)
class TaskRecord:
    """A task so far.

    Attributes
    ----------
    next_stop : index of the first stop not finished.
    robot : the robot that has, or had last, an order for it.
    instants : `<stop>.<arrived|done|departed|act id>` -> fleet time.
    broken_off : how often it was suspended; part of the ids of its acts, so that a second visit is a second act.
    reason : why it is in no plan, or why it ended as it did.
    asks : whether nobody goes on with it before a person has answered.
    hands_over : whether the person who is asked is to take over what its robot has on board.
    tries : how often it was tried again after something went wrong.
    only_on, not_on : the robot that is to go on with it (empty for any), and those that are not.
    bound_to, barred_from : the robot that a person wants to do it, and the one that is not to; empty for no such wish.
    after : tasks that a person wants to have ended before it begins.
    held, held_by : whether a person, or a city event, does not want it begun, and who.
    next_act : id of the act with which the next stop begins, empty for its first; set by a branch of the flow.
    moves : how often a branch was taken; part of the ids of its acts, as `broken_off` is.
    left_by : the robot that has left it to a wait without one.
    told : act -> the word with which it ended last.
    awaits : what its robot waits for, if it does.
    begun_once : acts that are never carried out twice, and that may have begun.
    missed : places of stops that were left out.
    evidence : stop -> opaque reference of what its robot has recorded there.
    flow : where it stands in its service's flow.
    stars : how whoever it was done for has found it, 1 to 5; 0 as long as they have not said.
    """

    request: TaskRequested
    state: TaskState = TaskState.REQUESTED
    next_stop: int = 0
    robot: str = ""
    instants: dict[str, float] = field(default_factory=dict)
    started_s: float | None = None
    ended_s: float | None = None
    lateness_s: float | None = None
    result: str = ""
    reason: str = ""
    about: tuple[str, ...] = ()
    broken_off: int = 0
    asks: bool = False
    hands_over: bool = False
    tries: int = 0
    only_on: str = ""
    not_on: tuple[str, ...] = ()
    bound_to: str = ""
    barred_from: str = ""
    after: tuple[str, ...] = ()
    held: bool = False
    held_by: str = ""
    next_act: str = ""
    moves: int = 0
    left_by: str = ""
    told: dict[str, str] = field(default_factory=dict)
    awaits: Awaited | None = None
    begun_once: tuple[str, ...] = ()
    missed: tuple[str, ...] = ()
    evidence: dict[str, str] = field(default_factory=dict)
    flow: FlowState = FlowState.AWAY
    stars: int = 0

    @property
    def id(self) -> str:
        """Return the task's id."""
        return self.request.task

    @property
    def ended(self) -> bool:
        """Return whether the task has come to one of its ends."""
        return self.state in ENDED

    def may_be_on(self, robot: str) -> bool:
        """Return whether a robot may do it, as far as people have said."""
        return robot != self.barred_from and self.bound_to in ("", robot)


@dataclass(slots=True)
class OrderRecord:
    """A robot's newest order. Steps are numbered: the undocking (if any), the lanes, the tail.

    Attributes
    ----------
    released_s, limits_mps : when each lane that is released was, and with which speed limit (0 for none).
    observed_from : steps before this one say nothing about how long drives take: a hold or silence fell into them.
    """

    id: str
    update: int
    purpose: Purpose
    task: str
    stop: int
    place: str
    undock: bool
    lanes: tuple[str, ...]
    tail: tuple[Step, ...]
    sent_s: float
    released: int = 0
    done: int = 0
    state: OrderState = OrderState.ACTIVE
    last_step_s: float = 0.0
    released_s: tuple[float, ...] = ()
    limits_mps: tuple[float, ...] = ()
    observed_from: int = 0

    @property
    def first_lane(self) -> int:
        """Index of the first drive step."""
        return 1 if self.undock else 0

    @property
    def first_tail(self) -> int:
        """Index of the first step at the place."""
        return self.first_lane + len(self.lanes)

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return self.first_tail + len(self.tail)

    @property
    def lanes_done(self) -> int:
        """How many lanes are behind the robot."""
        return min(max(self.done - self.first_lane, 0), len(self.lanes))

    @property
    def lanes_released(self) -> int:
        """How many lanes are released, those behind it included."""
        return min(max(self.released - self.first_lane, 0), len(self.lanes))

    def free_since(self, lane: int, by_s: float) -> bool:
        """Return whether a lane (counted from 0) and the one after it were released by a fleet time."""
        wanted = min(lane + 2, len(self.lanes))
        return len(self.released_s) >= wanted and all(at_s <= by_s for at_s in self.released_s[lane:wanted])

    @property
    def arrived(self) -> bool:
        """Whether all driving is done."""
        return self.done >= self.first_tail

    @property
    def active(self) -> bool:
        """Whether the order still binds the robot."""
        return self.state in _BINDING


@dataclass(slots=True)
class RobotRecord:
    """A robot so far.

    Attributes
    ----------
    at : vertex it stands on or has passed last.
    docked : charger it is docked at, or empty.
    load : ids of the items on board.
    served : (task, stop) that it has finished last and not yet driven away from, or None.
    orders : how many orders it has been given; numbers the next one.
    fault_until_s : it gets nothing new before.
    must_charge : it fell under its kind's threshold and is not charged yet; `charges` counts such times.
    worked_s : how long orders for tasks that have ended, or were turned to another task, have bound it.
    completed : how many tasks it has completed.
    in_place : whether a hold of it stops it where it is, be that a crossing.
    held_by : who holds it, empty if nobody does.
    stops, consents : emergency stops so far, and after how many of them a person has let it go on.
    kept_out : zones that the law keeps it out of now, and why (`core.law.Forbidden`).
    stays : the zones with a law that it is in, and how it came in.
    maintenance : whether it is out of service; `maintenance_s` says when it will be (None if that is not planned).
    serviced_s, serviced_m, faults : fleet time and odometer of the last maintenance, and steps that failed since.
    """

    id: str
    kind: str
    at: str
    docked: str = ""
    load: tuple[str, ...] = ()
    order: OrderRecord | None = None
    orders: int = 0
    served: tuple[str, int] | None = None
    hold: bool = False
    in_place: bool = False
    held_by: str = ""
    link: LinkState = LinkState.NEVER
    fault: str = ""
    fault_until_s: float = 0.0
    must_charge: bool = False
    charges: int = 0
    worked_s: float = 0.0
    completed: int = 0
    stops: int = 0
    consents: int = 0
    maintenance: bool = False
    maintenance_s: tuple[float, float] | None = None
    serviced_s: float = 0.0
    serviced_m: float = 0.0
    faults: int = 0
    kept_out: dict[str, str] = field(default_factory=dict)
    stays: dict[str, ZoneEntered] = field(default_factory=dict)

    @property
    def busy(self) -> OrderRecord | None:
        """Return the order that binds the robot, if any."""
        order = self.order
        return order if order is not None and order.state in _BINDING else None

    @property
    def stopped(self) -> bool:
        """Whether an emergency stop holds the robot until a person lets it go on."""
        return self.stops > self.consents

    @property
    def stranded_on(self) -> str:
        """The lane on which an order that failed has left the robot, anywhere on it; empty if it stands at a vertex."""
        order = self.order
        if order is None or order.state not in _BROKEN or order.done < order.first_lane:
            return ""
        return order.lanes[order.lanes_done] if order.lanes_done < order.lanes_released else ""


@dataclass(slots=True)
class ItemRecord:
    """An item and who has it since when: `place:<id>`, `robot:<id>` or `person:<id>`."""

    id: str
    kind: str
    holder: str
    mass_kg: float
    length_m: float
    width_m: float
    since_s: float = 0.0


@dataclass(frozen=True, slots=True)
class SupplyRecord:
    """What a charger does for the robot at it: current or none, why (`core.energy.Supply`), since and until when."""

    robot: str
    on: bool
    reason: str
    since_s: float
    until_s: float


@dataclass(slots=True)
class MeasuredLane:
    """How much longer a kind's planner finds a lane than it is drawn, and when it said so (fleet time)."""

    stretch: float
    at_s: float


@dataclass(slots=True)
class ZoneRecord:
    """What people have made of a zone; None where it is as the site says. `cause` and `until_s` as in `ZoneClosed`.

    `by` is who closed or opened it last, empty if its time was up.
    """

    closed: bool | None = None
    speed_mps: float | None = None
    reason: str = ""
    since_s: float = 0.0
    cause: str = ""
    until_s: float = inf
    by: str = ""


@dataclass(slots=True)
class OutOfUse:
    """Why a place is out of use, which robot found out or who said so, and since when; see `PlaceTakenOut`."""

    code: str
    robot: str
    by: str
    since_s: float


@dataclass(slots=True)
class EquipmentRecord:
    """A door, gate or lift so far.

    Attributes
    ----------
    robot, order, level : for which robot it was asked, on which order of it, and at which level; empty for nobody.
    begin, lanes : the lanes of that order that are kept for the robot, see `EquipmentAsked`.
    since_s : when it came to be in its state.
    code, until_s : why it is out of order, and when it is tried again.
    out_by, out_reason, out_s : who says that it is out of order, why, and since when; empty if nobody does.
    """

    id: str
    state: EquipmentState = EquipmentState.FREE
    robot: str = ""
    order: str = ""
    level: str = ""
    begin: int = 0
    lanes: tuple[str, ...] = ()
    since_s: float = 0.0
    code: str = ""
    until_s: float = inf
    out_by: str = ""
    out_reason: str = ""
    out_s: float = 0.0

    @property
    def works(self) -> bool:
        """Return whether it can be used as far as anybody knows."""
        return self.state not in (EquipmentState.FAILED, EquipmentState.HOLDING)


@dataclass(slots=True)
class ShiftRecord:
    """A shift that was handed over, or waits for somebody to take it over: `taken_by` is empty until then."""

    signed: ShiftSigned
    taken_by: str = ""
    taken_s: float | None = None


@dataclass(slots=True)
class FleetState:
    """Everything that the facts so far amount to.

    Attributes
    ----------
    tasks : those that have not ended, and those that have ended not long ago.
    retired : the others that have ended: what stays of each, see `retired`.
    planned : task -> the robot in whose route it is; follows from the routes.
    drives : travel class -> lane -> what drives have taken against what the roads say.
    totals : travel class -> all drives of the class together, as of `revised_s`.
    news : travel class -> lane for which something is new since then -> its drives then.
    measured : kind -> lane -> what robots' planners have said of it.
    factors : travel class -> lane -> by how much plans correct the roads' seconds; revised last at `revised_s`.
    zones : those that people have changed.
    withdrawn : papers that people have withdrawn: why, who and when.
    blocked : lanes along which there is no way on: the robot that found out or stands there, and until when ways keep
        out of them.
    equipment : doors, gates and lifts that were ever asked, or have failed.
    roads : counts what changes how the roads are seen.
    hold, in_place : whether the whole fleet is held, and whether everybody stops where it is.
    doubted : chargers that are not used, and until when.
    supplies : charger -> what it does for the robot docked at it, where the site says what energy costs.
    out : places that nobody uses until a person says that they are in order.
    alarms : those that are open, the calls for help of tasks that have not retired, and the last that were closed;
        `raised` counts all but the calls.
    jobs : field jobs that are open, and the last that are over; `ordered` counts all.
    shifts : the last that were handed over, oldest first.
    schedules, templates : what is asked for again.
    streaks : service and place (`<service>:<place>`) -> how often in a row its tasks there came to an end that counts.
    events : events of a city's platform that are open, and the last that are over.
    event_answers : by the id of whatever its sources have ever told, `<digest> <event>`: nothing is done for it twice.
    """

    robots: dict[str, RobotRecord]
    items: dict[str, ItemRecord]
    tasks: dict[str, TaskRecord] = field(default_factory=dict)
    retired: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    alarms: dict[str, AlarmRecord] = field(default_factory=dict)
    incidents: dict[str, IncidentRecord] = field(default_factory=dict)
    jobs: dict[str, JobRecord] = field(default_factory=dict)
    routes: dict[str, tuple[PlannedStop, ...]] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    charges: dict[str, str] = field(default_factory=dict)
    doubted: dict[str, float] = field(default_factory=dict)
    supplies: dict[str, SupplyRecord] = field(default_factory=dict)
    out: dict[str, OutOfUse] = field(default_factory=dict)
    commands: dict[str, dict[str, object]] = field(default_factory=dict)
    hold: bool = False
    in_place: bool = False
    plans: int = 0
    drives: dict[str, dict[str, Ratios]] = field(default_factory=dict)
    totals: dict[str, Ratios] = field(default_factory=dict)
    news: dict[str, dict[str, Ratios]] = field(default_factory=dict)
    measured: dict[str, dict[str, MeasuredLane]] = field(default_factory=dict)
    factors: dict[str, dict[str, float]] = field(default_factory=dict)
    revised_s: float = 0.0
    zones: dict[str, ZoneRecord] = field(default_factory=dict)
    withdrawn: dict[str, PaperWithdrawn] = field(default_factory=dict)
    blocked: dict[str, tuple[str, float]] = field(default_factory=dict)
    equipment: dict[str, EquipmentRecord] = field(default_factory=dict)
    roads: int = 0
    raised: int = 0
    ordered: int = 0
    shifts: dict[str, ShiftRecord] = field(default_factory=dict)
    schedules: dict[str, ScheduleRecord] = field(default_factory=dict)
    templates: dict[str, TemplateRecord] = field(default_factory=dict)
    streaks: dict[str, int] = field(default_factory=dict)
    events: dict[str, CityEventRecord] = field(default_factory=dict)
    event_answers: dict[str, str] = field(default_factory=dict)
    planned: dict[str, str] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.planned = {stop.task: robot for robot, route in self.routes.items() for stop in route if stop.task}

    def set_routes(self, routes: Mapping[str, tuple[PlannedStop, ...]]) -> None:
        """Give robots other routes; those that are not named keep theirs."""
        for robot in routes:
            for stop in self.routes.get(robot, ()):
                if self.planned.get(stop.task) == robot:
                    del self.planned[stop.task]
        for robot, route in routes.items():
            self.routes[robot] = route
            for stop in route:
                if stop.task:
                    self.planned[stop.task] = robot

    def knows(self, task: str) -> bool:
        """Return whether there is a task of this id, or was one."""
        return task in self.tasks or task in self.retired

    def has_ended(self, task: str) -> bool:
        """Return whether a task has come to one of its ends."""
        record = self.tasks.get(task)
        return task in self.retired or (record is not None and record.ended)

    def taken_over(self, robot: str) -> JobRecord | None:
        """Return the open job by which people move a robot by hand, None if there is none."""
        for job in self.jobs.values():
            if job.open and job.kind == JobKind.TAKE_OVER and job.robot == robot:
                return job
        return None

    def calls(self) -> list[AlarmRecord]:
        """Return the calls for help, oldest first."""
        return [alarm for alarm in self.alarms.values() if alarm.task]

    @property
    def next_job(self) -> str:
        """The id of the field job that is opened next."""
        return f"job:{self.ordered + 1}"

    def serves(self, robot: RobotRecord, order: OrderRecord) -> bool:
        """Return whether the order's task is still this robot's: not ended, and not given to another since."""
        task = self.tasks.get(order.task)
        return task is not None and not task.ended and task.robot == robot.id

    def begun_by(self, robot: str) -> TaskRecord | None:
        """Return the task that a robot is under way with, and whose load it may have on board."""
        for task in self.tasks.values():
            if task.state is TaskState.UNDERWAY and task.robot == robot:
                return task
        return None

    def awaited_by(self, task: TaskRecord) -> tuple[str, ...]:
        """Return the tasks that a task has to wait for and that have not ended."""
        return tuple(name for name in task.after if name in self.tasks and not self.tasks[name].ended)

    def open_tasks(self) -> list[TaskRecord]:
        """Return the tasks that have not ended, oldest first."""
        return [task for task in self.tasks.values() if task.state not in ENDED]


@dataclass(slots=True)
class Observations:
    """What is seen and not decided.

    Attributes
    ----------
    reports, heard_s : per robot the newest report, and when it came (steady seconds).
    places, people : per place with a sensor the items that stand there, and how many people are there.
    fastest_mps : per robot and zone with a law the highest speed that it has reported in there.
    equipment, equipment_s : per door, gate or lift its newest report, and when it came (steady seconds).
    conditions, watched_s : per watcher the conditions that it sees, and when it said so (steady seconds).
    recipients : who lives where, in opaque words; None as long as nobody has said so.
    """

    reports: dict[str, RobotReport] = field(default_factory=dict)
    heard_s: dict[str, float] = field(default_factory=dict)
    places: dict[str, tuple[str, ...]] = field(default_factory=dict)
    people: dict[str, int] = field(default_factory=dict)
    equipment: dict[str, EquipmentReport] = field(default_factory=dict)
    equipment_s: dict[str, float] = field(default_factory=dict)
    conditions: dict[str, tuple[Condition, ...]] = field(default_factory=dict)
    watched_s: dict[str, float] = field(default_factory=dict)
    fastest_mps: dict[tuple[str, str], float] = field(default_factory=dict)
    recipients: Mapping[str, Recipient] | None = None
