"""The forms of problem and plan files; the JSON Schemas in `docs/reference/schemas` are generated from them.

What a key means stands in `core.plan`, whose names the files use. A figure that may be infinite is null where it is.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from robot_fleet.core.plan_law import LawNeed

Name = Annotated[str, Field(min_length=1)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Spell = Annotated[tuple[Finite, Finite | None], Field(description="From, to; null for no end.")]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StopModel(_Model):
    """One stop of a task."""

    stop: Annotated[Count, Field(description="Number of the stop within its task; rises along the task.")]
    places: Annotated[tuple[Name, ...], Field(min_length=1, description="Alternatives; the plan chooses one.")]
    service_s: Annotated[NotNegative, Field(description="Time spent there, in seconds.")]
    load_kg: Annotated[Finite, Field(description="Change of the load on board; positive at a pick-up.")] = 0.0
    earliest_s: Annotated[NotNegative, Field(description="The stop may not begin before this fleet time.")] = 0.0
    counts: Annotated[bool, Field(description="Whether the task's lateness is measured here.")] = False
    counts_offset_s: Annotated[NotNegative, Field(description="How long after the stop's begin it is measured.")] = 0.0
    latest_s: Annotated[
        NotNegative | None, Field(description="The stop may not begin after this fleet time; null for no limit.")
    ] = None
    load_units: Annotated[int, Field(description="Change of the compartments in use.")] = 0
    service_by: Annotated[
        dict[Name, NotNegative],
        Field(description="Travel class -> time spent there by its robots, where that is not service_s."),
    ] = {}
    interruptible: Annotated[bool, Field(description="Whether a robot may be called from here to an alarm.")] = False


class TaskModel(_Model):
    """A task: its remaining stops in order, all on one robot."""

    task: Name
    stops: Annotated[tuple[StopModel, ...], Field(min_length=1)]
    due_s: Annotated[Finite, Field(description="Fleet time of the due instant.")]
    weight: Annotated[NotNegative, Field(description="Cost of a second of lateness.")]
    drop_penalty: Annotated[NotNegative, Field(description="Cost of leaving the task out.")]
    robots: Annotated[tuple[Name, ...], Field(description="Robots that can do it; empty means none.")]
    pinned: Annotated[str, Field(description="Robot that must do it, or empty.")] = ""
    together: Annotated[bool, Field(description="Nothing else may come between its stops.")] = False
    skills: Annotated[tuple[Name, ...], Field(description="What its robot must have, every one of them.")] = ()
    after: Annotated[
        tuple[Name, ...],
        Field(description="Tasks that end before this one begins; those that the problem lacks have ended."),
    ] = ()
    same_robot_as: Annotated[tuple[Name, ...], Field(description="Tasks that only the same robot may do.")] = ()
    not_with: Annotated[
        tuple[Name, ...], Field(description="Tasks that may not be under way on its robot while it is.")
    ] = ()
    assigned: Annotated[str, Field(description="Robot that has it in the plan in force, or empty.")] = ""


class ChargingModel(_Model):
    """How a robot charges in plans."""

    chargers: Annotated[tuple[Name, ...], Field(min_length=1, description="Places where it may charge.")]
    full_wh: Annotated[NotNegative, Field(description="Energy above the reserve at which it is full.")]
    curve: Annotated[
        tuple[tuple[Positive, Positive], ...],
        Field(min_length=1, description="Energy above the reserve in Wh, and the power in W below it; rising."),
    ]
    overhead_s: Annotated[NotNegative, Field(description="Docking and undocking; part of the stop.")] = 0.0


class FixedModel(_Model):
    """A stop with which a route must begin; a charge has the task "" and the stop -1."""

    task: str
    stop: Annotated[int, Field(ge=-1)]
    place: Name


class RobotModel(_Model):
    """A robot: where and when it is free, and what it can carry and drive."""

    robot: Name
    place: Name
    free_at_s: NotNegative
    travel_class: Annotated[Name, Field(description="Key of `places` and `travel_s`.")]
    capacity_kg: NotNegative
    load_kg: Annotated[NotNegative, Field(description="On board when it becomes free.")] = 0.0
    energy_wh: Annotated[
        Finite | None, Field(description="Energy above the reserve that it may use; null for no limit.")
    ] = None
    driving_w: NotNegative = 0.0
    standing_w: NotNegative = 0.0
    loaded_class: Annotated[str, Field(description="Class of its legs with something on board; empty: the same.")] = ""
    loaded_w: Annotated[NotNegative, Field(description="Power on legs with something on board; 0: driving_w.")] = 0.0
    capacity_units: Annotated[Count, Field(description="Compartments that it has.")] = 0
    load_units: Annotated[Count, Field(description="Compartments in use when it becomes free.")] = 0
    skills: Annotated[tuple[Name, ...], Field(description="What it can do.")] = ()
    available: Annotated[
        tuple[Spell, ...], Field(description="Working times, rising and apart; empty for always.")
    ] = ()
    home: Annotated[str, Field(description="Where it drives after its last stop; empty if it stays.")] = ""
    rests: Annotated[
        tuple[Name, ...], Field(description="Of these it drives to the nearest after its last stop; it has no home.")
    ] = ()
    work_price: Annotated[NotNegative, Field(description="Cost of a second of driving or serving.")] = 0.0
    fixed: Annotated[tuple[FixedModel, ...], Field(description="Stops with which its route must begin.")] = ()
    charging: Annotated[ChargingModel | None, Field(description="null if plans have no charges for it.")] = None


class ResourceModel(_Model):
    """Something that so many robots can use at a time."""

    name: Name
    places: Annotated[tuple[Name, ...], Field(description="Each stop at one of these uses it from begin to end.")]
    capacity: Annotated[int, Field(ge=1)] = 1
    busy: Annotated[tuple[Spell, ...], Field(description="Times of one more user that the plan does not show.")] = ()


class CoverageModel(_Model):
    """Places that some robot should be able to reach within a time."""

    robots: tuple[Name, ...]
    places: tuple[Name, ...]
    within_s: Positive
    until_s: Annotated[Finite, Field(description="Looked at from now_s until before this fleet time.")]
    step_s: Positive = 60.0
    price: Annotated[NotNegative, Field(description="Cost of a second in which a place is out of reach.")] = 0.0


class ProblemModel(_Model):
    """All that a planner needs, at one instant."""

    schema_version: Literal[1]
    now_s: NotNegative
    robots: tuple[RobotModel, ...]
    tasks: tuple[TaskModel, ...]
    places: Annotated[dict[str, tuple[Name, ...]], Field(description="Travel class -> places in the matrix's order.")]
    travel_s: Annotated[
        dict[str, tuple[tuple[NotNegative | None, ...], ...]],
        Field(description="Travel class -> matrix of seconds, from row to column; null where there is no way."),
    ]
    exclusive: Annotated[
        tuple[Name, ...], Field(description="Places that only one task may claim by a stop that is no pick-up.")
    ] = ()
    taken: Annotated[tuple[Name, ...], Field(description="Places that are not free for a new choice.")] = ()
    travel_weight: Annotated[NotNegative, Field(description="Cost of a second of travel.")] = 0.1
    ageing_s: Annotated[
        Positive | None, Field(description="Lateness at which a further second weighs twice; null for never.")
    ] = None
    change_cost: Annotated[NotNegative, Field(description="Cost of another robot than the assigned one.")] = 0.0
    resources: tuple[ResourceModel, ...] = ()
    tariff: Annotated[
        tuple[tuple[Finite, NotNegative], ...],
        Field(description="From when, and what one Wh costs in seconds then; rising times, free before the first."),
    ] = ()
    coverage: CoverageModel | None = None
    starts: Annotated[
        dict[Name, dict[str, tuple[NotNegative | None, ...]]],
        Field(
            description="Points where robots become free that are no places: class -> seconds to each of its places."
        ),
    ] = {}
    law: Annotated[
        LawNeed | None, Field(description="What the law asks; only the checker reads it. null for none.")
    ] = None


class PlannedStopModel(_Model):
    """A stop in a route, with its times; a charge has the task "" and the stop -1."""

    task: str
    stop: Annotated[int, Field(ge=-1)]
    place: Name
    arrive_s: Finite
    begin_s: Finite
    end_s: Finite


class LeftOutModel(_Model):
    """A task in no route, and why."""

    task: Name
    reason: Annotated[str, Field(description="A reason code; docs/reference/errors.md lists them.")]
    about: Annotated[
        tuple[Name, ...], Field(description="What the reason is about: ids of doors, gates and lifts.")
    ] = ()


class PlanModel(_Model):
    """Routes by robot, and the tasks left out."""

    schema_version: Literal[1]
    routes: dict[str, tuple[PlannedStopModel, ...]]
    left_out: tuple[LeftOutModel, ...] = ()
    cost: Annotated[Finite, Field(description="What the routes and the tasks left out cost, in seconds.")]
    by: Annotated[str, Field(description="insertion, search or cpsat.")] = "insertion"
