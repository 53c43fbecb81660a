"""`lanes.geojson` as pydantic models: the graph file that nav2_route (Jazzy) reads, with our metadata.

Vertices are Point features, directed lanes MultiLineString features between them by number; see nav2_route's
GeoJsonGraphFileLoader for the members that it needs (`id`, `frame`, `startid`, `endid`, `cost`, `metadata`).
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_fleet.core.site import GROUND_LEVEL
from robot_fleet.site.models.base import NotNegative, ObjectId, Positive, SiteModel, Word

Coordinates = Annotated[list[float], Field(min_length=2, max_length=3)]
Number = Annotated[int, Field(ge=0)]


class PointGeometry(SiteModel):
    """Where a vertex is, in the map frame."""

    type: Literal["Point"]
    coordinates: Coordinates


class VertexMetadata(SiteModel):
    """What a vertex carries: its id (a place's id where a place stands on it), yaw of robots that hold one, level."""

    name: ObjectId
    yaw_rad: float = 0.0
    level: Word = GROUND_LEVEL


class VertexProperties(SiteModel):
    """Properties of a vertex as nav2_route names them."""

    id: Number
    frame: Literal["map"] = "map"
    metadata: VertexMetadata


class VertexFeature(SiteModel):
    """A vertex."""

    type: Literal["Feature"]
    properties: VertexProperties
    geometry: PointGeometry


class LineGeometry(SiteModel):
    """A lane's centre line: one straight piece from its start to its end."""

    type: Literal["MultiLineString"]
    coordinates: Annotated[
        list[Annotated[list[Coordinates], Field(min_length=2, max_length=2)]], Field(min_length=1, max_length=1)
    ]


class LaneMetadata(SiteModel):
    """What a lane carries beyond nav2_route's own members; see `robot_fleet.core.site.Lane`."""

    corridor_m: Positive
    speed_mps: NotNegative = 0.0
    kinds: list[Word] = []
    resource: str = ""
    no_stopping: bool = False


class LaneProperties(SiteModel):
    """Properties of a lane as nav2_route names them."""

    id: Number
    startid: Number
    endid: Number
    cost: NotNegative = 0.0
    metadata: LaneMetadata


class LaneFeature(SiteModel):
    """A directed lane."""

    type: Literal["Feature"]
    properties: LaneProperties
    geometry: LineGeometry


class LanesFile(SiteModel):
    """`lanes.geojson`."""

    type: Literal["FeatureCollection"]
    name: str = ""
    features: list[VertexFeature | LaneFeature]
