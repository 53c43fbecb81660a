"""Doors and lifts on robots' ways: asked, waited for, passed, left, broken and mended."""

from __future__ import annotations

import json

import pytest

from robot_fleet.core.effects import AskEquipment
from robot_fleet.core.facts import EquipmentAsked, EquipmentFailed, EquipmentLeft, EquipmentMended, EquipmentOpened
from robot_fleet.core.fleet.right_of_way.equipping import NOT_OPENING, TRIED_AGAIN_S
from robot_fleet.core.inputs import SetHold
from robot_fleet.core.lifecycles.equipment import EquipmentState
from robot_fleet.core.site import GROUND_LEVEL
from robot_fleet.sim.equipment import JAMMED, Phase
from test.two_floors import DOOR, LIFT, UPPER, House, bring

TWO = {"log_1": "c1", "log_2": "c2"}
EQUIPMENT_FACTS = (EquipmentAsked, EquipmentOpened, EquipmentLeft, EquipmentFailed, EquipmentMended)


def told(house: House, equipment: str) -> list[str]:
    """Return what has happened to a piece of equipment, as the names of facts."""
    facts = (fact for _, fact in house.fleet.history.facts)
    return [type(fact).__name__ for fact in facts if isinstance(fact, EQUIPMENT_FACTS) and fact.equipment == equipment]


def in_the_cabin(house: House, robot: str = "log_1") -> bool:
    """Return whether a robot stands in the cabin and the car has not left yet, or travels."""
    return house.at(robot) == "k0" and house.fleet.world.robots[robot].map_id == GROUND_LEVEL


def carried(house: House) -> list[str]:
    """Return who was carried by the lift, in order."""
    return [done.robot for done in house.fleet.world.physical_acts if done.event.startswith("ride:")]


def test_a_robot_goes_through_a_door_and_up_in_a_lift_and_comes_back() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"
    assert house.fleet.world.robots["log_1"].map_id == UPPER
    assert told(house, LIFT) == [
        "EquipmentAsked",
        "EquipmentOpened",
        "EquipmentAsked",
        "EquipmentOpened",
        "EquipmentLeft",
    ]
    house.until(lambda: house.at("log_1") == "c1")
    assert house.fleet.world.contacts == []
    assert told(house, DOOR) == ["EquipmentAsked", "EquipmentOpened", "EquipmentLeft"] * 2
    house.rest(20.0)
    units = house.fleet.world.equipment.units.values()
    assert [(unit.robot, unit.phase) for unit in units] == [("", Phase.SHUT)] * 2, "left to others"


def test_a_door_opens_late() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.fleet.world.equipment.set_fault(DOOR, JAMMED)
    house.until(lambda: house.at("log_1") == "d0")
    house.rest(15.0)
    assert house.at("log_1") == "d0", "it waits before the door"
    assert house.alarms("equipment_failed") == []
    house.fleet.world.equipment.set_fault(DOOR, "")
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"
    assert "EquipmentFailed" not in told(house, DOOR)
    assert house.fleet.world.contacts == []


def test_a_door_that_does_not_open_is_closed_rings_and_is_tried_again() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.fleet.world.equipment.set_fault(DOOR, JAMMED)
    house.until(lambda: not house.record(DOOR).works)
    assert house.record(DOOR).code == NOT_OPENING
    house.rest(10.0)
    assert house.alarms("equipment_failed") == [True]
    assert house.task("t").reason == "equipment_failed"
    assert house.fleet.host.fleet.roads.route("logistics+load", "b", "u1") is None
    house.fleet.world.equipment.set_fault(DOOR, "")
    house.until(lambda: house.record(DOOR).works, TRIED_AGAIN_S + 10.0)
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"
    house.rest(60.0)
    assert house.alarms("equipment_failed") == [False]


def test_a_lift_out_of_order() -> None:
    """Robots wait before it, people are told, and all goes on when it is mended."""
    house = House([bring("t", 5.0, "u1"), bring("s", 6.0, "u2")], TWO)
    house.until(lambda: house.at("log_1") == "d0" or house.at("log_2") == "d0")
    house.fleet.world.equipment.set_fault(LIFT, "out_of_order")
    house.until(lambda: house.alarms("equipment_failed") == [True])
    house.rest(120.0)
    assert house.record(LIFT).code == "out_of_order"
    assert not house.ended("t")
    assert not house.ended("s")
    waiting = {house.task(name).reason for name in ("t", "s")}
    assert "equipment_failed" in waiting
    assert carried(house) == []
    house.fleet.world.equipment.set_fault(LIFT, "")
    house.until(lambda: house.ended("t", "s"), 1800.0)
    assert {house.task(name).result for name in ("t", "s")} == {"done"}
    assert house.fleet.world.contacts == []
    house.rest(60.0)
    assert house.alarms("equipment_failed") == [False]


def test_a_request_for_behind_a_lift_out_of_order_waits_and_says_why() -> None:
    house = House([bring("t", 20.0, "u1")])
    house.fleet.world.equipment.set_fault(LIFT, "fire")
    house.rest(60.0)
    assert house.task("t").robot == ""
    assert house.task("t").reason == "equipment_failed"
    house.fleet.world.equipment.set_fault(LIFT, "")
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"


def test_a_lift_fails_with_a_robot_in_it() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.until(lambda: in_the_cabin(house) and house.fleet.world.equipment.units[LIFT].phase is Phase.TRAVELLING)
    house.fleet.world.equipment.set_fault(LIFT, "out_of_order")
    house.until(lambda: house.record(LIFT).state is EquipmentState.HOLDING)
    house.rest(10.0)
    assert house.alarms("robot_shut_in") == [True]
    assert house.alarms("equipment_failed") == [True]
    house.rest(300.0)
    assert in_the_cabin(house)
    house.fleet.world.equipment.set_fault(LIFT, "")
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"


@pytest.mark.parametrize("phase", [Phase.OPEN, Phase.CLOSING, Phase.TRAVELLING, Phase.OPENING])
def test_the_manager_restarts_while_a_robot_is_in_the_lift(phase: Phase) -> None:
    house = House([bring("t", 5.0, "u1")])
    lift = house.fleet.world.equipment.units[LIFT]
    house.until(lambda: house.fleet.world.robots["log_1"].x_m > 26.9)
    house.until(lambda: lift.phase is phase)
    house.fleet.kill_manager(12.0)
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"
    assert carried(house) == ["log_1"]


def test_the_simulator_is_killed_while_a_robot_rides() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.until(lambda: house.fleet.world.equipment.units[LIFT].phase is Phase.TRAVELLING and in_the_cabin(house))
    house.fleet.kill_sim(3.0)
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"
    assert carried(house) == ["log_1"]


def test_the_agent_restarts_while_its_robot_rides() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.until(lambda: house.fleet.world.equipment.units[LIFT].phase is Phase.TRAVELLING and in_the_cabin(house))
    house.fleet.kill_agent("log_1", 20.0)
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"


def test_two_robots_want_the_lift_and_one_at_a_time_rides() -> None:
    house = House([bring("t", 5.0, "u1"), bring("s", 6.0, "u2"), bring("r", 7.0, "u1")], TWO)
    together: list[int] = []

    def all_done() -> bool:
        inside = [r for r in house.fleet.world.robots.values() if abs(r.x_m - 27.0) < 1.0]
        together.append(len(inside))
        return house.ended("t", "s", "r")

    house.until(all_done, 3600.0)
    assert {house.task(name).result for name in ("t", "s", "r")} == {"done"}
    assert max(together) == 1
    assert house.fleet.world.contacts == []


def test_a_hold_while_a_robot_is_in_the_lift_brings_it_out() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.until(lambda: in_the_cabin(house))
    house.feed(SetHold("h", True))
    house.rest(120.0)
    robot = house.fleet.world.robots["log_1"]
    assert (robot.map_id, robot.v_mps) == (UPPER, 0.0)
    assert house.at("log_1") not in ("k0", "k1")
    assert house.record(LIFT).robot == "", "others may use it"
    house.feed(SetHold("l", False))
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"


def test_a_hold_before_the_lift_lets_it_go() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.until(lambda: house.record(LIFT).robot == "log_1")
    house.feed(SetHold("h", True))
    house.rest(30.0)
    assert house.record(LIFT).robot == ""
    assert house.fleet.world.equipment.units[LIFT].robot == ""
    house.feed(SetHold("l", False))
    house.until(lambda: house.ended("t"))


def test_a_door_does_not_close_on_a_robot() -> None:
    house = House([bring("t", 5.0, "u1")])
    robot = house.fleet.world.robots["log_1"]
    house.until(lambda: 15.5 < robot.x_m < 16.5)
    house.feed(SetHold("h", True, in_place=True))
    house.rest(5.0)
    assert 15.5 < robot.x_m < 17.0
    house.fleet.world.equipment.ask(AskEquipment(DOOR))
    house.rest(10.0)
    assert house.fleet.world.equipment.units[DOOR].phase is Phase.OPEN
    assert house.fleet.world.contacts == []


def test_a_run_of_the_same_seed_is_the_same() -> None:
    def run() -> str:
        house = House([bring("t", 5.0, "u1"), bring("s", 6.0, "u2")], TWO)
        house.until(lambda: house.ended("t", "s"), 1800.0)
        return json.dumps(house.fleet.world.snapshot())

    assert run() == run()
