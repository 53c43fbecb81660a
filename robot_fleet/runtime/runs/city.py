"""Events of the city in a demand: rows whose service is `event:<type>`, told to the fleet as a platform would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from robot_fleet.core.city import LOCAL
from robot_fleet.core.fleet import FleetState
from robot_fleet.core.fleet.city.city_state import CityEventRecord
from robot_fleet.core.inputs import TakeCityEvent
from robot_fleet.core.site import Site
from robot_fleet.sim.callers import Call, Request

EVENT = "event:"
"""How the service of such a row begins."""


def is_event(row: Request | Call) -> bool:
    """Return whether a row of a demand is an event and no request."""
    return row.service.startswith(EVENT)


def source_of(site: Site, params: Mapping[str, object]) -> str:
    """Return in whose name a row's event is told: the one that it names, else the site's first source."""
    return str(params.get("source") or next(iter(site.city.sources), LOCAL.id))


def told_event(site: Site, call: Call, now_s: float) -> TakeCityEvent:
    """Return a row's event as the fleet hears it.

    Parameters
    ----------
    now_s : fleet time; the event happened when the row says.
    """
    lasts_s, source = call.params.get("lasts_s"), source_of(site, call.params)
    return TakeCityEvent(
        key=call.request_id,
        source=source,
        id=call.request_id,
        type=call.service.removeprefix(EVENT),
        subject=str(call.params.get("subject", "")),
        age_s=max(0.0, now_s - call.at_s),
        resolves=str(call.params.get("resolves", "")),
        exercise=call.params.get("exercise") is True or source == LOCAL.id,
        lasts_s=float(lasts_s) if isinstance(lasts_s, int | float) else None,
    )


def without_events(rows: Sequence[Request]) -> list[Request]:
    """Return the rows that are requests."""
    return [row for row in rows if not is_event(row)]


def event_entries(state: FleetState) -> list[dict[str, Any]]:
    """Return what became of every event, as it stands in a run's summary, oldest first."""
    return [_entry(event) for event in state.events.values()]


def _entry(event: CityEventRecord) -> dict[str, Any]:
    happened_s = event.taken.happened_s

    def after(at_s: float | None) -> float | None:
        return None if at_s is None else round(at_s - happened_s, 3)

    return {
        "id": event.id,
        "type": event.taken.type,
        "subject": event.taken.subject,
        "rule": event.taken.rule or None,
        "exercise": event.taken.exercise,
        "incident": event.taken.incident,
        "happened_s": round(happened_s, 3),
        "taken_s": after(event.taken.at_s),
        "shown_s": after(event.shown_s),
        "robot_on_site_s": after(event.on_site_s),
        "robot": event.on_site or None,
        "ended_s": after(event.ended_s),
        "end": event.ended or None,
        "tasks": list(event.led_to("task")),
        "refused": list(event.led_to("refused")),
        "held": list(event.led_to("held")),
        "closed": list(event.led_to("closed")),
        "put_off": list(event.led_to("put_off")),
        "told": list(event.led_to("told")),
    }
