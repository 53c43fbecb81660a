"""An agent's whole process drives its robot through an unmodified BasicNavigator, and ends when it is told to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from robot_fleet_interfaces.msg import Order, RobotReport, Step

from robot_fleet.ros.full_nav2 import IS_FULL
from robot_fleet.ros.qos import QOS
from robot_fleet.ros.robot.commander_navigator import has_commander
from test.ros.rig import START_WITHIN_S, Fleet, Ros

pytestmark = [
    pytest.mark.ros,
    pytest.mark.xdist_group("ros_parts"),
    pytest.mark.skipif(not has_commander(), reason="needs nav2_simple_commander on the PYTHONPATH"),
    pytest.mark.skipif(not IS_FULL, reason="needs Nav2's full interfaces (./fleet setup --full-nav2)"),
]
ROBOT = "care_1"


@pytest.fixture
def fleet(domain: int, tmp_path: Path) -> Iterator[Fleet]:
    made = Fleet(domain, tmp_path)
    made.start("sim_world", "--speed", "3")
    made.start("robot_agents", "--robots", ROBOT, "--navigator", "simple_commander")
    yield made
    made.end()


def test_it_follows_an_order_that_grows_while_it_drives(fleet: Fleet, ros: Ros) -> None:
    reports: list[RobotReport] = ros.collect(RobotReport, f"/{ROBOT}/report", QOS["~report"].wanted)
    orders = ros.node.create_publisher(Order, f"/{ROBOT}/order", QOS["~order"].offered)
    ros.until(lambda: reports, "the agent reports", START_WITHIN_S)
    way = [Step(step_id=f"s{x_m}", kind=Step.DRIVE, x_m=float(x_m), y_m=4.8, corridor_m=20.0) for x_m in (4, 10, 12)]
    home = [Step(step_id="home", kind=Step.DRIVE, x_m=4.0, y_m=1.2, corridor_m=20.0)]
    dock = [Step(step_id="dock", kind=Step.DOCK, x_m=4.0, y_m=1.2, place="charger_1")]
    steps = [Step(step_id="undock", kind=Step.UNDOCK), *way, *home, *dock]
    order = Order(robot=ROBOT, order_id="o1", update=1, map_id=reports[-1].map_id, steps=steps, released=3)
    orders.publish(order)
    ros.until(lambda: len(reports[-1].results) == 2 and reports[-1].speed_mps > 0.3, "it drives", 120.0)
    order.update, order.released = 2, len(steps)
    orders.publish(order)
    ros.until(lambda: len(reports[-1].results) == len(steps), "all is done", 120.0)
    assert [each.step_id for each in reports[-1].results] == [step.step_id for step in steps]
    assert {each.state for each in reports[-1].results} == {"done"}
    ros.until(lambda: reports[-1].docked_at == "charger_1", "it is docked")
    agents = fleet.processes["robot_agents"]
    assert agents.end() == 0, agents.said
    assert "fleet_commander" in agents.said, "it was the BasicNavigator that drove"
    assert "failures=" not in agents.said
