"""Faults of a scenario that are words: an authority withdraws a paper, the city tells of an event; both end so too."""

from __future__ import annotations

from typing import Any

from robot_fleet.core.city import LOCAL
from robot_fleet.core.inputs import RestorePaper, TakeCityEvent, WithdrawPaper
from robot_fleet.core.site import Site
from robot_fleet.runtime.runs.city import source_of
from robot_fleet.runtime.scenarios import faults as f
from robot_fleet.server.webhooks.cloud_events import cloud_event

Said = WithdrawPaper | RestorePaper | TakeCityEvent
OVER = "-over"
"""What the id of the message ends with by which an event is over."""


def is_said(fault: f.FaultBase) -> bool:
    """Return whether a fault is somebody's word."""
    return isinstance(fault, f.PaperWithdrawn | f.CityEvent)


def said(site: Site, fault: f.FaultBase, name: str, key: str, by: str, *, over: bool) -> Said:
    """Return what the fleet is told when a fault begins, or when it is over.

    Parameters
    ----------
    name : the fault's id, by which the city names its event.
    key, by : of the command.
    """
    match fault:
        case f.PaperWithdrawn():
            return RestorePaper(key, fault.paper, by=by) if over else WithdrawPaper(key, fault.paper, by=by)
        case f.CityEvent():
            source = source_of(site, {})
            own, resolves = (name + OVER, name) if over else (name, "")
            drill = source == LOCAL.id
            return TakeCityEvent(key, source, own, fault.type, fault.subject, resolves=resolves, exercise=drill)
    raise TypeError(f"{fault.word} is nobody's word")


def envelope(event: TakeCityEvent) -> dict[str, Any]:
    """Return an event as the fleet's own machine tells of it: as an exercise."""
    data = {"resolves": event.resolves} if event.resolves else {}
    return cloud_event(event.id, LOCAL.id, data, type=event.type, subject=event.subject)
