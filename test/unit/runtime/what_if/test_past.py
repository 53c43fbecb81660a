"""What is taken out of a day's facts: what people commanded, when robots were out, how acts went."""

from __future__ import annotations

import pytest

from robot_fleet.core.facts import (
    EmergencyStopped,
    Fact,
    HoldSet,
    OrderProgressed,
    OrderSent,
    RobotFaulted,
    RobotLinkChanged,
    StepsReleased,
    TaskCompleted,
    TaskPrioritised,
    ZoneOpened,
)
from robot_fleet.core.geometry import Pose
from robot_fleet.core.inputs import BeginMaintenance, EndMaintenance, PrioritiseTask, SetHold
from robot_fleet.core.order import Step, StepKind, StepResult, StepState
from robot_fleet.runtime.what_if.commanded import Outages, wish_of
from robot_fleet.runtime.what_if.remembered import Memory, RememberedPeople
from robot_fleet.sim.people import Outcome, People
from test.unit.runtime.what_if.test_change import busan


@pytest.mark.parametrize(
    ("fact", "wish"),
    [
        (TaskPrioritised("t1", 70, "u-1", 5.0), PrioritiseTask("k", "t1", 70, "u-1")),
        (
            HoldSet(True, "care_1", "look", "u-1", to_safe_place=True),
            SetHold("k", True, "care_1", "look", "u-1", False),
        ),
        (HoldSet(True, "", "drill", "u-1"), SetHold("k", True, "", "drill", "u-1", True)),
        (ZoneOpened("annex", "", "", 5.0), None),  # its time was up
        (TaskCompleted("t1", "done", 0.0, 5.0), None),
    ],
)
def test_what_people_commanded_is_commanded_again(fact: Fact, wish: object) -> None:
    assert wish_of(fact, "k") == wish


def test_robots_that_were_out_are_out_again() -> None:
    outages = Outages()
    for at_s, fact in (
        (10.0, RobotLinkChanged("care_1", "offline", 10.0)),
        (400.0, RobotLinkChanged("care_1", "live", 400.0)),
        (500.0, RobotFaulted("care_1", "nav_203", 530.0, 500.0)),  # half a minute
        (600.0, EmergencyStopped("care_2", 1, 600.0)),
        (700.0, HoldSet(False, "care_2", "", "u-1")),
        (710.0, HoldSet(False, "care_2", "", "u-1")),
        (800.0, RobotLinkChanged("care_3", "offline", 800.0)),
    ):
        outages.take(at_s, fact)
    told = [(at_s, type(wish), wish.robot) for at_s, wish in outages.commands(100.0, 1_000.0)]  # type: ignore[union-attr]
    assert told == [
        (100.0, BeginMaintenance, "care_1"),
        (400.0, EndMaintenance, "care_1"),
        (800.0, BeginMaintenance, "care_3"),
        (1_000.0, EndMaintenance, "care_3"),
    ]
    assert outages.stops(0.0, 1_000.0) == ((600.0, "care_2", True), (700.0, "care_2", False))


def act(memory: Memory, task: str, service: str, what: str, place: str, from_s: float, result: StepResult) -> None:
    params = {"service": service, "act": what}
    verb = "take" if what == "lift" else "call"
    step = Step(
        "", StepKind.ACT, Pose(0.0, 0.0, 0.0), place=place, act=verb, act_id=f"{task}/s/{what}/0", params=params
    )
    order = f"r.{task}"
    memory.take(from_s, OrderSent("r", order, 1, "task", task, 0, place, False, (), (step,), from_s))
    memory.take(from_s, StepsReleased("r", order, 1, from_s))
    memory.take(result.at_s, OrderProgressed("r", order, (result,), result.at_s))


def remembered() -> RememberedPeople:
    memory = Memory(busan())
    bay = next(place.id for place in busan().places.values() if place.kind == "bay_in")
    for task, from_s, took_s in (("p1", 100.0, 17.0), ("p2", 300.0, 18.0), ("p3", 500.0, 19.0), ("p4", 700.0, 95.0)):
        act(memory, task, "park_car", "lift", bay, from_s, StepResult("", StepState.DONE, at_s=from_s + took_s))
    room = "care_home/r203"
    told = StepResult("", StepState.DONE, detail={"result": "help_needed"}, at_s=1_960.0)
    act(memory, "a1", "care_alarm", "call", room, 1_000.0, told)
    act(memory, "m1", "meal", "call", room, 2_000.0, StepResult("", StepState.FAILED, "act_refused", at_s=2_030.0))
    act(memory, "m2", "meal", "call", room, 3_000.0, StepResult("", StepState.FAILED, "act_no_power", at_s=3_001.0))
    return memory.people(People())


def test_people_do_what_they_did() -> None:
    people = remembered()
    assert people.act(1, "a1/s/call/0", ("care_alarm.call",)) == Outcome(960.0, "help_needed", True)
    assert people.act(1, "m1/s/call/0", ("meal.call",)) == Outcome(30.0, "refused", False)
    assert "m2/s/call/0" not in people.acts  # no power: nobody did that


def test_a_car_that_had_not_come_yet_is_waited_for_by_the_world_and_not_twice() -> None:
    people = remembered()
    assert [people.acts[f"p{n}/s/lift/0"].duration_s for n in (1, 2, 3, 4)] == [17.0, 18.0, 19.0, 18.5]


def test_what_did_not_happen_goes_as_such_things_went_on_the_day_else_by_habit() -> None:
    people = remembered()
    drawn = {people.act(1, f"x{n}/s/lift/0", ("park_car.lift", "lift")).duration_s for n in range(50)}
    assert drawn <= {17.0, 18.0, 18.5, 19.0}
    assert len(drawn) > 1
    unknown = people.act(1, "y1/s/wave/0", ("park_car.wave", "wave"))
    assert unknown == People().act(1, "y1/s/wave/0", ("park_car.wave", "wave"))
