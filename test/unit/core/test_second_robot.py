"""A call for help is answered at least once: with the flow that the first site has today, another robot goes."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import yaml

from robot_fleet.core.facts import TaskReleased
from robot_fleet.core.fleet.right_of_way import release
from robot_fleet.core.inputs import AnswerTask, SubmitTask
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Service
from robot_fleet.site.models.services import ServiceFile
from test.property.core_world import CoreWorld, ModelRobot
from test.property.test_core import world_of
from test.unit.core.test_care import ALARM, docked, voice
from test.unit.core.test_recovery import refused, work
from test.unit.core.test_trouble import silence, visitor

NOBODY = "nobody"
BUSAN = Path(__file__).parents[3] / "config" / "sites" / "busan_edc"


@cache
def flow() -> Service:
    file = BUSAN / "services" / "care_alarm.yaml"
    return ServiceFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))).value()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> CoreWorld:
    """Somebody has called and has answered on the line; robots are released no further than they need."""
    monkeypatch.setattr(release, "HORIZON_M", 2.0)
    tiny = world_of("tiny")
    made = docked(CoreWorld(replace(tiny.site, services={**tiny.site.services, "care_alarm": flow()}), tiny.ports))
    made.feed(SubmitTask("a1", "care_alarm", ALARM))
    voice(made, "made")
    voice(made, "answered", "help")
    return made


def until_asked(world: CoreWorld, act: str) -> ModelRobot:
    """Let whoever can be heard work until the call's robot waits for the answer to an act."""
    for _ in range(200):
        task = world.state.tasks["a1"]
        if task.awaits is not None and task.awaits.act == act:
            return visitor(world, "a1")
        work(world, *(robot.id for robot in world.robots.values() if robot.reachable))
    raise AssertionError(f"{act} is not asked")


def say(world: CoreWorld, word: str, to: str = "") -> None:
    assert refused(world, AnswerTask(f"s{len(world.facts)}", "a1", word, by="op_1", to=to)) == ""
    work(world, world.state.tasks["a1"].robot)


def staff(world: CoreWorld) -> list[tuple[str, str]]:
    return [(job.text, job.state.value) for job in world.state.jobs.values()]


def test_a_second_robot_goes_when_the_first_falls_silent_on_its_way(world: CoreWorld) -> None:
    first = visitor(world, "a1")
    work(world, first.id)
    silence(world, first)
    assert visitor(world, "a1").id != first.id
    assert [fact.reason for fact in world.facts if isinstance(fact, TaskReleased)] == ["robot_offline"]
    world.drain(hours=1.0)
    task = world.state.tasks["a1"]
    assert task.state is TaskState.COMPLETED
    assert task.robot != first.id
    world.check_replay()


@pytest.mark.parametrize("act", ["judge", "responders", "handed_over"])
def test_staff_go_when_the_robot_falls_silent_beside_the_caller(world: CoreWorld, act: str) -> None:
    """It stands where another would have to, so that no other can be there."""
    first = until_asked(world, "judge")
    if act != "judge":
        say(world, "ambulance_needed")
        until_asked(world, "responders")
    if act == "handed_over":
        say(world, "let_in")
        until_asked(world, "handed_over")
    world.fleet_s = max(world.fleet_s, world.state.tasks["a1"].request.due_s)
    work(world, NOBODY)
    assert staff(world) == []
    silence(world, first)
    work(world, NOBODY)
    assert staff(world) == [("no_robot_in_time", "open")]
    first.reachable = True
    world.tell(first)
    work(world, NOBODY)
    assert staff(world) == [("no_robot_in_time", "open")]  # to be heard again is not to be with them
    world.check_replay()
