"""What people change about open tasks: how urgent they are, who does them, whether they begin, and what that costs."""

from __future__ import annotations

import json

import pytest

from robot_fleet.core.errors import RequestError
from robot_fleet.core.facts import OrderSent, TaskDirected, TaskHeld, TaskPrioritised, TaskReleased, TaskResumed
from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.tasks.retired import EndedTask, find_ended
from robot_fleet.core.inputs import (
    CancelTask,
    DirectTask,
    HoldTask,
    Input,
    PrioritiseTask,
    ResumeTask,
    SequenceTask,
    SubmitTask,
    Tick,
)
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.ledger.codec import value_codec
from test.property.core_world import CoreWorld
from test.property.test_core import world_of

VISIT: dict[str, object] = {"place": "home/r101"}
LATER: dict[str, object] = {"place": "home/r101", "earliest_at": "10:00", "due_at": "10:30"}
PARCEL: dict[str, object] = {"from": "hub/shelf", "to": "home/gate", "item": "b1", "mass_kg": 2.0}
ALARM: dict[str, object] = {"place": "home/r101", "signal": "help_button"}


@pytest.fixture
def world() -> CoreWorld:
    """The tiny site at 07:30, all robots docked."""
    made = world_of("tiny")
    made.tell_all()
    for _ in range(3):
        work(made)
    return made


def work(world: CoreWorld, *names: str) -> None:
    """Let some robots (all for none) do a step and tell of it, and the core look at the time."""
    world.pass_time(2.0)
    for robot in world.robots.values():
        if not names or robot.id in names:
            world.step(robot)
        world.tell(robot)
    world.feed(Tick())


def over(world: CoreWorld, task: str) -> EndedTask:
    """Return a task that has ended."""
    found = find_ended(world.state, task)
    assert found is not None
    return found


def refused(world: CoreWorld, wish: Input) -> str:
    """Return the code with which a wish is refused, and see that it changed nothing."""
    facts, state = len(world.facts), repr(world.state)
    (answer,) = world.feed(wish)
    assert not answer.accepted
    assert answer.message
    assert (len(world.facts), repr(world.state)) == (facts, state)
    return answer.code


def granted(world: CoreWorld, wish: Input) -> None:
    (answer,) = world.feed(wish)
    assert answer.accepted, answer.message


def on(world: CoreWorld, task: str) -> str:
    record = world.state.tasks[task]
    return record.robot or world.state.planned.get(task, "")


def other_than(world: CoreWorld, robot: str) -> str:
    kind = world.state.robots[robot].kind
    return next(each.id for each in world.state.robots.values() if each.kind == kind and each.id != robot)


def test_a_task_goes_to_the_robot_that_a_person_wants_and_back(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    first = on(world, "a")
    second = other_than(world, first)
    granted(world, DirectTask("d1", "a", only_on=second, by="kim"))
    assert on(world, "a") == second
    assert TaskDirected("a", second, "", "kim", world.fleet_s) in world.facts
    granted(world, DirectTask("d2", "a", not_on=second))
    assert on(world, "a") == first
    granted(world, DirectTask("d3", "a"))
    assert (world.state.tasks["a"].bound_to, world.state.tasks["a"].barred_from) == ("", "")
    world.check_replay()


def test_a_robot_on_its_way_gives_the_task_up_for_the_one_that_is_wanted(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    first = on(world, "a")
    assert world.state.tasks["a"].state is TaskState.ASSIGNED
    second = other_than(world, first)
    granted(world, DirectTask("d1", "a", only_on=second))
    assert TaskReleased("a", "reassigned") in world.facts
    assert on(world, "a") == second
    world.drain(hours=1.0)
    assert (world.state.tasks["a"].state, world.state.tasks["a"].robot) == (TaskState.COMPLETED, second)


def test_the_robot_that_is_wanted_is_waited_for(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    second = other_than(world, on(world, "a"))
    granted(world, DirectTask("d1", "a", only_on=second))
    world.robots[second].reachable = False
    for _ in range(20):
        work(world)
    task = world.state.tasks["a"]
    assert (task.state, task.reason) == (TaskState.REQUESTED, "no_robot_available")
    world.robots[second].reachable = True
    for _ in range(3):
        work(world)
    assert on(world, "a") == second


def test_a_held_task_is_not_begun_and_goes_on_when_it_is_resumed(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    assert world.state.tasks["a"].state is TaskState.ASSIGNED
    granted(world, HoldTask("h1", "a", "guests", "kim"))
    task = world.state.tasks["a"]
    assert (task.state, task.reason, on(world, "a")) == (TaskState.REQUESTED, "held", "")
    assert TaskHeld("a", "guests", "kim", world.fleet_s) in world.facts
    orders = sum(isinstance(fact, OrderSent) and fact.task == "a" for fact in world.facts)
    for _ in range(30):
        work(world)
        world.pass_time(600.0)
    assert (task.state, task.reason) == (TaskState.REQUESTED, "held"), "nobody gives up what a person holds"
    assert sum(isinstance(fact, OrderSent) and fact.task == "a" for fact in world.facts) == orders
    assert world.fleet.explain("a", world.now).reason == "held"
    world.tell_all()
    granted(world, ResumeTask("r1", "a", "kim"))
    assert TaskResumed("a", "kim", world.fleet_s) in world.facts
    world.check_replay()
    world.drain(hours=1.0)
    assert task.ended


def test_a_held_task_leaves_its_place_in_the_plan_to_others(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    assert world.state.tasks["a"].state is TaskState.SCHEDULED
    granted(world, HoldTask("h1", "a"))
    assert "a" not in world.state.planned
    granted(world, CancelTask("c1", "a"))
    assert world.state.tasks["a"].state is TaskState.CANCELLED


def test_a_more_urgent_task_comes_first(world: CoreWorld) -> None:
    for name, place in (("busy", "home/r101"), ("a", "home/r102"), ("b", "home/r101")):
        world.feed(SubmitTask(name, "care_visit", {"place": place, "due_at": "07:31"}))  # all of them will be late
        granted(world, DirectTask(f"d_{name}", name, only_on="care_1"))
        work(world, "care_2")
    route = [stop.task for stop in world.state.routes["care_1"]]
    assert sorted(route) == ["a", "b"]
    granted(world, PrioritiseTask("p1", route[1], 90, "kim"))
    assert TaskPrioritised(route[1], 90, "kim", world.fleet_s) in world.facts
    assert [stop.task for stop in world.state.routes["care_1"]] == route[::-1]
    world.check_replay()


def test_a_task_begins_only_after_those_that_a_person_put_before_it(world: CoreWorld) -> None:
    """Also on another robot that has nothing else to do, and in the order of a chain."""
    for name, place in (("a", "home/r102"), ("b", "home/r101"), ("c", "home/r102")):
        world.feed(SubmitTask(name, "care_visit", {"place": place}))
    granted(world, DirectTask("d1", "a", only_on="care_1"))
    granted(world, DirectTask("d2", "b", only_on="care_2"))
    granted(world, SequenceTask("s1", "a", ("b",), "kim"))
    granted(world, SequenceTask("s2", "c", ("a",), "kim"))
    assert refused(world, SequenceTask("s3", "b", ("c",))) == "request_sequence_circular"
    world.drain(hours=1.0)
    a, b, c = (over(world, name) for name in "abc")
    assert b.ended_s is not None and a.started_s is not None and a.ended_s is not None and c.started_s is not None
    assert b.ended_s <= a.started_s < a.ended_s <= c.started_s
    world.check_replay()


def test_who_waits_for_what_cannot_be_planned_says_so_and_goes_on_when_it_has_ended(world: CoreWorld) -> None:
    for name in ("a", "b"):
        world.feed(SubmitTask(name, "care_visit", VISIT))
    granted(world, HoldTask("h1", "b"))
    granted(world, SequenceTask("s1", "a", ("b",)))
    work(world)
    assert world.state.tasks["a"].reason == "awaits_other"
    granted(world, SequenceTask("s2", "a", ()))
    work(world)
    assert world.state.tasks["a"].state in (TaskState.SCHEDULED, TaskState.ASSIGNED)
    granted(world, SequenceTask("s3", "a", ("b",)))
    assert world.state.tasks["a"].state is TaskState.REQUESTED
    granted(world, CancelTask("c1", "b"))  # it has ended, though nobody has done it
    world.drain(hours=1.0)
    assert over(world, "a").state is TaskState.COMPLETED


def test_the_price_of_an_order_is_told_and_nothing_changes(world: CoreWorld) -> None:
    for name, place in (("a", "home/r101"), ("b", "home/r102")):
        world.feed(SubmitTask(name, "care_visit", {"place": place}))
    state = repr(world.state)
    price = world.fleet.price(SequenceTask("", "a", ("b",)), world.now)
    assert repr(world.state) == state
    assert price.then_s is not None and price.now_s is not None
    assert price.then_s > price.now_s
    with pytest.raises(RequestError, match="itself"):
        world.fleet.price(SequenceTask("", "a", ("a",)), world.now)


@pytest.mark.parametrize("priority", [-1, 101, 10**9])
def test_a_priority_has_bounds(world: CoreWorld, priority: int) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    assert refused(world, PrioritiseTask("p1", "a", priority)) == "request_priority_malformed"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (DirectTask("x", "a", only_on="nobody"), "request_unknown_robot"),
        (DirectTask("x", "a", not_on="nobody"), "request_unknown_robot"),
        (DirectTask("x", "a", only_on="logistics_1"), "request_robot_cannot"),
        (DirectTask("x", "a", only_on="care_1", not_on="care_2"), "request_malformed"),
        (DirectTask("x", "none", only_on="care_1"), "request_unknown_task"),
        (DirectTask("x y", "a", only_on="care_1"), "request_key_malformed"),
        (ResumeTask("x", "a"), "request_task_not_held"),
        (HoldTask("x", "call"), "request_task_is_alarm"),
        (PrioritiseTask("x", "call", 1), "request_task_is_alarm"),
        (DirectTask("x", "call", only_on="care_1"), "request_task_is_alarm"),
        (SequenceTask("x", "a", ("none",)), "request_unknown_task"),
        (SequenceTask("x", "a", ("call",)), "request_task_is_alarm"),
        (SequenceTask("x", "call", ("a",)), "request_task_is_alarm"),
        (SequenceTask("x", "a", ("a",)), "request_sequence_circular"),
    ],
)
def test_each_refusal_has_its_code_and_changes_nothing(world: CoreWorld, wish: Input, code: str) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    world.feed(SubmitTask("call", "care_alarm", ALARM))
    assert refused(world, wish) == code


def test_what_has_begun_is_finished_and_what_has_ended_stays_so(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", PARCEL))
    robot = world.robots[on(world, "a")]
    while not robot.load:
        work(world)
    assert refused(world, HoldTask("h1", "a")) == "request_item_on_board"
    assert refused(world, DirectTask("d1", "a", not_on=robot.id)) == "request_item_on_board"
    granted(world, PrioritiseTask("p1", "a", 60))
    world.drain(hours=1.0)
    for number, wish in enumerate((HoldTask("h2", "a"), ResumeTask("r2", "a"), PrioritiseTask("p2", "a", 5))):
        assert refused(world, wish) == "request_task_ended", number


def test_an_act_under_way_is_finished(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    while world.state.tasks["a"].state is not TaskState.UNDERWAY:
        work(world)
    assert refused(world, HoldTask("h1", "a")) == "request_task_under_way"
    assert refused(world, DirectTask("d1", "a", not_on=on(world, "a"))) == "request_task_under_way"


def test_the_same_key_again_does_it_once(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    granted(world, HoldTask("h1", "a"))
    facts = len(world.facts)
    granted(world, HoldTask("h1", "a"))
    assert len(world.facts) == facts
    assert refused(world, HoldTask("h2", "a")) == "request_task_held"


def test_a_price_is_told_before_anything_changes_and_is_what_it_then_costs(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    first = on(world, "a")
    second = other_than(world, first)
    before = repr(world.state)
    price = world.fleet.price(DirectTask("", "a", second), world.now)
    assert repr(world.state) == before
    assert (price.now_on, price.then_on, price.reason) == (first, second, "")
    assert price.then_cost > price.now_cost, "the plan had chosen the cheaper robot"
    stays = world.fleet.price(DirectTask("", "a", first), world.now)
    assert stays.then_cost == pytest.approx(stays.now_cost)
    granted(world, DirectTask("d1", "a", only_on=second))
    assert world.fleet.price(DirectTask("", "a", second), world.now).now_cost == pytest.approx(price.then_cost, abs=6.0)


def test_the_price_of_a_task_that_a_robot_is_on_its_way_to(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    first = on(world, "a")
    work(world)
    assert world.state.tasks["a"].state is TaskState.ASSIGNED
    second = other_than(world, first)
    stays, moves = (world.fleet.price(DirectTask("", "a", robot), world.now) for robot in (first, second))
    assert stays.then_cost == pytest.approx(stays.now_cost)
    assert (moves.now_on, moves.then_on) == (first, second)
    assert moves.now_cost == pytest.approx(stays.now_cost)


def test_a_price_names_who_would_be_later_and_why_it_cannot_be_had(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    first = on(world, "a")
    second = other_than(world, first)
    world.feed(SubmitTask("b", "care_visit", {**LATER, "place": "home/r102"}))
    granted(world, DirectTask("d1", "b", only_on=second))
    shifted = dict(world.fleet.price(DirectTask("", "a", second), world.now).later)
    assert not shifted or set(shifted) == {"b"}
    world.robots[second].reachable = False
    for _ in range(10):
        work(world)
    assert world.fleet.price(DirectTask("", "a", second), world.now).reason == "no_robot_available"
    with pytest.raises(RequestError, match="cannot do it"):
        world.fleet.price(DirectTask("", "a", "logistics_1"), world.now)


def test_a_snapshot_from_before_these_wishes_is_still_read(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", LATER))
    body = json.loads(json.dumps(value_codec(FleetState).encode(world.state)))
    for name in ("bound_to", "barred_from", "held"):
        del body["tasks"]["a"][name]
    assert value_codec(FleetState).decode(body) == world.state
