"""What became of every request, read from the ledger beside the manager who writes it.

The manager itself does not tell of all of them again and again: they become more and more.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.state import ItemRecord
from robot_fleet.core.fleet.tasks.retired import EndedTask
from robot_fleet.core.site import Site
from robot_fleet.ledger.address import LedgerTarget
from robot_fleet.runtime.history import Follower
from robot_fleet.runtime.runs.city import event_entries
from robot_fleet.runtime.runs.summary import Call, in_order, live_calls, live_requests, past_call, past_request


class ToldRequests:
    """The requests and the calls for help of a fleet, as they stand in a summary.

    Parameters
    ----------
    site, ledger : the fleet's; the ledger need not be there yet.
    """

    def __init__(self, site: Site, ledger: LedgerTarget) -> None:
        self._follower = Follower(site, ledger)
        self._past_requests: list[dict[str, Any]] = []
        self._past_calls: list[Call | None] = []

    def refresh(self) -> bool:
        """Look at the ledger again; return whether there was something new.

        Raises
        ------
        LedgerError : see `Follower.refresh`.
        """
        if not self._follower.refresh():
            return False
        for line in islice(self._state.retired.values(), len(self._past_requests), None):
            task = EndedTask.read(line)
            self._past_requests.append(past_request(task))
            self._past_calls.append(past_call(task))
        return True

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The requests that were accepted."""
        return [*self._past_requests, *live_requests(self._state)]

    @property
    def alarms(self) -> list[dict[str, Any]]:
        """The calls for help, oldest first."""
        return in_order([*self._past_calls, *live_calls(self._state)])

    @property
    def events(self) -> list[dict[str, Any]]:
        """The events of the city, oldest first."""
        return event_entries(self._state)

    @property
    def items(self) -> tuple[ItemRecord, ...]:
        """Every car, parcel and meal that anybody still asks for, and who has it."""
        return tuple(self._state.items.values())

    @property
    def refused(self) -> dict[str, str]:
        """The requests that could not be taken on, and why."""
        return self._state.refused

    @property
    def _state(self) -> FleetState:
        return self._follower.state
