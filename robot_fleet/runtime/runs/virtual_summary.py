"""What a run on the virtual clock came to, as its summary says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robot_fleet.runtime.runs.summary import fleet_part, refused_request, whole
from robot_fleet.runtime.runs.virtual import VirtualFleet
from robot_fleet.sim.callers import Request


def virtual_summary(
    fleet: VirtualFleet,
    rows: Sequence[Request],
    seed: int,
    contacts: Sequence[Mapping[str, Any]],
    faults: Sequence[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Return the summary of a run; it has no wall figures.

    Parameters
    ----------
    rows : the requests that were played.
    contacts : who has touched whom, as it stands there.
    faults : see `whole`.
    """
    core = fleet.host.fleet
    state, answers, coverage = core.state, fleet.callers.answers, core.agenda.coverage
    part = fleet_part(
        core.site,
        state,
        fleet.host.rollups,
        fleet.host.plans_by,
        fleet.plans_checked,
        fleet.plans_broken,
        coverage.short,
        coverage.looks,
    )
    refused = [
        refused_request(row.request_id, row.service, row.at_s, answers[row.request_id].code)
        for row in rows
        if row.request_id in answers and not answers[row.request_id].accepted and not state.knows(row.request_id)
    ]
    return whole(
        part,
        site=core.site.id,
        seed=seed,
        speed_asked=None,
        fleet_time_s=fleet.world.now_s - fleet.start_s,
        wall_s=None,
        refused=refused,
        contacts=contacts,
        restarts={},
        latency_ms=None,
        faults=faults,
    )
