"""The events on which a fault may begin instead of at a time."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_fleet.runtime.scenarios.model import Id, Part, Pct, Seconds


class Moment(Part):
    """Common to all events.

    Parameters
    ----------
    after_s : the fault begins so many seconds later.
    """

    after_s: Seconds = 0.0


class PicksUp(Moment):
    """A robot has taken something on board."""

    event: Literal["picks_up"]
    robot: Id = ""
    item: Id = ""


class PutsDown(Moment):
    """A robot has given something away."""

    event: Literal["puts_down"]
    robot: Id = ""
    item: Id = ""


class Docks(Moment):
    """A robot has docked at a charger."""

    event: Literal["docks"]
    robot: Id = ""
    charger: Id = ""


class ActBegins(Moment):
    """A robot begins an act (`take`, `give`, `visit`, `call`, …)."""

    event: Literal["act_begins"]
    robot: Id = ""
    act: Id = ""
    place: Id = ""


class EntersZone(Moment):
    """A robot's centre comes into a zone of the site."""

    event: Literal["enters_zone"]
    zone: Id
    robot: Id = ""


class Drives(Moment):
    """A robot begins to move, having stood."""

    event: Literal["drives"]
    robot: Id = ""


class AlarmArrives(Moment):
    """The fleet has taken in a call for help."""

    event: Literal["alarm_arrives"]
    request: Id = ""


class RequestAssigned(Moment):
    """A request has been given to a robot."""

    event: Literal["request_assigned"]
    request: Id = ""


class RequestDone(Moment):
    """A request has been carried out; `count` waits for so many of them."""

    event: Literal["request_done"]
    request: Id = ""
    count: Annotated[int, Field(ge=1)] = 1


class ChargeBelow(Moment):
    """A robot's battery has fallen below a state of charge."""

    event: Literal["charge_below"]
    pct: Pct
    robot: Id = ""


class FaultBegins(Moment):
    """Another fault of the scenario has begun."""

    event: Literal["fault_begins"]
    fault: Id


class FaultEnds(Moment):
    """Another fault of the scenario has ended."""

    event: Literal["fault_ends"]
    fault: Id


When = Annotated[
    PicksUp
    | PutsDown
    | Docks
    | ActBegins
    | EntersZone
    | Drives
    | AlarmArrives
    | RequestAssigned
    | RequestDone
    | ChargeBelow
    | FaultBegins
    | FaultEnds,
    Field(discriminator="event"),
]
