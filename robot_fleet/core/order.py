"""What a robot is told, and what it tells: orders, steps and reports."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from robot_fleet.core.geometry import Pose


class StepKind(StrEnum):
    """What a step asks of the robot."""

    DRIVE = "drive"
    DOCK = "dock"
    UNDOCK = "undock"
    ACT = "act"
    WAIT = "wait"


NO_STOPPING, LANE, END = "no_stopping", "lane", "end"
"""A parameter of drives, and the words in its list."""
RIDE = "ride"
"""A parameter of drives that a lift does for the robot: the lift's id. The robot stands in the cabin, at a level that
its map is to be changed for."""


@dataclass(frozen=True, slots=True)
class Step:
    """One numbered piece of an order; ids are unique over the fleet's life.

    Parameters
    ----------
    id : for instance `care_1#14.3`.
    kind : see StepKind.
    lane : for `drive`: the lane driven, from its start to `target`.
    target : for `drive`: pose at the lane's end. For `dock`: the charger's pose. For the others: where it stands.
    keep_yaw : for `drive`: an omnidirectional robot holds `target.yaw_rad` all the way; the others face the lane and
        turn to `target.yaw_rad` only at the end of a route (`last` true).
    last : for `drive`: the last of a route; the robot takes on the target's yaw.
    corridor_m : for `drive`: allowed distance from the straight line to the target.
    speed_mps : for `drive`: limit, 0 for none.
    place : for `dock`, `act`, `wait`: the place.
    act, act_id, params : for `act`: the verb, its id (idempotency key of the physical act) and its parameters. For
        `drive` in an order that holds the robot: `no_stopping` lists where it is not to come to rest, on the `lane` or
        at its `end`; `ride` names the lift that carries the robot to `target`, which is on another map.
    duration_s : for `wait`: how long; for `act`: what the plan expects.
    interruptible : for `act`: a cancel may break it off.
    """

    id: str
    kind: StepKind
    target: Pose
    lane: str = ""
    keep_yaw: bool = False
    last: bool = False
    corridor_m: float = 0.0
    speed_mps: float = 0.0
    place: str = ""
    act: str = ""
    act_id: str = ""
    params: Mapping[str, object] = field(default_factory=dict)
    duration_s: float = 0.0
    interruptible: bool = False
    repeatable: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """What one robot is to do: numbered steps, of which the first `released` may be carried out.

    A later `update` of the same order may replace unreleased steps and raise `released`, never lower it. An order with
    another id replaces one that is finished or cancelled. The same (order, update) twice is the same wish.

    Parameters
    ----------
    hold : stop smoothly and stay, until an update without it: at once, but where drives say `no_stopping` only after
        the first released drive that ends where the robot may stand.
    cancel : stop after at most what is under way, give up the rest, and say so (`RobotReport.cancelled`).
    consents : emergency stops after which a person has let the robot move again. It stands while its agent knows of
        more (`RobotReport.stops`).
    """

    robot: str
    id: str
    update: int
    steps: tuple[Step, ...]
    released: int
    hold: bool = False
    cancel: bool = False
    consents: int = 0


class StepState(StrEnum):
    """How a step ended. `unknown`: an act was interrupted and the actuator cannot say."""

    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class StepResult:
    """The end of one step, as journalled by the agent before it is reported."""

    step: str
    state: StepState
    code: str = ""
    detail: Mapping[str, object] = field(default_factory=dict)
    at_s: float = 0.0


@dataclass(frozen=True, slots=True)
class RobotReport:
    """All that the manager needs of a robot, sent at least once a second of wall time and on change.

    Parameters
    ----------
    boot : changes when the agent starts anew; `seq` rises within one boot.
    order, update, released : the order that the agent has accepted, and how far; empty and 0 if none.
    results : ends of steps of that order so far, in order (cumulative; also of the order before, until replaced).
    state : idle, driving, docking, undocking, acting, waiting, holding or fault.
    cancelled : id of the order that the agent has given up at the manager's wish, or empty.
    odometer_m, loaded_m, energy_wh : totals since the robot was commissioned; energy is discharge only.
    docked_at : charger the robot stands docked at, or empty.
    load : ids of the items on board.
    conditions : codes of what is wrong, for instance `off_corridor`, `nav_unavailable`, `act_unknown`.
    at_s : fleet time of the report.
    control : who moves the robot: `automatic`, `manual`, `protective_stop` or `emergency_stop`.
    stops : emergency stops that the agent has ever seen; see `Order.consents`.
    """

    robot: str
    boot: str
    seq: int
    at_s: float
    order: str
    update: int
    released: int
    results: tuple[StepResult, ...]
    state: str
    pose: Pose
    speed_mps: float
    soc_pct: float
    charging: bool
    docked_at: str
    odometer_m: float
    loaded_m: float
    energy_wh: float
    load: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    cancelled: str = ""
    control: str = "automatic"
    stops: int = 0
