"""`buildings.yaml` and `events.yaml` as pydantic models: the city around the fleet, and what it may tell."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from robot_fleet.core.city import LOCAL, Building, EventRule, EventSource, EventTask, EventType
from robot_fleet.core.health import Urgency
from robot_fleet.site.models.base import Positive, SiteModel, TextModel, Word

_NAME = r"[A-Za-z0-9][A-Za-z0-9_./-]*"
Area = Annotated[
    str,
    Field(
        pattern=rf"^(building|zone|place|route):(\*|{_NAME})$",
        max_length=100,
        description="building:ID, zone:ID, place:ID or route:ID; * for every one of a sort",
    ),
]
Held = Annotated[
    str,
    Field(
        pattern=rf"^(\$building|\$zone|(building|zone):{_NAME})$",
        max_length=100,
        description="building:ID, zone:ID, or $building or $zone of the event itself",
    ),
]
Shut = Annotated[
    str,
    Field(pattern=rf"^(\$zone|zone:{_NAME})$", max_length=100, description="zone:ID, or $zone of the event itself"),
]


class BuildingModel(SiteModel):
    """A building; see `robot_fleet.core.city.Building`."""

    id: Word
    name: TextModel
    outline: Annotated[
        list[Annotated[list[float], Field(min_length=2, max_length=2)]],
        Field(min_length=3, description="corners [x_m, y_m] of a polygon in the map frame"),
    ]

    def value(self) -> Building:
        """Return the core's value."""
        return Building(self.id, self.name.value(), tuple((x_m, y_m) for x_m, y_m in self.outline))


class BuildingsFile(SiteModel):
    """`buildings.yaml`: where the site's buildings stand."""

    schema_version: Literal[1]
    buildings: list[BuildingModel] = []


class SourceModel(SiteModel):
    """Who may tell of events. The secret stands in a variable of the environment or in a file, never here."""

    id: Word
    secret_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$")] | None = None
    secret_file: Annotated[str, Field(min_length=1, description="relative to this file's folder")] | None = None
    types: list[Word] = []

    @model_validator(mode="after")
    def _one_secret(self) -> Self:
        if (self.secret_env is None) == (self.secret_file is None):
            raise ValueError("expected either secret_env or secret_file")
        if self.id == LOCAL.id:
            raise ValueError(f"expected another id than {LOCAL.id!r}, in whose name exercises are sent")
        return self

    def value(self) -> EventSource:
        """Return the core's value."""
        return EventSource(self.id, tuple(self.types))


class EventTypeModel(SiteModel):
    """A type of event; see `robot_fleet.core.city.EventType`."""

    id: Word
    name: TextModel
    urgency: Literal["critical", "high", "medium", "low"]
    respond_s: Positive
    lasts_s: Annotated[float, Field(ge=1.0, le=7 * 86_400.0)]
    cause: TextModel
    consequence: TextModel
    action: TextModel

    def value(self) -> EventType:
        """Return the core's value."""
        return EventType(
            self.id,
            self.name.value(),
            Urgency(self.urgency),
            self.respond_s,
            self.lasts_s,
            self.cause.value(),
            self.consequence.value(),
            self.action.value(),
        )


class EventTaskModel(SiteModel):
    """A task that an event leads to."""

    service: Word
    params: dict[Word, str | float | int] = {}

    def value(self) -> EventTask:
        """Return the core's value."""
        return EventTask(self.service, dict(self.params))


class EventRuleModel(SiteModel):
    """What follows from an event; see `robot_fleet.core.city.EventRule`."""

    id: Word
    type: Word
    at: Annotated[list[Area], Field(min_length=1)]
    tasks: list[EventTaskModel] = []
    hold: list[Held] = []
    close: list[Shut] = []
    keep_free: list[Shut] = []
    open_for: list[Word] = []
    tell: TextModel | None = None

    def value(self) -> EventRule:
        """Return the core's value."""
        return EventRule(
            id=self.id,
            type=self.type,
            at=tuple(self.at),
            tasks=tuple(task.value() for task in self.tasks),
            hold=tuple(self.hold),
            close=tuple(self.close),
            keep_free=tuple(self.keep_free),
            open_for=tuple(self.open_for),
            tell=None if self.tell is None else self.tell.value(),
        )


class EventsFile(SiteModel):
    """`events.yaml`: who may tell of what, and what follows."""

    schema_version: Literal[1]
    sources: Annotated[list[SourceModel], Field(max_length=20)] = []
    types: Annotated[list[EventTypeModel], Field(max_length=50)] = []
    rules: Annotated[list[EventRuleModel], Field(max_length=200)] = []
    drill: Annotated[TextModel, Field(description="how everything that people read of an exercise begins")] | None = (
        None
    )

    @model_validator(mode="after")
    def _ids_once(self) -> Self:
        for ids in ([each.id for each in self.sources], [each.id for each in self.types], [r.id for r in self.rules]):
            if len(set(ids)) != len(ids):
                raise ValueError("expected each id once")
        return self
