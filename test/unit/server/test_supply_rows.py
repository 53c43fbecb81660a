"""Why a robot charges or waits, as the console's rows and the command line tell it."""

from __future__ import annotations

from math import inf

import pytest

from robot_fleet.cli.robots import _supply as said
from robot_fleet.core.facts import ChargerSwitched
from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.server.rows.state import _supply as row
from robot_fleet.site.load import load_site
from test.property.test_core import TINY


@pytest.mark.parametrize(
    ("on", "reason", "until_s", "words"),
    [
        (False, "waits_for_tariff", 22 * 3600.0, "waits for the low tariff until 22:00"),
        (False, "waits_for_tariff", 46 * 3600.0, "waits for the low tariff until 22:00"),  # of the next day
        (False, "waits_for_peak_limit", 0.0, "waits for room under the peak limit"),
        (False, "waits_for_tariff", inf, "waits for the low tariff"),
        (True, "sun", 0.0, "solar"),
        (True, "at_once", 0.0, ""),
    ],
)
def test_the_reason_is_told_with_the_time_until_which_it_holds(
    on: bool, reason: str, until_s: float, words: str
) -> None:
    state = initial_state(load_site(TINY))
    robot = state.robots["care_1"]
    assert row(state, robot) is None
    robot.docked = "charger_1"
    apply(state, ChargerSwitched("charger_1", "care_1", on, reason, 80.0, 43_200.0, until_s))
    told = row(state, robot)
    assert told is not None
    assert (told["on"], told["reason"]) == (on, reason)
    assert told["until_s"] in (None, until_s)
    assert said(told) == words
    assert row(state, state.robots["care_2"]) is None
    apply(state, ChargerSwitched("charger_1", "care_1", False, "left", 80.0, 43_300.0))
    assert row(state, robot) is None
    assert said(None) == ""
