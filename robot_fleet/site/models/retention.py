"""`retention.yaml`: how long data of people outlast their consents."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from robot_fleet.site.models.base import SiteModel

Days = Annotated[int, Field(ge=0, le=3_650, description="days after the last consent that covers the data has ended")]


class DaysModel(SiteModel):
    """Days for each class of data."""

    contact: Days
    care: Days
    door: Days
    vehicle: Days


class RetentionFile(SiteModel):
    """`retention.yaml`: days for each sort of person."""

    schema_version: Literal[1]
    resident: DaysModel = DaysModel(contact=90, care=30, door=7, vehicle=30)
    guest: DaysModel = DaysModel(contact=7, care=7, door=1, vehicle=7)
