"""`kinds.yaml` and `robots.yaml` as pydantic models."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from robot_fleet.core.geometry import Alignment
from robot_fleet.core.site import CONTROL_TOPICS, Backend, RobotKind, RobotSpec, Upkeep
from robot_fleet.site.models.base import (
    FootprintList,
    NotNegative,
    ObjectId,
    Percent,
    PoseList,
    Positive,
    RobotId,
    SiteModel,
    TextModel,
    Word,
    footprint,
)

TopicName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*$", max_length=100)]


class ControlTopicsModel(SiteModel):
    """Topics (std_msgs/Bool, in the robot's namespace) that say that others than the fleet move a robot."""

    emergency_stop: TopicName = "emergency_stop"
    manual: TopicName = "manual"
    protective_stop: TopicName = "protective_stop"


class UpkeepModel(SiteModel):
    """When maintenance is due; see `robot_fleet.core.site.Upkeep`."""

    km: NotNegative = 0.0
    hours: NotNegative = 0.0
    faults: Annotated[int, Field(ge=0)] = 0


class RobotKindModel(SiteModel):
    """A kind of robot; see `robot_fleet.core.site.RobotKind`."""

    id: Word
    name: TextModel
    footprint: FootprintList
    loaded_footprint: FootprintList
    mass_kg: Positive
    payload_kg: NotNegative
    speed_mps: Annotated[float, Field(gt=0.0, le=10.0)]
    loaded_speed_mps: Annotated[float, Field(gt=0.0, le=10.0)]
    acceleration_mps2: Positive
    turn_radps: Positive
    omnidirectional: bool
    battery_wh: Positive
    standing_w: NotNegative
    driving_w: Positive
    loaded_w: Positive
    charge_w: Positive
    dock_s: NotNegative
    undock_s: NotNegative
    reserve_pct: Percent
    charge_below_pct: Percent
    charge_to_pct: Percent
    control_topics: ControlTopicsModel = ControlTopicsModel()
    upkeep: UpkeepModel = UpkeepModel()
    height_m: Positive = 1.0
    lidar_m: Positive = 0.2

    @model_validator(mode="after")
    def _thresholds_rise(self) -> RobotKindModel:
        if not self.reserve_pct <= self.charge_below_pct < self.charge_to_pct:
            raise ValueError("expected reserve_pct <= charge_below_pct < charge_to_pct")
        return self

    def value(self) -> RobotKind:
        """Return the core's value."""
        plain = self.model_dump(exclude={"name", "footprint", "loaded_footprint", "control_topics", "upkeep"})
        topics = self.control_topics.model_dump()
        return RobotKind(
            name=self.name.value(),
            footprint=footprint(self.footprint),
            loaded_footprint=footprint(self.loaded_footprint),
            upkeep=Upkeep(**self.upkeep.model_dump()),
            control_topics=tuple((word, topics[word]) for word, _ in CONTROL_TOPICS),
            **plain,
        )


class KindsFile(SiteModel):
    """`kinds.yaml`: the kinds of robots."""

    schema_version: Literal[1]
    kinds: Annotated[list[RobotKindModel], Field(min_length=1)]


class RobotModel(SiteModel):
    """A robot; see `robot_fleet.core.site.RobotSpec`."""

    id: RobotId
    kind: Word
    name: TextModel
    start: ObjectId
    start_soc_pct: Percent
    alignment: PoseList = [0.0, 0.0, 0.0]
    backend: Backend = Backend.EMBEDDED

    def value(self) -> RobotSpec:
        """Return the core's value."""
        aligned = Alignment(*self.alignment)
        return RobotSpec(self.id, self.kind, self.name.value(), self.start, self.start_soc_pct, aligned, self.backend)


class RobotsFile(SiteModel):
    """`robots.yaml`: the robots of the fleet."""

    schema_version: Literal[1]
    robots: Annotated[list[RobotModel], Field(min_length=1)]
