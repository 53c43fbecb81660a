"""The sites that are shipped, as far as the simulator reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from robot_fleet.core.flow import WAIT
from robot_fleet.sim.people import People, read_people
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.load import load_site
from test.factories import make_site

ROOT = Path(__file__).parents[3]
FOLDERS = [ROOT / "config" / "sites" / "busan_edc", ROOT / "test" / "data" / "sites" / "tiny"]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_habit_is_of_an_act_that_exists_and_every_act_has_one(folder: Path) -> None:
    site = load_site(folder)
    people = read_people(folder / "people.yaml").habits
    named = [
        (
            (f"{service.id}.{act.id}", f"{service.id}.{act.act}", act.act),
            people.answers if act.act == WAIT else people.acts,
        )
        for service in site.services.values()
        for stop in service.stops
        for act in stop.acts
    ]
    for habits in (people.acts, people.answers):
        assert set(habits) <= {name for names, kept in named if kept is habits for name in names}
    assert [names[0] for names, habits in named if not any(name in habits for name in names)] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_world_of_the_site_begins_without_contacts(folder: Path) -> None:
    site = load_site(folder)
    world = SimWorld(site, None, read_people(folder / "people.yaml"), 1, 0.0)
    for robot in world.robots.values():
        world.scanners.check(robot, world.now_s)
    assert world.contacts == []
    assert set(world.custody.items) == set(site.items)


def test_only_the_asked_robots_are_simulated() -> None:
    site = make_site(robots={"log_1": "a", "real_1": "b"})
    world = SimWorld(site, None, People(), 1, 0.0, robots=["log_1"])
    assert list(world.robots) == ["log_1"]
