"""What the agent does with a well-behaved robot: order, release, hold, cancel."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot_fleet.agent.agent import Agent
from robot_fleet.agent.journal import MemoryJournal
from robot_fleet.core.clock import Now
from robot_fleet.core.errors import OrderError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, StepKind
from test.fakes.actuator import FakeActuator
from test.fakes.navigator import FakeNavigator
from test.unit.agent.rig import ROBOT, Rig, act, dock, drive, order, undock, wait

TOUR = (drive("d1", 2), drive("d2", 4), act("a1"), wait("w1", 7), drive("d3", 2), dock("k1"))


def test_a_whole_order_is_carried_out_step_by_step() -> None:
    rig = Rig(actuator=FakeActuator(results={"prompt": {"answer": "well"}}))
    rig.send(order(*TOUR))
    report = rig.run_until(lambda r: r.state == "idle")
    assert rig.ends() == [f"{step.id}:done" for step in TOUR]
    assert report.results[2].detail == {"answer": "well"}
    assert [result.at_s for result in report.results] == sorted(result.at_s for result in report.results)
    assert report.docked_at == "charger"
    assert report.conditions == ()


def test_the_reported_state_follows_the_steps() -> None:
    rig = Rig(FakeNavigator(docked_at="charger"))
    rig.send(order(undock("u1"), *TOUR))
    seen: list[str] = []
    for _ in range(400):
        rig.run(0.25)
        if not seen or seen[-1] != rig.report().state:
            seen.append(rig.report().state)
    assert seen == ["undocking", "driving", "acting", "waiting", "driving", "docking", "idle"]


def test_released_drives_become_one_goal() -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2), drive("d2", 4), drive("d3", 6)))
    rig.run(20)
    assert rig.navigator.drives == [(Pose(2, 0), Pose(4, 0), Pose(6, 0))]


def test_each_speed_limit_and_each_way_of_holding_the_yaw_has_its_own_goal() -> None:
    rig = Rig()
    steps = (
        drive("d1", 2),
        drive("d2", 4, speed_mps=0.5),
        drive("d3", 6, speed_mps=0.5),
        drive("d4", 8, keep_yaw=True),
    )
    rig.send(order(*steps))
    rig.run(30)
    drives = [asked for asked in rig.navigator.asked if asked[0] == "drive"]
    assert drives == [("drive", 1, 0.0, False), ("drive", 2, 0.5, False), ("drive", 1, 0.0, True)]


def test_a_goal_ends_where_a_route_ends() -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2, last=True), drive("d2", 4, last=True)))
    rig.run(10)
    assert rig.navigator.drives == [(Pose(2, 0),), (Pose(4, 0),)]


def test_a_passed_target_ends_its_step_but_the_last_needs_the_goal_to_succeed() -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2), drive("d2", 4)))
    rig.run(2.25)
    assert rig.ends() == ["d1:done"]
    rig.run(2)
    assert rig.ends() == ["d1:done", "d2:done"]


def test_nothing_beyond_the_release_is_begun() -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2), drive("d2", 4), act("a1"), released=1))
    rig.run(30)
    assert rig.navigator.pose == Pose(2, 0)
    assert (rig.report().state, rig.ends()) == ("waiting", ["d1:done"])
    assert rig.actuator.begun == []


def test_more_release_extends_a_running_drive_without_a_stop() -> None:
    rig = Rig()
    steps = (drive("d1", 2), drive("d2", 4), drive("d3", 6))
    rig.send(order(*steps, released=2))
    rig.run(2.5)
    rig.send(order(*steps, update=2, released=3))
    assert rig.navigator.drives == [(Pose(2, 0), Pose(4, 0)), (Pose(4, 0), Pose(6, 0))]
    assert ("cancel",) not in rig.navigator.asked
    rig.run(4)
    assert rig.ends() == ["d1:done", "d2:done", "d3:done"]


def test_more_release_wakes_a_waiting_robot() -> None:
    rig = Rig()
    steps = (drive("d1", 2), drive("d2", 4))
    rig.send(order(*steps, released=1))
    rig.run(10)
    rig.send(order(*steps, update=2))
    rig.run(3)
    assert rig.report().state == "idle"


def test_an_update_replaces_what_is_not_released() -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2), drive("d2", 4), released=1))
    rig.send(order(drive("d1", 2), drive("e2", 2, 3), act("a1"), update=2))
    rig.run(20)
    assert rig.ends() == ["d1:done", "e2:done", "a1:done"]


def test_a_finished_order_goes_on_when_an_update_adds_to_it() -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2)))
    rig.run(5)
    rig.send(order(drive("d1", 2), drive("d2", 4), update=2))
    rig.run(5)
    assert rig.ends() == ["d1:done", "d2:done"]


def test_a_repeated_or_older_wish_changes_nothing() -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2), drive("d2", 4), update=3))
    asked = list(rig.navigator.asked)
    rig.send(order(drive("d1", 2), drive("d2", 4), update=3))
    rig.send(order(drive("d1", 9), update=2))
    assert rig.navigator.asked == asked
    assert (rig.report().update, rig.report().conditions) == (3, ())


@pytest.mark.parametrize(
    "wish",
    [
        order(drive("d1", 2), drive("d2", 4), drive("d3", 6), update=2, released=1),
        order(drive("d1", 3), drive("d2", 4), drive("d3", 6), update=2, released=3),
        order(drive("d1", 2), update=2, released=1),
        order(drive("x1", 2), name="o2"),
    ],
    ids=["release lowered", "released step changed", "released step gone", "another order"],
)
def test_what_takes_back_a_release_or_cuts_in_is_refused_whole(wish: Order) -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2), drive("d2", 4), drive("d3", 6), released=2))
    rig.send(wish)
    report = rig.report()
    assert report.conditions == ("order_conflict",)
    assert (report.order, report.update, report.released) == ("o1", 1, 2)
    assert rig.agent.refusal is not None
    rig.run(10)
    assert rig.ends() == ["d1:done", "d2:done"]
    rig.send(order(drive("d1", 2), drive("d2", 4), drive("d3", 6), update=9, released=3))
    assert rig.report().conditions == ()


@pytest.mark.parametrize(
    "wish",
    [
        order(drive("d1", 2), released=2),
        order(drive("d1", 2), drive("d1", 3)),
        order(act("a1"), act("a2", act_id="act-a1")),
        order(act("a1", act_id="")),
        order(dock("k1", place="")),
        order(drive("d1", float("nan"))),
        order(drive("d1", 1.0, speed_mps=-1.0)),
        order(drive("d1", 1.0), name=""),
    ],
    ids=["release", "step twice", "act twice", "no act id", "no place", "nan", "negative", "no id"],
)
def test_an_order_that_nobody_could_follow_is_refused(wish: Order) -> None:
    rig = Rig()
    rig.send(wish)
    assert rig.report().conditions == ("order_malformed",)
    assert rig.report().order == ""


def test_another_robots_order_is_refused() -> None:
    rig = Rig()
    rig.send(replace(order(drive("d1", 2)), robot="care_2"))
    assert rig.report().conditions == ("order_wrong_robot",)


def test_the_next_order_is_taken_when_the_one_before_is_finished_and_its_late_copy_is_old_news() -> None:
    rig = Rig()
    rig.send(order(drive("d1", 2)))
    rig.run(5)
    assert rig.ends() == ["d1:done"]
    rig.send(order(drive("e1", 0), name="o2"))
    rig.run(5)
    rig.send(order(drive("d1", 2)))
    rig.run(5)
    assert (rig.report().order, rig.ends(), rig.navigator.pose) == ("o2", ["e1:done"], Pose(0, 0))


def test_an_empty_order_is_finished_at_once() -> None:
    rig = Rig()
    rig.send(order())
    assert (rig.report().order, rig.report().state) == ("o1", "idle")


def test_docking_where_it_is_docked_and_undocking_where_it_is_not_are_done_already() -> None:
    rig = Rig(FakeNavigator(docked_at="charger"))
    rig.send(order(dock("k1"), undock("u1"), undock("u2")))
    rig.run(15)
    assert rig.ends() == ["k1:done", "u1:done", "u2:done"]
    assert [asked[0] for asked in rig.navigator.asked if asked[0] in ("dock", "undock")] == ["undock"]


def test_a_docked_robot_does_not_drive_before_it_has_undocked() -> None:
    rig = Rig(FakeNavigator(docked_at="charger"))
    rig.send(order(drive("d1", 2)))
    assert rig.report().conditions == ("nav_retry", "drive_while_docked")
    rig.run(30)
    assert rig.navigator.drives == []
    assert rig.report().results[0].code == "drive_while_docked"
    assert rig.report().state == "fault"


def test_a_wait_lasts_its_time_and_says_when_it_must_be_woken() -> None:
    rig = Rig()
    rig.send(order(wait("w1", 60)))
    assert rig.agent.next_wake_s() == rig.at_s + 60
    rig.at_s += 59.9
    rig.agent.tick(rig.now)
    assert rig.ends() == []
    rig.at_s += 0.1
    rig.agent.tick(rig.now)
    assert rig.ends() == ["w1:done"]
    assert rig.agent.next_wake_s() is None


class TestHold:
    def test_a_drive_stops_and_goes_on_to_the_same_targets(self) -> None:
        rig = Rig()
        steps = (drive("d1", 2), drive("d2", 4))
        rig.send(order(*steps))
        rig.run(3)
        rig.send(order(*steps, update=2, hold=True))
        assert rig.report().state == "driving", "a hold is confirmed when the robot stands"
        rig.run(0.5)
        assert rig.report().state == "holding"
        stood = rig.navigator.pose
        rig.run(30)
        assert rig.navigator.pose == stood
        rig.send(order(*steps, update=3))
        rig.run(2)
        assert rig.ends() == ["d1:done", "d2:done"]
        assert rig.navigator.drives[-1] == (Pose(4, 0),)

    def test_a_cancel_that_is_lost_is_repeated(self) -> None:
        rig = Rig()
        rig.navigator.deaf = 2
        rig.send(order(drive("d1", 20)))
        rig.send(order(drive("d1", 20), update=2, hold=True))
        rig.run_until(lambda r: r.state == "holding", 5)

    def test_targets_passed_while_it_slows_down_are_done(self) -> None:
        rig = Rig()
        rig.navigator.deaf = 2
        rig.send(order(drive("d1", 1), drive("d2", 20)))
        rig.send(order(drive("d1", 1), drive("d2", 20), update=2, hold=True))
        rig.run(1.5)
        assert (rig.report().state, rig.ends()) == ("driving", ["d1:done"])
        rig.run(2)
        assert rig.report().state == "holding"

    def test_docking_is_finished_first(self) -> None:
        rig = Rig()
        rig.send(order(dock("k1"), undock("u1")))
        rig.run(1)
        rig.send(order(dock("k1"), undock("u1"), update=2, hold=True))
        assert rig.report().state == "docking"
        rig.run(25)
        assert (rig.report().state, rig.ends()) == ("holding", ["k1:done"])

    def test_an_act_goes_on(self) -> None:
        rig = Rig()
        rig.send(order(act("a1"), drive("d1", 2)))
        rig.run(1)
        rig.send(order(act("a1"), drive("d1", 2), update=2, hold=True))
        assert rig.report().state == "acting"
        rig.run(6)
        assert (rig.report().state, rig.ends()) == ("holding", ["a1:done"])

    def test_a_held_wait_is_confirmed_at_once_and_its_end_stays(self) -> None:
        rig = Rig()
        rig.send(order(wait("w1", 10)))
        rig.send(order(wait("w1", 10), update=2, hold=True))
        assert rig.report().state == "holding"
        rig.run(11)
        rig.send(order(wait("w1", 10), update=3))
        assert rig.ends() == ["w1:done"]

    def test_an_order_may_come_held(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 2), hold=True))
        rig.run(5)
        assert (rig.report().state, rig.navigator.drives) == ("holding", [])


class TestCancel:
    def test_a_drive_ends_at_the_next_target(self) -> None:
        rig = Rig()
        steps = (drive("d1", 2), drive("d2", 4), drive("d3", 6))
        rig.send(order(*steps))
        rig.run(2.5)
        rig.send(order(*steps, update=2, cancel=True))
        report = rig.run_until(lambda r: r.cancelled == "o1")
        assert rig.navigator.pose == Pose(4, 0)
        assert (report.state, rig.ends()) == ("idle", ["d1:done", "d2:done"])

    def test_an_interruptible_act_is_broken_off(self) -> None:
        rig = Rig()
        steps = (act("a1", interruptible=True), drive("d1", 2))
        rig.send(order(*steps))
        rig.run(1)
        rig.send(order(*steps, update=2, cancel=True))
        rig.run(1)
        assert rig.actuator.cancels == ["act-a1"]
        assert (rig.report().cancelled, rig.ends()) == ("o1", ["a1:cancelled"])

    def test_another_act_and_docking_are_finished(self) -> None:
        for step, end in ((act("a1"), "a1:done"), (dock("k1"), "k1:done")):
            rig = Rig()
            rig.send(order(step, drive("d1", 2)))
            rig.run(1)
            rig.send(order(step, drive("d1", 2), update=2, cancel=True))
            assert rig.report().cancelled == ""
            rig.run(25)
            assert (rig.report().cancelled, rig.ends(), rig.actuator.cancels) == ("o1", [end], [])

    def test_a_robot_that_waits_gives_up_at_once(self) -> None:
        rig = Rig()
        rig.send(order(wait("w1", 100), drive("d1", 2)))
        rig.send(order(wait("w1", 100), drive("d1", 2), update=2, cancel=True))
        assert (rig.report().cancelled, rig.ends()) == ("o1", [])

    def test_an_order_may_come_cancelled(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 2), cancel=True))
        assert (rig.report().cancelled, rig.navigator.drives) == ("o1", [])

    def test_a_cancelled_order_is_not_revived_and_makes_room_for_the_next(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 2), cancel=True))
        rig.send(order(drive("d1", 2), update=2))
        assert rig.report().conditions == ("order_conflict",)
        rig.send(order(drive("e1", 1), name="o2"))
        rig.run(3)
        assert (rig.report().order, rig.report().cancelled, rig.ends()) == ("o2", "", ["e1:done"])

    def test_a_held_robot_between_two_places_gives_up_when_it_may_drive_to_the_next(self) -> None:
        rig = Rig()
        steps = (drive("d1", 2), drive("d2", 4))
        rig.send(order(*steps))
        rig.run(1)
        rig.send(order(*steps, update=2, hold=True))
        rig.run(1)
        rig.send(order(*steps, update=3, hold=True, cancel=True))
        rig.run(5)
        assert (rig.report().cancelled, rig.report().state) == ("", "holding")
        rig.send(order(*steps, update=4, cancel=True))
        rig.run(5)
        assert (rig.report().cancelled, rig.ends(), rig.navigator.pose) == ("o1", ["d1:done"], Pose(2, 0))


class TestReports:
    def test_changed_is_true_when_there_is_more_to_say_than_a_pose(self) -> None:
        rig = Rig()
        assert rig.agent.changed
        rig.report()
        assert not rig.agent.changed
        rig.send(order(drive("d1", 2), drive("d2", 4)))
        assert rig.agent.changed
        rig.report()
        rig.run(1)
        assert not rig.agent.changed
        rig.run(1.25)
        assert rig.agent.changed

    def test_seq_counts_and_measurements_are_passed_on(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 2)))
        rig.run(5)
        first, second = rig.report(), rig.report()
        assert (first.seq + 1, first.boot) == (second.seq, second.boot)
        assert (second.pose, second.odometer_m, second.soc_pct, second.at_s) == (Pose(2, 0), 2.0, 80.0, rig.at_s)

    def test_an_unknown_pose_is_said_and_not_invented(self) -> None:
        rig = Rig(FakeNavigator(pose=None))
        rig.send(order(drive("d1", 2)))
        report = rig.report()
        assert (report.pose.map_id, report.conditions, report.state) == ("", ("pose_unknown",), "waiting")
        rig.navigator.push(Pose(0, 0))
        rig.run(5)
        assert rig.ends() == ["d1:done"]

    def test_an_agent_without_an_order_is_idle_and_never_wants_to_be_woken(self) -> None:
        rig = Rig()
        assert rig.report().state == "idle"
        assert rig.agent.next_wake_s() is None


def test_nothing_is_done_before_the_start() -> None:
    agent = Agent(ROBOT, FakeNavigator(), FakeActuator(), MemoryJournal(), "b")
    with pytest.raises(OrderError) as caught:
        agent.tick(Now(0.0, 0.0))
    assert caught.value.code == "order_agent_not_started"


def test_every_kind_of_step_is_known_to_the_agent() -> None:
    assert {step.kind for step in (undock("u"), *TOUR)} == set(StepKind)
