"""Signed events of the city over ROS: each is answered, and what is not genuine does not reach the core."""

from __future__ import annotations

import json
from typing import Any

import pytest
from robot_fleet_interfaces.msg import CityEvent, CityEventAnswer

from robot_fleet.core.effects import Answer
from robot_fleet.core.inputs import Input, TakeCityEvent
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.manager.city_topics import ANSWERS, EVENTS, CityTopics
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.server.event_intake import EventIntake
from robot_fleet.server.webhooks.signing import signed_headers
from test.ros.rig import Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

NOW_S = 1_795_800_000.0
KEY = b"k" * 32


def message(name: str, key: bytes = KEY, source: str = "city", **changes: Any) -> CityEvent:
    told = {"specversion": "1.0", "id": name, "source": "city", "type": "fire", "subject": "building:home"} | changes
    body = json.dumps(told, ensure_ascii=False)
    signature = signed_headers(key, name, NOW_S, body.encode())["webhook-signature"]
    return CityEvent(source=source, id=name, timestamp=int(NOW_S), signature=signature, body=body)


def test_events_on_the_topic_are_answered_one_by_one(ros: Ros) -> None:
    asked: list[Input] = []

    def ask(key: str, news: Input) -> Answer:
        asked.append(news)
        return Answer(key, True, "city/e1")

    CityTopics(ros.node, Guard(), EventIntake({"city": KEY}, lambda: NOW_S), ask, lambda: 7.0)
    heard = ros.collect(CityEventAnswer, topic(ANSWERS), QOS[ANSWERS].wanted)
    said = ros.node.create_publisher(CityEvent, topic(EVENTS), QOS[EVENTS].offered)
    ros.until(lambda: said.get_subscription_count() and ros.node.count_publishers(topic(ANSWERS)), "both are there")
    for event in (message("e1"), message("e2", b"o" * 32), message("e3", source="other"), message("e4", data=[])):
        said.publish(event)
    ros.until(lambda: len(heard) == 4, "each is answered")
    told = {(each.id, each.accepted, each.event, each.code) for each in heard}
    assert told == {
        ("e1", True, "city/e1", ""),
        ("e2", False, "", "request_event_signature"),
        ("e3", False, "", "request_event_malformed"),
        ("e4", False, "", "request_event_malformed"),
    }
    [news] = asked
    assert isinstance(news, TakeCityEvent)
    assert (news.source, news.id, news.type) == ("city", "e1", "fire")
