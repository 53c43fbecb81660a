"""The staff who put in order again what is out of use: slots and chargers, so long after that was found out."""

from __future__ import annotations

from collections.abc import Callable

from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.tasks.outages import NO_POWER
from robot_fleet.runtime.reminders import Reminders

STAFF = "staff"
"""Who says that a place is in order again."""
AGAIN_S = 60.0
"""Fleet seconds between two tries to say so, while nobody hears it."""


class Menders:
    """Has each place that is out of use mended a stated time after it was taken out.

    A place with a robot without power on it stays out: simulated staff carry no robot away.

    Parameters
    ----------
    after_s : fleet seconds until a place is in order again.
    mend : told a key and a place; lets whatever is wrong there be well, and says so to the fleet.
    """

    def __init__(self, after_s: float, mend: Callable[[str, str], None]) -> None:
        self._after_s = after_s
        self._mend = mend
        self._reminders = Reminders(AGAIN_S)

    def look(self, state: FleetState, fleet_s: float) -> None:
        """See which places are due."""
        for place, out in list(state.out.items()):
            if out.code == NO_POWER:
                continue
            key = f"mended-{place.replace('/', '-')}-{out.since_s:.0f}"
            if self._reminders.due(key, out.since_s + self._after_s, fleet_s):
                self._mend(key, place)
