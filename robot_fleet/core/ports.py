"""What the core and its siblings ask of each other. Each port has one contract suite under `test/contract`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

from robot_fleet.core.effects import AskPath
from robot_fleet.core.energy import DayKind
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, RobotReport
from robot_fleet.core.plan import Plan, Problem, Violation
from robot_fleet.core.recurrence import Edition, Occurrence


class Planner(Protocol):
    """Finds a feasible plan at once."""

    def insert(self, problem: Problem, current: Plan) -> Plan:
        """Return a plan that keeps the order of `current` where still valid and inserts what is new."""
        ...


class Checker(Protocol):
    """Judges a plan without sharing code with any planner."""

    def check(
        self,
        problem: Problem,
        plan: Plan,
        changed: frozenset[str] | None = None,
        fresh: frozenset[str] | None = None,
    ) -> tuple[Violation, ...]:
        """Return every broken rule; empty when the plan may be committed.

        Parameters
        ----------
        changed : robots whose routes are new; None judges every route and the cost. The others' times, energy and
            load are taken as judged before; what couples routes is judged across all of them.
        fresh : tasks whose reasons for being left out are replayed, None for all.
        """
        ...


@dataclass(frozen=True, slots=True)
class RoadConditions:
    """How the roads are now, beyond what the site says of them.

    Parameters
    ----------
    factors : travel class -> lane -> by how much its seconds are corrected; see `core.drives`.
    closed : ids of the zones that robots keep out of.
    limits_mps : zone -> speed limit in it.
    blocked : ids of lanes along which robots found no way on.
    """

    factors: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    limits_mps: Mapping[str, float] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()


class Roads(Protocol):
    """Ways through the lane graph for a travel class (`<kind>` or `<kind>+load`), under certain conditions.

    No way leads into a closed zone. One that begins inside leads out of it by the shortest way and not in again. The
    same goes for zones whose law keeps the class out; `core.travel` says how a class names zones that the law closes
    to some robots of a kind only.

    An object never changes; `under` makes another one.
    """

    def route(
        self, travel_class: str, start: str, end: str, avoid: frozenset[str] = frozenset()
    ) -> tuple[str, ...] | None:
        """Return the lane ids of the fastest way between two vertices, empty if they are the same, None if none."""
        ...

    def time_s(self, travel_class: str, start: str, end: str) -> float:
        """Return the seconds of the fastest way, `inf` if there is none."""
        ...

    def place_names(self, travel_class: str) -> tuple[str, ...]:
        """Return the places, in the order of the rows and columns of `matrix`."""
        ...

    def matrix(self, travel_class: str) -> NDArray[np.float64]:
        """Return the seconds from every place (rows) to every place, shape (places, places), `inf` for no way.

        Not to be written to. The same object as long as nothing has changed for the class, so that whoever derives
        something from it may keep that by its identity.
        """
        ...

    def times_s(self, travel_class: str, start: str) -> NDArray[np.float64]:
        """Return the seconds from any vertex to every place, shape (places,): a further row for the matrix."""
        ...

    def route_time_s(self, travel_class: str, route: Sequence[str]) -> float:
        """Return the seconds that a way given as lane ids takes, 0 for an empty one."""
        ...

    def lane_s(self, travel_class: str, lane: str, before: str, after: str, limit_mps: float) -> float:
        """Return the seconds from passing the end of `before` to passing that of `lane`, without any correction.

        `after` is the lane that follows; where it is empty, the robot ends its way. `limit_mps` is the speed limit that
        the robot was given on the lane, 0 for none.
        """
        ...

    def limit_mps(self, travel_class: str, lane: str, mass_kg: float | None = None) -> float:
        """Return the speed limit on a lane, 0 for none: the lowest of its own, of its zones' and of their law's.

        `mass_kg` is the robot's total mass; without it that of its kind, with all that it can carry in a loaded class.
        A law that allows what robots of the kind never reach limits nothing.
        """
        ...

    def lawful_zones(self, kind: str) -> tuple[str, ...]:
        """Return the zones with a law that robots of a kind touch on some lane that they may use."""
        ...

    def forbids(self, kind: str, zone: str, loaded: bool) -> str:
        """Return why the law keeps robots of a kind out of a zone, whatever papers they have; empty if it does not."""
        ...

    def is_open(self, travel_class: str, route: Sequence[str]) -> bool:
        """Return whether a way keeps out of closed zones; one that begins inside may lead out."""
        ...

    def is_closed(self, travel_class: str, vertex: str) -> bool:
        """Return whether a vertex lies in a closed zone."""
        ...

    def may_stop_on(self, travel_class: str, lane: str) -> bool:
        """Return whether a hold may bring a robot to rest on a lane, which is no door, crossing, lift or passage."""
        ...

    def may_stop_at(self, travel_class: str, vertex: str) -> bool:
        """Return whether a hold may bring a robot to rest at a vertex."""
        ...

    def under(self, conditions: RoadConditions) -> Roads:
        """Return the same roads under these conditions instead of the present ones, `self` where they are the same."""
        ...


@dataclass(frozen=True, slots=True)
class Traveller:
    """A robot as the right of way sees it.

    Parameters
    ----------
    footprint_class : which footprint it has while it drives `route` (`<kind>` or `<kind>+load`).
    at : vertex that it stands on or has passed last.
    held : lanes already released to it and not yet left behind, in order of travel, starting at `at`.
    wanted : lanes that come next, ending at a vertex with a place where it can rest.
    priority : higher goes first; equal ones by robot id.
    """

    robot: str
    footprint_class: str
    at: str
    held: tuple[str, ...]
    wanted: tuple[str, ...]
    priority: int = 0


class RightOfWay(Protocol):
    """Decides how much of each robot's way is released."""

    def release(self, travellers: Sequence[Traveller], horizon_m: float) -> Mapping[str, int]:
        """Return robot -> how many lanes of `wanted` it may have now, such that no two can touch or block for ever."""
        ...

    def is_safe(self, travellers: Sequence[Traveller]) -> Sequence[str]:
        """Return the robots in transit that cannot run to the end of their way; empty if all can.

        To be asked before a robot in transit is given another way.
        """
        ...


class RobotLink(Protocol):
    """How the manager reaches a robot's agent.

    Level-triggered: the newest order is the wish, however often it is sent.
    """

    def send(self, order: Order) -> None:
        """Make `order` the robot's wish; returns at once, the answer is the robot's next reports."""
        ...

    def reports(self) -> Sequence[RobotReport]:
        """Return and forget the reports that have come in since the last call, oldest first."""
        ...


class PathAsker(Protocol):
    """How the manager asks robots' planners. Answers come back as `PathMeasured`."""

    def ask(self, question: AskPath) -> None:
        """Put a question, unless one is open; whoever cannot be asked now is not."""
        ...

    def stop(self, robot: str) -> None:
        """Give an open question to this robot up: it is about to drive."""
        ...


class GoalState(StrEnum):
    """Where a navigator's or an actuator's goal stands."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class GoalStatus:
    """Progress of a goal.

    Parameters
    ----------
    code : Nav2's error code as text (for instance `206`), or `server_gone`; empty while all is well.
    poses_left : for a drive: how many of the goal's poses are not reached yet.
    sentence : one sentence for people.
    result : what an act reports at its end.
    """

    state: GoalState
    code: str = ""
    poses_left: int = 0
    sentence: str = ""
    result: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Sensed:
    """What the robot itself measures, newest values. Totals count from commissioning; energy is discharge only.

    `control` says who moves it: `automatic`, `manual`, `protective_stop` (its own safety holds it, and lets it go on by
    itself) or `emergency_stop`. `recoveries` counts Nav2's recoveries on the goal under way. `sigma_m` is the
    larger standard deviation of its position.
    """

    pose: Pose
    speed_mps: float
    soc_pct: float
    charging: bool
    docked_at: str
    odometer_m: float
    loaded_m: float
    energy_wh: float
    load: tuple[str, ...] = ()
    control: str = "automatic"
    recoveries: int = 0
    sigma_m: float = 0.0


class Navigator(Protocol):
    """How an agent moves one Nav2 robot. Never blocks: a goal is started, then polled."""

    def sensed(self) -> Sensed | None:
        """Return the newest measurements, None before the first."""
        ...

    def ready(self) -> bool:
        """Return whether the robot's servers can take goals."""
        ...

    def drive(self, poses: Sequence[Pose], speed_mps: float, keep_yaw: bool) -> None:
        """Start driving through the poses; pre-empts a running drive without a stop."""
        ...

    def dock(self, place: str, pose: Pose) -> None:
        """Start docking at a charger."""
        ...

    def undock(self) -> None:
        """Start leaving the charger."""
        ...

    def cancel(self) -> None:
        """Ask the running goal to stop; its status becomes CANCELLED (or what it ended with before)."""
        ...

    def cancel_all(self) -> None:
        """Cancel whatever runs on the robot, also goals of an earlier process."""
        ...

    def status(self) -> GoalStatus | None:
        """Return where the newest goal stands, None if none was started."""
        ...


class Actuator(Protocol):
    """How an agent has something physical done. Acts are identified, so that asking twice does them once."""

    def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        """Start the act, or attach to it if it runs, or find it done if it is done."""
        ...

    def cancel(self, act_id: str) -> None:
        """Ask a running act to stop at a safe point."""
        ...

    def status(self, act_id: str) -> GoalStatus | None:
        """Return where the act stands; None if the actuator has never heard of it; LOST if it cannot be asked now."""
        ...


class Calendar(Protocol):
    """The site's days: its time zone, its holidays, and which date the fleet's first midnight had."""

    def local(self, at_s: float) -> str:
        """Return the local date and time of a fleet time, to the minute."""
        ...

    def at_s(self, day: str, time_s: float) -> float:
        """Return the fleet time at which clocks show a time of day (seconds since midnight; hours may pass 23)."""
        ...

    def kind_of_day(self, at_s: float) -> DayKind:
        """Return what kind of day it is at a fleet time: tariffs ask."""
        ...

    def following(self, editions: Sequence[Edition], after: str) -> Occurrence | None:
        """Return the first occurrence after a local date and time, None if there is none any more.

        A local time that a change of clocks leaves out is as much later; one that comes twice counts the first time.
        """
        ...
