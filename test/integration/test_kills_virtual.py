"""Kills at random and at the worst moments on the virtual clock: every request ends once, every act happens once."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from robot_fleet.runtime.chaos.fleet import ChaosFleet
from robot_fleet.runtime.chaos.mortal import Moment
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.sim.people import read_people
from robot_fleet.site.ground.maps import read_map
from test.integration.killed_run import BUSAN, SITUATIONS, Kill, KilledRun, busan, first_rows

TOGETHER = (("manager",), ("agents",), ("sim",), ("sim", "agents"), ("manager", "agents", "sim"))
ALONE = ("care_1", "parking_1", "parking_2", "logistics_1", "manager")


def kills(seed: int) -> list[Kill]:
    """Every process, and several at once, in every situation that matters; and some whenever it happens."""
    draw = random.Random(seed)
    made = [
        Kill(parts, draw.uniform(0.7, 7.5), situation, draw.random() < 0.4, draw.choice(list(Moment)))
        for situation in SITUATIONS
        if situation
        for parts in TOGETHER
    ]
    made += [Kill((part,), draw.uniform(0.7, 20.0)) for part in ALONE]
    draw.shuffle(made)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_fifty_kills_lose_nothing_and_do_nothing_twice(seed: int, tmp_path: Path) -> None:
    rows = first_rows(16)
    run = KilledRun(rows, seed, tmp_path / "trace.csv")
    run.play(kills(seed), apart_s=15.0)
    assert sum(run.forced.values()) == 50
    assert all(run.forced[situation] >= 5 for situation in SITUATIONS)
    assert {part for _, part in run.fleet.kills} >= {"manager", "agents", "sim", "parking_1"}
    run.check(rows)


def test_a_fleet_that_is_never_killed_runs_as_any_other() -> None:
    site, ports = busan()
    occupancy, people, rows = read_map(Path(site.map_file)), read_people(BUSAN / "people.yaml"), first_rows(5)
    plain = VirtualFleet(site, ports, occupancy, people, rows, 1)
    mortal = ChaosFleet(site, ports, occupancy, people, rows, 1)
    for fleet in (plain, mortal):
        for link in fleet.links.values():
            link.start(fleet.now)
        for _ in range(900):
            fleet.second()
    assert len(plain.host.fleet.state.tasks) == 5
    assert mortal.world.physical_acts == plain.world.physical_acts
    assert mortal.history.facts == plain.log.facts  # type: ignore[attr-defined]
