"""What charging cost, from facts made by hand, and what was saved against charging at once, by sums made on paper."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from robot_fleet.core.energy import HOUR_S, ChargerGroup, EnergySpec, LoadPeriod, SolarForecast, Supply
from robot_fleet.core.facts import ChargerSwitched
from robot_fleet.core.site import Site
from robot_fleet.core.text import Text
from robot_fleet.reports.folds.charging import ChargeLog
from robot_fleet.reports.folds.energy import EnergyReport, energy_report
from robot_fleet.site.load import load_site
from test.property.test_core import TINY

PERIODS = (
    LoadPeriod("light", 100.0, frozenset({22, 23, *range(8)})),
    LoadPeriod("peak", 200.0, frozenset(range(8, 22))),
)
GROUP = ChargerGroup("all", Text("모두", "all"), ("charger_1", "charger_2", "charger_3"))
SPEC = EnergySpec(PERIODS, 100.0, (GROUP,), Text("시험", "test"), demand_price_per_kw_month=8000.0)


def site(**changes: object) -> Site:
    """The tiny site (care: 600 Wh, 140 W) with prices."""
    return replace(load_site(TINY), energy=replace(SPEC, **changes))  # type: ignore[arg-type]


def at(hours: float, on: bool, why: Supply, soc_pct: float, robot: str = "care_1") -> ChargerSwitched:
    charger = {"care_1": "charger_1", "care_2": "charger_2", "logistics_1": "charger_3"}[robot]
    return ChargerSwitched(charger, robot, on, why.value, soc_pct, hours * HOUR_S)


def report(of: Site, from_h: float, to_h: float, *facts: ChargerSwitched) -> EnergyReport:
    log = ChargeLog()
    for fact in sorted(facts, key=lambda fact: fact.at_s):
        log.take(fact)
    made = energy_report(of, log, from_h * HOUR_S, to_h * HOUR_S, None)
    assert made is not None
    return made


NIGHT = (
    at(20.0, False, Supply.WAITS_TARIFF, 50.0),
    at(22.0, True, Supply.CHEAP, 50.0),
    at(22.0 + 300.0 / 140.0, False, Supply.FULL, 100.0),
    at(32.0, False, Supply.LEFT, 100.0),
)
"""Docked at 20:00 half full, charged from 22:00 on in the light load."""


def test_what_waits_for_the_light_load_saves_the_difference() -> None:
    total = report(site(), 20.0, 32.0, *NIGHT).total
    assert (total.kwh, total.price) == (0.3, 30.0)  # 300 Wh at 100
    assert total.grid_by_load_kwh == {"light": 0.3}
    # at once: 20:00 to 22:00 at 140 W = 280 Wh at 200, the other 20 Wh at 100
    assert (total.at_once_kwh, total.at_once_price) == (0.3, 58.0)
    assert (total.owed_kwh, total.owed_price, total.saved_price, total.saved_grid_kwh) == (0.0, 0.0, 28.0, 0.0)


def test_what_has_not_been_charged_yet_is_owed_and_not_saved() -> None:
    total = report(site(), 20.0, 21.0, *NIGHT[:1]).total
    assert (total.kwh, total.at_once_kwh) == (0.0, 0.14)
    assert (total.owed_kwh, total.owed_price) == (0.14, 14.0)  # the lowest price to come is 100
    assert total.saved_price == pytest.approx(0.14 * 200.0 - 14.0)


def test_a_debt_of_the_day_before_is_paid_back_in_the_next_period() -> None:
    before, after = (report(site(), *hours, *NIGHT).total for hours in ((20.0, 22.0), (22.0, 32.0)))
    assert (before.owed_kwh, after.owed_kwh) == (0.28, -0.28)
    assert before.saved_price + after.saved_price == 28.0


def test_the_sign_is_honest() -> None:
    """Charging in the dear hours what would have been charged in the cheap ones costs more, and is shown so."""
    dear = (
        at(6.0, False, Supply.WAITS_PEAK, 50.0),
        at(8.0, True, Supply.NEEDED, 50.0),
        at(8.0 + 300.0 / 140.0, False, Supply.FULL, 100.0),
    )
    total = report(site(), 6.0, 12.0, *dear).total
    assert (total.price, total.at_once_price) == (60.0, 28.0 + 4.0)
    assert total.saved_price == -28.0


def test_losses_are_drawn_too() -> None:
    total = report(site(efficiency_pct=80.0), 20.0, 32.0, *NIGHT).total
    assert (total.kwh, total.price, total.at_once_price) == (0.375, 37.5, 72.5)


def test_who_charges_in_the_sun_shares_it_by_power_and_pays_what_feeding_in_would_earn() -> None:
    sunny = site(solar=(SolarForecast((0.14,) * 24),), solar_price_per_kwh=50.0)
    both = [
        fact
        for robot in ("care_1", "care_2")
        for fact in (
            at(12.0, True, Supply.SUN, 50.0, robot),
            at(13.0, False, Supply.WAITS_TARIFF, 50.0 + 140.0 / 6.0, robot),
        )
    ]
    made = report(sunny, 12.0, 13.0, *both)
    for row in made.robots[:2]:
        assert (row.kwh, row.solar_kwh, row.solar_pct) == (0.14, 0.07, 50.0)
        assert row.price == pytest.approx(0.07 * 200.0 + 0.07 * 50.0)
    assert made.total.solar_kwh == 0.14


def test_discharge_between_two_stays_is_the_same_in_both_worlds() -> None:
    facts = (
        at(9.0, False, Supply.WAITS_TARIFF, 80.0),
        at(10.0, False, Supply.LEFT, 80.0),
        at(11.0, False, Supply.WAITS_TARIFF, 50.0),
        at(13.0, False, Supply.LEFT, 50.0),
    )
    total = report(site(), 9.0, 13.0, *facts).total
    # at once: full after 120 Wh (0.857 h of the first hour), then 180 Wh less, of which 2 h at 140 W give all back
    assert total.at_once_kwh == pytest.approx(0.12 + 0.18)
    assert total.owed_kwh == pytest.approx(0.3)


def test_peaks_of_groups_and_of_the_quarter_are_held_against_charging_at_once() -> None:
    limited = site(groups=(replace(GROUP, max_kw=0.15),))
    facts = (
        at(20.0, True, Supply.NEEDED, 50.0, "care_1"),
        at(20.0, False, Supply.WAITS_PEAK, 50.0, "care_2"),
        at(21.0, False, Supply.FULL, 50.0 + 140.0 / 6.0, "care_1"),
        at(21.0, True, Supply.NEEDED, 50.0, "care_2"),
        at(22.0, False, Supply.FULL, 50.0 + 140.0 / 6.0, "care_2"),
    )
    made = report(limited, 20.0, 22.0, *facts)
    (group,) = made.groups
    assert (group.max_kw, group.peak_kw, group.at_once_peak_kw) == (0.15, 0.14, 0.28)
    assert (made.demand_kw, made.at_once_demand_kw) == (0.14, 0.28)
    assert made.demand_price_per_month == pytest.approx(-0.14 * 8000.0)
    assert made.curve.groups_kw["all"] == [0.14] * 8
    assert made.curve.at_once_kw == [0.28] * 8
    assert made.curve.loads == ["peak"] * 8


def test_a_robot_that_still_charges_is_reckoned_until_now_and_not_beyond_full() -> None:
    made = report(site(), 20.0, 24.0, at(20.0, True, Supply.NEEDED, 90.0))
    assert made.total.kwh == pytest.approx(0.06)
    assert made.groups[0].max_kw is None
    assert inf not in (made.demand_kw, made.at_once_demand_kw)


def test_a_site_without_prices_has_no_such_report() -> None:
    assert energy_report(load_site(TINY), ChargeLog(), 0.0, 1.0, None) is None
