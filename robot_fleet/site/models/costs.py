"""`costs.yaml` as a pydantic model: what robots, energy and people cost, and what a task saves whom."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AliasChoices, Field, model_validator
from pydantic.fields import FieldInfo

from robot_fleet.site.models.base import NotNegative, Percent, Positive, SiteModel, TextModel, Word

Source = Annotated[TextModel, Field(description="where the figures are from, or that they are an assumption")]


def _price(name: str) -> FieldInfo:
    """Return the key of a price, which files may write with `won` in it, too: as before sites had currencies."""
    made = Field(validation_alias=AliasChoices(name, name.replace("per_", "won_per_")))
    assert isinstance(made, FieldInfo)
    return made


class KindCostModel(SiteModel):
    """What a robot of a kind costs."""

    lease_won_per_month: Annotated[NotNegative, _price("lease_per_month")]
    maintenance_won_per_month: Annotated[NotNegative, _price("maintenance_per_month")] = 0.0
    maintenance_won_per_km: Annotated[NotNegative, _price("maintenance_per_km")] = 0.0
    source: Source


class TariffBandModel(SiteModel):
    """A price of energy, from one hour of the day until before another."""

    from_hour: Annotated[int, Field(ge=0, le=23)]
    to_hour: Annotated[int, Field(ge=1, le=24)]
    won_per_kwh: Annotated[NotNegative, _price("per_kwh")]


class EnergyCostModel(SiteModel):
    """What energy costs at which hours."""

    bands: Annotated[list[TariffBandModel], Field(min_length=1)]
    charger_efficiency_pct: Annotated[Percent, Field(gt=0.0)] = 90.0
    source: Source

    @model_validator(mode="after")
    def _each_hour_once(self) -> Self:
        hours = sorted(hour for band in self.bands for hour in range(band.from_hour, band.to_hour))
        if hours != list(range(24)):
            raise ValueError("expected bands that give each hour from 0 to 24 one price")
        return self


class OperatorCostModel(SiteModel):
    """What people cost, and how many of their minutes things take."""

    won_per_hour: Annotated[NotNegative, _price("per_hour")]
    minutes_per_alarm: NotNegative
    minutes_per_incident: NotNegative
    minutes_per_intervention: NotNegative
    source: Source


class SavedModel(SiteModel):
    """How much time of residents and staff a finished task of a service saves."""

    minutes_per_task: NotNegative
    source: Source


class BudgetModel(SiteModel):
    """What the fleet may cost."""

    won_per_month: Annotated[Positive, _price("per_month")]
    source: Source


class CostsFile(SiteModel):
    """`costs.yaml`: every figure has a source; where there is none, it says that it is an assumption."""

    schema_version: Literal[1]
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 code of all prices")] = "KRW"
    kinds: dict[Word, KindCostModel]
    energy: EnergyCostModel
    operators: OperatorCostModel
    saved: dict[Word, SavedModel] = {}
    budget: BudgetModel | None = None
