"""The Actuator's contract suite on `perform_act` of robots in another process: an embedded and a real one."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from robot_fleet.core.ports import GoalState, GoalStatus
from robot_fleet.ros.guard import Guard
from robot_fleet.ros.robot.ros_actuator import RosActuator
from test.contract.actuator_contract import ActuatorContract, ended
from test.ros.rig import Process, Ros, bodies

pytestmark = [pytest.mark.ros, pytest.mark.xdist_group("ros_parts"), bodies(embedded=20, hardware=20)]


class AskedUntilAnswered:
    """An actuator over ROS whose answer is waited for, as an agent does by asking again."""

    def __init__(self, ros: Ros) -> None:
        self._ros = ros
        self.real = RosActuator(ros.node, "log_1", Guard(), lambda: None)

    def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
        self.real.start(act_id, act, place, params)

    def cancel(self, act_id: str) -> None:
        self.real.cancel(act_id)

    def status(self, act_id: str) -> GoalStatus | None:
        def answered() -> list[GoalStatus | None]:
            status = self.real.status(act_id)
            return [] if status is not None and status.state is GoalState.LOST else [status]

        answer: list[GoalStatus | None] = self._ros.until(answered, "the actuator answers")
        return answer[0]


class RosActuatorRig:
    def __init__(self, ros: Ros, wall_speed: float | None) -> None:
        self.ros = ros
        self.wall_speed = wall_speed
        self.actuator = AskedUntilAnswered(ros)

    def wait(self, seconds: float) -> None:
        self.ros.wait(seconds, self.wall_speed)

    def times_done(self, act_id: str) -> int:
        done: int = json.loads(self.ros.trigger("/rig/acts")).count("act:inspect")
        return done - (1 if act_id.endswith("1") else 0)

    def start_failing(self, act_id: str) -> None:
        self.actuator.start(act_id, "give", "a", {"item": "nothing"})


@pytest.fixture
def rig(field: Process, ros: Ros) -> RosActuatorRig:
    ros.trigger("/rig/reset")
    rig = RosActuatorRig(ros, field.wall_speed)
    assert rig.actuator.status("warm/up/x/0") is None
    return rig


class TestRosActuator(ActuatorContract):
    pass


def test_an_act_of_an_earlier_process_is_found_and_can_be_cancelled(rig: RosActuatorRig) -> None:
    rig.actuator.start("t1/s/x/0", "inspect", "a", {})
    rig.wait(1.0)
    later = RosActuatorRig(rig.ros, rig.wall_speed)
    status = later.actuator.status("t1/s/x/0")
    assert status is not None
    assert status.state is GoalState.RUNNING
    later.actuator.cancel("t1/s/x/0")
    assert ended(later, "t1/s/x/0").state is GoalState.CANCELLED
    assert ended(rig, "t1/s/x/0").state is GoalState.CANCELLED
    assert rig.times_done("t1/s/x/0") == 0


def test_two_processes_that_start_one_act_both_hear_its_end(rig: RosActuatorRig) -> None:
    other = RosActuatorRig(rig.ros, rig.wall_speed)
    rig.actuator.start("t1/s/x/0", "inspect", "a", {})
    other.actuator.start("t1/s/x/0", "inspect", "a", {})
    assert ended(rig, "t1/s/x/0").state is GoalState.SUCCEEDED
    assert ended(other, "t1/s/x/0").state is GoalState.SUCCEEDED
    assert rig.times_done("t1/s/x/0") == 1


def test_a_busy_robot_refuses_another_act_and_goes_on_with_the_first(rig: RosActuatorRig) -> None:
    other = RosActuatorRig(rig.ros, rig.wall_speed)
    rig.actuator.start("t1/s/x/0", "inspect", "a", {})
    rig.wait(1.0)
    other.actuator.start("t2/s/x/0", "inspect", "a", {})
    refused = ended(other, "t2/s/x/0")
    assert (refused.state, refused.code) == (GoalState.FAILED, "act_busy")
    assert ended(rig, "t1/s/x/0").state is GoalState.SUCCEEDED
