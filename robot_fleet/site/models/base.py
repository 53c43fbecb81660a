"""The YAML files of a site as pydantic models: `site.yaml`, `places.yaml`, `zones.yaml`, `items.yaml`.

Robots and services have modules of their own.

Keys are the field names of `robot_fleet.core.site`. Unknown keys are errors; types are strict (a number is not text).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    RootModel,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import GROUND_LEVEL, ItemSpec, Place, Zone
from robot_fleet.core.text import LANGUAGES, Text

# Ids end up in ROS names, URLs and file names; a colon would collide with `param:<name>` and its like.
ObjectId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./-]*$", max_length=80)]
# A robot's id is its ROS namespace.
RobotId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
Word = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
PoseList = Annotated[list[float], Field(min_length=3, max_length=3, description="[x_m, y_m, yaw_rad] in the map frame")]
FootprintList = Annotated[
    list[Annotated[float, Field(gt=0.0, le=20.0)]],
    Field(min_length=2, max_length=2, description="[length_m, width_m], the length along the heading"),
]
NotNegative = Annotated[float, Field(ge=0.0)]
Positive = Annotated[float, Field(gt=0.0)]
Percent = Annotated[float, Field(ge=0.0, le=100.0)]
PlaceKind = Literal[
    "room",
    "dock",
    "charger",
    "slot",
    "bay_in",
    "bay_out",
    "locker",
    "kitchen",
    "shelf",
    "gate",
    "waiting",
    "checkpoint",
]


class SiteModel(BaseModel):
    """Base of all models of a site's files."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


LanguageCode = Annotated[
    str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47 code of a language", examples=["ko"])
]


class TextModel(RootModel[dict[LanguageCode, Annotated[str, Field(min_length=1)]]]):
    """A name or sentence in each language of the site, by the language's code."""

    model_config = ConfigDict(strict=True, frozen=True)
    root: Annotated[dict[LanguageCode, Annotated[str, Field(min_length=1)]], Field(min_length=1)]

    @model_validator(mode="after")
    def _in_each_language(self, info: ValidationInfo) -> Self:
        """Insist on the languages of the site, where the file is a site's."""
        spoken = (info.context or {}).get("languages", ())
        wrong = [("missing", language) for language in spoken if language not in self.root]
        wrong += [("extra_forbidden", language) for language in self.root if spoken and language not in spoken]
        if wrong:
            details = [InitErrorDetails(type=sort, loc=(language,), input=self.root) for sort, language in wrong]
            raise ValidationError.from_exception_data("text", details)
        return self

    def value(self) -> Text:
        """Return the core's value."""
        return Text.of(self.root)


class LevelModel(SiteModel):
    """A level above or below the ground; see `robot_fleet.core.site.Level`. `map` is its Nav2 map file."""

    id: Word
    name: TextModel
    map: str
    elevation_m: float


class SiteFile(SiteModel):
    """`site.yaml`: what the folder is and where its parts are. Paths are relative to the folder."""

    schema_version: Literal[1]
    id: ObjectId
    name: TextModel
    map: str = "map.yaml"
    lanes: str = "lanes.geojson"
    world: str = ""
    synthetic_people: bool = False
    ground: TextModel | None = None
    levels: list[LevelModel] = []
    emergency_number: Annotated[str, Field(pattern=r"^[0-9+*# -]{2,20}$", description="dialled for an ambulance")] = (
        "119"
    )
    languages: Annotated[
        list[LanguageCode],
        Field(min_length=1, description="what every text of the site is written in, the first first"),
    ] = [*LANGUAGES]

    @field_validator("languages")
    @classmethod
    def _each_once(cls, languages: list[str]) -> list[str]:
        if len(set(languages)) != len(languages):
            raise ValueError(f"expected each language once, got {', '.join(languages)}")
        return languages


class PlaceModel(SiteModel):
    """A place of `places.yaml`; see `robot_fleet.core.site.Place`."""

    id: ObjectId
    kind: PlaceKind
    pose: PoseList
    level: Word = GROUND_LEVEL
    name: TextModel
    groups: list[Word] = []
    door: Literal["", "open", "resident", "remote_unlock", "staff"] = ""
    kinds: list[Word] = []
    length_m: NotNegative = 0.0
    width_m: NotNegative = 0.0
    max_kg: NotNegative = 0.0
    holds_items: Annotated[int, Field(ge=0)] = 0

    def value(self) -> Place:
        """Return the core's value."""
        return Place(
            id=self.id,
            kind=self.kind,
            pose=pose(self.pose, self.level),
            name=self.name.value(),
            groups=tuple(self.groups),
            door=self.door,
            kinds=tuple(self.kinds),
            length_m=self.length_m,
            width_m=self.width_m,
            max_kg=self.max_kg,
            holds_items=self.holds_items,
        )


class PlacesFile(SiteModel):
    """`places.yaml`: places, and routes as lists of their ids."""

    schema_version: Literal[1]
    places: Annotated[list[PlaceModel], Field(min_length=1)]
    routes: dict[ObjectId, Annotated[list[ObjectId], Field(min_length=1)]] = {}


TimeOfDay = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]


def _seconds(clock: str) -> float:
    """Return the seconds from midnight to a time of day."""
    hours, minutes = clock.split(":")
    return int(hours) * 3600.0 + int(minutes) * 60.0


class ZoneModel(SiteModel):
    """A zone of `zones.yaml`; see `robot_fleet.core.site.Zone`."""

    id: Word
    name: TextModel
    outline: Annotated[
        list[Annotated[list[float], Field(min_length=2, max_length=2)]],
        Field(min_length=3, description="corners [x_m, y_m] of a polygon in the map frame"),
    ]
    kinds: list[Word] = []
    closed: bool = False
    speed_mps: NotNegative = 0.0
    no_stopping: bool = False
    outdoor: bool = False
    law: Annotated[
        str, Field(pattern=r"^([a-z][a-z0-9_]*)?$", description="the regime law/<id>.yaml that holds here")
    ] = ""
    ground: Literal["pavement", "crossing", "carriageway", "estate"] = "pavement"
    pavement_m: NotNegative = 0.0
    level: Word = GROUND_LEVEL
    quiet: Annotated[
        list[Annotated[list[TimeOfDay], Field(min_length=2, max_length=2)]],
        Field(description="hours of every day in which nobody is disturbed: [from, to] as HH:MM"),
    ] = []

    def value(self) -> Zone:
        """Return the core's value."""
        return Zone(
            id=self.id,
            name=self.name.value(),
            outline=tuple((x_m, y_m) for x_m, y_m in self.outline),
            kinds=tuple(self.kinds),
            closed=self.closed,
            speed_mps=self.speed_mps,
            no_stopping=self.no_stopping,
            outdoor=self.outdoor,
            law=self.law,
            ground=self.ground,
            pavement_m=self.pavement_m,
            level=self.level,
            quiet=tuple((_seconds(begin), _seconds(end)) for begin, end in self.quiet),
        )


class ZonesFile(SiteModel):
    """`zones.yaml`: parts of the ground that can be closed, or where robots go slowly."""

    schema_version: Literal[1]
    zones: list[ZoneModel] = []


class ItemModel(SiteModel):
    """An item of `items.yaml`; see `robot_fleet.core.site.ItemSpec`."""

    id: ObjectId
    kind: Word
    at: ObjectId
    mass_kg: NotNegative
    length_m: NotNegative = 0.0
    width_m: NotNegative = 0.0

    def value(self) -> ItemSpec:
        """Return the core's value."""
        return ItemSpec(**self.model_dump())


class ItemsFile(SiteModel):
    """`items.yaml`: the objects that exist when the day begins."""

    schema_version: Literal[1]
    items: list[ItemModel] = []


def pose(values: list[float], level: str = GROUND_LEVEL) -> Pose:
    """Return a pose on the map of a level from `[x_m, y_m, yaw_rad]`."""
    return Pose(values[0], values[1], values[2], level)


def footprint(values: list[float]) -> Footprint:
    """Return a footprint from `[length_m, width_m]`."""
    return Footprint(values[0], values[1])
