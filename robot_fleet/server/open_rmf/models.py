"""Open-RMF's requests and answers about tasks, as far as we speak them.

The schemas are those of `rmf_api_msgs` and of `rmf_fleet_adapter`. Of requests, what we do not read is let through, as
Open-RMF does. Times are Unix milliseconds.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from robot_fleet.server.doors.visit import By

Millis = Annotated[int, Field(ge=-(2**53), le=2**53)]
Name = Annotated[str, Field(max_length=200)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="allow")


class Waypoint(_Asked):
    """A place with the way that the robot is to face there, which is the place's own with us."""

    waypoint: Name | Annotated[int, Field(ge=0)]


Place = Name | Annotated[int, Field(ge=0)] | Waypoint


class Payload(_Asked):
    """What is carried."""

    sku: Name
    quantity: Annotated[int, Field(ge=0)]


class Transfer(_Asked):
    """Where something is picked up or dropped off."""

    place: Place
    payload: Payload | list[Payload]


class PatrolDescription(_Asked):
    """A patrol: places, and how often."""

    places: Annotated[list[Place], Field(max_length=1_000)]
    rounds: Annotated[int, Field(ge=1)] = 1


class DeliveryDescription(_Asked):
    """A delivery: from where to where."""

    pickup: Transfer
    dropoff: Transfer


class Priority(_Asked):
    """Open-RMF's binary priority."""

    type: Name
    value: int


class TaskRequest(_Asked):
    """A request for a task. Labels are not kept."""

    category: Name = Field(description="`patrol` or `delivery`", examples=["patrol"])
    description: Any = Field(examples=[{"places": ["checkpoint/courtyard", "checkpoint/bays"], "rounds": 1}])
    unix_millis_earliest_start_time: Millis | None = None
    unix_millis_request_time: Millis | None = None
    priority: Priority | None = None
    labels: list[str] | None = None
    requester: By = Field(default="open_rmf", max_length=64, validate_default=True, description="An opaque id.")
    fleet_name: Name | None = None


class DispatchRequest(_Asked):
    """A request to whichever fleet can do it."""

    type: Literal["dispatch_task_request"]
    request: TaskRequest


class RobotRequest(_Asked):
    """A request to one robot."""

    type: Literal["robot_task_request"]
    robot: Name
    fleet: Name
    request: TaskRequest


class CancelRequest(_Asked):
    """A request to take a task back. Labels are not kept."""

    type: Literal["cancel_task_request"]
    task_id: Name
    labels: list[str] | None = None


class RmfError(BaseModel):
    """Why something is refused."""

    code: int
    category: str
    detail: str
    reason: str = Field(description="The same as one of this API's own codes.")


class Refused(BaseModel):
    """A refusal."""

    success: Literal[False] = False
    errors: list[RmfError]


class Cancelled(BaseModel):
    """A task was taken back."""

    success: Literal[True] = True


Status = Literal[
    "uninitialized",
    "blocked",
    "error",
    "failed",
    "queued",
    "standby",
    "underway",
    "delayed",
    "skipped",
    "canceled",
    "killed",
    "completed",
]


class Booking(BaseModel):
    """How a task was booked."""

    id: str
    unix_millis_earliest_start_time: int | None = None
    unix_millis_request_time: int | None = None
    priority: dict[str, Any] | None = None
    requester: str | None = None


class AssignedTo(BaseModel):
    """Whose task it is."""

    group: str
    name: str


class Dispatch(BaseModel):
    """How the task finds its robot."""

    status: Literal["queued", "selected", "dispatched", "failed_to_assign", "canceled_in_flight"]
    assignment: dict[str, str] | None = None
    errors: list[RmfError] = []


class Phase(BaseModel):
    """A stop of the task."""

    id: int
    category: str
    detail: dict[str, Any]


class Labelled(BaseModel):
    """A wish that was given."""

    unix_millis_request_time: int
    labels: list[str]


class RmfTaskState(BaseModel):
    """The state of a task; what is not known is left out."""

    booking: Booking
    category: str | None = None
    detail: dict[str, Any] | None = None
    unix_millis_start_time: int | None = None
    unix_millis_finish_time: int | None = None
    estimate_millis: int | None = Field(default=None, ge=0)
    assigned_to: AssignedTo | None = None
    status: Status | None = None
    dispatch: Dispatch | None = None
    phases: dict[str, Phase] | None = None
    completed: list[int] | None = None
    active: int | None = None
    pending: list[int] | None = None
    cancellation: Labelled | None = None


class Dispatched(BaseModel):
    """A task was taken on."""

    success: Literal[True] = True
    state: RmfTaskState
