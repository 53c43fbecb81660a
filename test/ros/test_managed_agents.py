"""An agent's node is a managed one: deactivated, its robot stands, and a restart does not change that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState, GetState
from robot_fleet_interfaces.msg import Order, RobotReport, Step

from robot_fleet.ros.qos import QOS
from test.ros.rig import START_WITHIN_S, Fleet, Ros

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts")]
ROBOT = "care_1"
AGENT = f"/{ROBOT}/agent"


@pytest.fixture
def fleet(domain: int, tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(domain, tmp_path)
    made.start("sim_world", "--speed", "3")
    made.start("robot_agents", "--robots", ROBOT)
    yield made
    made.end()


def change(ros: Ros, transition: int) -> bool:
    request = ChangeState.Request(transition=Transition(id=transition))
    return bool(ros.call(ChangeState, f"{AGENT}/change_state", request).success)


def state(ros: Ros) -> str:
    return str(ros.call(GetState, f"{AGENT}/get_state", GetState.Request()).current_state.label)


def drive(name: str, x_m: float) -> Step:
    return Step(step_id=name, kind=Step.DRIVE, x_m=x_m, y_m=4.8, corridor_m=20.0)


def test_a_deactivated_agent_makes_its_robot_stand_over_a_restart_until_it_is_activated(fleet: Fleet, ros: Ros) -> None:
    reports: list[RobotReport] = ros.collect(RobotReport, f"/{ROBOT}/report", QOS["~report"].wanted)
    orders = ros.node.create_publisher(Order, f"/{ROBOT}/order", QOS["~order"].offered)
    ros.until(lambda: reports, "the agent reports", START_WITHIN_S)
    assert state(ros) == "active"
    steps = [Step(step_id="u", kind=Step.UNDOCK), drive("a", 4.0), drive("b", 16.0)]
    order = Order(robot=ROBOT, order_id="o1", update=1, map_id=reports[-1].map_id, steps=steps, released=3)
    orders.publish(order)
    ros.until(lambda: reports[-1].state == "driving" and reports[-1].speed_mps > 0.3, "it drives", 120.0)

    assert change(ros, Transition.TRANSITION_DEACTIVATE)
    ros.until(lambda: reports[-1].state == "holding", "it stands")
    stood = reports[-1]
    assert stood.speed_mps == 0.0
    assert list(stood.conditions) == ["agent_inactive"]
    assert (stood.order_id, stood.released) == ("o1", 3), "what is released stays so"
    order.update, order.steps, order.released = 2, [*steps, drive("c", 10.0)], 4
    orders.publish(order)
    ros.until(lambda: "order_agent_inactive" in reports[-1].conditions, "more is refused")
    assert reports[-1].update == 1

    fleet.processes["robot_agents"].kill()
    fleet.start("robot_agents", "--robots", ROBOT)
    ros.until(lambda: reports[-1].boot_id != stood.boot_id, "it is back", START_WITHIN_S)
    assert state(ros) == "inactive", "a restart does not overrule who has deactivated it"
    ros.until(lambda: reports[-1].state == "holding", "it stands still")
    assert abs(reports[-1].x_m - stood.x_m) < 0.1

    assert change(ros, Transition.TRANSITION_ACTIVATE)
    orders.publish(order)
    ends = ("u", "a", "b", "c")
    ros.until(lambda: [each.step_id for each in reports[-1].results] == list(ends), "all is done", 120.0)
    assert {each.state for each in reports[-1].results} == {"done"}
    assert list(reports[-1].conditions) == []
    fleet.processes["robot_agents"].end()
    assert "failures=" not in fleet.processes["robot_agents"].said
