"""Flows: what an act's end, an answer or a timeout leads to, and how a task ends by it."""

from __future__ import annotations

from dataclasses import replace

from robot_fleet.core.facts import AnswerAwaited, Fact, FlowMoved
from robot_fleet.core.flow import TIMEOUT, WAIT
from robot_fleet.core.inputs import AnswerTask, PlaceSensed, SubmitTask, Tick
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.order import StepKind
from robot_fleet.core.site import ActTemplate, Branch, Due, Outcome, StopTemplate
from robot_fleet.core.text import Text
from test.property.core_world import CoreWorld, ModelRobot
from test.property.test_core import world_of

PARCEL: dict[str, object] = {"from": "hub/shelf", "to": "home/gate", "item": "b1", "mass_kg": 2.0}
WAIT_S = 120.0


def branches(**to: str) -> tuple[Branch, ...]:
    return tuple(Branch(word, where) for word, where in to.items())


DOOR = StopTemplate(
    "drop_off",
    "param:to",
    (
        ActTemplate("notify", "notify", expected_s=5.0, repeatable=True),
        ActTemplate(
            "code",
            "enter_code",
            expected_s=30.0,
            branches=branches(wrong="code", absent="remind", refused="back", silent="answer"),
        ),
        ActTemplate(
            "hand", "give", item="item", to="person", expected_s=10.0, branches=branches(jam="back"), then="end:met"
        ),
        ActTemplate("remind", "notify", expected_s=5.0, repeatable=True),
        ActTemplate(
            "answer",
            WAIT,
            expected_s=20.0,
            wait_s=WAIT_S,
            interruptible=True,
            branches=branches(coming="hand", leave_it="locker", timeout="locker", keep="end:kept"),
        ),
    ),
)
LOCKER = StopTemplate(
    "locker",
    "place:annex/locker",
    (ActTemplate("put", "give", item="item", to="place", then="end:in_locker"),),
    side=True,
)
FULL = replace(LOCKER, if_full="back")
BACK = StopTemplate(
    "back", "place:hub/shelf", (ActTemplate("return", "give", item="item", to="place", then="end:returned"),), side=True
)
OUTCOMES = tuple(
    Outcome(name, Text(name, name), fails)
    for name, fails in (("met", False), ("in_locker", False), ("returned", True), ("kept", True))
)


def at_the_door(locker: StopTemplate = LOCKER) -> tuple[CoreWorld, ModelRobot]:
    """A parcel's robot that has come to its recipient and has notified them."""
    tiny = world_of("tiny")
    spec = tiny.site.services["parcel_delivery"]
    service = replace(spec, stops=(spec.stops[0], DOOR, locker, BACK), outcomes=OUTCOMES)
    world = CoreWorld(replace(tiny.site, services={**tiny.site.services, service.id: service}), tiny.ports)
    world.tell_all()
    world.feed(SubmitTask("t1", "parcel_delivery", PARCEL))
    for _ in range(200):
        robot = world.robots.get(world.state.tasks["t1"].robot)
        if robot is not None and "drop_off.notify" in world.state.tasks["t1"].instants:
            return world, robot
        work(world)
    raise AssertionError("nobody came to the door")


def work(world: CoreWorld, pause_s: float = 2.0) -> None:
    world.pass_time(pause_s)
    for robot in world.robots.values():
        world.step(robot)
        world.tell(robot)
    world.feed(Tick())


def say(world: CoreWorld, robot: ModelRobot, word: str, how: str = "done") -> None:
    """Let the robot's next act end with a word."""
    world.pass_time(10.0)
    assert world.step(robot, how, word)
    world.tell(robot)
    world.feed(Tick())


def until_ended(world: CoreWorld) -> None:
    for _ in range(200):
        if world.state.tasks["t1"].ended:
            world.check_custody()
            world.check_replay()
            return
        work(world)
    raise AssertionError("it does not end")


def moves(world: CoreWorld) -> list[tuple[str, str, str]]:
    return [(fact.act, fact.word, fact.by) for fact in world.facts if isinstance(fact, FlowMoved)]


def of_kind(world: CoreWorld, kind: type[Fact]) -> list[Fact]:
    return [fact for fact in world.facts if isinstance(fact, kind)]


def test_without_a_surprise_it_goes_in_order_and_ends_by_its_outcome() -> None:
    world, robot = at_the_door()
    say(world, robot, "right")
    until_ended(world)
    task = world.state.tasks["t1"]
    assert (task.state, task.result) == (TaskState.COMPLETED, "met")
    assert moves(world) == []


def test_what_comes_after_an_act_that_decides_is_announced_and_not_released() -> None:
    _, robot = at_the_door()
    order = robot.order
    assert order is not None
    assert [step.params["act"] for step in order.steps[-3:]] == ["notify", "code", "hand"]
    assert order.released == len(order.steps) - 1


def test_an_act_that_is_done_again_is_a_new_act_of_the_same_order() -> None:
    world, robot = at_the_door()
    order = robot.order
    for _ in range(3):
        say(world, robot, "wrong")
    assert robot.order is not None and order is not None and robot.order.id == order.id
    say(world, robot, "right")
    until_ended(world)
    assert world.state.tasks["t1"].result == "met"
    assert moves(world) == [("code", "wrong", "")] * 3


def test_who_does_not_come_in_time_finds_it_in_the_locker() -> None:
    world, robot = at_the_door()
    say(world, robot, "absent")
    say(world, robot, "")
    waiting = robot.next_step
    assert waiting is not None and waiting.kind is StepKind.WAIT
    (awaited,) = of_kind(world, AnswerAwaited)
    assert isinstance(awaited, AnswerAwaited) and awaited.until_s == awaited.at_s + WAIT_S
    work(world, WAIT_S - 4.0)
    assert world.state.tasks["t1"].awaits is not None and robot.next_step is waiting
    work(world, 10.0)
    assert moves(world)[-1] == ("answer", TIMEOUT, "")
    until_ended(world)
    assert (world.state.tasks["t1"].result, world.held["b1"]) == ("in_locker", "place:annex/locker")


def test_an_answer_goes_on_at_once_and_the_answer_of_another_wait_is_refused() -> None:
    world, robot = at_the_door()
    (answer,) = world.feed(AnswerTask("a0", "t1", "coming"))
    assert answer.code == "request_task_asks_not"
    say(world, robot, "absent")
    say(world, robot, "")
    (answer,) = world.feed(AnswerTask("a1", "t1", "later"))
    assert (answer.accepted, answer.code) == (False, "request_wrong_answer")
    (answer,) = world.feed(AnswerTask("a2", "t1", "coming", by="recipient"))
    assert answer.accepted
    assert moves(world)[-1] == ("answer", "coming", "recipient")
    (answer,) = world.feed(AnswerTask("a2", "t1", "coming", by="recipient"))
    assert answer.accepted and len(moves(world)) == 2
    until_ended(world)
    assert world.state.tasks["t1"].result == "met"


def test_an_answer_right_after_an_act_that_decided_has_the_last_word() -> None:
    world, robot = at_the_door()
    say(world, robot, "silent")
    world.feed(AnswerTask("a1", "t1", "coming", by="recipient"))
    world.tell(robot)
    world.feed(Tick())
    assert [move[:2] for move in moves(world)] == [("code", "silent"), ("answer", "coming")]
    until_ended(world)
    assert world.state.tasks["t1"].result == "met"


def test_an_answer_can_be_the_end_and_an_outcome_can_be_a_failure() -> None:
    world, robot = at_the_door()
    say(world, robot, "absent")
    say(world, robot, "")
    world.feed(AnswerTask("a1", "t1", "keep", by="operator"))
    task = world.state.tasks["t1"]
    assert (task.state, task.reason) == (TaskState.FAILED, "kept")
    assert moves(world)[-1] == ("answer", "keep", "operator")


def test_a_refusal_brings_it_back_and_so_does_an_act_that_fails_with_a_code_that_has_a_branch() -> None:
    for how, words in (("done", ["refused"]), ("failed", ["right", "act_jam"])):
        world, robot = at_the_door()
        for number, word in enumerate(words):
            say(world, robot, word, how if number == len(words) - 1 else "done")
        until_ended(world)
        task = world.state.tasks["t1"]
        assert (task.state, task.reason) == (TaskState.FAILED, "returned")
        assert world.held["b1"] == "place:hub/shelf"


def test_a_restart_in_a_wait_changes_nothing() -> None:
    world, robot = at_the_door()
    say(world, robot, "absent")
    say(world, robot, "")
    awaits = world.state.tasks["t1"].awaits
    world.snapshot()
    world.restart()
    world.tell_all()
    world.feed(Tick())
    assert world.state.tasks["t1"].awaits == awaits
    work(world, WAIT_S + 10.0)
    until_ended(world)
    assert world.state.tasks["t1"].result == "in_locker"


def test_where_no_place_has_room_it_goes_the_other_way() -> None:
    world, robot = at_the_door(FULL)
    locker = world.site.places["annex/locker"]
    for number in range(locker.holds_items):
        world.feed(PlaceSensed("annex/locker", tuple(f"other_{i}" for i in range(number + 1))))
    say(world, robot, "absent")
    say(world, robot, "")
    work(world, WAIT_S + 10.0)
    until_ended(world)
    assert (world.state.tasks["t1"].reason, world.held["b1"]) == ("returned", "place:hub/shelf")


def test_a_wait_may_be_all_that_a_service_does() -> None:
    ask = ActTemplate("ask", WAIT, expected_s=20.0, wait_s=WAIT_S, branches=branches(done="leave", timeout="end:kept"))
    tiny = world_of("tiny")
    spec = tiny.site.services["care_visit"]
    where = spec.stops[0].where
    service = replace(
        spec,
        stops=(StopTemplate("room", where, (ask,)),),
        outcomes=OUTCOMES,
        due=Due("requested", 600.0, "room.arrived"),
    )
    world = CoreWorld(replace(tiny.site, services={**tiny.site.services, service.id: service}), tiny.ports)
    world.tell_all()
    world.feed(SubmitTask("t1", service.id, {"place": "home/r101"}))
    for _ in range(200):
        if world.state.tasks["t1"].awaits is not None:
            break
        work(world)
    assert world.state.tasks["t1"].state is TaskState.UNDERWAY
    world.feed(AnswerTask("a1", "t1", "done", by="p-1"))
    until_ended(world)
    assert world.state.tasks["t1"].state is TaskState.COMPLETED
    assert ("ask", "done", "p-1") in moves(world)
