"""Random robots on hand-made cities: they never touch, never block each other for ever, and all arrive."""

import random
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from robot_fleet.core.ports import Traveller
from robot_fleet.core.site import Site
from robot_fleet.traffic.bank import Bank
from robot_fleet.traffic.conflicts import Conflicts, build_conflicts
from robot_fleet.traffic.release import BankersRightOfWay
from robot_fleet.traffic.ways import Ways
from test.unit.traffic.cities import aisle, grid, passage, ring, route
from test.unit.traffic.simulate import Robot, Streets, scatter

MANY = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
SEEDS = st.integers(0, 10_000)

CITY = grid()
CITY_CONFLICTS = build_conflicts(CITY)


def drive(site: Site, robots: list[Robot], seed: int, ticks: int = 6000, **kwargs: float) -> Streets:
    conflicts = CITY_CONFLICTS if site is CITY else build_conflicts(site)
    streets = Streets(site, robots, seed, conflicts=conflicts, **kwargs)  # type: ignore[arg-type]
    streets.run(ticks)
    return streets


@MANY
@given(SEEDS, st.integers(2, 12), st.sampled_from([0.0, 8.0, 30.0]))
def test_random_missions_in_a_city(seed: int, robots: int, horizon_m: float) -> None:
    drive(CITY, scatter(CITY, robots, 3, seed), seed, horizon_m=horizon_m)


@MANY
@given(SEEDS)
def test_robots_that_change_their_mind_underway(seed: int) -> None:
    drive(CITY, scatter(CITY, 8, 3, seed), seed, ticks=12_000, reroute=0.02)


@MANY
@given(SEEDS)
def test_priorities_do_not_block_anybody(seed: int) -> None:
    robots = scatter(CITY, 9, 3, seed)
    rng = random.Random(seed)
    for robot in robots:
        robot.priority = rng.choice((0, 0, 10, 100))
    drive(CITY, robots, seed)


@MANY
@given(SEEDS, st.booleans(), st.integers(0, 4))
def test_head_on_in_a_narrow_passage(seed: int, resource: bool, inner: int) -> None:
    site = passage(inner, "narrow" if resource else "")
    drive(site, scatter(site, 3, 5, seed), seed)


@MANY
@given(SEEDS, st.integers(3, 8))
def test_a_ring_of_robots(seed: int, size: int) -> None:
    site = ring(size)
    drive(site, scatter(site, size - 1, 4, seed), seed)


@MANY
@given(SEEDS)
def test_everybody_wants_the_next_ones_place(seed: int) -> None:
    """Swap cycles through all robots of a ring, broken by the caller at the one free place."""
    site = ring(6)
    places = sorted(site.places)[:5]
    robots = [Robot(f"r{i}", "cart", at, [places[(i + 1 + seed) % 5]]) for i, at in enumerate(places)]
    drive(site, robots, seed)


@MANY
@given(SEEDS, st.sampled_from(["carrier", "carrier+load"]))
def test_three_long_vehicles_in_an_aisle_of_24_slots(seed: int, travel_class: str) -> None:
    site = aisle(24)
    drive(site, scatter(site, 3, 5, seed, travel_class), seed)


def test_an_alarm_robot_crosses_a_busy_city_faster() -> None:
    def ticks_of_alarm(priority: int) -> int:
        total = 0
        for seed in range(6):
            robots = scatter(CITY, 10, 40, seed)
            robots[0].missions = [max(sorted(CITY.places), key=lambda p: len(route(CITY, robots[0].at, p)))]
            robots[0].priority = priority
            for robot in robots[1:]:
                robot.missions = [place for place in robot.missions if place != robots[0].missions[0]]
            streets = Streets(CITY, robots, seed, conflicts=CITY_CONFLICTS)
            while robots[0].missions:
                streets.tick()
                assert streets.ticks < 4000
            total += streets.ticks
        return total

    assert ticks_of_alarm(100) < 0.8 * ticks_of_alarm(0)


def random_state(site: Site, seed: int, count: int) -> list[Traveller]:
    """Return robots strewn over the city without touching, each with a way; the state may well be unsafe."""
    rng = random.Random(seed)
    conflicts, travellers, taken = CITY_CONFLICTS, list[Traveller](), list[int]()
    for number in range(count):
        at = rng.choice(sorted(site.vertices))
        way = route(site, at, rng.choice(sorted(site.places)))
        held = way[: rng.randrange(3)]
        keys = [conflicts.lane("cart", lane) for lane in held]
        keys += [conflicts.vertex("cart", site.lanes[lane].end) for lane in held] or [conflicts.vertex("cart", at)]
        if not any(conflicts.meet(a, b) for a in keys for b in taken):
            taken += keys
            travellers.append(Traveller(f"r{number}", "cart", at, held, way[len(held) :], rng.choice((0, 0, 5))))
    return travellers


def apply(travellers: list[Traveller], granted: dict[str, int]) -> list[Traveller]:
    return [
        replace(t, held=t.held + t.wanted[: granted.get(t.robot, 0)], wanted=t.wanted[granted.get(t.robot, 0) :])
        for t in travellers
    ]


def touching(conflicts: Conflicts, site: Site, travellers: list[Traveller]) -> set[tuple[str, str]]:
    keys = []
    for t in travellers:
        mine = [conflicts.lane(t.footprint_class, lane) for lane in t.held]
        mine += [conflicts.vertex(t.footprint_class, site.lanes[lane].end) for lane in t.held]
        keys.append((t.robot, mine or [conflicts.vertex(t.footprint_class, t.at)]))
    return {
        (a, b)
        for i, (a, of_a) in enumerate(keys)
        for b, of_b in keys[i + 1 :]
        if any(conflicts.meet(x, y) for x in of_a for y in of_b)
    }


@settings(max_examples=100, deadline=None, derandomize=True)
@given(SEEDS, st.integers(1, 14), st.sampled_from([0.0, 10.0, 1000.0]))
def test_from_any_state_a_release_neither_touches_nor_traps(seed: int, count: int, horizon_m: float) -> None:
    right = BankersRightOfWay(CITY, CITY_CONFLICTS)
    before = random_state(CITY, seed, count)
    stuck = set(right.is_safe(before))
    granted = dict(right.release(before, horizon_m))
    after = apply(before, granted)
    assert touching(CITY_CONFLICTS, CITY, after) == set()
    assert set(right.is_safe(after)) <= stuck
    assert not set(granted) & set(right.is_safe(after))
    if not stuck and any(t.wanted and (t.held or not CITY.vertices[t.at].place) for t in before):
        assert granted or any(t.held for t in before)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(SEEDS, st.integers(2, 12))
def test_grants_one_by_one_lead_to_the_state_that_is_read_anew(seed: int, count: int) -> None:
    rng = random.Random(seed)
    before = random_state(CITY, seed, count)
    bank = Bank(Ways(CITY, CITY_CONFLICTS), before)
    for _ in range(30):
        number = rng.randrange(len(before))
        if bank.granted[number] < len(before[number].wanted):
            bank.grant(number)
    after = apply(before, {t.robot: bank.granted[i] for i, t in enumerate(before)})
    anew = Bank(Ways(CITY, CITY_CONFLICTS), after)
    assert bank.stuck() == anew.stuck()
    for i, traveller in enumerate(after):
        assert bank.barred_by_resting(i) == anew.barred_by_resting(i)
        if traveller.wanted:
            for lanes in (1, len(traveller.wanted)):
                assert bank.step_is_free(i, lanes) == anew.step_is_free(i, lanes)


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(SEEDS, st.integers(2, 16))
def test_many_random_missions(seed: int, robots: int) -> None:
    streets = Streets(CITY, scatter(CITY, robots, 4, seed), seed, reroute=0.005, conflicts=CITY_CONFLICTS)
    streets.run(20_000)
