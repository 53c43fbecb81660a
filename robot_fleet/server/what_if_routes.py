"""`/api/v1/what-if`: a past day with other robots, chargers or demand. A question is asked, looked at until it is
answered, and may be given up; the work is done in a process of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, Protocol

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from robot_fleet.server.answers import ERRORS
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.ports import Row

Name = Annotated[str, Field(max_length=64)]


class WhatIfs(Protocol):
    """Who answers; called by other threads than the event loop's, and raises RequestError."""

    def ask(
        self,
        of: str,
        began: str,
        robots: Mapping[str, int],
        chargers: Mapping[str, int],
        charger_at: Sequence[str],
        demand_pct: Mapping[str, float],
        seed: int,
    ) -> Row:
        """Begin to answer a question, and return it as `told` does."""
        ...

    def told(self, name: str) -> Row:
        """Return how far a question is, with its result once there is one."""
        ...

    def listed(self) -> Sequence[Row]:
        """Return the questions that are remembered, the newest first, without their results."""
        ...

    def cancel(self, name: str) -> Row:
        """Give a question up."""
        ...


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


def what_if_routes(what_ifs: WhatIfs) -> APIRouter:
    """Return the addresses of questions about past days."""
    router = APIRouter(prefix="/api/v1/what-if", tags=["reports"], responses=ERRORS)

    @router.get("", response_model=list[WhatIfRow])
    async def listed() -> Any:
        """The questions that were asked last, the newest first."""
        return await asyncio.to_thread(what_ifs.listed)

    @router.post("", status_code=202, response_model=WhatIfAnswer)
    async def ask(wish: WhatIfWish) -> Any:
        """Ask what a past day would have been; one question is answered at a time."""
        concerns(wish.of or "newest")
        change = (wish.robots, wish.chargers, wish.charger_at, wish.demand_pct)
        return await asyncio.to_thread(what_ifs.ask, wish.of, wish.began, *change, wish.seed)

    @router.get("/{question}", response_model=WhatIfAnswer)
    async def one(question: str) -> Any:
        """How far a question is, and its answer once there is one."""
        return await asyncio.to_thread(what_ifs.told, question)

    @router.post("/{question}/cancel", status_code=202, response_model=WhatIfAnswer)
    async def cancel(question: str) -> Any:
        """Give a question up; one that is answered stays as it is."""
        concerns(question)
        return await asyncio.to_thread(what_ifs.cancel, question)

    return router
