"""The YAML files of a site as pydantic models: `site.yaml`, `places.yaml`, `zones.yaml`, `items.yaml`.

Robots and services have modules of their own.

Keys are the field names of `robot_fleet.core.site`. Unknown keys are errors; types are strict (a number is not text).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from robot_fleet.core.geometry import Footprint, Pose
from robot_fleet.core.site import ItemSpec, Place, Zone
from robot_fleet.core.text import Text

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


class TextModel(SiteModel):
    """A name or sentence in Korean and English."""

    ko: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]

    def value(self) -> Text:
        """Return the core's value."""
        return Text(self.ko, self.en)


class SiteFile(SiteModel):
    """`site.yaml`: what the folder is and where its parts are. Paths are relative to the folder."""

    schema_version: Literal[1]
    id: ObjectId
    name: TextModel
    map: str = "map.yaml"
    lanes: str = "lanes.geojson"
    world: str = ""
    synthetic_people: bool = False


class PlaceModel(SiteModel):
    """A place of `places.yaml`; see `robot_fleet.core.site.Place`."""

    id: ObjectId
    kind: PlaceKind
    pose: PoseList
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
            pose=pose(self.pose),
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


def pose(values: list[float]) -> Pose:
    """Return a pose of the site's only map from `[x_m, y_m, yaw_rad]`."""
    return Pose(values[0], values[1], values[2])


def footprint(values: list[float]) -> Footprint:
    """Return a footprint from `[length_m, width_m]`."""
    return Footprint(values[0], values[1])
