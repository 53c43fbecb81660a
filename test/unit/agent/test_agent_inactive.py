"""An agent that was deactivated makes its robot stand; nothing that is released is lost by that."""

from __future__ import annotations

import pytest

from test.unit.agent.rig import Rig, act, drive, order, wait

WAY = (drive("a", 4.0), drive("b", 8.0), drive("c", 12.0))


@pytest.fixture
def rig() -> Rig:
    return Rig()


def stands(rig: Rig) -> float:
    report = rig.run_until(lambda report: report.state == "holding")
    assert report.speed_mps == 0.0
    assert "agent_inactive" in report.conditions
    return report.pose.x_m


def test_a_drive_is_cancelled_and_gone_on_with(rig: Rig) -> None:
    rig.send(order(*WAY))
    rig.run_until(lambda report: report.pose.x_m >= 1.0)
    rig.agent.deactivate(rig.now)
    x_m = stands(rig)
    assert x_m < 3.0
    rig.run(60.0)
    assert rig.report().pose.x_m == x_m
    assert rig.report().released == 3, "a release is never taken back"
    rig.agent.activate(rig.now)
    report = rig.run_until(lambda report: len(report.results) == 3)
    assert rig.ends() == ["a:done", "b:done", "c:done"]
    assert report.conditions == ()


def test_nothing_is_begun(rig: Rig) -> None:
    rig.send(order(wait("w", 1.0), act("x"), released=1))
    rig.run_until(lambda report: len(report.results) == 1)
    rig.agent.deactivate(rig.now)
    rig.send(order(wait("w", 1.0), act("x"), update=2))
    rig.run(30.0)
    assert rig.ends() == ["w:done"]
    assert rig.report().update == 1
    assert "order_agent_inactive" in rig.report().conditions


def test_orders_are_refused_and_taken_when_they_come_again(rig: Rig) -> None:
    rig.agent.deactivate(rig.now)
    rig.send(order(*WAY))
    assert (rig.report().order, rig.report().conditions) == ("", ("order_agent_inactive", "agent_inactive"))
    rig.agent.activate(rig.now)
    rig.send(order(*WAY))
    rig.run_until(lambda report: len(report.results) == 3)
    assert rig.report().conditions == ()


def test_a_hold_and_a_cancel_are_confirmed(rig: Rig) -> None:
    rig.send(order(*WAY))
    rig.run_until(lambda report: report.pose.x_m >= 1.0)
    rig.agent.deactivate(rig.now)
    stands(rig)
    rig.send(order(*WAY, update=2, hold=True))
    assert rig.report().update == 2
    rig.send(order(*WAY, update=3, cancel=True))
    rig.run(30.0)
    assert (rig.report().update, rig.report().cancelled) == (3, ""), "it is between two places, and may not leave that"
    rig.agent.activate(rig.now)
    rig.run_until(lambda report: report.cancelled == "o1")
    assert rig.ends() == ["a:done"]


def test_a_cancel_of_what_has_not_begun_is_confirmed_at_once(rig: Rig) -> None:
    rig.send(order(*WAY, released=0))
    rig.agent.deactivate(rig.now)
    rig.send(order(*WAY, update=2, released=0, cancel=True))
    rig.run_until(lambda report: report.cancelled == "o1", 2.0)


def test_an_act_under_way_is_brought_to_its_end(rig: Rig) -> None:
    rig.send(order(act("x"), drive("a", 4.0)))
    rig.run_until(lambda report: report.state == "acting")
    rig.agent.deactivate(rig.now)
    rig.run_until(lambda report: len(report.results) == 1)
    assert rig.ends() == ["x:done"]
    stands(rig)


def test_deactivated_twice_is_deactivated(rig: Rig) -> None:
    for _ in range(2):
        rig.agent.deactivate(rig.now)
    rig.agent.activate(rig.now)
    rig.send(order(drive("a", 4.0)))
    rig.run_until(lambda report: len(report.results) == 1)
