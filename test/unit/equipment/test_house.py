"""Doors and lifts on the way: asked, waited for, passed, left, broken and mended."""

from __future__ import annotations

from test.two_floors import DOOR, LIFT, UPPER, House, bring


def test_a_robot_goes_through_a_door_and_up_in_a_lift_and_comes_back() -> None:
    house = House([bring("t", 5.0, "u1")])
    house.until(lambda: house.ended("t"))
    assert house.task("t").result == "done"
    assert house.fleet.world.robots["log_1"].map_id == UPPER
    house.until(lambda: house.at("log_1") == "c1")
    assert house.fleet.world.contacts == []
    for name in (DOOR, LIFT):
        assert house.record(name).robot == ""
