"""What all parts of a scenario file have in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Seconds = Annotated[float, Field(ge=0.0, le=86_400.0)]
SomeSeconds = Annotated[float, Field(gt=0.0, le=86_400.0)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Pct = Annotated[float, Field(ge=0.0, le=100.0)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Id = Annotated[str, Field(min_length=1, max_length=128)]
Point = Annotated[tuple[float, float], Field(description="x and y in the site's map, metres")]
WHOEVER = "whoever"
"""Stands for the robot that an event is about."""


class Part(BaseModel):
    """A part of a scenario file; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Words(Part):
    """A text in both languages."""

    ko: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]
