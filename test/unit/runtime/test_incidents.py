"""An incident's story read out of a ledger: from a minute before its first alarm to its end, and no further."""

from __future__ import annotations

from math import inf
from pathlib import Path

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import AlarmRaised, IncidentClosed, IncidentNoted, IncidentOpened, RobotLinkChanged
from robot_fleet.ledger.ledger import Ledger
from robot_fleet.runtime.history import registry
from robot_fleet.runtime.recordings.incidents import incident_told
from robot_fleet.site.load import load_site

TINY = Path(__file__).parents[2] / "data" / "sites" / "tiny"
NAME = "incident:stuck:1"


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """An alarm at 1000 s that is an incident until 1100 s, among links that come and go every 20 s."""
    path = tmp_path / "ledger.sqlite"
    happened = {
        1000: [AlarmRaised("stuck:1", "stuck", ("stuck:care_1",), "high", 1000.0)],
        1020: [IncidentOpened(NAME, "stuck:1", ("care_1",), "op", 1020.0)],
        1100: [IncidentClosed(NAME, "moved", "op", 1100.0)],
        1200: [IncidentNoted(NAME, "wheel changed", "op", 1200.0)],
    }
    with Ledger.open(path, registry(), site_id="tiny") as written:
        for at_s in range(0, 2000, 20):
            link = RobotLinkChanged("care_1", "live" if at_s % 40 else "stale", float(at_s))
            written.append([*happened.get(at_s, []), link], float(at_s))
    return path


def test_it_begins_a_minute_before_the_first_alarm_and_ends_with_the_incident(ledger: Path) -> None:
    told = incident_told(load_site(TINY), ledger, NAME, 1000.0, 1200.0)
    times_s = [entry["at_s"] for entry in told["entries"]]
    assert (times_s[0], times_s[-1], told["entries"][-1]["what"]) == (940.0, 1200.0, "incident_noted")
    assert max(entry["at_s"] for entry in told["entries"] if entry["sort"] == "robot") == 1100.0
    assert incident_told(load_site(TINY), ledger, NAME, 1000.0, inf) == told


def test_an_incident_that_the_ledger_does_not_know_is_refused(ledger: Path) -> None:
    with pytest.raises(RequestError) as refused:
        incident_told(load_site(TINY), ledger, "incident:none", 0.0, inf)
    assert refused.value.code == "request_unknown_incident"
