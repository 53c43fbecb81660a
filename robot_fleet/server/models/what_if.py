"""Questions about past days, as the API takes and tells them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Name = Annotated[str, Field(max_length=64)]


class WhatIfWish(BaseModel):
    """A past day, and what is to be different. With nothing different it is told how well the day can be reproduced."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    of: str = Field(default="", max_length=10, description="The day: 2026-11-03 or the fleet's day; empty: the newest.")
    began: str = Field(default="", max_length=10, description="Date of the fleet's first day, if it is known.")
    robots: dict[Name, int] = Field(default={}, max_length=16, description="Kind -> robots more, or (negative) fewer.")
    chargers: dict[Name, int] = Field(default={}, max_length=16, description="Kind -> chargers more.")
    charger_at: list[Name] = Field(default=[], max_length=16, description="Waiting places that get a charger.")
    demand_pct: dict[Name, float] = Field(
        default={}, max_length=64, description='Service -> per cent more or fewer requests; "" for all others.'
    )
    charging: Literal["", "tariff", "at_once"] = Field(
        default="", description="When robots that can wait charge; empty: as on the day."
    )
    seed: int = Field(default=1, ge=0, le=2**31 - 1, description="Of what is drawn.")


class Refusal(BaseModel):
    """Why a question has no answer."""

    code: str
    message: str
    where: str


class WhatIfRow(BaseModel):
    """A question, and how far its answer is."""

    id: str
    state: Literal["running", "done", "failed", "cancelled"]
    stage: Literal["reading", "baseline", "changed"] = Field(description="What is being done, or was done last.")
    progress_pct: float
    of: str
    change: dict[str, Any]
    seed: int
    error: Refusal | None = Field(description="Of a question that failed: why.")


class WhatIfAnswer(WhatIfRow):
    """A question with its answer."""

    result: dict[str, Any] | None = Field(description="The figures side by side, as `./fleet what-if --json` prints.")
