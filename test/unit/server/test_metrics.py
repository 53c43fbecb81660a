"""What Prometheus is told: accepted by its own checker, and what the fleet says."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from robot_fleet.core.facts import TaskRequested
from robot_fleet.core.fleet.apply import apply, initial_state
from robot_fleet.core.health import Condition, Level
from robot_fleet.core.lifecycles.link import LinkState
from robot_fleet.server.app import create_app
from robot_fleet.server.metrics import FleetMetrics
from robot_fleet.server.rows.health import UNHEARD, health_values
from robot_fleet.site.load import load_site
from robot_fleet.telemetry.board import RobotHealth
from robot_fleet.telemetry.overview import Overview, ProcessSeen
from robot_fleet.telemetry.plausible import Reason
from test.fakes.moving_fleet import MovingFleet
from test.fakes.web_server import WebServer

SITE = load_site(Path(__file__).parents[2] / "data" / "sites" / "tiny")
LOW = Condition("battery_low", "care_1", Level.WARNING, 100.0, 20.0)
LIVE = RobotHealth(
    "care_1", "driving", LinkState.LIVE, 0.4, "warning", "automatic", (LOW,), remaining_s=4321.0, soc_pct=20.0
)
NEVER = RobotHealth("care_2")
OVERVIEW = Overview(
    (LIVE, NEVER),
    (LOW,),
    {"state": 50, "battery": 10},
    {("care_1", "state", Reason.POSE): 3, ("unknown", "diagnostics", Reason.UNKNOWN_ROBOT): 7},
    (ProcessSeen("fleet_manager", False, 4), ProcessSeen("gateway", True, 0)),
)
FIGURES = {"plans_by": {"insertion": 12, "cpsat": 1}, "latency_ms": {"plan": {"p50": 2.0, "p99": 8.0}}}


CALL = TaskRequested(
    task="call_1",
    service="care_visit",
    params={"place": "home/r101"},
    requester="operator",
    requested_s=100.0,
    earliest_s=100.0,
    due_s=1300.0,
    instant="visit.arrived",
    robot_kinds=("care",),
    stops=(),
    priority=30,
    drop_penalty=1.0,
    guarantee="at_most_once",
    alarm=True,
    result="visited",
)


def metrics(overview: Overview = OVERVIEW, figures: dict[str, Any] | None = FIGURES) -> FleetMetrics:
    state = initial_state(SITE)
    apply(state, CALL)
    return FleetMetrics(state, lambda: overview, lambda: figures)


def told(text: str) -> dict[tuple[str, ...], float]:
    """Return each sample's value by its name and label values, in the order of the labels' names."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def promtool(text: str) -> str:
    """Return what Prometheus' own checker finds wrong."""
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("promtool is not installed (Debian package prometheus)")
    done = subprocess.run([program, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60.0)
    return f"{done.returncode} {done.stdout}{done.stderr}".strip()


def test_prometheus_has_nothing_to_say_against_them() -> None:
    with WebServer(create_app(MovingFleet(SITE), metrics=metrics())) as server:
        answer = httpx.get(f"{server.url}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    assert promtool(answer.text) == "0"
    assert promtool(metrics(Overview(), None).text(0).decode()) == "0", "before anything is known"


def test_they_say_how_the_fleet_fares() -> None:
    values = told(metrics().text(consoles=2).decode())
    assert {
        ("fleet_robot_status_info", "driving", "automatic", "live", "warning", "care_1"): 1.0,
        ("fleet_robot_status_info", "", "automatic", "never", "unknown", "care_2"): 1.0,
        ("fleet_robot_age_seconds", "care_1"): 0.4,
        ("fleet_robot_charge_ratio", "care_1"): 0.2,
        ("fleet_robot_remaining_seconds", "care_1"): 4321.0,
        ("fleet_condition", "battery_low", "warning", "care_1"): 1.0,
        ("fleet_tasks", "requested"): 1.0,
        ("fleet_alarms", "active", "critical"): 1.0,
        ("fleet_plans_committed_total", "insertion"): 12.0,
        ("fleet_request_to_plan_seconds", "0.99"): 0.008,
        ("fleet_gateway_messages_accepted_total", "state"): 50.0,
        ("fleet_gateway_messages_refused_total", "pose", "care_1", "state"): 3.0,
        ("fleet_gateway_messages_refused_total", "unknown_robot", "unknown", "diagnostics"): 7.0,
        ("fleet_process_up", "fleet_manager"): 0.0,
        ("fleet_process_restarts_total", "fleet_manager"): 4.0,
        ("fleet_gateway_consoles",): 2.0,
    }.items() <= values.items()
    assert ("fleet_robot_charge_ratio", "care_2") not in values, "no data is no zero"
    assert values["fleet_robot_age_seconds", "care_2"] == float("inf")


def test_a_row_never_presents_what_is_old_as_live() -> None:
    assert health_values(NEVER) == UNHEARD
    live = health_values(LIVE)
    assert (live["freshness"], live["age_s"], live["remaining_s"]) == ("live", 0.0, 4200.0)
    assert (live["health"], live["conditions"], live["control"]) == ("warning", ["battery_low"], "automatic")
    ages_s = [health_values(RobotHealth("care_1", "driving", LinkState.STALE, age_s))["age_s"] for age_s in (4.9, 65.0)]
    offline = health_values(RobotHealth("care_1", "driving", LinkState.OFFLINE, 905.0))
    assert [*ages_s, offline["age_s"]] == [4.0, 60.0, 900.0], "told roughly, each change costs a row"
    assert (offline["health"], offline["remaining_s"]) == ("unknown", None)
    assert health_values(RobotHealth("c", "charging", LinkState.LIVE, remaining_s=float("inf")))["remaining_s"] is None


def test_a_row_tells_since_when_something_is_in_the_way_while_the_robot_is_heard() -> None:
    conditions = (Condition("stuck", "c", Level.ERROR, 90.0), Condition("nav_blocked", "c", Level.WARNING, 60.04))
    blocked = RobotHealth("c", "waiting", LinkState.LIVE, 0.1, conditions=conditions)
    assert health_values(blocked)["obstacle"] == {"code": "nav_blocked", "since_s": 60.0}
    stopped = replace(blocked, control="protective_stop", control_s=50.0)
    assert health_values(stopped)["obstacle"] == {"code": "protective_stop", "since_s": 50.0}
    assert health_values(replace(stopped, freshness=LinkState.STALE))["obstacle"] is None
    assert health_values(replace(blocked, conditions=()))["obstacle"] is None
