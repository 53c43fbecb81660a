"""Tasks that ended long ago leave the live state, and nobody who asks for them notices."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import TasksRetired
from robot_fleet.core.fleet.tasks import retiring
from robot_fleet.core.fleet.tasks.retired import EndedTask, digest_of, ended_tasks, find_ended
from robot_fleet.core.inputs import (
    AcknowledgeAlarm,
    AnswerTask,
    CancelTask,
    CloseIncident,
    RecordVoice,
    SetHold,
    SubmitTask,
    Tick,
)
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.runtime.runs.summary import fleet_part
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

VISIT = {"place": "home/r101"}
PARCEL = {"from": "hub/shelf", "to": "home/gate", "item": "p", "mass_kg": 1.0}
KEPT = 2


@pytest.fixture
def world() -> Iterator[CoreWorld]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(retiring, "KEPT", KEPT)
        made = world_of("tiny")
        made.tell_all()
        yield made


def ask_and_take_back(world: CoreWorld, *keys: str) -> None:
    for key in keys:
        world.feed(SubmitTask(key, "patrol", {"route": "round"}))
        world.feed(CancelTask(f"c_{key}", key, "not needed"))
        world.pass_time(1.0)


def look(world: CoreWorld) -> None:
    world.pass_time(retiring.LOOK_EVERY_S)
    world.tell_all()
    world.feed(Tick())


def retired(world: CoreWorld) -> list[TasksRetired]:
    return [fact for fact in world.facts if isinstance(fact, TasksRetired)]


def test_a_call_stays_as_long_as_people_are_not_done_with_it(world: CoreWorld) -> None:
    world.feed(SubmitTask("call", "care_alarm", {"place": "home/r101", "signal": "help_button"}))
    world.feed(CancelTask("c_call", "call", "mistyped"))
    ask_and_take_back(world, "a", "b", "c", "d", "e")
    look(world)
    assert "call" in world.state.tasks
    world.feed(AcknowledgeAlarm("k", "call"))
    world.feed(RecordVoice("v", "call", "answered"))
    world.feed(CloseIncident("o", "incident:call", "", verdict="false_alarm"))
    ask_and_take_back(world, "f", "g")
    look(world)
    (call,) = [task for task in ended_tasks(world.state) if task.id == "call"]
    assert "call" in world.state.retired
    assert (call.voice_s is not None, call.escalated_s, call.verdict) == (True, None, "false_alarm")


def test_a_line_of_a_version_that_recorded_no_voice_is_read() -> None:
    task = EndedTask(
        "t",
        "care_alarm",
        "d",
        100,
        TaskState.COMPLETED,
        "",
        "",
        "care_1",
        0.0,
        180.0,
        1.0,
        9.0,
        0.0,
        True,
        0.1,
        5.0,
        "x",
    )
    older = json.dumps(json.loads(task.line())[:-2])
    assert EndedTask.read(older) == task


def told(world: CoreWorld) -> dict[str, object]:
    return fleet_part(world.site, world.state, {}, {}, 0, 0, {}, 0)


def test_those_that_ended_first_leave_and_the_newest_stay(world: CoreWorld) -> None:
    ask_and_take_back(world, "a", "b", "c")
    look(world)
    assert not retired(world), "one more than is kept is not worth a fact"
    ask_and_take_back(world, "d")
    look(world)
    assert [fact.tasks for fact in retired(world)] == [("a", "b")]
    assert list(world.state.tasks) == ["c", "d"]
    assert list(world.state.retired) == ["a", "b"]


def test_a_task_that_a_robot_still_has_an_order_for_stays(world: CoreWorld) -> None:
    for each in world.robots.values():
        while world.step(each):  # to its charger
            world.tell(each)
    world.feed(SubmitTask("v", "care_visit", VISIT))
    robot = world.state.robots[world.state.tasks["v"].robot]
    world.feed(SetHold("h", True))  # nobody turns it round
    world.feed(CancelTask("c_v", "v", "not needed"))
    ask_and_take_back(world, "a", "b", "c", "d")
    look(world)
    assert robot.busy is not None
    assert robot.busy.task == "v"
    assert [fact.tasks for fact in retired(world)] == [("a", "b")]
    world.feed(SetHold("l", False))
    world.drain(hours=1.0)
    ask_and_take_back(world, "e", "f")
    look(world)
    assert "v" in world.state.retired


def test_the_summary_is_the_same_before_and_after(world: CoreWorld) -> None:
    world.feed(SubmitTask("alarm", "care_alarm", {**VISIT, "signal": "fall_detected"}))
    world.feed(SubmitTask("v", "care_visit", VISIT))
    world.drain(hours=1.0)
    world.feed(RecordVoice("spoken", "alarm", "answered"))
    world.feed(CloseIncident("over", "incident:alarm", "", verdict="helped"))
    ask_and_take_back(world, "a", "b", "c", "d")
    before = told(world)
    look(world)
    assert set(world.state.retired) >= {"alarm", "v"}
    assert not world.state.calls(), "the call for help has gone with its task"
    after = told(world)
    assert sorted(map(str, after["requests"])) == sorted(map(str, before["requests"]))  # type: ignore[call-overload]
    assert {name: after[name] for name in ("robots", "alarms", "plans")} == {
        name: before[name] for name in ("robots", "alarms", "plans")
    }
    assert [task.id for task in ended_tasks(world.state)] == ["alarm", "v", "a", "b", "c", "d"]


@pytest.mark.parametrize("restarted", [False, True])
def test_an_old_key_gets_the_answer_that_it_got_before(world: CoreWorld, restarted: bool) -> None:
    due = {"place": "home/r101", "due_at": "23:00"}
    world.feed(SubmitTask("v", "care_visit", due))
    world.drain(hours=1.0)
    ask_and_take_back(world, "a")
    asked = (SubmitTask("v", "care_visit", due), SubmitTask("a", "patrol", {"route": "round"}))
    before = [world.feed(wish) for wish in asked]
    ask_and_take_back(world, "b", "c", "d")
    look(world)
    assert {"a", "v"} <= world.state.retired.keys()
    if restarted:
        world.restart()
    facts = len(world.facts)
    assert [world.feed(wish) for wish in asked] == before
    (same,) = world.feed(SubmitTask("v", "care_visit", {"due_at": 23 * 3600.0, "place": "home/r101"}))
    assert same == before[0][0]
    for service, params in (("care_visit", VISIT), ("care_visit", {**due, "place": "home/r102"}), ("patrol", due)):
        (other,) = world.feed(SubmitTask("v", service, params))
        assert (other.accepted, other.code) == (False, "request_key_used")
    assert len(world.facts) == facts


def test_other_commands_about_it_are_told_that_it_has_ended(world: CoreWorld) -> None:
    ask_and_take_back(world, "a", "b", "c", "d")
    look(world)
    (cancelled,) = world.feed(CancelTask("again", "a"))
    assert cancelled.code == "request_task_ended"
    (answered,) = world.feed(AnswerTask("answer", "a", "done"))
    assert answered.code == "request_task_asks_not"
    why = world.fleet.explain("a", world.now)
    assert (why.state, why.service, why.reason) == ("cancelled", "patrol", "not needed")
    with pytest.raises(RequestError):
        world.fleet.explain("nobody", world.now)


def test_items_that_people_have_are_forgotten_unless_a_task_speaks_of_them(world: CoreWorld) -> None:
    world.feed(SubmitTask("p", "parcel_delivery", PARCEL))
    world.drain(hours=1.0)
    assert world.state.items["p"].holder.startswith("person:")
    ask_and_take_back(world, "a")
    look(world)
    assert "p" in world.state.items
    ask_and_take_back(world, "b", "c")
    look(world)
    assert "p" not in world.state.items
    assert all(item.holder.startswith("place:") for item in world.state.items.values())
    world.feed(SubmitTask("p2", "parcel_delivery", PARCEL))  # it comes back, as if for the first time
    world.drain(hours=1.0)
    ended = find_ended(world.state, "p2")
    assert ended is not None
    assert ended.state is TaskState.COMPLETED


def test_of_an_old_ledger_few_leave_at_once(world: CoreWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retiring, "MOST_AT_ONCE", 3)
    ask_and_take_back(world, *"abcdefgh")
    for left in (5, 2):
        look(world)
        assert len(world.state.tasks) == left


def test_a_line_says_all_of_it() -> None:
    task = EndedTask(
        "r1", "care_alarm", "0123456789abcdef", 100, TaskState.COMPLETED, "외출", "", "care_1", 1.5, 2.5, None, 9.0,
        0.0, True, 3.25, None, "false_alarm",
    )  # fmt: skip
    assert EndedTask.read(task.line()) == task


def test_a_digest_knows_the_same_request_in_other_words() -> None:
    known = digest_of("s", {"at": 27_000.0, "to": "a", "n": 1.0})
    assert digest_of("s", {"to": "a", "n": 1, "at": "07:30", "extra": None}) == known
    for params in ({"to": "a", "n": 2, "at": "07:30"}, {"to": "a", "n": 1}, {"to": "a", "n": "1", "at": "07:30"}):
        assert digest_of("s", params) != known
    assert digest_of("t", {"at": 27_000.0, "to": "a", "n": 1.0}) != known
    assert digest_of("s", {"n": 10**400, "l": [1], "f": float("nan")})
