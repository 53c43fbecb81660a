"""Busan's whole day, and how fast the virtual clock runs: long runs that `./fleet test --all` makes."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from robot_fleet.runtime.runs.virtual import Stop
from test.integration.virtual_runs import BUSAN, demand, play, virtual_fleet
from test.trace_truth import contacts, custody, distance_m, energy_wh, read_trace

pytestmark = pytest.mark.slow
REQUESTS = 250
TIMES_REAL = 200.0
SLACK = 0.6
"""A machine shared with others takes more processor time for the same work."""


@pytest.mark.timeout(900)
def test_a_day_of_250_requests(tmp_path: Path) -> None:
    played = play(BUSAN, tmp_path, "test-day", REQUESTS)
    assert len(played.summary["requests"]) == REQUESTS
    assert len(played.done) >= 240
    assert len(played.on_time) >= 0.9 * REQUESTS
    assert all(entry["outcome"] == "done" or entry["reason"] for entry in played.summary["requests"])
    assert len(played.summary["alarms"]) == 6
    for alarm in played.summary["alarms"]:
        closed_s = alarm["closed_s"] if alarm["closed_s"] is not None else float("inf")
        assert alarm["robot_on_site_s"] <= 180.0 or closed_s < 180.0
    trace = read_trace(played.trace_file)
    assert contacts(trace) == []
    robots = played.summary["robots"]
    drawn = energy_wh(trace, {robot["id"]: robot["capacity_wh"] for robot in robots})
    driven = distance_m(trace)
    for robot in robots:
        assert driven[robot["id"]] == pytest.approx(robot["distance_m"], rel=0.01, abs=0.1)
        assert drawn[robot["id"]] == pytest.approx(robot["energy_wh"], rel=0.01, abs=0.01)
    for kind in {robot["kind"] for robot in robots}:
        done = [robot["tasks"] for robot in robots if robot["kind"] == kind]
        assert min(done) >= max(done) / 6.0, f"one of them is hardly used: {kind} {done}"
    assert trace.soc_pct.min() > 5.0
    places = {place.id: (place.pose.x_m, place.pose.y_m) for place in played.site.places.values()}
    assert custody(trace.deeds, places, {item.id: item.at for item in played.site.items.values()}).broken == ()


@pytest.mark.timeout(600)
def test_the_virtual_clock_runs_many_times_faster_than_real_time_with_its_trace(tmp_path: Path) -> None:
    fleet = virtual_fleet(BUSAN, demand(BUSAN, 40))
    assert len(fleet.links) == 12
    fleet.world.open_trace(tmp_path / "trace.csv")
    begun_s = time.process_time()
    fleet.run(Stop())
    fleet.world.close_trace()
    reached = (fleet.now.fleet_s - fleet.start_s) / (time.process_time() - begun_s)
    assert reached >= TIMES_REAL * SLACK
