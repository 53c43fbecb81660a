"""The online benchmark: a day through the real core, plans beside one another, and a file that keeps to its schema."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bench.fleet_day import play_day
from bench.streets import street_site
from robot_fleet.cli.app import run
from robot_fleet.site.ground.roads import LaneRoads
from robot_fleet.traffic.conflicts import resting_conflicts

SCHEMA = Path(__file__).parents[3] / "docs" / "reference" / "schemas" / "bench_online.schema.json"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the ports keep for the next time out of the user's folders."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_on_the_streets_every_robot_reaches_its_places_and_none_rests_in_anothers_way() -> None:
    site = street_site(10, 2)
    roads = LaneRoads.of(site)
    for robot in site.robots.values():
        quarter = [
            place.id
            for place in site.places.values()
            if (place.pose.x_m > 1000.0) == (robot.kind == "parking") and place.id != robot.start
        ]
        assert quarter
        assert all(roads.time_s(robot.kind, robot.start, place) < 3600.0 for place in quarter)
    assert resting_conflicts(site) == []


def test_each_request_of_a_day_is_planned_checked_and_kept() -> None:
    told: list[int] = []
    day = play_day(6, 20, 1, 60.0, told.append)
    assert told == list(range(1, 21))
    assert (len(day.event_to_plan_ms), day.asked, day.refused, day.violations) == (20, 20, 0, 0)
    assert day.unplanned == 0
    assert day.checked >= 20
    # Each request is at least a fact of its own and a plan.
    assert day.facts >= 40
    assert day.ledger_mb > 0.0
    assert 1 <= day.orders <= 6
    assert min(day.event_to_plan_ms) > 0.0


def test_requests_that_come_at_once_are_planned_together() -> None:
    day = play_day(6, 40, 1, 60.0, lambda done: None, at_once=True)
    assert (len(day.event_to_plan_ms), day.refused, day.violations, day.unplanned) == (40, 0, 0, 0)
    one_by_one = play_day(6, 40, 1, 60.0, lambda done: None)
    assert day.checked < one_by_one.checked / 2
    assert 0.0 < day.took_s < sum(one_by_one.event_to_plan_ms) / 1000.0 + 10.0


def test_a_day_that_takes_too_long_is_cut_short_and_says_so() -> None:
    day = play_day(3, 10, 1, 0.0, lambda done: None)
    assert (day.asked, day.summary()["events"]) == (10, 1)


def test_the_verb_writes_what_its_schema_says(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out.json"
    words = [
        "--robots",
        "6",
        "--tasks",
        "20",
        "--seed",
        "2",
        "--seconds",
        "0.5",
        "--rival",
        "ortools",
        "--json",
        str(out),
    ]
    assert run(["bench", "online", *words]) == 0
    written = json.loads(out.read_text(encoding="utf-8"))
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(written)
    assert written["event_to_plan_ms"] == written["events"]["event_to_plan_ms"]
    plans = {plan["solver"]: plan for plan in written["plans"]}
    assert list(plans) == ["robot_fleet", "greedy", "ortools"]
    assert all(plan["why_none"] == "" for plan in plans.values())
    assert plans["robot_fleet"]["cost"] <= plans["greedy"]["cost"]
    assert plans["robot_fleet"]["broken"] == {}
    told = capfd.readouterr()
    assert "event to durable plan p50" in told.err
    assert "cost over CPU time" in told.out
