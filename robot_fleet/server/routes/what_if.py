"""`/api/v1/what-if`: a past day with other robots, chargers or demand. A question is asked, looked at until it is
answered, and may be given up; the work is done in a process of its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from fastapi import APIRouter

from robot_fleet.server.answers import ERRORS
from robot_fleet.server.doors.visit import concerns
from robot_fleet.server.models.what_if import WhatIfAnswer, WhatIfRow, WhatIfWish
from robot_fleet.server.ports import Row


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
        charging: str = "",
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
        return await asyncio.to_thread(what_ifs.ask, wish.of, wish.began, *change, wish.seed, wish.charging)

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
