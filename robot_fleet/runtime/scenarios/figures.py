"""The figures of a run by which campaigns are compared."""

from __future__ import annotations

import numpy as np

from robot_fleet.runtime.scenarios.evidence import Duty, Evidence
from robot_fleet.runtime.scenarios.judges.faulted import recovered
from robot_fleet.runtime.scenarios.judges.motion import contacts, nearest_m
from robot_fleet.runtime.scenarios.judges.served import on_site

_MOVES_MPS = 0.05


def figures(run: Evidence) -> dict[str, float | int | None]:
    """Return all of them; null where there is nothing to measure."""
    requests = run.summary["requests"]
    late = [entry["lateness_s"] for entry in requests if entry["lateness_s"] is not None]
    came = [took_s for _, took_s, _, _ in on_site(run) if took_s is not None]
    recoveries = [took_s for struck in run.struck if struck.end_s is not None for _, took_s in recovered(run, struck)]
    tracks = run.truth.robots
    return {
        "requests": len(requests),
        "done": sum(entry["outcome"] == "done" for entry in requests),
        "failed": sum(entry["outcome"] in ("failed", "rejected") for entry in requests),
        "open": sum(entry["outcome"] is None for entry in requests),
        "late_max_s": _most(late),
        "late_mean_s": _mean(late),
        "on_site_max_s": _most(came),
        "on_site_mean_s": _mean(came),
        "recovery_max_s": _most(recoveries),
        "distance_m": round(sum(track.distance_m for track in tracks.values()), 1),
        "energy_wh": round(sum(_energy_wh(run, name) for name in tracks), 2),
        "soc_min_pct": round(min(float(track.soc_pct.min()) for track in tracks.values()), 2),
        "nearest_m": None if (near := nearest_m(run)) is None else round(near, 3),
        "contacts": contacts(run),
        "waiting_s": round(sum(_waiting_s(run, name) for name in tracks), 1),
        "lasted_s": round(run.end_s - run.begin_s, 1),
    }


def _energy_wh(run: Evidence, robot: str) -> float:
    falls_pct = np.clip(-np.diff(run.truth.robots[robot].soc_pct), 0.0, None).sum()
    return float(falls_pct) / 100.0 * run.ground.site.kinds[run.ground.site.robots[robot].kind].battery_wh


def _waiting_s(run: Evidence, robot: str) -> float:
    """Return for how long a robot stood that had an order to drive."""
    track = run.truth.robots[robot]
    stands = track.speed_mps <= _MOVES_MPS
    changes = [*run.duties.changes.get(robot, []), (run.end_s, Duty.NONE)]
    total = 0
    for (since_s, duty), (until_s, _) in zip(changes, changes[1:], strict=False):
        if duty is Duty.ON_ITS_WAY:
            total += int(stands[track.row(since_s) : track.row(until_s)].sum())
    return total / 10.0


def _most(values: list[float]) -> float | None:
    return round(max(values), 1) if values else None


def _mean(values: list[float]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None
