"""Charging when it is cheap, when the sun is out and within a group's limit, and never at the cost of the work."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import pytest

from robot_fleet.core.effects import SupplyChargers
from robot_fleet.core.energy import (
    HOUR_S,
    ChargerGroup,
    DayKind,
    EnergySpec,
    Hours,
    LoadPeriod,
    SolarForecast,
    Supply,
)
from robot_fleet.core.facts import AlarmRaised, ChargerSwitched, PlaceTakenOut
from robot_fleet.core.fleet import Fleet, supplying
from robot_fleet.core.fleet.posing.problem import build_problem
from robot_fleet.core.health import Condition, Level
from robot_fleet.core.inputs import ConditionsSeen, SubmitTask, Tick
from robot_fleet.core.plan import CHARGE, Plan, PlannedStop
from robot_fleet.core.site import CalendarSpec
from robot_fleet.core.text import Text
from robot_fleet.scheduling.checking.checker import PlanChecker
from robot_fleet.site.calendar import SiteCalendar
from test.property.core_world import CoreWorld
from test.unit.core.test_recovery import started

LIGHT, MID, PEAK = 100.0, 150.0, 200.0
PERIODS = (
    LoadPeriod("light", LIGHT, frozenset({22, 23, *range(8)})),
    LoadPeriod("mid", MID, frozenset(range(8, 12))),
    LoadPeriod("peak", PEAK, frozenset(range(12, 22))),
)
CHARGERS = ("charger_1", "charger_2", "charger_3")
NOON = 12 * HOUR_S
SUN = SolarForecast((*(0.0,) * 13, 0.2, *(0.0,) * 10))


def spec(max_kw: float = inf, **changes: object) -> EnergySpec:
    groups = (ChargerGroup("all", Text("모두", "all"), CHARGERS, max_kw),)
    return EnergySpec(PERIODS, 100.0, groups, Text("시험", "test"), **changes)  # type: ignore[arg-type]


def world_with(energy: EnergySpec, at_s: float, **soc_pct: float) -> CoreWorld:
    """The tiny site with its robots docked, at a time of day, and with so much in their batteries."""
    before = started()
    world = CoreWorld(replace(before.site, energy=energy), before.ports)
    world.fleet_s = at_s
    for robot in world.robots.values():
        robot.docked_at = ""
    for _ in range(4):
        look(world)
    for name, pct in soc_pct.items():
        world.robots[name].soc_pct = pct
    look(world)
    return world


def look(world: CoreWorld, pause_s: float = 2.0) -> SupplyChargers:
    """Let everybody do a step and tell of it; return what is wished of the chargers then."""
    world.pass_time(pause_s)
    for robot in world.robots.values():
        world.step(robot)
        world.tell(robot)
    effects = world.fleet.decide(Tick(), world.now)
    world.facts += effects.facts
    for effect in effects.effects:
        if hasattr(effect, "order"):
            world.robots[effect.order.robot].take(effect.order)
    return next(effect for effect in effects.effects if isinstance(effect, SupplyChargers))


def reasons(world: CoreWorld) -> dict[str, tuple[bool, str]]:
    return {record.robot: (record.on, record.reason) for record in world.state.supplies.values()}


@pytest.mark.parametrize(
    ("at_s", "load", "cheap"),
    [
        (0.0, "light", True),
        (8 * HOUR_S - 0.1, "light", True),
        (8 * HOUR_S, "mid", False),
        (12 * HOUR_S - 0.1, "mid", False),
        (12 * HOUR_S, "peak", False),
        (22 * HOUR_S - 0.1, "peak", False),
        (22 * HOUR_S, "light", True),
        (24 * HOUR_S, "light", True),
        (32 * HOUR_S, "mid", False),
    ],
)
def test_a_period_holds_from_its_first_hour_until_before_the_next_and_over_midnight(
    at_s: float, load: str, cheap: bool
) -> None:
    hours = Hours(spec(), None)
    assert hours.at(at_s).load == load
    assert hours.is_cheap(int(at_s // HOUR_S)) is cheap


def test_periods_go_by_the_sites_months_and_kinds_of_days() -> None:
    periods = (
        LoadPeriod("winter", 1.0, frozenset(range(24)), frozenset({11, 12, 1, 2}), frozenset({DayKind.WORKDAY})),
        LoadPeriod("saturday", 2.0, frozenset(range(24)), days=frozenset({DayKind.SATURDAY})),
        LoadPeriod("holiday", 3.0, frozenset(range(24)), days=frozenset({DayKind.HOLIDAY})),
        LoadPeriod("other", 4.0, frozenset(range(24)), frozenset(range(3, 11)), frozenset({DayKind.WORKDAY})),
    )
    closed = {"2026-10-30": Text("휴무", "closed")}
    calendar = SiteCalendar(CalendarSpec("Asia/Seoul", "KR", "", closed, (), "2026-10-29"))
    hours = Hours(replace(spec(), periods=periods), calendar)
    days = [hours.at(day * 24 * HOUR_S + NOON).load for day in range(5)]
    assert days == ["other", "holiday", "saturday", "holiday", "winter"]  # Thursday 29 October to Monday 2 November
    assert hours.at(4 * 24 * HOUR_S - 1.0).load == "holiday"
    assert hours.at(4 * 24 * HOUR_S).load == "winter"


def test_a_forecast_of_a_date_comes_before_that_of_a_month_and_none_is_no_sun() -> None:
    month = SolarForecast((1.0,) * 24, months=frozenset({11}))
    date = SolarForecast((2.0,) * 24, date="2026-11-03")
    calendar = SiteCalendar(CalendarSpec("Asia/Seoul", "KR", "", {}, (), "2026-11-02"))
    hours = Hours(spec(solar=(month, date)), calendar)
    assert [hours.at(day * 24 * HOUR_S).solar_kw for day in (0, 1, 2, 29)] == [1.0, 2.0, 1.0, 0.0]


def test_who_can_wait_waits_for_the_light_load_and_is_told_until_when() -> None:
    world = world_with(spec(), NOON, care_1=80.0, care_2=80.0, logistics_1=80.0)
    assert reasons(world) == dict.fromkeys(world.robots, (False, "waits_for_tariff"))
    assert {record.until_s for record in world.state.supplies.values()} == {22 * HOUR_S}
    assert look(world).held == CHARGERS
    world.fleet_s = 22 * HOUR_S
    assert look(world).on == CHARGERS
    assert reasons(world) == dict.fromkeys(world.robots, (True, "cheap"))


def test_who_is_low_charges_whatever_it_costs_until_it_has_what_it_is_to_keep() -> None:
    world = world_with(spec(keep_pct={"care": 60.0}), NOON, care_1=39.0, care_2=59.0, logistics_1=80.0)
    assert reasons(world)["care_1"] == (True, "needed")
    assert reasons(world)["care_2"] == (True, "kept")
    assert reasons(world)["logistics_1"] == (False, "waits_for_tariff")
    world.robots["care_2"].soc_pct = 64.9  # five more than it is to keep, so that it does not begin again at once
    look(world)
    assert reasons(world)["care_2"] == (True, "kept")
    world.robots["care_1"].soc_pct, world.robots["care_2"].soc_pct = 89.0, 65.0
    look(world)
    assert reasons(world)["care_1"] == (True, "needed")  # who was below the threshold is charged as before
    assert reasons(world)["care_2"] == (False, "waits_for_tariff")


def test_what_the_plan_needs_is_charged_whatever_it_costs() -> None:
    world = world_with(spec(keep_pct={"care": 45.0}), NOON, care_1=50.0)
    robot, kind = world.state.robots["care_1"], world.site.kinds["care"]
    assert supplying.keep_pct(world.turn(), spec(keep_pct={"care": 45.0}), robot) == 45.0
    now = world.fleet_s
    world.state.set_routes({"care_1": (PlannedStop("t", 0, "home/r101", now + 3600.0, now + 3600.0, now + 7200.0),)})
    needed = supplying.keep_pct(world.turn(), spec(keep_pct={"care": 45.0}), robot)
    assert needed == pytest.approx(30.0 + 5.0 + (70.0 + 25.0) / kind.battery_wh * 100.0)  # an hour there, an hour of it
    assert needed > 50.0
    route = (PlannedStop("", CHARGE, "charger_1", now, now, now), *world.state.routes["care_1"])
    world.state.set_routes({"care_1": route})
    assert supplying.keep_pct(world.turn(), spec(keep_pct={"care": 45.0}), robot) == 45.0


def test_who_fits_under_the_sun_charges_by_it() -> None:
    world = world_with(spec(solar=(SUN,)), NOON, care_1=80.0, care_2=70.0, logistics_1=80.0)
    assert {record.reason for record in world.state.supplies.values()} == {"waits_for_sun"}
    assert {record.until_s for record in world.state.supplies.values()} == {13 * HOUR_S}
    world.fleet_s = 13 * HOUR_S
    look(world)  # 0.2 kW is one robot's: the emptiest one's
    assert [name for name, (on, _) in reasons(world).items() if on] == ["care_2"]
    assert reasons(world)["care_1"] == (False, "waits_for_tariff")
    world.fleet_s = 14 * HOUR_S
    look(world)
    assert {on for on, _ in reasons(world).values()} == {False}


def test_forecast_missing() -> None:
    """Without a forecast chargers do what they do in the dark."""
    dark = SolarForecast((0.0,) * 24)
    bare, night = world_with(spec(), 13 * HOUR_S), world_with(spec(solar=(dark,)), 13 * HOUR_S)
    assert reasons(bare) == reasons(night)
    assert bare.facts == night.facts


def test_peak_limit() -> None:
    """Of a group no more charge than its limit allows: those in greatest need first, and they are not interrupted."""
    world = world_with(spec(max_kw=0.17), NOON, care_1=35.0, care_2=25.0, logistics_1=20.0)
    assert reasons(world)["care_2"] == (True, "needed")  # below its reserve
    assert reasons(world)["care_1"] == (False, "waits_for_peak_limit")
    assert reasons(world)["logistics_1"] == (False, "waits_for_peak_limit")
    world.robots["care_2"].soc_pct = 31.0  # in need like the others, though not the emptiest: it goes on
    look(world)
    assert [name for name, (on, _) in reasons(world).items() if on] == ["care_2"]
    world.robots["care_2"].soc_pct = 90.0
    look(world)
    look(world)
    assert reasons(world)["logistics_1"] == (True, "needed")
    world.robots["care_1"].soc_pct = 29.0  # below the reserve that is kept for alarms: it comes first
    look(world)
    assert [name for name, (on, _) in reasons(world).items() if on] == ["care_1"]


def test_who_is_held_back_does_not_doubt_its_charger() -> None:
    world = world_with(spec(), NOON)
    for robot in world.robots.values():
        robot.current = False
    for _ in range(70):
        look(world)
    assert not [fact for fact in world.facts if isinstance(fact, PlaceTakenOut)]
    world.fleet_s = 22 * HOUR_S
    for _ in range(40):
        look(world)
    assert {fact.code for fact in world.facts if isinstance(fact, PlaceTakenOut)} == {"no_current"}


def test_a_robot_that_is_held_back_at_its_charger_does_not_ring_for_want_of_current() -> None:
    world = world_with(spec(), NOON)
    for robot in world.robots.values():
        robot.current = False
    look(world)
    seen = Condition("docked_without_current", "care_1", Level.ERROR, NOON)
    for _ in range(5):
        world.feed(ConditionsSeen("gateway", (seen,)))
        look(world)
    assert not [fact for fact in world.facts if isinstance(fact, AlarmRaised)]
    world.fleet_s = 22 * HOUR_S  # at night it is to be charged
    for _ in range(8):
        world.feed(ConditionsSeen("gateway", (seen,)))
        look(world)
    assert [fact.condition for fact in world.facts if isinstance(fact, AlarmRaised)] == ["docked_without_current"]


def test_a_plan_knows_prices_and_how_many_may_charge_and_so_does_the_checker() -> None:
    world = world_with(spec(max_kw=0.17), NOON, care_1=35.0, care_2=25.0)
    problem, _ = build_problem(world.turn())
    assert problem.tariff == ((12 * HOUR_S, 0.01), (22 * HOUR_S, 0.005), (32 * HOUR_S, 0.0075))
    (group,) = [resource for resource in problem.resources if len(resource.places) > 1]
    assert (group.places, group.capacity) == (CHARGERS, 1)
    first, second = sorted(group.busy)
    assert second[0] >= first[1] - 60.0  # one after the other; undocking apart
    free = replace(problem, resources=(replace(group, busy=()),), tasks=())
    begin = problem.now_s + 600.0

    def stop(place: str, later_s: float) -> PlannedStop:
        at = begin + later_s
        return PlannedStop("", CHARGE, place, at, at, at + 1800.0)

    names = [need.robot for need in free.robots]
    both = {names[0]: (stop("charger_1", 0.0),), names[1]: (stop("charger_2", 0.0),)}
    crowded = [each.code for each in PlanChecker().check(free, Plan(routes=both))]
    assert "resource_overused" in crowded
    apart = {names[0]: both[names[0]], names[1]: (stop("charger_2", 1800.0),)}
    assert "resource_overused" not in [each.code for each in PlanChecker().check(free, Plan(routes=apart))]


def test_at_once_looks_at_no_price_but_keeps_the_limit() -> None:
    world = world_with(spec(max_kw=0.33, by_price=False), NOON, care_1=80.0, care_2=70.0, logistics_1=75.0)
    assert reasons(world) == {
        "care_1": (False, "waits_for_peak_limit"),
        "care_2": (True, "at_once"),
        "logistics_1": (True, "at_once"),
    }
    assert build_problem(world.turn())[0].tariff == ()


def test_an_alarm_at_the_worst_moment_finds_a_robot_with_its_reserve() -> None:
    """Just before the light load, when nobody has charged for long, an alarm is answered at once."""
    world = world_with(spec(), 22 * HOUR_S - 60.0, care_1=66.0, care_2=70.0)
    assert reasons(world)["care_1"] == (False, "waits_for_tariff")
    world.feed(SubmitTask("alarm", "care_alarm", {"place": "home/r101", "signal": "help_button"}))
    task = world.state.tasks["alarm"]
    assert task.robot in ("care_1", "care_2")
    assert world.robots[task.robot].soc_pct > world.site.kinds["care"].reserve_pct
    look(world)
    look(world)
    left = [fact for fact in world.facts if isinstance(fact, ChargerSwitched) and fact.reason == Supply.LEFT]
    assert [fact.robot for fact in left] == [task.robot]


def test_a_restart_changes_nothing() -> None:
    world = world_with(spec(max_kw=0.17), NOON, care_1=35.0, care_2=25.0)
    again = Fleet(world.site, world.ports, world.facts)
    assert again.state.supplies == world.state.supplies
    before = len(world.facts)
    decided = again.decide(Tick(), world.now)
    assert not [fact for fact in decided.facts if isinstance(fact, ChargerSwitched)]  # nobody has reported yet
    (wish,) = [effect for effect in decided.effects if isinstance(effect, SupplyChargers)]
    assert wish.on == tuple(name for name in CHARGERS if world.state.supplies[name].on)
    assert len(world.facts) == before
