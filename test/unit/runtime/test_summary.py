"""The summary of a run: what became of each request, robot and alarm, in the form that outsiders rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from robot_fleet.core.inputs import CancelTask, SubmitTask
from robot_fleet.runtime.runs.summary import every_request_ended, fleet_part, percentiles, refused_request, whole
from robot_fleet.telemetry.rollup import Rollup
from test.integration.virtual_runs import ROOT
from test.property.core_world import BEGIN_S, CoreWorld
from test.property.test_core import world_of

SCHEMA = json.loads((ROOT / "docs" / "reference" / "schemas" / "summary.schema.json").read_text(encoding="utf-8"))
VISIT = {"place": "home/r101"}


@pytest.fixture
def world() -> CoreWorld:
    made = world_of("tiny")
    made.tell_all()
    return made


def summary_of(world: CoreWorld, **changes: Any) -> dict[str, Any]:
    rollups: dict[str, Rollup] = {}
    for robot in world.robots.values():
        for report in robot.sent:
            if robot.id in rollups:
                rollups[robot.id].add(report)
            else:
                rollups[robot.id] = Rollup.begin(report)
    part = fleet_part(world.site, world.state, rollups, {"insertion": 2, "cpsat": 1}, 9, 0, {"home/room": 1}, 4)
    values: dict[str, Any] = {
        "site": "tiny",
        "seed": 1,
        "speed_asked": None,
        "fleet_time_s": 60.0,
        "wall_s": None,
        "refused": [],
        "contacts": [],
        "restarts": {},
        "latency_ms": None,
    }
    return whole(part, **(values | changes))


def holds(summary: dict[str, Any]) -> bool:
    return Draft202012Validator(SCHEMA).is_valid(summary)


def test_coverage_is_told_in_shares_of_looks_and_places(world: CoreWorld) -> None:
    told = summary_of(world)["coverage"]
    rooms = sum(place.kind == "room" for place in world.site.places.values())
    assert (told["within_s"], told["places"], told["looks"]) == (180.0, rooms, 4)
    assert told["held_pct"] == pytest.approx(100.0 * (1.0 - 1.0 / (4 * rooms)), abs=1e-3)
    assert told["short"] == [{"place": "home/room", "pct": 25.0}]


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_requests_of_every_outcome(world: CoreWorld) -> None:
    world.feed(SubmitTask("done", "care_visit", VISIT))
    world.feed(SubmitTask("taken_back", "patrol", {"route": "round"}))
    world.feed(CancelTask("c", "taken_back", "no longer needed"))
    world.feed(
        SubmitTask("gone", "parcel_delivery", {"from": "hub/shelf", "to": "home/gate", "item": "b", "mass_kg": 1.0})
    )
    robot = world.robots["logistics_1"]
    while not world.state.tasks["gone"].instants.get("pick_up.arrived"):
        world.pass_time(1.0)
        world.step(robot)
        world.tell(robot)
    world.step(robot, "failed")
    world.tell(robot)
    world.drain(hours=1.0)
    refused = [refused_request("wrong", "care_visit", BEGIN_S, "request_unknown_place")]
    summary = summary_of(world, refused=refused)
    assert holds(summary)
    assert every_request_ended(summary)
    found = {entry["id"]: entry for entry in summary["requests"]}
    assert {name: (entry["outcome"], entry["reason"]) for name, entry in found.items()} == {
        "done": ("done", ""),
        "taken_back": ("cancelled", "no longer needed"),
        "gone": ("failed", "nav_failed"),
        "wrong": ("rejected", "request_unknown_place"),
    }
    done = found["done"]
    assert done["result"] == "well"
    assert done["due_s"] == BEGIN_S + 1200.0
    assert done["requested_s"] <= done["started_s"] <= done["ended_s"]
    assert done["lateness_s"] == 0.0
    assert [robot["tasks"] for robot in summary["robots"] if robot["id"] == done["robot"]] == [1]


def test_an_open_request_has_no_outcome(world: CoreWorld) -> None:
    world.feed(SubmitTask("a", "care_visit", VISIT))
    summary = summary_of(world)
    assert holds(summary)
    assert summary["requests"][0]["outcome"] is None
    assert not every_request_ended(summary)


def test_lateness_is_measured_at_the_services_instant(world: CoreWorld) -> None:
    """A visit is late by when the robot is at the door, not by when it leaves."""
    world.feed(SubmitTask("a", "care_visit", {**VISIT, "due_at": BEGIN_S + 30.0}))
    while not world.state.tasks["a"].instants:
        world.pass_time(10.0)
        for robot in world.robots.values():
            world.step(robot)
            world.tell(robot)
    at_the_door_s = world.fleet_s
    world.pass_time(500.0)
    world.drain(hours=1.0)
    (entry,) = summary_of(world)["requests"]
    assert entry["lateness_s"] == pytest.approx(at_the_door_s - BEGIN_S - 30.0)
    assert entry["ended_s"] > at_the_door_s + 400.0


def test_times_of_alarms_count_from_their_arrival(world: CoreWorld) -> None:
    world.pass_time(100.0)
    world.tell_all()
    world.feed(SubmitTask("a", "care_alarm", {**VISIT, "signal": "fall_detected"}))
    world.drain(hours=1.0)
    summary = summary_of(world)
    assert holds(summary)
    (alarm,) = summary["alarms"]
    assert alarm["request"] == "a"
    assert alarm["shown_s"] is None and alarm["voice_s"] is None and alarm["escalated_s"] is None
    assert 0.0 < alarm["robot_on_site_s"] < alarm["closed_s"] < 1000.0
    assert alarm["verdict"] == "false_alarm"


def test_on_the_virtual_clock_nothing_tells_of_the_wall(world: CoreWorld) -> None:
    summary = summary_of(world)
    for key in ("speed_asked", "speed_reached", "wall_s", "latency_ms"):
        assert summary[key] is None


def test_with_a_wall_clock_the_speed_is_told(world: CoreWorld) -> None:
    latency = {"request_to_plan": percentiles([1.0, 2.0, 3.0]), "plan_to_goal": percentiles([])}
    summary = summary_of(world, speed_asked=10.0, wall_s=6.1, latency_ms=latency, restarts={"gateway": 1})
    assert holds(summary)
    assert summary["speed_reached"] == pytest.approx(9.836)
    assert summary["latency_ms"]["plan_to_goal"] == {"p50": None, "p99": None}


def test_requests_stand_in_the_order_of_time_and_id(world: CoreWorld) -> None:
    for key in ("b", "a"):
        world.feed(SubmitTask(key, "care_visit", VISIT))
    early = [refused_request("z", "care_visit", BEGIN_S - 1.0, "request_unknown_place")]
    assert [entry["id"] for entry in summary_of(world, refused=early)["requests"]] == ["z", "a", "b"]


@pytest.mark.parametrize(
    ("values", "p50", "p99"),
    [
        ([], None, None),
        ([5.0], 5.0, 5.0),
        ([3.0, 1.0, 2.0], 2.0, 3.0),
        ([float(i) for i in range(1, 101)], 50.0, 100.0),
    ],
)
def test_percentiles(values: list[float], p50: float | None, p99: float | None) -> None:
    assert percentiles(values) == {"p50": p50, "p99": p99}


@pytest.mark.parametrize("key", ["schema_version", "requests", "plans", "latency_ms", "alarms"])
def test_the_schema_misses_what_is_missing(world: CoreWorld, key: str) -> None:
    summary = summary_of(world)
    del summary[key]
    assert not holds(summary)


def test_the_schema_refuses_an_outcome_without_a_reason(world: CoreWorld) -> None:
    summary = summary_of(world, refused=[refused_request("z", "care_visit", BEGIN_S, "")])
    assert not holds(summary)
