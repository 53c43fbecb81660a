"""A disturbed network loses, doubles and delays messages as it is told to, both ways, and does nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.core.geometry import Pose
from robot_fleet.core.order import Order, RobotReport
from robot_fleet.runtime.chaos.messages import CALM, Disturbance, DisturbedLink

T = TypeVar("T")


class Wire:
    """A link whose other end is a list."""

    def __init__(self) -> None:
        self.sent: list[Order] = []
        self.told: list[RobotReport] = []

    def send(self, order: Order) -> None:
        self.sent.append(order)

    def reports(self) -> Sequence[RobotReport]:
        told, self.told = self.told, []
        return told


class Rig:
    def __init__(self, how: Disturbance, seed: int = 1) -> None:
        self.wire, self.now_s, self.how = Wire(), 0.0, how
        self.link = DisturbedLink(self.wire, lambda: self.now_s, str(seed), lambda: self.how)

    def order(self, update: int) -> None:
        self.link.send(Order("care_1", "o1", update, (), 0))

    def tell(self, seq: int) -> None:
        pose = Pose(0.0, 0.0)
        self.wire.told.append(
            RobotReport("care_1", "b", seq, 0.0, "", 0, 0, (), "idle", pose, 0.0, 50.0, False, "", 0.0, 0.0, 0.0)
        )

    def heard(self) -> list[int]:
        return [report.seq for report in self.link.reports()]


def test_a_calm_network_passes_everything_on_at_once_and_in_order() -> None:
    rig = Rig(CALM)
    for number in range(5):
        rig.order(number)
        rig.tell(number)
    assert [order.update for order in rig.wire.sent] == [0, 1, 2, 3, 4]
    assert rig.heard() == [0, 1, 2, 3, 4]
    assert rig.heard() == []


def test_a_robot_that_has_vanished_hears_and_says_nothing() -> None:
    rig = Rig(Disturbance(drop=1.0))
    rig.order(1)
    rig.tell(1)
    assert rig.heard() == []
    rig.how = CALM
    rig.order(2)
    rig.tell(2)
    assert [order.update for order in rig.wire.sent] == [2]
    assert rig.heard() == [2]


@given(st.integers(0, 1000), st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.0, 5.0), st.integers(1, 40))
def test_what_arrives_is_what_was_sent_within_the_delay(
    seed: int, drop: float, double: float, delay_s: float, count: int
) -> None:
    rig = Rig(Disturbance(drop, double, delay_s), seed)
    arrived: Counter[int] = Counter()
    for number in range(count):
        rig.order(number)
        rig.tell(number)
        arrived.update(rig.heard())
    rig.now_s += delay_s
    arrived.update(rig.heard())
    counts = rig.link.counts
    orders = Counter(order.update for order in rig.wire.sent)
    assert set(arrived) | set(orders) <= set(range(count))
    assert arrived.total() + orders.total() == 2 * count - counts["dropped"] + counts["doubled"]
    assert max([*arrived.values(), *orders.values()], default=0) <= 2


def test_messages_that_are_late_overtake_each_other() -> None:
    rig = Rig(Disturbance(delay_s=3.0))
    for number in range(20):
        rig.tell(number)
    order: list[int] = []
    for _ in range(31):
        order += rig.heard()
        rig.now_s += 0.1
    assert sorted(order) == list(range(20))
    assert order != sorted(order)


def test_what_is_on_its_way_is_lost_with_who_waits_for_it() -> None:
    rig = Rig(Disturbance(delay_s=3.0))
    rig.order(1)
    rig.tell(1)
    rig.heard()
    rig.link.forget()
    rig.now_s += 5.0
    assert rig.heard() == []
    assert rig.wire.sent == []
