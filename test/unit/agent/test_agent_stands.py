"""When others than its programs decide whether a robot moves, or it is lost: it stands, and says why.

After an emergency stop nothing moves before a person lets it, whatever else happens meanwhile.
"""

from __future__ import annotations

import pytest

from robot_fleet.core.order import Order
from test.fakes.navigator import FakeNavigator
from test.unit.agent.rig import ROBOT, Rig, act, dock, drive, order

WAY = (drive("s1", 5.0), drive("s2", 10.0), act("s3"))


def press(rig: Rig) -> None:
    rig.navigator.control = "emergency_stop"
    rig.run(2.0)


def release(rig: Rig) -> None:
    rig.navigator.control = "automatic"
    rig.run(2.0)


def wish(update: int, consents: int, **wishes: bool) -> Order:
    return Order(ROBOT, "o1", update, WAY, len(WAY), consents=consents, **wishes)


@pytest.fixture
def rig() -> Rig:
    """A robot on its way."""
    made = Rig()
    made.send(order(*WAY))
    made.run(2.0)
    assert made.report().state == "driving"
    return made


def test_every_goal_is_cancelled_at_once_and_the_report_says_so(rig: Rig) -> None:
    press(rig)
    assert ("cancel_all",) in rig.navigator.asked
    assert not rig.navigator.running
    report = rig.report()
    assert (report.control, report.stops, report.state) == ("emergency_stop", 1, "holding")


def test_a_released_button_alone_moves_nothing(rig: Rig) -> None:
    press(rig)
    release(rig)
    rig.run(120.0)
    assert rig.report().state == "holding"
    assert rig.report().control == "automatic"
    assert not rig.navigator.running


def test_a_persons_consent_lets_it_go_on(rig: Rig) -> None:
    press(rig)
    release(rig)
    rig.send(wish(2, consents=1))
    rig.run(60.0)
    assert rig.ends() == ["s1:done", "s2:done", "s3:done"]


def test_consent_while_the_button_is_pressed_moves_nothing_yet(rig: Rig) -> None:
    press(rig)
    rig.send(wish(2, consents=1))
    rig.run(30.0)
    assert not rig.navigator.running
    release(rig)
    assert rig.navigator.running


def test_an_older_consent_does_not_count_for_a_second_stop(rig: Rig) -> None:
    press(rig)
    release(rig)
    rig.send(wish(2, consents=1))
    rig.run(1.0)
    press(rig)
    release(rig)
    rig.send(wish(3, consents=1))
    rig.run(30.0)
    assert not rig.navigator.running
    assert rig.report().stops == 2


def test_it_is_remembered_over_a_restart_of_the_agent(rig: Rig) -> None:
    press(rig)
    rig.killed()
    release(rig)
    rig.run(60.0)
    assert rig.report().stops == 1
    assert not rig.navigator.running


def test_a_stop_pressed_while_the_agent_was_dead_counts(rig: Rig) -> None:
    rig.navigator.control = "emergency_stop"
    rig.killed()
    rig.run(1.0)
    assert rig.report().stops == 1
    release(rig)
    rig.run(30.0)
    assert not rig.navigator.running


def test_a_young_journal_learns_how_many_stops_there_were() -> None:
    rig = Rig()
    rig.send(wish(1, consents=4))
    rig.run(1.0)
    press(rig)
    assert rig.report().stops == 5


def test_docking_ends_too_and_is_begun_again_with_consent() -> None:
    rig = Rig(FakeNavigator())
    steps = (dock("s1"),)
    rig.send(order(*steps))
    rig.run(2.0)
    press(rig)
    assert not rig.navigator.running
    release(rig)
    rig.send(Order(ROBOT, "o1", 2, steps, 1, consents=1))
    rig.run(60.0)
    assert rig.ends() == ["s1:done"]


def test_a_cancel_during_the_stop_does_not_finish_the_lane(rig: Rig) -> None:
    press(rig)
    release(rig)
    rig.send(wish(2, consents=0, cancel=True))
    rig.run(30.0)
    assert not rig.navigator.running


def test_a_robot_driven_by_hand_is_left_alone_and_goes_on_afterwards(rig: Rig) -> None:
    rig.navigator.control = "manual"
    rig.run(30.0)
    assert not rig.navigator.running
    assert (rig.report().control, rig.report().stops) == ("manual", 0)
    rig.navigator.control = "automatic"
    rig.run(60.0)
    assert rig.ends() == ["s1:done", "s2:done", "s3:done"]


def test_a_protective_stop_is_waited_for_without_a_word(rig: Rig) -> None:
    asked = len(rig.navigator.asked)
    rig.navigator.control = "protective_stop"
    rig.run(1.0)
    assert rig.navigator.asked[asked:] == []
    assert rig.report().control == "protective_stop"


def test_a_lost_robot_stops_and_goes_on_when_it_knows_where_it_is(rig: Rig) -> None:
    rig.navigator.sigma_m = 0.8
    rig.run(1.0)
    assert rig.navigator.running
    rig.navigator.sigma_m = 0.81
    rig.run(5.0)
    assert not rig.navigator.running
    assert "localisation_lost" in rig.report().conditions
    rig.navigator.sigma_m = 0.41
    rig.run(5.0)
    assert not rig.navigator.running
    rig.navigator.sigma_m = 0.4
    rig.run(60.0)
    assert rig.ends() == ["s1:done", "s2:done", "s3:done"]
    assert rig.report().conditions == ()
