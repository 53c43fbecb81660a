"""How people have found what was done for them: once a task, when it has ended, in words of a list."""

from __future__ import annotations

import pytest

from robot_fleet.core.facts import TaskRated
from robot_fleet.core.inputs import CancelTask, RateTask, SubmitTask
from test.property.core_world import CoreWorld
from test.property.test_core import world_of


@pytest.fixture
def world() -> CoreWorld:
    tiny = world_of("tiny")
    made = CoreWorld(tiny.site, tiny.ports)
    made.tell_all()
    made.feed(SubmitTask("t1", "care_visit", {"place": "home/r101"}))
    return made


def refused(world: CoreWorld, wish: RateTask) -> str:
    return next(effect.code for effect in world.feed(wish) if getattr(effect, "key", "") == wish.key)


def test_what_has_ended_is_rated_once(world: CoreWorld) -> None:
    assert refused(world, RateTask("k1", "t1", 5)) == "request_task_open"
    assert refused(world, RateTask("k2", "t2", 5)) == "request_unknown_task"
    world.feed(CancelTask("c1", "t1", "no need"))
    assert refused(world, RateTask("k3", "t1", 6)) == "request_rating_malformed"
    assert refused(world, RateTask("k4", "t1", 5, ("Kim was nice",))) == "request_rating_malformed"
    world.feed(RateTask("k5", "t1", 4, ("friendly", "friendly"), "p-1"))
    world.feed(RateTask("k5", "t1", 4, ("friendly", "friendly"), "p-1"))  # the answer was lost
    (fact,) = [fact for fact in world.facts if isinstance(fact, TaskRated)]
    assert (fact.task, fact.stars, fact.words, fact.by) == ("t1", 4, ("friendly",), "p-1")
    assert world.state.tasks["t1"].stars == 4
    assert refused(world, RateTask("k6", "t1", 1)) == "request_task_rated"
    world.check_replay()
