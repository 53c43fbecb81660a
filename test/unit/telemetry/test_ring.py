"""The ring of a black box by examples: what held before, what takes turns on a topic, what is too much."""

from __future__ import annotations

from robot_fleet.telemetry.ring import MOST_PARTS, Heard, Keeping, Ring


def heard(topic: str, at_s: float, data: bytes = b".") -> Heard:
    return Heard(at_s, round(at_s * 1e9), 0, topic, data)


def test_of_a_topic_that_lasts_the_word_that_held_is_known_however_old() -> None:
    ring = Ring({"order": Keeping(lasting=True), "odom": Keeping()}, kept_s=60.0)
    for topic in ("order", "odom"):
        ring.add(heard(topic, 1.0, b"first"))
        ring.add(heard(topic, 2.0, b"second"))
    ring.add(heard("order", 599.0, b"third"))
    span = ring.between(540.0, 601.0)
    assert [each.data for each in span.held] == [b"second"]
    assert [each.data for each in span.heard] == [b"third"]


def test_who_takes_turns_on_a_topic_is_thinned_apart() -> None:
    ring = Ring({"tf": Keeping(every_s=0.2)})
    for step in range(100):
        ring.add(heard("tf", step * 0.02), part=b"map odom" if step % 2 else b"odom base")
    assert len(ring.between(0.0, 2.0).heard) == 18


def test_parts_without_end_are_thinned_together() -> None:
    ring = Ring({"tf": Keeping(every_s=1000.0)})
    for step in range(10_000):
        ring.add(heard("tf", step * 0.01), part=b"%d" % step)
    assert len(ring.between(0.0, 100.0).heard) == MOST_PARTS + 1


def test_a_message_that_is_too_large_leaves_the_others_and_is_told() -> None:
    ring = Ring({"plan": Keeping()}, most_topic_bytes=10)
    ring.add(heard("plan", 1.0))
    ring.add(heard("plan", 2.0, bytes(11)))
    span = ring.between(0.0, 3.0)
    assert [each.steady_s for each in span.heard] == [1.0]
    assert span.short == ("plan",)
    assert ring.between(2.5, 3.0).short == ()
