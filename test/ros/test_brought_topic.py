"""What a request brings along is told over ROS, and the simulated driver of a car comes by it; once, and not before."""

from __future__ import annotations

from pathlib import Path

import pytest
from robot_fleet_interfaces.msg import BroughtItems

from robot_fleet.core.facts import TaskRequested
from robot_fleet.core.fleet import initial_state
from robot_fleet.core.fleet.state import ItemRecord, TaskRecord
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.brought_topic import TOPIC, BroughtTopic
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.ros.sim.bringing import Bringing
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.load import load_site
from test.ros.rig import Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

BUSAN = Path(__file__).parents[2] / "config" / "sites" / "busan_edc"


def test_a_car_that_was_handed_over_at_a_kiosk_drives_in(ros: Ros) -> None:
    site = load_site(BUSAN)
    state, world = initial_state(site), SimWorld(site, None, People(), 1, 0.0)
    params = {"bay": "deck/in_1", "item": "car_k1", "mass_kg": 1_100.0}
    asked = TaskRequested(
        *("p1", "park_car", params, "x", 0.0, 0.0, 0.0, "", ("parking",), (), 10, 1.0, "at_most_once", False, "")
    )
    state.tasks["p1"] = TaskRecord(asked)
    state.items["car_k1"] = ItemRecord("car_k1", "car", "place:deck/in_1", 1_100.0, 3.7, 1.7)
    bringing, told = Bringing(ros.node, Guard(), world), BroughtTopic(ros.node, site)
    heard = ros.collect(BroughtItems, topic(TOPIC), QOS[TOPIC].wanted)
    bringing.look()
    assert "car_k1" not in world.custody.items
    for _ in range(2):
        told.tell(state, 1.0)  # what has not changed is not told again
    ros.until(lambda: heard and bringing.heard, "the world has heard of it")
    assert [item.item for item in heard[-1].items] == ["car_k1"]
    bringing.look()
    assert world.custody.holders()["car_k1"] == "place:deck/in_1"
    del state.tasks["p1"]
    told.tell(state, 2.0)
    ros.until(lambda: len(heard) == 2, "it is told that nothing is brought any more")
    assert list(heard[-1].items) == []
