"""Where a held robot comes to rest: at once, or where its order lets somebody stand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from robot_fleet.agent.resting import BRAKING_M, drives_to_rest, stands_in_the_way
from robot_fleet.core.order import END, LANE, NO_STOPPING, Order, Step
from test.unit.agent.rig import Rig, act, drive, order


def clear(name: str, x_m: float, *words: str) -> Step:
    """A drive on whose lane, or at whose end, nobody is to stand."""
    return drive(name, x_m, params={NO_STOPPING: list(words)})


PLAIN = (drive("a", 4.0), drive("b", 8.0), drive("c", 12.0), drive("d", 16.0))
CROSSING = (drive("a", 4.0), clear("b", 8.0, LANE, END), clear("c", 12.0, LANE), drive("d", 16.0))
"""The same way as a hold describes it: a crossing between 4 and 12 m."""


@pytest.fixture
def rig() -> Rig:
    return Rig()


def held(update: int = 2, steps: tuple[Step, ...] = CROSSING, released: int | None = None) -> Order:
    return order(*steps, update=update, released=released, hold=True)


def until_at(rig: Rig, x_m: float) -> None:
    rig.run_until(lambda report: report.pose.x_m >= x_m)


def at_rest(rig: Rig) -> float:
    """Return where the robot stands once it says that it is held."""
    report = rig.run_until(lambda report: report.state == "holding")
    assert report.speed_mps == 0.0
    return report.pose.x_m


def test_elsewhere_it_stops_at_once(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    until_at(rig, 1.0)
    rig.send(held())
    assert at_rest(rig) < 2.0


def test_on_a_crossing_it_drives_on_to_the_first_place_where_it_may_stand(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    until_at(rig, 5.0)
    rig.send(held())
    assert rig.report().state == "driving", "it says that it is held only once it stands"
    assert at_rest(rig) == pytest.approx(12.0)
    assert rig.ends() == ["a:done", "b:done", "c:done"]
    assert rig.report().conditions == ()


def test_it_does_not_brake_into_a_crossing(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    until_at(rig, 4.0 - BRAKING_M + 0.2)
    rig.send(held())
    assert at_rest(rig) == pytest.approx(4.0)


def test_let_go_it_drives_the_rest_of_its_way(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    until_at(rig, 5.0)
    rig.send(held())
    at_rest(rig)
    rig.send(order(*PLAIN, update=3))
    report = rig.run_until(lambda report: len(report.results) == 4)
    assert report.pose.x_m == pytest.approx(16.0)


def test_let_go_on_the_way_it_does_not_stop(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    until_at(rig, 5.0)
    rig.send(held())
    rig.run(1.0)
    rig.send(order(*PLAIN, update=3))
    rig.run_until(lambda report: len(report.results) == 4)
    assert rig.report().pose.x_m == pytest.approx(16.0)


def test_a_hold_in_place_stops_it_anywhere_even_after_another_hold(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    until_at(rig, 5.0)
    rig.send(held())
    rig.run(1.0)
    rig.send(held(3, PLAIN))
    assert 5.0 < at_rest(rig) < 8.0


def test_with_nowhere_to_go_it_says_so_and_leaves_as_soon_as_it_may(rig: Rig) -> None:
    rig.send(order(*PLAIN, released=2))
    until_at(rig, 5.0)
    rig.send(held(released=2))
    assert at_rest(rig) == pytest.approx(8.0)
    assert rig.report().conditions == ("held_in_the_way",)
    rig.send(held(3, released=4))
    assert at_rest(rig) == pytest.approx(12.0)
    assert rig.report().conditions == ()


def test_a_robot_that_waits_on_a_crossing_leaves_it_when_held(rig: Rig) -> None:
    rig.send(order(*PLAIN, released=2))
    rig.run_until(lambda report: report.state == "waiting" and len(report.results) == 2)
    rig.send(held(released=3))
    assert at_rest(rig) == pytest.approx(12.0)


def test_an_agent_that_died_on_a_crossing_leaves_it(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    until_at(rig, 5.0)
    rig.killed()
    rig.send(held())
    assert at_rest(rig) == pytest.approx(12.0)


def test_cancelled_on_a_crossing_a_held_robot_leaves_it_before_it_gives_up(rig: Rig) -> None:
    rig.send(order(*PLAIN, released=2))
    rig.run_until(lambda report: report.state == "waiting" and len(report.results) == 2)
    rig.send(order(*CROSSING, update=2, released=4, hold=True, cancel=True))
    report = rig.run_until(lambda report: report.cancelled == "o1")
    assert report.pose.x_m == pytest.approx(12.0)


def test_cancelled_on_a_crossing_with_nowhere_to_go_a_held_robot_says_so(rig: Rig) -> None:
    rig.send(order(*PLAIN, released=2))
    rig.run_until(lambda report: report.state == "waiting" and len(report.results) == 2)
    rig.send(order(*CROSSING, update=2, released=2, hold=True, cancel=True))
    rig.run(3.0)
    assert (rig.report().state, rig.report().conditions) == ("holding", ("held_in_the_way",))
    rig.send(order(*PLAIN, update=3, released=2, cancel=True))
    assert (rig.report().cancelled, rig.report().conditions) == ("o1", ())


def test_an_act_that_a_cancel_forbids_is_not_begun_by_who_is_held_in_the_way(rig: Rig) -> None:
    rig.send(order(drive("a", 4.0), act("p"), released=1))
    rig.run_until(lambda report: len(report.results) == 1)
    rig.send(order(clear("a", 4.0, LANE, END), act("p"), update=2, hold=True, cancel=True))
    rig.run(3.0)
    assert (rig.report().state, rig.actuator.begun) == ("holding", [])


def test_an_emergency_stop_stops_it_on_a_crossing(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    until_at(rig, 5.0)
    rig.navigator.control = "emergency_stop"
    rig.send(held())
    rig.run(5.0)
    assert rig.report().pose.x_m < 8.0
    assert len(rig.report().results) == 1


def test_no_act_is_begun_by_who_leaves_a_crossing(rig: Rig) -> None:
    steps = (clear("a", 4.0, LANE, END), act("p"))
    rig.send(order(drive("a", 4.0), act("p"), released=1))
    rig.run_until(lambda report: len(report.results) == 1)
    rig.send(held(2, steps, 2))
    rig.run(3.0)
    assert rig.report().state == "holding"
    assert rig.ends() == ["a:done"]


def test_where_nobody_stands_may_change_of_what_is_released_but_not_where_it_leads(rig: Rig) -> None:
    rig.send(order(*PLAIN))
    rig.send(held())
    assert rig.report().update == 2
    rig.send(held(3, (replace(CROSSING[0], target=PLAIN[3].target), *CROSSING[1:])))
    assert rig.report().conditions == ("order_conflict",)


@pytest.mark.parametrize(
    ("steps", "left_m", "expected"),
    [
        ((), 0.0, 0),
        (PLAIN, 3.0, 0),
        (CROSSING, 3.0, 0),
        (CROSSING, 1.0, 1),
        (CROSSING[1:], 3.0, 2),
        (CROSSING[1:2], 3.0, 1),
        ((CROSSING[1], act("p")), 3.0, 1),
        ((act("p"),), 0.0, 0),
    ],
)
def test_how_many_drives_are_finished(steps: tuple[Step, ...], left_m: float, expected: int) -> None:
    assert drives_to_rest(steps, left_m) == expected


def test_who_stands_in_the_way() -> None:
    assert stands_in_the_way(CROSSING, 2, under_way=False)
    assert stands_in_the_way(CROSSING, 2, under_way=True)
    assert not stands_in_the_way(CROSSING, 3, under_way=False)
    assert not stands_in_the_way(CROSSING, 0, under_way=False)
    assert not stands_in_the_way(CROSSING, 0, under_way=True)


def test_an_order_that_ends_in_a_hold_is_over(rig: Rig) -> None:
    steps = (drive("a", 4.0), act("b"))
    rig.send(order(*steps))
    rig.run_until(lambda report: report.state == "acting")
    rig.send(held(steps=steps))
    rig.run_until(
        lambda report: report.state == "idle"
    )  # the manager, who has ended it as well, lets nobody go any more
    assert rig.ends() == ["a:done", "b:done"]
