"""The summary of a run (`--json`): what became of every request, robot and alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.state import AlarmRecord, TaskRecord
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Site
from robot_fleet.telemetry.rollup import Rollup

SCHEMA_VERSION = 1
OUTCOMES = {
    TaskState.COMPLETED: "done",
    TaskState.CANCELLED: "cancelled",
    TaskState.FAILED: "failed",
    TaskState.REJECTED: "rejected",
}
"""How a task that has ended is told."""


def fleet_part(
    site: Site,
    state: FleetState,
    rollups: Mapping[str, Rollup],
    plans_by: Mapping[str, int],
    checked: int,
    violations: int,
    coverage: Mapping[str, int],
    looks: int,
) -> dict[str, Any]:
    """Return what the fleet itself knows of a run: requests, robots, alarms, plans, what was within reach of alarms.

    Parameters
    ----------
    coverage, looks : how often each place was out of reach, of how many looks once a minute.
    """
    return {
        "requests": [_request(task) for task in state.tasks.values()],
        "robots": [_robot(site, state, name, rollups.get(name)) for name in state.robots],
        "alarms": [_alarm(alarm) for alarm in state.calls()],
        "plans": {
            "committed": state.plans,
            "checked": checked,
            "violations": violations,
            "by": {name: plans_by.get(name, 0) for name in ("insertion", "search", "cpsat")},
        },
        "coverage": _coverage(site, coverage, looks),
    }


def _coverage(site: Site, short: Mapping[str, int], looks: int) -> dict[str, Any]:
    """Return the share of time and places within reach, and the places that were out of reach most, at most ten."""
    alarm = next((service for service in site.services.values() if service.alarm), None)
    places = 0 if alarm is None else len(site.places_asked_for(alarm))
    most = sorted(short.items(), key=lambda each: (-each[1], each[0]))[:10]
    return {
        "within_s": None if alarm is None else alarm.due.after_s,
        "places": places,
        "looks": looks,
        "held_pct": round(100.0 * (1.0 - sum(short.values()) / (looks * places)), 3) if looks and places else None,
        "short": [{"place": name, "pct": round(100.0 * count / looks, 3)} for name, count in most],
    }


def refused_request(request_id: str, service: str, at_s: float, code: str) -> dict[str, Any]:
    """Return the entry of a request that was answered with a refusal."""
    return {
        "id": request_id,
        "service": service,
        "state": "rejected",
        "outcome": "rejected",
        "result": "",
        "reason": code,
        "robot": None,
        "requested_s": _s(at_s),
        "due_s": None,
        "started_s": None,
        "ended_s": _s(at_s),
        "lateness_s": None,
    }


def whole(
    part: Mapping[str, Any],
    *,
    site: str,
    seed: int,
    speed_asked: float | None,
    fleet_time_s: float,
    wall_s: float | None,
    refused: Sequence[Mapping[str, Any]],
    contacts: Sequence[Mapping[str, Any]],
    restarts: Mapping[str, int],
    latency_ms: Mapping[str, Mapping[str, float | None]] | None,
) -> dict[str, Any]:
    """Return the summary of a run from the fleet's part and what others know.

    Wall figures are None on a virtual clock.
    """
    requests = sorted([*part["requests"], *refused], key=lambda entry: (entry["requested_s"], entry["id"]))
    return {
        "schema_version": SCHEMA_VERSION,
        "site": site,
        "seed": seed,
        "speed_asked": speed_asked,
        "speed_reached": None if not wall_s else round(fleet_time_s / wall_s, 3),
        "fleet_time_s": _s(fleet_time_s),
        "wall_s": None if wall_s is None else round(wall_s, 3),
        "requests": requests,
        "robots": part["robots"],
        "alarms": part["alarms"],
        "contacts": list(contacts),
        "restarts": dict(restarts),
        "latency_ms": latency_ms,
        "plans": part["plans"],
        "coverage": part["coverage"],
    }


def every_request_ended(summary: Mapping[str, Any]) -> bool:
    """Return whether each request has come to an outcome."""
    return all(entry["outcome"] is not None for entry in summary["requests"])


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """Return the median and the 99th percentile (nearest rank), None without values."""
    if not values:
        return {"p50": None, "p99": None}
    ordered = sorted(values)
    return {
        "p50": round(ordered[(len(ordered) - 1) // 2], 3),
        "p99": round(ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], 3),
    }


def _s(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _request(task: TaskRecord) -> dict[str, Any]:
    return {
        "id": task.id,
        "service": task.request.service,
        "state": task.state.value,
        "outcome": OUTCOMES.get(task.state),
        "result": task.result,
        "reason": task.reason,
        "robot": task.robot or None,
        "requested_s": _s(task.request.requested_s),
        "due_s": _s(task.request.due_s),
        "started_s": _s(task.started_s),
        "ended_s": _s(task.ended_s),
        "lateness_s": _s(task.lateness_s),
    }


def _robot(site: Site, state: FleetState, name: str, rollup: Rollup | None) -> dict[str, Any]:
    robot = state.robots[name]
    done = sum(task.robot == name and task.state is TaskState.COMPLETED for task in state.tasks.values())
    time = rollup.time if rollup is not None else None
    return {
        "id": name,
        "kind": robot.kind,
        "tasks": done,
        "distance_m": round(rollup.odometer_m, 3) if rollup else 0.0,
        "loaded_m": round(rollup.loaded_m, 3) if rollup else 0.0,
        "capacity_wh": site.kinds[robot.kind].battery_wh,
        "energy_wh": round(rollup.energy_wh, 4) if rollup else 0.0,
        "charges": robot.charges,
        "working_s": _s(time.working_s if time else 0.0),
        "driving_empty_s": _s(time.driving_empty_s if time else 0.0),
        "waiting_s": _s(time.waiting_s if time else 0.0),
        "charging_s": _s(time.charging_s if time else 0.0),
        "fault_s": _s(time.fault_s if time else 0.0),
        "idle_s": _s(time.idle_s if time else 0.0),
    }


def _alarm(alarm: AlarmRecord) -> dict[str, Any]:
    def after(at_s: float | None) -> float | None:
        return None if at_s is None else _s(at_s - alarm.raised_s)

    return {
        "request": alarm.task,
        "shown_s": after(alarm.shown_s),
        "voice_s": None,
        "robot_on_site_s": after(alarm.on_site_s),
        "escalated_s": None,
        "verdict": alarm.verdict or None,
        "closed_s": after(alarm.closed_s),
    }
