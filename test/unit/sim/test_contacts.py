"""The local stand-in for telephone, 119, guardian and door: what comes of a wish follows from the seed alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from robot_fleet.core.effects import ReachOut
from robot_fleet.core.inputs import RecordVoice
from robot_fleet.ledger.codec import value_codec
from robot_fleet.sim.callers import Callers
from robot_fleet.sim.contacts import STAND_IN, Reply, reply_key, reply_now
from robot_fleet.sim.people import parse_people
from robot_fleet.sim.world import SimWorld
from robot_fleet.site.demand import RequestRow
from test.integration.virtual_runs import TINY, site_of

if TYPE_CHECKING:
    from collections.abc import Mapping

HABITS: Mapping[str, object] = {
    "contacts": {
        "line": {"mean_s": 10.0, "by_truth": {"help_needed": {"mean_s": 5.0, "results": {"failed": 1.0}}}},
        "answer": {
            "mean_s": 4.0,
            "results": {"fine": 1.0},
            "by_truth": {"ambulance_needed": {"mean_s": 20.0, "results": {"nothing": 1.0}}},
        },
    }
}


def world(truth: str) -> SimWorld:
    site, _ = site_of(TINY)
    made = SimWorld(site, None, parse_people(HABITS), 1, 100.0)
    Callers(made, [RequestRow("a1", 100.0, "care_alarm", {"place": "home/r101", "truth": truth})])
    return made


@pytest.mark.parametrize(
    ("truth", "opened_s", "after_s", "reply"),
    [
        ("false_alarm", None, 9.9, None),
        ("false_alarm", None, 10.0, Reply("made")),
        ("false_alarm", 100.0, 4.0, Reply("answered", "fine")),
        ("ambulance_needed", 100.0, 19.0, None),
        ("ambulance_needed", 100.0, 20.0, Reply("silent")),
        ("help_needed", None, 5.0, Reply("failed")),
    ],
)
def test_a_line_is_opened_and_then_somebody_answers_or_nobody(
    truth: str, opened_s: float | None, after_s: float, reply: Reply | None
) -> None:
    wish = ReachOut("a1", "line", "home/r101", 100.0, opened_s)
    here = world(truth)
    while here.now_s < 100.0 + after_s - 0.05:
        here.advance()
    assert reply_now(here, wish) == reply


@pytest.mark.parametrize(
    ("kind", "word"), [("emergency", "escalated"), ("guardian", "guardian_told"), ("door", "door_opened")]
)
def test_the_others_are_reached_after_a_while_and_a_reply_can_be_told(kind: str, word: str) -> None:
    wish = ReachOut("a1", kind, "home/r101", 0.0)
    reply = reply_now(world(""), wish)
    assert reply == Reply(word)
    said = RecordVoice(reply_key(wish, reply, 100.0), wish.alarm, reply.outcome, STAND_IN, reply.word, automatic=True)
    assert value_codec(RecordVoice).loads(value_codec(RecordVoice).dumps(said)) == said
