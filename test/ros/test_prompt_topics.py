"""What robots, and tasks without one, wait for is told to all; nobody's wait keeps the others from being told."""

from __future__ import annotations

from pathlib import Path

import pytest
from robot_fleet_interfaces.msg import Prompts

from robot_fleet.core.facts import TaskRequested, TaskStop
from robot_fleet.core.fleet import initial_state
from robot_fleet.core.fleet.state import Awaited, TaskRecord
from robot_fleet.ros.manager.prompt_topics import PromptTopics
from robot_fleet.ros.qos import QOS, topic
from robot_fleet.site.load import load_site
from test.ros.rig import Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]

BUSAN = Path(__file__).parents[2] / "config" / "sites" / "busan_edc"


def test_a_wait_without_a_robot_is_told_beside_that_of_a_robot(ros: Ros) -> None:
    site = load_site(BUSAN)
    state = initial_state(site)
    for name, service, stop, robot in (("car", "fetch_car", 1, ""), ("meal", "meal_delivery", 1, "logistics_1")):
        known = site.services[service]
        stops = tuple(TaskStop(each.id, (), "", each.acts) for each in known.stops)
        asked = TaskRequested(
            *(name, service, {}, "x", 0.0, 0.0, 0.0, "", known.robot_kinds, stops, 10, 1.0, "at_most_once", False, "")
        )
        act = next(act for act in known.stops[stop].acts if act.act == "wait")
        state.tasks[name] = TaskRecord(asked, next_stop=stop, robot=robot, awaits=Awaited(act.id, 5.0, 305.0))
    topics = PromptTopics(ros.node, site)
    heard = ros.collect(Prompts, topic("fleet/prompts"), QOS["fleet/prompts"].wanted)
    topics.tell(state, 6.0)
    ros.until(lambda: heard, "somebody is told")
    told = {prompt.task: (prompt.robot, prompt.act, list(prompt.answers)) for prompt in heard[-1].prompts}
    assert told == {"car": ("", "collect", ["taken"]), "meal": ("logistics_1", "staff", ["coming"])}
