"""The client's questions about past days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from robot_fleet.client.caller import Caller, body, new_key, path
from robot_fleet.server.models.what_if import WhatIfAnswer, WhatIfRow, WhatIfWish


class WhatIfCalls(Caller):
    """Asks what a past day would have been; only who manages may."""

    def ask_what_if(
        self,
        of: str = "",
        *,
        began: str = "",
        robots: Mapping[str, int] | None = None,
        chargers: Mapping[str, int] | None = None,
        charger_at: Sequence[str] = (),
        demand_pct: Mapping[str, float] | None = None,
        charging: str = "",
        seed: int = 1,
    ) -> WhatIfAnswer:
        """Begin to play a past day (empty: the newest) with a change; the answer comes later, by `what_if`."""
        wish = body(
            WhatIfWish,
            of=of,
            began=began,
            robots=dict(robots or {}),
            chargers=dict(chargers or {}),
            charger_at=list(charger_at),
            demand_pct=dict(demand_pct or {}),
            charging=charging,
            seed=seed,
        )
        return WhatIfAnswer.model_validate(self._connection.post("/what-if", wish, new_key()))

    def what_if(self, question: str) -> WhatIfAnswer:
        """Return how far a question is, and its answer once there is one."""
        return WhatIfAnswer.model_validate(self._connection.get(path("what-if", question)))

    def what_ifs(self) -> list[WhatIfRow]:
        """Return the questions that were asked last, the newest first."""
        return [WhatIfRow.model_validate(row) for row in self._connection.get("/what-if")]

    def cancel_what_if(self, question: str) -> WhatIfAnswer:
        """Give a question up; one that is answered stays as it is."""
        return WhatIfAnswer.model_validate(self._connection.post(path("what-if", question, "cancel"), {}, new_key()))
