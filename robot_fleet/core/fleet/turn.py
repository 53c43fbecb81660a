"""One turn of the core: the state it works on, what it decides, and the ports it may ask."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from robot_fleet.core.clock import Now
from robot_fleet.core.effects import Effect
from robot_fleet.core.energy import Hours
from robot_fleet.core.explanation import Explanation
from robot_fleet.core.facts import Fact
from robot_fleet.core.fleet.apply import apply
from robot_fleet.core.fleet.posed import Posed
from robot_fleet.core.fleet.right_of_way.roads import conditions
from robot_fleet.core.fleet.state import FleetState, Observations, RobotRecord
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.plan import Plan, Problem, Violation
from robot_fleet.core.policies import ALL, Policies
from robot_fleet.core.ports import Calendar, Checker, Planner, RightOfWay, Roads
from robot_fleet.core.recurrence import Occurrence
from robot_fleet.core.site import RobotKind, Site
from robot_fleet.core.travel import travel_class

_MOVED_BY_OTHERS = ("manual", "emergency_stop")
"""Words of `RobotReport.control` for robots that would not follow an order."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What the core asks when it decides: all of them pure, none of them does I/O.

    `calendar` is None where nobody knows which date it is; nothing can recur there.
    """

    roads: Roads
    planner: Planner
    checker: Checker
    right_of_way: RightOfWay
    explain: Callable[[Problem, Plan, str], Explanation]
    calendar: Calendar | None = None
    policies: Policies = ALL


@dataclass(slots=True)
class Watched:
    """How often it was looked what is within reach of an alarm, when last, and how often each place was not.

    `now` lists the services of which some place was out of reach at the last look.
    """

    looks: int = 0
    looked_s: float = float("-inf")
    short: dict[str, int] = field(default_factory=dict)
    now: tuple[str, ...] = ()


@dataclass(slots=True)
class Agenda:
    """What the core still has to look at in this turn or soon; rebuilt from nothing after a restart.

    Attributes
    ----------
    replan : the plan may no longer be the best or valid.
    wishes : robots whose order changed in this turn.
    moved : whether any robot's way may have become free.
    job : number of the newest improvement asked for; `job_open` while its answer is awaited, `job_order` what it is of.
    asked_s : when a request came last that was planned at once, in steady time.
    asked_path_s, asked_lanes_s : when a planner was asked last, and when for each (kind, lane), in steady time.
    checked, violations : how many plans the checker has seen, and the rules that some of them broke (never committed).
    retired_s : when it was looked for tasks to retire last, in steady time.
    posed : what was posed to the planner the last time.
    coverage : what was within reach of an alarm.
    standing : per (code, subject) since when something holds that the core sees itself (fleet time).
    pending_s, quiet_s : per (code, subject) since when a condition is held back, and per (alarm, member) since when it
        is gone (steady time).
    uncharged_s : per robot since when it stands docked without current (fleet time).
    hours : prices and sun, as far as they were looked up.
    following : per schedule its record's state for which the next occurrence was looked up, and that.
    valid_s : per paper from when to when it is valid (fleet time).
    judged : what the law went by when it was looked at last; judged_kg : per robot its total mass then.
    """

    replan: bool = True
    moved: bool = True
    wishes: list[str] = field(default_factory=list)
    job: int = 0
    job_open: bool = False
    job_order: object = None
    job_asked_s: float = float("-inf")
    planned_s: float = float("-inf")
    ticked_s: float = float("-inf")
    asked_s: float = float("-inf")
    asked_path_s: float = float("-inf")
    asked_lanes_s: dict[tuple[str, str], float] = field(default_factory=dict)
    retired_s: float = float("-inf")
    checked: int = 0
    violations: list[Violation] = field(default_factory=list)
    posed: Posed = field(default_factory=Posed)
    coverage: Watched = field(default_factory=Watched)
    standing: dict[tuple[str, str], float] = field(default_factory=dict)
    pending_s: dict[tuple[str, str], float] = field(default_factory=dict)
    quiet_s: dict[tuple[str, str], float] = field(default_factory=dict)
    uncharged_s: dict[str, float] = field(default_factory=dict)
    hours: Hours | None = None
    following: dict[str, tuple[object, Occurrence | None]] = field(default_factory=dict)
    valid_s: dict[str, tuple[float, float]] = field(default_factory=dict)
    judged: object = None
    judged_kg: dict[str, float] = field(default_factory=dict)


class PortsNow:
    """The ports, their roads as the state says that they are; the same object as long as it says the same.

    Parameters
    ----------
    site : for its zones.
    ports : their roads may be under any conditions.
    """

    def __init__(self, site: Site, ports: Ports) -> None:
        self._site = site
        self._ports = ports
        self._seen = -1
        self._mended: tuple[int, Roads] | None = None

    def of(self, state: FleetState) -> Ports:
        """Return the ports by the state."""
        if state.roads != self._seen:
            self._seen = state.roads
            self._ports = replace(self._ports, roads=self._ports.roads.under(conditions(self._site, state)))
        return self._ports

    def mended(self, state: FleetState) -> Roads:
        """Return the roads as they were if all equipment worked; the same object as long as the state says the same."""
        if self._mended is None or self._mended[0] != state.roads:
            found = self._ports.roads.under(conditions(self._site, state, mended=True))
            self._mended = state.roads, found
        return self._mended[1]


@dataclass(slots=True)
class Turn:
    """What one input leads to. `emit` applies a fact at once, so that what follows sees it."""

    site: Site
    ports_now: PortsNow
    state: FleetState
    seen: Observations
    agenda: Agenda
    now: Now
    facts: list[Fact] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)

    @property
    def ports(self) -> Ports:
        """The ports; their roads are as they are now: corrected by what drives have taken, closed zones left out."""
        return self.ports_now.of(self.state)

    def emit(self, fact: Fact) -> None:
        """Apply a fact and note it for the ledger."""
        apply(self.state, fact)
        self.facts.append(fact)

    def wish(self, robot: str) -> None:
        """Note that the robot's order changed and is to be sent at the end of the turn."""
        if robot not in self.agenda.wishes:
            self.agenda.wishes.append(robot)

    def kind(self, robot: RobotRecord) -> RobotKind:
        """Return the robot's kind."""
        return self.site.kinds[robot.kind]

    def travel_class(self, robot: RobotRecord) -> str:
        """Return the class of ways that the robot has now: what it carries, and where the law keeps it out."""
        return travel_class(robot.kind, robot.kept_out, loaded=bool(robot.load))

    def footprint_class(self, robot: RobotRecord) -> str:
        """Return the class by which the robot takes up room now."""
        return travel_class(robot.kind, loaded=bool(robot.load))

    def mass_kg(self, robot: RobotRecord) -> float:
        """Return the robot's total mass: its own, and that of what it has on board."""
        return self.kind(robot).mass_kg + sum(self.state.items[item].mass_kg for item in robot.load)

    def resting_vertex(self, robot: RobotRecord) -> str:
        """Return the vertex where a robot without an order is to be found, or comes to when it goes on.

        That is where it stands, or the end of the lane on which a failed order has left it.
        """
        return self.site.lanes[robot.stranded_on].end if robot.stranded_on else robot.at

    def soc_pct(self, robot: str) -> float | None:
        """Return the newest state of charge, None if the robot has not reported yet."""
        report = self.seen.reports.get(robot)
        return None if report is None else report.soc_pct

    def usable(self, robot: RobotRecord) -> bool:
        """Return whether the robot can be sent anywhere: it is heard, not faulted, and nobody else moves it."""
        report = self.seen.reports.get(robot.id)
        if report is None or report.control in _MOVED_BY_OTHERS:
            return False
        return robot.link in (LinkState.LIVE, LinkState.STALE) and robot.fault_until_s <= self.now.fleet_s

    def in_service(self, robot: RobotRecord) -> bool:
        """Return whether the robot may be given a task."""
        return self.usable(robot) and not robot.maintenance

    def must_stay(self, robot: RobotRecord) -> bool:
        """Return whether a person or an emergency stop holds the robot."""
        return self.state.hold or robot.hold or robot.stopped

    def stops_in_place(self, robot: RobotRecord) -> bool:
        """Return whether the robot is to stand where it is, wherever that is."""
        fleet, alone = self.state, robot
        return (fleet.hold and fleet.in_place) or (alone.hold and alone.in_place) or robot.stopped
