"""The contract suites on an embedded robot in a process of its own, and what is heard of it when that is killed."""

from __future__ import annotations

import pytest

from robot_fleet.core.ports import GoalState
from robot_fleet.runtime.remote import MET_AFTER_S, POSE_OLD_AFTER_S, SILENT_AFTER_S, RemoteActuator, RemoteNavigator
from robot_fleet.runtime.remote import SimServer as Server
from robot_fleet.sim.people import People
from robot_fleet.sim.world import SimWorld
from test.contract.actuator_contract import ActuatorContract
from test.contract.navigator_contract import FAR, NavigatorContract
from test.factories import make_site


class RemoteRig:
    def __init__(self) -> None:
        self.world = SimWorld(make_site(), None, People(), 1, 0.0)
        self.steady_s = 0.0
        self.server = Server(lambda: self.world, lambda: self.steady_s)
        self.navigator = RemoteNavigator(self.server, "log_1")
        self.actuator = RemoteActuator(self.server, "log_1")

    def wait(self, seconds: float) -> None:
        self.steady_s += seconds
        if self.server.runs:
            self.world.advance(seconds)

    def times_done(self, act_id: str) -> int:
        done = [act.event for act in self.world.physical_acts]
        return done.count("act:inspect") - (1 if act_id.endswith("1") else 0)

    def start_failing(self, act_id: str) -> None:
        self.actuator.start(act_id, "give", "a", {"item": "nothing"})

    def goal(self) -> GoalState | None:
        status = self.navigator.status()
        return None if status is None else status.state

    def act(self, act_id: str) -> GoalState | None:
        status = self.actuator.status(act_id)
        return None if status is None else status.state


@pytest.fixture
def rig() -> RemoteRig:
    return RemoteRig()


class TestRemoteNavigator(NavigatorContract):
    def test_a_killed_server_is_missed_after_a_while_and_its_goal_is_lost(self, rig: RemoteRig) -> None:
        rig.navigator.drive([FAR], 0.0, False)
        rig.wait(2.0)
        before = rig.navigator.sensed()
        rig.server.die()
        assert rig.navigator.ready()
        rig.wait(POSE_OLD_AFTER_S + 0.1)
        assert (rig.navigator.ready(), rig.goal(), rig.navigator.sensed()) == (False, GoalState.RUNNING, before)
        rig.wait(SILENT_AFTER_S)
        rig.server.begin()
        assert rig.navigator.ready()
        assert rig.goal() is GoalState.LOST

    def test_a_stopped_server_goes_on_with_a_goal_that_counts_as_lost(self, rig: RemoteRig) -> None:
        rig.navigator.drive([FAR], 0.0, False)
        rig.wait(2.0)
        rig.server.sleep()
        rig.wait(SILENT_AFTER_S + 0.1)
        assert (rig.navigator.ready(), rig.goal()) == (False, GoalState.LOST)
        rig.server.wake()
        assert rig.navigator.ready()
        assert rig.world.robots["log_1"].v_mps > 0.0
        rig.navigator.cancel_all()
        rig.wait(5.0)
        assert (rig.goal(), rig.world.robots["log_1"].v_mps) == (GoalState.LOST, 0.0)

    def test_a_short_stop_is_not_noticed(self, rig: RemoteRig) -> None:
        rig.navigator.drive([FAR], 0.0, False)
        assert rig.navigator.ready()
        rig.server.sleep()
        rig.wait(1.0)
        assert (rig.navigator.ready(), rig.goal()) == (True, GoalState.RUNNING)
        rig.server.wake()
        rig.wait(60.0)
        assert rig.goal() is GoalState.SUCCEEDED

    def test_what_is_sent_to_a_stopped_server_begins_when_it_goes_on(self, rig: RemoteRig) -> None:
        rig.server.sleep()
        rig.navigator.drive([FAR], 0.0, False)
        rig.wait(1.0)
        assert rig.goal() is GoalState.RUNNING
        rig.server.wake()
        rig.wait(60.0)
        assert rig.goal() is GoalState.SUCCEEDED

    def test_what_was_given_up_meanwhile_does_not_begin(self, rig: RemoteRig) -> None:
        rig.server.sleep()
        rig.navigator.drive([FAR], 0.0, False)
        rig.wait(SILENT_AFTER_S + 0.1)
        assert rig.goal() is GoalState.LOST
        rig.server.wake()
        rig.wait(5.0)
        assert rig.world.robots["log_1"].odometer_m == 0.0

    def test_what_a_stopped_server_has_not_heard_dies_with_it(self, rig: RemoteRig) -> None:
        rig.server.sleep()
        rig.navigator.drive([FAR], 0.0, False)
        rig.server.die()
        rig.server.begin()
        rig.wait(60.0)
        assert rig.world.robots["log_1"].odometer_m == 0.0

    def test_what_is_sent_to_nobody_is_lost(self, rig: RemoteRig) -> None:
        rig.server.die()
        rig.navigator.drive([FAR], 0.0, False)
        rig.server.begin()
        rig.navigator.cancel_all()
        assert rig.goal() is GoalState.RUNNING
        rig.wait(SILENT_AFTER_S + 0.1)
        assert rig.goal() is GoalState.LOST
        rig.navigator.drive([FAR], 0.0, False)
        rig.wait(60.0)
        assert rig.goal() is GoalState.SUCCEEDED


class TestRemoteActuator(ActuatorContract):
    def test_an_act_is_asked_for_when_its_server_is_back(self, rig: RemoteRig) -> None:
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        rig.wait(1.0)
        rig.server.die()
        assert rig.act("t1/s/x/0") is GoalState.RUNNING
        rig.wait(SILENT_AFTER_S + 0.1)
        assert rig.act("t1/s/x/0") is GoalState.LOST
        rig.server.begin()
        rig.wait(MET_AFTER_S)
        assert rig.act("t1/s/x/0") is GoalState.RUNNING
        rig.wait(60.0)
        assert rig.act("t1/s/x/0") is GoalState.SUCCEEDED
        assert rig.times_done("t1/s/x/0") == 1

    def test_only_who_has_sent_an_act_can_cancel_it(self, rig: RemoteRig) -> None:
        rig.actuator.start("t1/s/x/0", "inspect", "a", {})
        another = RemoteActuator(rig.server, "log_1")
        another.cancel("t1/s/x/0")
        assert rig.act("t1/s/x/0") is GoalState.RUNNING
        another.start("t1/s/x/0", "inspect", "a", {})
        another.cancel("t1/s/x/0")
        assert rig.act("t1/s/x/0") is GoalState.CANCELLED

    def test_an_act_on_a_stopped_server_cannot_be_asked_for_and_goes_on(self, rig: RemoteRig) -> None:
        rig.actuator.start("k1", "inspect", "a", {})
        rig.server.sleep()
        assert rig.act("k1") is GoalState.RUNNING
        rig.wait(SILENT_AFTER_S + 0.1)
        assert rig.act("k1") is GoalState.LOST
        rig.server.wake()
        assert rig.act("k1") is GoalState.RUNNING
        rig.wait(60.0)
        assert rig.act("k1") is GoalState.SUCCEEDED

    def test_an_act_given_up_before_a_stopped_server_heard_of_it_is_cancelled(self, rig: RemoteRig) -> None:
        rig.server.sleep()
        rig.actuator.start("k1", "inspect", "a", {})
        rig.wait(SILENT_AFTER_S + 0.1)
        rig.server.wake()
        assert rig.act("k1") is GoalState.CANCELLED
