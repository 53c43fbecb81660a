"""What becomes of tasks when robots fail: each service's remedy, dead chargers, empty batteries, emergency stops."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot_fleet.core.facts import ChargerDoubted, Fact, PlaceTakenOut, TaskFailed, TaskReleased, TaskSuspended
from robot_fleet.core.fleet.charging import DOUBTED_S, NO_CURRENT_S
from robot_fleet.core.fleet.right_of_way import release
from robot_fleet.core.fleet.tasks.recovery import BY_HAND, TRIES
from robot_fleet.core.inputs import (
    AnswerTask,
    BeginMaintenance,
    EndMaintenance,
    Input,
    MendPlace,
    PlanMaintenance,
    SetHold,
    SubmitTask,
    Tick,
)
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Remedies, Remedy, Upkeep
from test.property.core_world import CoreWorld, ModelRobot
from test.property.test_core import world_of

VISIT: dict[str, object] = {"place": "home/r101"}
PARCEL: dict[str, object] = {"from": "hub/shelf", "to": "home/gate", "item": "b1", "mass_kg": 2.0}


def started(service: str = "care_visit", **remedies: Remedy) -> CoreWorld:
    """The tiny site, all robots docked, in which a service has these remedies."""
    world = world_of("tiny")
    spec = world.site.services[service]
    changed = replace(spec, remedies=replace(spec.remedies, **remedies))
    site = replace(world.site, services={**world.site.services, service: changed})
    world = CoreWorld(site, world.ports)
    world.tell_all()
    for _ in range(3):
        work(world)
    return world


def work(world: CoreWorld, *names: str, pause_s: float = 2.0) -> None:
    """Let some robots (all for none) do a step and tell of it, and the core look at the time."""
    world.pass_time(pause_s)
    for robot in world.robots.values():
        if not names or robot.id in names:
            world.step(robot)
        world.tell(robot)
    world.feed(Tick())


def until_acting(world: CoreWorld, task: str) -> ModelRobot:
    """Let everybody work until a robot may begin the first act of the task's next stop."""
    for _ in range(80):
        robot = world.state.robots.get(world.state.tasks[task].robot)
        order = robot.busy if robot is not None else None
        mine = robot is not None and order is not None and order.task == task
        if mine and order.arrived and order.first_tail < order.released and order.done < order.steps:
            return world.robots[robot.id]
        work(world)
    raise AssertionError(f"nobody comes to {task}")


def fail(world: CoreWorld, robot: ModelRobot, how: str = "failed") -> None:
    world.step(robot, how)
    world.tell(robot)
    world.feed(Tick())


def refused(world: CoreWorld, wish: Input) -> str:
    (answer,) = world.feed(wish)
    return answer.code


def test_a_failed_act_ends_the_task_where_the_service_says_no_more() -> None:
    world = started(act=Remedy.FAIL)
    world.feed(SubmitTask("a", "care_visit", VISIT))
    fail(world, until_acting(world, "a"))
    assert (world.state.tasks["a"].state, world.state.tasks["a"].reason) == (TaskState.FAILED, "nav_failed")


def test_the_same_robot_tries_again_twice_and_then_a_person_is_asked() -> None:
    world = started(act=Remedy.RETRY_HERE)
    world.feed(SubmitTask("a", "care_visit", VISIT))
    robots = []
    for _ in range(TRIES + 1):
        robot = until_acting(world, "a")
        robots.append(robot.id)
        fail(world, robot)
    assert len(set(robots)) == 1
    task = world.state.tasks["a"]
    assert (task.state, task.asks) == (TaskState.SUSPENDED, True)
    for _ in range(5):
        work(world)
    assert [alarm.condition for alarm in world.state.alarms.values() if alarm.open] == ["task_asks"]


def test_another_robot_tries() -> None:
    world = started(act=Remedy.RETRY_ELSEWHERE)
    world.feed(SubmitTask("a", "care_visit", VISIT))
    first = until_acting(world, "a")
    fail(world, first)
    second = until_acting(world, "a")
    assert second is not first
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state is TaskState.COMPLETED


@pytest.mark.parametrize("remedy", [Remedy.RETRY_ELSEWHERE, Remedy.HAND_OVER, Remedy.ASK, Remedy.FAIL])
def test_goods_on_board_are_never_taken_away_by_a_remedy(remedy: Remedy) -> None:
    world = started("parcel_delivery", act=remedy)
    world.feed(SubmitTask("p", "parcel_delivery", PARCEL))
    while not world.robots["logistics_1"].load:
        work(world)
    fail(world, until_acting(world, "p"))
    task = world.state.tasks["p"]
    assert (task.asks, task.only_on, world.robots["logistics_1"].load) == (True, "logistics_1", ["b1"])
    for _ in range(40):
        work(world)
    assert world.state.tasks["p"].asks
    assert world.robots["logistics_1"].load == ["b1"]
    (alarm,) = [alarm for alarm in world.state.alarms.values() if alarm.open]
    assert (alarm.condition, alarm.subjects) == ("hand_over" if remedy is Remedy.HAND_OVER else "task_asks", ("p",))


def test_a_person_takes_over_what_is_on_board() -> None:
    world = started("parcel_delivery", act=Remedy.HAND_OVER)
    world.feed(SubmitTask("p", "parcel_delivery", PARCEL))
    while not world.robots["logistics_1"].load:
        work(world)
    fail(world, until_acting(world, "p"))
    assert refused(world, AnswerTask("k1", "p", "perhaps")) == "request_wrong_answer"
    assert refused(world, AnswerTask("k2", "p", "done", by="staff_1")) == ""
    assert (world.state.items["b1"].holder, world.state.robots["logistics_1"].load) == ("person:staff_1", ())
    task = world.state.tasks["p"]
    assert (task.state, task.result) == (TaskState.COMPLETED, BY_HAND)
    assert refused(world, AnswerTask("k3", "p", "done")) == "request_task_asks_not"
    world.check_replay()


def test_a_task_that_a_person_has_tried_again_goes_on_where_its_goods_are() -> None:
    world = started("parcel_delivery", act=Remedy.ASK)
    world.feed(SubmitTask("p", "parcel_delivery", PARCEL))
    while not world.robots["logistics_1"].load:
        work(world)
    fail(world, until_acting(world, "p"))
    world.feed(AnswerTask("k", "p", "retry"))
    world.uncertain.clear()
    world.drain(hours=1.0)
    assert world.state.tasks["p"].state is TaskState.COMPLETED
    assert world.held["b1"] == "person:"


@pytest.mark.parametrize(
    ("remedy", "follows"),
    [
        (Remedy.ASK, TaskSuspended("a", "act_unknown", 0.0, asks=True)),
        (Remedy.GIVE_BACK, TaskSuspended("a", "act_unknown", 0.0)),
        (Remedy.FAIL, TaskFailed("a", "act_unknown", 0.0)),
    ],
)
def test_an_act_of_which_nobody_knows_the_end_is_the_services_matter(remedy: Remedy, follows: Fact) -> None:
    world = started(unknown=remedy)
    world.feed(SubmitTask("a", "care_visit", VISIT))
    robot = until_acting(world, "a")
    world.step(robot, "unknown")
    world.tell(robot)
    told = [fact for fact in world.facts if isinstance(fact, TaskSuspended | TaskFailed)]
    assert [replace(fact, at_s=0.0) for fact in told] == [follows]


def silence(world: CoreWorld, robot: ModelRobot, seconds: float) -> None:
    """Let one robot be unheard of while the others work."""
    robot.reachable = False
    others = [name for name in world.robots if name != robot.id]
    for _ in range(round(seconds)):
        work(world, *others, pause_s=1.0)


@pytest.mark.usefixtures("one_by_one")
def test_a_silent_robots_task_that_has_begun_waits_or_goes_to_another_as_the_service_says() -> None:
    for remedy, goes in ((Remedy.WAIT, False), (Remedy.RETRY_ELSEWHERE, True)):
        world = started(offline=remedy)
        world.feed(SubmitTask("a", "care_visit", VISIT))
        first = until_acting(world, "a")
        world.step(first)
        world.tell(first)
        silence(world, first, 19.0)
        assert world.state.tasks["a"].robot == first.id
        assert world.state.robots[first.id].link is LinkState.OFFLINE
        silence(world, first, 3.0)
        assert (world.state.tasks["a"].robot != first.id) is goes
        assert first.id in world.state.tasks["a"].not_on if goes else True


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let robots be released no further than they need."""
    monkeypatch.setattr(release, "HORIZON_M", 2.0)


def test_a_charger_without_current_is_left_for_another() -> None:
    world = started()
    robot = world.robots["care_1"]
    robot.soc_pct, robot.current = 20.0, False
    charger = robot.docked_at
    for _ in range(round(NO_CURRENT_S) - 2):
        world.pass_time(1.0)
        world.tell_all()
        world.feed(Tick())
    assert not [fact for fact in world.facts if isinstance(fact, PlaceTakenOut)]
    for _ in range(5):
        world.pass_time(1.0)
        world.tell_all()
        world.feed(Tick())
    (out,) = [fact for fact in world.facts if isinstance(fact, PlaceTakenOut)]
    assert (out.place, out.robot, out.code) == (charger, "care_1", "no_current")
    # the other care robot makes room: its charger is the only other one of the kind
    others = {place.id for place in world.site.places.values() if place.kind == "charger"} - {charger}
    for _ in range(60):
        work(world)
        for name in ("care_2", "logistics_1"):
            world.robots[name].soc_pct = 90.0
    assert robot.docked_at in ("", charger, *others)
    world.fleet_s += DOUBTED_S
    assert charger in world.state.out  # no time mends it
    (answer,) = world.feed(MendPlace("m1", charger))
    assert answer.accepted and charger not in world.state.out
    (answer,) = world.feed(MendPlace("m2", charger))
    assert answer.code == "request_place_state"


def test_a_charger_that_cannot_be_docked_at_is_not_tried_again_soon() -> None:
    world = started()
    world.feed(SubmitTask("a", "care_visit", VISIT))
    robot = until_acting(world, "a")
    for _ in range(200):
        order = world.state.robots[robot.id].busy
        docks = order is not None and not order.task and order.arrived
        if docks:
            break
        work(world)
    assert order is not None
    fail(world, robot)
    assert [fact.place for fact in world.facts if isinstance(fact, ChargerDoubted)] == [order.place]


def test_a_nearly_empty_robot_gives_back_what_it_has_not_begun() -> None:
    world = started()
    world.feed(SubmitTask("a", "care_visit", VISIT))
    first = world.robots[world.state.tasks["a"].robot]
    work(world)
    first.soc_pct = 9.9
    work(world, first.id)
    released = [fact for fact in world.facts if isinstance(fact, TaskReleased)]
    assert [(fact.task, fact.reason) for fact in released] == [("a", "battery_critical")]
    work(world)
    assert world.state.tasks["a"].robot != first.id


def test_a_stopped_robot_stands_until_it_is_let_go_by_its_name() -> None:
    world = started()
    world.feed(SubmitTask("a", "care_visit", VISIT))
    robot = world.robots[world.state.tasks["a"].robot]
    robot.press()
    work(world)
    record = world.state.robots[robot.id]
    assert (record.stopped, record.stops) == (True, 1)
    assert [alarm.condition for alarm in world.state.alarms.values()] == ["emergency_stop"]
    assert refused(world, SetHold("k1", False, robot.id)) == "request_emergency_stopped"
    robot.pressed = False
    done = len(robot.results)
    for _ in range(10):
        work(world)
    world.feed(SetHold("k2", False))  # the whole fleet: no consent
    work(world)
    assert len(robot.results) == done
    assert record.stopped
    assert refused(world, SetHold("k3", False, robot.id, by="op_1")) == ""
    work(world)
    assert not record.stopped
    world.drain(hours=1.0)
    assert world.state.tasks["a"].state is TaskState.COMPLETED
    world.check_replay()


def test_what_a_stopped_robot_was_planned_for_goes_to_others() -> None:
    world = started()
    world.robots["care_1"].press()
    work(world)
    world.feed(SubmitTask("a", "care_visit", VISIT))
    work(world)
    assert world.state.tasks["a"].robot == "care_2"


def test_a_robot_out_of_service_gets_no_task_until_it_is_back() -> None:
    world = started()
    world.feed(BeginMaintenance("m1", "care_1"))
    world.feed(SubmitTask("a", "care_visit", VISIT))
    world.feed(SubmitTask("b", "care_visit", {"place": "home/r102"}))
    for _ in range(6):
        work(world, "")
    assert {world.state.tasks[name].robot for name in "ab"} <= {"care_2", ""}
    assert refused(world, EndMaintenance("m2", "care_2")) == "request_maintenance_malformed"
    world.feed(EndMaintenance("m3", "care_1"))
    world.drain(hours=2.0)
    assert all(world.state.tasks[name].state is TaskState.COMPLETED for name in "ab")


def test_plans_keep_clear_of_planned_maintenance_and_it_begins_by_itself() -> None:
    world = started()
    now_s = world.fleet_s
    assert refused(world, PlanMaintenance("p0", "care_1", now_s + 60.0, now_s)) == "request_maintenance_malformed"
    for name in ("care_1", "care_2"):
        world.feed(PlanMaintenance(f"p_{name}", name, now_s + 60.0, now_s + 7200.0))
    world.feed(SubmitTask("a", "care_visit", VISIT))
    planned = [stop for route in world.state.routes.values() for stop in route if stop.task == "a"]
    assert all(stop.begin_s >= now_s + 7200.0 for stop in planned)
    assert world.state.tasks["a"].robot == ""
    world.pass_time(61.0)
    world.tell_all()
    world.feed(Tick())
    assert world.state.robots["care_1"].maintenance


def test_the_remedies_of_a_request_are_those_of_its_time() -> None:
    world = started(act=Remedy.ASK)
    world.feed(SubmitTask("a", "care_visit", VISIT))
    assert world.state.tasks["a"].request.remedies == replace(Remedies(), act=Remedy.ASK)


@pytest.mark.parametrize(
    ("upkeep", "due"),
    [
        (Upkeep(), False),
        (Upkeep(km=12.0), True),
        (Upkeep(km=12.001), False),
        (Upkeep(hours=7.4), True),
        (Upkeep(hours=9.0), False),
        (Upkeep(faults=1), True),
        (Upkeep(faults=2), False),
    ],
)
def test_maintenance_is_due_by_distance_time_or_faults(upkeep: Upkeep, due: bool) -> None:
    world = started()
    kinds = {name: replace(kind, upkeep=upkeep) for name, kind in world.site.kinds.items()}
    world.fleet.site = world.site = replace(world.site, kinds=kinds)
    world.feed(SubmitTask("a", "care_visit", VISIT))
    name = world.state.tasks["a"].robot
    fail(world, world.robots[name])
    world.robots[name].odometer_m = 12_000.0
    for _ in range(4):
        work(world, "")
    alarms = [alarm for alarm in world.state.alarms.values() if alarm.condition == "maintenance_due"]
    assert any(f"maintenance_due:{name}" in alarm.members for alarm in alarms) is due
    if due:
        world.feed(BeginMaintenance("b", name))
        world.feed(EndMaintenance("e", name))
        assert (world.state.robots[name].serviced_m, world.state.robots[name].faults) == (12_000.0, 0)
