"""A ring's bounds hold whatever comes: in time, in bytes, topic by topic."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from robot_fleet.telemetry.ring import Heard, Keeping, Ring

KEPT_S, MOST_BYTES = 10.0, 100
TOPICS = {"a": Keeping(), "b": Keeping(every_s=0.5), "c": Keeping(lasting=True)}
STREAM = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "unknown"]),
        st.floats(0.0, 4.0, allow_nan=False),
        st.integers(0, 130),
    ),
    max_size=60,
)


def played(stream: list[tuple[str, float, int]]) -> tuple[Ring, list[Heard]]:
    """Return a ring that has heard a stream of (topic, seconds since the message before, bytes), and what came."""
    ring, came, now_s = Ring(TOPICS, KEPT_S, MOST_BYTES), [], 0.0
    for name, pause_s, size_bytes in stream:
        now_s += pause_s
        came.append(Heard(now_s, round(now_s * 1e9), 0, name, bytes(size_bytes)))
        ring.add(came[-1])
    return ring, came


@given(STREAM)
def test_no_topic_holds_more_bytes_than_it_may(stream: list[tuple[str, float, int]]) -> None:
    ring, _ = played(stream)
    span = ring.between(float("-inf"), float("inf"))
    for name in TOPICS:
        assert sum(len(each.data) for each in span.heard if each.topic == name) <= MOST_BYTES
    assert ring.size_bytes == sum(len(each.data) for each in span.heard)


@given(STREAM)
def test_what_there_is_room_for_is_all_there(stream: list[tuple[str, float, int]]) -> None:
    ring, came = played(stream)
    until_s = came[-1].steady_s if came else 0.0
    from_s = until_s - KEPT_S
    span = ring.between(from_s, until_s + 1.0)
    for name in ("a", "c"):
        mine = [each for each in came if each.topic == name and len(each.data) <= MOST_BYTES]
        older, due = [[each for each in mine if (each.steady_s < from_s) is is_older] for is_older in (True, False)]
        got = [each for each in span.heard if each.topic == name]
        assert got == due[len(due) - len(got) :], "the newest are kept, without a gap"
        if name not in span.short:
            held = [each for each in span.held if each.topic == name]
            assert (held, got) == (older[-1:] if name == "c" else [], due)


@given(STREAM)
def test_what_comes_often_is_thinned_and_in_order(stream: list[tuple[str, float, int]]) -> None:
    ring, _ = played(stream)
    heard = ring.between(float("-inf"), float("inf")).heard
    times_s = [each.steady_s for each in heard if each.topic == "b"]
    assert all(later - earlier >= 0.5 for earlier, later in zip(times_s, times_s[1:], strict=False))
    assert [each.steady_s for each in heard] == sorted(each.steady_s for each in heard)
    assert not [each for each in heard if each.topic == "unknown"]


@given(STREAM, st.integers(1, 200))
def test_a_flood_on_one_topic_pushes_nothing_of_another_out(stream: list[tuple[str, float, int]], times: int) -> None:
    quiet, came = played(stream)
    flooded = Ring(TOPICS, KEPT_S, MOST_BYTES)
    for heard in came:
        flooded.add(heard)
        for _ in range(times):
            flooded.add(heard._replace(topic="a", data=bytes(MOST_BYTES)))
    end = float("inf")
    expected = [each for each in quiet.between(0.0, end).heard if each.topic != "a"]
    assert [each for each in flooded.between(0.0, end).heard if each.topic != "a"] == expected
