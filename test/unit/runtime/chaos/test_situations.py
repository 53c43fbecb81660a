"""What a robot is in the middle of follows from its order and its load."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from robot_fleet.core.fleet import FleetState, initial_state
from robot_fleet.core.fleet.state import OrderRecord
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Step, StepKind
from robot_fleet.core.site import Site
from robot_fleet.runtime.chaos.situations import Situation, situations
from robot_fleet.site.load import load_site

BUSAN = Path(__file__).resolve().parents[4] / "config" / "sites" / "busan_edc"


@pytest.fixture(scope="module")
def site() -> Site:
    return load_site(BUSAN)


@pytest.fixture
def state(site: Site) -> FleetState:
    return initial_state(site)


def order(site: Site, narrow: bool, **changes: object) -> OrderRecord:
    lanes = tuple(name for name, lane in site.lanes.items() if bool(lane.resource) is narrow)[:2]
    dock = Step("o1.2", StepKind.DOCK, Pose(0.0, 0.0), place="care_home/charger_1")
    made = OrderRecord("o1", 1, "home", "", -1, "care_home/charger_1", False, lanes, (dock,), 0.0)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("narrow", "released", "done", "load", "expected"),
    [
        (False, 1, 0, (), Situation.WORKING),
        (False, 1, 0, ("meal",), Situation.LOADED),
        (True, 1, 0, ("meal",), Situation.EXCLUSIVE),
        (True, 0, 0, (), Situation.WORKING),
        (True, 1, 1, (), Situation.WORKING),
        (False, 2, 2, (), Situation.WORKING),
        (False, 3, 2, ("meal",), Situation.DOCKING),
    ],
)
def test_a_robot_with_an_order(
    site: Site, state: FleetState, narrow: bool, released: int, done: int, load: tuple[str, ...], expected: Situation
) -> None:
    robot = state.robots["care_1"]
    robot.order, robot.load = order(site, narrow, released=released, done=done), load
    assert situations(site, state)["care_1"] is expected


def test_a_robot_without_an_order(site: Site, state: FleetState) -> None:
    assert set(situations(site, state).values()) == {Situation.IDLE}
    state.robots["care_1"].load = ("meal",)
    assert situations(site, state)["care_1"] is Situation.LOADED
