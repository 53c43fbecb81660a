from __future__ import annotations

from collections.abc import Callable

import pytest

from robot_fleet.core.ports import GoalState
from robot_fleet.core.site import Site
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.factories import make_site

MakeWorld = Callable[..., SimWorld]


@pytest.fixture
def make_world() -> MakeWorld:
    """Build a world of a site (the corridor by default) on an open plane."""

    def build(site: Site | None = None, people: People | None = None, seed: int = 1, start_s: float = 0.0) -> SimWorld:
        return SimWorld(site or make_site(), None, people or People(), seed, start_s)

    return build


def run_goal(world: SimWorld, robot: str = "log_1", most_s: float = 1000.0) -> float:
    """Let time pass until the robot's goal has ended; return how long that took."""
    began_s = world.now_s
    goal = world.robots[robot].goal
    assert goal is not None
    while goal.state is GoalState.RUNNING:
        world.advance()
        assert world.now_s - began_s < most_s
    return world.now_s - began_s


def run_act(world: SimWorld, act_id: str, most_s: float = 1000.0) -> GoalState:
    """Let time pass until an act has ended."""
    began_s = world.now_s
    act = world.acts.by_id[act_id]
    while act.state is GoalState.RUNNING:
        world.advance()
        assert world.now_s - began_s < most_s
    return act.state
