"""How often somebody may ask, on a clock of the tests' own."""

from __future__ import annotations

import pytest

from robot_fleet.server.doors.limits import Buckets, Patience, Pauses, Rate


class Clock:
    now_s = 50.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_bucket_gives_at_once_what_it_holds_and_then_at_its_pace(clock: Clock) -> None:
    buckets = Buckets(Rate(burst=3.0, per_s=2.0), clock)
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]
    assert buckets.take("b") == 0.0
    clock.now_s += 0.25
    assert buckets.take("a") == 0.25
    clock.now_s += 0.25
    assert [buckets.take("a"), buckets.take("a")] == [0.0, 0.5]
    clock.now_s += 3_600.0
    assert [buckets.take("a") for _ in range(4)] == [0.0, 0.0, 0.0, 0.5]


def test_pauses_double_up_to_the_longest_and_are_forgotten(clock: Clock) -> None:
    pauses = Pauses(Patience(free=2, first_s=1.0, longest_s=5.0, forgotten_s=60.0), clock)
    seen = []
    for _ in range(7):
        pauses.failed("a")
        seen.append(pauses.left_s("a"))
    assert seen == [0.0, 0.0, 1.0, 2.0, 4.0, 5.0, 5.0]
    assert pauses.left_s("b") == 0.0
    clock.now_s += 2.0
    assert pauses.left_s("a") == 3.0
    clock.now_s += 3.0
    assert pauses.left_s("a") == 0.0
    clock.now_s += 61.0
    pauses.failed("a")
    assert pauses.left_s("a") == 0.0
    for _ in range(5):
        pauses.failed("a")
    pauses.forget("a")
    assert pauses.left_s("a") == 0.0


def test_many_keys_take_no_more_than_their_room(clock: Clock) -> None:
    buckets = Buckets(Rate(burst=1.0, per_s=1.0), clock)
    pauses = Pauses(Patience(free=0, first_s=1.0, longest_s=1.0), clock)
    for number in range(10_001):
        buckets.take(str(number))
        pauses.failed(str(number))
    assert (buckets.take("0"), pauses.left_s("0")) == (0.0, 0.0)  # the oldest gave way
    assert (buckets.take("10000"), pauses.left_s("10000")) == (1.0, 1.0)
