"""From a task's row to the state of a task as Open-RMF tells it. Pure."""

from __future__ import annotations

from typing import Literal

from robot_fleet.core.lifecycles.task import TaskState
from robot_fleet.core.priority import CLASSES
from robot_fleet.core.site import Site
from robot_fleet.server.open_rmf.asking import described_as
from robot_fleet.server.open_rmf.models import (
    AssignedTo,
    Booking,
    Dispatch,
    Labelled,
    Phase,
    RmfError,
    RmfTaskState,
)
from robot_fleet.server.open_rmf.times import Times
from robot_fleet.server.ports import Row
from robot_fleet.site.models.open_rmf import OpenRmfFile

_HIGH = next(each.least for each in CLASSES if each.name == "high")
_DISPATCH: dict[str, Literal["queued", "selected", "failed_to_assign"]] = {
    TaskState.REQUESTED: "queued",
    TaskState.SCHEDULED: "selected",
    TaskState.REJECTED: "failed_to_assign",
}


def state_of(row: Row, site: Site, names: OpenRmfFile, times: Times) -> RmfTaskState:
    """Return a task's state; each stop is a phase."""
    category, detail = described_as(row["service"], row["params"], site, names)
    ended, numbers = row["outcome"] is not None, range(1, len(row["stops"]) + 1)
    done = len(row["stops"]) if row["outcome"] == "done" else row["stop"]
    left = [number for number in numbers if number > done]
    finish_s = row["ended_s"] if ended else row["eta_s"]
    return RmfTaskState(
        booking=Booking(
            id=row["id"],
            unix_millis_earliest_start_time=times.unix_millis(row["earliest_s"]),
            unix_millis_request_time=times.unix_millis(row["requested_s"]),
            priority={"type": "binary", "value": int(row["priority"] >= _HIGH)},
            requester=row["requester"],
        ),
        category=category,
        detail=detail,
        unix_millis_start_time=None if row["started_s"] is None else times.unix_millis(row["started_s"]),
        unix_millis_finish_time=None if finish_s is None else times.unix_millis(finish_s),
        estimate_millis=None if ended or finish_s is None else max(0, round((finish_s - times.now_s) * 1e3)),
        assigned_to=AssignedTo(group=names.fleet, name=row["robot"]) if row["robot"] else None,
        status=row["rmf_state"],
        dispatch=_dispatch(row, names),
        phases={
            str(number): Phase(id=number, category=stop["id"], detail={"places": stop["places"]})
            for number, stop in zip(numbers, row["stops"], strict=True)
        },
        completed=[number for number in numbers if number <= done],
        active=left[0] if left and row["started_s"] is not None and not ended else None,
        pending=[] if ended else left[1:] if row["started_s"] is not None else left,
        cancellation=_cancellation(row, times),
    )


def _dispatch(row: Row, names: OpenRmfFile) -> Dispatch:
    assignment = {"fleet_name": names.fleet, "expected_robot_name": row["robot"]} if row["robot"] else None
    errors = []
    if row["state"] == TaskState.REJECTED:
        errors = [RmfError(code=10, category="rejection", detail=row["reason"], reason=row["reason"])]
    return Dispatch(status=_DISPATCH.get(row["state"], "dispatched"), assignment=assignment, errors=errors)


def _cancellation(row: Row, times: Times) -> Labelled | None:
    if row["state"] != TaskState.CANCELLED or row["ended_s"] is None:
        return None
    return Labelled(unix_millis_request_time=times.unix_millis(row["ended_s"]), labels=[])
