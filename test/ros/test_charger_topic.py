"""What chargers are told: on every change, again while it holds, and to whoever listens late."""

from __future__ import annotations

import pytest
from robot_fleet_interfaces.msg import ChargerSupply

from robot_fleet.core.effects import SupplyChargers
from robot_fleet.ros.manager import charger_topic
from robot_fleet.ros.manager.charger_topic import ChargerTopic
from robot_fleet.ros.qos import QOS, topic
from test.ros.rig import Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]


def test_a_charger_hears_of_changes_and_of_what_holds_already(ros: Ros, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charger_topic, "AGAIN_S", 3600.0)
    told = ChargerTopic(ros.node)
    first, second = SupplyChargers(("c1",), ("c2", "c3")), SupplyChargers(("c1", "c2"), ("c3",))
    told.tell(first)
    heard: list[tuple[list[str], list[str]]] = []
    ros.node.create_subscription(
        ChargerSupply,
        topic("fleet/charger_supply"),
        lambda message: heard.append((list(message.on), list(message.held))),
        QOS["fleet/charger_supply"].wanted,
    )
    ros.until(lambda: bool(heard), "who listens late has heard what holds")
    told.tell(first)
    told.tell(second)
    ros.until(lambda: len(heard) > 1, "the change is heard")
    assert heard == [(["c1"], ["c2", "c3"]), (["c1", "c2"], ["c3"])]
    monkeypatch.setattr(charger_topic, "AGAIN_S", 0.0)
    told.tell(second)
    ros.until(lambda: len(heard) > 2, "it is said again, so that silence can be noticed")
    assert heard[-1] == heard[-2]
