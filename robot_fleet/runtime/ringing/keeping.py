"""How a raiser keeps an alarm before it hands it in; to keep it must never stop it from being handed in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping

from robot_fleet.core.errors import RequestError, RuntimeFailure
from robot_fleet.core.site import Site
from robot_fleet.stores.raised import RaisedAlarm, RaisedAlarms, alarm_of

LOG = logging.getLogger("robot_fleet")


class Keeper:
    """Keeps the alarms of one raiser.

    Parameters
    ----------
    site : says which services raise alarms.
    journal : where alarms are kept.
    by : the raiser.
    fleet_s : returns the fleet time, None while there is none.
    """

    def __init__(self, site: Site, journal: RaisedAlarms, by: str, fleet_s: Callable[[], float | None]) -> None:
        self._site = site
        self._journal = journal
        self._by = by
        self._fleet_s = fleet_s

    def keep(
        self, key: str, service: str, params: Mapping[str, object], requester: str, raised_s: float | None = None
    ) -> RaisedAlarm | None:
        """Keep a request if it raises an alarm and is well-formed, and return it then; None if it is not kept.

        Parameters
        ----------
        raised_s : fleet time at which it was raised; now if None.
        """
        at_s = self._fleet_s() if raised_s is None else raised_s
        try:
            alarm = alarm_of(
                self._site, key, service, params, requester, by=self._by, raised_unix_s=time.time(), raised_s=at_s
            )
            if alarm is not None:
                self._journal.keep(alarm)
        except RequestError:
            return None  # the manager says what is wrong with it
        except RuntimeFailure as failure:
            LOG.error("alarm=%s event=not_kept error=%s", key, failure)
            return None
        return alarm
