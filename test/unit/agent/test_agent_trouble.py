"""What the agent does when goals fail, servers vanish, actuators forget and robots are pushed out of their corridor."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from robot_fleet.agent.journal import MemoryJournal
from robot_fleet.core.errors import OrderError
from robot_fleet.core.geometry import Pose
from robot_fleet.core.ports import GoalState, GoalStatus
from test.fakes.actuator import FakeActuator
from test.fakes.navigator import FakeNavigator
from test.unit.agent.rig import Rig, act, dock, drive, order


def drives(rig: Rig) -> int:
    return len(rig.navigator.drives)


class TestFailedGoals:
    def test_a_failed_goal_is_tried_again_after_a_while(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4)))
        rig.navigator.fail("206")
        rig.run(0.25)
        assert rig.report().conditions == ("nav_retry", "nav_blocked")
        assert rig.report().state == "waiting"
        assert rig.agent.next_wake_s() == rig.at_s + 2.0
        rig.run(6.5)
        assert (drives(rig), rig.ends(), rig.report().conditions) == (2, ["d1:done"], ())

    def test_only_what_is_in_the_way_is_reported_as_such(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4)))
        rig.navigator.fail("207")  # the planner took too long
        rig.run(0.25)
        assert rig.report().conditions == ("nav_retry",)

    def test_the_third_further_try_is_the_last(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4), act("a1")))
        begun = []
        for _ in range(200):
            if rig.navigator.running:
                begun.append(rig.at_s - 1000.0)
                rig.navigator.fail("208")
            rig.run(0.25)
        # 2, 5 and 10 s later, each time counted from the tick that saw the failure
        assert begun == [0.0, 2.25, 7.5, 17.75]
        result = rig.report().results[0]
        assert (result.state, result.code) == ("failed", "nav_208")
        assert (rig.report().state, rig.report().conditions) == ("fault", ("step_failed",))
        assert rig.actuator.begun == []

    def test_progress_renews_the_tries(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 2), drive("d2", 40)))
        for _ in range(2):
            rig.navigator.fail()
            rig.run(0.25)
            rig.run_until(lambda r: r.state == "driving")
        rig.run_until(lambda r: bool(r.results))
        for _ in range(3):
            rig.navigator.fail()
            rig.run(0.25)
            rig.run_until(lambda r: r.state == "driving")

    def test_targets_passed_before_the_failure_are_not_driven_to_again(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 2), drive("d2", 4)))
        rig.navigator.advance(3)
        rig.navigator.fail()
        rig.run(10)
        assert rig.navigator.drives[-1] == (Pose(4, 0),)
        assert rig.ends() == ["d1:done", "d2:done"]

    def test_docking_is_tried_again_too(self) -> None:
        rig = Rig()
        rig.send(order(dock("k1")))
        rig.navigator.fail("904")
        rig.run(30)
        assert rig.ends() == ["k1:done"]

    def test_a_goal_that_somebody_else_cancels_counts_as_failed(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4)))
        rig.navigator.cancel()
        rig.run(0.5)
        assert rig.report().conditions == ("nav_retry",)

    def test_a_cancel_in_the_meantime_gives_up_at_once(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4)))
        rig.navigator.fail()
        rig.run(0.25)
        rig.send(order(drive("d1", 4), update=2, cancel=True))
        assert (rig.report().cancelled, drives(rig)) == ("o1", 1)

    def test_a_hold_in_the_meantime_holds_and_renews_the_tries(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4)))
        rig.navigator.fail()
        rig.run(0.25)
        rig.send(order(drive("d1", 4), update=2, hold=True))
        assert (rig.report().state, rig.report().conditions) == ("holding", ())
        rig.send(order(drive("d1", 4), update=3))
        assert rig.report().state == "driving"

    def test_a_faulty_order_is_replaced_by_the_next_or_cancelled(self) -> None:
        rig = Rig(actuator=FakeActuator(fails={"prompt": "jammed"}))
        rig.send(order(act("a1"), drive("d1", 2)))
        rig.run(10)
        assert (rig.report().state, rig.report().results[0].code) == ("fault", "jammed")
        rig.send(order(act("a1"), drive("d1", 2), update=2, cancel=True))
        assert (rig.report().state, rig.report().cancelled) == ("idle", "o1")
        rig.send(order(act("b1"), name="o2"))
        rig.run(10)
        rig.send(order(drive("e1", 1), name="o3"))
        rig.run(3)
        assert rig.ends() == ["e1:done"]


class TestServersGone:
    def test_the_robot_waits_for_them_for_ever_and_it_is_no_failure(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 40)))
        rig.run(1)
        for _ in range(10):
            rig.navigator.lose()
            rig.run(60)
            assert rig.report().conditions == ("nav_unavailable",)
            rig.navigator.restore()
            rig.run(1.25)
            assert rig.report().conditions == ()
        rig.run(40)
        assert rig.ends() == ["d1:done"]

    def test_servers_that_are_not_up_yet_are_waited_for(self) -> None:
        navigator = FakeNavigator()
        navigator.lose()
        rig = Rig(navigator)
        rig.send(order(drive("d1", 4)))
        assert rig.report().conditions == ("nav_unavailable",)
        navigator.restore()
        rig.run(6)
        assert rig.ends() == ["d1:done"]

    def test_a_goal_that_ran_on_unheard_is_stopped_before_anything_new(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 40)))
        rig.run(1)
        rig.navigator.lose(stops=False)
        rig.run(5)
        rig.navigator.restore()
        rig.run(0.25)
        assert rig.navigator.asked[-1] == ("cancel_all",)
        rig.run(1.5)
        assert rig.navigator.asked[-1] == ("drive", 1, 0.0, False)

    def test_a_cancel_is_not_confirmed_while_nobody_knows_whether_the_robot_moves(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4)))
        rig.run(1)
        rig.navigator.lose(stops=False)
        rig.run(1)
        rig.send(order(drive("d1", 4), update=2, cancel=True))
        rig.run(30)
        assert rig.report().cancelled == ""
        rig.navigator.restore()
        rig.run(10)
        assert rig.report().cancelled == "o1"


class TestCorridor:
    def test_a_robot_outside_its_corridor_is_stopped_and_goes_on_when_it_is_back(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 10)))
        rig.run(3)
        rig.navigator.push(Pose(3, 2))
        rig.run(0.5)
        assert (rig.report().state, rig.report().conditions) == ("fault", ("off_corridor",))
        rig.run(30)
        assert not rig.navigator.running
        rig.navigator.push(Pose(3, 0.3))
        rig.run(12)
        assert (rig.ends(), rig.report().conditions) == (["d1:done"], ())

    def test_a_person_who_holds_and_resumes_lets_it_drive_back(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 10)))
        rig.run(3)
        rig.navigator.push(Pose(3, 2))
        rig.run(1)
        rig.send(order(drive("d1", 10), update=2, hold=True))
        rig.run(1)
        assert (rig.report().state, rig.report().conditions) == ("holding", ("off_corridor",))
        rig.send(order(drive("d1", 10), update=3))
        rig.run(0.25)
        assert rig.report().state == "driving"
        rig.run(10)
        assert (rig.ends(), rig.report().conditions) == (["d1:done"], ())

    def test_a_cancel_or_a_new_order_ends_it_on_the_spot(self) -> None:
        for wish in (order(drive("d1", 10), update=2, cancel=True), order(drive("e1", 3, 5), name="o2")):
            rig = Rig()
            rig.send(order(drive("d1", 10)))
            rig.run(3)
            rig.navigator.push(Pose(3, 2))
            rig.run(1)
            rig.send(wish)
            rig.run(5)
            assert rig.report().conditions == ()
            assert rig.report().cancelled == "o1" or rig.ends() == ["e1:done"]

    def test_the_lanes_ahead_that_are_released_are_no_trespass(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4), drive("d2", 4, 4)))
        rig.run(1)
        rig.navigator.push(Pose(4, 2))
        rig.run(0.25)
        assert rig.report().conditions == ()

    def test_a_step_without_a_corridor_has_none(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 10, corridor_m=0.0)))
        rig.run(3)
        rig.navigator.push(Pose(3, 20))
        rig.run(0.5)
        assert rig.report().conditions == ()
        assert rig.agent.next_wake_s() is None

    def test_a_robot_that_was_moved_while_its_servers_were_gone_says_so_and_waits(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 10)))
        rig.run(3)
        rig.navigator.lose()
        rig.run(1)
        rig.navigator.push(Pose(3, 2))
        rig.navigator.restore()
        for _ in range(20):
            rig.run(2)
            assert rig.report().conditions == ("off_corridor",)
        rig.navigator.push(Pose(3, 0))
        rig.run(10)
        assert rig.ends() == ["d1:done"]

    def test_a_restart_does_not_make_a_strayed_robot_drive(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 10)))
        rig.run(3)
        rig.navigator.push(Pose(3, 2))
        rig.killed()
        rig.run(5)
        assert rig.report().conditions == ("off_corridor",)
        assert drives(rig) == 1

    def test_a_pose_that_it_cannot_have_come_to_does_not_move_its_lane(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 10)))
        rig.run(15)
        assert rig.ends() == ["d1:done"]
        rig.navigator.push(Pose(13, 4))
        for killed in (False, True):
            if killed:
                rig.killed()
            rig.send(order(drive("e1", 20), name="o2"))
            rig.run(5)
            assert (rig.report().conditions, drives(rig)) == (("off_corridor",), 1), "it does not set off from nowhere"
        rig.navigator.push(Pose(10, 0))
        rig.run(15)
        assert rig.ends() == ["e1:done"]

    def test_a_robot_that_came_to_rest_in_the_next_lane_is_back_too(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 5), drive("d2", 10)))
        rig.run(4)
        rig.navigator.push(Pose(4, 3))
        rig.run(1)
        assert rig.report().conditions == ("off_corridor",)
        rig.navigator.push(Pose(6, 0), driven_m=2.0)
        rig.run(0.5)
        assert (rig.ends(), rig.report().conditions) == (["d1:done"], ())
        rig.run(10)
        assert rig.ends() == ["d1:done", "d2:done"]

    def test_where_it_stood_is_kept_when_the_journal_is_rewritten(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("robot_fleet.agent.journal.BULKY_ENTRIES", 2)
        rig = Rig(journal=MemoryJournal())
        rig.send(order(drive("d1", 10)))
        rig.run(15)
        rig.navigator.push(Pose(13, 4))
        rig.send(order(drive("e1", 20), name="o2", released=0))
        rig.killed()
        rig.send(order(drive("e1", 20), name="o2", update=2))
        rig.run(5)
        assert (rig.report().conditions, drives(rig)) == (("off_corridor",), 1)


class TestActs:
    def test_a_silent_actuator_is_asked_until_it_answers(self) -> None:
        rig = Rig()
        rig.send(order(act("a1")))
        rig.run(1)
        rig.actuator.lose()
        rig.run(100)
        assert (rig.report().state, rig.report().conditions) == ("acting", ("actuator_unavailable",))
        rig.actuator.restore()
        rig.run(1)
        assert (rig.ends(), rig.actuator.begun) == (["a1:done"], ["act-a1"])

    def test_an_act_is_found_again_after_a_restart(self) -> None:
        for pause_s in (1.0, 20.0):
            rig = Rig()
            rig.send(order(act("a1"), drive("d1", 1)))
            rig.run(1)
            rig.actuator.advance(pause_s)
            rig.killed()
            rig.run(10)
            assert (rig.ends(), rig.actuator.begun) == (["a1:done", "d1:done"], ["act-a1"])

    def test_an_act_that_may_have_happened_is_unknown_and_never_repeated(self) -> None:
        rig = Rig()
        rig.send(order(act("a1"), drive("d1", 1)))
        rig.run(1)
        rig.actuator.forget()
        rig.run(1.5)
        rig.killed()
        rig.run(10)
        assert rig.ends() == ["a1:unknown"]
        assert (rig.report().state, rig.report().conditions) == ("fault", ("act_unknown",))
        assert rig.actuator.begun == ["act-a1"]

    def test_a_forgetful_actuator_is_given_a_moment_before_it_is_believed(self) -> None:
        rig = Rig()
        rig.send(order(act("a1")))
        rig.actuator.forget()
        rig.run(1.75)
        assert rig.report().state == "acting"
        rig.run(0.5)
        assert rig.ends() == ["a1:unknown"]

    @pytest.mark.parametrize("durable", [False, True])
    def test_an_act_that_may_be_done_twice_or_was_surely_not_done_is_started_again(self, durable: bool) -> None:
        rig = Rig(durable=durable)
        rig.send(order(act("a1", repeatable=not durable)))
        rig.run(1)
        rig.actuator.forget()
        rig.killed()
        rig.run(10)
        assert (rig.ends(), rig.actuator.begun) == (["a1:done"], ["act-a1", "act-a1"])

    def test_an_act_not_begun_is_held_or_given_up_though_the_actuator_is_silent(self) -> None:
        rig = Rig()
        rig.actuator.lose()
        rig.send(order(act("a1")))
        rig.send(order(act("a1"), update=2, hold=True))
        assert rig.report().state == "holding"
        rig.send(order(act("a1"), update=3, cancel=True))
        assert rig.report().cancelled == "o1"

    def test_an_act_under_way_is_followed_through_a_restart_into_a_cancel(self) -> None:
        rig = Rig()
        rig.send(order(act("a1"), drive("d1", 1)))
        rig.run(1)
        rig.send(order(act("a1"), drive("d1", 1), update=2, cancel=True))
        rig.killed()
        rig.run(1)
        assert rig.report().cancelled == ""
        rig.run(5)
        assert (rig.report().cancelled, rig.ends()) == ("o1", ["a1:done"])

    def test_an_act_of_an_earlier_life_is_attached_to_so_that_it_can_be_broken_off(self) -> None:
        class Deaf(FakeActuator):
            """Like an action server: obeys a cancel only from who has sent the act."""

            senders: set[str] = set()

            def start(self, act_id: str, act: str, place: str, params: Mapping[str, object]) -> None:
                self.senders.add(act_id)
                super().start(act_id, act, place, params)

            def cancel(self, act_id: str) -> None:
                if act_id in self.senders:
                    super().cancel(act_id)

        actuator = Deaf(act_s=900.0)
        rig = Rig(actuator=actuator)
        visit = act("a1", interruptible=True)
        rig.send(order(visit))
        rig.run(5)
        actuator.senders.clear()
        rig.killed()
        rig.run(1)
        rig.send(order(visit, update=2, cancel=True))
        rig.run(2)
        assert rig.report().cancelled == "o1"
        assert actuator.begun == ["act-a1"]

    def test_an_act_that_somebody_else_cancels_has_failed(self) -> None:
        rig = Rig()
        rig.send(order(act("a1")))
        rig.actuator.cancel("act-a1")
        rig.run(1)
        assert rig.report().results[0].code == "act_cancelled"


class TestRestarts:
    def test_goals_of_the_earlier_life_are_cancelled_and_the_order_goes_on(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 2), drive("d2", 4), act("a1"), drive("d3", 6)))
        rig.run(3)
        rig.report()
        rig.killed()
        assert rig.navigator.asked[-1] == ("cancel_all",)
        rig.run(30)
        assert rig.ends() == ["d1:done", "d2:done", "a1:done", "d3:done"]
        assert rig.navigator.drives == [(Pose(2, 0), Pose(4, 0)), (Pose(4, 0),), (Pose(6, 0),)]
        assert rig.report().boot == "boot2"

    def test_lanes_that_the_robot_drove_while_its_agent_was_dead_are_behind_it(self) -> None:
        rig = Rig()
        steps = (drive("d1", 4), drive("d2", 4, 4), drive("d3", 0, 4))
        rig.send(order(*steps, released=2))
        rig.run(2)
        rig.report()
        rig.navigator.advance(4)
        rig.killed()
        rig.run(1)
        assert rig.ends() == ["d1:done"]
        rig.send(order(*steps, update=2))
        rig.run(20)
        assert rig.ends() == ["d1:done", "d2:done", "d3:done"]
        assert rig.navigator.drives[1] == (Pose(4, 4),)

    def test_a_cancelled_order_ends_with_the_lane_that_the_robot_has_come_to_meanwhile(self) -> None:
        rig = Rig()
        steps = (drive("d1", 4), drive("d2", 4, 4), drive("d3", 0, 4))
        rig.send(order(*steps))
        rig.run(2)
        rig.report()
        rig.navigator.advance(4)
        rig.killed()
        rig.send(order(*steps, update=2, cancel=True))
        rig.run(20)
        assert (rig.report().cancelled, rig.ends()) == ("o1", ["d1:done", "d2:done"])
        assert rig.navigator.pose == Pose(4, 4, rig.navigator.pose.yaw_rad)

    def test_nothing_starts_before_the_robot_stands_and_knows_where_it_is(self) -> None:
        rig = Rig(FakeNavigator(deaf=3))
        rig.send(order(drive("d1", 40)))
        rig.run(1)
        rig.navigator.deaf = 3
        rig.killed()
        rig.run(2.75)
        assert drives(rig) == 1
        rig.run(3)
        assert drives(rig) == 2

    def test_a_robot_that_was_docking_docks_once(self) -> None:
        for before_s in (5.0, 20.0):
            rig = Rig()
            rig.send(order(dock("k1")))
            rig.navigator.advance(before_s)
            rig.killed()
            rig.run(40)
            assert (rig.ends(), rig.navigator.docks) == (["k1:done"], ["charger"])

    def test_a_robot_that_was_docking_when_it_was_cancelled_is_not_left_half_way(self) -> None:
        rig = Rig()
        rig.send(order(dock("k1"), drive("d1", 2)))
        rig.run(5)
        rig.send(order(dock("k1"), drive("d1", 2), update=2, cancel=True))
        rig.killed()
        rig.run(5)
        assert rig.report().cancelled == ""
        rig.run(20)
        assert (rig.report().cancelled, rig.ends(), rig.navigator.docks) == ("o1", ["k1:done"], ["charger"])

    def test_hold_cancel_and_fault_outlive_a_restart(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 4), hold=True))
        rig.killed()
        rig.run(1)
        assert rig.report().state == "holding"
        rig.send(order(drive("d1", 4), update=2, cancel=True))
        rig.report()
        rig.killed()
        rig.run(1)
        assert (rig.report().cancelled, rig.report().state) == ("o1", "idle")

    def test_what_a_tick_has_seen_is_remembered_without_a_report(self) -> None:
        rig = Rig()
        rig.send(order(drive("d1", 2), drive("d2", 4)))
        rig.run(4.25)
        rig.killed()
        assert rig.ends() == ["d1:done", "d2:done"]
        assert rig.navigator.drives == [(Pose(2, 0), Pose(4, 0))]


class _FullDisk(MemoryJournal):
    full = False

    def sync(self) -> None:
        if self.full:
            raise OrderError("order_journal_unwritable", "no space left")
        super().sync()


class TestFullDisk:
    def test_nothing_is_started_or_reported_that_cannot_be_written_down(self) -> None:
        journal = _FullDisk()
        rig = Rig(journal=journal)
        journal.full = True
        rig.send(order(act("a1"), drive("d1", 2)))
        rig.run(5)
        report = rig.report()
        assert (report.order, report.conditions) == ("", ("order_journal_unwritable",))
        assert rig.actuator.begun == []
        assert rig.agent.next_wake_s() == rig.at_s + 1.0
        journal.full = False
        rig.run(10)
        assert (rig.ends(), rig.actuator.begun) == (["a1:done", "d1:done"], ["act-a1"])
        assert rig.report().conditions == ()

    def test_what_runs_ends_but_its_end_is_reported_when_it_is_written_down(self) -> None:
        journal = _FullDisk()
        rig = Rig(journal=journal)
        rig.send(order(drive("d1", 2), drive("d2", 4)))
        journal.full = True
        rig.run(10)
        assert (rig.navigator.pose, rig.ends()) == (Pose(4, 0), [])
        journal.full = False
        assert rig.ends() == ["d1:done", "d2:done"]

    def test_a_hold_is_obeyed_all_the_same(self) -> None:
        journal = _FullDisk()
        rig = Rig(journal=journal)
        rig.send(order(drive("d1", 20)))
        journal.full = True
        rig.send(order(drive("d1", 20), update=2, hold=True))
        rig.run(1)
        assert (rig.report().state, rig.report().update) == ("holding", 1)

    def test_an_act_that_could_not_be_written_down_was_not_begun(self) -> None:
        journal = _FullDisk()
        rig = Rig(journal=journal)
        journal.full = True
        rig.send(order(act("a1")))
        rig.send(order(act("a1"), update=2, hold=True))
        assert rig.report().state == "holding"
        rig.send(order(act("a1"), update=3, cancel=True))
        journal.full = False
        assert (rig.report().cancelled, rig.actuator.begun) == ("o1", [])


class _Ruined(MemoryJournal):
    def __init__(self, code: str) -> None:
        super().__init__()
        self._code = code

    def read(self) -> tuple[()]:
        raise OrderError(self._code, "no use")


@pytest.mark.parametrize(
    ("code", "stops"), [("order_journal_corrupt", True), ("order_journal_busy", False)], ids=["corrupt", "busy"]
)
def test_an_agent_that_cannot_start_stops_the_robot_unless_another_is_in_charge(code: str, stops: bool) -> None:
    navigator = FakeNavigator()
    with pytest.raises(OrderError) as caught:
        Rig(navigator, journal=_Ruined(code))
    assert caught.value.code == code
    assert (("cancel_all",) in navigator.asked) is stops


def test_a_result_that_json_cannot_say_does_not_hold_up_the_order() -> None:
    rig = Rig(actuator=FakeActuator(results={"prompt": {"weight": float("nan")}}))
    rig.send(order(act("a1"), drive("d1", 1)))
    rig.run(10)
    assert rig.ends() == ["a1:done", "d1:done"]
    assert rig.report().results[0].detail == {"unreadable": "{'weight': nan}"}


def test_a_navigator_that_knows_no_goal_any_more_counts_as_lost() -> None:
    class Forgetful(FakeNavigator):
        def status(self) -> GoalStatus | None:
            return None if self.forgot else super().status()

        forgot = False

    navigator = Forgetful()
    rig = Rig(navigator)
    rig.send(order(drive("d1", 4)))
    navigator.forgot = True
    rig.run(0.25)
    assert rig.report().conditions == ("nav_unavailable",)
    navigator.forgot = False
    rig.run(10)
    assert rig.ends() == ["d1:done"]


def test_a_progress_that_cannot_be_is_not_believed() -> None:
    class Boastful(FakeNavigator):
        def status(self) -> GoalStatus | None:
            status = super().status()
            running = status is not None and status.state is GoalState.RUNNING
            return GoalStatus(GoalState.RUNNING, "", 0) if running else status

    rig = Rig(Boastful())
    rig.send(order(drive("d1", 4)))
    rig.run(2)
    assert rig.ends() == []
