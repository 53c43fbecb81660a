"""Facts about plans, the orders that follow from them, and how robots fared with these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from robot_fleet.core.facts.fact import Fact
from robot_fleet.core.order import Step, StepResult
from robot_fleet.core.plan import LeftOut, PlannedStop


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
