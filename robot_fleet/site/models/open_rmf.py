"""`open_rmf.yaml` as a pydantic model: which services carry out the tasks that Open-RMF's clients ask for."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_fleet.site.models.base import SiteModel, Word


class PatrolModel(SiteModel):
    """How a patrol is carried out: its places must be those of a route of the site."""

    service: Word
    route: Annotated[Word, Field(description="the service's parameter that names the route")]


class DeliveryModel(SiteModel):
    """How a delivery is carried out, where both of its places are of the kinds that the service takes."""

    service: Word
    pickup: Annotated[Word, Field(description="the service's parameter that names the place of the pickup")]
    dropoff: Annotated[Word, Field(description="the service's parameter that names the place of the dropoff")]
    sku: Annotated[Word, Field(description="the service's parameter that names the item")]
    params: Annotated[dict[Word, float | str], Field(description="what its other parameters are")] = {}


class OpenRmfFile(SiteModel):
    """`open_rmf.yaml`: of several deliveries the first one that fits is taken."""

    schema_version: Literal[1]
    fleet: Annotated[Word, Field(description="the name by which Open-RMF's clients know the fleet")]
    patrol: PatrolModel | None = None
    delivery: list[DeliveryModel] = []
