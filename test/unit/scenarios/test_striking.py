"""Faults begin at times or on events, once, and end when their time is over."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from robot_fleet.core.facts import Fact, OrderSent, TaskCompleted
from robot_fleet.core.site import Site
from robot_fleet.runtime.scenarios.ground import Ground, ground
from robot_fleet.runtime.scenarios.read import read
from robot_fleet.runtime.scenarios.seen import RobotSeen, Seen
from robot_fleet.runtime.scenarios.striking import Striking, Struck, rows
from robot_fleet.sim.account import PhysicalAct
from robot_fleet.site.load import load_site

TINY = Path(__file__).resolve().parents[2] / "data" / "sites" / "tiny"
BEGIN_S = 8 * 3600.0
STILL = RobotSeen(2.0, 5.0, 0.0, 80.0)


class Stage:
    """Notes what begins and ends; refuses to begin for the first `refusals` times."""

    def __init__(self, refusals: int = 0) -> None:
        self.events: list[tuple[str, str, tuple[str, ...]]] = []
        self.refusals = refusals

    def begin(self, struck: Struck) -> bool:
        self.refusals -= 1
        if self.refusals < 0:
            self.events.append(("begin", struck.id, struck.robots))
        return self.refusals < 0

    def end(self, struck: Struck) -> None:
        self.events.append(("end", struck.id, struck.robots))


@pytest.fixture(scope="module")
def tiny() -> Site:
    return load_site(TINY)


def of(tmp_path: Path, tiny: Site, *faults: dict[str, object]) -> Ground:
    words = {"ko": "시험", "en": "A trial"}
    body = {
        "schema_version": 1,
        "name": words,
        "shows": words,
        "site": str(TINY),
        "begins": "08:00:00",
        "lasts_s": 600,
        "faults": list(faults),
        "expect": [{"expect": "no_contact"}],
    }
    path = tmp_path / "trial.yaml"
    path.write_text(yaml.safe_dump(body), encoding="utf-8")
    return ground(read(path), tiny)


def seen(
    at_s: float,
    robots: dict[str, RobotSeen] | None = None,
    deeds: Sequence[PhysicalAct] = (),
    facts: Sequence[Fact] = (),
) -> Seen:
    return Seen(BEGIN_S + at_s, robots or {"care_1": STILL, "care_2": STILL}, deeds, facts)


def test_at_a_time_and_for_a_while(tmp_path: Path, tiny: Site) -> None:
    stage = Stage()
    striking = Striking(of(tmp_path, tiny, {"fault": "lidar_blind", "robot": "care_1", "at_s": 5, "lasts_s": 3}), stage)
    for tenth in range(120):
        striking.look(seen(tenth / 10))
    assert stage.events == [("begin", "lidar_blind", ("care_1",)), ("end", "lidar_blind", ("care_1",))]
    [row] = rows(striking.all)
    assert (row["begin_s"], row["end_s"]) == (BEGIN_S + 5.0, BEGIN_S + 8.0)
    assert striking.over


def test_what_stays_is_over_once_it_has_begun_and_is_taken_away_in_the_end(tmp_path: Path, tiny: Site) -> None:
    stage = Stage()
    striking = Striking(of(tmp_path, tiny, {"fault": "lidar_blind", "robot": "care_1", "at_s": 5}), stage)
    assert not striking.over
    striking.look(seen(6))
    assert striking.over
    striking.finish()
    assert [event for event, _, _ in stage.events] == ["begin", "end"]


def test_what_cannot_begin_is_tried_again(tmp_path: Path, tiny: Site) -> None:
    stage = Stage(refusals=3)
    striking = Striking(of(tmp_path, tiny, {"fault": "obstacle", "at": [1, 1], "at_s": 1, "lasts_s": 2}), stage)
    for second in range(1, 10):
        striking.look(seen(second))
    assert [(row["begin_s"], row["end_s"]) for row in rows(striking.all)] == [(BEGIN_S + 4.0, BEGIN_S + 6.0)]


EVENTS = [
    ({"event": "picks_up"}, seen(3, deeds=[PhysicalAct(3.0, "care_2", "take:box")]), "care_2"),
    ({"event": "picks_up", "item": "box"}, seen(3, deeds=[PhysicalAct(3.0, "care_2", "take:box")]), "care_2"),
    ({"event": "puts_down", "item": "box"}, seen(3, deeds=[PhysicalAct(3.0, "care_2", "give:box:person")]), "care_2"),
    ({"event": "docks"}, seen(3, deeds=[PhysicalAct(3.0, "care_1", "dock:charger_1")]), "care_1"),
    ({"event": "drives"}, seen(3, {"care_1": STILL, "care_2": RobotSeen(2, 5, 0.4, 80)}), "care_2"),
    (
        {"event": "act_begins", "act": "give"},
        seen(3, {"care_1": RobotSeen(2, 5, 0, 80, "give", "home/r101")}),
        "care_1",
    ),
    ({"event": "enters_zone", "zone": "annex"}, seen(3, {"care_2": RobotSeen(14, 8, 0.4, 80)}), "care_2"),
    ({"event": "charge_below", "pct": 30}, seen(3, {"care_1": STILL, "care_2": RobotSeen(2, 5, 0, 29)}), "care_2"),
    (
        {"event": "request_assigned"},
        seen(3, facts=[OrderSent("care_1", "o", 1, "task", "a", 0, "home/r101", False, (), (), 3.0)]),
        "care_1",
    ),
]


@pytest.mark.parametrize(("when", "happens", "robot"), EVENTS, ids=[str(when["event"]) for when, _, _ in EVENTS])
def test_on_an_event_it_strikes_whoever_it_is_about(
    when: dict[str, object], happens: Seen, robot: str, tmp_path: Path, tiny: Site
) -> None:
    stage = Stage()
    fault = {"fault": "lidar_blind", "robot": "whoever", "lasts_s": 5, "when": {**when, "after_s": 2}}
    striking = Striking(of(tmp_path, tiny, fault), stage)
    striking.look(seen(1))
    striking.look(seen(2, deeds=[PhysicalAct(2.0, "care_1", "undock")]))
    striking.look(happens)
    assert not striking.watching_bodies
    striking.look(seen(4))
    assert stage.events == [], "it waits for two seconds"
    striking.look(seen(5))
    assert stage.events == [("begin", "lidar_blind", (robot,))]


def test_so_many_requests_and_one_fault_after_the_other(tmp_path: Path, tiny: Site) -> None:
    stage = Stage()
    first = {"fault": "lidar_blind", "robot": "care_1", "lasts_s": 5, "when": {"event": "request_done", "count": 2}}
    second = {"fault": "obstacle", "at": [1, 1], "when": {"event": "fault_ends", "fault": "lidar_blind"}}
    striking = Striking(of(tmp_path, tiny, second, first), stage)
    striking.look(seen(1, facts=[TaskCompleted("a", "", 0.0, 1.0)]))
    assert stage.events == []
    striking.look(seen(2, facts=[TaskCompleted("b", "", 0.0, 1.0)]))
    for second_s in range(3, 10):
        striking.look(seen(second_s))
    assert [(event, name) for event, name, _ in stage.events] == [
        ("begin", "lidar_blind"),
        ("end", "lidar_blind"),
        ("begin", "obstacle"),
    ]
