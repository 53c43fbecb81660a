"""Doors and lifts out of order by somebody's word, and what is said of what they bar."""

from __future__ import annotations

import pytest

from robot_fleet.core.effects import Answer
from robot_fleet.core.facts import EquipmentFailed, EquipmentLeft, EquipmentMended
from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.core.fleet.right_of_way.equipping import BY_PERSON, NOT_OPENING
from robot_fleet.core.inputs import DirectTask, EquipmentChange, PutEquipmentBack, SubmitTask, TakeEquipmentOut
from robot_fleet.core.lifecycles.equipment import EquipmentState
from robot_fleet.runtime.reasons import why_told
from robot_fleet.server.rows.equipment import equipment_rows
from robot_fleet.server.rows.state import StateRows
from robot_fleet.sim.equipment import JAMMED
from test.two_floors import DOOR, LIFT, House, bring
from test.unit.equipment.test_house import carried, in_the_cabin


def said(house: House, wish: EquipmentChange) -> str:
    """Let somebody say something of equipment, and return with what code it is refused, empty if it is taken."""
    outcome = house.fleet.host.fleet.decide(wish, house.fleet.now)
    (answer,) = (effect for effect in outcome.effects if isinstance(effect, Answer))
    return answer.code


def sentences(house: House, task: str, language: str = "en") -> str:
    """Return what the fleet says of a task."""
    why = house.fleet.host.fleet.explain(task, house.fleet.now)
    told = why_told(house.site, why, language)
    assert (told["reason"], told["about"]) == (why.reason, list(why.about))
    return " ".join(told["sentences"])


def test_a_lift_is_out_of_order_by_a_persons_word_until_a_person_says_otherwise() -> None:
    house = House([bring("t", 20.0, "u1")])
    house.rest(5.0)
    house.feed(TakeEquipmentOut("o1", LIFT, "the doors stick", "kim"))
    house.rest(300.0)
    record = house.record(LIFT)
    assert (record.state, record.out_by, record.out_reason) == (EquipmentState.FAILED, "kim", "the doors stick")
    assert record.code == BY_PERSON, "whatever it says itself"
    assert house.alarms("equipment_failed") == [True]
    assert house.task("t").robot == ""
    assert carried(house) == []
    house.feed(PutEquipmentBack("b1", LIFT, "kim"))
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"
    assert (house.record(LIFT).out_by, house.record(LIFT).works) == ("", True)


def test_a_robot_in_a_lift_comes_out_before_somebodys_word_holds() -> None:
    house = House([bring("t", 5.0, "u1"), bring("s", 400.0, "u2")])
    house.until(lambda: in_the_cabin(house))
    house.feed(TakeEquipmentOut("o1", LIFT))
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"
    assert not house.record(LIFT).works
    assert house.alarms("robot_shut_in") == []
    house.until(lambda: "s" in house.fleet.host.fleet.state.tasks)
    house.rest(120.0)
    assert carried(house) == ["log_1"], "nobody rides any more"


def test_what_people_say_of_equipment_is_taken_once_and_refused_where_it_makes_no_sense() -> None:
    house = House()
    house.rest(2.0)
    assert said(house, TakeEquipmentOut("o1", "no_such_lift")) == "request_unknown_equipment"
    assert said(house, PutEquipmentBack("b1", LIFT)) == "request_equipment_state"
    assert said(house, TakeEquipmentOut("o2", LIFT)) == ""
    assert said(house, TakeEquipmentOut("o2", LIFT)) == "", "the same command again"
    assert said(house, TakeEquipmentOut("o3", LIFT)) == "request_equipment_state"
    assert said(house, PutEquipmentBack("b2", LIFT)) == ""
    house.rest(2.0)
    assert house.record(LIFT).works


def test_nobodys_word_has_a_lift_used_that_says_itself_that_it_is_out_of_order() -> None:
    house = House()
    house.fleet.world.equipment.set_fault(LIFT, "fire")
    house.until(lambda: not house.record(LIFT).works)
    assert said(house, PutEquipmentBack("b1", LIFT)) == "request_equipment_failed"
    assert said(house, TakeEquipmentOut("o1", LIFT)) == "", "it stays out after it says that it works"
    house.fleet.world.equipment.set_fault(LIFT, "")
    house.rest(30.0)
    assert not house.record(LIFT).works
    assert said(house, PutEquipmentBack("b2", LIFT)) == ""
    house.rest(2.0)
    assert house.record(LIFT).works


def test_a_door_that_did_not_open_is_tried_at_once_after_somebody_has_seen_to_it() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.fleet.world.equipment.set_fault(DOOR, JAMMED)
    house.until(lambda: house.record(DOOR).code == NOT_OPENING)
    house.fleet.world.equipment.set_fault(DOOR, "")
    assert said(house, PutEquipmentBack("b1", DOOR)) == ""
    house.rest(2.0)
    assert house.record(DOOR).works
    house.until(lambda: house.ended("t"))


def test_a_task_behind_a_lift_out_of_order_names_the_lift_and_is_carried_out_once_it_is_in_order() -> None:
    house = House([bring("t", 20.0, "u1")])
    house.fleet.world.equipment.set_fault(LIFT, "out_of_order")
    house.rest(60.0)
    task = house.task("t")
    assert (task.reason, task.about) == ("equipment_failed", (LIFT,))
    assert "it waits: lift (lift) is out of order. It is planned as soon as that is in order" in sentences(house, "t")
    assert "lift (lift) 고장으로 기다립니다" in sentences(house, "t", "ko")
    row = StateRows(house.site).task_row(task, house.fleet.host.fleet.state)
    assert (row["reason"], row["reason_about"]) == ("equipment_failed", [LIFT])
    house.fleet.world.equipment.set_fault(LIFT, "")
    house.until(lambda: house.ended("t"))
    assert (house.task("t").result, house.task("t").reason) == ("done", "")


def test_a_task_under_way_that_a_lift_out_of_order_stops_names_it() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.until(lambda: house.at("log_1") == "d0")
    house.fleet.world.equipment.set_fault(LIFT, "out_of_order")
    house.until(lambda: house.task("t").reason == "equipment_failed")
    assert house.task("t").about == (LIFT,)
    assert "cannot go on: it waits: lift (lift) is out of order" in sentences(house, "t")
    house.fleet.world.equipment.set_fault(LIFT, "")
    house.until(lambda: house.ended("t"))


def test_a_task_that_no_door_or_lift_bars_is_carried_out_meanwhile() -> None:
    house = House([bring("t", 20.0, "b")])
    house.fleet.world.equipment.set_fault(LIFT, "out_of_order")
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"


def test_a_place_that_nobody_reaches_anyway_is_not_put_down_to_a_lift_out_of_order() -> None:
    house = House()
    house.fleet.world.equipment.set_fault(DOOR, "out_of_order")
    house.rest(5.0)
    params = {"from": "a", "to": "u1", "item": "item_t", "mass_kg": 1.0}
    house.feed(SubmitTask("t", "delivery", params))
    house.rest(5.0)
    assert house.task("t").about == (DOOR,), "the door alone; the lift behind it works"


def test_the_rows_say_whose_a_lift_is_who_waits_and_why_it_is_out_of_order() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.rest(2.0)

    def row(name: str) -> dict[str, object]:
        rows = equipment_rows(house.site, house.fleet.host.fleet.state)
        return dict(next(each for each in rows if each["id"] == name))

    assert (row(LIFT)["state"], row(LIFT)["levels"], row(LIFT)["since_s"]) == ("free", ["main", "upper"], None)
    assert row(DOOR)["levels"] == ["main"]
    house.until(lambda: row(DOOR)["waiting"] == ["log_1"])
    assert (row(DOOR)["robot"], row(LIFT)["waiting"]) == ("", []), "what is next on its way"
    house.until(lambda: row(DOOR)["robot"] == "log_1")
    assert (row(DOOR)["state"], row(DOOR)["waiting"]) == ("asked", [])
    house.feed(TakeEquipmentOut("o1", LIFT, "service", "kim"))
    found = row(LIFT)
    assert (found["works"], found["code"], found["by"], found["reason"]) == (False, BY_PERSON, "kim", "service")
    assert found["out_s"] == pytest.approx(house.fleet.now.fleet_s, abs=0.1)


def test_the_facts_alone_bring_the_same_state_back() -> None:
    house = House([bring("t", 20.0, "u1")])
    house.rest(5.0)
    house.feed(TakeEquipmentOut("o1", LIFT, "service", "kim"))
    house.rest(60.0)
    state = initial_state(house.site)
    for _, fact in house.fleet.history.facts:
        apply(state, fact)
    assert state.equipment == house.fleet.host.fleet.state.equipment
    assert state.tasks["t"].about == (LIFT,)
    kinds = [type(fact) for _, fact in house.fleet.history.facts]
    assert kinds.count(EquipmentFailed) == 1
    assert EquipmentMended not in kinds
    assert EquipmentLeft not in kinds


def test_the_price_of_a_robot_says_that_a_lift_is_out_of_order() -> None:
    house = House([bring("t", 20.0, "u1")])
    house.fleet.world.equipment.set_fault(LIFT, "out_of_order")
    house.rest(60.0)
    price = house.fleet.host.fleet.price(DirectTask("", "t", "log_1"), house.fleet.now)
    assert (price.then_on, price.reason) == ("", "equipment_failed")
