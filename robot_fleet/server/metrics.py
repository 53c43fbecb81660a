"""The fleet for Prometheus: `GET /metrics` in its text format, names and units after its conventions."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from robot_fleet.core.fleet.state import FleetState
from robot_fleet.core.fleet.tasks.retired import EndedTask
from robot_fleet.telemetry.overview import Overview

CONTENT_TYPE = CONTENT_TYPE_LATEST
_LATENCIES = {
    "plan": ("fleet_request_to_plan_seconds", "From a request to its durable plan."),
    "goal": ("fleet_plan_to_goal_seconds", "From a plan to the robot's acceptance of its order."),
}
_QUANTILES = {"p50": "0.5", "p99": "0.99"}


class FleetMetrics(Collector):
    """Collects what is known of the fleet whenever somebody asks.

    Parameters
    ----------
    state : the fleet's state.
    overview : returns how the fleet fared at the last look.
    figures : returns what the manager wrote last of its planning, None before it did.
    """

    def __init__(
        self,
        state: FleetState,
        overview: Callable[[], Overview],
        figures: Callable[[], Mapping[str, Any] | None],
    ) -> None:
        self._state = state
        self._overview = overview
        self._figures = figures
        self._consoles = 0
        self._past: Counter[str] = Counter()  # tasks that have left the live state
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def text(self, consoles: int) -> bytes:
        """Return everything in the text format.

        Parameters
        ----------
        consoles : how many are connected.
        """
        self._consoles = consoles
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """Yield each metric."""
        overview = self._overview()
        yield from _of_robots(overview)
        yield from self._of_work()
        yield from _of_planning(self._figures() or {})
        yield from _of_gateway(overview)
        consoles = GaugeMetricFamily("fleet_gateway_consoles", "Consoles that are connected.")
        consoles.add_metric([], self._consoles)
        yield consoles

    def _of_work(self) -> Iterator[Metric]:
        tasks = GaugeMetricFamily("fleet_tasks", "Tasks by state.", labels=["state"])
        for line in islice(self._state.retired.values(), self._past.total(), None):
            self._past[EndedTask.read(line).state.value] += 1
        live = Counter(task.state.value for task in self._state.tasks.values())
        for state, count in sorted((self._past + live).items()):
            tasks.add_metric([state], count)
        alarms = GaugeMetricFamily("fleet_alarms", "Alarms that are not closed.", labels=["urgency", "state"])
        open_alarms = Counter((each.urgency, each.state.value) for each in self._state.alarms.values() if each.open)
        for labels, count in sorted(open_alarms.items()):
            alarms.add_metric(labels, count)
        yield from (tasks, alarms)


def _of_robots(overview: Overview) -> Iterator[Metric]:
    robot, code = "robot", "condition"
    status = GaugeMetricFamily(
        "fleet_robot_status_info",
        "What a robot does, how fresh that is, its health and who controls it; always 1.",
        labels=[robot, "activity", "freshness", "health", "control"],
    )
    age = GaugeMetricFamily("fleet_robot_age_seconds", "Since a robot was heard.", labels=[robot])
    charge = GaugeMetricFamily("fleet_robot_charge_ratio", "Charge of a robot's battery, 0 to 1.", labels=[robot])
    remaining = GaugeMetricFamily(
        "fleet_robot_remaining_seconds", "Fleet time until a robot's battery is at its reserve.", labels=[robot]
    )
    conditions = GaugeMetricFamily(
        "fleet_condition", "A condition that holds of a robot; 1.", labels=["subject", code, "level"]
    )
    for each in overview.robots:
        name = each.robot
        status.add_metric([name, each.activity, each.freshness.value, each.health, each.control], 1)
        age.add_metric([name], each.age_s)
        if not math.isnan(each.soc_pct):
            charge.add_metric([name], each.soc_pct / 100.0)
        if not math.isnan(each.remaining_s):
            remaining.add_metric([name], each.remaining_s)
    for condition in overview.conditions:
        conditions.add_metric([condition.subject, condition.code, condition.level.value], 1)
    yield from (status, age, charge, remaining, conditions)


def _of_planning(figures: Mapping[str, Any]) -> Iterator[Metric]:
    plans = CounterMetricFamily("fleet_plans_committed", "Plans that were committed.", labels=["by"])
    for by, count in figures.get("plans_by", {}).items():
        plans.add_metric([by], count)
    yield plans
    for key, (name, what) in _LATENCIES.items():
        latency = Metric(name, what, "summary")
        for word, quantile in _QUANTILES.items():
            value_ms = figures.get("latency_ms", {}).get(key, {}).get(word)
            if value_ms is not None:
                latency.add_sample(name, {"quantile": quantile}, value_ms / 1000.0)
        yield latency


def _of_gateway(overview: Overview) -> Iterator[Metric]:
    accepted = CounterMetricFamily(
        "fleet_gateway_messages_accepted", "Messages of robots that were taken.", labels=["source"]
    )
    for source, count in overview.accepted.items():
        accepted.add_metric([source], count)
    refused = CounterMetricFamily(
        "fleet_gateway_messages_refused",
        "Messages of robots that were refused.",
        labels=["robot", "source", "reason"],
    )
    for (robot, source, reason), count in overview.refused.items():
        refused.add_metric([robot, source, reason.value], count)
    up = GaugeMetricFamily("fleet_process_up", "Whether a process of the fleet runs.", labels=["process"])
    restarts = CounterMetricFamily(
        "fleet_process_restarts", "How often a process of the fleet was started again.", labels=["process"]
    )
    for process in overview.processes:
        up.add_metric([process.name], int(process.runs))
        restarts.add_metric([process.name], process.restarts)
    yield from (accepted, refused, up, restarts)
