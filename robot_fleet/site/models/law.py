"""`law/<id>.yaml`, one regime each, and `papers.yaml`: certificates, insurances and permits."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from robot_fleet.core.law import MassLimit, Paper, PaperKind, Regime
from robot_fleet.site.models.base import NotNegative, ObjectId, Positive, RobotId, SiteModel, TextModel, Word
from robot_fleet.site.models.calendar import DateText

KMH_PER_MPS = 3.6
ClockText = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", examples=["07:00", "24:00"])]
LAW_FOLDER, PAPERS_FILE = "law", "papers.yaml"


class MassLimitModel(SiteModel):
    """How fast robots of at most so many kilograms, load included, may go; laws speak of km/h."""

    up_to_kg: Positive
    speed_kmh: Annotated[float, Field(gt=0.0, le=36.0)]


class PavementModel(SiteModel):
    """How wide a robot may be where the pavement is wide."""

    from_m: Positive
    width_m: Positive


class RegimeFile(SiteModel):
    """`law/<id>.yaml`; see `robot_fleet.core.law.Regime`."""

    schema_version: Literal[1]
    id: Word
    name: TextModel
    source: str = ""
    speeds: Annotated[list[MassLimitModel], Field(description="rising in mass; who is heavier may not enter")] = []
    width_m: NotNegative = 0.0
    wide_pavement: PavementModel | None = None
    papers: Annotated[
        list[Literal["certificate", "insurance", "permit"]], Field(description="what every robot needs")
    ] = []
    valid_ahead_s: Annotated[
        float, Field(ge=0.0, le=86_400.0, description="papers have to be valid for so long yet when a robot enters")
    ] = 0.0
    warn_days: NotNegative = 30.0
    carriageway: Annotated[bool, Field(description="whether robots may drive on a street, and not only cross it")] = (
        False
    )

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if any(before.up_to_kg >= after.up_to_kg for before, after in pairwise(self.speeds)):
            raise ValueError("expected speeds in the order of rising up_to_kg")
        if any(before.speed_kmh < after.speed_kmh for before, after in pairwise(self.speeds)):
            raise ValueError("expected that heavier robots are allowed no higher speed_kmh than lighter ones")
        if self.wide_pavement is not None and not 0.0 < self.width_m <= self.wide_pavement.width_m:
            raise ValueError("expected a width_m that is not above wide_pavement.width_m")
        return self

    def value(self) -> Regime:
        """Return the core's value."""
        wide = self.wide_pavement
        return Regime(
            id=self.id,
            name=self.name.value(),
            source=self.source,
            limits=tuple(MassLimit(each.up_to_kg, each.speed_kmh / KMH_PER_MPS) for each in self.speeds),
            width_m=self.width_m,
            wide_m=0.0 if wide is None else wide.width_m,
            wide_from_pavement_m=0.0 if wide is None else wide.from_m,
            papers=tuple(PaperKind(each) for each in self.papers),
            valid_ahead_s=self.valid_ahead_s,
            warn_days=self.warn_days,
            carriageway=self.carriageway,
        )


class HoursModel(SiteModel):
    """From when to when on a day."""

    begins: ClockText
    ends: ClockText

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.begins >= self.ends:
            raise ValueError("expected an end after the beginning; write hours over midnight as two")
        return self


class PaperModel(SiteModel):
    """A paper; see `robot_fleet.core.law.Paper`."""

    id: ObjectId
    kind: Literal["certificate", "insurance", "permit"]
    issuer: Annotated[str, Field(min_length=1)]
    number: str = ""
    valid_from: DateText
    valid_to: Annotated[DateText, Field(description="its last day")]
    robots: list[RobotId] = []
    kinds: list[Word] = []
    zones: list[Word] = []
    hours: list[HoursModel] = []
    supervised: bool = False

    @model_validator(mode="after")
    def _means_something(self) -> Self:
        if not self.robots and not self.kinds:
            raise ValueError("expected robots or kinds: whom it is for")
        if self.valid_from > self.valid_to:
            raise ValueError("expected a valid_to that is not before valid_from")
        if self.kind != "permit" and (self.zones or self.hours or self.supervised):
            raise ValueError("expected zones, hours and supervised with a permit only")
        return self

    def value(self) -> Paper:
        """Return the core's value."""
        return Paper(
            id=self.id,
            kind=PaperKind(self.kind),
            issuer=self.issuer,
            number=self.number,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            robots=tuple(self.robots),
            kinds=tuple(self.kinds),
            zones=tuple(self.zones),
            hours=tuple((each.begins, each.ends) for each in self.hours),
            supervised=self.supervised,
        )


class PapersFile(SiteModel):
    """`papers.yaml`: the papers of the fleet's robots."""

    schema_version: Literal[1]
    papers: list[PaperModel] = []
