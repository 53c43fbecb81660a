"""Field jobs of the core's state as rows of the console's view. Pure."""

from __future__ import annotations

from typing import Any

from robot_fleet.core.fleet.alarming.cases import JobRecord
from robot_fleet.core.fleet.state import FleetState


def job_rows(state: FleetState) -> list[dict[str, Any]]:
    """Return a row for each job that is open, the one that is due first in front, and then those that are over.

    Times are fleet seconds; of those that are over the newest comes first.
    """
    jobs = list(state.jobs.values())
    waiting = sorted((job for job in jobs if job.open), key=lambda job: (job.due_s, job.opened_s))
    over = sorted((job for job in jobs if not job.open), key=lambda job: -(job.ended_s or 0.0))
    return [_row(job) for job in (*waiting, *over)]


def _row(job: JobRecord) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state.value,
        "robot": job.robot,
        "place": job.place,
        "alarm": job.alarm,
        "incident": job.incident,
        "text": job.text,
        "due_s": round(job.due_s, 1),
        "opened_s": round(job.opened_s, 1),
        "opened_by": job.opened_by,
        "taken_s": None if job.taken_s is None else round(job.taken_s, 1),
        "taken_by": job.taken_by,
        "ended_s": None if job.ended_s is None else round(job.ended_s, 1),
        "ended_by": job.ended_by,
        "ended_with": job.ended_with,
    }
