"""The summary of a run (`--json`): what became of every request, robot and alarm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.alarming.cases import AlarmRecord
from robot_fleet.core.fleet.state import TaskRecord
from robot_fleet.core.fleet.tasks.retired import EndedTask
from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.site import Site
from robot_fleet.runtime.runs.city import event_entries
from robot_fleet.telemetry.rollup import Rollup

SCHEMA_VERSION = 1
Call = tuple[float, dict[str, Any]]
"""When somebody called for help (fleet time), and the entry."""
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
    """Return what the fleet itself knows of a run: requests, alarms, events, and `robots_part`."""
    past = [EndedTask.read(line) for line in state.retired.values()]
    return {
        "requests": [*map(past_request, past), *live_requests(state)],
        "alarms": in_order([*map(past_call, past), *live_calls(state)]),
        "events": event_entries(state),
        **robots_part(site, state, rollups, plans_by, checked, violations, coverage, looks),
    }


def robots_part(
    site: Site,
    state: FleetState,
    rollups: Mapping[str, Rollup],
    plans_by: Mapping[str, int],
    checked: int,
    violations: int,
    coverage: Mapping[str, int],
    looks: int,
) -> dict[str, Any]:
    """Return what a run came to besides requests: robots, plans, what was within reach of alarms.

    Parameters
    ----------
    coverage, looks : how often each place was out of reach, of how many looks once a minute.
    """
    return {
        "robots": [_robot(site, state, name, rollups.get(name)) for name in state.robots],
        "plans": {
            "committed": state.plans,
            "checked": checked,
            "violations": violations,
            "by": {name: plans_by.get(name, 0) for name in ("insertion", "search", "cpsat")},
        },
        "coverage": _coverage(site, coverage, looks),
    }


def live_requests(state: FleetState) -> list[dict[str, Any]]:
    """Return the entries of the requests that are in the live state."""
    return [_request(task) for task in state.tasks.values()]


def past_request(task: EndedTask) -> dict[str, Any]:
    """Return the entry of a request whose task has left the live state."""
    return {
        "id": task.id,
        "service": task.service,
        "state": task.state.value,
        "outcome": OUTCOMES[task.state],
        "result": task.result,
        "reason": task.reason,
        "robot": task.robot or None,
        "requested_s": _s(task.requested_s),
        "due_s": _s(task.due_s),
        "started_s": _s(task.started_s),
        "ended_s": _s(task.ended_s),
        "lateness_s": _s(task.lateness_s),
        "missed": list(task.missed),
        "evidence": dict(task.evidence),
    }


def live_calls(state: FleetState) -> list[Call]:
    """Return the calls for help that are in the live state, each with its fleet time."""
    return [_call(call.task, call.raised_s, call, call.closed_s) for call in state.calls()]


def past_call(task: EndedTask) -> Call | None:
    """Return the call for help that a task was which has left the live state, None if it was none."""
    if not task.alarm:
        return None
    return _call(task.id, task.requested_s, task, task.ended_s)


def in_order(calls: Sequence[Call | None]) -> list[dict[str, Any]]:
    """Return the entries of calls for help, oldest first."""
    return [entry for _, entry in sorted((call for call in calls if call is not None), key=lambda call: call[0])]


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
        "missed": [],
        "evidence": {},
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
    faults: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the summary of a run from the fleet's part and what others know.

    Wall figures are None on a virtual clock. `faults` are those of a scenario that struck; None where there was none.
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
        "events": list(part.get("events", ())),
        "contacts": list(contacts),
        "restarts": dict(restarts),
        "latency_ms": latency_ms,
        "plans": part["plans"],
        "coverage": part["coverage"],
        **({} if faults is None else {"faults": list(faults)}),
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
        "missed": list(task.missed),
        "evidence": dict(task.evidence),
    }


def _robot(site: Site, state: FleetState, name: str, rollup: Rollup | None) -> dict[str, Any]:
    robot = state.robots[name]
    time = rollup.time if rollup is not None else None
    return {
        "id": name,
        "kind": robot.kind,
        "tasks": robot.completed,
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


def _call(
    task: str,
    raised_s: float,
    known: AlarmRecord | EndedTask,
    closed_s: float | None,
) -> Call:
    def after(at_s: float | None) -> float | None:
        return None if at_s is None else _s(at_s - raised_s)

    return raised_s, {
        "request": task,
        "shown_s": after(known.shown_s),
        "voice_s": after(known.voice_s),
        "robot_on_site_s": after(known.on_site_s),
        "escalated_s": after(known.handed_on_s if isinstance(known, AlarmRecord) else known.escalated_s),
        "verdict": known.verdict or None,
        "guardian_s": after(known.guardian_s),
        "handed_to": known.handed_to or None,
        "closed_s": after(closed_s),
    }
