"""The schedule keeps its limits, gives each class its share, and strikes at bad moments where there are any."""

from __future__ import annotations

import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from robot_fleet.core.clock import Now
from robot_fleet.runtime.chaos.faults import AGENTS, CLASSES, GATEWAY, LIMITS, MANAGER, SIM, Fault, FaultKind
from robot_fleet.runtime.chaos.schedule import Schedule, View
from robot_fleet.runtime.chaos.situations import DELICATE, Situation

PARTS = (MANAGER, AGENTS, SIM, GATEWAY)
ROBOTS = tuple(f"robot_{number}" for number in range(8))
ROBOT_KINDS = {each.kind for each in CLASSES if each.strikes_robot}


def play(seed: int, seconds: int, delicate: float = 0.5) -> list[tuple[float, Fault]]:
    """Let a schedule run on a fleet whose robots do something else at each look; processes come back at once."""
    schedule, draw = Schedule(seed, PARTS), random.Random(seed)
    struck: list[tuple[float, Fault]] = []
    down_until_s = 0.0
    for tenth in range(seconds * 10):
        now_s = tenth / 10.0
        situations = {
            name: draw.choice(DELICATE)
            if draw.random() < delicate
            else draw.choice((Situation.IDLE, Situation.WORKING))
            for name in ROBOTS
        }
        fault = schedule.look(Now(1000.0 + now_s, now_s), View(situations, now_s >= down_until_s))
        if fault is not None:
            struck.append((now_s, fault))
            assert fault.situation == situations[fault.robot]
            if fault.target in PARTS:
                down_until_s = now_s + fault.lasts_s + LIMITS.settle_s
    return struck


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_no_more_fails_at_once_than_the_limits_say(seed: int) -> None:
    until_s: dict[str, float] = {}
    for now_s, fault in play(seed, 240):
        at_work = {name for name, end_s in until_s.items() if end_s > now_s}
        assert fault.target not in at_work
        robots = at_work & set(ROBOTS)
        if fault.target in ROBOTS:
            assert len(robots) < LIMITS.robots
        else:
            assert len(at_work - robots) < LIMITS.processes
        until_s[fault.target] = now_s + fault.lasts_s


def test_an_hour_has_five_hundred_faults_and_forty_of_each_class() -> None:
    struck = [fault for _, fault in play(1, 3600)]
    assert len(struck) >= 500
    counts = Counter(fault.kind for fault in struck)
    assert all(counts[kind] >= 40 for kind in FaultKind), counts
    killed = Counter(fault.target for fault in struck if fault.kind is FaultKind.PROCESS_KILLED)
    assert max(killed[part] for part in PARTS) - min(killed[part] for part in PARTS) <= 1


def test_most_strike_at_moments_that_hurt_and_some_at_any() -> None:
    struck = [fault for _, fault in play(2, 1800, delicate=0.3)]
    share = sum(fault.situation in DELICATE for fault in struck) / len(struck)
    assert 0.5 < share < 0.95
    situations = Counter(fault.situation for fault in struck)
    assert min(situations[situation] for situation in DELICATE) > 0.15 * len(struck), "the rare ones get their share"


def test_where_nothing_delicate_happens_faults_strike_all_the_same() -> None:
    assert len(play(3, 300, delicate=0.0)) > 15


def test_the_same_seed_gives_the_same_faults() -> None:
    assert play(4, 300) == play(4, 300)
    assert play(4, 300) != play(5, 300)


def test_a_fault_that_could_not_be_brought_about_is_due_again() -> None:
    schedule = Schedule(1, PARTS)
    view = View(dict.fromkeys(ROBOTS, Situation.LOADED), settled=True)
    fault = next(
        found
        for tenth in range(2000)
        if (found := schedule.look(Now(0.0, tenth / 10.0), view)) and found.target in ROBOTS
    )
    before = schedule.struck[fault.kind]
    schedule.failed(fault)
    assert schedule.struck[fault.kind] == before - 1
    later = [schedule.look(Now(0.0, 300.0 + tenth / 10.0), view) for tenth in range(1000)]
    assert fault.kind in {each.kind for each in later if each is not None}
