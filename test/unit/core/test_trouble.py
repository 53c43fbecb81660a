"""What the core does when robots fail, fall silent, come back or are called away: each case was once a bug."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot_fleet.core.facts import OrderSent, TaskReleased, TaskRequested
from robot_fleet.core.fleet.right_of_way import release
from robot_fleet.core.inputs import CancelTask, PlaceSensed, ReportReceived, SetHold, SubmitTask, Tick
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.order import OrderState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.order import StepKind, StepResult, StepState
from test.property.core_world import CoreWorld, ModelRobot
from test.property.test_core import world_of

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


@pytest.fixture
def step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let robots be released no further than they need, so that they stop soon when nobody is heard."""
    monkeypatch.setattr(release, "HORIZON_M", 2.0)


def work(world: CoreWorld, *names: str, pause_s: float = 2.0) -> None:
    """Let some robots (all for none) do a step and tell of it, and the core look at the time."""
    world.pass_time(pause_s)
    for robot in world.robots.values():
        if not names or robot.id in names:
            world.step(robot)
        world.tell(robot)
    world.feed(Tick())


def nobody_answers(world: CoreWorld, task: str) -> None:
    """Let a task that asks fail, since nobody says how it goes on; robots stand where they are."""
    assert world.state.tasks[task].asks
    while not world.state.tasks[task].ended:
        world.pass_time(120.0)
        for robot in world.robots.values():
            world.tell(robot)
        world.feed(Tick())
    assert world.state.tasks[task].state is TaskState.FAILED


def until_arrived(world: CoreWorld, robot: str) -> None:
    """Let one robot work until it stands at its order's place, with nothing done there."""
    for _ in range(60):
        order = world.state.robots[robot].busy
        if order is not None and order.task and order.arrived:
            return
        work(world, robot)
    raise AssertionError(f"{robot} does not arrive")


def silence(world: CoreWorld, robot: ModelRobot) -> None:
    """Let a robot be unheard of for so long that it counts as offline."""
    robot.reachable = False
    for _ in range(3):
        work(world, "", pause_s=8.0)
    assert world.state.robots[robot.id].link is LinkState.OFFLINE


def visitor(world: CoreWorld, task: str) -> ModelRobot:
    return world.robots[world.state.tasks[task].robot]


@pytest.mark.usefixtures("step_by_step")
def test_another_robot_goes_if_the_first_falls_silent_on_its_way(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    first = visitor(world, "a")
    work(world, first.id)
    silence(world, first)
    assert visitor(world, "a").id != first.id
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state is TaskState.COMPLETED
    assert world.state.tasks["a"].robot != first.id


@pytest.mark.usefixtures("step_by_step")
def test_a_robot_that_comes_back_does_not_take_its_task_from_the_other(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    first = visitor(world, "a")
    work(world, first.id)
    silence(world, first)
    second = visitor(world, "a")
    first.reachable = True
    world.tell(first)
    silence(world, first)
    assert visitor(world, "a") is second
    released = [fact for fact in world.facts if isinstance(fact, TaskReleased)]
    assert [(fact.task, fact.reason) for fact in released] == [("a", "robot_offline")]


@pytest.mark.usefixtures("step_by_step")
def test_a_failure_told_late_does_not_touch_the_task_of_another(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    first = visitor(world, "a")
    work(world, first.id)
    silence(world, first)
    second = visitor(world, "a")
    world.step(first, "failed")
    first.reachable = True
    world.tell(first)
    assert visitor(world, "a") is second
    assert world.state.tasks["a"].state is TaskState.ASSIGNED


@pytest.mark.parametrize("while_held", [False, True])
def test_a_cancelled_alarm_is_not_attended_afterwards(world: CoreWorld, while_held: bool) -> None:
    """The robot may arrive, and even act, after the alarm was closed: no event reaches a closed alarm."""
    world.feed(SubmitTask("a", "care_alarm", ALARM))
    robot = visitor(world, "a")
    if while_held:
        world.feed(SetHold("h", True, robot.id))
        world.feed(SetHold("l", False, robot.id))
    until_arrived(world, robot.id)
    (answer,) = world.feed(CancelTask("c", "a"))
    assert answer.code == "request_act_under_way"
    world.feed(SubmitTask("b", "care_alarm", {"place": "home/r102", "signal": "help_button"}))
    other = visitor(world, "b")
    work(world, other.id)
    world.feed(CancelTask("d", "b"))
    closed_s = world.state.alarms["b"].closed_s
    assert closed_s is not None
    world.drain(hours=1.0)
    assert world.state.alarms["b"].on_site_s is None
    assert world.state.alarms["b"].closed_s == closed_s
    assert world.state.tasks["a"].state is TaskState.COMPLETED


def test_a_cancel_that_nobody_asked_for_is_no_end(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    robot = visitor(world, "a")
    work(world, robot.id)
    report = robot.report(world.now)
    world.feed(ReportReceived(replace(report, cancelled=report.order)))
    order = world.state.robots[robot.id].order
    assert order is not None and order.state is OrderState.ACTIVE


def test_an_alarm_where_a_robot_is_on_a_visit_is_answered_by_that_robot(world: CoreWorld) -> None:
    """No other robot could get to the place, however near it is."""
    world.feed(SubmitTask("v", "care_visit", {"place": "home/r101"}))
    robot = visitor(world, "v")
    until_arrived(world, robot.id)
    work(world, "")
    world.feed(SubmitTask("a", "care_alarm", ALARM))
    for _ in range(4):
        work(world, robot.id)
    alarm = world.state.alarms["a"]
    assert alarm.on_site_s is not None
    assert alarm.on_site_s - alarm.raised_s <= 10.0
    assert world.state.tasks["a"].robot == robot.id
    assert world.state.tasks["v"].broken_off == 1
    world.drain(hours=2.0)
    assert world.state.tasks["v"].state is TaskState.COMPLETED


def test_a_robot_that_must_charge_brings_what_it_has_begun_to_its_end(world: CoreWorld) -> None:
    world.feed(SubmitTask("p", "patrol", {"route": "round"}))
    while world.state.tasks["p"].next_stop < 1:
        work(world)
    robot = visitor(world, "p")
    robot.soc_pct = world.site.kinds[robot.kind].charge_below_pct - 1.0
    begun_s = world.fleet_s
    for _ in range(120):
        work(world)
    assert world.state.robots[robot.id].charges == 1
    assert world.state.tasks["p"].state is TaskState.COMPLETED
    assert world.state.tasks["p"].robot == robot.id
    assert (world.state.tasks["p"].ended_s or 0.0) - begun_s < 240.0


def test_after_a_hold_the_fleet_plans_again_at_once(world: CoreWorld) -> None:
    world.feed(SetHold("h", True))
    for _ in range(20):
        work(world)
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    assert world.state.tasks["a"].reason == "no_robot_available"
    world.feed(SetHold("l", False))
    assert world.state.tasks["a"].state is TaskState.ASSIGNED


def test_after_a_restart_the_plan_is_made_as_soon_as_robots_are_heard(world: CoreWorld) -> None:
    world.restart()
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    assert world.state.tasks["a"].state is TaskState.REQUESTED
    world.tell_all()
    assert world.state.tasks["a"].state is TaskState.ASSIGNED


def test_after_a_restart_work_stays_with_robots_that_are_not_heard_yet(world: CoreWorld) -> None:
    for name in ("a", "b", "c"):
        world.feed(SubmitTask(name, "care_visit", {"place": "home/r101"}))
    world.feed(Tick())
    before = dict(world.state.routes)
    assert any(before.values())
    world.restart()
    for robot in sorted(world.robots.values(), key=lambda robot: bool(before.get(robot.id))):  # who has work comes last
        world.tell(robot)
        world.feed(Tick())
        assert world.state.routes == before


def test_after_a_restart_nobody_waits_long_for_a_robot_that_stays_silent(world: CoreWorld) -> None:
    world.restart()
    heard = [robot for robot in world.robots.values() if robot.id != "care_1"]
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    world.feed(SubmitTask("alarm", "care_alarm", ALARM))
    for _ in range(5):
        for robot in heard:
            world.tell(robot)
        world.feed(Tick())
        if world.fleet_s == 27_000.0:
            assert world.state.tasks["alarm"].state is TaskState.ASSIGNED, "an alarm does not wait"
        world.pass_time(1.0)
    assert world.state.tasks["a"].state is not TaskState.REQUESTED or world.state.tasks["a"].reason


def test_an_item_that_is_elsewhere_keeps_no_robot_waiting(world: CoreWorld) -> None:
    """Of two requests for one item the second finds it gone; it is left out with a reason and given up in the end."""
    world.feed(SubmitTask("a", "parcel_delivery", PARCEL))
    while not world.robots["logistics_1"].load:
        work(world)
    world.state.tasks["z"] = type(world.state.tasks["a"])(
        TaskRequested(**{f: getattr(world.state.tasks["a"].request, f) for f in _FIELDS} | {"task": "z"})
    )
    for _ in range(40):
        work(world)
    assert world.state.tasks["z"].reason == "item_not_there"
    assert not any(stop.task == "z" for route in world.state.routes.values() for stop in route)


_FIELDS = tuple(TaskRequested.__dataclass_fields__)


def test_a_large_item_is_put_where_it_fits() -> None:
    world = world_of("busan_edc")
    slots = [place for place in world.site.places.values() if place.kind == "slot"]
    assert all(slot.max_kg or slot.length_m for slot in slots)
    world.tell_all()
    small = min(place.length_m for place in slots)
    sensed = next(place.id for place in world.site.places.values() if place.kind == "bay_in")
    car = {"bay": sensed, "item": "long_car", "mass_kg": 1500.0, "length_m": min(small, 5.0), "width_m": 1.8}
    (answer,) = world.feed(SubmitTask("a", "park_car", car))
    assert answer.accepted, answer
    world.feed(PlaceSensed(sensed, ("long_car",)))
    world.drain(hours=1.0)
    item = world.state.items["long_car"]
    place = world.site.places[item.holder.removeprefix("place:")]
    assert place.kind == "slot"
    assert place.length_m >= item.length_m and place.max_kg >= item.mass_kg


def test_a_task_whose_robot_never_returns_ends(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "parcel_delivery", PARCEL))
    robot = world.robots["logistics_1"]
    while not robot.load:
        work(world)
    silence(world, robot)
    task = world.state.tasks["a"]
    while world.fleet_s < task.request.due_s + 3_700.0:
        work(world, "", pause_s=60.0)
    assert (task.state, task.reason) == (TaskState.FAILED, "robot_offline")


def test_goods_whose_task_has_ended_do_not_bar_the_way(world: CoreWorld) -> None:
    """A robot with a load and no task does not stay where it happens to stand."""
    world.feed(SubmitTask("a", "parcel_delivery", PARCEL))
    robot = world.robots["logistics_1"]
    while world.state.tasks["a"].next_stop < 1:
        work(world)
    until_arrived(world, robot.id)
    world.step(robot)
    world.step(robot, "failed")
    world.tell(robot)
    nobody_answers(world, "a")
    for _ in range(60):
        work(world)
    assert world.state.robots[robot.id].docked
    assert world.state.robots[robot.id].load == ("b1",)


@pytest.mark.usefixtures("step_by_step")
def test_a_place_promised_to_a_silent_robot_is_free_for_the_next(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_alarm", ALARM))
    first = visitor(world, "a")
    silence(world, first)
    sent = [fact for fact in world.facts if isinstance(fact, OrderSent) and fact.task == "a"]
    assert len({fact.robot for fact in sent}) == 2
    assert {fact.place for fact in sent} == {"home/r101"}


def test_results_of_steps_that_are_not_released_are_not_believed(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    robot = visitor(world, "a")
    order = world.state.robots[robot.id].order
    assert order is not None
    told = tuple(StepResult(f"{order.id}.{i}", StepState.DONE) for i in range(order.steps))
    assert order.released < order.steps and order.tail[-1].kind is StepKind.ACT
    world.feed(ReportReceived(replace(robot.report(world.now), order=order.id, results=told)))
    assert order.done == order.first_tail
    task = world.state.tasks["a"]
    assert "visit.prompt" not in task.instants
    assert (task.state, task.started_s) == (TaskState.UNDERWAY, task.instants["visit.arrived"]), "it has only arrived"


@pytest.mark.usefixtures("step_by_step")
def test_a_robot_that_failed_on_a_lane_keeps_it_and_goes_on_from_there(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", {"place": "home/r101"}))
    robot = visitor(world, "a")
    record = world.state.robots[robot.id]
    while record.busy is None or not 0 < record.busy.lanes_done < record.busy.lanes_released:
        work(world, robot.id)
    order = record.busy
    lane = order.lanes[order.lanes_done]
    world.step(robot, "failed")
    world.tell(robot)
    assert (record.busy, record.stranded_on) == (None, lane)
    assert world.state.tasks["a"].robot != robot.id, "another one is planned in its stead"

    start = world.site.lanes[lane].start
    around = {name for name, other in world.site.lanes.items() if other.start == start}
    while record.busy is None:
        orders = [other.busy for other in world.state.robots.values() if other is not record and other.busy is not None]
        held = {name for order in orders for name in order.lanes[order.lanes_done : order.lanes_released]}
        assert not held & around, "nobody is let onto the lane on which it stands, or beside it"
        work(world)
    assert record.busy.lanes[0] == lane
    assert record.busy.lanes_released >= 1
    assert record.stranded_on == ""
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state is TaskState.COMPLETED
    assert world.state.robots[robot.id].docked


def test_goods_that_no_robot_can_take_as_it_is_loaded_wait(world: CoreWorld) -> None:
    """What a failed hand-over has left on board is no reason to reject what comes after."""
    carriers = [robot for robot in world.robots.values() if world.state.robots[robot.id].kind == "logistics"]
    for number, robot in enumerate(carriers):
        item = f"left_{number}"
        world.feed(SubmitTask(item, "parcel_delivery", PARCEL | {"item": item, "mass_kg": 25.0}))
        for _ in range(200):
            order = world.state.robots[robot.id].busy
            if world.state.robots[robot.id].load and order is not None and order.arrived and order.stop == 1:
                break
            work(world)
        world.step(robot, "failed")
        world.tell(robot)
        nobody_answers(world, item)
        assert world.state.robots[robot.id].load == (item,)
    world.feed(SubmitTask("late", "parcel_delivery", PARCEL | {"mass_kg": 10.0}))
    work(world)
    task = world.state.tasks["late"]
    assert (task.state, task.reason) == (TaskState.REQUESTED, "too_heavy")
