"""The people whom robots wait for: recipients, staff, whoever calls a room. They answer after a while or not at all.

Nothing is kept here: what somebody answers, and when, follows from the seed and from since when the robot waits.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from robot_fleet.sim.world import SimWorld


@dataclass(frozen=True, slots=True)
class Wait:
    """A robot's wait for an answer, as the fleet tells of it: task, service, act, and since when (fleet time)."""

    task: str
    service: str
    act: str
    since_s: float


def who_takes_over(world: SimWorld, wait: Wait) -> str:
    """Return the opaque id of whoever takes over with an answer, where the wait asks for it."""
    return f"responder_{random.Random(f'{world.seed}/name/{wait.task}').randint(1, 9)}"


def answer_now(world: SimWorld, wait: Wait) -> str:
    """Return the word with which somebody has answered a wait by now, empty as long as nobody has."""
    key = f"{wait.service}.{wait.act}"
    drawn = world.people.answer(
        world.seed, f"{wait.task}/{wait.act}/{wait.since_s:.1f}", key, world.truth_of_request(wait.task)
    )
    return drawn.result if drawn is not None and world.now_s >= wait.since_s + drawn.duration_s else ""
